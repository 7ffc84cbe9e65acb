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

/* Every kernel of this processor, one by one, and the one that is chosen,
 * against the plain way. */
static void
compare(const struct span *in, size_t n)
{
	struct lanes_kernel kernels[LANES_KERNELS];
	uint8_t(*out)[DATA_BYTES] = mem_alloc(n * sizeof(*out));
	uint8_t(*plain)[DATA_BYTES] = mem_alloc(n * sizeof(*plain));
	size_t all = n * sizeof(*out);
	for (size_t i = 0; i < n; i++)
		hash_data(in[i], plain[i]);
	hash_many(in, n, out);
	assert_memory_equal(out, plain, all);
	lanes_kernels(kernels);
	for (size_t k = 0; k < LANES_KERNELS; k++) {
		if (!kernels[k].usable)
			continue;
		memset(out, 0, all);
		hash_many_with(kernels[k].hash, in, n, out);
		assert_memory_equal(out, plain, all);
	}
	free(plain);
	free(out);
}

/* n inputs, each padded with zeros to whole blocks and not a byte further, so
 * that a read beyond is seen by the sanitizer. */
static void
check(const size_t *lens, size_t n)
{
	struct span *in = mem_alloc(n * sizeof(*in));
	for (size_t i = 0; i < n; i++) {
		size_t room = lens[i] ? lens[i] + -lens[i] % 64 : 64;
		uint8_t *p = mem_zalloc(room);
		for (size_t k = 0; k < lens[i]; k++)
			p[k] = (uint8_t)rand();
		in[i] = (struct span){ p, lens[i] };
	}
	compare(in, n);
	for (size_t i = 0; i < n; i++)
		free((void *)(uintptr_t)in[i].data);
	free(in);
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
		size_t max = rand() % 3 ? 300 : 3000;
		for (size_t i = 0; i < n; i++)
			lens[i] = (size_t)rand() % max;
		check(lens, n);
	}
}

static void
kernels_are_named_and_the_last_is_usable(void **state)
{
	struct lanes_kernel kernels[LANES_KERNELS];
	(void)state;
	lanes_kernels(kernels);
	for (size_t k = 0; k < LANES_KERNELS; k++) {
		assert_non_null(kernels[k].name);
		assert_true(kernels[k].hash || !kernels[k].usable);
		print_message("  %s%s\n", kernels[k].name,
		    kernels[k].usable ? "" : ": not on this processor");
	}
	assert_true(kernels[LANES_KERNELS - 1].usable);
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
		cmocka_unit_test(kernels_are_named_and_the_last_is_usable),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
