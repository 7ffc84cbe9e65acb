#ifndef PROTO_STAGE_H
#define PROTO_STAGE_H
#include "proto/attr.h"
#include "proto/batch.h"
#include "proto/err.h"
#include "proto/message.h"
#include "proto/options.h"
#include "proto/pipeline.h"
#include <stdbool.h>

/*
 * The runtime of every stage. main fills a stage_def and returns
 * stage_main(...); options, configuration, logging, signals, links, control,
 * readiness and exit codes happen here. A stage transforms batches and
 * answers control messages, nothing else.
 *
 * The same handlers serve both lives:
 *   service  ZeroMQ in and out, control to the supervisor
 *   filter   --stdio: frames on stdin and stdout. The runtime then plays the
 *            supervisor: MSG_OPEN comes from the stream (extract: from the
 *            options), MSG_CHUNK_END and MSG_END are handed to control() and
 *            passed on after it.
 *
 * Exits: 0 done, 64 usage, 71 internal error, 75 the world may get better,
 * 78 configuration.
 */
struct stage;

struct stage_def {
	const char *name;              /* "normalize" */
	const char *summary;           /* one line for --help and the manual */
	const struct option_key *keys; /* this stage's own options */
	size_t state_size;
	bool source;  /* has no input link: makes batches from assignments */
	bool holds;   /* keeps batches in hand until it acks them; else a batch
		       * is out of its hands when batch() returns */
	bool by_part; /* sends each part to the owner of its partition; else
		       * any peer may take any batch */
	/* A run begins: m is MSG_OPEN. The previous one was closed. It may
	 * report MSG_OPENED itself; else the runtime does. */
	int (*open)(struct stage *, const struct message *m, struct err *e);
	/* One batch. Take it (*b = NULL) or leave it for the runtime to free.
	 */
	int (*batch)(struct stage *, struct batch **b, struct err *e);
	/* Every other control message; NULL if the stage has none. */
	int (*control)(struct stage *, const struct message *m, struct err *e);
	/* The input is empty for now: finish what was grouped. May be NULL. */
	int (*idle)(struct stage *, struct err *e);
	/* As a filter, before the stream: 1 if an option asked for something
	 * else and that is done, 0 to go on. May be NULL. */
	int (*once)(struct stage *, struct err *e);
	/* The run ends, or the process does; called after open and after a
	 * plan that no open followed. */
	void (*close)(struct stage *);
	/* The process ends: what was kept between runs goes. May be NULL. */
	void (*end)(struct stage *);
};

int stage_main(int argc, char **argv, const struct stage_def *def);

void *stage_state(const struct stage *st); /* state_size bytes, zeroed */
const struct pipeline *stage_pipeline(const struct stage *st);
const struct entity *stage_entity(const struct stage *st); /* of the run */
uint64_t stage_run(const struct stage *st);
bool stage_is_filter(const struct stage *st);
uint32_t stage_instance(const struct stage *st);  /* from 0 */
uint32_t stage_instances(const struct stage *st); /* of this stage */

/*
 * Sends b downstream, to peer number b->part % outputs or to any (by_part).
 * Blocks on back-pressure. On success takes *b. A source's chunk that was
 * given to somebody else meanwhile fails with code "fenced": clean up and
 * return it; the runtime goes on with the next assignment.
 */
int stage_send(struct stage *st, struct batch **b, struct err *e) MUST_CHECK;

/* The same, but while there is no room downstream batches are kept, in order
 * and up to so many bytes, and the stage may go on. As a filter it blocks. */
int stage_send_later(
    struct stage *st, struct batch **b, size_t room, struct err *e) MUST_CHECK;

/* Sends m to the supervisor; as a filter, chunk_end and planned go where the
 * runtime needs them and the rest is summed up for the log. run is filled. */
int stage_report(struct stage *st, struct message *m, struct err *e) MUST_CHECK;

/* Acknowledges all of b: b->left plus counts (OUT_COUNT of them, or NULL). */
int stage_ack(struct stage *st, const struct batch *b, const uint64_t *counts,
    struct err *e) MUST_CHECK;

/*
 * Takes batches off the hands of whoever sends them, up to so many bytes, and
 * keeps them until there is time for them: for a stage that has long work to
 * do in between. What goes wrong is told by the next batch. As a filter it
 * does nothing.
 */
void stage_take_ahead(struct stage *st, size_t room);

/*
 * Reports row of b as a reject and adds it to b->left[OUT_REJECTED]; the
 * caller leaves it out of what it passes on. why is ERR_DATA. layer may be
 * NULL. Reports go out together before b is sent, acked or freed.
 */
void stage_reject(struct stage *st, struct batch *b, size_t row,
    const char *layer, const struct err *why);

/* Load's last word on b: applied rows only, outcome counts. As a service it
 * acks; as a filter it passes b on, for delta --commit. Takes *b. */
int stage_done(struct stage *st, struct batch **b, const uint64_t *counts,
    struct err *e) MUST_CHECK;

#endif
