#ifndef NORMALIZE_TEXT_QUIET_H
#define NORMALIZE_TEXT_QUIET_H
#include "proto/arena.h"
#include "proto/buf.h"
#include "proto/pipeline.h"
#include <stdbool.h>
#include <stdint.h>

/*
 * Most text needs nothing done. A code point is quiet under some options if no
 * step changes it wherever it stands: it decomposes to itself, never moves or
 * composes with what is before it, and is neither dropped nor mapped. A text
 * of quiet code points only is passed as it is.
 */
struct text_quiet {
	const uint32_t *bits; /* TEXT_QUIET_POINTS of them; in an arena */
	bool printable;       /* all of 0x20 to 0x7e are quiet */
};

enum { TEXT_QUIET_POINTS = 0x30000 }; /* the planes that have text */

/* True if, from U+00A0 on, only the normal form does something. */
static inline bool
text_quiet_plain(const struct text_options *o)
{
	return !o->collapse && !o->persian && o->invisible == INVISIBLE_KEEP &&
	       o->digits == DIGITS_KEEP && o->letter_case == CASE_KEEP;
}

/* Quiet is what the normal form alone leaves as it is. */
void text_quiet_build_form(
    struct text_quiet *q, const struct text_options *o, struct arena *a);
/* And of that, what all other steps do. */
void text_quiet_build(struct text_quiet *q, const struct text_options *o,
    const struct text_quiet *form, struct arena *a);

static inline bool
text_quiet_point(const struct text_quiet *q, int32_t cp)
{
	return cp >= 0 && cp < TEXT_QUIET_POINTS &&
	       (q->bits[cp >> 5] >> (cp & 31) & 1);
}

/* Bytes of s in front of the first character that is not quiet or not valid
 * UTF-8. */
size_t text_quiet_prefix(const struct text_quiet *q, struct span s);

/* False if s is not valid UTF-8, or any of it is not quiet. */
static inline bool
text_quiet_holds(const struct text_quiet *q, struct span s)
{
	return text_quiet_prefix(q, s) == s.len;
}

/* Past bytes from 0x20 to 0x7e, many at a time. */
const uint8_t *text_quiet_skip_printable(const uint8_t *p, const uint8_t *end);

/* True if every byte is in 0x21 to 0x7e. */
bool text_quiet_graphic(struct span s);

#endif
