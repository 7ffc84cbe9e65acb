#ifndef IDENTITY_HOLD_H
#define IDENTITY_HOLD_H
#include "identity/ident.h"
#include "proto/arena.h"
#include "proto/care.h"

struct stage;

/* Rows that delta died of in an earlier run, by key hash: they are rejected
 * here and go no further. A zeroed one holds nothing back. */
struct hold {
	struct arena arena;
	struct care_key *keys;
	size_t n;
};

/* The keys as MSG_OPEN's body2 has them. */
int hold_open(struct hold *h, struct span keys, struct err *e) MUST_CHECK;
void hold_free(struct hold *h);

/* Rejects those rows of b, whose keys are hashed, and adds them to the n
 * rejects, in row order and in b's arena. */
void hold_rows(const struct hold *h, struct stage *st, struct batch *b,
    struct ident_reject **rejects, size_t *n);

#endif
