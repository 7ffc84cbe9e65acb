#ifndef PROTO_STORE_TURN_H
#define PROTO_STORE_TURN_H
#include "proto/attr.h"
#include "proto/err.h"
#include "proto/store.h"
#include <stdint.h>

/*
 * An entity's last turn in the schedule: all that its runs of one night, or
 * of one time that it was due, did. Who restarts finds here what was done.
 */
enum store_turn_outcome {
	STORE_TURN_NONE,    /* it never had one */
	STORE_TURN_RUNNING, /* or its supervisor died in it */
	STORE_TURN_SETTLED, /* over, for better or worse, until it is due */
	STORE_TURN_PAUSED,  /* told to stop: goes on as soon as it may */
	STORE_TURN_AGAIN,   /* somebody was away: tried again soon */
	STORE_TURN_OUTCOMES
};

#define STORE_NO_NIGHT INT64_MIN

struct store_turn {
	int64_t since; /* when the schedule first knew the entity */
	enum store_turn_outcome outcome;
	int64_t began_at, ended_at;
	int64_t night; /* in days since 1970-01-01, or STORE_NO_NIGHT */
	/* Of the last one that brought the target up to date. */
	int64_t completed_at, completed_night;
};

/* 1; 0: never heard of, and *out is zero but for the nights. */
int store_turn_get(struct store *s, const char *entity, struct store_turn *out,
    struct err *e) MUST_CHECK;
/* Durable. */
int store_turn_put(struct store *s, const char *entity,
    const struct store_turn *turn, struct err *e) MUST_CHECK;

#endif
