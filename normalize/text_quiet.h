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

void text_quiet_build(
    struct text_quiet *q, const struct text_options *o, struct arena *a);

/* False if s is not valid UTF-8, or any of it is not quiet. */
bool text_quiet_holds(const struct text_quiet *q, struct span s);

#endif
