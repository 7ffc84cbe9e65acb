#include "delta/table.h"
#include "proto/arena.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum { SEGMENT_BITS = 15, SEGMENT_ENTRIES = 1 << SEGMENT_BITS };
enum { SLOTS_MIN = 1 << 12 };

/* Mapped, not malloced: what is freed while growing goes back at once. */
static void *
map(size_t size)
{
	void *p = mmap(NULL, size, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (p == MAP_FAILED) {
		fprintf(stderr, "out of memory mapping %zu bytes\n", size);
		abort();
	}
	return p;
}

/* At most four fifths full. */
static size_t
capacity(size_t slots)
{
	return slots - slots / 5;
}

/* The leading bytes of a hash name the partition; these are still free. */
static uint32_t
hash_bits(const uint8_t bk[16])
{
	uint32_t v;
	memcpy(&v, bk + 8, sizeof(v));
	return v;
}

struct entry *
table_at(const struct table *t, size_t i)
{
	return &t->segments[i >> SEGMENT_BITS][i & (SEGMENT_ENTRIES - 1)];
}

static void
index_put(uint64_t *index, size_t slots, uint64_t slot)
{
	size_t at = (slot >> 32) & (slots - 1);
	while (index[at])
		at = (at + 1) & (slots - 1);
	index[at] = slot;
}

static void
index_grow(struct table *t, size_t slots)
{
	uint64_t *index = map(slots * sizeof(*index));
	for (size_t i = 0; i < t->slots; i++)
		if (t->index[i])
			index_put(index, slots, t->index[i]);
	if (t->index)
		munmap(t->index, t->slots * sizeof(*t->index));
	t->index = index;
	t->slots = slots;
}

static size_t
slots_for(uint64_t n)
{
	size_t slots = SLOTS_MIN;
	while (capacity(slots) < n)
		slots *= 2;
	return slots;
}

void
table_reserve(struct table *t, size_t n)
{
	size_t slots = slots_for(n);
	if (slots > t->slots)
		index_grow(t, slots);
}

struct entry *
table_find(const struct table *t, const uint8_t bk[16])
{
	if (!t->slots)
		return NULL;
	uint32_t bits = hash_bits(bk);
	size_t at = bits & (t->slots - 1);
	for (uint64_t slot; (slot = t->index[at]);
	     at = (at + 1) & (t->slots - 1)) {
		if (slot >> 32 != bits)
			continue;
		struct entry *en = table_at(t, (uint32_t)slot - 1);
		if (memcmp(en->bk, bk, sizeof(en->bk)) == 0)
			return en;
	}
	return NULL;
}

static void
add_segment(struct table *t)
{
	if (t->nsegments == t->segments_cap) {
		t->segments_cap = t->segments_cap ? t->segments_cap * 2 : 16;
		t->segments = mem_realloc(
		    t->segments, t->segments_cap * sizeof(struct entry *));
	}
	t->segments[t->nsegments++] =
	    map(SEGMENT_ENTRIES * sizeof(struct entry));
}

struct entry *
table_add(struct table *t, const uint8_t bk[16])
{
	if (!t->slots || t->n >= capacity(t->slots))
		index_grow(t, t->slots ? t->slots * 2 : SLOTS_MIN);
	if (t->n == t->nsegments << SEGMENT_BITS)
		add_segment(t);
	struct entry *en = table_at(t, t->n++);
	memcpy(en->bk, bk, sizeof(en->bk));
	index_put(t->index, t->slots, (uint64_t)hash_bits(bk) << 32 | t->n);
	return en;
}

void
table_free(struct table *t)
{
	for (size_t i = 0; i < t->nsegments; i++)
		munmap(t->segments[i], SEGMENT_ENTRIES * sizeof(struct entry));
	free(t->segments);
	if (t->index)
		munmap(t->index, t->slots * sizeof(*t->index));
	*t = (struct table){ 0 };
}

uint64_t
table_bytes(uint64_t n)
{
	uint64_t slots = slots_for(n);
	return n * sizeof(struct entry) +
	       (slots + slots / 2) * sizeof(uint64_t);
}

void
table_prefetch_slot(const struct table *t, const uint8_t bk[16])
{
	if (t->slots)
		__builtin_prefetch(&t->index[hash_bits(bk) & (t->slots - 1)]);
}

void
table_prefetch_entry(const struct table *t, const uint8_t bk[16])
{
	if (!t->slots)
		return;
	uint64_t slot = t->index[hash_bits(bk) & (t->slots - 1)];
	if (slot)
		__builtin_prefetch(table_at(t, (uint32_t)slot - 1));
}
