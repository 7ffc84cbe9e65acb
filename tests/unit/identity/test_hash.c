#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "identity/hash.h"
#include "tests/unit/identity/rows.h"

/* Published test vectors of both functions. */
static void
empty_inputs_have_their_known_hashes(void **state)
{
	struct buf hex = { 0 };
	uint8_t bk[BK_BYTES], data[DATA_BYTES];
	(void)state;
	hash_bk((struct span){ (const uint8_t *)"", 0 }, bk);
	assert_string_equal(
	    rows_hex(&hex, bk, BK_BYTES), "99aa06d3014798d86001c324468d497f");
	hash_data((struct span){ (const uint8_t *)"", 0 }, data);
	assert_string_equal(rows_hex(&hex, data, DATA_BYTES),
	    "af1349b9f5f9a1a6a0404dea36dcc949"
	    "9bcb25c9adc112b7cc9a93cae41f3262");
	buf_free(&hex);
}

/* n inputs, each padded with zeros to whole blocks and not a byte further, so
 * that a read beyond is seen by the sanitizer. */
static void
check(const size_t *lens, size_t n)
{
	struct span *in = mem_alloc(n * sizeof(*in));
	uint8_t(*out)[DATA_BYTES] = mem_alloc(n * DATA_BYTES);
	for (size_t i = 0; i < n; i++) {
		size_t room = lens[i] ? lens[i] + -lens[i] % 64 : 64;
		uint8_t *p = mem_zalloc(room);
		for (size_t k = 0; k < lens[i]; k++)
			p[k] = (uint8_t)rand();
		in[i] = (struct span){ p, lens[i] };
	}
	hash_many(in, n, out);
	for (size_t i = 0; i < n; i++) {
		uint8_t plain[DATA_BYTES];
		hash_data(in[i], plain);
		assert_memory_equal(out[i], plain, DATA_BYTES);
		free((void *)(uintptr_t)in[i].data);
	}
	free(in);
	free(out);
}

static void
every_length_up_to_three_chunks(void **state)
{
	size_t lens[64];
	(void)state;
	srand(3);
	for (size_t base = 0; base < 3072 + 64; base += 64) {
		for (size_t i = 0; i < 64; i++)
			lens[i] = base + i;
		check(lens, 64);
	}
}

static void
random_lengths_side_by_side(void **state)
{
	size_t lens[700];
	(void)state;
	srand(4);
	for (int round = 0; round < 100; round++) {
		size_t n = (size_t)(rand() % 700) + 1;
		size_t max = rand() % 3 ? 300 : 2000;
		for (size_t i = 0; i < n; i++)
			lens[i] = (size_t)rand() % max;
		check(lens, n);
	}
}

static void
every_group_size(void **state)
{
	size_t lens[40];
	(void)state;
	srand(5);
	for (size_t n = 1; n <= 40; n++) {
		for (size_t i = 0; i < n; i++)
			lens[i] = 129 + (size_t)rand() % 64;
		check(lens, n);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(empty_inputs_have_their_known_hashes),
		cmocka_unit_test(every_length_up_to_three_chunks),
		cmocka_unit_test(random_lengths_side_by_side),
		cmocka_unit_test(every_group_size),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
