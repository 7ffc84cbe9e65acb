#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/delta/state_bench.h"
#include <fcntl.h>
#include <unistd.h>

/* Runs of a scan, and where they stood. */
enum { RUNS_MAX = 4000 };
struct runs {
	struct state *s;
	struct state_where where[RUNS_MAX];
	struct buf records[RUNS_MAX];
	size_t n, next;
};

static void
pack(const struct record *r, size_t n, struct buf *out)
{
	for (size_t i = 0; i < n; i++)
		record_put(out, &r[i]);
}

static int
keep(void *ctx, const struct record *r, size_t n, struct err *e)
{
	struct runs *x = ctx;
	(void)e;
	assert_true(x->n < RUNS_MAX);
	x->where[x->n] = state_here(x->s);
	pack(r, n, &x->records[x->n++]);
	return 0;
}

static int
compare(void *ctx, const struct record *r, size_t n, struct err *e)
{
	struct runs *x = ctx;
	struct buf again = { 0 };
	(void)e;
	pack(r, n, &again);
	assert_int_equal(again.len, x->records[x->next].len);
	assert_memory_equal(again.data, x->records[x->next].data, again.len);
	buf_free(&again);
	return 1;
}

static struct runs *
scan_runs(struct bench *t)
{
	struct runs *x = mem_zalloc(sizeof(*x));
	struct err e = { 0 };
	x->s = t->s;
	ok(state_scan(t->s, keep, x, &e), &e);
	return x;
}

static void
free_runs(struct runs *x)
{
	for (size_t i = 0; i < x->n; i++)
		buf_free(&x->records[i]);
	free(x);
}

static void
expect_all_again(struct bench *t, struct runs *x)
{
	struct err e = { 0 };
	for (size_t i = 0; i < 3 * x->n; i++) {
		/* Forwards, then to and fro. */
		x->next = i < x->n ? i : (size_t)rand() % x->n;
		assert_int_equal(
		    state_read_again(t->s, &x->where[x->next], compare, x, &e),
		    1);
	}
}

static void
every_run_can_be_read_again(void **state)
{
	struct bench *t = *state;
	struct err e = { 0 };
	srand(3);
	reopen(t);
	put(t, RECORD_INSERT, 0, 60000, 1);
	for (int i = 0; i < 3; i++)
		put(t, RECORD_UPDATE, 0, 60000, i);
	assert_int_equal(state_merge(t->s, MERGE_FROM, &e), 1);
	put(t, RECORD_UPDATE, 0, 200, 2);
	take_over(t, 2, 1000);
	put(t, RECORD_DELETE, 7, 8, 0);
	take_over(t, 3, 500);
	reopen(t);
	struct runs *x = scan_runs(t);
	bool in[3] = { false };
	for (size_t i = 0; i < x->n; i++)
		in[x->where[i].in] = true;
	assert_true(in[STATE_BLOCK] && in[STATE_JOURNAL] && in[STATE_SEGMENT]);
	expect_all_again(t, x);
	free_runs(x);
}

/* Whatever became of the file since. */
static void
expect_gone(struct bench *t, struct runs *x)
{
	for (size_t i = 0; i < x->n; i++) {
		struct err e = { 0 };
		assert_int_equal(
		    state_read_again(t->s, &x->where[i], compare, x, &e), -1);
		assert_int_equal(e.cls, ERR_RETRY);
		assert_string_equal(e.code, "state_changed");
	}
}

static void
what_is_not_there_any_more_is_not_read(void **state)
{
	struct bench *t = *state;
	struct buf path = { 0 };
	reopen(t);
	take_over(t, 1, 100);
	struct runs *x = scan_runs(t);
	assert_int_equal(x->n, 2); /* the last one is what is cut off */
	x->where[0] = x->where[1];
	place_segment(&t->spec.place, x->where[0].id, &path);
	int fd = open(buf_str(&path), O_RDWR);
	assert_true(fd >= 0);
	assert_int_equal(pwrite(fd, "?", 1, (off_t)x->where[0].at + 40), 1);
	expect_gone(t, x);
	assert_int_equal(ftruncate(fd, (off_t)x->where[0].at + 40), 0);
	expect_gone(t, x);
	close(fd);
	reopen(t);
	x->s = t->s;
	assert_int_equal(unlink(buf_str(&path)), 0);
	expect_gone(t, x);
	buf_free(&path);
	free_runs(x);
}

static void
a_row_that_went_is_not_another_one(void **state)
{
	struct bench *t = *state;
	reopen(t);
	put(t, RECORD_INSERT, 0, 20, 1);
	put(t, RECORD_INSERT, 20, 40, 1);
	struct runs *x = scan_runs(t);
	run_sql(t, "DELETE FROM journal WHERE id = 1");
	x->n = 1;
	expect_gone(t, x);
	x->n = 2;
	free_runs(x);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(every_run_can_be_read_again),
		TEST(what_is_not_there_any_more_is_not_read),
		TEST(a_row_that_went_is_not_another_one),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
