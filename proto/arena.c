#include "proto/arena.h"
#include "proto/words.h"
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

struct arena_block {
	struct arena_block *next;
	size_t size; /* bytes after the header */
	size_t used;
	uint8_t pad[8]; /* keeps data 16-byte aligned */
	uint8_t data[];
};

enum { BLOCK_MIN = 16 << 10, BLOCK_MAX = 1 << 20, SPARE_MAX = 4 << 20 };

static void
out_of_memory(size_t size)
{
	char text[160];
	struct rlimit most = { RLIM_INFINITY, RLIM_INFINITY };
	getrlimit(RLIMIT_DATA, &most);
	int n = snprintf(
	    text, sizeof(text), "out of memory allocating %zu bytes", size);
	if (most.rlim_cur != RLIM_INFINITY)
		snprintf(text + n, sizeof(text) - (size_t)n,
		    " beyond the %llu MiB that limits.memory allows",
		    (unsigned long long)(most.rlim_cur >> 20));
	fprintf(stderr, "%s\n", text);
	words_say(text);
	abort();
}

void *
mem_alloc(size_t size)
{
	void *p = malloc(size ? size : 1);
	if (!p)
		out_of_memory(size);
	return p;
}

void *
mem_zalloc(size_t size)
{
	void *p = calloc(1, size ? size : 1);
	if (!p)
		out_of_memory(size);
	return p;
}

void *
mem_realloc(void *p, size_t size)
{
	void *q = realloc(p, size ? size : 1);
	if (!q)
		out_of_memory(size);
	return q;
}

char *
mem_strdup(const char *s)
{
	size_t n = strlen(s) + 1;
	return memcpy(mem_alloc(n), s, n);
}

/* Blocks that the next arena can have: batch after batch needs the same ones,
 * and fresh memory costs a page fault every 4 KiB. One thread has arenas. */
static struct {
	struct arena_block *head;
	size_t bytes;
} spare;

static struct arena_block *
spare_take(size_t size)
{
	for (struct arena_block **at = &spare.head; *at; at = &(*at)->next) {
		struct arena_block *b = *at;
		if (b->size < size || b->size > size * 2)
			continue;
		*at = b->next;
		spare.bytes -= b->size;
		return b;
	}
	return NULL;
}

static void
block_free(struct arena_block *b)
{
	if (spare.bytes + b->size > SPARE_MAX) {
		free(b);
		return;
	}
	b->next = spare.head;
	spare.head = b;
	spare.bytes += b->size;
}

static struct arena_block *
block_add(struct arena *a, size_t size)
{
	/* Blocks double, so a large batch costs few of them. */
	size_t want = a->head ? a->head->size * 2 : BLOCK_MIN;
	if (want > BLOCK_MAX)
		want = BLOCK_MAX;
	if (want < size)
		want = size;
	struct arena_block *b = spare_take(want);
	if (!b) {
		b = mem_alloc(sizeof(*b) + want);
		b->size = want;
	}
	b->used = 0;
	b->next = a->head;
	a->head = b;
	return b;
}

void *
arena_alloc(struct arena *a, size_t size)
{
	if (size > SIZE_MAX - 64)
		out_of_memory(size);
	size = (size + 15) & ~(size_t)15;
	struct arena_block *b = a->head;
	if (!b || b->size - b->used < size)
		b = block_add(a, size);
	void *p = b->data + b->used;
	b->used += size;
	a->used += size;
	return p;
}

void *
arena_zalloc(struct arena *a, size_t size)
{
	return memset(arena_alloc(a, size), 0, size);
}

void *
arena_dup(struct arena *a, const void *p, size_t n)
{
	void *q = arena_alloc(a, n);
	if (n)
		memcpy(q, p, n);
	return q;
}

char *
arena_strndup(struct arena *a, const char *s, size_t n)
{
	char *q = arena_alloc(a, n + 1);
	if (n)
		memcpy(q, s, n);
	q[n] = '\0';
	return q;
}

char *
arena_strdup(struct arena *a, const char *s)
{
	return arena_strndup(a, s, strlen(s));
}

void
arena_reset(struct arena *a)
{
	struct arena_block *keep = a->head;
	for (struct arena_block *b = a->head; b; b = b->next)
		if (b->size > keep->size)
			keep = b;
	for (struct arena_block *b = a->head, *next; b; b = next) {
		next = b->next;
		if (b != keep)
			block_free(b);
	}
	if (keep) {
		keep->next = NULL;
		keep->used = 0;
	}
	*a = (struct arena){ .head = keep };
}

void
arena_free(struct arena *a)
{
	for (struct arena_block *b = a->head, *next; b; b = next) {
		next = b->next;
		block_free(b);
	}
	*a = (struct arena){ 0 };
}
