#ifndef LOAD_BISECT_H
#define LOAD_BISECT_H
#include "proto/attr.h"
#include "proto/err.h"
#include <stddef.h>
#include <stdint.h>

/*
 * Finds the rows that cannot be applied among many that can, in O(bad × log n)
 * tries. try applies rows as a whole or leaves no trace of them and fails
 * with ERR_DATA; any other class ends the search. A row that fails alone is
 * handed to refuse.
 */
struct bisect {
	int (*try)(void *ctx, const uint32_t *rows, size_t n, struct err *e);
	void (*refuse)(void *ctx, uint32_t row, const struct err *why);
	void *ctx;
};

/* 0 when every row is either applied or refused. */
int bisect_rows(const struct bisect *b, const uint32_t *rows, size_t n,
    struct err *e) MUST_CHECK;

#endif
