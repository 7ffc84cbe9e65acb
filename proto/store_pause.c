#include "proto/store_pause.h"
#include "proto/clock.h"
#include "proto/store_impl.h"

int
store_pause_set(
    struct store *s, const char *entity, const char *actor, struct err *e)
{
	return store_write_one(s,
	    "INSERT INTO pauses (entity, at, actor) VALUES ($1, $2, $3) "
	    "ON CONFLICT (entity) DO NOTHING",
	    STORE_ARGS(arg_text(entity), arg_u64((uint64_t)clock_wall_micros()),
		arg_text(actor)),
	    e);
}

int
store_pause_clear(struct store *s, const char *entity, struct err *e)
{
	return store_write_one(s, "DELETE FROM pauses WHERE entity = $1",
	    STORE_ARGS(arg_text(entity)), e);
}

int
store_pause_list(
    struct store *s, struct arena *a, struct store_pauses *out, struct err *e)
{
	struct store_list list = { a, sizeof(*out->v), NULL, 0, 0 };
	struct store_rows q;
	int rc;
	if (store_db_query(s,
		"SELECT entity, at, actor FROM pauses ORDER BY entity",
		STORE_NO_ARGS, &q, e) < 0)
		return -1;
	while ((rc = store_db_step(&q, e)) == 1) {
		struct store_pause *p = store_list_add(&list);
		p->entity = store_db_text(&q, a);
		p->at = (int64_t)store_db_u64(&q);
		p->actor = store_db_text(&q, a);
	}
	*out = (struct store_pauses){ list.n, list.items };
	return rc;
}
