/* The audit log of store_entity.h. */
#include "proto/clock.h"
#include "proto/store_entity.h"
#include "proto/store_impl.h"

int
store_audit_add(struct store *s, const struct store_audit *entry, struct err *e)
{
	return store_write(s, STORE_DURABLE,
	    "INSERT INTO audit (at, actor, verb, detail) "
	    "VALUES ($1, $2, $3, $4)",
	    STORE_ARGS(arg_u64((uint64_t)clock_wall_micros()),
		arg_text(entry->actor), arg_text(entry->verb),
		arg_text(entry->detail ? entry->detail : "")),
	    e);
}

int
store_audit_list(struct store *s, size_t limit, struct arena *a,
    struct store_audits *out, struct err *e)
{
	struct store_list list = { a, sizeof(*out->v), NULL, 0, 0 };
	struct store_rows q;
	int rc;
	if (store_db_query(s,
		"SELECT id, at, actor, verb, detail FROM audit "
		"ORDER BY id DESC LIMIT $1",
		STORE_ARGS(arg_u64(limit)), &q, e) < 0)
		return -1;
	while ((rc = store_db_step(&q, e)) == 1) {
		struct store_audit *r = store_list_add(&list);
		r->id = store_db_u64(&q);
		r->at = (int64_t)store_db_u64(&q);
		r->actor = store_db_text(&q, a);
		r->verb = store_db_text(&q, a);
		r->detail = store_db_text(&q, a);
	}
	*out = (struct store_audits){ list.n, list.items };
	return rc;
}
