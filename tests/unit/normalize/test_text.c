/* Layer 2: each option, and the fast paths against the plain way. */
#include "normalize/layers.h"
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

/* NFC and NFKC as utf8proc does them on their own. */
static void
normal_forms_agree(void **state)
{
	(void)state;
	static const utf8proc_option_t forms[] = { UTF8PROC_STABLE |
						       UTF8PROC_COMPOSE,
		UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_COMPAT };
	for (int form = 0; form < 2; form++) {
		struct arena a = { 0 };
		struct layer_work w = { 0 };
		struct text_rules r;
		struct buf text = { 0 };
		struct text_options o = { .unicode = form ? UNICODE_NFKC
							  : UNICODE_NFC };
		layer_text_init(&r, &o, &a);
		for (int i = 0; i < 50000; i++) {
			struct span got;
			random_text(&text);
			assert_int_equal(
			    layer_text(&r, buf_span(&text), &got, &w),
			    VERDICT_OK);
			utf8proc_uint8_t *want = NULL;
			ptrdiff_t n = utf8proc_map(
			    text.data, (ptrdiff_t)text.len, &want, forms[form]);
			assert_int_equal(got.len, n);
			if (n)
				assert_memory_equal(got.data, want, got.len);
			free(want);
		}
		buf_free(&text);
		layer_work_free(&w);
		arena_free(&a);
	}
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
				    text_step_unicode(&t, &r.opt, &w.text), 0);
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

/* A second run finds nothing to do; a whole column says what its rows say. */
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
		uint32_t ends[2] = { 0, (uint32_t)text.len };
		struct column c = { .type = VT_TEXT,
			.data = text.data,
			.data_bytes = text.len,
			.offs = (const uint8_t *)ends };
		bool kept =
		    v == VERDICT_OK && once.len == text.len &&
		    (!text.len || memcmp(once.data, text.data, text.len) == 0);
		if (layer_text_quiet_column(&r, &c, 1))
			assert_true(kept);
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

/* Two values of half a character each: the column's bytes are valid, the
 * values are not. */
static void
character_across_rows(void **state)
{
	(void)state;
	struct arena a = { 0 };
	static const struct text_options sets[] = { { .trim = false },
		{ .trim = true } };
	for (size_t i = 0; i < ARRAY_LEN(sets); i++) {
		struct text_rules r;
		uint32_t offs[3] = { 0, 1, 2 };
		struct column c = { .type = VT_TEXT,
			.data = (const uint8_t *)"\xc3\xa9",
			.data_bytes = 2,
			.offs = (const uint8_t *)offs };
		layer_text_init(&r, &sets[i], &a);
		assert_false(layer_text_quiet_column(&r, &c, 2));
		offs[1] = 2;
		assert_true(layer_text_quiet_column(&r, &c, 2));
	}
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
		cmocka_unit_test(character_across_rows),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
