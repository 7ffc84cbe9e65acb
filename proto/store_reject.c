#include "proto/store_reject.h"
#include "proto/clock.h"
#include "proto/store_impl.h"
#include <xxhash.h>

static const char *const end_names[] = {
	[STORE_REJECT_SETTLED] = "settled",
	[STORE_REJECT_RETRIED] = "retried",
	[STORE_REJECT_DROPPED] = "dropped",
};
_Static_assert(ARRAY_LEN(end_names) == STORE_REJECT_ENDS, "all named");

const char *
store_reject_end_name(enum store_reject_end how)
{
	return end_names[how];
}

/* --- writing ---------------------------------------------------------------
 */

static int
insert(struct store *s, struct store_reject *r, uint64_t entity, struct err *e)
{
	const struct reject *w = &r->what;
	XXH128_canonical_t hash;
	XXH128_canonicalFromHash(
	    &hash, XXH3_128bits(w->original.data, w->original.len));
	struct span row_hash = { hash.digest, sizeof(hash.digest) };
	uint64_t now = (uint64_t)clock_wall_micros();
	return store_db_number(s,
	    "INSERT INTO rejects (entity_id, run_id, chunk, attempt, state, "
	    "stage, field, layer, code, message, first_at, last_at, key, "
	    "key_text, bk_hash, row_hash, version, original) "
	    "VALUES ($1, $2, $3, $4, 'provisional', $5, $6, $7, $8, $9, $10, "
	    "$11, $12, $13, $14, $15, $16, $17) RETURNING id",
	    STORE_ARGS(arg_u64(entity), arg_u64(r->run), arg_u64(r->chunk),
		arg_u64(r->attempt), arg_text(w->stage), arg_text(w->field),
		arg_text(w->layer), arg_text(w->code), arg_text(w->message),
		arg_u64(now), arg_u64(now), arg_blob(w->key),
		arg_text(r->key_text ? r->key_text : ""), arg_blob(w->bk_hash),
		arg_blob(row_hash), arg_blob(w->version),
		arg_blob(w->original)),
	    &r->id, e);
}

int
store_reject_add(struct store *s, struct store_reject *r, struct err *e)
{
	uint64_t entity;
	bool own;
	if (store_enter(s, STORE_CHEAP, &own, e) < 0)
		return -1;
	int rc = store_entity_id(s, r->entity, true, &entity, e);
	if (rc == 1)
		rc = insert(s, r, entity, e);
	return store_leave(s, own, rc < 0 ? -1 : 0, e);
}

int
store_reject_close(
    struct store *s, uint64_t id, enum store_reject_end how, struct err *e)
{
	return store_write_one(s,
	    "UPDATE rejects SET state = 'closed', closed_at = $1, "
	    "closed_how = $2 WHERE id = $3 AND state = 'open'",
	    STORE_ARGS(arg_u64((uint64_t)clock_wall_micros()),
		arg_text(end_names[how]), arg_u64(id)),
	    e);
}

int
store_reject_retry(struct store *s, uint64_t id, uint64_t run, struct err *e)
{
	return store_write_one(s,
	    "UPDATE rejects SET retry_run = $1 "
	    "WHERE id = $2 AND state = 'open'",
	    STORE_ARGS(arg_u64(run), arg_u64(id)), e);
}

/* --- reading ---------------------------------------------------------------
 */

#define SELECT                                                                 \
	"SELECT r.id, n.name, r.run_id, r.chunk, r.attempt, r.stage, "         \
	"r.field, r.layer, r.code, r.message, r.key, r.key_text, r.bk_hash, "  \
	"r.version, r.attempts, r.first_at, r.last_at, r.retry_run, "          \
	"r.closed_at, r.closed_how, "
#define FROM " FROM rejects r JOIN entities n ON n.id = r.entity_id "
#define MATCH                                                                  \
	"WHERE r.id > $1 AND ($2 = '' OR n.name = $2) "                        \
	"AND ($3 = '' OR r.code = $3) AND ($4 = '' OR r.field = $4) "          \
	"AND ($5 = '' OR r.stage = $5) AND ($6 = 0 OR r.run_id = $6) "         \
	"AND ($7 = 0 OR r.retry_run = $7) "                                    \
	"AND (r.state = 'open' OR ($8 = 1 AND r.state = 'closed')) "

static const char *
any(const char *s)
{
	return s ? s : "";
}
#define MATCH_ARGS(f, after)                                                   \
	arg_u64(after), arg_text(any((f)->entity)), arg_text(any((f)->code)),  \
	    arg_text(any((f)->field)), arg_text(any((f)->stage)),              \
	    arg_u64((f)->run), arg_u64((f)->retry_run), arg_u64((f)->closed)

static void
read_reject(struct store_rows *q, struct arena *a, struct store_reject *r)
{
	r->id = store_db_u64(q);
	r->entity = store_db_text(q, a);
	r->run = store_db_u64(q);
	r->chunk = (uint32_t)store_db_u64(q);
	r->attempt = (uint32_t)store_db_u64(q);
	r->what.stage = store_db_text(q, a);
	r->what.field = store_db_text(q, a);
	r->what.layer = store_db_text(q, a);
	r->what.code = store_db_text(q, a);
	r->what.message = store_db_text(q, a);
	r->what.key = store_db_blob(q, a);
	r->key_text = store_db_text(q, a);
	r->what.bk_hash = store_db_blob(q, a);
	r->what.version = store_db_blob(q, a);
	r->attempts = (uint32_t)store_db_u64(q);
	r->first_at = (int64_t)store_db_u64(q);
	r->last_at = (int64_t)store_db_u64(q);
	r->retry_run = store_db_u64(q);
	r->closed_at = (int64_t)store_db_u64(q);
	r->closed_how = store_db_text(q, a);
	r->what.original = store_db_blob(q, a);
}

int
store_reject_get(struct store *s, uint64_t id, struct arena *a,
    struct store_reject *out, struct err *e)
{
	struct store_rows q;
	if (store_db_query(s,
		SELECT "r.original" FROM
		       "WHERE r.id = $1 AND r.state <> 'provisional'",
		STORE_ARGS(arg_u64(id)), &q, e) < 0)
		return -1;
	int rc = store_db_step(&q, e);
	if (rc == 1) {
		read_reject(&q, a, out);
		store_db_end(&q);
	}
	return rc;
}

int
store_reject_list(struct store *s, const struct store_reject_filter *f,
    struct arena *a, struct store_rejects *out, struct err *e)
{
	struct store_list list = { a, sizeof(*out->v), NULL, 0, 0 };
	struct store_rows q;
	int rc;
	/* Two texts, so that unread originals are not even fetched. */
	const char *sql = f->originals ? SELECT "r.original" FROM MATCH
						"ORDER BY r.id LIMIT $9"
				       : SELECT "NULL" FROM MATCH
						"ORDER BY r.id LIMIT $9";
	if (store_db_query(s, sql,
		STORE_ARGS(MATCH_ARGS(f, f->after), arg_u64(f->limit)), &q,
		e) < 0)
		return -1;
	while ((rc = store_db_step(&q, e)) == 1)
		read_reject(&q, a, store_list_add(&list));
	*out = (struct store_rejects){ list.n, list.items };
	return rc;
}

int
store_reject_count(struct store *s, const struct store_reject_filter *f,
    uint64_t *n, struct err *e)
{
	int rc = store_db_number(s, "SELECT count(*)" FROM MATCH,
	    STORE_ARGS(MATCH_ARGS(f, 0)), n, e);
	return rc < 0 ? -1 : 0;
}

int
store_reject_hashes(struct store *s, struct store_reject_hashes *at,
    size_t limit, struct buf *out, struct err *e)
{
	struct store_rows q;
	struct arena a = { 0 };
	int rc;
	if (store_db_query(s,
		"SELECT id, bk_hash FROM rejects WHERE run_id = $1 "
		"AND chunk = $2 AND attempt = $3 AND stage = $4 AND id > $5 "
		"AND bk_hash IS NOT NULL AND state = 'provisional' "
		"ORDER BY id LIMIT $6",
		STORE_ARGS(arg_u64(at->run), arg_u64(at->chunk),
		    arg_u64(at->attempt), arg_text(at->stage),
		    arg_u64(at->after), arg_u64(limit)),
		&q, e) < 0)
		return -1;
	while ((rc = store_db_step(&q, e)) == 1) {
		at->after = store_db_u64(&q);
		struct span hash = store_db_blob(&q, &a);
		buf_put(out, hash.data, hash.len);
	}
	arena_free(&a);
	return rc;
}

int
store_reject_lowest(struct store *s, const char *entity, struct arena *a,
    struct span *version, struct err *e)
{
	struct store_rows q;
	/* NULLs first: one unknown version holds the watermark where it is. */
	if (store_db_query(s,
		"SELECT version FROM rejects WHERE state = 'open' "
		"AND entity_id = (SELECT id FROM entities WHERE name = $1) "
		"ORDER BY version IS NOT NULL, version LIMIT 1",
		STORE_ARGS(arg_text(entity)), &q, e) < 0)
		return -1;
	int rc = store_db_step(&q, e);
	if (rc == 1) {
		*version = store_db_blob(&q, a);
		store_db_end(&q);
	}
	return rc;
}
