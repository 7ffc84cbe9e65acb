#include "delta/filter.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void
random_key(uint64_t *seed, uint8_t bk[16])
{
	for (size_t i = 0; i < 16; i++) {
		*seed = *seed * 6364136223846793005u + 1442695040888963407u;
		bk[i] = (uint8_t)(*seed >> 56);
	}
}

/* Has all that was added, and of others about one in 32 at most. */
static void
test_knows_what_it_was_given(void **state)
{
	static const uint64_t sizes[] = { 0, 1, 2000, 100000 };
	enum { OTHERS = 20000 };
	(void)state;
	for (size_t s = 0; s < sizeof(sizes) / sizeof(*sizes); s++) {
		struct filter f;
		uint64_t seed = 7 + s, again = seed;
		uint8_t bk[16];
		size_t wrong = 0;
		filter_init(&f, sizes[s]);
		for (uint64_t i = 0; i < sizes[s]; i++) {
			random_key(&seed, bk);
			filter_add(&f, bk);
		}
		for (uint64_t i = 0; i < sizes[s]; i++) {
			random_key(&again, bk);
			assert_true(filter_has(&f, bk));
		}
		for (size_t i = 0; i < OTHERS; i++) {
			random_key(&seed, bk);
			wrong += filter_has(&f, bk);
		}
		assert_in_range(wrong, 0, OTHERS / 24);
		filter_free(&f);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_knows_what_it_was_given),
	};
	return cmocka_run_group_tests_name("delta/filter", tests, NULL, NULL);
}
