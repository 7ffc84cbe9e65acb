#ifndef SUPERVISOR_POISON_H
#define SUPERVISOR_POISON_H
#include "proto/care.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The search for a row that stages die of. What a dead process had in hand is
 * suspected; when it dies of the same again, the suspects are sent in small
 * batches, and in smaller ones, until one row alone has killed. Only the one
 * that it dies of over and over again is ever found: a process that is killed
 * from outside has something else in hand each time. A zeroed struct suspects
 * nothing.
 */
struct poison {
	size_t n, cap;
	struct care_span *v; /* ascending and apart; why is owned */
};

/* The next attempt sends a suspected span in about so many batches. */
enum { POISON_PIECES = 64 };

struct poison_death {
	uint64_t first, last; /* first rows of the batches in hand */
	uint64_t batch_rows;  /* a batch has at most so many */
	const char *why;      /* it died, for the reject */
	const uint8_t *key;   /* hash of the one row in hand, if known */
};

enum poison_verdict {
	POISON_NOTED,    /* for the first time, or nothing was learnt */
	POISON_NARROWED, /* fewer rows are left, or smaller batches of them */
	POISON_FOUND,    /* one row: it will be rejected */
};

enum poison_verdict poison_died(struct poison *p, const struct poison_death *d);
/* Rows that were found are suspected no more, nor held back. */
void poison_forget_found(struct poison *p);
void poison_free(struct poison *p);

#endif
