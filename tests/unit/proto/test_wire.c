#include "proto/wire.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

struct row {
	const char *label;
	const char *bytes;
	size_t n;
	unsigned depth;
	const char *error; /* NULL: well formed */
};
#define B(s) s, sizeof(s) - 1

static const struct row rows[] = {
	{ "small number", B("\x07"), 0, NULL },
	{ "negative small number", B("\xff"), 0, NULL },
	{ "nil", B("\xc0"), 0, NULL },
	{ "false", B("\xc2"), 0, NULL },
	{ "uint64", B("\xcf\1\2\3\4\5\6\7\x08"), 0, NULL },
	{ "float32", B("\xca\0\0\0\0"), 0, NULL },
	{ "float64", B("\xcb\0\0\0\0\0\0\0\0"), 0, NULL },
	{ "fixstr",
	    B("\xa3"
	      "abc"),
	    0, NULL },
	{ "str8",
	    B("\xd9\3"
	      "abc"),
	    0, NULL },
	{ "str16",
	    B("\xda\0\3"
	      "abc"),
	    0, NULL },
	{ "str32",
	    B("\xdb\0\0\0\3"
	      "abc"),
	    0, NULL },
	{ "bin8", B("\xc4\1\0"), 0, NULL },
	{ "bin16", B("\xc5\0\1\0"), 0, NULL },
	{ "bin32", B("\xc6\0\0\0\1\0"), 0, NULL },
	{ "empty array", B("\x90"), 1, NULL },
	{ "array", B("\x92\1\2"), 1, NULL },
	{ "array16", B("\xdc\0\2\1\2"), 1, NULL },
	{ "map", B("\x81\1\2"), 1, NULL },
	{ "map32", B("\xdf\0\0\0\1\1\2"), 1, NULL },
	{ "nested", B("\x91\x91\x92\1\x90"), 4, NULL },
	{ "siblings at the bound", B("\x92\x91\1\x91\2"), 2, NULL },
	{ "empty input", B(""), 1, "at byte 0: cut short" },
	{ "trailing byte", B("\1\2"), 1, "at byte 1: trailing bytes" },
	{ "array cut short", B("\x92\1"), 1,
	    "at byte 1: a count beyond the end" },
	{ "element cut short", B("\x92\xa1\xa0"), 1, "at byte 3: cut short" },
	{ "map of one without value", B("\x81\1"), 1,
	    "at byte 1: a count beyond the end" },
	{ "string that lies",
	    B("\xdb\xff\xff\xff\xff"
	      "a"),
	    1, "at byte 5: a length beyond the end" },
	{ "array that lies", B("\xdd\xff\xff\xff\xff\1"), 1,
	    "at byte 5: a count beyond the end" },
	{ "map that lies", B("\xdf\xff\xff\xff\xff\1\1"), 1,
	    "at byte 5: a count beyond the end" },
	{ "length cut short", B("\xdb\0\0"), 1,
	    "at byte 1: a length beyond the end" },
	{ "number cut short", B("\xcf\0"), 1,
	    "at byte 1: a length beyond the end" },
	{ "too deep", B("\x91\x91\1"), 1, "at byte 2: nested too deep" },
	{ "empty container too deep", B("\x91\x90"), 1,
	    "at byte 2: nested too deep" },
	{ "no container allowed", B("\x90"), 0, "at byte 1: nested too deep" },
	{ "ext8", B("\xc7\1\1\1"), 1,
	    "at byte 1: an extension type or unused byte" },
	{ "fixext1", B("\xd4\1\1"), 1,
	    "at byte 1: an extension type or unused byte" },
	{ "never used", B("\xc1"), 1,
	    "at byte 1: an extension type or unused byte" },
};

static void
test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const struct row *r = &rows[i];
		struct err e = { 0 };
		struct span in = { (const uint8_t *)r->bytes, r->n };
		int rc = wire_check(in, r->depth, &e);
		if (rc != (r->error ? -1 : 0))
			fail_msg("%s: returned %d: %s", r->label, rc, e.msg);
		if (!r->error)
			continue;
		assert_int_equal(e.cls, ERR_DATA);
		assert_string_equal(e.code, "bad_msgpack");
		if (strcmp(e.msg, r->error) != 0)
			fail_msg("%s: \"%s\"", r->label, e.msg);
	}
}

/* A tower of containers ends at the bound, however deep the caller goes. */
static void
test_depth_is_bounded(void **state)
{
	(void)state;
	uint8_t tower[1000];
	memset(tower, 0x91, sizeof(tower));
	tower[sizeof(tower) - 1] = 0xc0;
	struct err e = { 0 };
	struct span in = { tower, sizeof(tower) };
	assert_int_equal(wire_check(in, UINT32_MAX, &e), -1);
	assert_string_equal(e.msg, "at byte 65: nested too deep");
}

static void
test_no_input(void **state)
{
	(void)state;
	struct err e = { 0 };
	assert_int_equal(wire_check((struct span){ 0 }, 1, &e), -1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_depth_is_bounded),
		cmocka_unit_test(test_no_input),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
