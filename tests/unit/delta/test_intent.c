#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "delta/intent.h"
#include "tests/unit/delta/world.h"

static const struct intent_id id = { 7, 3, 2 };

static void
ok(int r, const struct err *e)
{
	if (r)
		fail_msg("%s: %s", e->code, e->msg);
}

/* One frame of records of ids [from, to). */
static void
append(const struct place *p, int64_t from, int64_t to)
{
	struct blob b = { 0 };
	struct err e = { 0 };
	for (int64_t i = from; i < to; i++) {
		uint8_t bk[16], dh[32];
		world_bk(i, bk);
		world_dh(i, dh);
		blob_put(&b, &(struct record){
				 .op = RECORD_UPDATE, .bk = bk, .dh = dh });
	}
	ok(intent_append(p, &(struct intent){ .id = id }, &b, &e), &e);
	blob_free(&b);
}

static int
count(void *ctx, const struct record *r, size_t n, struct err *e)
{
	int64_t *next = ctx;
	uint8_t bk[16];
	(void)e;
	for (size_t i = 0; i < n; i++) {
		world_bk((*next)++, bk);
		assert_memory_equal(r[i].bk, bk, 16);
	}
	return 0;
}

static int64_t
read_all(const struct place *p)
{
	int64_t n = 0;
	struct err e = { 0 };
	ok(intent_read(p, &id, count, &n, &e), &e);
	return n;
}

static void
frames_come_back_in_order(void **state)
{
	char store[64];
	struct place p = { world_store(store), "a/b", 0, 1 };
	struct err e = { 0 };
	(void)state;
	assert_int_equal(read_all(&p), 0);
	append(&p, 0, 10);
	append(&p, 10, 5000);
	append(&p, 5000, 5001);
	assert_int_equal(read_all(&p), 5001);
	ok(intent_remove(&p, &id, &e), &e);
	ok(intent_remove(&p, &id, &e), &e);
	assert_int_equal(read_all(&p), 0);
	world_remove(store);
}

static void
a_torn_frame_ends_the_file(void **state)
{
	char store[64];
	struct place p = { world_store(store), "things", 0, 1 };
	struct buf path = { 0 };
	(void)state;
	append(&p, 0, 10);
	append(&p, 10, 20);
	place_intent(&p, &id, &path);
	FILE *f = fopen(buf_str(&path), "r");
	fseek(f, 0, SEEK_END);
	long size = ftell(f);
	fclose(f);
	for (long cut = size - 1; cut > size / 2; cut -= 7) {
		assert_int_equal(truncate(buf_str(&path), cut), 0);
		assert_int_equal(read_all(&p), 10);
	}
	assert_int_equal(truncate(buf_str(&path), size / 2), 0);
	assert_int_equal(read_all(&p), 10);
	assert_int_equal(truncate(buf_str(&path), 3), 0);
	assert_int_equal(read_all(&p), 0);
	/* What a lost page leaves is no frame either. */
	assert_int_equal(truncate(buf_str(&path), 0), 0);
	assert_int_equal(truncate(buf_str(&path), 4096), 0);
	assert_int_equal(read_all(&p), 0);
	buf_free(&path);
	world_remove(store);
}

static void
left_over_intents_are_listed_by_age(void **state)
{
	static const struct intent_id ids[] = { { 2, 9, 1 }, { 1, 0, 2 },
		{ 1, 0, 1 }, { 1, UINT32_MAX, 1 }, { 10, 0, 1 } };
	static const size_t order[] = { 2, 1, 3, 0, 4 };
	char store[64];
	struct place p = { world_store(store), "things", 1, 2 };
	struct place other = { store, "things", 0, 2 };
	struct intent_id *list;
	struct blob b = { 0 };
	struct err e = { 0 };
	size_t n;
	(void)state;
	ok(intent_list(&p, &list, &n, &e), &e);
	assert_int_equal(n, 0);
	for (size_t i = 0; i < ARRAY_LEN(ids); i++)
		ok(intent_append(&p, &(struct intent){ .id = ids[i] }, &b, &e),
		    &e);
	ok(intent_append(&other, &(struct intent){ .id = id }, &b, &e), &e);
	ok(intent_list(&p, &list, &n, &e), &e);
	assert_int_equal(n, ARRAY_LEN(ids));
	for (size_t i = 0; i < n; i++) {
		assert_true(list[i].run == ids[order[i]].run);
		assert_int_equal(list[i].chunk, ids[order[i]].chunk);
		assert_int_equal(list[i].attempt, ids[order[i]].attempt);
	}
	free(list);
	blob_free(&b);
	world_remove(store);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(frames_come_back_in_order),
		cmocka_unit_test(a_torn_frame_ends_the_file),
		cmocka_unit_test(left_over_intents_are_listed_by_age),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
