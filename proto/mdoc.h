#ifndef PROTO_MDOC_H
#define PROTO_MDOC_H
#include "proto/buf.h"

/*
 * Appends words to a manual page in mdoc(7): nothing in them is taken for a
 * macro or an escape, lines are short, and every sentence begins one, as
 * mandoc's lint wants it. No line end after the last word.
 */
void mdoc_text(struct buf *out, const char *text);

#endif
