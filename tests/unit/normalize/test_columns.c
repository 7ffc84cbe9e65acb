/* Whole columns against their values one by one: what the short cuts of a
 * column must agree with. */
#include "normalize/layers.h"
#include "normalize/utf8.h"
#include "tests/unit/normalize/rig.h"

static uint64_t seed = 7;

static uint64_t
random_u64(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed;
}

static size_t
below(size_t n)
{
	return (size_t)(random_u64() % n);
}

/* --- texts --------------------------------------------------------------- */
static const char *const pieces[] = {
	/* blanks of every kind */
	" ", "  ", "\t", "\n", "\r", "\r\n", "\x0b", "\xc2\x85", "\xc2\xa0",
	"\xe1\x9a\x80", "\xe2\x80\x83", "\xe2\x80\x80", "\xe2\x80\xa8",
	"\xe3\x80\x80",
	/* accents, out of order and in, alone and not */
	"e\xcc\x81", "\xcc\x81", "\xcc\xa7", "\xcd\x85", "\xc3\xa9",
	"\xe1\xba\xbf", "\xe2\x84\xab", "\xd8\xa7\xd9\x93", "\xe0\xa7\x87",
	"\xe0\xa6\xbe", "\xf0\x9d\x85\x9e",
	/* Hangul */
	"\xe1\x84\x80", "\xe1\x85\xa1", "\xe1\x86\xa8", "\xea\xb0\x80",
	"\xea\xb0\x81",
	/* Persian, digits, invisible ones */
	"\xd9\x82\xd8\xb7\xd8\xb9\xd9\x87", "\xd9\x8a", "\xd9\x83", "\xd9\x80",
	"\xdb\xb5", "\xd9\xa1", "\xe2\x80\x8c", "\xe2\x80\x8b", "\xef\xbb\xbf",
	"\xef\xbc\xa1", "\xef\xac\x81", "\xc3\x9f", "\xce\xa3",
	/* ASCII */
	"a", "Z", "0", "~", "Pump housing 123456", "lorem ipsum dolor sit amet",
	/* beyond the planes that have text, and controls */
	"\xf3\xa0\x84\x80", "\xf0\x9f\x98\x80", "\x07", "\x7f", "\xc2\x9f",
	/* not UTF-8: halves of a character, overlong, surrogates */
	"\xc3", "\xa9", "\xe2\x80", "\xff", "\xc0\x80", "\xed\xa0\x80"
};
enum { NUL_PIECE = ARRAY_LEN(pieces), BROKEN = 6 };

/* Mostly quiet ones, so that short cuts are taken; now and then a NUL. */
static void
random_text(struct buf *out, size_t kinds)
{
	size_t n = below(4) ? below(5) : below(40);
	buf_clear(out);
	for (; n > 0; n--) {
		size_t k = below(3) ? 43 + below(6) : below(kinds);
		if (k == NUL_PIECE)
			buf_putc(out, 0);
		else
			buf_puts(out, pieces[k]);
	}
}

enum { ROWS_MAX = 90 };

/* One column of random values. */
static struct batch *
random_batch(
    enum value_type type, void (*value)(struct buf *, size_t), size_t kinds)
{
	struct buf text = { 0 };
	struct batch *b = batch_new();
	struct column c = { .name = "v", .origin = "v" };
	struct column_builder cb;
	b->nrows = 1 + below(ROWS_MAX);
	column_builder_init(&cb, &b->arena, type, b->nrows);
	bool nulls = below(2);
	for (size_t i = 0; i < b->nrows; i++) {
		value(&text, kinds);
		if (nulls && below(4) == 0)
			column_builder_null(&cb);
		else
			column_builder_bytes(&cb, text.data, text.len);
	}
	column_builder_finish(&cb, &c);
	/* To the byte, so that a sanitizer sees who reads on. */
	b->frame.owner = mem_alloc(c.data_bytes + !c.data_bytes);
	if (c.data_bytes)
		memcpy(b->frame.owner, c.data, c.data_bytes);
	c.data = b->frame.owner;
	batch_add_column(b, &c);
	buf_free(&text);
	return b;
}

/* The code of the row's reject, or NULL. */
static const char *
reject_of(const struct mapping_result *res, size_t row)
{
	for (size_t i = 0; i < res->nrejects; i++)
		if (res->rejects[i].row == row)
			return res->rejects[i].code;
	return NULL;
}

typedef enum verdict one_by_one(
    const void *rules, struct span in, struct span *out, struct layer_work *w);

static void
same_row(const struct column *got, size_t row, const char *code, enum verdict v,
    struct span want, const char *why)
{
	if (v != VERDICT_OK) {
		assert_true(column_null(got, row));
		assert_int_equal(code != NULL, v == VERDICT_REFUSED);
		if (code)
			assert_string_equal(code, why);
		return;
	}
	assert_null(code);
	assert_false(column_null(got, row));
	struct span have = column_bytes(got, row);
	assert_int_equal(have.len, want.len);
	if (want.len)
		assert_memory_equal(have.data, want.data, want.len);
}

/* One batch through the mapping; true if its column was passed as it is. */
static bool
agrees(
    const struct rig *r, struct batch *b, one_by_one *plain, const void *rules)
{
	struct layer_work w = { 0 };
	struct mapping_result res;
	struct err e = { 0 };
	const struct column in = b->cols[0];
	assert_int_equal(mapping_apply(r->mapping, b, &res, &e), 0);
	const struct column *got = &b->cols[0];
	assert_int_equal(column_off(got, 0), 0);
	assert_int_equal(column_off(got, b->nrows), got->data_bytes);
	for (size_t i = 0; i < b->nrows; i++) {
		const char *code = reject_of(&res, i);
		struct span out = { 0 };
		enum verdict v = VERDICT_NULL;
		if (!column_null(&in, i))
			v = plain(rules, column_bytes(&in, i), &out, &w);
		same_row(got, i, code, v, out, w.why.code);
	}
	layer_work_free(&w);
	return got->data == in.data;
}

static enum verdict
plain_text(
    const void *rules, struct span in, struct span *out, struct layer_work *w)
{
	return layer_text_plain(rules, in, out, w);
}

static void
text_agrees(const char *field)
{
	struct buf yaml = { 0 };
	struct rig r;
	struct err e = { 0 };
	struct arena a = { 0 };
	struct text_rules rules;
	struct rig_column col = { "v", VT_TEXT, NULL, 0 };
	buf_printf(&yaml,
	    "    key: [v]\n    fields:\n"
	    "      - {to: v, from: v, %s}\n",
	    field);
	assert_int_equal(
	    rig_open(&r, buf_str(&yaml), &col, 1, NULL, MODE_SYNC, &e), 0);
	layer_text_init(&rules, &r.pipeline->entities[0].fields[0].text, &a);
	size_t passed = 0, rounds = 1500;
	for (size_t i = 0; i < rounds; i++) {
		/* All pieces, all that are UTF-8, or ASCII alone. */
		size_t kinds = i % 3 ? NUL_PIECE - BROKEN : NUL_PIECE + 1;
		if (i % 8 == 1)
			kinds = 1;
		struct batch *b = random_batch(VT_TEXT, random_text, kinds);
		passed += agrees(&r, b, plain_text, &rules);
		batch_free(&b);
	}
	assert_true(passed > 0 && passed < rounds);
	arena_free(&a);
	buf_free(&yaml);
	rig_close(&r);
}

#define CLEAN                                                                  \
	"trim: yes, control: strip, newlines: lf, unicode: nfc, empty: 'null'"

static void
texts(void **state)
{
	(void)state;
	static const char *const fields[] = { CLEAN, "trim: yes",
		"unicode: nfc", "unicode: nfkc, trim: yes", "empty: 'null'",
		"collapse: yes, unicode: nfc", CLEAN ", persian: yes",
		CLEAN ", case: upper", "invisible: strip, digits: ascii",
		CLEAN ", invalid_utf8: replace", "control: keep",
		"newlines: lf, trim: yes, invalid_utf8: replace" };
	for (size_t i = 0; i < ARRAY_LEN(fields); i++)
		text_agrees(fields[i]);
}

/* Two values of half a character each: the column's bytes are valid, the
 * values are not. */
static void
character_across_rows(void **state)
{
	(void)state;
	static const char *const fields[] = { "trim: no", "trim: yes", CLEAN };
	for (size_t k = 0; k < ARRAY_LEN(fields); k++) {
		struct rig r;
		struct err e = { 0 };
		struct buf yaml = { 0 };
		struct rig_column rows[] = { { "v", VT_TEXT, "a\xc3", 0 },
			{ "v", VT_TEXT, "\xa9", 0 },
			{ "v", VT_TEXT, "\xc3\xa9", 0 } };
		buf_printf(&yaml,
		    "    key: [v]\n    fields:\n"
		    "      - {to: v, from: v, %s}\n",
		    fields[k]);
		assert_int_equal(
		    rig_open(&r, buf_str(&yaml), rows, 1, NULL, MODE_SYNC, &e),
		    0);
		struct batch *b = rig_batch(rows, 1, 3);
		struct mapping_result res;
		assert_int_equal(mapping_apply(r.mapping, b, &res, &e), 0);
		assert_int_equal(res.nrejects, 2);
		assert_string_equal(res.rejects[0].code, "bad_text");
		assert_string_equal(res.rejects[1].code, "bad_text");
		assert_int_equal(res.rejects[1].row, 1);
		batch_free(&b);
		buf_free(&yaml);
		rig_close(&r);
	}
}

/* --- decimals ------------------------------------------------------------ */
static void
random_decimal(struct buf *out, size_t kinds)
{
	static const char *const special[] = { "NaN", "Infinity", "-Infinity",
		"0", "-0.5", "100000000000", "0.000001" };
	buf_clear(out);
	if (below(20) == 0) {
		buf_puts(out, special[below(ARRAY_LEN(special))]);
		return;
	}
	if (below(3) == 0)
		buf_putc(out, '-');
	buf_putc(out, (uint8_t)('1' + below(9)));
	for (size_t n = below(kinds); n > 0; n--)
		buf_putc(out, (uint8_t)('0' + below(10)));
	if (below(4) == 0)
		return;
	buf_putc(out, '.');
	for (size_t n = below(below(8) ? 3 : 12); n > 0; n--)
		buf_putc(out, (uint8_t)('0' + below(10)));
	buf_putc(out, (uint8_t)('1' + below(9)));
}

static enum verdict
plain_decimal(
    const void *rules, struct span in, struct span *out, struct layer_work *w)
{
	return layer_number_fit(rules, in, out, w);
}

static void
decimals(void **state)
{
	(void)state;
	static const char *const fields[] = { "precision: 14, scale: 3",
		"precision: 9, scale: 2, round: half_even", "precision: 3",
		"precision: 12, scale: 3, round: reject",
		"precision: 20, scale: 9", "precision: 4, scale: 4" };
	for (size_t k = 0; k < ARRAY_LEN(fields); k++) {
		struct buf yaml = { 0 };
		struct rig r;
		struct err e = { 0 };
		struct rig_column col = { "v", VT_DECIMAL, NULL, 0 };
		buf_printf(&yaml,
		    "    key: [v]\n    fields:\n"
		    "      - {to: v, from: v, type: decimal, %s}\n",
		    fields[k]);
		assert_int_equal(
		    rig_open(&r, buf_str(&yaml), &col, 1, NULL, MODE_SYNC, &e),
		    0);
		const struct number_options *o =
		    &r.pipeline->entities[0].fields[0].number;
		for (size_t i = 0; i < 3000; i++) {
			struct batch *b = random_batch(
			    VT_DECIMAL, random_decimal, 1 + below(14));
			agrees(&r, b, plain_decimal, o);
			batch_free(&b);
		}
		buf_free(&yaml);
		rig_close(&r);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(texts),
		cmocka_unit_test(character_across_rows),
		cmocka_unit_test(decimals),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
