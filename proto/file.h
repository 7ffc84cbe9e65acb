#ifndef PROTO_FILE_H
#define PROTO_FILE_H
#include "proto/attr.h"
#include "proto/buf.h"
#include <stddef.h>

/*
 * Appends what is left to read of fd. It stops once out holds more than max
 * bytes: whoever reads refuses that. -1 with errno.
 */
int file_read(int fd, size_t max, struct buf *out) MUST_CHECK;

/* Writes all of it. -1 with errno. */
int file_write(int fd, struct span bytes) MUST_CHECK;

#endif
