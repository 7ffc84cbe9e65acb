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
