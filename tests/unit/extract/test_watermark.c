/* The predicate of strategy rowversion: never above what may have changed. */
#include "extract/watermark.h"
#include "proto/datetime.h"
#include "proto/rowversion.h"
#include "tests/unit/extract/rig.h"

#define BYTES(vt, str)                                                         \
	{                                                                      \
		.type = (vt), .s = {(const uint8_t *)(str), sizeof(str) - 1 }  \
	}
#define OR_NULL " OR \"v\" IS NULL)"

struct row {
	const char *label;
	bool sqlite;
	enum value_type declared;
	const char *type_name;
	int64_t overlap;
	struct value mark;
	const char *want;
};

static const struct row rows[] = {
	{ "int", false, VT_INT, "bigint", 5, { .type = VT_INT, .i = 100 },
	    "(\"v\" >= (95)" OR_NULL },
	{ "int at the bottom", false, VT_INT, "bigint", 5,
	    { .type = VT_INT, .i = INT64_MIN },
	    "(\"v\" >= (-9223372036854775808)" OR_NULL },
	{ "decimal rounds down", false, VT_DECIMAL, "numeric", 0,
	    BYTES(VT_DECIMAL, "12.7"), "(\"v\" >= (12)" OR_NULL },
	{ "negative decimal rounds down", true, VT_DECIMAL, "NUMERIC", 0,
	    BYTES(VT_DECIMAL, "-0.5"), "(\"v\" >= (-1)" OR_NULL },
	{ "huge decimal", false, VT_DECIMAL, "numeric", 1,
	    BYTES(VT_DECIMAL, "99999999999999999999.5"),
	    "(\"v\" >= (99999999999999999999.5::numeric - 1)" OR_NULL },
	{ "huge decimal in SQLite sets no bound", true, VT_DECIMAL, "NUMERIC",
	    1, BYTES(VT_DECIMAL, "99999999999999999999"), "" },
	{ "decimal kept as text sets no bound", true, VT_DECIMAL,
	    "DECIMAL TEXT", 0, BYTES(VT_DECIMAL, "5"), "" },
	{ "NaN sets no bound", false, VT_DECIMAL, "numeric", 0,
	    BYTES(VT_DECIMAL, "NaN"), "" },
	{ "timestamptz", false, VT_TIMESTAMPTZ, "timestamptz", 60,
	    { .type = VT_TIMESTAMPTZ, .i = 0 },
	    "(\"v\" >= '1969-12-31T23:59:00.000000Z'" OR_NULL },
	{ "date", false, VT_DATE, "date", 1, { .type = VT_DATE, .i = 1 },
	    "(\"v\" >= '1970-01-01'" OR_NULL },
	{ "text", false, VT_TEXT, "text", 9, BYTES(VT_TEXT, "it's"),
	    "(\"v\" COLLATE \"C\" >= 'it''s'" OR_NULL },
	{ "text in SQLite", true, VT_TEXT, "TEXT", 0, BYTES(VT_TEXT, "x"),
	    "(\"v\" COLLATE BINARY >= 'x'" OR_NULL },
	{ "time as text keeps its separator", true, VT_TIMESTAMP, "TIMESTAMP",
	    1, BYTES(VT_TEXT, "2024-01-01T00:00:00.5Z"),
	    "(\"v\" COLLATE BINARY >= '2023-12-31T23:59:59'" OR_NULL },
	{ "bytes", false, VT_BYTES, "bytea", 0, BYTES(VT_BYTES, "\x01\xff"),
	    "(\"v\" >= '\\x01ff'" OR_NULL },
	{ "bytes in SQLite", true, VT_BYTES, "BLOB", 0,
	    BYTES(VT_BYTES, "\x01\xff"), "(\"v\" >= x'01ff'" OR_NULL },
	{ "opaque", false, VT_OPAQUE, "xid8", 0, BYTES(VT_OPAQUE, "7"),
	    "(\"v\"::text COLLATE \"C\" >= '7'" OR_NULL },
};

static void
bounds(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct schema_column c = { .name = "v",
			.type = rows[i].declared,
			.type_name = rows[i].type_name };
		struct buf version = { 0 }, sql = { 0 };
		struct err e = { 0 };
		rowversion_encode(&rows[i].mark, &version);
		struct watermark w = { buf_span(&version), rows[i].overlap, &c,
			rows[i].sqlite };
		if (watermark_put(&w, &sql, &e) != 0)
			fail_msg("%s: %s", rows[i].label, e.msg);
		if (strcmp(buf_str(&sql), rows[i].want) != 0)
			fail_msg("%s: %s", rows[i].label, buf_str(&sql));
		buf_free(&version);
		buf_free(&sql);
	}
}

static void
no_watermark_no_bound(void **state)
{
	struct buf sql = { 0 };
	struct err e = { 0 };
	struct schema_column c = { .name = "v" };

	(void)state;
	assert_int_equal(
	    watermark_put(&(struct watermark){ .column = &c }, &sql, &e), 0);
	assert_int_equal(sql.len, 0);
	struct watermark bad = { .version = { (const uint8_t *)"?x", 2 },
		.column = &c };
	assert_int_equal(watermark_put(&bad, &sql, &e), -1);
	buf_free(&sql);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bounds),
		cmocka_unit_test(no_watermark_no_bound),
	};
	return cmocka_run_group_tests_name("watermark", tests, NULL, NULL);
}
