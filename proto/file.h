#ifndef PROTO_FILE_H
#define PROTO_FILE_H
#include "proto/attr.h"
#include "proto/buf.h"
#include "proto/err.h"
#include <stddef.h>

/*
 * Appends what is left to read of fd. It stops once out holds more than max
 * bytes: whoever reads refuses that. -1 with errno.
 */
int file_read(int fd, size_t max, struct buf *out) MUST_CHECK;

/* Writes all of it. -1 with errno. */
int file_write(int fd, struct span bytes) MUST_CHECK;

/*
 * First of all in main: takes those of the descriptors 0, 1 and 2 that are
 * closed, so that none of them comes to be a file of ours, into which what is
 * meant for people would be printed. Using them goes on to fail.
 */
int file_hold_std(struct err *e) MUST_CHECK;

#endif
