#ifndef PROTO_SECRET_H
#define PROTO_SECRET_H
#include "proto/attr.h"
#include "proto/buf.h"
#include "proto/err.h"
#include <stdbool.h>

/*
 * Reads what a secret reference names: ${VAR} from the environment, file:PATH
 * (absolute, or relative to base_dir; one trailing newline is dropped; not
 * readable by others), cred:NAME from $CREDENTIALS_DIRECTORY. Anything else
 * is taken as it stands. The caller wipes out with secret_wipe.
 */
int secret_read(const char *ref, const char *base_dir, struct buf *out,
    struct err *e) MUST_CHECK;
/* Whether it names a file; *path, in which path is empty, is then where. */
bool secret_is_file(const char *ref, struct buf *path);
void secret_wipe(struct buf *secret); /* zeroes, then frees */

#endif
