#ifndef EXTRACT_SOURCE_H
#define EXTRACT_SOURCE_H
#include "extract/chunk.h"
#include "extract/columns.h"
#include "extract/emit.h"
#include "proto/arena.h"
#include "proto/attr.h"
#include "proto/db_pg_kept.h"
#include "proto/err.h"
#include "proto/message.h"
#include "proto/pipeline.h"
#include "proto/schema.h"
#include <stdbool.h>

/*
 * One entity's source, open: a driver behind one table of functions. Opening
 * connects and learns the schema; nothing is read until source_read.
 *
 * A read either gives every row of its range to emit, last flush included,
 * and returns 0, or fails. There is no short read that looks complete.
 */
struct source_handle {
	const struct source_driver *driver;
	const struct entity *en;
	enum run_mode mode;
	const struct connection *conn; /* of the target, to adopt */
	const char *table;             /* the same; NULL: en says */
	struct pg_kept *kept;          /* outlives this; may be NULL */
	struct arena arena;            /* all that lives as long as this */
	struct schema schema;          /* every column there is */
	struct wanted wanted;          /* those that are read */
	bool snapshot; /* all chunks of a plan see one and the same state */
	void *own;     /* the driver's state, in arena */
};

struct source_driver {
	enum driver kind;
	const char *name;
	int (*open)(
	    struct source_handle *s, struct err *e); /* fills schema, own */
	/* Gives ranges of an earlier plan, all of them stable, to a new
	 * snapshot. NULL: no plan of this driver is stable. */
	int (*again)(
	    struct source_handle *s, struct chunk_list *ranges, struct err *e);
	/* Divides what is above the watermark (empty: everything). */
	int (*plan)(struct source_handle *s, struct span version,
	    struct chunk_list *out, struct err *e);
	/* How many rows a plan of everything will give and a checksum of them
	 * under its snapshot, appended to out; rows NULL: only whether it
	 * could say. No function: it cannot. */
	int (*probe)(struct source_handle *s, uint64_t *rows, struct buf *out,
	    struct err *e);
	int (*read)(struct source_handle *s, const struct chunk_range *r,
	    struct emit *em, struct err *e);
	/* What values of a declared type travel as; NULL: as that. */
	enum value_type (*travels)(enum value_type declared);
	void (*close)(struct source_handle *s); /* also after a failed open */
};

extern const struct source_driver source_postgres, source_sqlite, source_csv,
    source_null;

int source_open(const struct entity *en, enum run_mode mode,
    struct pg_kept *kept, struct source_handle **out, struct err *e) MUST_CHECK;
void source_close(struct source_handle **s);

int source_plan(struct source_handle *s, struct span version,
    struct chunk_list *out, struct err *e) MUST_CHECK;

/* Instead of a plan: ranges of an earlier one, as chunk_encode wrote them. */
int source_again(struct source_handle *s, struct span ranges,
    struct chunk_list *out, struct err *e) MUST_CHECK;

/* After a plan: what the source says its rows sum up to, where the entity
 * asks for a probe; else out stays empty. rows NULL: as above. */
int source_probe(struct source_handle *s, uint64_t *rows, struct buf *out,
    struct err *e) MUST_CHECK;

/* Counts, and the next batch's number, are in em afterwards. */
int source_read(struct source_handle *s, const struct chunk_range *r,
    struct emit *em, struct err *e) MUST_CHECK;

#endif
