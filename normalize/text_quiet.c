#include "normalize/text_quiet.h"
#include "normalize/text_steps.h"
#include "normalize/utf8.h"
#include <string.h>
#include <unictype.h>
#include <utf8proc.h>

static void
loud(uint32_t *bits, int32_t cp)
{
	if (cp < TEXT_QUIET_POINTS)
		bits[cp >> 5] &= ~(UINT32_C(1) << (cp & 31));
}

enum { DECOMPOSED_MAX = 32 };

/* A code point that decomposes, or is a Hangul syllable. */
static void
mark_decomposing(uint32_t *bits, int32_t cp, bool compat)
{
	const int canonical = UTF8PROC_STABLE | UTF8PROC_COMPOSE;
	int flags = canonical | (compat ? UTF8PROC_COMPAT : 0);
	int32_t seq[DECOMPOSED_MAX];
	int boundary = 0;
	ptrdiff_t n = utf8proc_decompose_char(
	    cp, seq, DECOMPOSED_MAX, (utf8proc_option_t)canonical, &boundary);
	/* Compatibility decompositions are never put together again. */
	for (ptrdiff_t i = 1; i < n && i < DECOMPOSED_MAX; i++)
		loud(bits, seq[i]);
	if (compat)
		n = utf8proc_decompose_char(cp, seq, DECOMPOSED_MAX,
		    (utf8proc_option_t)flags, &boundary);
	if (n < 1 || n > DECOMPOSED_MAX ||
	    utf8proc_normalize_utf32(seq, n, (utf8proc_option_t)flags) != 1 ||
	    seq[0] != cp)
		loud(bits, cp);
}

/*
 * A normal form changes a text only where a code point has another form of
 * its own, carries a combining class (it may be out of order), or could join
 * the one before it. The last kind are those that follow the first in
 * somebody's canonical decomposition.
 */
static void
mark_unicode(uint32_t *bits, bool compat)
{
	for (int32_t cp = 0x80; cp < TEXT_QUIET_POINTS; cp++) {
		const utf8proc_property_t *p = utf8proc_get_property(cp);
		bool hangul = cp >= 0xac00 && cp <= 0xd7a3;
		if (p->combining_class)
			loud(bits, cp);
		if (hangul || p->decomp_seqindex != UINT16_MAX)
			mark_decomposing(bits, cp, compat);
	}
}

static bool
is_cased(int32_t cp, const struct text_options *o)
{
	switch (o->letter_case) {
	case CASE_KEEP:
		break;
	case CASE_UPPER:
		return uc_is_property_changes_when_uppercased((ucs4_t)cp);
	case CASE_LOWER:
		return uc_is_property_changes_when_lowercased((ucs4_t)cp);
	}
	return false;
}

static bool
is_loud(int32_t cp, const struct text_options *o)
{
	if (cp == 0 || (cp == '\r' && o->newlines == NEWLINES_LF))
		return true;
	bool control = (cp < 0x20 || (cp >= 0x7f && cp < 0xa0)) && cp != '\t' &&
		       cp != '\n' && cp != '\r';
	if (control && o->control == CONTROL_STRIP)
		return true;
	if (o->collapse && utf8_is_space(cp))
		return true;
	return text_map_character(cp, o) != cp || is_cased(cp, o);
}

static void
finish(struct text_quiet *q, const uint32_t *bits)
{
	q->bits = bits;
	q->printable = true;
	for (int32_t cp = 0x20; cp < 0x7f; cp++)
		q->printable &= text_quiet_point(q, cp);
}

/* Where the code points end that a step other than the normal form does
 * something to. */
static int32_t
points_end(const struct text_options *o)
{
	if (o->letter_case != CASE_KEEP || o->digits == DIGITS_ASCII)
		return 0x20000;
	return text_quiet_plain(o) ? 0xa0 : 0x10000;
}

void
text_quiet_build_form(
    struct text_quiet *q, const struct text_options *o, struct arena *a)
{
	size_t bytes = TEXT_QUIET_POINTS / 8;
	uint32_t *bits = memset(arena_alloc(a, bytes), 0xff, bytes);
	if (o->unicode != UNICODE_NONE)
		mark_unicode(bits, o->unicode == UNICODE_NFKC);
	finish(q, bits);
}

void
text_quiet_build(struct text_quiet *q, const struct text_options *o,
    const struct text_quiet *form, struct arena *a)
{
	uint32_t *bits = arena_dup(a, form->bits, TEXT_QUIET_POINTS / 8);
	int32_t end = points_end(o);
	for (int32_t cp = 0; cp < end; cp++)
		if (is_loud(cp, o))
			loud(bits, cp);
	finish(q, bits);
}

typedef int8_t bytes16 __attribute__((vector_size(16)));

static bool
none(bytes16 m)
{
	uint64_t w[2];
	memcpy(w, &m, sizeof(w));
	return (w[0] | w[1]) == 0;
}

/* The bytes that are below first, a space or above, or not ASCII or 0x7f. */
static bytes16
outside(const uint8_t *p, int8_t first)
{
	bytes16 v;
	memcpy(&v, p, sizeof(v));
	return (v < first) | (v == 0x7f);
}

bool
text_quiet_graphic(struct span s)
{
	const uint8_t *p = s.data, *end = p + s.len;
	for (; end - p >= 64; p += 64)
		if (!none(outside(p, 0x21) | outside(p + 16, 0x21) |
			  outside(p + 32, 0x21) | outside(p + 48, 0x21)))
			return false;
	for (; p < end; p++)
		if (*p < 0x21 || *p > 0x7e)
			return false;
	return true;
}

/* True if all eight bytes are in 0x20 to 0x7e. */
static bool
all_printable(uint64_t w)
{
	const uint64_t ones = UINT64_C(0x0101010101010101);
	uint64_t high = w | (w + ones); /* 0x80 and up; 0x7f after adding */
	uint64_t low = (w | (ones * 0x80)) - ones * 0x20;
	return ((high | ~low) & (ones * 0x80)) == 0;
}

const uint8_t *
text_quiet_skip_printable(const uint8_t *p, const uint8_t *end)
{
	while (end - p >= 16 && none(outside(p, 0x20)))
		p += 16;
	uint64_t w;
	if (end - p >= 8) {
		memcpy(&w, p, 8);
		if (all_printable(w))
			p += 8;
	}
	while (p < end && *p >= 0x20 && *p < 0x7f)
		p++;
	return p;
}

size_t
text_quiet_prefix(const struct text_quiet *q, struct span s)
{
	const uint8_t *p = s.data, *end = p + s.len;
	while (p < end) {
		const uint8_t *at = p;
		if (q->printable && *p < 0x80) {
			p = text_quiet_skip_printable(p, end);
			if (p != at)
				continue;
		}
		if (!text_quiet_point(q, utf8_next(&p, end)))
			return (size_t)(at - s.data);
	}
	return s.len;
}
