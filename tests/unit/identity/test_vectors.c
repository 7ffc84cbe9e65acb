#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "identity/ident.h"
#include "proto/datetime.h"
#include "proto/decimal.h"
#include "tests/unit/identity/rows.h"
#include <jansson.h>

/* Every case of tests/vectors/identity.json, which an independent program
 * made: the encodings byte for byte, then both hashes. */
#define VECTORS "tests/vectors/identity.json"

static struct value
copy(struct arena *a, enum value_type type, struct span s)
{
	return (struct value){ .type = type,
		.s = { arena_dup(a, s.data, s.len), s.len } };
}

static struct value
parse_time(enum value_type type, const char *text)
{
	struct datetime_iso iso;
	struct value v = { .type = type };
	struct span in = { (const uint8_t *)text, strlen(text) };
	assert_int_equal(datetime_parse_iso(in, &iso), 0);
	if (iso.infinity && type == VT_DATE)
		v.i = iso.infinity > 0 ? DATE_INFINITY : DATE_NEG_INF;
	else if (iso.infinity)
		v.i = iso.infinity > 0 ? MICROS_INFINITY : MICROS_NEG_INF;
	else if (type == VT_DATE)
		v.i = iso.days;
	else if (type == VT_TIME)
		v.i = iso.micros;
	else
		v.i = iso.days * MICROS_PER_DAY + iso.micros -
		      iso.offset_secs * MICROS_PER_SEC;
	return v;
}

static void
unhex(const char *text, size_t max, struct buf *out)
{
	unsigned nibble[2];
	size_t n = 0;
	for (; *text && out->len < max; text++) {
		if (*text == '-')
			continue;
		char c[2] = { *text, 0 };
		nibble[n++ & 1] = (unsigned)strtoul(c, NULL, 16);
		if (n % 2 == 0)
			buf_putc(out, (uint8_t)(nibble[0] << 4 | nibble[1]));
	}
}

static struct value
parse_bytes(struct arena *a, enum value_type type, const char *text)
{
	struct buf b = { 0 };
	unhex(text, SIZE_MAX, &b);
	struct value v = copy(a, type, buf_span(&b));
	if (type == VT_UUID) {
		v = (struct value){ .type = VT_UUID };
		assert_int_equal(b.len, 16);
		memcpy(v.uuid, b.data, 16);
	}
	buf_free(&b);
	return v;
}

static struct value
parse_decimal(struct arena *a, const char *text)
{
	struct buf b = { 0 };
	struct span in = { (const uint8_t *)text, strlen(text) };
	assert_int_equal(decimal_canonical(in, &b), 0);
	struct value v = copy(a, VT_DECIMAL, buf_span(&b));
	buf_free(&b);
	return v;
}

static struct value
parse_json(struct arena *a, const char *text)
{
	json_t *j = json_loads(text, JSON_DECODE_ANY, NULL);
	char *s = json_dumps(j, JSON_COMPACT | JSON_SORT_KEYS);
	struct value v = rows_text(VT_JSON, arena_strdup(a, s));
	free(s);
	json_decref(j);
	return v;
}

static struct value
parse(struct arena *a, enum value_type type, const json_t *j)
{
	struct value v = { .type = type };
	const char *text = json_string_value(j);
	switch (type) {
	case VT_BOOL:
		v.b = json_is_true(j);
		return v;
	case VT_INT:
		v.i = strtoll(text, NULL, 10);
		return v;
	case VT_FLOAT:
		v.f = strtod(text, NULL);
		return v;
	case VT_DECIMAL:
		return parse_decimal(a, text);
	case VT_BYTES:
	case VT_UUID:
		return parse_bytes(a, type, text);
	case VT_DATE:
	case VT_TIME:
	case VT_TIMESTAMP:
	case VT_TIMESTAMPTZ:
		return parse_time(type, text);
	case VT_JSON:
		return parse_json(a, text);
	case VT_TEXT:
	case VT_OPAQUE:
	case VT_COUNT:
		break;
	}
	return rows_text(type, text);
}

static void
add_field(struct batch *b, const json_t *field)
{
	const char *type_name =
	    json_string_value(json_object_get(field, "type"));
	const json_t *given = json_object_get(field, "value");
	/* A type that is none of ours is the engine's own. */
	enum value_type type = 0;
	while (
	    type < VT_OPAQUE && strcmp(value_type_name(type), type_name) != 0)
		type++;
	struct value v = { .type = type, .null = true };
	if (!json_is_null(given))
		v = parse(&b->arena, type, given);
	rows_add(
	    b, json_string_value(json_object_get(field, "name")), type, &v, 1);
}

static void
expect_hex(const json_t *c, const char *name, const void *p, size_t n)
{
	struct buf hex = { 0 };
	assert_string_equal(
	    rows_hex(&hex, p, n), json_string_value(json_object_get(c, name)));
	buf_free(&hex);
}

static void
run_case(const json_t *c)
{
	struct arena a = { 0 };
	struct err e = { 0 };
	struct ident self = { 0 };
	struct buf bytes = { 0 };
	const json_t *keys = json_object_get(c, "key");
	const json_t *fields = json_object_get(c, "fields");
	struct ident_rules rules = {
		.entity = json_string_value(json_object_get(c, "entity")),
		.key = { json_array_size(keys),
		    arena_alloc(&a, 8 * json_array_size(keys)) },
	};
	for (size_t i = 0; i < rules.key.n; i++)
		rules.key.v[i] = json_string_value(json_array_get(keys, i));
	struct batch *b = batch_new();
	for (size_t i = 0; i < json_array_size(fields); i++)
		add_field(b, json_array_get(fields, i));

	assert_int_equal(ident_key_bytes(&rules, b, 0, &bytes, &e), 0);
	expect_hex(c, "key_encoding", bytes.data, bytes.len);
	buf_clear(&bytes);
	ident_data_bytes(&rules, b, 0, &bytes);
	expect_hex(c, "row_encoding", bytes.data, bytes.len);
	assert_int_equal(ident_hash(&self, &rules, b, &e), 0);
	expect_hex(c, "bk_hash", batch_find(b, ROLE_BK_HASH, NULL)->data, 16);
	expect_hex(
	    c, "data_hash", batch_find(b, ROLE_DATA_HASH, NULL)->data, 32);
	batch_free(&b);
	buf_free(&bytes);
	ident_free(&self);
	arena_free(&a);
}

static void
all_vectors_pass(void **state)
{
	json_error_t why;
	json_t *all = json_load_file(VECTORS, 0, &why);
	(void)state;
	if (!all)
		fail_msg("%s: %s", VECTORS, why.text);
	assert_true(json_array_size(all) >= 14);
	for (size_t i = 0; i < json_array_size(all); i++) {
		const json_t *c = json_array_get(all, i);
		print_message(
		    "  %s\n", json_string_value(json_object_get(c, "note")));
		run_case(c);
	}
	json_decref(all);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_vectors_pass),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
