#ifndef SUPERVISOR_CLI_MASK_H
#define SUPERVISOR_CLI_MASK_H
#include "proto/pipeline.h"
#include "proto/store_reject.h"
#include <stdbool.h>

/*
 * What of a rejected row must not be shown: entity.secret_fields names fields
 * and source columns. In doubt the answer is yes: a column is secret if it is
 * named, if a secret field is made from it, or if a secret field's expression
 * mentions its name. en may be NULL: an entity that the pipeline file no
 * longer has, so that nobody knows; then everything is.
 */
extern const char mask_text[]; /* shown instead */

bool mask_column(const struct entity *en, const char *column);

/* The target's word for the row's key, or mask_text. */
const char *mask_key(const struct entity *en, const struct store_reject *r);
/* Keys of withheld deletes, or mask_text. */
const char *mask_sample(const struct entity *en, const char *sample);
/* The reject's message, or words without the value if it may quote one. */
const char *mask_message(const struct entity *en, const struct store_reject *r);

#endif
