#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "delta/record.h"
#include "tests/unit/delta/world.h"

static struct record
sample(enum record_op op, const uint8_t *hashes)
{
	static const uint8_t key[] = "n\00212";
	return (struct record){ .op = op,
		.bk = hashes,
		.dh = hashes + 16,
		.mark = 77,
		.key = { key, 4 } };
}

static void
records_read_back(void **state)
{
	struct blob b = { 0 };
	struct blob_reader r;
	struct record run[RECORD_RUN];
	struct err e = { 0 };
	uint8_t hashes[48];
	size_t n;
	(void)state;
	world_bk(1, hashes);
	world_dh(1, hashes + 16);
	for (int op = RECORD_INSERT; op <= RECORD_DOUBT; op++) {
		struct record in = sample((enum record_op)op, hashes);
		blob_put(&b, &in);
	}
	assert_int_equal(blob_open(blob_finish(&b), &r, &e), 0);
	assert_int_equal(blob_next(&r, run, &n, &e), 1);
	assert_int_equal(n, RECORD_DOUBT);
	for (int op = RECORD_INSERT; op <= RECORD_DOUBT; op++) {
		bool hashed = op == RECORD_INSERT || op == RECORD_UPDATE;
		struct record rec = run[op - 1];
		assert_int_equal(rec.op, op);
		assert_memory_equal(rec.bk, hashes, 16);
		assert_int_equal(rec.dh != NULL, hashed);
		if (hashed)
			assert_memory_equal(rec.dh, hashes + 16, 32);
		assert_true(rec.mark == (hashed ? 77 : 0));
		assert_int_equal(rec.key.len, 4);
		assert_memory_equal(rec.key.data, "n\00212", 4);
	}
	assert_int_equal(blob_next(&r, run, &n, &e), 0);
	blob_free(&b);
}

static void
long_blobs_come_in_runs(void **state)
{
	enum { N = 3 * RECORD_RUN + 5 };
	struct blob b = { 0 };
	struct blob_reader r;
	struct record run[RECORD_RUN];
	struct err e = { 0 };
	uint8_t hashes[48] = { 0 };
	size_t n;
	(void)state;
	for (int i = 0; i < N; i++) {
		struct record in = sample(RECORD_DELETE, hashes);
		hashes[0] = (uint8_t)i;
		blob_put(&b, &in);
	}
	assert_int_equal(blob_open(blob_finish(&b), &r, &e), 0);
	int at = 0;
	while (blob_next(&r, run, &n, &e) == 1)
		for (size_t i = 0; i < n; i++)
			assert_int_equal(run[i].bk[0], (uint8_t)at++);
	assert_int_equal(at, N);
	blob_free(&b);
}

static void
an_empty_blob_reads_back(void **state)
{
	struct blob b = { 0 };
	struct blob_reader r;
	struct record run[RECORD_RUN];
	struct err e = { 0 };
	size_t n;
	(void)state;
	assert_int_equal(blob_open(blob_finish(&b), &r, &e), 0);
	assert_int_equal(blob_next(&r, run, &n, &e), 0);
	blob_free(&b);
}

/* Reads all of it; 0 if nothing was wrong. */
static int
read_all(struct span in)
{
	struct blob_reader r;
	struct record run[RECORD_RUN];
	struct err e = { 0 };
	size_t n;
	int got;
	if (blob_open(in, &r, &e)) {
		assert_string_equal(e.code, "bad_blob");
		return -1;
	}
	while ((got = blob_next(&r, run, &n, &e)) == 1)
		;
	return got;
}

static void
any_changed_byte_is_noticed(void **state)
{
	struct blob b = { 0 };
	uint8_t hashes[48];
	(void)state;
	world_bk(2, hashes);
	world_dh(2, hashes + 16);
	struct record in = sample(RECORD_UPDATE, hashes);
	blob_put(&b, &in);
	blob_put(&b, &in);
	struct span whole = blob_finish(&b);
	assert_int_equal(read_all(whole), 0);
	for (size_t i = 0; i < whole.len; i++) {
		b.bytes.data[i] ^= 0x10;
		assert_int_equal(read_all(whole), -1);
		b.bytes.data[i] ^= 0x10;
	}
	for (size_t n = 0; n < whole.len; n++)
		assert_int_equal(read_all((struct span){ whole.data, n }), -1);
	blob_free(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(records_read_back),
		cmocka_unit_test(long_blobs_come_in_runs),
		cmocka_unit_test(an_empty_blob_reads_back),
		cmocka_unit_test(any_changed_byte_is_noticed),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
