/* What is watched of the store. */
#include "proto/store_facts.h"
#include "proto/store_probe.h"
#include "tests/unit/proto/store_rejected.h"
#include <sys/stat.h>

static const struct store_facts *
facts(struct fixture *f, const char *entity)
{
	struct store_facts *v;
	size_t n;
	OK(f, store_facts_get(f->s, entity, &f->a, &v, &n, &f->e));
	assert_int_equal(n, 1);
	assert_string_equal(v->entity, entity);
	return v;
}

static void
nothing_is_known_yet(void **state)
{
	struct fixture *f = *state;
	struct store_facts *v;
	size_t n = 99;
	OK(f, store_facts_get(f->s, NULL, &f->a, &v, &n, &f->e));
	assert_int_equal(n, 0);
	OK(f, store_facts_get(f->s, "parts", &f->a, &v, &n, &f->e));
	assert_int_equal(n, 0);
	uint64_t run = fixture_run(f, "parts"); /* still going on */
	assert_true(run > 0);
	assert_int_equal(facts(f, "parts")->success_at, 0);
	assert_int_equal(facts(f, "parts")->duration, 0);
}

/* A failed night does not change when the last good one was. */
static void
the_last_success_stays(void **state)
{
	struct fixture *f = *state;
	struct store_run r;
	uint64_t good = fixture_run(f, "parts");
	fixture_end_run(f, good);
	RETURNS(f, 1, store_run_get(f->s, good, &f->a, &r, &f->e));
	uint64_t bad = fixture_run(f, "parts");
	struct err why = { 0 };
	err_retry(&why, "08006", "gone");
	OK(f, store_run_move(f->s, bad, STORE_RUN_FAILED, &why, &f->e));
	fixture_reopen(f, STORE_WRITE);
	assert_true(r.finished_at > 0);
	assert_int_equal(facts(f, "parts")->success_at, r.finished_at);
}

static void
the_books_of_the_latest_run(void **state)
{
	struct fixture *f = *state;
	uint64_t run = fixture_run(f, "parts");
	struct store_run row = { .id = run,
		.strategy = STRATEGY_HASH,
		.reason = "",
		.host = "here",
		.deletes_withheld = 7,
		.counts = { [OUT_CONFLICTED] = 2, [OUT_PENDING] = 3 } };
	OK(f, store_run_update(f->s, &row, &f->e));
	fixture_chunk(f, run, 0);
	uint32_t attempt = fixture_assign(f, run, 0);
	rejected_add(f, rejected_row(run, 0, attempt, 'a'));
	rejected_add(f, rejected_row(run, 0, attempt, 'b'));
	assert_int_equal(facts(f, "parts")->rejects, 0); /* provisional */
	fixture_finish(f, run, 0, attempt);
	fixture_end_run(f, run);
	const struct store_facts *x = facts(f, "parts");
	assert_int_equal(x->rejects, 2);
	assert_int_equal(x->withheld, 7);
	assert_int_equal(x->conflicted, 2);
	assert_int_equal(x->pending, 3);
	assert_true(x->duration >= 0);
	uint64_t next = fixture_run(f, "parts"); /* says nothing yet */
	assert_int_equal(facts(f, "parts")->withheld, 7);
	fixture_end_run(f, next);
	assert_int_equal(facts(f, "parts")->withheld, 0);
}

static off_t
log_bytes(const struct fixture *f)
{
	char path[200];
	struct stat st;
	snprintf(path, sizeof(path), "%s/control.db-wal", f->dir);
	assert_int_equal(stat(path, &st), 0);
	return st.st_size;
}

/* It is a write, and not a look at a permission. */
static void
writable_writes(void **state)
{
	struct fixture *f = *state;
	OK(f, store_probe_set(f->s, "parts", SPAN("x"), &f->e));
	off_t before = log_bytes(f);
	OK(f, store_facts_writable(f->s, &f->e));
	assert_true(log_bytes(f) > before);
	fixture_reopen(f, STORE_READ);
	RETURNS(f, -1, store_facts_writable(f->s, &f->e));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    nothing_is_known_yet, fixture_setup_open, fixture_teardown),
		cmocka_unit_test_setup_teardown(the_last_success_stays,
		    fixture_setup_open, fixture_teardown),
		cmocka_unit_test_setup_teardown(the_books_of_the_latest_run,
		    fixture_setup_open, fixture_teardown),
		cmocka_unit_test_setup_teardown(
		    writable_writes, fixture_setup_open, fixture_teardown),
	};
	return cmocka_run_group_tests_name(
	    "proto/store_facts", tests, NULL, NULL);
}
