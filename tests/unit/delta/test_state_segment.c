#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/delta/state_bench.h"
#include <sys/stat.h>

static void
path_of(struct bench *t, int64_t id, struct buf *out)
{
	buf_clear(out);
	place_segment(&t->spec.place, id, out);
	(void)buf_str(out);
}

static bool
there(const struct buf *path)
{
	return access((const char *)path->data, F_OK) == 0;
}

static void
a_file_is_taken_over(void **state)
{
	struct bench *t = *state;
	struct buf intent = { 0 }, segment = { 0 };
	struct err e = { 0 };

	reopen(t);
	struct intent in = take_over(t, 1, 1000);
	path_of(t, 1, &segment);
	place_intent(&t->spec.place, &in.id, &intent);
	(void)buf_str(&intent);
	assert_true(there(&segment) && !there(&intent));
	put(t, RECORD_DELETE, 5, 6, 0);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(state_entries(t->s), 999);
		assert_int_equal(scan(t), 1001);
		assert_int_equal(state_has(t->s, &in.id, &e), 1);
		reopen(t);
	}
	buf_free(&intent);
	buf_free(&segment);
}

/* Between the commit and the new name. */
static void
a_name_that_a_crash_left_is_mended(void **state)
{
	struct bench *t = *state;
	struct buf intent = { 0 }, segment = { 0 };

	reopen(t);
	struct intent in = take_over(t, 1, 1000);
	path_of(t, 1, &segment);
	place_intent(&t->spec.place, &in.id, &intent);
	for (int write = 0; write < 2; write++) {
		state_close(&t->s);
		assert_int_equal(
		    rename(buf_str(&segment), buf_str(&intent)), 0);
		t->spec.write = write;
		reopen(t);
		assert_true(there(&segment) && !there(&intent));
		assert_int_equal(scan(t), 1000);
	}
	buf_free(&intent);
	buf_free(&segment);
}

/* Between a merge and the removal of what it made superfluous. */
static void
a_file_that_nobody_names_goes(void **state)
{
	struct bench *t = *state;
	struct buf one = { 0 }, mine = { 0 };

	reopen(t);
	take_over(t, 1, 1000);
	path_of(t, 1, &mine);
	path_of(t, 7, &one);
	fclose(fopen(buf_str(&one), "w"));
	t->spec.write = false;
	reopen(t);
	assert_true(there(&one));
	t->spec.write = true;
	reopen(t);
	assert_true(there(&mine) && !there(&one));
	assert_int_equal(scan(t), 1000);
	buf_free(&one);
	buf_free(&mine);
}

static void
expect_damage(struct bench *t, const char *says)
{
	struct err e = { 0 };
	struct seen x = { 0 };

	reopen(t);
	assert_int_equal(state_scan(t->s, note, &x, &e), -1);
	assert_int_equal(e.cls, ERR_CONFIG);
	assert_string_equal(e.code, "state_damaged");
	if (!strstr(e.msg, says) || !strstr(e.msg, "p0of1.1.segment"))
		fail_msg("\"%s\" does not say \"%s\"", e.msg, says);
}

static void
damage_is_refused(void **state)
{
	struct bench *t = *state;
	struct buf path = { 0 };
	struct stat st;

	reopen(t);
	take_over(t, 1, 1000);
	path_of(t, 1, &path);
	assert_int_equal(stat(buf_str(&path), &st), 0);
	FILE *f = fopen(buf_str(&path), "r+");
	fseek(f, st.st_size / 2, SEEK_SET);
	int c = fgetc(f);
	fseek(f, st.st_size / 2, SEEK_SET);
	fputc(c ^ 1, f);
	fclose(f);
	expect_damage(t, "damaged");
	assert_int_equal(truncate(buf_str(&path), st.st_size - 1), 0);
	expect_damage(t, "damaged");
	assert_int_equal(unlink(buf_str(&path)), 0);
	expect_damage(t, "missing");
	buf_free(&path);
}

static int
merge_elsewhere(void *ctx, const struct record *r, size_t n, struct err *e)
{
	struct bench *t = ctx;
	struct buf path = { 0 };

	(void)r;
	(void)n;
	(void)e;
	path_of(t, 2, &path);
	if (unlink(buf_str(&path)) == 0)
		run_sql(t, "UPDATE journal SET run = run + 1");
	buf_free(&path);
	return 0;
}

/* Whoever only reads is not told to move a good state away. */
static void
a_file_that_a_merge_took_is_no_damage(void **state)
{
	struct bench *t = *state;
	struct err e = { 0 };

	reopen(t);
	take_over(t, 1, 1000);
	take_over(t, 2, 1000);
	t->spec.write = false;
	reopen(t);
	assert_int_equal(state_scan(t->s, merge_elsewhere, t, &e), -1);
	assert_int_equal(e.cls, ERR_RETRY);
	assert_string_equal(e.code, "state_changed");
}

static void
a_file_that_changed_is_not_taken(void **state)
{
	struct bench *t = *state;
	struct intent in = { .id = { 1, 2, 3 } };
	struct err e = { 0 };

	reopen(t);
	intend(t, &in, 0, 100);
	in.bytes--;
	state_begin(t->s, &in.id);
	assert_int_equal(state_append_intents(t->s, &in, 100, &e), -1);
	assert_int_equal(e.cls, ERR_RETRY);
	ok(state_commit(t->s, &e), &e);
	assert_int_equal(scan(t), 0);
}

static void
a_merge_takes_the_files_away(void **state)
{
	enum { N = 60000, NIGHTS = 4 };
	struct bench *t = *state;
	struct buf path = { 0 };
	struct err e = { 0 };

	reopen(t);
	for (uint64_t run = 1; run <= NIGHTS; run++)
		take_over(t, run, N);
	assert_int_equal(state_entries(t->s), NIGHTS * N);
	/* The same keys each time, counted as if they were new ones. */
	run_sql(t, "UPDATE journal SET added = 0 WHERE run > 1");
	reopen(t);
	assert_int_equal(state_entries(t->s), N);
	put(t, RECORD_DELETE, 0, 1, 0);
	assert_int_equal(state_merge(t->s, MERGE_FROM, &e), 1);
	for (int i = 0; i < 2; i++) {
		for (int64_t id = 1; id <= NIGHTS; id++) {
			path_of(t, id, &path);
			assert_false(there(&path));
		}
		assert_int_equal(scan(t), N - 1);
		reopen(t);
	}
	/* Numbers begin again: so may the files. */
	take_over(t, 9, 1000);
	reopen(t);
	assert_int_equal(scan(t), N - 1 + 1000);
	buf_free(&path);
}

static int
note_fresh(void *ctx, const struct record *r, size_t n, struct err *e)
{
	struct buf *fresh = ctx;
	(void)e;
	for (size_t i = 0; i < n; i++)
		if (r[i].fresh)
			buf_put(fresh, r[i].bk, 16);
	return 0;
}

static void
expect_fresh(struct bench *t, int64_t from, int64_t to)
{
	struct buf fresh = { 0 };
	struct err e = { 0 };
	reopen(t);
	ok(state_scan(t->s, note_fresh, &fresh, &e), &e);
	assert_int_equal(fresh.len, 16 * (to - from));
	for (int64_t id = from; id < to; id++) {
		uint8_t bk[16];
		world_bk(id, bk);
		assert_memory_equal(fresh.data + 16 * (id - from), bk, 16);
	}
	buf_free(&fresh);
}

/* A retry may insert a key twice, and its records are copied. */
static void
only_inserts_of_files_are_fresh(void **state)
{
	struct bench *t = *state;
	reopen(t);
	put(t, RECORD_INSERT, 2000, 2010, 1);
	put(t, RECORD_INSERT, 2000, 2010, 2);
	expect_fresh(t, 0, 0);
	take_over(t, 1, 1000);
	put(t, RECORD_UPDATE, 0, 10, 2);
	put(t, RECORD_INSERT, 3000, 3010, 1);
	expect_fresh(t, 0, 1000);
}

/* As the version before left it. */
static void
format_1(struct bench *t)
{
	state_close(&t->s);
	run_sql(t, "ALTER TABLE journal DROP COLUMN bytes;"
		   "UPDATE meta SET value = '1' WHERE key = 'format'");
}

static void
format_1_is_read_and_upgraded(void **state)
{
	struct bench *t = *state;

	reopen(t);
	put(t, RECORD_INSERT, 0, 10, 1);
	format_1(t);
	reopen(t);
	assert_int_equal(scan(t), 10);
	put(t, RECORD_INSERT, 10, 20, 1);
	assert_int_equal(scan(t), 20);
	reopen(t);
	assert_int_equal(scan(t), 20);
	format_1(t);
	reopen(t);
	take_over(t, 1, 1000);
	assert_int_equal(scan(t), 1020);
	reopen(t);
	assert_int_equal(scan(t), 1020);
	assert_int_equal(state_entries(t->s), 1020);
}

/* A commit that fails leaves the format as it was. */
static void
a_failed_upgrade_is_rolled_back(void **state)
{
	struct bench *t = *state;

	reopen(t);
	put(t, RECORD_INSERT, 0, 10, 1);
	format_1(t);
	reopen(t);
	fill_the_disk(t, 20);
	assert_int_equal(scan(t), 10);
	put(t, RECORD_INSERT, 20, 21, 1);
	reopen(t);
	assert_int_equal(scan(t), 11);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_file_is_taken_over),
		TEST(a_name_that_a_crash_left_is_mended),
		TEST(a_file_that_nobody_names_goes),
		TEST(damage_is_refused),
		TEST(a_file_that_a_merge_took_is_no_damage),
		TEST(a_file_that_changed_is_not_taken),
		TEST(a_merge_takes_the_files_away),
		TEST(only_inserts_of_files_are_fresh),
		TEST(format_1_is_read_and_upgraded),
		TEST(a_failed_upgrade_is_rolled_back),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
