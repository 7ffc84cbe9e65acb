#ifndef IDENTITY_SYNCFLOW_H
#define IDENTITY_SYNCFLOW_H
#include "identity/encode.h"
#include "proto/buf.h"
#include <stdbool.h>
#include <stddef.h>

/*
 * `identity: syncflow` (identity.md): the bytes that the SyncFlow engine
 * hashes, so that its users can move without a full reload.
 *
 *   key   entity| (if there is one), then the pairs field=value, sorted as
 *         wholes, joined by |; values as plain text
 *   data  the pairs in the order of their names, NULLs left out; floats %.6f
 *         without trailing zeros and point, text without white space around
 *
 * bool is written True or False, as that engine's language does. The encoding
 * is not injective; the default one is.
 */
bool syncflow_excluded(const char *field); /* never part of the data */
void syncflow_entity(const char *entity, struct buf *out);
void syncflow_key(const struct encode_plan *p, size_t row, struct buf *scratch,
    struct buf *out);
void syncflow_data(const struct encode_plan *p, size_t row, struct buf *scratch,
    struct buf *out);

#endif
