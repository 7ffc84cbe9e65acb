#ifndef PROTO_STORE_SQLITE_H
#define PROTO_STORE_SQLITE_H
#include "proto/err.h"

/* SQLite's errors as ours: the code is the result's name; the text says which
 * file and what to do. Returns -1. */
int store_sqlite_fail(
    const char *path, int code, const char *text, struct err *e);

#endif
