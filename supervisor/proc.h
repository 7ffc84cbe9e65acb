#ifndef SUPERVISOR_PROC_H
#define SUPERVISOR_PROC_H
#include "proto/attr.h"
#include "proto/board.h"
#include "proto/err.h"
#include "proto/limits.h"
#include "proto/message.h"
#include "proto/pipeline.h"
#include "proto/retry.h"
#include "proto/sock.h"
#include "supervisor/proc_kind.h"
#include "supervisor/proc_state.h"
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/*
 * The stage processes: one slot per worker, started by fork and exec, known
 * ready by their hello and alive by their heartbeat, restarted by generation
 * when they die. What may happen to a slot is the table of proc_state.h. What
 * each cost, CPU and peak memory, is logged at debug when it has ended.
 */
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
	struct board *board; /* while it lives */
	uint64_t beats;      /* of board, when … */
	int64_t beat_ms;     /* … they were last seen to rise */
	int64_t told_ms;     /* to exit */
	struct retry backoff;
	bool asked;       /* what a run asks before anything is read */
	bool joining;     /* more hands: opens the run, nobody feeds it yet */
	bool reopening;   /* died while its run goes on: has to open it again */
	unsigned deaths;  /* in a row, each before an acknowledged batch */
	struct err error; /* its last word; class ERR_NONE if it had none */
	bool crashed;     /* it could not say why it died */
	char words[WORDS_BYTES]; /* its last warning or error in the log */
	size_t nhands;           /* what it had in hand then */
	struct board_hand hands[BOARD_HANDS];
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
	size_t least[PROC_KINDS];
	size_t active[PROC_KINDS]; /* of these slots, the first ones in use */
	int64_t looked_ms;
};

void procs_init(struct procs *ps, const struct procs_config *conf);
/* A run begins: with as many as there are at least, and who was given up may
 * try again. */
void procs_begin(struct procs *ps);

/* Starts what is down and due. */
int procs_start_due(struct procs *ps, struct err *e) MUST_CHECK;
/* Milliseconds until somebody is to be started or looked at. */
int64_t procs_next_ms(const struct procs *ps);
bool procs_ready(const struct procs *ps);

/* v happens to p. What cannot happen is said, and changes nothing. */
void proc_step(struct proc *p, enum proc_event v);

/* Kills whoever has been silent for too long; it is reaped as dead. */
void procs_look(struct procs *ps);

/* One child that has died: its slot is due again after its backoff or given
 * up, and error says why. NULL when there is none. */
struct proc *procs_reap(struct procs *ps);
/* p is no worse than a new one: a batch was to blame for its death. */
void procs_excuse(struct procs *ps, struct proc *p);
void procs_excuse_all(struct procs *ps); /* other work begins */

/* By address, or NULL. */
struct proc *procs_find(struct procs *ps, const char *address);
struct proc *procs_get(struct procs *ps, enum proc_kind k, unsigned instance);
size_t procs_count(const struct procs *ps, enum proc_kind k); /* in use */

/* A hello came: the slot is READY. 0, or -1 if it is not the slot's child. */
int procs_hello(struct procs *ps, struct proc *p, const struct message *m);

/* A batch went all the way: nobody's deaths count any more. */
void procs_worked(struct procs *ps);

/* Ends every child: at once, or by MSG_EXIT first. Sockets are unlinked. */
void procs_kill(struct procs *ps);
void procs_stop(struct procs *ps);
void procs_free(struct procs *ps);

#endif
