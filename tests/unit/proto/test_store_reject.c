#include "proto/store_reject.h"
#include "tests/unit/proto/store_rejected.h"

static void
test_visible_when_done(void **state)
{
	struct fixture *f = *state;
	uint64_t run = fixture_run(f, "parts");
	fixture_chunk(f, run, 5);
	fixture_assign(f, run, 5);
	uint64_t id = rejected_add(f, rejected_row(run, 5, 1, 'a'));
	struct store_reject r;
	RETURNS(f, 0, store_reject_get(f->s, id, &f->a, &r, &f->e));
	assert_int_equal(
	    rejected_count(f, (struct store_reject_filter){ 0 }), 0);
	RETURNS(
	    f, 0, store_reject_close(f->s, id, STORE_REJECT_DROPPED, &f->e));
	fixture_finish(f, run, 5, 1);

	fixture_reopen(f, STORE_READ);
	r = rejected_get(f, id);
	assert_string_equal(r.entity, "parts");
	assert_int_equal(r.run, run);
	assert_int_equal(r.chunk, 5);
	assert_int_equal(r.attempt, 1);
	assert_string_equal(r.what.stage, "load");
	assert_string_equal(r.what.field, "qty");
	assert_string_equal(r.what.layer, "");
	assert_string_equal(r.what.code, "23514");
	assert_string_equal(r.what.message, "check failed");
	assert_string_equal(r.key_text, "A-1");
	assert_memory_equal(r.what.key.data, "aaa", 3);
	assert_int_equal(r.what.bk_hash.len, 16);
	assert_int_equal(r.what.version.len, 1);
	assert_int_equal(r.what.original.len, 5);
	assert_memory_equal(r.what.original.data, "aaaaa", 5);
	assert_int_equal(r.attempts, 1);
	assert_true(r.first_at > 0 && r.first_at == r.last_at);
	assert_int_equal(r.closed_at, 0);
	assert_string_equal(r.closed_how, "");
}

/* A chunk that is tried again brings its own rejects, and only those. */
static void
test_attempts_do_not_double(void **state)
{
	struct fixture *f = *state;
	uint64_t run = fixture_run(f, "parts");
	for (uint32_t chunk = 0; chunk < 2; chunk++) {
		fixture_chunk(f, run, chunk);
		fixture_assign(f, run, chunk);
		rejected_add(f, rejected_row(run, chunk, 1, 'a'));
		rejected_add(f, rejected_row(run, chunk, 1, 'b'));
	}
	assert_int_equal(fixture_assign(f, run, 0), 2);
	uint64_t kept = rejected_add(f, rejected_row(run, 0, 2, 'a'));
	rejected_add(f,
	    rejected_row(run, 0, 1, 'z')); /* the fenced attempt speaks late */
	fixture_finish(f, run, 0, 2);
	struct store_reject_filter all = { 0 };
	assert_int_equal(rejected_count(f, all), 1);
	assert_int_equal(rejected_get(f, kept).attempt, 2);
	assert_int_equal(rejected_get(f, kept).attempts, 1);
	fixture_finish(f, run, 1, 1);
	assert_int_equal(rejected_count(f, all), 3);
	rejected_add(f, rejected_row(run, 0, 1, 'z')); /* later still */
	fixture_end_run(f, run);
	assert_int_equal(rejected_count(f, all), 3);
	assert_string_equal(
	    fixture_text(f, "SELECT count(*) FROM rejects"), "3");
}

/* A run that read from a rowversion on knows nothing of the rows before, nor of
 * those that have none. */
static void
test_settle_newer(void **state)
{
	struct fixture *f = *state;
	struct store_reject r;
	uint64_t closed;
	rejected_night(f, "abc");
	uint64_t run = fixture_run(f, "parts");
	r = rejected_row(run, 0, 1, 'n');
	r.what.version = (struct span){ 0 };
	rejected_add(f, r);
	fixture_end_run(f, run);
	struct store_reject b = rejected_row(run, 0, 1, 'b');
	struct store_reject_read read = { "parts", run + 1, b.what.version };
	OK(f, store_reject_settle(f->s, &read, &closed, &f->e));
	assert_int_equal(closed, 2); /* b and c */
	struct store_reject_filter open = { .limit = 10 };
	struct store_rejects list;
	OK(f, store_reject_list(f->s, &open, &f->a, &list, &f->e));
	assert_int_equal(list.n, 2);
	assert_int_equal(list.v[0].what.key.data[0], 'a');
	assert_int_equal(list.v[1].what.key.data[0], 'n');
}

static void
test_settle(void **state)
{
	struct fixture *f = *state;
	uint64_t closed, last;
	rejected_night(f, "abc");
	last = rejected_night(f, "bd");
	OK(f, store_reject_settle(f->s,
		  &(struct store_reject_read){ "parts", last, { 0 } }, &closed,
		  &f->e));
	assert_int_equal(closed, 2); /* a and c */
	struct store_reject_filter open = { .limit = 10 };
	struct store_rejects list;
	OK(f, store_reject_list(f->s, &open, &f->a, &list, &f->e));
	assert_int_equal(list.n, 2);
	assert_int_equal(list.v[0].what.key.data[0], 'b');
	assert_int_equal(list.v[1].what.key.data[0], 'd');
	open.closed = true;
	OK(f, store_reject_list(f->s, &open, &f->a, &list, &f->e));
	assert_int_equal(list.n, 4);
	assert_string_equal(list.v[0].closed_how, "settled");
	assert_true(list.v[0].closed_at >= list.v[0].last_at);

	/* Back again: what was closed stays closed, a new one opens. */
	rejected_night(f, "a");
	assert_int_equal(rejected_count(f, open), 5);
	assert_int_equal(
	    rejected_count(f, (struct store_reject_filter){ 0 }), 3);
}

static void
test_retry(void **state)
{
	struct fixture *f = *state;
	struct store_rejects list;
	uint64_t closed;
	rejected_night(f, "abc");
	struct store_reject_filter all = { .limit = 10 };
	OK(f, store_reject_list(f->s, &all, &f->a, &list, &f->e));
	uint64_t run = fixture_run(f, "parts");
	for (size_t i = 0; i < 2; i++)
		RETURNS(
		    f, 1, store_reject_retry(f->s, list.v[i].id, run, &f->e));
	RETURNS(f, 0, store_reject_retry(f->s, 999, run, &f->e));
	struct store_reject_filter marked = { .retry_run = run, .limit = 10 };
	OK(f, store_reject_list(f->s, &marked, &f->a, &list, &f->e));
	assert_int_equal(list.n, 2);
	uint64_t a = list.v[0].id, b = list.v[1].id;

	fixture_chunk(f, run, 0);
	fixture_assign(f, run, 0);
	rejected_add(f, rejected_row(run, 0, 1, 'b')); /* it failed again */
	fixture_finish(f, run, 0, 1);
	OK(f, store_reject_settle_retry(f->s, run, &closed, &f->e));
	assert_int_equal(closed, 1);
	assert_string_equal(rejected_get(f, a).closed_how, "retried");
	assert_int_equal(rejected_get(f, b).closed_at, 0);
	assert_int_equal(rejected_get(f, b).attempts, 2);
	assert_int_equal(rejected_count(f, marked), 0);
	assert_int_equal(
	    rejected_count(f, (struct store_reject_filter){ 0 }), 2);
}

static void
test_drop(void **state)
{
	struct fixture *f = *state;
	struct store_rejects list;
	rejected_night(f, "a");
	struct store_reject_filter all = { .limit = 10 };
	OK(f, store_reject_list(f->s, &all, &f->a, &list, &f->e));
	uint64_t id = list.v[0].id;
	RETURNS(
	    f, 1, store_reject_close(f->s, id, STORE_REJECT_DROPPED, &f->e));
	RETURNS(f, 0, /* once */
	    store_reject_close(f->s, id, STORE_REJECT_SETTLED, &f->e));
	assert_string_equal(rejected_get(f, id).closed_how, "dropped");
	assert_int_equal(rejected_count(f, all), 0);
}

static void
test_filters_and_pages(void **state)
{
	struct fixture *f = *state;
	uint64_t run = fixture_run(f, "parts");
	fixture_chunk(f, run, 0);
	fixture_assign(f, run, 0);
	OK(f, store_begin(f->s, STORE_CHEAP, &f->e));
	for (int i = 0; i < 600; i++) {
		char original[20];
		int n = snprintf(original, sizeof(original), "row %d", i);
		struct store_reject r = rejected_row(run, 0, 1, 'x');
		r.what.bk_hash = (struct span){ 0 };
		r.what.original =
		    (struct span){ (uint8_t *)original, (size_t)n };
		r.what.stage = i % 2 ? "load" : "normalize";
		r.what.code = i % 3 ? "bad_number" : "too_long";
		r.what.field = i % 5 ? "qty" : "";
		rejected_add(f, r);
	}
	OK(f, store_commit(f->s, &f->e));
	fixture_finish(f, run, 0, 1); /* more than one page of publishing */

	struct {
		struct store_reject_filter f;
		uint64_t n;
	} rows[] = {
		{ { 0 }, 600 },
		{ { .stage = "load" }, 300 },
		{ { .code = "too_long" }, 200 },
		{ { .field = "qty" }, 480 },
		{ { .field = "qty", .code = "too_long", .stage = "load" }, 80 },
		{ { .run = run }, 600 },
		{ { .run = run + 1 }, 0 },
		{ { .entity = "parts" }, 600 },
		{ { .entity = "orders" }, 0 },
	};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		assert_int_equal(rejected_count(f, rows[i].f), rows[i].n);

	struct store_reject_filter page = { .stage = "load", .limit = 70 };
	struct store_rejects list;
	uint64_t seen = 0;
	do {
		page.originals = seen % 140 == 0;
		OK(f, store_reject_list(f->s, &page, &f->a, &list, &f->e));
		for (size_t i = 0; i < list.n; i++) {
			assert_true(list.v[i].id > page.after);
			page.after = list.v[i].id;
			assert_int_equal(
			    list.v[i].what.original.len > 0, page.originals);
		}
		seen += list.n;
	} while (list.n == page.limit);
	assert_int_equal(seen, 300);
}

static void
test_hashes(void **state)
{
	struct fixture *f = *state;
	uint64_t run = fixture_run(f, "parts");
	fixture_chunk(f, run, 0);
	fixture_assign(f, run, 0);
	for (int i = 0; i < 25; i++)
		rejected_add(f, rejected_row(run, 0, 1, (char)('a' + i)));
	struct store_reject r = rejected_row(run, 0, 1, 'A');
	r.what.stage = "delta"; /* never reached load */
	rejected_add(f, r);
	r = rejected_row(run, 0, 1, 'B');
	r.what.bk_hash = (struct span){ 0 };
	rejected_add(f, r);
	rejected_add(f, rejected_row(run, 1, 1, 'C'));
	rejected_add(f, rejected_row(run, 0, 2, 'D'));

	struct buf hashes = { 0 };
	struct store_reject_hashes at = {
		.run = run, .chunk = 0, .attempt = 1, .stage = "load"
	};
	size_t before;
	int pages = -1;
	do {
		before = hashes.len;
		OK(f, store_reject_hashes(f->s, &at, 10, &hashes, &f->e));
		pages++;
	} while (hashes.len > before);
	assert_int_equal(pages, 3);
	assert_int_equal(hashes.len, 25 * 16);
	for (size_t i = 0; i < hashes.len; i++)
		assert_int_equal(hashes.data[i], 'a' + i / 16);
	buf_free(&hashes);
}

static void
test_lowest_version(void **state)
{
	struct fixture *f = *state;
	struct span v;
	RETURNS(f, 0, store_reject_lowest(f->s, "parts", &f->a, &v, &f->e));
	rejected_night(f, "cab");
	RETURNS(f, 1, store_reject_lowest(f->s, "parts", &f->a, &v, &f->e));
	assert_int_equal(v.len, 1);
	assert_int_equal(v.data[0], 'a');

	uint64_t run = fixture_run(f, "parts");
	fixture_chunk(f, run, 0);
	fixture_assign(f, run, 0);
	struct store_reject r = rejected_row(run, 0, 1, 'x');
	r.what.version = (struct span){ 0 };
	rejected_add(f, r);
	fixture_finish(f, run, 0, 1);
	RETURNS(f, 1, store_reject_lowest(f->s, "parts", &f->a, &v, &f->e));
	assert_int_equal(v.len, 0); /* unknown: nothing may be passed */
}

#define IN_OPEN(t)                                                             \
	cmocka_unit_test_setup_teardown(t, fixture_setup_open, fixture_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		IN_OPEN(test_visible_when_done),
		IN_OPEN(test_attempts_do_not_double),
		IN_OPEN(test_settle),
		IN_OPEN(test_settle_newer),
		IN_OPEN(test_retry),
		IN_OPEN(test_drop),
		IN_OPEN(test_filters_and_pages),
		IN_OPEN(test_hashes),
		IN_OPEN(test_lowest_version),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
