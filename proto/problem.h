#ifndef PROTO_PROBLEM_H
#define PROTO_PROBLEM_H
#include "proto/arena.h"
#include "proto/attr.h"
#include "proto/buf.h"
#include "proto/err.h"
#include <stddef.h>

/*
 * What is wrong with a file, all of it at once, in the order of its lines.
 * The first PROBLEMS_KEPT are kept, the rest only counted. Zeroed, with file
 * and arena set, a list is empty. Texts never hold secrets.
 */
enum { PROBLEMS_KEPT = 100 };

struct problem {
	int line; /* from 1; 0: the file as a whole */
	const char *text;
};

struct problem_list {
	const char *file;    /* as messages show it */
	struct arena *arena; /* holds the texts */
	size_t count;        /* all that were found */
	struct problem kept[PROBLEMS_KEPT];
};

/* path may be empty: the message stands alone. */
void problem_add(struct problem_list *l, int line, const char *path,
    const char *fmt, ...) PRINTF(4, 5);

/* By line; problems of one line stay in the order they were found. */
void problem_sort(struct problem_list *l);

/* Appends "FILE:LINE: PATH: MESSAGE" lines, and how many were left out. */
void problem_write(const struct problem_list *l, struct buf *out);

/* Fills e: the only problem, or how many there are and the first. */
int problem_err(const struct problem_list *l, struct err *e);

#endif
