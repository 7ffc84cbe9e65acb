#ifndef PROTO_SPEC_TEXT_H
#define PROTO_SPEC_TEXT_H
#include "proto/spec.h"

/* What table readers share about scalars that are texts. */

/* "a text", "a list", "a map", "nothing". */
const char *spec_kind(const struct node *n);

/* For "found …": the text, cut short, or what kind of node it is. */
const char *spec_found(struct spec *sp, const struct node *n);

/* The scalar's text; NULL, with "expected …", where n is none. */
const char *spec_text(
    struct spec *sp, const struct node *n, const char *expected);

/* As spec_text, and what k's flags ask for: not empty, a name, expanded. */
const char *spec_checked_text(
    struct spec *sp, const struct spec_key *k, const struct node *n);

#endif
