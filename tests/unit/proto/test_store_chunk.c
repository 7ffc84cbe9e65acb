#include "proto/store_chunk.h"
#include "tests/unit/proto/store_night.h"

static struct store_chunk
get(struct fixture *f, uint64_t run, uint32_t chunk)
{
	struct store_chunk_page at = { .run = run, .from = chunk, .limit = 1 };
	struct store_chunks page;
	OK(f, store_chunk_list(f->s, &at, &f->a, &page, &f->e));
	assert_int_equal(page.n, 1);
	assert_int_equal(page.v[0].chunk, chunk);
	return page.v[0];
}

static void
test_one_life(void **state)
{
	struct fixture *f = *state;
	uint64_t run = fixture_run(f, "parts");
	fixture_chunk(f, run, 3);
	struct store_chunk c = get(f, run, 3);
	assert_int_equal(c.state, STORE_CHUNK_PLANNED);
	assert_int_equal(c.attempt, 0);
	assert_int_equal(c.estimate, 100);
	assert_int_equal(c.range.len, 4);
	assert_memory_equal(c.range.data, "a..b", 4);
	assert_int_equal(c.started_at, 0);

	assert_int_equal(fixture_assign(f, run, 3), 1);
	c = get(f, run, 3);
	assert_int_equal(c.state, STORE_CHUNK_ASSIGNED);
	assert_true(c.started_at > 0);

	fixture_finish(f, run, 3, 1);
	c = get(f, run, 3);
	assert_int_equal(c.run, run);
	assert_int_equal(c.state, STORE_CHUNK_DONE);
	assert_int_equal(c.rows, 100);
	assert_int_equal(c.batches, 2);
	assert_int_equal(c.bytes, 1000);
	assert_int_equal(c.counts[OUT_INSERTED], 60);
	assert_int_equal(c.counts[OUT_UNCHANGED], 38);
	assert_int_equal(c.counts[OUT_REJECTED], 2);
	assert_int_equal(c.counts[OUT_PENDING], 0);
	assert_int_equal(c.version.len, 2);
	assert_true(c.done_at >= c.started_at);
}

/* What an older attempt reported has no effect. */
static void
test_fencing(void **state)
{
	struct fixture *f = *state;
	uint64_t run = fixture_run(f, "parts");
	fixture_chunk(f, run, 0);
	fixture_assign(f, run, 0);
	struct store_chunk old = { .run = run, .attempt = 1, .rows = 5 };
	OK(f, store_chunk_read(f->s, &old, &f->e));
	assert_int_equal(fixture_assign(f, run, 0), 2);
	assert_int_equal(get(f, run, 0).rows, 0);
	FAILS(f, "bug", store_chunk_read(f->s, &old, &f->e));
	FAILS(f, "bug", store_chunk_done(f->s, &old, &f->e));
	assert_non_null(strstr(f->e.msg, "chunk 0 attempt 1"));
	struct store_chunk c = get(f, run, 0);
	assert_int_equal(c.state, STORE_CHUNK_ASSIGNED);
	assert_int_equal(c.attempt, 2);
}

static void
test_order_of_states(void **state)
{
	struct fixture *f = *state;
	uint64_t run = fixture_run(f, "parts");
	struct store_chunk c = { .run = run, .attempt = 0 };
	FAILS(f, "bug", store_chunk_assign(f->s, &c, &f->e)); /* not there */
	fixture_chunk(f, run, 0);
	FAILS(f, "bug", store_chunk_read(f->s, &c, &f->e));
	FAILS(f, "bug", store_chunk_done(f->s, &c, &f->e));
	OK(f, store_chunk_assign(f->s, &c, &f->e));
	FAILS(f, "bug", store_chunk_done(f->s, &c, &f->e)); /* not read yet */
	OK(f, store_chunk_read(f->s, &c, &f->e));
	FAILS(f, "bug", store_chunk_read(f->s, &c, &f->e));
	OK(f, store_chunk_done(f->s, &c, &f->e));
	FAILS(f, "bug", store_chunk_done(f->s, &c, &f->e));
	FAILS(f, "bug", store_chunk_assign(f->s, &c, &f->e)); /* final */
	assert_int_equal(get(f, run, 0).state, STORE_CHUNK_DONE);
	FAILS(f, "bug", store_chunk_add(f->s, &c, &f->e)); /* twice */
}

static void
test_list(void **state)
{
	struct fixture *f = *state;
	struct store_chunks page;
	uint64_t run = fixture_run(f, "parts");
	uint64_t other = fixture_run(f, "orders");
	OK(f, store_begin(f->s, STORE_DURABLE, &f->e));
	for (uint32_t i = 0; i < 25; i++)
		fixture_chunk(f, run, i);
	fixture_chunk(f, other, 0);
	fixture_chunk(f, run, CHUNK_DELETES);
	OK(f, store_commit(f->s, &f->e));

	struct store_chunk_page at = { .run = run, .limit = 10 };
	uint32_t seen = 0;
	for (;;) {
		OK(f, store_chunk_list(f->s, &at, &f->a, &page, &f->e));
		for (size_t i = 0; i < page.n; i++, seen++)
			assert_int_equal(
			    page.v[i].chunk, seen < 25 ? seen : CHUNK_DELETES);
		if (page.n < at.limit)
			break;
		at.from = page.v[page.n - 1].chunk + 1;
	}
	assert_int_equal(seen, 26);
}

static void
test_names(void **state)
{
	(void)state;
	static const char *const names[] = { "planned", "assigned", "read",
		"done" };
	for (int i = 0; i < STORE_CHUNK_STATES; i++)
		assert_string_equal(store_chunk_state_name(i), names[i]);
}

#define IN_OPEN(t)                                                             \
	cmocka_unit_test_setup_teardown(t, fixture_setup_open, fixture_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		IN_OPEN(test_one_life),
		IN_OPEN(test_fencing),
		IN_OPEN(test_order_of_states),
		IN_OPEN(test_list),
		cmocka_unit_test(test_names),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
