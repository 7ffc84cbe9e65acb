#ifndef NORMALIZE_OUTCOME_H
#define NORMALIZE_OUTCOME_H
#include "normalize/mapping.h"

/* What becomes of a batch once its mapping was applied. */

/* The reject as an error: ERR_DATA with its code, field and text. */
void outcome_error(const struct mapping_reject *r, struct err *e);

/*
 * Splits b, whose rejects were counted in b->left: *keys are the key fields of
 * the refused rows whose key is known, marked keys_only; *kept the rows that
 * stay. Each is NULL if it would be empty. Together they leave what b leaves.
 */
void outcome_split(const struct mapping *m, const struct batch *b,
    const struct mapping_result *res, struct batch **keys, struct batch **kept);

/* The target's schema from a MSG_DESCRIBED frame in a file. */
int outcome_read_target(const char *path, struct arena *a, struct schema *out,
    struct err *e) MUST_CHECK;

#endif
