#ifndef SUPERVISOR_CLI_PROGRESS_H
#define SUPERVISOR_CLI_PROGRESS_H
#include "proto/buf.h"
#include "supervisor/run.h"
#include <stdbool.h>
#include <stdint.h>

/*
 * Live progress of a run on stderr: on a terminal one line that is drawn over
 * and over, elsewhere a line every ten seconds. It only looks; nothing that
 * happens to it changes what the run does or how it ends.
 */
struct progress {
	bool off, terminal;
	bool drawn;      /* a line stands there that must go */
	int64_t next_ms; /* when to draw again */
	uint64_t run;    /* whose line it is */
};

void progress_init(struct progress *p, bool quiet);
void progress_watch(void *progress, const struct run *r); /* engine.watch */
void progress_end(struct progress *p);                    /* the line goes */

/* What a line says. rows: accounted for, of about estimate (0: unknown). */
struct progress_facts {
	const char *entity, *phase;
	uint64_t rows, estimate, changes;
	uint64_t chunks, done;
	int64_t elapsed_ms;
	bool reading; /* more rows are to come */
};
struct progress_facts progress_facts(const struct run *r, int64_t now_ms);
double progress_rate(const struct progress_facts *f);   /* rows/s; 0: unknown */
int64_t progress_eta_s(const struct progress_facts *f); /* -1: unknown */

/* "packages  [####----]  45 %  ETA 0:03  27000 rows  9000 rows/s  12 changes",
 * without an end of line; bar only for terminals. What matters most comes
 * first, because a narrow terminal cuts the rest. */
void progress_line(const struct progress_facts *f, bool bar, struct buf *out);

#endif
