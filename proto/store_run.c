#include "proto/store_run.h"
#include "proto/clock.h"
#include "proto/store_impl.h"
#include <inttypes.h>
#include <string.h>

#define LIVE     "state IN ('planned', 'running', 'paused', 'finishing')"
#define COMPLETE "state IN ('completed', 'completed_with_rejects')"

/* --- reading ---------------------------------------------------------------
 */

#define COLUMNS                                                                \
	"r.id, n.name, r.mode, r.state, r.strategy, r.reason, r.started_at, "  \
	"r.finished_at, r.rows_read, r.inserted, r.updated, r.deleted, "       \
	"r.unchanged, r.rejected, r.conflicted, r.pending, "                   \
	"r.deletes_withheld, r.snapshot, r.interrupted, r.error_code, "        \
	"r.error_text, r.pid, r.host, r.stable, r.config, r.resumed_at"
#define FROM " FROM runs r JOIN entities n ON n.id = r.entity_id "

static void
read_run(struct store_rows *q, struct arena *a, struct store_run *r)
{
	r->id = store_db_u64(q);
	r->entity = store_db_text(q, a);
	r->mode = (enum run_mode)store_db_u64(q);
	r->state = store_run_state_parse(store_db_text(q, a));
	r->strategy = (enum strategy)store_db_u64(q);
	r->reason = store_db_text(q, a);
	r->started_at = (int64_t)store_db_u64(q);
	r->finished_at = (int64_t)store_db_u64(q);
	r->rows_read = store_db_u64(q);
	store_counts(q, r->counts);
	r->deletes_withheld = store_db_u64(q);
	r->snapshot = store_db_u64(q) != 0;
	r->interrupted = store_db_u64(q) != 0;
	r->error_code = store_db_text(q, a);
	r->error_text = store_db_text(q, a);
	r->pid = (uint32_t)store_db_u64(q);
	r->host = store_db_text(q, a);
	r->stable = store_db_u64(q) != 0;
	r->config = store_db_u64(q);
	r->resumed_at = (int64_t)store_db_u64(q);
}

static int
read_one(
    struct store_rows *q, struct arena *a, struct store_run *out, struct err *e)
{
	int rc = store_db_step(q, e);
	if (rc == 1) {
		read_run(q, a, out);
		store_db_end(q);
	}
	return rc;
}

int
store_run_get(struct store *s, uint64_t id, struct arena *a,
    struct store_run *out, struct err *e)
{
	struct store_rows q;
	if (store_db_query(s, "SELECT " COLUMNS FROM "WHERE r.id = $1",
		STORE_ARGS(arg_u64(id)), &q, e) < 0)
		return -1;
	return read_one(&q, a, out, e);
}

int
store_run_find_live(struct store *s, const char *entity, struct arena *a,
    struct store_run *out, struct err *e)
{
	struct store_rows q;
	if (store_db_query(s,
		"SELECT " COLUMNS FROM "WHERE n.name = $1 AND r." LIVE,
		STORE_ARGS(arg_text(entity)), &q, e) < 0)
		return -1;
	return read_one(&q, a, out, e);
}

int
store_run_half_adopted(struct store *s, const char *entity, struct err *e)
{
	uint64_t half = 0;
	int rc = store_db_number(s,
	    "SELECT r.mode = $1 AND NOT r." COMPLETE FROM
	    "WHERE n.name = $2 AND (r.mode = $1 OR (r.mode = $3 AND r." COMPLETE
	    ")) ORDER BY r.id DESC LIMIT 1",
	    STORE_ARGS(
		arg_u64(MODE_ADOPT), arg_text(entity), arg_u64(MODE_SYNC)),
	    &half, e);
	return rc < 0 ? -1 : half != 0;
}

int
store_run_sweep_owed(struct store *s, const char *entity, struct err *e)
{
	uint64_t owed = 0;
	int rc = store_db_number(s,
	    "SELECT r.mode = $1 AND r.interrupted" FROM
	    "WHERE n.name = $2 AND r." COMPLETE " AND (r.mode = $3 OR "
	    "(r.mode = $1 AND r.strategy <> $4)) ORDER BY r.id DESC LIMIT 1",
	    STORE_ARGS(arg_u64(MODE_SYNC), arg_text(entity),
		arg_u64(MODE_SWEEP), arg_u64(STRATEGY_ROWVERSION)),
	    &owed, e);
	return rc < 0 ? -1 : owed != 0;
}

int
store_run_list(struct store *s, const struct store_run_filter *f,
    struct arena *a, struct store_runs *out, struct err *e)
{
	struct store_list list = { a, sizeof(*out->v), NULL, 0, 0 };
	struct store_rows q;
	int rc;
	if (store_db_query(s,
		"SELECT " COLUMNS FROM "WHERE r.id < $1 "
		"AND ($2 = '' OR n.name = $2) AND ($3 = 0 OR r." LIVE ") "
		"ORDER BY r.id DESC LIMIT $4",
		STORE_ARGS(arg_u64(f->before ? f->before : INT64_MAX),
		    arg_text(f->entity ? f->entity : ""), arg_u64(f->live),
		    arg_u64(f->limit)),
		&q, e) < 0)
		return -1;
	while ((rc = store_db_step(&q, e)) == 1)
		read_run(&q, a, store_list_add(&list));
	*out = (struct store_runs){ list.n, list.items };
	return rc;
}

/* --- writing ---------------------------------------------------------------
 */

static int
refuse_second(
    struct store *s, const char *entity, uint64_t entity_id, struct err *e)
{
	uint64_t id;
	int rc = store_db_number(s,
	    "SELECT id FROM runs WHERE entity_id = $1 AND " LIVE,
	    STORE_ARGS(arg_u64(entity_id)), &id, e);
	if (rc == 1)
		return err_config(e, "live_run",
		    "run %" PRIu64
		    " of %s is not over: let it finish, or cancel it",
		    id, entity);
	return rc;
}

static int
insert(struct store *s, struct store_run *r, struct err *e)
{
	uint64_t entity_id;
	if (store_entity_id(s, r->entity, true, &entity_id, e) < 0 ||
	    refuse_second(s, r->entity, entity_id, e) < 0)
		return -1;
	r->started_at = clock_wall_micros();
	r->state = STORE_RUN_PLANNED;
	return store_db_number(s,
	    "INSERT INTO runs (entity_id, mode, state, strategy, reason, "
	    "started_at, pid, host) "
	    "VALUES ($1, $2, 'planned', $3, $4, $5, $6, $7) RETURNING id",
	    STORE_ARGS(arg_u64(entity_id), arg_u64(r->mode),
		arg_u64(r->strategy), arg_text(r->reason ? r->reason : ""),
		arg_u64((uint64_t)r->started_at), arg_u64(r->pid),
		arg_text(r->host ? r->host : "")),
	    &r->id, e);
}

int
store_run_create(struct store *s, struct store_run *r, struct err *e)
{
	bool own;
	if (store_enter(s, STORE_DURABLE, &own, e) < 0)
		return -1;
	int rc = insert(s, r, e) < 0 ? -1 : 0;
	return store_leave(s, own, rc, e);
}

int
store_run_update(struct store *s, const struct store_run *r, struct err *e)
{
	const uint64_t *c = r->counts;
	return store_write(s, STORE_CHEAP,
	    "UPDATE runs SET strategy = $1, reason = $2, rows_read = $3, "
	    "inserted = $4, updated = $5, deleted = $6, unchanged = $7, "
	    "rejected = $8, conflicted = $9, pending = $10, "
	    "deletes_withheld = $11, snapshot = $12, interrupted = $13, "
	    "pid = $14, host = $15, stable = $16, config = $17, "
	    "resumed_at = $18 WHERE id = $19",
	    STORE_ARGS(arg_u64(r->strategy),
		arg_text(r->reason ? r->reason : ""), arg_u64(r->rows_read),
		arg_u64(c[OUT_INSERTED]), arg_u64(c[OUT_UPDATED]),
		arg_u64(c[OUT_DELETED]), arg_u64(c[OUT_UNCHANGED]),
		arg_u64(c[OUT_REJECTED]), arg_u64(c[OUT_CONFLICTED]),
		arg_u64(c[OUT_PENDING]), arg_u64(r->deletes_withheld),
		arg_u64(r->snapshot), arg_u64(r->interrupted), arg_u64(r->pid),
		arg_text(r->host ? r->host : ""), arg_u64(r->stable),
		arg_u64(r->config), arg_u64((uint64_t)r->resumed_at),
		arg_u64(r->id)),
	    e);
}

/* The step is possible; a halted run needs its entity to be free, too. */
static int
check_move(struct store *s, uint64_t id, enum store_run_state to, struct err *e)
{
	struct arena a = { 0 };
	struct store_run r = { 0 };
	uint64_t entity_id = 0;
	int rc = store_run_get(s, id, &a, &r, e);
	if (rc == 0)
		rc = err_config(e, "no_run", "there is no run %" PRIu64, id);
	else if (rc == 1 && !store_run_may(r.state, to))
		rc = err_config(e, "bad_transition",
		    "run %" PRIu64 " of %s is %s and cannot become %s: %s", id,
		    r.entity, store_run_state_name(r.state),
		    store_run_state_name(to), store_run_refusal(r.state, to));
	else if (rc == 1 && store_run_live(to) && !store_run_live(r.state))
		rc = store_entity_id(s, r.entity, false, &entity_id, e);
	if (rc == 1 && entity_id)
		rc = refuse_second(s, r.entity, entity_id, e);
	arena_free(&a);
	return rc < 0 ? -1 : 0;
}

static int
move(struct store *s, uint64_t id, enum store_run_state to,
    const struct err *why, struct err *e)
{
	bool live = store_run_live(to);
	if (check_move(s, id, to, e) < 0)
		return -1;
	if (!live && store_reject_publish_run(s, id, e) < 0)
		return -1;
	return store_db_run(s,
	    "UPDATE runs SET state = $1, finished_at = $2, error_code = $3, "
	    "error_text = $4 WHERE id = $5",
	    STORE_ARGS(arg_text(store_run_state_name(to)),
		arg_u64(live ? 0 : (uint64_t)clock_wall_micros()),
		arg_text(why ? why->code : ""), arg_text(why ? why->msg : ""),
		arg_u64(id)),
	    NULL, e);
}

int
store_run_move(struct store *s, uint64_t id, enum store_run_state to,
    const struct err *why, struct err *e)
{
	bool own;
	if (store_enter(s, STORE_DURABLE, &own, e) < 0)
		return -1;
	return store_leave(s, own, move(s, id, to, why, e), e);
}
