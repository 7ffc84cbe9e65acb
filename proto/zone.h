#ifndef PROTO_ZONE_H
#define PROTO_ZONE_H
#include "proto/attr.h"
#include "proto/buf.h"
#include "proto/err.h"
#include <stdint.h>

/*
 * An IANA time zone, read from the host's zone files (TZif version 2 and
 * later, RFC 8536) with the rule in their footer for the days after the last
 * transition. Instants and local times are seconds since 1970-01-01T00:00:00,
 * UTC or local, within ZONE_SECS_MAX of it.
 */
struct zone;

#define ZONE_SECS_MAX (INT64_C(1) << 44)

/* ERR_CONFIG if there is no such zone, or its file cannot be used. UTC needs
 * no file. */
int zone_open(const char *name, struct zone **out, struct err *e) MUST_CHECK;
/* The same from the file's bytes. */
int zone_parse(struct span file, struct zone **out, struct err *e) MUST_CHECK;
void zone_free(struct zone **z); /* NULL-safe; clears the pointer */

/* Seconds east of UTC at that instant. */
int32_t zone_offset(const struct zone *z, int64_t utc_secs);

enum zone_fit {
	ZONE_UNIQUE,   /* one instant */
	ZONE_REPEATED, /* clocks went back: two or more instants */
	ZONE_SKIPPED,  /* clocks went forward over it: none */
};

/*
 * The instants a local time may be: the earliest and the latest. A skipped
 * time is both moved forward by the gap: read with the offset before it.
 */
enum zone_fit zone_local(const struct zone *z, int64_t local_secs,
    int64_t *earliest, int64_t *latest);

/* When clocks first show that local time, or skip it: then the instant of
 * the jump. Rises with local_secs, or stays. */
int64_t zone_first(const struct zone *z, int64_t local_secs);

#endif
