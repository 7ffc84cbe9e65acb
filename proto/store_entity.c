#include "proto/store_entity.h"
#include "proto/clock.h"
#include "proto/store_impl.h"

int
store_entity_id(
    struct store *s, const char *name, bool add, uint64_t *id, struct err *e)
{
	int rc = store_db_number(s, "SELECT id FROM entities WHERE name = $1",
	    STORE_ARGS(arg_text(name)), id, e);
	if (rc != 0 || !add)
		return rc;
	return store_db_number(s,
	    "INSERT INTO entities (name) VALUES ($1) RETURNING id",
	    STORE_ARGS(arg_text(name)), id, e);
}

int
store_entity_get(struct store *s, const char *name, struct arena *a,
    struct store_entity *out, struct err *e)
{
	struct store_rows q;
	if (store_db_query(s,
		"SELECT strategy, swept_at, config_digest FROM entities "
		"WHERE name = $1",
		STORE_ARGS(arg_text(name)), &q, e) < 0)
		return -1;
	int rc = store_db_step(&q, e);
	if (rc != 1)
		return rc;
	*out = (struct store_entity){ .name = arena_strdup(a, name) };
	out->strategy = (enum strategy)store_db_u64(&q);
	out->swept_at = (int64_t)store_db_u64(&q);
	out->config_digest = store_db_blob(&q, a);
	store_db_end(&q);
	return 1;
}

int
store_entity_put(struct store *s, const struct store_entity *en, struct err *e)
{
	return store_write(s, STORE_CHEAP,
	    "INSERT INTO entities (name, strategy, swept_at, config_digest) "
	    "VALUES ($1, $2, $3, $4) ON CONFLICT (name) DO UPDATE SET "
	    "strategy = excluded.strategy, swept_at = excluded.swept_at, "
	    "config_digest = excluded.config_digest",
	    STORE_ARGS(arg_text(en->name), arg_u64(en->strategy),
		arg_u64((uint64_t)en->swept_at), arg_blob(en->config_digest)),
	    e);
}

int
store_watermark_get(struct store *s, const char *entity, struct arena *a,
    struct store_watermark *out, struct err *e)
{
	struct store_rows q;
	if (store_db_query(s,
		"SELECT version, text, run_id, at FROM watermarks "
		"WHERE entity_id = (SELECT id FROM entities WHERE name = $1)",
		STORE_ARGS(arg_text(entity)), &q, e) < 0)
		return -1;
	int rc = store_db_step(&q, e);
	if (rc != 1)
		return rc;
	out->version = store_db_blob(&q, a);
	out->text = store_db_text(&q, a);
	out->run = store_db_u64(&q);
	out->at = (int64_t)store_db_u64(&q);
	store_db_end(&q);
	return 1;
}

static int
watermark_put(struct store *s, const char *entity,
    const struct store_watermark *w, struct err *e)
{
	uint64_t id;
	if (store_entity_id(s, entity, true, &id, e) < 0)
		return -1;
	return store_db_run(s,
	    "INSERT INTO watermarks (entity_id, version, text, run_id, at) "
	    "VALUES ($1, $2, $3, $4, $5) ON CONFLICT (entity_id) "
	    "DO UPDATE SET version = excluded.version, "
	    "text = excluded.text, run_id = excluded.run_id, "
	    "at = excluded.at",
	    STORE_ARGS(arg_u64(id), arg_blob(w->version), arg_text(w->text),
		arg_u64(w->run), arg_u64((uint64_t)clock_wall_micros())),
	    NULL, e);
}

int
store_watermark_set(struct store *s, const char *entity,
    const struct store_watermark *w, struct err *e)
{
	bool own;
	if (store_enter(s, STORE_DURABLE, &own, e) < 0)
		return -1;
	return store_leave(s, own, watermark_put(s, entity, w, e), e);
}
