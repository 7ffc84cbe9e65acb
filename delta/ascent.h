#ifndef DELTA_ASCENT_H
#define DELTA_ASCENT_H
#include "proto/buf.h"
#include <stdbool.h>

/*
 * Are these keys all different? They are, as long as each comes after the one
 * before it, in whatever order: a shorter packed key before a longer one, then
 * by bytes. That is how a table that was filled in the order of its key comes,
 * whole numbers and texts of one length at least. Zeroed, it has seen none.
 */
struct ascent {
	struct buf last, next; /* packed keys (canon.h) */
	bool over;
};

/* next is one more key: true if no key before it was equal, by what is said
 * above. False: from here on nothing is known. */
bool ascent_goes_on(struct ascent *a);
void ascent_free(struct ascent *a);

#endif
