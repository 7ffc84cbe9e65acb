#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "proto/decimal.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint64_t seed = 43;

static uint64_t
random_u64(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed;
}

/* Against printf of 15, 16 and 17 digits: the first that reads back. */
static void
double_like_printf(void **state)
{
	(void)state;
	struct buf canon = { 0 };
	for (size_t i = 0; i < 200000; i++) {
		uint64_t bits = random_u64();
		double v;
		/* Exponents from 2^-24 to 2^56. */
		bits = (bits & ~(UINT64_C(0x7ff) << 52)) |
		       (999 + random_u64() % 80) << 52;
		memcpy(&v, &bits, sizeof(v));
		if (i % 4 == 0)
			v = (double)(int64_t)(bits >> 40) /
			    (double)(1 + random_u64() % 1000);
		if (i % 4 == 1)
			v = (double)(int64_t)(bits >> 20) /
			    pow(10, (double)(random_u64() % 16));
		int exp2;
		if (v == 0 || frexp(fabs(v), &exp2) == 0.5)
			continue;
		char text[DECIMAL_DOUBLE_MAX + 1], want[40];
		int p = 14;
		do
			snprintf(want, sizeof(want), "%.*e", p, v);
		while (strtod(want, NULL) != v && ++p < 17);
		buf_clear(&canon);
		assert_int_equal(
		    decimal_canonical(
			(struct span){ (const uint8_t *)want, strlen(want) },
			&canon),
		    0);
		text[decimal_from_double(v, text)] = '\0';
		assert_string_equal(text, buf_str(&canon));
	}
	buf_free(&canon);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(double_like_printf),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
