/* Canonical JSON. */
#include "normalize/json.h"
#include "proto/limits.h"
#include "tests/unit/normalize/rig.h"
#include <jansson.h>

static const struct {
	const char *in, *out; /* NULL: refused */
} canonical_rows[] = {
	{ " null ", "null" },
	{ "[ ]", "[]" },
	{ "{ }", "{}" },
	{ "[1, 2.0, 1e3, -0, 0.10, 1E-2]", "[1,2,1000,0,0.1,0.01]" },
	{ "123456789012345678901234567890.5",
	    "123456789012345678901234567890.5" },
	{ "{\"b\":1,\"a\":{\"d\":[],\"c\":null}}",
	    "{\"a\":{\"c\":null,\"d\":[]},\"b\":1}" },
	{ "{\"a\":1,\"b\":2}", "{\"a\":1,\"b\":2}" },
	{ "{\"b\":{\"y\":1,\"x\":2},\"a\":{\"y\":1,\"x\":2}}",
	    "{\"a\":{\"x\":2,\"y\":1},\"b\":{\"x\":2,\"y\":1}}" },
	{ "{\"\":1,\"aa\":2,\"a\":3}", "{\"\":1,\"a\":3,\"aa\":2}" },
	/* by UTF-16 units: the pair of U+1F600 before U+FB33 */
	{ "{\"\xef\xac\xb3\":1,\"\xf0\x9f\x98\x80\":2,\"\xe2\x82\xac\":3}",
	    "{\"\xe2\x82\xac\":3,\"\xf0\x9f\x98\x80\":2,"
	    "\"\xef\xac\xb3\":1}" },
	{ "\"\\u0041\\u00e9\\ud83d\\ude00\\/\\b\\f\\n\\r\\t\\\"\\\\\"",
	    "\"A\xc3\xa9\xf0\x9f\x98\x80/\\b\\f\\n\\r\\t\\\"\\\\\"" },
	{ "\"\\u0000\\u001F\x7f\"", "\"\\u0000\\u001f\x7f\"" },
	{ "{\"\\u0061\":1,\"a\":2}", NULL },
	{ "", NULL },
	{ "{a:1}", NULL },
	{ "[1,]", NULL },
	{ "[1 2]", NULL },
	{ "{\"a\":1,}", NULL },
	{ "{\"a\"}", NULL },
	{ "{\"a\":}", NULL },
	{ "{1:2}", NULL },
	{ "[", NULL },
	{ "01", NULL },
	{ "+1", NULL },
	{ ".5", NULL },
	{ "1.", NULL },
	{ "1e", NULL },
	{ "-", NULL },
	{ "NaN", NULL },
	{ "tru", NULL },
	{ "'a'", NULL },
	{ "\"a", NULL },
	{ "\"\n\"", NULL },
	{ "\"\\x\"", NULL },
	{ "\"\\u12\"", NULL },
	{ "\"\\ud83d\"", NULL },
	{ "\"\\ude00\"", NULL },
	{ "\"\\ud83d\\u0041\"", NULL },
	{ "\"\xff\"", NULL },
	{ "1 2", NULL },
	{ "{} x", NULL },
	{ "1e147456", NULL },
};

static void
canonical(void **state)
{
	(void)state;
	struct json_work w = { 0 };
	struct buf out = { 0 };
	for (size_t i = 0; i < ARRAY_LEN(canonical_rows); i++) {
		const char *why = NULL;
		int r = json_canonical(
		    rig_span(canonical_rows[i].in), &out, &w, &why);
		if (r != (canonical_rows[i].out ? 0 : -1))
			fail_msg("%s: %d %s", canonical_rows[i].in, r, why);
		if (canonical_rows[i].out)
			assert_string_equal(
			    buf_str(&out), canonical_rows[i].out);
		else
			assert_non_null(why);
	}
	buf_free(&out);
	json_work_free(&w);
}

static void
depth(void **state)
{
	(void)state;
	struct json_work w = { 0 };
	struct buf in = { 0 }, out = { 0 };
	const char *why;
	for (int n = LIMIT_JSON_DEPTH; n <= LIMIT_JSON_DEPTH + 1; n++) {
		buf_clear(&in);
		for (int i = 0; i < n; i++)
			buf_puts(&in, "[");
		for (int i = 0; i < n; i++)
			buf_puts(&in, "]");
		assert_int_equal(json_canonical(buf_span(&in), &out, &w, &why),
		    n > LIMIT_JSON_DEPTH ? -1 : 0);
	}
	assert_string_equal(why, "nested too deeply");
	buf_free(&in);
	buf_free(&out);
	json_work_free(&w);
}

/* Little numbers that write out as long ones stop at the limit. */
static void
bounded_output(void **state)
{
	(void)state;
	struct json_work w = { 0 };
	struct buf in = { 0 }, out = { 0 };
	const char *why;
	buf_puts(&in, "[1e140000");
	for (int i = 0; i < 600; i++)
		buf_puts(&in, ",1e140000");
	buf_puts(&in, "]");
	assert_int_equal(json_canonical(buf_span(&in), &out, &w, &why), -1);
	assert_true(out.len < LIMIT_VALUE_BYTES + 200000);
	buf_free(&in);
	buf_free(&out);
	json_work_free(&w);
}

static uint64_t seed = 5;

static uint64_t
random_below(uint64_t n)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed % n;
}

static json_t *
random_json(int levels)
{
	static const char *const keys[] = { "a", "b", "aa", "\xc3\xa9", "",
		"\xf0\x9f\x98\x80", "\"", "z" };
	uint64_t kind = random_below(levels ? 6 : 4);
	json_t *v;
	switch (kind) {
	case 0:
		return json_integer((json_int_t)random_below(1000) - 500);
	case 1:
		return json_string(keys[random_below(8)]);
	case 2:
		return json_boolean(random_below(2));
	case 3:
		return json_null();
	case 4:
		v = json_array();
		for (uint64_t n = random_below(5); n > 0; n--)
			json_array_append_new(v, random_json(levels - 1));
		return v;
	}
	v = json_object();
	for (uint64_t n = random_below(6); n > 0; n--)
		json_object_set_new(
		    v, keys[random_below(8)], random_json(levels - 1));
	return v;
}

/* What jansson writes, in whatever order and layout, reads back equal and in
 * one form. */
static void
agrees_with_jansson(void **state)
{
	(void)state;
	struct json_work w = { 0 };
	struct buf one = { 0 }, two = { 0 };
	const char *why;
	for (int i = 0; i < 3000; i++) {
		json_t *v = random_json(4);
		char *loose = json_dumps(
		    v, JSON_ENCODE_ANY | JSON_INDENT(3) | JSON_ENSURE_ASCII);
		char *tight = json_dumps(v, JSON_ENCODE_ANY | JSON_SORT_KEYS);
		assert_int_equal(
		    json_canonical(rig_span(loose), &one, &w, &why), 0);
		assert_int_equal(
		    json_canonical(rig_span(tight), &two, &w, &why), 0);
		assert_string_equal(buf_str(&one), buf_str(&two));
		json_t *back = json_loads(buf_str(&one), JSON_DECODE_ANY, NULL);
		assert_true(json_equal(v, back));
		json_decref(back);
		json_decref(v);
		free(loose);
		free(tight);
	}
	buf_free(&one);
	buf_free(&two);
	json_work_free(&w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(canonical),
		cmocka_unit_test(depth),
		cmocka_unit_test(bounded_output),
		cmocka_unit_test(agrees_with_jansson),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
