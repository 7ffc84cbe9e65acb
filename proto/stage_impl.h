#ifndef PROTO_STAGE_IMPL_H
#define PROTO_STAGE_IMPL_H
#include "proto/arena.h"
#include "proto/board.h"
#include "proto/peers.h"
#include "proto/reject.h"
#include "proto/share.h"
#include "proto/sock.h"
#include "proto/stage.h"
#include "proto/stage_ahead.h"
#include "proto/stage_later.h"
#include "proto/stage_meter.h"
#include "proto/stream.h"

/* The inside of the runtime, shared by stage*.c and nobody else. */
struct stage_options {
	bool stdio, help, version, help_mdoc, verbose, quiet;
	const char *config, *base, *entity, *control, *endpoint, *rejects,
	    *called, *metrics;
	int64_t instance, instances, run, board;
};

/* Rejects that wait to be reported together. */
struct stage_rejects {
	struct arena arena;
	struct reject *rows; /* in arena */
	size_t n, cap, bytes;
	uint32_t chunk, attempt, seq;
};

/* A control message that came while a batch was being sent. */
struct stage_waiting {
	struct stage_waiting *next;
	struct frame frame;
};

/* What differs between the two lives of a stage. */
struct stage_ops {
	int (*send)(struct stage *, struct batch **, struct err *);
	/* NULL: it is sent. */
	int (*later)(struct stage *, struct batch **, size_t, struct err *);
	int (*report)(struct stage *, const struct message *, struct err *);
	int (*done)(struct stage *, struct batch **, const uint64_t *counts,
	    struct err *);
};

struct stage {
	const struct stage_def *def;
	const struct stage_ops *ops;
	struct stage_options opt;
	void *own_options; /* what def->keys fill: the state itself */
	void *state;
	struct pipeline *pipeline;
	const struct entity *entity;
	uint64_t run;
	bool open, planned, opened_reported;
	struct stage_rejects rejects;
	struct board *board;        /* NULL: nobody looks */
	uint64_t counts[OUT_COUNT]; /* acknowledged by this process */
	struct stage_meter meter;
	/* service */
	struct sock *control, *pull;
	struct peers peers;
	struct share_views shared;     /* what feeds us */
	struct stage_waiting *waiting; /* oldest first */
	struct stage_ahead ahead;
	struct stage_later later;
	uint32_t assigned_chunk, assigned_attempt;
	bool fenced, stopping;
	bool told; /* the supervisor knows why we stop */
	/* filter */
	struct stream in;
	int rejects_fd;
	struct buf chunk_list; /* of a source: the frames of MSG_CHUNK */
	struct buf schema;     /* of a source: MSG_PLANNED's body */
};

int stage_options_parse(
    struct stage *st, int argc, char **argv, struct err *e) MUST_CHECK;
/* 1 if an option asked for words only and they were printed. */
int stage_options_print(const struct stage *st);
int stage_filter_main(struct stage *st, struct err *e) MUST_CHECK;
int stage_service_main(struct stage *st, struct err *e) MUST_CHECK;

/* As a service (stage_send.c). Says m; blocks until the socket took it. */
int stage_send_message(
    struct stage *st, const struct message *m, struct err *e) MUST_CHECK;
/* What was counted: when it is time, or now. */
int stage_send_metrics(struct stage *st, bool now, struct err *e) MUST_CHECK;
/* What is due whether or not there is work. */
int stage_send_due(struct stage *st, struct err *e) MUST_CHECK;
/* MSG_PEERS: whom to feed from now on. */
int stage_send_peers(
    struct stage *st, const struct message *m, struct err *e) MUST_CHECK;
/* Until an item is ready or something is due; there is room for two more. */
int stage_send_wait(struct stage *st, struct sock_item *items, size_t n,
    struct err *e) MUST_CHECK;
extern const struct stage_ops stage_send_ops;

/* What both lives do with a message for the stage. */
int stage_begin(
    struct stage *st, const struct message *m, struct err *e) MUST_CHECK;
void stage_finish(struct stage *st);
int stage_control(
    struct stage *st, const struct message *m, struct err *e) MUST_CHECK;
int stage_take_batch(
    struct stage *st, struct frame *f, struct err *e) MUST_CHECK;
int stage_find_entity(
    struct stage *st, const char *name, struct err *e) MUST_CHECK;
int stage_flush_rejects(struct stage *st, struct err *e) MUST_CHECK;

#endif
