#ifndef DELTA_ASCENT_H
#define DELTA_ASCENT_H
#include "proto/buf.h"
#include <stdbool.h>
#include <stddef.h>

/*
 * Are these keys all different? They are, as long as each comes after the ones
 * before it, in whatever order: a shorter packed key before a longer one, then
 * by bytes. That is how a table that was filled in the order of its key comes,
 * whole numbers and texts of one length at least, but for rows that went into
 * what was left of an earlier page. So a key may also come before some of the
 * highest, which are remembered, if it is none of them. Zeroed, it has seen
 * none.
 */
enum { ASCENT_HIGHEST = 256 }; /* more than the rows of a page of 8 KiB */

struct ascent {
	struct buf next;                    /* a packed key (canon.h) */
	struct buf highest[ASCENT_HIGHEST]; /* a ring, in order from first on */
	size_t first, n;
	struct buf floor; /* no other key is above it; empty: there is none */
	bool over;
};

/* next is one more key: true, and last is where it stands now, if no key before
 * it was equal, by what is said above. False: from here on nothing is known. */
bool ascent_goes_on(struct ascent *a, const struct buf **last);
void ascent_free(struct ascent *a);

#endif
