#include "load/pg_numeric.h"
#include "tests/unit/load/rig.h"

/* Binary as PostgreSQL 15's numeric_send gives it: ndigits, weight, sign,
 * dscale, digits, each two bytes. */
static const struct {
	const char *text, *hex;
} rows[] = {
	{ "0", "0000000000000000" },
	{ "1", "00010000000000000001" },
	{ "-1", "00010000400000000001" },
	{ "9999", "0001000000000000270f" },
	{ "10000", "00010001000000000001" },
	{ "10001", "000200010000000000010001" },
	{ "123456789", "0003000200000000000109291a85" },
	{ "100000000", "00010002000000000001" },
	{ "0.5", "0001ffff000000011388" },
	{ "0.05", "0001ffff0000000201f4" },
	{ "0.0001", "0001ffff000000040001" },
	{ "0.00001", "0001fffe0000000503e8" },
	{ "-12.5", "0002000040000001000c1388" },
	{ "1234.5678", "000200000000000404d2162e" },
	{ "12345.67890123", "0004000100000008000109291a85007b" },
	{ "99999999999999999999", "0005000400000000270f270f270f270f270f" },
	{ "-0.000000000012345678901", "0004fffd40000015000c0d801ed203e8" },
	{ "1000000000000.0001", "000500030000000400010000000000000001" },
	{ "NaN", "00000000c0000000" },
	{ "Infinity", "00000000d0000000" },
	{ "-Infinity", "00000000f0000000" },
};

static const char *
hex(const uint8_t *p, size_t n, char *out)
{
	for (size_t i = 0; i < n; i++)
		snprintf(out + 2 * i, 3, "%02x", p[i]);
	return out;
}

static void
writes_what_the_server_writes(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		uint8_t out[128];
		char text[256] = "";
		struct span in = { (const uint8_t *)rows[i].text,
			strlen(rows[i].text) };
		assert_true(pg_numeric_room(in.len) <= sizeof(out));
		size_t n = pg_numeric_encode(in, out);
		assert_true(n <= pg_numeric_room(in.len));
		assert_string_equal(hex(out, n, text), rows[i].hex);
	}
}

static void
refuses_what_is_no_number(void **state)
{
	(void)state;
	static const char *const bad[] = { "", "-", ".", "1.", ".5", "1e5",
		"+1", "1,5", "1 ", " 1", "--1", "1.2.3", "nan", "-NaN",
		"Infinit", "0x10", "1-" };
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		uint8_t out[64];
		struct span in = { (const uint8_t *)bad[i], strlen(bad[i]) };
		if (pg_numeric_encode(in, out) != 0)
			fail_msg("took \"%s\"", bad[i]);
	}
}

static size_t
encode_long(size_t whole, size_t fraction)
{
	size_t len = whole + (fraction ? 1 + fraction : 0);
	uint8_t *text = malloc(len + 1);
	uint8_t *out = malloc(pg_numeric_room(len));
	memset(text, '9', len);
	if (fraction)
		text[whole] = '.';
	size_t n = pg_numeric_encode((struct span){ text, len }, out);
	free(text);
	free(out);
	return n;
}

static void
knows_the_limits(void **state)
{
	(void)state;
	assert_int_equal(encode_long(131072, 0), 8 + 2 * (131072 / 4));
	assert_int_equal(encode_long(131073, 0), 0);
	assert_int_equal(encode_long(1, 16383), 8 + 2 + 2 * 4096);
	assert_int_equal(encode_long(1, 16384), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(writes_what_the_server_writes),
		cmocka_unit_test(refuses_what_is_no_number),
		cmocka_unit_test(knows_the_limits),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
