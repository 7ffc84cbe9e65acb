#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/ranges.h"
#include <cmocka.h>
#include <string.h>

static void
there_and_back(void **state)
{
	(void)state;
	const struct span in[] = { { (const uint8_t *)"one", 3 }, { NULL, 0 },
		{ (const uint8_t *)"\0\xff", 2 } };
	for (size_t n = 0; n <= ARRAY_LEN(in); n++) {
		struct buf body = { 0 };
		struct arena a = { 0 };
		struct err e = { 0 };
		struct span *out;
		size_t got;
		ranges_encode(in, n, &body);
		assert_int_equal(
		    ranges_decode(buf_span(&body), &a, &out, &got, &e), 0);
		assert_int_equal(got, n);
		for (size_t i = 0; i < n; i++)
			assert_int_equal(span_compare(in[i], out[i]), 0);
		arena_free(&a);
		buf_free(&body);
	}
}

static void
refused(void **state)
{
	(void)state;
	static const struct {
		const char *label;
		struct span in;
	} rows[] = {
		{ "nothing", { (const uint8_t *)"", 0 } },
		{ "a map", { (const uint8_t *)"\x80", 1 } },
		{ "cut short", { (const uint8_t *)"\x92\xc4\x01x", 4 } },
		{ "a text", { (const uint8_t *)"\x91\xa1x", 3 } },
		{ "more behind", { (const uint8_t *)"\x90\x90", 2 } },
		{ "a length that lies",
		    { (const uint8_t *)"\xdd\xff\xff\xff\xff", 5 } },
	};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct arena a = { 0 };
		struct err e = { 0 };
		struct span *out;
		size_t n;
		if (ranges_decode(rows[i].in, &a, &out, &n, &e) == 0)
			fail_msg("%s was read", rows[i].label);
		assert_int_equal(e.cls, ERR_DATA);
		arena_free(&a);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(there_and_back),
		cmocka_unit_test(refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
