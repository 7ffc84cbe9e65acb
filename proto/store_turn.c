#include "proto/store_turn.h"
#include "proto/store_impl.h"
#include <string.h>

/* In the store, and in a CHECK of migration 7. */
static const char *const outcomes[] = {
	[STORE_TURN_NONE] = "none",
	[STORE_TURN_RUNNING] = "running",
	[STORE_TURN_SETTLED] = "settled",
	[STORE_TURN_PAUSED] = "paused",
	[STORE_TURN_AGAIN] = "again",
};
_Static_assert(ARRAY_LEN(outcomes) == STORE_TURN_OUTCOMES, "all named");

static enum store_turn_outcome
outcome_parse(const char *name)
{
	for (size_t i = 0; i < STORE_TURN_OUTCOMES; i++)
		if (strcmp(outcomes[i], name) == 0)
			return (enum store_turn_outcome)i;
	return STORE_TURN_NONE; /* the table's CHECK lets nothing else in */
}

int
store_turn_get(
    struct store *s, const char *entity, struct store_turn *out, struct err *e)
{
	struct store_rows q;
	struct arena a = { 0 };
	*out = (struct store_turn){ .night = STORE_NO_NIGHT,
		.completed_night = STORE_NO_NIGHT };
	if (store_db_query(s,
		"SELECT since, outcome, began_at, ended_at, night, "
		"completed_at, completed_night FROM turns WHERE entity_id = "
		"(SELECT id FROM entities WHERE name = $1)",
		STORE_ARGS(arg_text(entity)), &q, e) < 0)
		return -1;
	int rc = store_db_step(&q, e);
	if (rc != 1)
		return rc;
	out->since = (int64_t)store_db_u64(&q);
	out->outcome = outcome_parse(store_db_text(&q, &a));
	out->began_at = (int64_t)store_db_u64(&q);
	out->ended_at = (int64_t)store_db_u64(&q);
	out->night = (int64_t)store_db_u64(&q);
	out->completed_at = (int64_t)store_db_u64(&q);
	out->completed_night = (int64_t)store_db_u64(&q);
	store_db_end(&q);
	arena_free(&a);
	return 1;
}

static struct store_arg
arg_i64(int64_t v)
{
	return arg_u64((uint64_t)v);
}

static int
put(struct store *s, const char *entity, const struct store_turn *t,
    struct err *e)
{
	uint64_t id;
	if (store_entity_id(s, entity, true, &id, e) < 0)
		return -1;
	return store_db_run(s,
	    "INSERT INTO turns (entity_id, since, outcome, "
	    "began_at, ended_at, night, completed_at, completed_night) "
	    "VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT "
	    "(entity_id) DO UPDATE SET outcome = excluded.outcome, "
	    "began_at = excluded.began_at, ended_at = excluded.ended_at, "
	    "night = excluded.night, completed_at = excluded.completed_at, "
	    "completed_night = excluded.completed_night",
	    STORE_ARGS(arg_u64(id), arg_i64(t->since),
		arg_text(outcomes[t->outcome]), arg_i64(t->began_at),
		arg_i64(t->ended_at), arg_i64(t->night),
		arg_i64(t->completed_at), arg_i64(t->completed_night)),
	    NULL, e);
}

int
store_turn_put(struct store *s, const char *entity,
    const struct store_turn *turn, struct err *e)
{
	bool own;
	if (store_enter(s, STORE_DURABLE, &own, e) < 0)
		return -1;
	return store_leave(s, own, put(s, entity, turn, e), e);
}
