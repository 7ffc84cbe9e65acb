#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "proto/arena.h"
#include "supervisor/cli/mask.h"
#include "supervisor/cli/row_ranges.h"
#include <stdlib.h>
#include <string.h>

static const char *secrets[] = { "pin", "IBAN" };
static const char *keys[] = { "no" };
static struct field fields[] = {
	{ .to = "no", .from = "order_no" },
	{ .to = "pin", .from = "pin_code" },
	{ .to = "iban", .expr = "upper(account) || Bank" },
	{ .to = "copy", .from = "pin_code" },
	{ .to = "shout", .expr = "upper(pin)" },
	{ .to = "name", .from = "name" },
};
static const struct entity entity = {
	.name = "orders",
	.key = { 1, keys },
	.nfields = ARRAY_LEN(fields),
	.fields = fields,
	.secret_fields = { ARRAY_LEN(secrets), secrets },
};

static void
columns_of_secret_fields_are_masked(void **state)
{
	(void)state;
	static const struct {
		const char *column;
		bool secret;
	} columns[] = {
		{ "pin", true },      /* named, if the source has it */
		{ "pin_code", true }, /* what a secret field is made from */
		{ "PIN_CODE", true },
		{ "account", true }, /* in a secret field's expression */
		{ "bank", true },
		{ "order_no", false },
		{ "name", false },
	};
	for (size_t i = 0; i < ARRAY_LEN(columns); i++)
		assert_int_equal(
		    mask_column(&entity, columns[i].column), columns[i].secret);
	assert_true(mask_column(NULL, "name"));
}

static void
messages_do_not_quote_secrets(void **state)
{
	(void)state;
	static const struct {
		const char *field;
		bool secret;
	} about[] = {
		{ "pin", true }, { "copy", true }, /* the same column */
		{ "shout", true },               /* made from a secret field */
		{ "name", false }, { "", true }, /* the whole row */
	};
	for (size_t i = 0; i < ARRAY_LEN(about); i++) {
		const struct store_reject r = { .key_text = "7",
			.what = { .field = about[i].field,
			    .message = "4711 is no number" } };
		bool shown = strstr(mask_message(&entity, &r), "4711") != NULL;
		assert_int_equal(shown, !about[i].secret);
		assert_string_equal(mask_key(&entity, &r), "7");
		assert_string_equal(mask_key(NULL, &r), mask_text);
		assert_null(strstr(mask_message(NULL, &r), "4711"));
	}
}

static void
a_secret_key_is_masked(void **state)
{
	(void)state;
	const char *secret_key[] = { "no", "pin" };
	struct entity en = entity;
	en.key = (struct strings){ 2, secret_key };
	const struct store_reject known = { .key_text = "7, 4711" };
	const struct store_reject unknown = { .key_text = "" };
	assert_string_equal(mask_key(&en, &known), mask_text);
	assert_null(mask_key(&en, &unknown));
	assert_string_equal(mask_sample(&en, "no=7, pin=4711\n"), mask_text);
	assert_string_equal(mask_sample(&entity, "no=7\n"), "no=7\n");
}

static void
a_range_has_at_most_512_rows(void **state)
{
	(void)state;
	static const uint8_t row[] = { 0x81, 0xa1, 'a', 0x92, 0x01, 0x07 };
	struct row_ranges r = { 0 };
	for (size_t i = 0; i < 2 * ROW_RANGE_ROWS + 3; i++)
		row_ranges_add(&r, (struct span){ row, sizeof(row) });
	row_ranges_finish(&r);
	row_ranges_finish(&r); /* nothing is left to finish */
	assert_int_equal(r.n, 3);
	assert_int_equal(r.bytes, (2 * ROW_RANGE_ROWS + 3) * sizeof(row));
	static const uint8_t head512[] = { 0xdc, 0x02, 0x00 };
	assert_int_equal(r.v[0].len, 3 + ROW_RANGE_ROWS * sizeof(row));
	assert_memory_equal(r.v[0].data, head512, 3);
	assert_int_equal(r.v[2].data[0], 0x93);
	assert_int_equal(r.v[2].len, 1 + 3 * sizeof(row));
	assert_memory_equal(r.v[2].data + 1, row, sizeof(row));
	row_ranges_free(&r);
}

static void
a_range_has_at_most_8_mib(void **state)
{
	(void)state;
	struct row_ranges r = { 0 };
	size_t large = 3 << 20, huge = 9 << 20;
	uint8_t *row = mem_zalloc(huge);
	for (int i = 0; i < 4; i++)
		row_ranges_add(&r, (struct span){ row, large });
	row_ranges_add(&r, (struct span){ row, huge });
	row_ranges_finish(&r);
	assert_int_equal(r.n, 3);
	assert_int_equal(r.v[0].len, 1 + 2 * large);
	assert_int_equal(r.v[1].len, 1 + 2 * large);
	assert_int_equal(r.v[2].len, 1 + huge);
	row_ranges_free(&r);
	free(row);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(columns_of_secret_fields_are_masked),
		cmocka_unit_test(messages_do_not_quote_secrets),
		cmocka_unit_test(a_secret_key_is_masked),
		cmocka_unit_test(a_range_has_at_most_512_rows),
		cmocka_unit_test(a_range_has_at_most_8_mib),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
