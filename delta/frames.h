#ifndef DELTA_FRAMES_H
#define DELTA_FRAMES_H
#include "delta/record.h"
#include "proto/attr.h"
#include "proto/err.h"
#include <stdbool.h>

/*
 * A file of blobs, one frame each: uint32 length (little-endian), blob. What a
 * crash of the writer cut short ends the file: a reader takes what is whole.
 */

/* 0, or -1 and errno. The disk is asked for nothing yet. */
int frames_write(int fd, struct span blob) MUST_CHECK;

/* Takes a frame: its blob, and a reader of it. 0 go on, 1 enough, -1 failed. */
typedef int frame_fn(
    void *ctx, struct span blob, struct blob_reader records, struct err *e);

/* *bytes: how far it could be read. ERR_RETRY if the file cannot be opened or
 * read; absent is set where there is none, and that is no error. */
struct frames_end {
	uint64_t bytes;
	bool absent;
};
int frames_read(const char *path, frame_fn *fn, void *ctx,
    struct frames_end *end, struct err *e) MUST_CHECK;

#endif
