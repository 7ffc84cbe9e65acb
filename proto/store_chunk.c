#include "proto/store_chunk.h"
#include "proto/clock.h"
#include "proto/store_impl.h"
#include <inttypes.h>
#include <string.h>

/* In the store, and in a CHECK of migration 1. */
static const char *const state_names[] = {
	[STORE_CHUNK_PLANNED] = "planned",
	[STORE_CHUNK_ASSIGNED] = "assigned",
	[STORE_CHUNK_READ] = "read",
	[STORE_CHUNK_DONE] = "done",
};
_Static_assert(ARRAY_LEN(state_names) == STORE_CHUNK_STATES, "all named");

const char *
store_chunk_state_name(enum store_chunk_state st)
{
	return state_names[st];
}

static enum store_chunk_state
state_parse(const char *name)
{
	for (size_t i = 0; i < STORE_CHUNK_STATES; i++)
		if (strcmp(state_names[i], name) == 0)
			return (enum store_chunk_state)i;
	return STORE_CHUNK_PLANNED; /* the table's CHECK lets nothing else in */
}

/* --- writing ---------------------------------------------------------------
 */

int
store_chunk_add(struct store *s, const struct store_chunk *c, struct err *e)
{
	return store_write(s, STORE_DURABLE,
	    "INSERT INTO chunks (run_id, chunk, state, estimate, range) "
	    "VALUES ($1, $2, 'planned', $3, $4)",
	    STORE_ARGS(arg_u64(c->run), arg_u64(c->chunk), arg_u64(c->estimate),
		arg_blob(c->range)),
	    e);
}

/* Whoever moves a chunk knows its state and attempt, or is wrong about it. */
static int
not_there(const struct store_chunk *c, const char *what, struct err *e)
{
	return err_bug(e,
	    "run %" PRIu64 ": chunk %u attempt %u is not one that can be %s",
	    c->run, c->chunk, c->attempt, what);
}

static int
assign(struct store *s, struct store_chunk *c, struct err *e)
{
	uint64_t attempt;
	if (store_reject_forget(s, c->run, c->chunk, e) < 0)
		return -1;
	int rc = store_db_number(s,
	    "UPDATE chunks SET state = 'assigned', attempt = attempt + 1, "
	    "row_count = 0, batches = 0, bytes = 0, version = NULL, "
	    "started_at = $1 "
	    "WHERE run_id = $2 AND chunk = $3 AND state <> 'done' "
	    "RETURNING attempt",
	    STORE_ARGS(arg_u64((uint64_t)clock_wall_micros()), arg_u64(c->run),
		arg_u64(c->chunk)),
	    &attempt, e);
	if (rc == 0)
		return not_there(c, "assigned", e);
	c->attempt = (uint32_t)attempt;
	return rc < 0 ? -1 : 0;
}

int
store_chunk_assign(struct store *s, struct store_chunk *c, struct err *e)
{
	bool own;
	if (store_enter(s, STORE_CHEAP, &own, e) < 0)
		return -1;
	return store_leave(s, own, assign(s, c, e), e);
}

static int
mark_read(struct store *s, const struct store_chunk *c, struct err *e)
{
	uint64_t changed;
	if (store_db_run(s,
		"UPDATE chunks SET state = 'read', row_count = $1, "
		"batches = $2, bytes = $3, version = $4 WHERE run_id = $5 "
		"AND chunk = $6 AND attempt = $7 AND state = 'assigned'",
		STORE_ARGS(arg_u64(c->rows), arg_u64(c->batches),
		    arg_u64(c->bytes), arg_blob(c->version), arg_u64(c->run),
		    arg_u64(c->chunk), arg_u64(c->attempt)),
		&changed, e) < 0)
		return -1;
	return changed == 1 ? 0 : not_there(c, "read", e);
}

int
store_chunk_read(struct store *s, const struct store_chunk *c, struct err *e)
{
	bool own;
	if (store_enter(s, STORE_CHEAP, &own, e) < 0)
		return -1;
	return store_leave(s, own, mark_read(s, c, e), e);
}

static int
mark_done(struct store *s, const struct store_chunk *c, struct err *e)
{
	const uint64_t *n = c->counts;
	uint64_t changed;
	if (store_db_run(s,
		"UPDATE chunks SET state = 'done', inserted = $1, "
		"updated = $2, deleted = $3, unchanged = $4, rejected = $5, "
		"conflicted = $6, pending = $7, done_at = $8 "
		"WHERE run_id = $9 AND chunk = $10 AND attempt = $11 "
		"AND state = 'read'",
		STORE_ARGS(arg_u64(n[OUT_INSERTED]), arg_u64(n[OUT_UPDATED]),
		    arg_u64(n[OUT_DELETED]), arg_u64(n[OUT_UNCHANGED]),
		    arg_u64(n[OUT_REJECTED]), arg_u64(n[OUT_CONFLICTED]),
		    arg_u64(n[OUT_PENDING]),
		    arg_u64((uint64_t)clock_wall_micros()), arg_u64(c->run),
		    arg_u64(c->chunk), arg_u64(c->attempt)),
		&changed, e) < 0)
		return -1;
	return changed == 1 ? 0 : not_there(c, "done", e);
}

int
store_chunk_done(struct store *s, const struct store_chunk *c, struct err *e)
{
	struct store_attempt of = {
		.run = c->run, .chunk = c->chunk, .attempt = c->attempt
	};
	bool own;
	if (store_enter(s, STORE_DURABLE, &own, e) < 0)
		return -1;
	int rc = mark_done(s, c, e);
	if (rc == 0)
		rc = store_reject_publish(s, &of, e);
	return store_leave(s, own, rc, e);
}

/* --- reading ---------------------------------------------------------------
 */

#define SELECT                                                                        \
	"SELECT run_id, chunk, state, attempt, range, estimate, row_count, batches, " \
	"bytes, inserted, updated, deleted, unchanged, rejected, conflicted, "        \
	"pending, version, started_at, done_at FROM chunks "

static void
read_chunk(struct store_rows *q, struct arena *a, struct store_chunk *c)
{
	c->run = store_db_u64(q);
	c->chunk = (uint32_t)store_db_u64(q);
	c->state = state_parse(store_db_text(q, a));
	c->attempt = (uint32_t)store_db_u64(q);
	c->range = store_db_blob(q, a);
	c->estimate = store_db_u64(q);
	c->rows = store_db_u64(q);
	c->batches = store_db_u64(q);
	c->bytes = store_db_u64(q);
	store_counts(q, c->counts);
	c->version = store_db_blob(q, a);
	c->started_at = (int64_t)store_db_u64(q);
	c->done_at = (int64_t)store_db_u64(q);
}

int
store_chunk_list(struct store *s, const struct store_chunk_page *page,
    struct arena *a, struct store_chunks *out, struct err *e)
{
	struct store_list list = { a, sizeof(*out->v), NULL, 0, 0 };
	struct store_rows q;
	int rc;
	if (store_db_query(s,
		SELECT "WHERE run_id = $1 AND chunk >= $2 "
		       "ORDER BY chunk LIMIT $3",
		STORE_ARGS(arg_u64(page->run), arg_u64(page->from),
		    arg_u64(page->limit)),
		&q, e) < 0)
		return -1;
	while ((rc = store_db_step(&q, e)) == 1)
		read_chunk(&q, a, store_list_add(&list));
	*out = (struct store_chunks){ list.n, list.items };
	return rc;
}
