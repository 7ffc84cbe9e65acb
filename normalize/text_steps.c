#include "normalize/text_steps.h"
#include "normalize/text_quiet.h"
#include "normalize/utf8.h"
#include <stdlib.h>
#include <unicase.h>
#include <unictype.h>

void
text_work_free(struct text_work *w)
{
	buf_free(&w->out[0]);
	buf_free(&w->out[1]);
	free(w->points);
	*w = (struct text_work){ 0 };
}

struct buf *
text_work_next(struct text_work *w)
{
	w->turn ^= 1;
	buf_clear(&w->out[w->turn]);
	buf_reserve(&w->out[w->turn], 64); /* spans of it are never NULL */
	return &w->out[w->turn];
}

struct span
text_step_replace(struct span s, struct text_work *w)
{
	struct buf *out = text_work_next(w);
	const uint8_t *p = s.data, *end = p + s.len;
	while (p < end) {
		int32_t cp = utf8_next(&p, end);
		utf8_append(out, cp == UTF8_BAD ? 0xfffd : cp);
	}
	return buf_span(out);
}

static bool
is_stripped_control(int32_t cp)
{
	if (cp < 0x20)
		return cp != '\t' && cp != '\n' && cp != '\r';
	return cp >= 0x7f && cp < 0xa0;
}

/* True if there may be one: C1 controls are 0xc2 and a byte below 0xa0. */
static bool
has_controls(struct span s)
{
	const uint8_t *p = s.data, *end = p + s.len;
	while ((p = text_quiet_skip_printable(p, end)) < end) {
		uint8_t c = *p++;
		if ((c < 0x20 && c != '\t' && c != '\n') || c == 0x7f ||
		    (c == 0xc2 && p < end && *p < 0xa0))
			return true;
	}
	return false;
}

struct span
text_step_controls(
    struct span s, const struct text_options *o, struct text_work *w)
{
	bool lf = o->newlines == NEWLINES_LF;
	bool strip = o->control == CONTROL_STRIP;
	if ((!lf && !strip) || !has_controls(s))
		return s;
	struct buf *out = text_work_next(w);
	const uint8_t *p = s.data, *end = p + s.len;
	while (p < end) {
		int32_t cp = utf8_next(&p, end);
		if (lf && cp == '\r') {
			if (p < end && *p == '\n')
				p++;
			cp = '\n';
		}
		if (!strip || !is_stripped_control(cp))
			utf8_append(out, cp);
	}
	return buf_span(out);
}

/* Zero-width characters, the byte order mark, bidi controls. */
static bool
is_invisible(int32_t cp)
{
	return (cp >= 0x200b && cp <= 0x200f) ||
	       (cp >= 0x202a && cp <= 0x202e) || cp == 0x2060 ||
	       (cp >= 0x2066 && cp <= 0x2069) || cp == 0xfeff || cp == 0x061c;
}

enum { ZWNJ = 0x200c, TATWEEL = 0x640 };

static int32_t
map_persian(int32_t cp)
{
	if (cp == 0x64a)
		return 0x6cc;
	if (cp == 0x643)
		return 0x6a9;
	if (cp == TATWEEL)
		return -1;
	if (cp >= 0x660 && cp <= 0x669)
		return '0' + cp - 0x660;
	if (cp >= 0x6f0 && cp <= 0x6f9)
		return '0' + cp - 0x6f0;
	return cp;
}

int32_t
text_map_character(int32_t cp, const struct text_options *o)
{
	if (o->invisible == INVISIBLE_STRIP && is_invisible(cp) &&
	    !(o->persian && cp == ZWNJ))
		return -1;
	if (o->persian)
		cp = map_persian(cp);
	if (o->digits == DIGITS_ASCII && cp > 0x7f) {
		int v = uc_decimal_value((ucs4_t)cp);
		if (v >= 0)
			cp = '0' + v;
	}
	return cp;
}

/* The first character that is mapped or dropped: none of ASCII is. */
static const uint8_t *
first_mapped(struct span s, const struct text_options *o)
{
	const uint8_t *p = s.data, *end = p + s.len;
	while ((p = text_quiet_skip_printable(p, end)) < end) {
		const uint8_t *next = p;
		int32_t cp = utf8_next(&next, end);
		if (text_map_character(cp, o) != cp)
			break;
		p = next;
	}
	return p;
}

struct span
text_step_characters(
    struct span s, const struct text_options *o, struct text_work *w)
{
	bool any = o->invisible == INVISIBLE_STRIP || o->persian ||
		   o->digits == DIGITS_ASCII;
	if (!any)
		return s;
	const uint8_t *end = s.data + s.len;
	const uint8_t *p = first_mapped(s, o);
	if (p == end)
		return s;
	struct buf *out = text_work_next(w);
	buf_put(out, s.data, (size_t)(p - s.data));
	while (p < end) {
		int32_t cp = text_map_character(utf8_next(&p, end), o);
		if (cp >= 0)
			utf8_append(out, cp);
	}
	return buf_span(out);
}

static bool
is_line_break(int32_t cp)
{
	return cp == '\n' || cp == '\r' || cp == 0x85 || cp == 0x2028 ||
	       cp == 0x2029;
}

/* White space beyond ASCII begins with one of four bytes. */
static bool
may_be_space(uint8_t c)
{
	return c <= ' ' || c == 0xc2 || (c >= 0xe1 && c <= 0xe3);
}

/* The first white space that does not stay as it is: only a lone space or
 * LF does. */
static const uint8_t *
first_collapsed(struct span s)
{
	const uint8_t *p = s.data, *end = p + s.len;
	bool in_run = false;
	while (p < end) {
		if (!may_be_space(*p)) {
			in_run = false;
			p++;
			continue;
		}
		const uint8_t *next = p;
		int32_t cp = utf8_next(&next, end);
		bool space = utf8_is_space(cp);
		if (space && cp != ' ' && cp != '\n')
			return in_run ? p - 1 : p;
		if (space && in_run)
			return p - 1;
		in_run = space;
		p = next;
	}
	return p;
}

struct span
text_step_collapse(struct span s, struct text_work *w)
{
	const uint8_t *end = s.data + s.len;
	const uint8_t *p = first_collapsed(s);
	if (p == end)
		return s;
	struct buf *out = text_work_next(w);
	buf_put(out, s.data, (size_t)(p - s.data));
	bool in_run = false, broken = false;
	while (p < end) {
		int32_t cp = utf8_next(&p, end);
		if (utf8_is_space(cp)) {
			in_run = true;
			broken |= is_line_break(cp);
			continue;
		}
		if (in_run)
			buf_putc(out, broken ? '\n' : ' ');
		in_run = broken = false;
		utf8_append(out, cp);
	}
	if (in_run)
		buf_putc(out, broken ? '\n' : ' ');
	return buf_span(out);
}

/* Outside of ASCII, that is: the one letter whose form depends on others, the
 * Greek sigma, changes. */
static bool
only_ascii_changes(struct span s, enum text_case c)
{
	const uint8_t *p = s.data, *end = p + s.len;
	while ((p = text_quiet_skip_printable(p, end)) < end) {
		ucs4_t cp = (ucs4_t)utf8_next(&p, end);
		if (cp >= 0x80 &&
		    (c == TEXT_UPPER
			    ? uc_is_property_changes_when_uppercased(cp)
			    : uc_is_property_changes_when_lowercased(cp)))
			return false;
	}
	return true;
}

static struct span
ascii_case(struct span s, enum text_case c, struct text_work *w)
{
	struct buf *out = text_work_next(w);
	uint8_t *to = buf_extend(out, s.len);
	uint8_t first = c == TEXT_UPPER ? 'a' : 'A';
	for (size_t i = 0; i < s.len; i++) {
		uint8_t b = s.data[i];
		to[i] = (uint8_t)(b - first) < 26 ? b ^ 0x20 : b;
	}
	return buf_span(out);
}

struct span
text_step_case(struct span s, enum text_case c, struct text_work *w)
{
	if (s.len == 0)
		return s;
	if (c != TEXT_TITLE && only_ascii_changes(s, c))
		return ascii_case(s, c, w);
	struct buf *out = text_work_next(w);
	buf_reserve(out, s.len * 2);
	size_t n = out->cap;
	uint8_t *made = NULL;
	switch (c) {
	case TEXT_UPPER:
		made = u8_toupper(s.data, s.len, NULL, NULL, out->data, &n);
		break;
	case TEXT_LOWER:
		made = u8_tolower(s.data, s.len, NULL, NULL, out->data, &n);
		break;
	case TEXT_TITLE:
		made = u8_totitle(s.data, s.len, NULL, NULL, out->data, &n);
		break;
	}
	if (!made)
		abort(); /* only out of memory: the text is valid */
	if (made == out->data) {
		out->len = n;
	} else {
		buf_put(out, made, n);
		free(made);
	}
	return buf_span(out);
}
