#ifndef PROTO_ARENA_H
#define PROTO_ARENA_H
#include <stddef.h>

/* Many small allocations that die together. A zeroed arena is a valid one. */
struct arena {
	struct arena_block *head; /* newest block; owned */
	size_t used;              /* bytes handed out: limits, metrics */
};

/* 16-byte aligned, not zeroed. Never NULL: the process dies first. */
void *arena_alloc(struct arena *a, size_t size);
void *arena_zalloc(struct arena *a, size_t size);          /* zeroed */
void *arena_dup(struct arena *a, const void *p, size_t n); /* a copy */
char *arena_strdup(struct arena *a, const char *s);
char *arena_strndup(struct arena *a, const char *s, size_t n); /* + NUL */
void arena_reset(struct arena *a); /* empty, keeps its largest block */
void arena_free(struct arena *a);  /* back to the zeroed state */

/* malloc and friends for what outlives an arena; never NULL. */
void *mem_alloc(size_t size);
void *mem_zalloc(size_t size);
void *mem_realloc(void *p, size_t size);
char *mem_strdup(const char *s);

#endif
