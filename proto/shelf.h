#ifndef PROTO_SHELF_H
#define PROTO_SHELF_H
#include "proto/attr.h"
#include "proto/batch.h"
#include <stdbool.h>
#include <stddef.h>

/*
 * Frames that are put by, oldest first: each a copy in pages of its own, which
 * go back to the system when it is done with. A zeroed shelf is empty.
 */
struct shelved;
struct shelf {
	struct shelved *first, *last;
	size_t bytes; /* of memory, for all there are */
};
/* What it takes to keep a frame of so many bytes. */
size_t shelf_cost(size_t bytes);

/* Copies the frame. False: there is no memory for it. */
bool shelf_put(struct shelf *s, struct span frame) MUST_CHECK;
/* The oldest one, which is the caller's to free. False: there is none. */
bool shelf_take(struct shelf *s, struct frame *f) MUST_CHECK;
void shelf_free(struct shelf *s);

#endif
