#include "proto/store_order.h"
#include "proto/store_impl.h"

int
store_order_add(struct store *s, const char *entity, struct err *e)
{
	return store_write_one(s,
	    "INSERT INTO orders (entity) VALUES ($1) ON CONFLICT DO NOTHING",
	    STORE_ARGS(arg_text(entity)), e);
}

int
store_order_drop(struct store *s, const char *entity, struct err *e)
{
	return store_write_one(s, "DELETE FROM orders WHERE entity = $1",
	    STORE_ARGS(arg_text(entity)), e);
}

int
store_order_list(
    struct store *s, struct arena *a, struct store_orders *out, struct err *e)
{
	struct store_list list = { a, sizeof(*out->v), NULL, 0, 0 };
	struct store_rows q;
	int rc;
	if (store_db_query(s, "SELECT entity FROM orders ORDER BY entity",
		STORE_NO_ARGS, &q, e) < 0)
		return -1;
	while ((rc = store_db_step(&q, e)) == 1) {
		const char **entity = store_list_add(&list);
		*entity = store_db_text(&q, a);
	}
	*out = (struct store_orders){ list.n, list.items };
	return rc;
}
