/* Layer 2: each option, and the fast paths against the plain way. */
#include "normalize/layers.h"
#include "normalize/text_compose.h"
#include "normalize/utf8.h"
#include "tests/unit/normalize/rig.h"
#include <utf8proc.h>

#define CLEAN "    normalize: clean\n"

static const struct rig_row option_rows[] = {
	/* each option alone, over exact */
	{ NULL, "trim: yes", VT_TEXT, " \t a b \xc2\xa0\xe3\x80\x80", "a b" },
	{ NULL, "trim: yes", VT_TEXT, "\xe2\x80\xa8x\xe1\x9a\x80", "x" },
	{ NULL, "trim: yes", VT_TEXT, "\xe2\x80\x8bx", "\xe2\x80\x8bx" },
	{ NULL, "collapse: yes", VT_TEXT, " a  b\t\tc ", " a b c " },
	{ NULL, "collapse: yes", VT_TEXT, "a \r\n b\n\nc", "a\nb\nc" },
	{ NULL, "collapse: yes", VT_TEXT,
	    "a\xe2\x80\xa9\xc2\xa0"
	    "b",
	    "a\nb" },
	{ NULL, "collapse: yes", VT_TEXT,
	    "a\xc2\xa0"
	    "b",
	    "a b" },
	{ NULL, "control: strip", VT_TEXT, "a\x01\x1f\x7f\xc2\x85z\t\n\r",
	    "az\t\n\r" },
	{ NULL, "control: keep", VT_TEXT, "a\x01\x7fz", "a\x01\x7fz" },
	{ NULL, "newlines: lf", VT_TEXT, "a\r\nb\rc\n\r", "a\nb\nc\n\n" },
	{ NULL, "unicode: nfc", VT_TEXT, "e\xcc\x81", "\xc3\xa9" },
	{ NULL, "unicode: nfc", VT_TEXT, "\xe1\x84\x80\xe1\x85\xa1",
	    "\xea\xb0\x80" },
	{ NULL, "unicode: nfc", VT_TEXT, "a\xcc\x81\xcc\xa7",
	    "\xc3\xa1\xcc\xa7" },
	{ NULL, "unicode: nfkc", VT_TEXT, "\xef\xbc\xa1\xc2\xb2", "A2" },
	{ NULL, "invisible: strip", VT_TEXT,
	    "a\xe2\x80\x8c\xe2\x80\x8d\xe2\x81\xa0\xd8\x9c"
	    "b",
	    "ab" },
	{ NULL, "persian: yes", VT_TEXT, "\xd9\x8a\xd9\x83\xd8\xa9",
	    "\xdb\x8c\xda\xa9\xd8\xa9" },
	{ NULL, "digits: ascii", VT_TEXT, "\xe0\xa5\xa7\xef\xbc\x99", "19" },
	{ NULL, "case: upper", VT_TEXT, "a\xc3\x9f\xef\xac\x81", "ASSFI" },
	{ NULL, "case: lower", VT_TEXT, "\xce\xa3\xce\x91\xce\xa3",
	    "\xcf\x83\xce\xb1\xcf\x82" },
	{ NULL, "empty: null", VT_TEXT, "", "NULL" },
	{ NULL, "empty: null", VT_TEXT, " ", " " },
	{ NULL, "'empty': 'null', trim: yes", VT_TEXT, " ", "NULL" },
	/* broken UTF-8 */
	{ NULL, "", VT_TEXT, "a\xff", "!bad_text" },
	{ NULL, "", VT_TEXT, "\xed\xa0\x80", "!bad_text" },
	{ NULL, "", VT_TEXT, "\xc0\x80", "!bad_text" },
	{ NULL, "", VT_TEXT, "\xf4\x90\x80\x80", "!bad_text" },
	{ NULL, "", VT_TEXT, "caf\xc3", "!bad_text" },
	{ CLEAN, "", VT_TEXT, "caf\xc3", "!bad_text" },
	{ NULL, "invalid_utf8: replace", VT_TEXT, "a\xff\xe2\x82z",
	    "a\xef\xbf\xbd\xef\xbf\xbdz" },
	{ CLEAN, "invalid_utf8: replace", VT_TEXT, " \xffz ", "\xef\xbf\xbdz" },
	/* the preset, and a field's own option over it */
	{ CLEAN, "", VT_TEXT, " a\r\nb\x07 ", "a\nb" },
	{ CLEAN, "trim: no", VT_TEXT, " a ", " a " },
	{ CLEAN, "empty: keep", VT_TEXT, "  ", "" },
	/* what a later step brings together composes again */
	{ CLEAN, "persian: yes", VT_TEXT, "\xd8\xa7\xd9\x80\xd9\x93",
	    "\xd8\xa2" },
	{ CLEAN, "invisible: strip", VT_TEXT, "e\xe2\x80\x8b\xcc\x81",
	    "\xc3\xa9" },
	{ NULL, "", VT_TEXT, NULL, "NULL" },
};

static void
options_table(void **state)
{
	(void)state;
	rig_rows(option_rows, ARRAY_LEN(option_rows));
}

static void
nul(void **state)
{
	(void)state;
	struct buf out = { 0 };
	rig_field("", "", VT_TEXT, "a\0b", 3, &out);
	assert_string_equal(buf_str(&out), "!bad_text");
	buf_clear(&out);
	rig_field(CLEAN, "control: keep", VT_TEXT, "a\0b", 3, &out);
	assert_string_equal(buf_str(&out), "!bad_text");
	buf_clear(&out);
	rig_field(CLEAN, "", VT_TEXT, "a\0b", 3, &out);
	assert_string_equal(buf_str(&out), "ab");
	buf_free(&out);
}

/* Characters that steps treat differently, and many that they do not. */
static const int32_t alphabet[] = { 'a', 'Z', ' ', '\t', '\n', '\r', 0x07, 0x7f,
	0x85, 0xa0, 0xe9, 0x301, 0x327, 0x323, 0x345, 0x640, 0x643, 0x64a,
	0x653, 0x627, 0x6f5, 0x661, 0x967, 0x9be, 0x9c7, 0x1100, 0x1161, 0x11a8,
	0xac00, 0xac01, 0x200b, 0x200c, 0x202e, 0x2028, 0x212b, 0x3000, 0xfb01,
	0xff21, 0xfeff, 0x1d15e, 0x1f600, 0x2f800, 0x31350, 0x10ffff };

static uint64_t seed = 11;

static uint64_t
random_u64(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed;
}

static void
random_text(struct buf *out)
{
	buf_clear(out);
	for (uint64_t n = random_u64() % 12; n > 0; n--)
		utf8_append(
		    out, random_u64() % 2
			     ? 'a' + (int32_t)(random_u64() % 26)
			     : alphabet[random_u64() % ARRAY_LEN(alphabet)]);
}

/* The same as utf8proc does on its own. */
static void
same_form(
    const struct text_rules *r, const struct buf *text, struct layer_work *w)
{
	int flags = UTF8PROC_STABLE | UTF8PROC_COMPOSE;
	if (r->opt.unicode == UNICODE_NFKC)
		flags |= UTF8PROC_COMPAT;
	struct span got;
	assert_int_equal(layer_text(r, buf_span(text), &got, w), VERDICT_OK);
	utf8proc_uint8_t *want = NULL;
	ptrdiff_t n = utf8proc_map(
	    text->data, (ptrdiff_t)text->len, &want, (utf8proc_option_t)flags);
	assert_int_equal(got.len, n);
	if (n)
		assert_memory_equal(got.data, want, got.len);
	free(want);
}

static void
normal_forms_agree(void **state)
{
	(void)state;
	struct layer_work w = { 0 }; /* of both: it remembers */
	for (int form = 0; form < 2; form++) {
		struct arena a = { 0 };
		struct text_rules r;
		struct buf text = { 0 };
		struct text_options o = { .unicode = form ? UNICODE_NFKC
							  : UNICODE_NFC };
		layer_text_init(&r, &o, &a);
		for (int i = 0; i < 50000; i++) {
			random_text(&text);
			same_form(&r, &text, &w);
		}
		/* Every code point before and after others. */
		for (int32_t cp = 0x80; cp < TEXT_QUIET_POINTS; cp++) {
			if (cp >= 0xd800 && cp <= 0xdfff)
				continue;
			buf_clear(&text);
			buf_puts(&text, "ae");
			utf8_append(&text, cp);
			utf8_append(&text, alphabet[cp % ARRAY_LEN(alphabet)]);
			utf8_append(&text, cp);
			utf8_append(&text, 0x301);
			same_form(&r, &text, &w);
		}
		buf_free(&text);
		arena_free(&a);
	}
	layer_work_free(&w);
}

/* Every code point of its own: quiet only if every step keeps it. */
static void
quiet_code_points_are_kept(void **state)
{
	(void)state;
	static const struct text_options sets[] = {
		{ .unicode = UNICODE_NFC,
		    .control = CONTROL_STRIP,
		    .newlines = NEWLINES_LF,
		    .trim = true },
		{ .unicode = UNICODE_NFKC,
		    .letter_case = CASE_UPPER,
		    .invisible = INVISIBLE_STRIP },
		{ .persian = true,
		    .digits = DIGITS_ASCII,
		    .letter_case = CASE_LOWER,
		    .collapse = true },
	};
	for (size_t k = 0; k < ARRAY_LEN(sets); k++) {
		struct arena a = { 0 };
		struct layer_work w = { 0 };
		struct text_rules r;
		layer_text_init(&r, &sets[k], &a);
		size_t quiet = 0;
		for (int32_t cp = 1; cp < 0x110000; cp++) {
			uint8_t bytes[UTF8_MAX];
			if (cp >= 0xd800 && cp <= 0xdfff)
				continue;
			struct span s = { bytes, utf8_put(bytes, cp) };
			if (!text_quiet_holds(&r.quiet, s))
				continue;
			quiet++;
			struct span t = s;
			t = text_step_controls(t, &r.opt, &w.text);
			if (r.opt.unicode != UNICODE_NONE)
				assert_int_equal(
				    text_compose_plain(&t, &r.opt, &w.text), 0);
			t = text_step_characters(t, &r.opt, &w.text);
			if (r.opt.collapse)
				t = text_step_collapse(t, &w.text);
			if (r.opt.letter_case != CASE_KEEP)
				t = text_step_case(t,
				    r.opt.letter_case == CASE_UPPER
					? TEXT_UPPER
					: TEXT_LOWER,
				    &w.text);
			if (t.len != s.len ||
			    memcmp(t.data, s.data, t.len) != 0)
				fail_msg(
				    "set %zu changes U+%04X", k, (unsigned)cp);
		}
		/* Han, Hangul, and most letters: the path is not idle. */
		assert_true(quiet > 90000);
		layer_work_free(&w);
		arena_free(&a);
	}
}

/* A second run finds nothing to do. */
static void
clean_is_idempotent(void **state)
{
	(void)state;
	struct arena a = { 0 };
	struct layer_work w = { 0 }, w2 = { 0 };
	struct text_rules r;
	struct buf text = { 0 };
	struct text_options o = { .trim = true,
		.control = CONTROL_STRIP,
		.newlines = NEWLINES_LF,
		.unicode = UNICODE_NFC,
		.persian = true,
		.invisible = INVISIBLE_STRIP,
		.empty = EMPTY_NULL };
	layer_text_init(&r, &o, &a);
	for (int i = 0; i < 100000; i++) {
		struct span once, twice;
		random_text(&text);
		enum verdict v = layer_text(&r, buf_span(&text), &once, &w);
		if (v == VERDICT_NULL)
			continue;
		assert_int_equal(layer_text(&r, once, &twice, &w2), VERDICT_OK);
		assert_int_equal(once.len, twice.len);
		assert_memory_equal(once.data, twice.data, once.len);
	}
	buf_free(&text);
	layer_work_free(&w);
	layer_work_free(&w2);
	arena_free(&a);
}

/* Runs of marks longer than are sorted one by one, in the worst order. */
static void
many_marks(void **state)
{
	(void)state;
	static const int32_t marks[] = { 0x345, 0x301, 0x328, 0x5b0, 0x334 };
	struct arena a = { 0 };
	struct layer_work w = { 0 };
	struct text_rules r;
	struct text_options o = { .unicode = UNICODE_NFC };
	struct buf text = { 0 };
	layer_text_init(&r, &o, &a);
	for (size_t n = 28; n < 400; n += 7) {
		struct span got;
		buf_clear(&text);
		buf_putc(&text, 'u');
		for (size_t i = 0; i < n; i++)
			utf8_append(&text,
			    marks[n % 2 ? i * ARRAY_LEN(marks) / n
					: random_u64() % ARRAY_LEN(marks)]);
		assert_int_equal(
		    layer_text(&r, buf_span(&text), &got, &w), VERDICT_OK);
		utf8proc_uint8_t *want = NULL;
		ptrdiff_t len = utf8proc_map(text.data, (ptrdiff_t)text.len,
		    &want, UTF8PROC_STABLE | UTF8PROC_COMPOSE);
		assert_int_equal(got.len, len);
		assert_memory_equal(got.data, want, got.len);
		free(want);
	}
	/* A quarter of a million of them; not a matter of minutes. */
	buf_clear(&text);
	for (size_t i = 0; i < 1 << 18; i++)
		utf8_append(&text, i < 1 << 17 ? 0x301 : 0x328);
	struct span got;
	assert_int_equal(layer_text(&r, buf_span(&text), &got, &w), VERDICT_OK);
	assert_int_equal(got.len, text.len);
	assert_memory_equal(got.data, "\xcc\xa8", 2);
	buf_free(&text);
	layer_work_free(&w);
	arena_free(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(options_table),
		cmocka_unit_test(nul),
		cmocka_unit_test(normal_forms_agree),
		cmocka_unit_test(quiet_code_points_are_kept),
		cmocka_unit_test(clean_is_idempotent),
		cmocka_unit_test(many_marks),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
