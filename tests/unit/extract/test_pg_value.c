/* PostgreSQL's binary form of single values. */
#include "tests/unit/extract/pg_bytes.h"
#include <math.h>

/* One value of that type from those bytes, as the row it becomes. */
static int
one_value(struct world *w, enum value_type t, const struct buf *bytes)
{
	struct buf in = { 0 };

	world_open(w, 1, t);
	put_head(&in);
	put_u16(&in, 1);
	put_u32(&in, (uint32_t)bytes->len);
	buf_put(&in, bytes->data, bytes->len);
	put_u16(&in, 0xffff);
	int rc = pg_copy_feed(&w->copy, buf_span(&in), &w->e);
	if (rc == 0)
		rc = pg_copy_end(&w->copy, &w->e);
	if (rc == 0)
		rc = emit_flush(&w->em, &w->e);
	buf_free(&in);
	return rc;
}

static void
expect(enum value_type t, struct buf *bytes, const char *want)
{
	struct world w;
	char row[256];

	snprintf(row, sizeof(row), "0|0 a=%s\n", want);
	if (one_value(&w, t, bytes) != 0)
		fail_msg("%s: %s", want, w.e.msg);
	assert_string_equal(buf_str(&w.rig.text), row);
	world_close(&w);
	buf_clear(bytes);
}

static void
refuse(enum value_type t, struct buf *bytes)
{
	struct world w;

	assert_int_equal(one_value(&w, t, bytes), -1);
	assert_string_equal(w.e.code, "bad_copy");
	world_close(&w);
	buf_clear(bytes);
}

static void
integers_by_their_length(void **state)
{
	struct buf b = { 0 };

	(void)state;
	put_u16(&b, 0x8000);
	expect(VT_INT, &b, "int:-32768");
	put_u32(&b, 0xffffffff);
	expect(VT_INT, &b, "int:-1");
	put_u64(&b, UINT64_C(1) << 63);
	expect(VT_INT, &b, "int:-9223372036854775808");
	buf_puts(&b, "abc");
	refuse(VT_INT, &b);
	buf_puts(&b, "");
	refuse(VT_INT, &b);
	buf_free(&b);
}

static void
put_float4(struct buf *b, float f)
{
	uint32_t bits;
	memcpy(&bits, &f, 4);
	put_u32(b, bits);
}

static void
floats_print_as_the_server_prints_them(void **state)
{
	static const struct {
		float f;
		const char *want;
	} rows[] = {
		{ 0.1F, "float:0.1" },
		{ -1.5F, "float:-1.5" },
		{ 16777216.0F, "float:16777216" },
		{ 123456789.0F, "float:123456790" },
		{ 3.4028235e38F,
		    "float:340282350000000000000000000000000000000" },
		{ 1e-45F,
		    "float:0.000000000000000000000000000000000000000000001" },
		{ 1.1754944e-38F,
		    "float:0.000000000000000000000000000000000000011754944" },
	};
	struct buf b = { 0 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		put_float4(&b, rows[i].f);
		expect(VT_FLOAT, &b, rows[i].want);
	}
	put_float4(&b, NAN);
	expect(VT_FLOAT, &b, "float:NaN");
	put_u64(&b, UINT64_C(0x3fb999999999999a));
	expect(VT_FLOAT, &b, "float:0.1");
	buf_free(&b);
}

static void
put_numeric(
    struct buf *b, int weight, unsigned sign, const int *digits, size_t n)
{
	put_u16(b, (unsigned)n);
	put_u16(b, (unsigned)weight & 0xffff);
	put_u16(b, sign);
	put_u16(b, 4);
	for (size_t i = 0; i < n; i++)
		put_u16(b, (unsigned)digits[i]);
}

static void
numerics_become_canonical(void **state)
{
	static const struct {
		int weight;
		unsigned sign;
		size_t n;
		int digits[4];
		const char *want;
	} rows[] = {
		{ 0, 0, 0, { 0 }, "0" },
		{ 0, 0x4000, 0, { 0 }, "0" },
		{ 0, 0, 1, { 7 }, "7" },
		{ 0, 0x4000, 1, { 9999 }, "-9999" },
		{ 1, 0, 2, { 1, 23 }, "10023" },
		{ 1, 0, 1, { 12 }, "120000" },
		{ 3, 0, 1, { 1 }, "1000000000000" },
		{ 0, 0, 2, { 12, 5000 }, "12.5" },
		{ 0, 0x4000, 3, { 1, 0, 1 }, "-1.00000001" },
		{ -1, 0, 1, { 5000 }, "0.5" },
		{ -1, 0, 1, { 1 }, "0.0001" },
		{ -2, 0, 1, { 1200 }, "0.000012" },
		{ 0, 0, 2, { 5, 0 }, "5" },
		{ 1, 0, 2, { 0, 5 }, "5" },
		{ 0, 0xc000, 0, { 0 }, "NaN" },
		{ 0, 0xd000, 0, { 0 }, "Infinity" },
		{ 0, 0xf000, 0, { 0 }, "-Infinity" },
	};
	char want[64];
	struct buf b = { 0 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		put_numeric(&b, rows[i].weight, rows[i].sign, rows[i].digits,
		    rows[i].n);
		snprintf(want, sizeof(want), "decimal:%s", rows[i].want);
		expect(VT_DECIMAL, &b, want);
	}
	buf_free(&b);
}

static void
false_numerics_are_refused(void **state)
{
	struct buf b = { 0 };

	(void)state;
	buf_puts(&b, "short");
	refuse(VT_DECIMAL, &b);
	put_numeric(&b, 0, 0, (const int[]){ 10000 }, 1);
	refuse(VT_DECIMAL, &b);
	put_numeric(&b, 0, 0x1234, (const int[]){ 1 }, 1);
	refuse(VT_DECIMAL, &b);
	put_numeric(&b, 0, 0, (const int[]){ 1 }, 1);
	buf_putc(&b, 0);
	refuse(VT_DECIMAL, &b);
	buf_free(&b);
}

static void
times_count_from_1970(void **state)
{
	struct buf b = { 0 };

	(void)state;
	put_u32(&b, 0);
	expect(VT_DATE, &b, "date:2000-01-01");
	put_u32(&b, INT32_MAX);
	expect(VT_DATE, &b, "date:infinity");
	put_u32(&b, (uint32_t)INT32_MAX - 1);
	refuse(VT_DATE, &b);
	put_u64(&b, 0);
	expect(VT_TIMESTAMP, &b, "timestamp:2000-01-01T00:00:00.000000");
	put_u64(&b, (uint64_t)-1);
	expect(VT_TIMESTAMPTZ, &b, "timestamptz:1999-12-31T23:59:59.999999Z");
	put_u64(&b, UINT64_C(1) << 63);
	expect(VT_TIMESTAMP, &b, "timestamp:-infinity");
	put_u64(&b, UINT64_C(86400000000));
	expect(VT_TIME, &b, "time:24:00:00.000000");
	put_u64(&b, UINT64_C(86400000001));
	refuse(VT_TIME, &b);
	/* 294276-12-31 23:59:59.999999, which no int64 since 1970 holds */
	put_u64(&b, UINT64_C(9223371331199999999));
	expect(VT_TIMESTAMP, &b, "text:+294276-12-31T23:59:59.999999");
	buf_free(&b);
}

static void
jsonb_loses_its_version(void **state)
{
	struct buf b = { 0 };

	(void)state;
	buf_puts(&b, "\001{\"a\": 1}");
	expect(VT_JSON, &b, "json:{\"a\": 1}");
	buf_puts(&b, "\n[1]");
	expect(VT_JSON, &b, "json:\n[1]");
	buf_puts(&b, "\002{}");
	refuse(VT_JSON, &b);
	buf_free(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(integers_by_their_length),
		cmocka_unit_test(floats_print_as_the_server_prints_them),
		cmocka_unit_test(numerics_become_canonical),
		cmocka_unit_test(false_numerics_are_refused),
		cmocka_unit_test(times_count_from_1970),
		cmocka_unit_test(jsonb_loses_its_version),
	};
	return cmocka_run_group_tests_name("pg_value", tests, NULL, NULL);
}
