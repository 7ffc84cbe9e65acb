#ifndef PROTO_STREAM_H
#define PROTO_STREAM_H
#include "proto/attr.h"
#include "proto/batch.h"
#include "proto/buf.h"
#include "proto/err.h"

/*
 * A stream of msgpack objects on a descriptor, one frame each: what a stage
 * reads and writes under --stdio, and what a captured link holds. A frame is
 * found without a length in front: the scan counts the objects that are
 * still owed, so a reader never waits for more than the frame's own bytes.
 */
struct stream {
	int fd;
	struct buf in;  /* read and not yet handed out */
	size_t scanned; /* bytes of in already counted */
	uint64_t owed;  /* objects still missing from this frame */
};

/* 1 and a frame that the caller frees, 0 at a clean end, -1: torn or not
 * msgpack (ERR_DATA), or the descriptor failed. */
int stream_read(struct stream *s, struct frame *f, struct err *e) MUST_CHECK;

/* 1 and *n when in begins with a whole frame of n bytes, 0 when more bytes are
 * needed, -1 when it is not msgpack of ours. */
int stream_frame_length(struct span in, size_t *n) MUST_CHECK;

/* All of it, or -1. */
int stream_write(int fd, struct span bytes, struct err *e) MUST_CHECK;

#endif
