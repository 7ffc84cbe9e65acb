#ifndef PROTO_STORE_LOCK_H
#define PROTO_STORE_LOCK_H
#include "proto/attr.h"
#include "proto/err.h"

/*
 * One writer per store: an flock(2) on <dir>/lock, which the kernel lets go
 * when the process ends, however it ends. The file stays; it names who holds
 * it. ERR_RETRY already_running, with the holder's pid, if somebody does.
 */
int store_lock_take(const char *dir, int *fd, struct err *e) MUST_CHECK;
void store_lock_release(int *fd); /* -1: nothing to do */

#endif
