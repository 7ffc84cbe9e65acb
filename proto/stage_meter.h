#ifndef PROTO_STAGE_METER_H
#define PROTO_STAGE_METER_H
#include "proto/attr.h"
#include "proto/batch.h"
#include "proto/err.h"
#include "proto/http.h"
#include "proto/metric.h"
#include <stdbool.h>
#include <stdint.h>

/*
 * What one stage counts, part of its runtime (stage_impl.h). Counting a batch
 * is a dozen additions and two looks at the clock. What was counted goes to
 * the supervisor at most once a second, before a run is closed and before the
 * stage dies of an error, and as a service to whoever asks at --metrics.
 */
enum { METER_PASSED = OUT_COUNT, METER_OUTCOMES }; /* beside enum outcome */

struct stage_meter {
	struct metric_set set;
	const char *stage, *entity;
	bool source;
	/* cells; rows of the open run's entity, NULL until there are any */
	double *rows[METER_OUTCOMES];
	double *batches, *bytes_in, *bytes_out, *busy, *seconds;
	/* the work going on */
	int64_t since_us; /* 0: none */
	int64_t apart_us; /* of that, spent waiting for room */
	/* reports */
	bool due;          /* something was not told yet */
	int64_t told_us;   /* when the last one was, or work began anew */
	int64_t waited_us; /* for room, since then */
	struct http *http; /* /metrics; NULL: nobody asks */
};

void stage_meter_init(struct stage_meter *m, const char *stage, bool source);
/* At the address of --metrics. */
int stage_meter_serve(
    struct stage_meter *m, const char *at, struct err *e) MUST_CHECK;
void stage_meter_free(struct stage_meter *m);

/* A run of that entity begins. */
void stage_meter_open(struct stage_meter *m, const char *entity);

/* Work begins and ends; waiting for room downstream is none. took: it was on
 * a batch of so many bytes. sent: another one went out. kept: a batch waited
 * for room while the work went on. */
void stage_meter_begin(struct stage_meter *m);
void stage_meter_end(struct stage_meter *m);
void stage_meter_took(struct stage_meter *m, size_t bytes);
void stage_meter_sent(struct stage_meter *m, size_t bytes);
void stage_meter_waited(struct stage_meter *m, int64_t us);
void stage_meter_kept(struct stage_meter *m, int64_t us);

/* The rows of b that this stage decided on: what left b since it came, counts
 * (may be NULL), and what is passed on. They are counted once b is gone. */
struct meter_rows {
	uint64_t n[METER_OUTCOMES];
};
struct meter_rows stage_meter_rows(
    const struct batch *b, const uint64_t *counts, bool passed);
void stage_meter_count(struct stage_meter *m, const struct meter_rows *rows);

/* A report for MSG_METRICS, if there is something to tell and the last one is
 * a second old, or now. *waiting: thousandths of the time since then that a
 * batch waited for room. */
bool stage_meter_report(
    struct stage_meter *m, bool now, uint64_t *waiting, struct buf *body);

/* Answers whoever asks at --metrics. Never waits. */
void stage_meter_turn(struct stage_meter *m);
/* Until a report or a turn is due; -1: not before something happens. */
int64_t stage_meter_wait_ms(const struct stage_meter *m);
int stage_meter_fd(const struct stage_meter *m); /* to wait for; -1: none */

#endif
