#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/delta/state_bench.h"
#include <sys/resource.h>

static bool
file_exists(struct bench *t)
{
	struct buf path = { 0 };
	place_state(&t->spec.place, &path);
	bool there = access(buf_str(&path), F_OK) == 0;
	buf_free(&path);
	return there;
}

static void
nothing_to_say_makes_no_file(void **state)
{
	struct bench *t = *state;
	struct err e = { 0 };
	reopen(t);
	state_begin(t->s, &(struct intent_id){ 1, 0, 1 });
	ok(state_commit(t->s, &e), &e);
	assert_int_equal(scan(t), 0);
	assert_false(file_exists(t));
	put(t, RECORD_INSERT, 0, 1, 1);
	assert_true(file_exists(t));
}

static void
commits_come_back_in_order(void **state)
{
	struct bench *t = *state;
	struct intent_id id = { 1, 2, 3 }, other = { 1, 2, 4 };
	struct seen x = { 0 };
	struct err e = { 0 };
	uint8_t bk[16];
	reopen(t);
	/* More than one blob. */
	put(t, RECORD_INSERT, 0, 9000, 1);
	put(t, RECORD_UPDATE, 0, 10, 2);
	put(t, RECORD_DELETE, 5, 6, 0);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(state_entries(t->s), 8999);
		assert_int_equal(scan(t), 9011);
		assert_int_equal(state_has(t->s, &id, &e), 1);
		assert_int_equal(state_has(t->s, &other, &e), 0);
		reopen(t);
	}
	ok(state_scan(t->s, note, &x, &e), &e);
	world_bk(5, bk);
	assert_int_equal(x.last_op, RECORD_DELETE);
	assert_memory_equal(x.last_bk, bk, 16);
}

static void
an_open_commit_is_given_up(void **state)
{
	struct bench *t = *state;
	struct err e = { 0 };
	reopen(t);
	put(t, RECORD_INSERT, 0, 10, 1);
	state_begin(t->s, &(struct intent_id){ 1, 3, 1 });
	for (int64_t id = 10; id < 9000; id++)
		ok(append(t, RECORD_INSERT, id, 1, &e), &e);
	reopen(t);
	assert_int_equal(scan(t), 10);
	assert_int_equal(state_entries(t->s), 10);
}

/* What somebody changed, and the word of advice that must follow. */
static void
expect_refusal(struct bench *t, const char *code, const char *says)
{
	struct err e = { 0 };
	assert_int_equal(state_open(&t->spec, &t->s, &e), -1);
	assert_int_equal(e.cls, ERR_CONFIG);
	assert_string_equal(e.code, code);
	if (!strstr(e.msg, says))
		fail_msg("\"%s\" does not say \"%s\"", e.msg, says);
}

static void
another_configuration_is_refused(void **state)
{
	static const char *two[] = { "id", "site" };
	struct bench *t = *state;
	struct state_spec good = t->spec;
	struct strings key = { 2, two };
	reopen(t);
	put(t, RECORD_INSERT, 0, 10, 1);
	state_close(&t->s);
	t->spec.key = &key;
	expect_refusal(t, "state_mismatch", "the key of the entity");
	t->spec = good;
	t->spec.syncflow = true;
	expect_refusal(t, "state_mismatch", "identity mode");
	t->spec = good;
	t->spec.place.parts = 4;
	expect_refusal(t, "state_partitions", "set it back to 1");
	t->spec = good;
	run_sql(t, "UPDATE meta SET value='3' WHERE key='format'");
	expect_refusal(t, "state_mismatch", "another version");
	run_sql(t, "DELETE FROM meta WHERE key='format'");
	expect_refusal(t, "state_mismatch", "another version");
}

static void
damage_is_refused(void **state)
{
	struct bench *t = *state;
	struct err e = { 0 };
	struct seen x = { 0 };
	reopen(t);
	put(t, RECORD_INSERT, 0, 10, 1);
	state_close(&t->s);
	run_sql(t, "UPDATE journal SET data = CAST(substr(data,1,100)||x'00'||"
		   "substr(data,102) AS BLOB)");
	reopen(t);
	assert_int_equal(state_scan(t->s, note, &x, &e), -1);
	assert_int_equal(e.cls, ERR_CONFIG);
	assert_string_equal(e.code, "state_damaged");
	assert_non_null(strstr(e.msg, "p0of1.db"));
	assert_non_null(strstr(e.msg, "adopt"));
}

static void
a_file_that_is_no_database_is_refused(void **state)
{
	struct bench *t = *state;
	struct buf path = { 0 };
	struct err e = { 0 };
	ok(place_make_dir(&t->spec.place, &e), &e);
	place_state(&t->spec.place, &path);
	FILE *f = fopen(buf_str(&path), "w");
	for (int i = 0; i < 1000; i++)
		fputs("this is no database\n", f);
	fclose(f);
	expect_refusal(t, "state_damaged", "adopt");
	buf_free(&path);
}

static void
a_file_that_was_being_made_is_empty(void **state)
{
	struct bench *t = *state;
	struct buf path = { 0 };
	struct err e = { 0 };
	ok(place_make_dir(&t->spec.place, &e), &e);
	place_state(&t->spec.place, &path);
	fclose(fopen(buf_str(&path), "w"));
	reopen(t);
	assert_int_equal(scan(t), 0);
	put(t, RECORD_INSERT, 0, 10, 1);
	reopen(t);
	assert_int_equal(scan(t), 10);
	buf_free(&path);
}

static void
a_full_disk_is_a_retry(void **state)
{
	struct bench *t = *state;
	reopen(t);
	put(t, RECORD_INSERT, 0, 1000, 1);
	fill_the_disk(t, 1000);
	assert_int_equal(scan(t), 1000);
	put(t, RECORD_INSERT, 1000, 1001, 1);
	reopen(t);
	assert_int_equal(scan(t), 1001);
}

static void
another_writer_is_noticed(void **state)
{
	struct bench *t = *state;
	struct err e = { 0 };
	reopen(t);
	put(t, RECORD_INSERT, 0, 10, 1);
	put(t, RECORD_INSERT, 10, 20, 1);
	run_sql(t, "DELETE FROM journal");
	state_begin(t->s, &(struct intent_id){ 1, 9, 1 });
	ok(append(t, RECORD_INSERT, 30, 1, &e), &e);
	assert_int_equal(state_commit(t->s, &e), -1);
	assert_int_equal(e.cls, ERR_RETRY);
	assert_string_equal(e.code, "state_changed");
}

static void
a_merge_keeps_what_is_live_in_order(void **state)
{
	struct bench *t = *state;
	struct seen x = { .sorted = true };
	struct err e = { 0 };
	reopen(t);
	put(t, RECORD_INSERT, 0, 60000, 1);
	assert_int_equal(state_merge(t->s, MERGE_FROM, &e), 0);
	put(t, RECORD_UPDATE, 0, 50000, 2);
	put(t, RECORD_UPDATE, 0, 49999, 3);
	assert_int_equal(state_merge(t->s, MERGE_FROM, &e), 0);
	put(t, RECORD_DELETE, 0, 1000, 0);
	put(t, RECORD_DOUBT, 1000, 1100, 0);
	assert_int_equal(state_merge(t->s, MERGE_FROM, &e), 1);
	assert_int_equal(state_entries(t->s), 59000);
	ok(state_scan(t->s, note, &x, &e), &e);
	assert_int_equal(x.records, 59000);
	assert_int_equal(state_merge(t->s, MERGE_FROM, &e), 0);
	put(t, RECORD_DELETE, 1000, 1001, 0);
	reopen(t);
	assert_int_equal(state_entries(t->s), 58999);
	assert_int_equal(scan(t), 59001);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(nothing_to_say_makes_no_file),
		TEST(commits_come_back_in_order),
		TEST(an_open_commit_is_given_up),
		TEST(another_configuration_is_refused),
		TEST(damage_is_refused),
		TEST(a_file_that_is_no_database_is_refused),
		TEST(a_file_that_was_being_made_is_empty),
		TEST(a_full_disk_is_a_retry),
		TEST(another_writer_is_noticed),
		TEST(a_merge_keeps_what_is_live_in_order),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
