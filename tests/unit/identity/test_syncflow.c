#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "identity/ident.h"
#include "tests/unit/identity/rows.h"

/* Hashes that the SyncFlow engine gave for these rows. */
static const struct {
	const char *label, *entity;
	const char *key[2];
	const char *hash;
} keys[] = {
	{ "one key field, no entity", "", { "item_number" },
	    "0b133500149ce20feaae194eca4d4909" },
	{ "two key fields", "", { "site_code", "item_number" },
	    "19f52af300b8d8cc4be0da071227a334" },
	{ "with an entity", "inventory_items", { "item_number" },
	    "4738f9469dfb823dc818f7892fda6d0d" },
};

static struct batch *
widget(void)
{
	struct batch *b = batch_new();
	struct value item = rows_text(VT_TEXT, "PART-12345");
	struct value site = rows_text(VT_TEXT, "SITE-A");
	rows_add(b, "item_number", VT_TEXT, &item, 1);
	rows_add(b, "site_code", VT_TEXT, &site, 1);
	return b;
}

static void
hash(struct batch *b, const char *entity, const char **key, size_t n)
{
	struct ident_rules rules = {
		.entity = entity, .key = { n, key }, .syncflow = true
	};
	struct ident self = { 0 };
	struct err e = { 0 };
	assert_int_equal(ident_hash(&self, &rules, b, &e), 0);
	ident_free(&self);
}

static void
known_key_hashes(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
		const char *names[2] = { keys[i].key[0], keys[i].key[1] };
		struct batch *b = widget();
		struct buf hex = { 0 };
		print_message("  %s\n", keys[i].label);
		hash(b, keys[i].entity, names, names[1] ? 2 : 1);
		const struct column *c = batch_find(b, ROLE_BK_HASH, NULL);
		assert_string_equal(rows_hex(&hex, c->data, 16), keys[i].hash);
		buf_free(&hex);
		batch_free(&b);
	}
}

static struct batch *
priced(const char *description)
{
	struct batch *b = batch_new();
	struct value price = { .type = VT_FLOAT, .f = 10.5 };
	struct value item = rows_text(VT_TEXT, "PART-12345");
	struct value text = rows_text(VT_TEXT, description);
	struct value none = { .type = VT_TEXT, .null = true };
	struct value id = { .type = VT_INT, .i = 7 };
	rows_add(b, "price", VT_FLOAT, &price, 1);
	rows_add(b, "item_number", VT_TEXT, &item, 1);
	rows_add(b, "description", VT_TEXT, &text, 1);
	rows_add(b, "remark", VT_TEXT, &none, 1);
	rows_add(b, "id", VT_INT, &id, 1);
	return b;
}

static void
known_data_hash(void **state)
{
	static const char *const spellings[] = { "Widget", "  Widget\t\n",
		"\xc2\xa0Widget\xe3\x80\x80" };
	const char *key[] = { "item_number" };
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(spellings); i++) {
		struct batch *b = priced(spellings[i]);
		struct buf hex = { 0 };
		hash(b, "", key, 1);
		const struct column *c = batch_find(b, ROLE_DATA_HASH, NULL);
		assert_string_equal(rows_hex(&hex, c->data, 32),
		    "8fd4e8ce4dc43b2f89e64cc7a03a469c"
		    "74ca3fed3165e54309cd79dceb41e58b");
		buf_free(&hex);
		batch_free(&b);
	}
}

static const struct {
	const char *label;
	struct value v;
	const char *bytes;
} values[] = {
	{ "float", { .type = VT_FLOAT, .f = 2.0 }, "v=2" },
	{ "float of many digits", { .type = VT_FLOAT, .f = 1.23456789 },
	    "v=1.234568" },
	{ "float that vanishes", { .type = VT_FLOAT, .f = 1e-9 }, "v=0" },
	{ "hundred keeps its zeros", { .type = VT_FLOAT, .f = 100 }, "v=100" },
	{ "int", { .type = VT_INT, .i = -5 }, "v=-5" },
	{ "bool", { .type = VT_BOOL, .b = true }, "v=True" },
	{ "NULL", { .type = VT_TEXT, .null = true }, "" },
};

static void
values_are_written_as_that_engine_does(void **state)
{
	struct ident_rules rules = { .syncflow = true };
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(values); i++) {
		struct batch *b = batch_new();
		struct buf out = { 0 };
		print_message("  %s\n", values[i].label);
		rows_add(b, "v", values[i].v.type, &values[i].v, 1);
		ident_data_bytes(&rules, b, 0, &out);
		assert_string_equal(buf_str(&out), values[i].bytes);
		buf_free(&out);
		batch_free(&b);
	}
}

static void
pairs_sort_as_wholes(void **state)
{
	/* "a b=1" sorts before "a=2", although the name a is shorter. */
	const char *key[] = { "a", "a b" };
	struct ident_rules rules = {
		.entity = "e", .key = { 2, key }, .syncflow = true
	};
	struct value two = rows_text(VT_TEXT, "2");
	struct value one = rows_text(VT_TEXT, "1");
	struct batch *b = batch_new();
	struct buf out = { 0 };
	struct err e = { 0 };
	(void)state;
	rows_add(b, "a", VT_TEXT, &two, 1);
	rows_add(b, "a b", VT_TEXT, &one, 1);
	assert_int_equal(ident_key_bytes(&rules, b, 0, &out, &e), 0);
	assert_string_equal(buf_str(&out), "e|a b=1|a=2");
	buf_free(&out);
	batch_free(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(known_key_hashes),
		cmocka_unit_test(known_data_hash),
		cmocka_unit_test(values_are_written_as_that_engine_does),
		cmocka_unit_test(pairs_sort_as_wholes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
