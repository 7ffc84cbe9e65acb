#ifndef SUPERVISOR_PROC_H
#define SUPERVISOR_PROC_H
#include "proto/attr.h"
#include "proto/err.h"
#include "proto/limits.h"
#include "proto/message.h"
#include "proto/pipeline.h"
#include "proto/retry.h"
#include "proto/sock.h"
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/*
 * The stage processes: one slot per worker, started by fork and exec, known
 * ready by their hello, restarted by generation when they die. A slot that
 * dies before its first acknowledged batch backs off from 1 s to 60 s. What
 * each cost, CPU and peak memory, is logged at debug when it has ended.
 */
enum proc_kind {
	PROC_EXTRACT,
	PROC_NORMALIZE,
	PROC_IDENTITY,
	PROC_DELTA,
	PROC_RESOLVER,
	PROC_LOAD,
	PROC_KINDS
};

enum proc_state {
	PROC_DOWN,     /* to be started at start_at_ms */
	PROC_STARTING, /* running, no hello yet */
	PROC_READY,
};

struct proc {
	enum proc_kind kind;
	unsigned instance;
	enum proc_state state;
	pid_t pid;
	unsigned generation; /* of the endpoint: a dead one is never reused */
	char name[32];       /* "load.0" */
	char address[48];    /* "load.0.3" at the router: with generation, so
			      * that a dead one's last messages are nobody's */
	char endpoint[128];
	int64_t start_at_ms;
	int64_t started_ms;
	struct retry backoff;
	bool asked;       /* what a run asks before anything is read */
	bool reopening;   /* died while its run goes on: has to open it again */
	unsigned deaths;  /* in a row, each before an acknowledged batch */
	struct err error; /* its last word; class ERR_NONE if it had none */
};

struct procs_config {
	const struct pipeline *pipeline;
	const char *config_path; /* the copy every stage reads */
	const char *runtime_dir; /* short, 0700: sockets */
	const char *bin_dir;
	struct sock *router;
	const char *control_endpoint;
	bool watched; /* each serves its metrics */
};

struct procs {
	struct procs_config conf;
	bool resolver; /* the run's changes go through the resolvers */
	size_t n;
	struct proc *all; /* by kind, then instance */
	size_t first[PROC_KINDS + 1];
};

const char *proc_kind_name(enum proc_kind k);

void procs_init(struct procs *ps, const struct procs_config *conf);
/* Starts what is down and due. */
int procs_start_due(struct procs *ps, struct err *e) MUST_CHECK;
/* Milliseconds until the next start is due; -1 none. */
int64_t procs_next_ms(const struct procs *ps);
bool procs_ready(const struct procs *ps);

/* One child that has ended: its slot is DOWN, due again after its backoff,
 * and error says why it died. NULL when there is none. */
struct proc *procs_reap(struct procs *ps);

/* By address, or NULL. */
struct proc *procs_find(struct procs *ps, const char *address);
struct proc *procs_get(struct procs *ps, enum proc_kind k, unsigned instance);
size_t procs_count(const struct procs *ps, enum proc_kind k);

/* A hello came: the slot is READY. 0, or -1 if it is not the slot's child. */
int procs_hello(struct procs *ps, struct proc *p, const struct message *m);

/* Its last words, a MSG_ERROR: kept, and it is told that they arrived. */
void procs_error(struct procs *ps, struct proc *p, const struct message *m);

int proc_send(struct procs *ps, const struct proc *p, const struct message *m,
    struct err *e) MUST_CHECK;
int procs_send_all(struct procs *ps, enum proc_kind k, const struct message *m,
    struct err *e) MUST_CHECK;
/* Tells everybody whom to feed. */
int procs_connect(struct procs *ps, bool resolver, struct err *e) MUST_CHECK;

/* A batch went all the way: nobody's deaths count any more. */
void procs_worked(struct procs *ps);

/* Ends every child: at once, or by MSG_EXIT first. Sockets are unlinked. */
void procs_kill(struct procs *ps);
void procs_stop(struct procs *ps);
void procs_free(struct procs *ps);

#endif
