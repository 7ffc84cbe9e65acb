/* Rejects from provisional to open, and from open to settled. */
#include "proto/clock.h"
#include "proto/store_impl.h"
#include "proto/store_reject.h"

enum { PAGE = 256 };

int
store_reject_forget(
    struct store *s, uint64_t run, uint32_t chunk, struct err *e)
{
	return store_db_run(s,
	    "DELETE FROM rejects WHERE run_id = $1 AND chunk = $2 "
	    "AND state = 'provisional'",
	    STORE_ARGS(arg_u64(run), arg_u64(chunk)), NULL, e);
}

/* A provisional reject, as far as finding its like needs it. */
struct fresh {
	uint64_t id, entity, run, chunk, attempt;
	struct span bk_hash, row_hash;
};

/* The lowest open reject with the hash from an earlier run, else from an
 * earlier attempt of the same chunk: 1, 0 or -1. Each is one index seek. */
static int
find_by_key(struct store *s, const struct fresh *f, uint64_t *id, struct err *e)
{
	int rc = store_db_number(s,
	    "SELECT id FROM rejects WHERE state = 'open' "
	    "AND entity_id = $1 AND bk_hash = $2 AND run_id < $3 "
	    "ORDER BY run_id LIMIT 1",
	    STORE_ARGS(
		arg_u64(f->entity), arg_blob(f->bk_hash), arg_u64(f->run)),
	    id, e);
	if (rc != 0 || f->attempt <= 1)
		return rc;
	return store_db_number(s,
	    "SELECT id FROM rejects WHERE state = 'open' "
	    "AND entity_id = $1 AND bk_hash = $2 AND run_id = $3 "
	    "AND chunk = $4 AND attempt < $5 ORDER BY attempt LIMIT 1",
	    STORE_ARGS(arg_u64(f->entity), arg_blob(f->bk_hash),
		arg_u64(f->run), arg_u64(f->chunk), arg_u64(f->attempt)),
	    id, e);
}

/* The same by the original row. A known key must not contradict it. */
static int
find_by_row(struct store *s, const struct fresh *f, uint64_t *id, struct err *e)
{
	int rc = store_db_number(s,
	    "SELECT id FROM rejects WHERE state = 'open' "
	    "AND entity_id = $1 AND row_hash = $2 AND run_id < $3 "
	    "AND (bk_hash IS NULL OR $4 IS NULL) ORDER BY run_id LIMIT 1",
	    STORE_ARGS(arg_u64(f->entity), arg_blob(f->row_hash),
		arg_u64(f->run), arg_blob(f->bk_hash)),
	    id, e);
	if (rc != 0 || f->attempt <= 1)
		return rc;
	return store_db_number(s,
	    "SELECT id FROM rejects WHERE state = 'open' "
	    "AND entity_id = $1 AND row_hash = $2 AND run_id = $3 "
	    "AND chunk = $4 AND attempt < $5 "
	    "AND (bk_hash IS NULL OR $6 IS NULL) ORDER BY attempt LIMIT 1",
	    STORE_ARGS(arg_u64(f->entity), arg_blob(f->row_hash),
		arg_u64(f->run), arg_u64(f->chunk), arg_u64(f->attempt),
		arg_blob(f->bk_hash)),
	    id, e);
}

static int
find_like(struct store *s, const struct fresh *f, uint64_t *id, struct err *e)
{
	int rc = 0;
	if (f->bk_hash.len)
		rc = find_by_key(s, f, id, e);
	return rc == 0 ? find_by_row(s, f, id, e) : rc;
}

/* The old one is told what happened now; its id and first time stay. What an
 * earlier stage could not know this time is kept. */
static int
renew(struct store *s, uint64_t old, uint64_t fresh, struct err *e)
{
	if (store_db_run(s,
		"UPDATE rejects AS o SET run_id = f.run_id, chunk = f.chunk, "
		"attempt = f.attempt, stage = f.stage, field = f.field, "
		"layer = f.layer, code = f.code, message = f.message, "
		"attempts = o.attempts + 1, last_at = f.last_at, "
		"bk_hash = coalesce(f.bk_hash, o.bk_hash), "
		"row_hash = f.row_hash, "
		"version = coalesce(f.version, o.version), "
		"key = coalesce(f.key, o.key), key_text = CASE "
		"WHEN f.key_text <> '' THEN f.key_text ELSE o.key_text END, "
		"original = f.original "
		"FROM rejects AS f WHERE f.id = $1 AND o.id = $2",
		STORE_ARGS(arg_u64(fresh), arg_u64(old)), NULL, e) < 0)
		return -1;
	return store_db_run(s, "DELETE FROM rejects WHERE id = $1",
	    STORE_ARGS(arg_u64(fresh)), NULL, e);
}

static int
publish_one(struct store *s, const struct fresh *f, struct err *e)
{
	uint64_t old;
	int rc = find_like(s, f, &old, e);
	if (rc < 0)
		return -1;
	if (rc == 1)
		return renew(s, old, f->id, e);
	return store_db_run(s,
	    "UPDATE rejects SET state = 'open' WHERE id = $1",
	    STORE_ARGS(arg_u64(f->id)), NULL, e);
}

/* The next page, so that no query is open while rows change. */
static int
next_page(struct store *s, const struct store_attempt *of, uint64_t after,
    struct store_list *page, struct err *e)
{
	struct store_rows q;
	int rc;
	if (store_db_query(s,
		"SELECT id, entity_id, run_id, chunk, attempt, bk_hash, "
		"row_hash FROM rejects WHERE run_id = $1 AND chunk = $2 "
		"AND attempt = $3 AND id > $4 AND state = 'provisional' "
		"ORDER BY id LIMIT $5",
		STORE_ARGS(arg_u64(of->run), arg_u64(of->chunk),
		    arg_u64(of->attempt), arg_u64(after), arg_u64(PAGE)),
		&q, e) < 0)
		return -1;
	while ((rc = store_db_step(&q, e)) == 1) {
		struct fresh *f = store_list_add(page);
		f->id = store_db_u64(&q);
		f->entity = store_db_u64(&q);
		f->run = store_db_u64(&q);
		f->chunk = store_db_u64(&q);
		f->attempt = store_db_u64(&q);
		f->bk_hash = store_db_blob(&q, page->arena);
		f->row_hash = store_db_blob(&q, page->arena);
	}
	return rc;
}

static int
publish_all(struct store *s, const struct store_attempt *of, struct err *e)
{
	struct arena a = { 0 };
	uint64_t after = 0;
	int rc = 0;
	for (bool more = true; rc == 0 && more;) {
		arena_reset(&a);
		struct store_list page = { &a, sizeof(struct fresh), NULL, 0,
			0 };
		rc = next_page(s, of, after, &page, e);
		const struct fresh *f = page.items;
		for (size_t i = 0; rc == 0 && i < page.n; i++) {
			rc = publish_one(s, &f[i], e);
			after = f[i].id;
		}
		more = page.n == PAGE;
	}
	arena_free(&a);
	return rc;
}

/* A chunk that was shown with a halted run and then read again: what the new
 * attempt did not reject is not rejected any more. */
static int
settle_older(struct store *s, const struct store_attempt *of, struct err *e)
{
	if (of->attempt <= 1)
		return 0;
	return store_db_run(s,
	    "UPDATE rejects SET state = 'closed', closed_at = $1, "
	    "closed_how = $2 WHERE run_id = $3 AND chunk = $4 "
	    "AND attempt < $5 AND state = 'open'",
	    STORE_ARGS(arg_u64((uint64_t)clock_wall_micros()),
		arg_text(store_reject_end_name(STORE_REJECT_SETTLED)),
		arg_u64(of->run), arg_u64(of->chunk), arg_u64(of->attempt)),
	    NULL, e);
}

int
store_reject_publish(
    struct store *s, const struct store_attempt *of, struct err *e)
{
	if (publish_all(s, of, e) < 0)
		return -1;
	return settle_older(s, of, e);
}

/* What voided attempts reported after the next one had begun. */
static int
drop_void(struct store *s, uint64_t run, struct err *e)
{
	return store_db_run(s,
	    "DELETE FROM rejects WHERE run_id = $1 AND state = 'provisional' "
	    "AND EXISTS (SELECT 1 FROM chunks c "
	    "WHERE c.run_id = rejects.run_id AND c.chunk = rejects.chunk "
	    "AND c.attempt <> rejects.attempt)",
	    STORE_ARGS(arg_u64(run)), NULL, e);
}

/* The next chunk that still has provisional rejects: 1, 0 or -1. */
static int
next_attempt(struct store *s, struct store_attempt *of, struct err *e)
{
	struct store_rows q;
	if (store_db_query(s,
		"SELECT chunk, attempt FROM rejects WHERE run_id = $1 "
		"AND state = 'provisional' ORDER BY chunk, attempt LIMIT 1",
		STORE_ARGS(arg_u64(of->run)), &q, e) < 0)
		return -1;
	int rc = store_db_step(&q, e);
	if (rc != 1)
		return rc;
	of->chunk = (uint32_t)store_db_u64(&q);
	of->attempt = (uint32_t)store_db_u64(&q);
	store_db_end(&q);
	return 1;
}

int
store_reject_publish_run(struct store *s, uint64_t run, struct err *e)
{
	struct store_attempt of = { .run = run };
	int rc = drop_void(s, run, e);
	if (rc < 0)
		return -1;
	while ((rc = next_attempt(s, &of, e)) == 1)
		if (publish_all(s, &of, e) < 0)
			return -1;
	return rc;
}

/* --- when a run completes --------------------------------------------------
 */

static int
close_all(struct store *s, const char *sql, const struct store_args *args,
    uint64_t *closed, struct err *e)
{
	bool own;
	if (store_enter(s, STORE_DURABLE, &own, e) < 0)
		return -1;
	return store_leave(s, own, store_db_run(s, sql, args, closed, e), e);
}

int
store_reject_settle(struct store *s, const struct store_reject_read *read,
    uint64_t *closed, struct err *e)
{
	return close_all(s,
	    "UPDATE rejects SET state = 'closed', closed_at = $1, "
	    "closed_how = $2 WHERE state = 'open' AND run_id < $3 "
	    "AND entity_id = (SELECT id FROM entities WHERE name = $4) "
	    "AND ($5 IS NULL OR version >= $5)",
	    STORE_ARGS(arg_u64((uint64_t)clock_wall_micros()),
		arg_text(store_reject_end_name(STORE_REJECT_SETTLED)),
		arg_u64(read->run), arg_text(read->entity),
		arg_blob(read->from)),
	    closed, e);
}

static int
settle_retry(struct store *s, uint64_t run, uint64_t *closed, struct err *e)
{
	if (store_db_run(s,
		"UPDATE rejects SET state = 'closed', closed_at = $1, "
		"closed_how = $2 WHERE retry_run <> 0 AND retry_run = $3 "
		"AND run_id <> $3 AND state = 'open'",
		STORE_ARGS(arg_u64((uint64_t)clock_wall_micros()),
		    arg_text(store_reject_end_name(STORE_REJECT_RETRIED)),
		    arg_u64(run)),
		closed, e) < 0)
		return -1;
	return store_db_run(s,
	    "UPDATE rejects SET retry_run = 0 "
	    "WHERE retry_run <> 0 AND retry_run = $1",
	    STORE_ARGS(arg_u64(run)), NULL, e);
}

int
store_reject_settle_retry(
    struct store *s, uint64_t run, uint64_t *closed, struct err *e)
{
	bool own;
	if (store_enter(s, STORE_DURABLE, &own, e) < 0)
		return -1;
	return store_leave(s, own, settle_retry(s, run, closed, e), e);
}
