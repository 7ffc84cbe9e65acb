#ifndef SUPERVISOR_RUNTIME_DIR_H
#define SUPERVISOR_RUNTIME_DIR_H
#include "proto/attr.h"
#include "proto/err.h"
#include "proto/pipeline.h"
#include <stddef.h>
#include <stdint.h>

enum { RUNTIME_DIR_ENDPOINT = 280 };

/*
 * A short-lived folder, 0700, for the sockets: under $RUNTIME_DIRECTORY (of
 * systemd), $XDG_RUNTIME_DIR or /tmp, because a socket's path may have no more
 * than 107 bytes and a store's may be long. Its name is kept in the store, so
 * that the next supervisor removes what a killed one left behind, and ends the
 * stages that one which is only stopped still has.
 */
int runtime_dir_make(
    const char *store_dir, char *out, size_t size, struct err *e) MUST_CHECK;
/* store_dir: NULL leaves the note there to whoever has the store now. */
void runtime_dir_remove(const char *store_dir, const char *dir);

/* Where the stages of the supervisor with that folder find it. */
void runtime_dir_control(const char *dir, char out[RUNTIME_DIR_ENDPOINT]);

/* The pipeline file as it is now, copied into the store: every stage reads
 * the same bytes, whenever it is started. *path is the caller's to free;
 * *hash is of those bytes. */
int runtime_dir_copy_config(const struct pipeline *p, char **path,
    uint64_t *hash, struct err *e) MUST_CHECK;

#endif
