#include "proto/store_probe.h"
#include "proto/store_impl.h"

int
store_probe_set(
    struct store *s, const char *entity, struct span digest, struct err *e)
{
	return store_write(s, STORE_CHEAP,
	    "INSERT INTO entities (name, quiet_digest) VALUES ($1, $2) "
	    "ON CONFLICT (name) DO UPDATE SET "
	    "quiet_digest = excluded.quiet_digest",
	    STORE_ARGS(arg_text(entity), arg_blob(digest)), e);
}

int
store_probe_get(struct store *s, const char *entity, struct arena *a,
    struct span *digest, struct err *e)
{
	struct store_rows q;
	*digest = (struct span){ 0 };
	if (store_db_query(s,
		"SELECT quiet_digest FROM entities WHERE name = $1",
		STORE_ARGS(arg_text(entity)), &q, e) < 0)
		return -1;
	int rc = store_db_step(&q, e);
	if (rc != 1)
		return rc;
	*digest = store_db_blob(&q, a);
	store_db_end(&q);
	return 0;
}
