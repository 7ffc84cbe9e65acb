/* The steps of layer 2 on random texts, against the same steps written down
 * character by character. */
#include "normalize/text_steps.h"
#include "normalize/utf8.h"
#include "tests/unit/normalize/rig.h"
#include <unicase.h>

static uint64_t seed = 5;

static size_t
below(size_t n)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (size_t)(seed % n);
}

static const int32_t alphabet[] = { ' ', ' ', '\t', '\n', '\r', 0x07, 0x0b,
	0x7f, 0x80, 0x85, 0x9f, 0xa0, 0xa1, 0xdf, 0xe9, 0x130, 0x131, 0x149,
	0x301, 0x307, 0x345, 0x3a3, 0x3b1, 0x61c, 0x627, 0x640, 0x643, 0x64a,
	0x661, 0x6f5, 0x967, 0x1680, 0x2000, 0x2028, 0x200b, 0x200c, 0x202e,
	0x3000, 0xac00, 0xfb01, 0xfeff, 0xff11, 0x10400, 0x1f600, 'I', 'i',
	'Z' };

static void
random_text(struct buf *out)
{
	buf_clear(out);
	buf_reserve(out, 1);
	bool strange = below(3) == 0;
	for (size_t n = below(40); n > 0; n--)
		utf8_append(out, strange || below(8) == 0
				     ? alphabet[below(ARRAY_LEN(alphabet))]
				     : "aB9 -~"[below(6)]);
}

static bool
is_control(int32_t cp)
{
	return (cp < 0x20 && cp != '\t' && cp != '\n' && cp != '\r') ||
	       (cp >= 0x7f && cp < 0xa0);
}

static void
plain_controls(struct span s, const struct text_options *o, struct buf *out)
{
	const uint8_t *p = s.data, *end = p + s.len;
	while (p < end) {
		int32_t cp = utf8_next(&p, end);
		if (cp == '\r' && o->newlines == NEWLINES_LF) {
			p += p < end && *p == '\n';
			cp = '\n';
		}
		if (o->control == CONTROL_KEEP || !is_control(cp))
			utf8_append(out, cp);
	}
}

static void
plain_characters(struct span s, const struct text_options *o, struct buf *out)
{
	const uint8_t *p = s.data, *end = p + s.len;
	while (p < end) {
		int32_t cp = text_map_character(utf8_next(&p, end), o);
		if (cp >= 0)
			utf8_append(out, cp);
	}
}

static void
plain_collapse(struct span s, struct buf *out)
{
	const uint8_t *p = s.data, *end = p + s.len;
	while (p < end) {
		bool space = false, broken = false;
		int32_t cp = 0;
		while (p < end) {
			const uint8_t *next = p;
			cp = utf8_next(&next, end);
			if (!utf8_is_space(cp))
				break;
			space = true;
			broken |= cp == '\n' || cp == '\r' || cp == 0x85 ||
				  cp == 0x2028 || cp == 0x2029;
			p = next;
		}
		if (space)
			buf_putc(out, broken ? '\n' : ' ');
		if (p < end)
			utf8_append(out, utf8_next(&p, end));
	}
}

static void
plain_case(struct span s, enum text_case c, struct buf *out)
{
	size_t n;
	uint8_t *made = c == TEXT_UPPER
			    ? u8_toupper(s.data, s.len, NULL, NULL, NULL, &n)
			    : u8_tolower(s.data, s.len, NULL, NULL, NULL, &n);
	buf_put(out, made, n);
	free(made);
}

static void
same(struct span got, struct buf *want)
{
	assert_int_equal(got.len, want->len);
	if (got.len)
		assert_memory_equal(got.data, want->data, got.len);
	buf_clear(want);
}

static void
steps_agree(void **state)
{
	(void)state;
	struct buf text = { 0 }, want = { 0 };
	struct text_work w = { 0 };
	for (int i = 0; i < 200000; i++) {
		struct text_options o = { .persian = below(2),
			.control = below(2),
			.newlines = below(2),
			.invisible = below(2),
			.digits = below(2) };
		random_text(&text);
		struct span s = buf_span(&text);
		plain_controls(s, &o, &want);
		same(text_step_controls(s, &o, &w), &want);
		plain_characters(s, &o, &want);
		same(text_step_characters(s, &o, &w), &want);
		plain_collapse(s, &want);
		same(text_step_collapse(s, &w), &want);
		enum text_case c = i % 2 ? TEXT_UPPER : TEXT_LOWER;
		plain_case(s, c, &want);
		same(text_step_case(s, c, &w), &want);
	}
	buf_free(&text);
	buf_free(&want);
	text_work_free(&w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(steps_agree),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
