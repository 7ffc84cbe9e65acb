#ifndef SUPERVISOR_CLI_PLAIN_H
#define SUPERVISOR_CLI_PLAIN_H
#include "proto/buf.h"

/*
 * Bytes from databases made safe to show. Both give valid UTF-8.
 * plain_text also writes control characters as \n, \t, \x1b, \u{85}, because
 * a terminal would obey them; a backslash stays one.
 */
void plain_text(struct span in, struct buf *out);
/* Invalid bytes become U+FFFD; for JSON, which has its own escapes. */
void plain_utf8(struct span in, struct buf *out);

/* Columns that valid UTF-8 takes on a terminal, marks that combine and
 * joiners not counted. */
size_t plain_width(const char *s);

#endif
