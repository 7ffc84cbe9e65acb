/* What becomes of rows that are refused. */
#include "normalize/outcome.h"
#include "proto/reject.h"
#include "tests/unit/normalize/rig.h"

static const struct rig_column source[] = {
	{ "id", VT_INT, "1", 0 },
	{ "name", VT_TEXT, "plain", 0 },
	{ "price", VT_TEXT, "1,000.50", 0 },
	{ "ver", VT_INT, "9", 0 },
};
enum { N = ARRAY_LEN(source) };

#define REJECTS                                                                \
	"    key: [id]\n    fields:\n"                                         \
	"      - {to: cost, from: price, type: decimal}\n"                     \
	"      - {to: id, from: name, type: int}\n"                            \
	"      - {to: ver, from: ver, max: 5}\n"

static struct batch *
four_rows(void)
{
	struct rig_column rows[4][N];
	for (int i = 0; i < 4; i++)
		memcpy(rows[i], source, sizeof(source));
	rows[0][1].text = "10"; /* price 1,000.50; ver 9 fails max */
	rows[1][1].text = "11", rows[1][2].text = "x", rows[1][3].text = "1";
	rows[2][1].text = "?", rows[2][2].text = "x", rows[2][3].text = "1";
	rows[3][1].text = "13", rows[3][3].text = "1";
	return rig_batch(rows[0], N, 4);
}

static void
rejects_and_their_keys(void **state)
{
	(void)state;
	struct rig r;
	struct err e = { 0 };
	assert_int_equal(
	    rig_open(&r, REJECTS, source, N, NULL, MODE_SYNC, &e), 0);
	struct batch *b = four_rows(), *keys = NULL, *kept = NULL;
	struct mapping_result res;
	assert_int_equal(mapping_apply(r.mapping, b, &res, &e), 0);
	assert_int_equal(res.nrejects, 3);
	static const struct {
		const char *field, *code;
		bool key_known;
	} want[] = { { "ver", "check_failed", true },
		{ "cost", "bad_number", true },
		{ "cost", "bad_number", false } };
	for (size_t i = 0; i < 3; i++) {
		assert_int_equal(res.rejects[i].row, i);
		assert_string_equal(res.rejects[i].field, want[i].field);
		assert_string_equal(res.rejects[i].code, want[i].code);
		assert_int_equal(res.rejects[i].key_known, want[i].key_known);
	}
	/* as stage_reject counts them, beside one that left earlier */
	b->left[OUT_REJECTED] = 3;
	b->left[OUT_UNCHANGED] = 1;
	outcome_split(r.mapping, b, &res, &keys, &kept);
	assert_int_equal(keys->nrows, 2);
	assert_int_equal(keys->ncols, 1);
	assert_true(keys->keys_only);
	assert_int_equal(column_i64(&keys->cols[0], 0), 10);
	assert_int_equal(column_i64(&keys->cols[0], 1), 11);
	assert_int_equal(kept->nrows, 1);
	assert_false(kept->keys_only);
	assert_int_equal(column_i64(&kept->cols[1], 0), 13);
	assert_int_equal(keys->left[OUT_REJECTED], 2);
	assert_int_equal(keys->left[OUT_UNCHANGED], 0);
	assert_int_equal(kept->left[OUT_REJECTED], 1);
	assert_int_equal(kept->left[OUT_UNCHANGED], 1);
	batch_free(&keys);
	batch_free(&kept);
	batch_free(&b);
	rig_close(&r);
}

static void
split_edges(void **state)
{
	(void)state;
	struct rig r;
	struct err e = { 0 };
	assert_int_equal(
	    rig_open(&r, REJECTS, source, N, NULL, MODE_SYNC, &e), 0);
	/* nothing kept, nothing known */
	struct rig_column row[N];
	memcpy(row, source, sizeof(source));
	struct batch *b = rig_batch(row, N, 1), *keys, *kept;
	struct mapping_result res;
	assert_int_equal(mapping_apply(r.mapping, b, &res, &e), 0);
	assert_int_equal(res.nrejects, 1);
	assert_string_equal(res.rejects[0].code, "bad_number");
	outcome_split(r.mapping, b, &res, &keys, &kept);
	assert_null(keys);
	assert_null(kept);
	batch_free(&b);
	/* nothing kept, the key known */
	row[1].text = "5";
	b = rig_batch(row, N, 1);
	assert_int_equal(mapping_apply(r.mapping, b, &res, &e), 0);
	b->left[OUT_REJECTED] = 1;
	outcome_split(r.mapping, b, &res, &keys, &kept);
	assert_null(kept);
	assert_int_equal(keys->left[OUT_REJECTED], 1);
	batch_free(&keys);
	batch_free(&b);
	/* a NULL key is no key, whatever else was wrong */
	row[1].text = NULL;
	b = rig_batch(row, N, 1);
	assert_int_equal(mapping_apply(r.mapping, b, &res, &e), 0);
	assert_int_equal(res.nrejects, 1);
	assert_false(res.rejects[0].key_known);
	batch_free(&b);
	rig_close(&r);
}

/* batch_original gives the row back as the source had it. */
static void
original_row(void **state)
{
	(void)state;
	struct rig r;
	struct err e = { 0 };
	assert_int_equal(rig_open(&r, REJECTS "    rowversion: ver\n", source,
			     N, NULL, MODE_SYNC, &e),
	    0);
	struct batch *b = four_rows();
	struct mapping_result res;
	assert_int_equal(mapping_apply(r.mapping, b, &res, &e), 0);
	struct buf row = { 0 }, out = { 0 };
	batch_original(b, 2, &row);
	struct row_value *v;
	size_t n;
	assert_int_equal(row_decode(buf_span(&row), &r.arena, &v, &n, &e), 0);
	assert_int_equal(n, N);
	for (size_t i = 0; i < N; i++)
		for (size_t j = 0; j < n; j++)
			if (strcmp(v[j].name, source[i].name) == 0) {
				buf_printf(&out, "%s=", v[j].name);
				value_text(&v[j].value, &out);
				buf_putc(&out, ' ');
			}
	assert_string_equal(buf_str(&out), "id=1 name=? price=x ver=1 ");
	buf_free(&row);
	buf_free(&out);
	batch_free(&b);
	rig_close(&r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rejects_and_their_keys),
		cmocka_unit_test(split_edges),
		cmocka_unit_test(original_row),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
