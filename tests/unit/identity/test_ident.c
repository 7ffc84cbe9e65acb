#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "identity/hash.h"
#include "identity/ident.h"
#include "identity/split.h"
#include "tests/unit/identity/rows.h"

enum { ROWS = 3000 };

static const char *key_names[] = { "no", "site" };

static struct ident_rules
rules(void)
{
	return (
	    struct ident_rules){ .entity = "orders", .key = { 2, key_names } };
}

/* no: the row's number; site: S0 to S4; text of growing length, some NULL. */
static struct batch *
orders(size_t n, bool null_keys)
{
	struct batch *b = batch_new();
	struct value *v = mem_zalloc(3 * n * sizeof(*v));
	for (size_t i = 0; i < n; i++) {
		char text[2600];
		size_t len = i * 37 % 211 + (i % 500 == 0 ? 2300 : 0);
		memset(text, 'x', len);
		text[len] = '\0';
		v[i] = (struct value){ .type = VT_INT, .i = (int64_t)i };
		v[n + i] = rows_text(VT_TEXT, i % 2 ? "S1" : "S0");
		v[n + i].null = null_keys && i % 7 == 3;
		v[2 * n + i] =
		    rows_text(VT_TEXT, arena_strdup(&b->arena, text));
		v[2 * n + i].null = i % 11 == 5;
	}
	rows_add(b, "no", VT_INT, v, n);
	rows_add(b, "site", VT_TEXT, v + n, n);
	rows_add(b, "text", VT_TEXT, v + 2 * n, n);
	free(v);
	b->chunk = 4;
	b->seq = 9;
	return b;
}

static void
hash(struct batch *b, const struct ident_rules *r)
{
	struct ident self = { 0 };
	struct err e = { 0 };
	assert_int_equal(ident_hash(&self, r, b, &e), 0);
	ident_free(&self);
}

static void
every_row_has_the_hash_of_its_bytes(void **state)
{
	struct batch *b = orders(ROWS, false);
	struct ident_rules r = rules();
	struct buf bytes = { 0 };
	struct err e = { 0 };
	(void)state;
	hash(b, &r);
	const uint8_t *bk = batch_find(b, ROLE_BK_HASH, NULL)->data;
	const uint8_t *data = batch_find(b, ROLE_DATA_HASH, NULL)->data;
	for (size_t i = 0; i < ROWS; i++) {
		uint8_t want[DATA_BYTES];
		buf_clear(&bytes);
		assert_int_equal(ident_key_bytes(&r, b, i, &bytes, &e), 0);
		hash_bk(buf_span(&bytes), want);
		assert_memory_equal(bk + 16 * i, want, 16);
		buf_clear(&bytes);
		ident_data_bytes(&r, b, i, &bytes);
		hash_data(buf_span(&bytes), want);
		assert_memory_equal(data + 32 * i, want, 32);
	}
	buf_free(&bytes);
	batch_free(&b);
}

static void
excluded_fields_and_other_roles_do_not_count(void **state)
{
	static const char *exclude[] = { "text" };
	struct ident_rules r = rules(), less = rules();
	struct batch *a = orders(50, false), *b = orders(50, false);
	struct column c = *batch_find(b, ROLE_FIELD, "no");
	(void)state;
	less.exclude = (struct strings){ 1, exclude };
	c.role = ROLE_ORIGIN;
	c.name = "before";
	batch_add_column(b, &c);
	c.role = ROLE_ROWVERSION;
	batch_add_column(b, &c);
	/* Without the text, a has what b has without counting it. */
	a->ncols = 2;
	hash(a, &r);
	hash(b, &less);
	assert_memory_equal(batch_find(a, ROLE_DATA_HASH, NULL)->data,
	    batch_find(b, ROLE_DATA_HASH, NULL)->data, 50 * 32);
	batch_free(&a);
	batch_free(&b);
}

static void
a_sweep_has_keys_only(void **state)
{
	struct ident_rules r = rules(), sweep = rules();
	struct batch *a = orders(50, false), *b = orders(50, false);
	(void)state;
	sweep.keys_only = true;
	b->ncols = 2;
	hash(a, &r);
	hash(b, &sweep);
	assert_null(batch_find(b, ROLE_DATA_HASH, NULL));
	assert_memory_equal(batch_find(a, ROLE_BK_HASH, NULL)->data,
	    batch_find(b, ROLE_BK_HASH, NULL)->data, 50 * 16);
	batch_free(&a);
	batch_free(&b);
}

static void
null_keys_are_rejects(void **state)
{
	struct batch *b = orders(70, true);
	struct ident_rules r = rules();
	struct ident_reject *list;
	struct err e = { 0 };
	size_t n;
	(void)state;
	assert_int_equal(ident_rejects(&r, b, &list, &n, &e), 0);
	assert_int_equal(n, 10);
	for (size_t i = 0; i < n; i++)
		assert_int_equal(list[i].row, 7 * i + 3);
	assert_int_equal(ident_reject_err(&list[0], &e), -1);
	assert_int_equal(e.cls, ERR_DATA);
	assert_string_equal(e.code, "null_business_key");
	assert_string_equal(e.field, "site");
	batch_free(&b);
}

static void
a_key_that_is_no_field_is_a_configuration_error(void **state)
{
	struct batch *b = orders(3, false);
	struct ident_rules r = rules();
	struct ident self = { 0 };
	struct ident_reject *list;
	struct err e = { 0 };
	size_t n;
	(void)state;
	b->ncols = 1;
	assert_int_equal(ident_rejects(&r, b, &list, &n, &e), -1);
	assert_int_equal(e.cls, ERR_CONFIG);
	assert_string_equal(e.field, "site");
	assert_int_equal(ident_hash(&self, &r, b, &e), -1);
	batch_free(&b);
}

/* Every row that stays is in exactly one part, the part its hash names, and
 * what had left goes with the first part only. */
static void
check_split(uint32_t partitions)
{
	struct batch *b = orders(ROWS, true);
	struct ident_rules r = rules();
	struct ident_reject *rejects;
	struct split_parts s;
	struct err e = { 0 };
	size_t n, seen = 0, left = 0;
	bool had[ROWS] = { false };
	assert_int_equal(ident_rejects(&r, b, &rejects, &n, &e), 0);
	hash(b, &r);
	b->left[OUT_REJECTED] = n;
	split_rows(b, partitions, rejects, n, &s);
	for (uint32_t p = 0; p < partitions; p++) {
		struct batch *part = split_take(&b, &s, p);
		if (!part)
			continue;
		assert_int_equal(part->part, p);
		assert_int_equal(part->chunk, 4);
		assert_int_equal(part->seq, 9);
		left += part->left[OUT_REJECTED];
		const struct column *no = batch_find(part, ROLE_FIELD, "no");
		const uint8_t *bk = batch_find(part, ROLE_BK_HASH, NULL)->data;
		for (size_t i = 0; i < part->nrows; i++) {
			size_t row = (size_t)column_i64(no, i);
			assert_false(had[row]);
			assert_int_not_equal(row % 7, 3);
			had[row] = true;
			assert_int_equal(
			    split_part(bk + 16 * i, partitions), p);
		}
		seen += part->nrows;
		batch_free(&part);
	}
	assert_int_equal(seen + n, ROWS);
	assert_int_equal(left, n);
	batch_free(&b);
}

static void
parts_hold_every_row_once(void **state)
{
	(void)state;
	for (uint32_t p = 1; p <= 256; p *= 2)
		check_split(p);
}

static void
one_partition_is_the_batch_itself(void **state)
{
	struct batch *b = orders(10, false), *same = b;
	struct ident_rules r = rules();
	struct split_parts s;
	(void)state;
	hash(b, &r);
	split_rows(b, 1, NULL, 0, &s);
	struct batch *part = split_take(&b, &s, 0);
	assert_null(b);
	assert_ptr_equal(part, same);
	batch_free(&part);
}

static void
the_partition_is_the_leading_bits(void **state)
{
	static const uint8_t hash_bytes[16] = { 0xa7 }; /* 1010 0111 */
	(void)state;
	assert_int_equal(split_part(hash_bytes, 1), 0);
	assert_int_equal(split_part(hash_bytes, 2), 1);
	assert_int_equal(split_part(hash_bytes, 8), 5);
	assert_int_equal(split_part(hash_bytes, 256), 0xa7);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_row_has_the_hash_of_its_bytes),
		cmocka_unit_test(excluded_fields_and_other_roles_do_not_count),
		cmocka_unit_test(a_sweep_has_keys_only),
		cmocka_unit_test(null_keys_are_rejects),
		cmocka_unit_test(
		    a_key_that_is_no_field_is_a_configuration_error),
		cmocka_unit_test(parts_hold_every_row_once),
		cmocka_unit_test(one_partition_is_the_batch_itself),
		cmocka_unit_test(the_partition_is_the_leading_bits),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
