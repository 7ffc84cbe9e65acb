#include "delta/table.h"
#include "proto/arena.h"
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

enum { SLOTS_MIN = 1 << 12 };
enum { SEGMENT_BYTES = TABLE_SEGMENT_ENTRIES * sizeof(struct entry) };

/* From here on a segment that stays empty is little beside the full ones. */
enum { EAGER_SEGMENTS_FROM = 16 };

/* Mapped, not malloced: what is freed while growing goes back at once. eager:
 * all of it will be used, and a page fault for each page is saved. Huge pages
 * would save more, but in a guest they are memory that nobody has touched, and
 * that costs several times what they save. */
static void *
map(size_t size, bool eager)
{
	int flags = MAP_PRIVATE | MAP_ANONYMOUS | (eager ? MAP_POPULATE : 0);
	void *p = mmap(NULL, size, PROT_READ | PROT_WRITE, flags, -1, 0);
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

static size_t
slots_for(uint64_t n)
{
	size_t slots = SLOTS_MIN;
	while (capacity(slots) < n)
		slots *= 2;
	return slots;
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
	uint64_t *index = map(slots * sizeof(*index), true);
	for (size_t i = 0; i < t->slots; i++)
		if (t->index[i])
			index_put(index, slots, t->index[i]);
	if (t->index)
		munmap(t->index, t->slots * sizeof(*t->index));
	t->index = index;
	t->slots = slots;
}

void
table_reserve(struct table *t, size_t n)
{
	size_t slots = slots_for(n);
	t->reserved = n;
	if (slots > t->slots)
		index_grow(t, slots);
}

/* The entry of that key, or NULL and in *at the slot where it would be. */
static inline struct entry *
probe(const struct table *t, const uint8_t bk[16], size_t *at)
{
	uint32_t bits = table_bits(bk);
	size_t i = bits & (t->slots - 1);
	for (uint64_t slot; (slot = t->index[i]);
	     i = (i + 1) & (t->slots - 1)) {
		if (slot >> 32 != bits)
			continue;
		struct entry *en = table_at(t, (uint32_t)slot - 1);
		if (memcmp(en->bk, bk, sizeof(en->bk)) == 0)
			return en;
	}
	*at = i;
	return NULL;
}

struct entry *
table_find(const struct table *t, const uint8_t bk[16])
{
	size_t at;
	return t->slots ? probe(t, bk, &at) : NULL;
}

static void
add_segment(struct table *t)
{
	if (t->nsegments == t->segments_cap) {
		t->segments_cap = t->segments_cap ? t->segments_cap * 2 : 16;
		t->segments = mem_realloc(
		    t->segments, t->segments_cap * sizeof(struct entry *));
	}
	size_t after = t->nsegments + 1;
	bool eager = after << TABLE_SEGMENT_BITS <= t->reserved ||
		     after > EAGER_SEGMENTS_FROM;
	t->segments[t->nsegments++] = map(SEGMENT_BYTES, eager);
}

static struct entry *
new_entry(struct table *t, const uint8_t bk[16])
{
	if (t->n == t->nsegments << TABLE_SEGMENT_BITS)
		add_segment(t);
	struct entry *en = table_at(t, t->n++);
	memcpy(en->bk, bk, sizeof(en->bk));
	return en;
}

static uint64_t
newest_slot(const struct table *t, const uint8_t bk[16])
{
	return (uint64_t)table_bits(bk) << 32 | t->n;
}

struct entry *
table_add(struct table *t, const uint8_t bk[16])
{
	if (!t->slots || t->n >= capacity(t->slots))
		index_grow(t, t->slots ? t->slots * 2 : SLOTS_MIN);
	struct entry *en = new_entry(t, bk);
	index_put(t->index, t->slots, newest_slot(t, bk));
	return en;
}

struct entry *
table_put(struct table *t, const uint8_t bk[16])
{
	size_t at = 0;
	struct entry *en = t->slots ? probe(t, bk, &at) : NULL;

	if (en)
		return en;
	/* Growing moves the slots. */
	if (!t->slots || t->n >= capacity(t->slots))
		return table_add(t, bk);
	en = new_entry(t, bk);
	t->index[at] = newest_slot(t, bk);
	return en;
}

void
table_free(struct table *t)
{
	for (size_t i = 0; i < t->nsegments; i++)
		munmap(t->segments[i], SEGMENT_BYTES);
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
