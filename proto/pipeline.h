#ifndef PROTO_PIPELINE_H
#define PROTO_PIPELINE_H
#include "proto/address.h"
#include "proto/arena.h"
#include "proto/attr.h"
#include "proto/buf.h"
#include "proto/err.h"
#include "proto/pipeline_entity.h"
#include "proto/pipeline_schedule.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The pipeline file (syncline.yaml(5)) as structs. Every process loads the
 * same file and takes from it what it needs; secrets stay references until
 * the process that needs one reads it (secret.h). Lists are counted arrays in
 * the pipeline's arena; absent strings are NULL; a struct's line is where it
 * stands in the file, for messages.
 */
struct node;
struct pipeline {
	struct arena arena;
	const char *path;        /* the file, as given */
	const struct node *root; /* what it says, as a tree */
	const char *base_dir;    /* absolute; relative paths start here */
	const char *store_dir;   /* absolute */
	size_t nconnections;
	struct connection *connections;
	size_t nentities;
	struct entity *entities;
	struct schedule schedule;
	int64_t workers_extract, workers_normalize, workers_identity;
	int64_t workers_delta, workers_resolver, workers_load;
	/* Of these two there are at least so many; above, the most. */
	int64_t workers_normalize_min, workers_load_min;
	int64_t scale_sample_ms; /* between two looks at the queues */
	int64_t scale_up_after, scale_down_after; /* looks that agree */
	int64_t hwm;                              /* batches per hop */
	int64_t state_memory;                     /* bytes per delta worker */
	int64_t state_partitions; /* per entity; a power of two */
	int64_t load_group_rows;  /* rows per target transaction, at most */
	int64_t ack_timeout_ms;   /* silence that ends a run */
	int64_t lease_ms;         /* silence that loses a run */
	int64_t tries;            /* of one thing in a row, before it fails */
	bool confine;             /* stages give up what they do not need */
	struct strings confine_read; /* absolute; but not these files */
	int64_t memory;              /* bytes a stage may allocate; 0: any */
	int64_t poison_rows;         /* rows of a run that stages may die of */
	int64_t start_timeout_ms;    /* until a stage must be ready */
	int64_t heartbeat_ms;        /* silence that ends a stage process */
	int64_t restart_ms, restart_max_ms; /* between two starts of one */
	struct address metrics; /* of the supervisor; port 0: nowhere */
	bool metrics_public;
	const char *metrics_targets; /* absolute */
};

/* All problems of a file at once, one "FILE:LINE: PATH: MESSAGE" a line. */
struct problems {
	struct buf text;
	size_t count;
};

/*
 * Reads, parses and validates. base_dir may be NULL: the file's own folder.
 * On failure e is ERR_CONFIG and problems (may be NULL) holds every one.
 */
int pipeline_load(const char *path, const char *base_dir, struct pipeline **out,
    struct problems *problems, struct err *e) MUST_CHECK;
void pipeline_free(struct pipeline **p);

const struct entity *pipeline_entity(
    const struct pipeline *p, const char *name); /* or NULL */

/* As the file writes them. */
const char *driver_name(enum driver d);
const char *strategy_name(enum strategy s);

/* True if the entity's changes go through the resolver. */
bool entity_resolves(const struct entity *e);

/* True if that target column is one the target keeps about a row, which no
 * source sends: a tracking column or the mark of soft deletes. */
bool entity_tracks(const struct entity *e, const char *column);

#endif
