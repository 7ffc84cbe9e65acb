#include "proto/store_approval.h"
#include "proto/store_impl.h"

int
store_approval_set(
    struct store *s, const char *entity, uint64_t deletes, struct err *e)
{
	return store_write(s, STORE_DURABLE,
	    "INSERT INTO entities (name, approved_deletes) VALUES ($1, $2) "
	    "ON CONFLICT (name) DO UPDATE SET "
	    "approved_deletes = excluded.approved_deletes",
	    STORE_ARGS(arg_text(entity), arg_u64(deletes)), e);
}

int
store_approval_get(
    struct store *s, const char *entity, uint64_t *deletes, struct err *e)
{
	*deletes = 0;
	int found = store_db_number(s,
	    "SELECT approved_deletes FROM entities WHERE name = $1",
	    STORE_ARGS(arg_text(entity)), deletes, e);
	return found < 0 ? -1 : 0;
}
