#ifndef NORMALIZE_TEXT_COMPOSE_H
#define NORMALIZE_TEXT_COMPOSE_H
#include "normalize/text_quiet.h"
#include "normalize/text_steps.h"
#include "proto/attr.h"

/*
 * NFC and NFKC. A quiet character keeps its form whatever is before it, so a
 * text falls into pieces that are brought to the normal form one by one: quiet
 * runs, which are copied, and segments of a quiet character and the loud ones
 * that follow it. Those that are short are remembered.
 */
enum text_composed {
	TEXT_COMPOSED,
	TEXT_TOO_LONG, /* the result would exceed LIMIT_VALUE_BYTES */
	TEXT_ROUGH     /* not valid UTF-8, or something loud below U+00A0: a
			* matter for other steps */
};

/*
 * The normal form of *s, of which the first `quiet` bytes are quiet. q may
 * find more code points loud than the form does. *s is unchanged unless the
 * result is TEXT_COMPOSED.
 */
enum text_composed text_compose(const struct text_quiet *q,
    const struct text_options *o, struct span *s, size_t quiet,
    struct text_work *w) MUST_CHECK;

/* The same of all of a valid text at once. -1 if it gets too long. */
int text_compose_plain(struct span *s, const struct text_options *o,
    struct text_work *w) MUST_CHECK;

#endif
