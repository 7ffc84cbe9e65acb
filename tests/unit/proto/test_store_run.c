#include "proto/store_run.h"
#include "tests/unit/proto/store_night.h"

static const char *const names[] = { "planned", "running", "paused",
	"finishing", "halted", "completed", "completed_with_rejects", "failed",
	"cancelled" };

/* Row: from; column: to; in the order of the enum. */
static const char *const allowed[] = {
	/*             p r P f h c w F C */
	/* planned */ ". y y . . . . y y",
	/* running */ ". . y y y . . y y",
	/* paused  */ ". y . y . . . y y",
	/* finish. */ ". y y . y y y y y",
	/* halted  */ ". y . y . . . y y",
	/* compl.  */ ". . . . . . . . .",
	/* with r. */ ". . . . . . . . .",
	/* failed  */ ". . . . . . . . .",
	/* canc.   */ ". . . . . . . . .",
};

static enum store_run_state
state_of(struct fixture *f, uint64_t run)
{
	struct store_run r;
	RETURNS(f, 1, store_run_get(f->s, run, &f->a, &r, &f->e));
	return r.state;
}

/* With both states and the reason. */
static void
assert_refused(struct fixture *f, int from, int to)
{
	char states[80];
	snprintf(states, sizeof(states),
	    " is %s and cannot become %s: ", names[from], names[to]);
	assert_string_equal(f->e.code, "bad_transition");
	const char *at = strstr(f->e.msg, states);
	assert_non_null(at);
	assert_string_equal(at + strlen(states), store_run_refusal(from, to));
}

/* A reason fits its pair of states, whichever they are. */
static void
test_reasons(void **state)
{
	(void)state;
	static const struct {
		enum store_run_state from, to;
		const char *says;
	} rows[] = {
		{ STORE_RUN_COMPLETED, STORE_RUN_RUNNING, "it is over" },
		{ STORE_RUN_CANCELLED, STORE_RUN_PAUSED, "it is over" },
		{ STORE_RUN_PAUSED, STORE_RUN_PAUSED, "already" },
		{ STORE_RUN_FAILED, STORE_RUN_FAILED, "already" },
		{ STORE_RUN_RUNNING, STORE_RUN_COMPLETED, "finishing" },
		{ STORE_RUN_PLANNED, STORE_RUN_FINISHING, "chunks" },
		{ STORE_RUN_PAUSED, STORE_RUN_HALTED, "guard" },
		{ STORE_RUN_HALTED, STORE_RUN_PAUSED, "can pause" },
		{ STORE_RUN_RUNNING, STORE_RUN_PLANNED, "once" },
	};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		assert_non_null(strstr(
		    store_run_refusal(rows[i].from, rows[i].to), rows[i].says));
}

/* Every step of the table, tried on the store itself. */
static void
test_every_transition(void **state)
{
	struct fixture *f = *state;
	for (int from = 0; from < STORE_RUN_STATES; from++)
		for (int to = 0; to < STORE_RUN_STATES; to++) {
			char entity[40], sql[120];
			snprintf(entity, sizeof(entity), "%d to %d", from, to);
			struct store_run r = { .entity = entity };
			OK(f, store_run_create(f->s, &r, &f->e));
			snprintf(sql, sizeof(sql),
			    "UPDATE runs SET state = '%s' WHERE id = %" PRIu64,
			    names[from], r.id);
			fixture_raw(f, sql);
			bool may = allowed[from][2 * to] == 'y';
			assert_int_equal(store_run_may(from, to), may);
			int rc = store_run_move(f->s, r.id, to, NULL, &f->e);
			if (rc != (may ? 0 : -1))
				fail_msg("%s to %s: %d %s", names[from],
				    names[to], rc, f->e.msg);
			assert_int_equal(state_of(f, r.id), may ? to : from);
			assert_int_equal(
			    store_run_refusal(from, to) == NULL, may);
			if (!may)
				assert_refused(f, from, to);
		}
}

static void
test_names_and_liveness(void **state)
{
	(void)state;
	for (int i = 0; i < STORE_RUN_STATES; i++) {
		assert_string_equal(store_run_state_name(i), names[i]);
		assert_int_equal(store_run_live(i), i < 4);
	}
}

static void
test_one_life(void **state)
{
	struct fixture *f = *state;
	struct store_run out, r = { .entity = "work orders",
		.mode = MODE_SWEEP,
		.strategy = STRATEGY_AUTO,
		.reason = "state is cold",
		.pid = 77,
		.host = "db1" };
	OK(f, store_run_create(f->s, &r, &f->e));
	assert_true(r.id > 0 && r.started_at > 0);
	RETURNS(f, 1, store_run_get(f->s, r.id, &f->a, &out, &f->e));
	assert_string_equal(out.entity, "work orders");
	assert_int_equal(out.mode, MODE_SWEEP);
	assert_int_equal(out.state, STORE_RUN_PLANNED);
	assert_int_equal(out.started_at, r.started_at);
	assert_int_equal(out.finished_at, 0);
	assert_string_equal(out.error_code, "");

	r.strategy = STRATEGY_ROWVERSION;
	r.reason = "state is warm";
	r.rows_read = 36;
	for (uint64_t i = 0; i < OUT_COUNT; i++)
		r.counts[i] = i + 1;
	r.deletes_withheld = 9;
	r.snapshot = r.interrupted = true;
	r.pid = 78;
	r.host = "db2";
	OK(f, store_run_update(f->s, &r, &f->e));
	OK(f, store_run_move(f->s, r.id, STORE_RUN_RUNNING, NULL, &f->e));
	struct err why;
	err_retry(&why, "57P01", "source went away");
	OK(f, store_run_move(f->s, r.id, STORE_RUN_FAILED, &why, &f->e));

	fixture_reopen(f, STORE_READ);
	RETURNS(f, 1, store_run_get(f->s, r.id, &f->a, &out, &f->e));
	assert_int_equal(out.strategy, STRATEGY_ROWVERSION);
	assert_string_equal(out.reason, "state is warm");
	assert_int_equal(out.rows_read, 36);
	assert_memory_equal(out.counts, r.counts, sizeof(r.counts));
	assert_int_equal(out.deletes_withheld, 9);
	assert_true(out.snapshot && out.interrupted);
	assert_int_equal(out.pid, 78);
	assert_string_equal(out.host, "db2");
	assert_int_equal(out.state, STORE_RUN_FAILED);
	assert_true(out.finished_at >= out.started_at);
	assert_string_equal(out.error_code, "57P01");
	assert_string_equal(out.error_text, "source went away");
}

static void
test_one_live_run(void **state)
{
	struct fixture *f = *state;
	struct store_run found, r = { .entity = "parts" };
	RETURNS(f, 0, store_run_find_live(f->s, "parts", &f->a, &found, &f->e));
	uint64_t first = fixture_run(f, "parts");
	FAILS(f, "live_run", store_run_create(f->s, &r, &f->e));
	assert_non_null(strstr(f->e.msg, "parts"));
	fixture_run(f, "orders"); /* another entity is free */
	RETURNS(f, 1, store_run_find_live(f->s, "parts", &f->a, &found, &f->e));
	assert_int_equal(found.id, first);
	fixture_end_run(f, first);
	RETURNS(f, 0, store_run_find_live(f->s, "parts", &f->a, &found, &f->e));
	OK(f, store_run_create(f->s, &r, &f->e));
	assert_true(r.id > first);
}

/* The index stands behind the check. */
static void
test_live_index(void **state)
{
	struct fixture *f = *state;
	fixture_run(f, "parts");
	sqlite3 *db = fixture_raw_open(f);
	assert_int_equal(
	    sqlite3_exec(db,
		"INSERT INTO runs (entity_id, mode, state, strategy, "
		"reason, started_at, pid, host) "
		"SELECT entity_id, 0, 'paused', 0, '', 0, 0, '' FROM runs",
		NULL, NULL, NULL),
	    SQLITE_CONSTRAINT);
	sqlite3_close(db);
}

static void
test_halted_goes_on(void **state)
{
	struct fixture *f = *state;
	struct store_run out;
	struct err why;
	uint64_t run = fixture_run(f, "parts");
	err_data(&why, "guard", "12 %% of the rows would be deleted");
	OK(f, store_run_move(f->s, run, STORE_RUN_HALTED, &why, &f->e));
	RETURNS(f, 1, store_run_get(f->s, run, &f->a, &out, &f->e));
	assert_true(out.finished_at > 0);
	assert_string_equal(out.error_code, "guard");

	uint64_t next = fixture_run(f, "parts"); /* in its way */
	FAILS(f, "live_run",
	    store_run_move(f->s, run, STORE_RUN_FINISHING, NULL, &f->e));
	fixture_end_run(f, next);
	OK(f, store_run_move(f->s, run, STORE_RUN_FINISHING, NULL, &f->e));
	RETURNS(f, 1, store_run_get(f->s, run, &f->a, &out, &f->e));
	assert_int_equal(out.finished_at, 0);
	assert_string_equal(out.error_code, "");
}

static void
test_no_such_run(void **state)
{
	struct fixture *f = *state;
	struct store_run out;
	RETURNS(f, 0, store_run_get(f->s, 99, &f->a, &out, &f->e));
	FAILS(f, "no_run",
	    store_run_move(f->s, 99, STORE_RUN_CANCELLED, NULL, &f->e));
}

static void
test_list(void **state)
{
	struct fixture *f = *state;
	struct store_runs page;
	uint64_t last = 0;
	for (int i = 0; i < 50; i++) {
		last = fixture_run(f, i % 2 ? "odd" : "even");
		if (i < 48)
			fixture_end_run(f, last);
	}
	/* Three pages, newest first, nothing twice and nothing missing. */
	struct store_run_filter all = { .limit = 20 };
	uint64_t expected = last;
	for (int i = 0; i < 3; i++) {
		OK(f, store_run_list(f->s, &all, &f->a, &page, &f->e));
		assert_int_equal(page.n, i < 2 ? 20 : 10);
		for (size_t k = 0; k < page.n; k++)
			assert_int_equal(page.v[k].id, expected--);
		all.before = page.v[page.n - 1].id;
	}
	OK(f, store_run_list(f->s, &all, &f->a, &page, &f->e));
	assert_int_equal(page.n, 0);

	struct store_run_filter odd = { .entity = "odd", .limit = 100 };
	OK(f, store_run_list(f->s, &odd, &f->a, &page, &f->e));
	assert_int_equal(page.n, 25);
	odd.live = true;
	OK(f, store_run_list(f->s, &odd, &f->a, &page, &f->e));
	assert_int_equal(page.n, 1);
	assert_int_equal(page.v[0].id, last);
	odd.entity = "none";
	OK(f, store_run_list(f->s, &odd, &f->a, &page, &f->e));
	assert_int_equal(page.n, 0);
}

static int
owed(struct fixture *f)
{
	int rc = store_run_sweep_owed(f->s, "parts", &f->e);
	if (rc < 0)
		fail_msg("%s", f->e.msg);
	return rc;
}

/* A completed run of parts that was, or was not, one picture of the source. */
static void
night(struct fixture *f, enum run_mode mode, enum strategy strategy,
    bool interrupted)
{
	struct store_run r = { .entity = "parts",
		.mode = mode,
		.strategy = strategy,
		.interrupted = interrupted,
		.stable = true,
		.config = UINT64_MAX,
		.resumed_at = 7 };
	OK(f, store_run_create(f->s, &r, &f->e));
	OK(f, store_run_update(f->s, &r, &f->e));
	OK(f, store_run_move(f->s, r.id, STORE_RUN_RUNNING, NULL, &f->e));
	fixture_end_run(f, r.id);
	struct store_run out;
	RETURNS(f, 1, store_run_get(f->s, r.id, &f->a, &out, &f->e));
	assert_true(out.stable && out.config == UINT64_MAX);
	assert_int_equal(out.resumed_at, 7);
}

static void
test_a_sweep_is_owed_until_it_was_done(void **state)
{
	struct fixture *f = *state;
	assert_int_equal(owed(f), 0);
	night(f, MODE_SYNC, STRATEGY_HASH, false);
	assert_int_equal(owed(f), 0);
	night(f, MODE_SYNC, STRATEGY_HASH, true);
	assert_int_equal(owed(f), 1);
	night(f, MODE_SYNC, STRATEGY_ROWVERSION, false);
	night(f, MODE_RETRY, STRATEGY_HASH, false);
	assert_int_equal(owed(f), 1);
	uint64_t run = fixture_run(f, "parts"); /* not over: says nothing */
	assert_int_equal(owed(f), 1);
	fixture_end_run(f, run);
	assert_int_equal(owed(f), 0);
	night(f, MODE_SYNC, STRATEGY_FULL, true);
	night(f, MODE_SWEEP, STRATEGY_HASH, false);
	assert_int_equal(owed(f), 0);
}

#define IN_OPEN(t)                                                             \
	cmocka_unit_test_setup_teardown(t, fixture_setup_open, fixture_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		IN_OPEN(test_every_transition),
		cmocka_unit_test(test_reasons),
		cmocka_unit_test(test_names_and_liveness),
		IN_OPEN(test_one_life),
		IN_OPEN(test_one_live_run),
		IN_OPEN(test_live_index),
		IN_OPEN(test_halted_goes_on),
		IN_OPEN(test_no_such_run),
		IN_OPEN(test_a_sweep_is_owed_until_it_was_done),
		IN_OPEN(test_list),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
