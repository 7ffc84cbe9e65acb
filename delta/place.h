#ifndef DELTA_PLACE_H
#define DELTA_PLACE_H
#include "proto/attr.h"
#include "proto/buf.h"
#include "proto/err.h"
#include <stdint.h>

/*
 * Where the files of one partition are:
 *
 *   STORE/state/ENTITY/p3of8.db                    the state
 *   STORE/state/ENTITY/p3of8.ID.segment            … and large commits of it
 *   STORE/state/ENTITY/p3of8.RUN.CHUNK.ATTEMPT.intent
 *
 * ENTITY is the entity's name, every byte but ASCII letters, digits, - and _
 * written as %XX, so that two names never share a folder. A name that would
 * get too long for a file system ends in %% and its 128-bit hash instead.
 */
struct place {
	const char *store_dir;
	const char *entity;
	uint32_t part, parts;
};

struct intent_id {
	uint64_t run;
	uint32_t chunk, attempt;
};

/* Each appends a path; end it with buf_str. */
void place_dir(const struct place *p, struct buf *out);
void place_state(const struct place *p, struct buf *out);
void place_intent(
    const struct place *p, const struct intent_id *id, struct buf *out);

void place_segment(const struct place *p, int64_t id, struct buf *out);

/* Of the state file as it lies on the disk, 48 bits: another one after every
 * write to it, 0 while there is none. */
uint64_t place_revision(const struct place *p);

/* Makes the folder and those above it, up to STORE. */
int place_make_dir(const struct place *p, struct err *e) MUST_CHECK;

/* The intent, or the segment, that a file name of the folder stands for: 1, or
 * 0 if none. */
int place_parse_intent(
    const struct place *p, const char *name, struct intent_id *id);

int place_parse_segment(const struct place *p, const char *name, int64_t *id);

/* ERR_CONFIG if the folder holds state of another number of partitions. */
int place_check_parts(const struct place *p, struct err *e) MUST_CHECK;

#endif
