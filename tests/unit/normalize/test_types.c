/* Layer 1: any type to any type, lossless or refused. */
#include "tests/unit/normalize/rig.h"

#define UUID "6ba7b810-9dad-11d1-80b4-00c04fd430c8"

static const struct rig_row conversions[] = {
	{ NULL, "type: bool", VT_INT, "1", "true" },
	{ NULL, "type: bool", VT_INT, "2", "!bad_bool" },
	{ NULL, "type: bool", VT_DECIMAL, "0", "false" },
	{ NULL, "type: bool", VT_FLOAT, "0.5", "!bad_bool" },
	{ NULL, "type: bool", VT_TEXT, "YES", "true" },
	{ NULL, "type: bool", VT_TEXT, " yes", "!bad_bool" },
	{ NULL, "type: bool", VT_JSON, "true", "true" },
	{ NULL, "type: bool", VT_DATE, "1970-01-01", "!bad_bool" },

	{ NULL, "type: int", VT_BOOL, "true", "1" },
	{ NULL, "type: int", VT_BOOL, "false", "0" },
	{ NULL, "type: int", VT_DECIMAL, "12", "12" },
	{ NULL, "type: int", VT_DECIMAL, "12.5", "!bad_number" },
	{ NULL, "type: int", VT_DECIMAL, "9223372036854775808",
	    "!out_of_range" },
	{ NULL, "type: int", VT_FLOAT, "3", "3" },
	{ NULL, "type: int", VT_FLOAT, "3.5", "!bad_number" },
	{ NULL, "type: int", VT_FLOAT, "1e19", "!out_of_range" },
	{ NULL, "type: int", VT_JSON, "12", "12" },
	{ NULL, "type: int", VT_JSON, "\"12\"", "!bad_number" },
	{ NULL, "type: int", VT_BYTES, "12", "12" },
	{ NULL, "type: int", VT_OPAQUE, "12", "12" },
	{ NULL, "type: int", VT_DATE, "2025-01-15", "!bad_number" },

	{ NULL, "type: decimal", VT_BOOL, "true", "1" },
	{ NULL, "type: decimal", VT_INT, "-7", "-7" },
	{ NULL, "type: decimal", VT_FLOAT, "0.1", "0.1" },
	{ NULL, "type: decimal", VT_FLOAT, "nan", "NaN" },

	{ NULL, "type: float", VT_INT, "9007199254740992", "9007199254740992" },
	{ NULL, "type: float", VT_INT, "9007199254740993", "!out_of_range" },
	{ NULL, "type: float", VT_DECIMAL, "0.1", "0.1" },
	{ NULL, "type: float", VT_DECIMAL, "0.10000000000000000001",
	    "!out_of_range" },
	{ NULL, "type: float", VT_DECIMAL, "NaN", "NaN" },

	{ NULL, "type: text", VT_BOOL, "true", "true" },
	{ NULL, "type: text", VT_INT, "-5", "-5" },
	{ NULL, "type: text", VT_DECIMAL, "1.50", "1.50" },
	{ NULL, "type: text", VT_FLOAT, "1e23", "100000000000000000000000" },
	{ NULL, "type: text", VT_BYTES, "abc", "abc" },
	{ NULL, "type: text", VT_BYTES, "ab\xff", "!bad_text" },
	{ NULL, "type: text", VT_DATE, "2025-01-15", "2025-01-15" },
	{ NULL, "type: text", VT_TIME, "10:30", "10:30:00.000000" },
	{ NULL, "type: text", VT_TIMESTAMP, "2025-01-15T10:30",
	    "2025-01-15T10:30:00.000000" },
	{ NULL, "type: text", VT_TIMESTAMPTZ, "2025-01-15T10:30",
	    "2025-01-15T10:30:00.000000Z" },
	{ NULL, "type: text", VT_UUID, UUID, UUID },
	{ NULL, "type: text", VT_JSON, "{ }", "{ }" },
	{ NULL, "type: text", VT_OPAQUE, "1 day", "1 day" },
	{ "    normalize: clean\n", "type: text", VT_OPAQUE, " 1 ", "1" },

	{ NULL, "type: bytes", VT_TEXT, " x\xff", " x\xff" },
	{ NULL, "type: bytes", VT_INT, "12", "12" },
	{ NULL, "type: bytes", VT_UUID, UUID,
	    "\x6b\xa7\xb8\x10\x9d\xad\x11\xd1\x80\xb4\x00\xc0\x4f\xd4"
	    "\x30\xc8" },

	{ NULL, "type: uuid", VT_TEXT, " 6BA7B8109DAD11D180B400C04FD430C8 ",
	    UUID },
	{ NULL, "type: uuid", VT_TEXT, "{" UUID "}", UUID },
	{ NULL, "type: uuid", VT_TEXT, UUID "0", "!bad_uuid" },
	{ NULL, "type: uuid", VT_TEXT, "6ba7b8109-dad-11d1-80b4-00c04fd430c8",
	    "!bad_uuid" },
	{ NULL, "type: uuid", VT_TEXT, "6ba7b810-9dad-11d1-80b4-00c04fd430cg",
	    "!bad_uuid" },
	{ NULL, "type: uuid", VT_TEXT, "{}", "!bad_uuid" },
	{ NULL, "type: uuid", VT_BYTES, "kkkkkkkkkkkkkkkk",
	    "6b6b6b6b-6b6b-6b6b-6b6b-6b6b6b6b6b6b" },
	{ NULL, "type: uuid", VT_INT, "5", "!bad_uuid" },

	{ NULL, "type: json", VT_BOOL, "true", "true" },
	{ NULL, "type: json", VT_DECIMAL, "1.5", "1.5" },
	{ NULL, "type: json", VT_FLOAT, "inf", "!bad_json" },
	{ NULL, "type: json", VT_DATE, "2025-01-15", "\"2025-01-15\"" },
	{ NULL, "type: json", VT_UUID, UUID, "\"" UUID "\"" },
	{ NULL, "type: json", VT_TEXT, "abc", "!bad_json" },
	{ NULL, "type: json", VT_JSON, "{\"b\": 1e2, \"a\": -0.0}",
	    "{\"a\":0,\"b\":100}" },
	{ "    normalize: clean\n", "type: json", VT_TEXT, " ", "NULL" },

	/* without a type: the source's */
	{ NULL, "", VT_INT, "5", "5" },
	{ NULL, "", VT_FLOAT, "1.5", "1.5" },
	{ NULL, "", VT_BYTES, "x\xff", "x\xff" },
	{ NULL, "", VT_UUID, UUID, UUID },
	{ NULL, "", VT_OPAQUE, " [1,2) ", " [1,2) " },
	{ NULL, "", VT_TIMESTAMPTZ, "infinity", "infinity" },
};

/* By target: what a value of each type becomes. */
static void
matrix(void **state)
{
	(void)state;
	rig_rows(conversions, ARRAY_LEN(conversions));
}

/* NULL stays NULL, from any type to any. */
static void
nulls(void **state)
{
	(void)state;
	for (int from = 0; from < VT_COUNT; from++) {
		for (int to = 0; to < VT_OPAQUE; to++) {
			struct buf out = { 0 };
			char keys[40];
			snprintf(keys, sizeof(keys), "type: %s",
			    value_type_name((enum value_type)to));
			rig_field(
			    "", keys, (enum value_type)from, NULL, 0, &out);
			assert_string_equal(buf_str(&out), "NULL");
			buf_free(&out);
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(matrix),
		cmocka_unit_test(nulls),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
