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
	if (t->slots && slots > t->slots)
		index_grow(t, slots);
}

/* --- making the index ---------------------------------------------------- */

/* Numbers of entries by the part of the index that they belong to. Part after
 * part fits into the caches, where all of the index does not. */
enum { INDEX_PART_BYTES = 1 << 20, INDEX_PARTS_MAX = 256 };

struct building {
	struct table *t;
	size_t parts, per_part; /* slots */
	uint64_t *slots;        /* n of them, by part */
};

/* Of a millisecond or so. */
enum { STEPS_BETWEEN = 1 << 17 };

static inline void
breathe(const struct table *t, size_t step)
{
	if (step % STEPS_BETWEEN == STEPS_BETWEEN - 1)
		meanwhile(&t->meanwhile);
}

static size_t
part_of(const struct building *g, const struct entry *en)
{
	return (table_bits(en->bk) & (g->t->slots - 1)) / g->per_part;
}

static void
sort_by_part(struct building *g)
{
	struct table *t = g->t;
	size_t at[INDEX_PARTS_MAX + 1] = { 0 };

	for (size_t i = 0; i < t->n; i++) {
		at[part_of(g, table_at(t, i)) + 1]++;
		breathe(t, i);
	}
	for (size_t k = 0; k < g->parts; k++)
		at[k + 1] += at[k];
	for (size_t i = 0; i < t->n; i++) {
		const struct entry *en = table_at(t, i);
		g->slots[at[part_of(g, en)]++] =
		    (uint64_t)table_bits(en->bk) << 32 | (i + 1);
		breathe(t, i);
	}
}

static void
make_index(struct table *t)
{
	struct building g = { .t = t };

	t->slots = slots_for(t->n > t->reserved ? t->n : t->reserved);
	t->index = map(t->slots * sizeof(*t->index), true);
	if (!t->n)
		return;
	g.parts = t->slots * sizeof(*t->index) / INDEX_PART_BYTES;
	g.parts = g.parts < 1 ? 1 : g.parts;
	g.parts = g.parts > INDEX_PARTS_MAX ? INDEX_PARTS_MAX : g.parts;
	g.per_part = t->slots / g.parts;
	g.slots = map(t->n * sizeof(*g.slots), true);
	sort_by_part(&g);
	for (size_t i = 0; i < t->n; i++) {
		index_put(t->index, t->slots, g.slots[i]);
		breathe(t, i);
	}
	munmap(g.slots, t->n * sizeof(*g.slots));
}

/* --- looking up ---------------------------------------------------------- */

/* The entry of that key, or NULL and in *at the slot where it would be. */
static inline struct entry *
probe(struct table *t, const uint8_t bk[16], size_t *at)
{
	uint32_t bits = table_bits(bk);
	size_t i = bits & (t->slots - 1);
	for (uint64_t slot; (slot = t->index[i]);
	     i = (i + 1) & (t->slots - 1)) {
		if (slot >> 32 != bits)
			continue;
		size_t number = (uint32_t)slot - 1;
		struct entry *en = table_at(t, number);
		if (memcmp(en->bk, bk, sizeof(en->bk)) == 0) {
			t->next = number + 1;
			return en;
		}
	}
	*at = i;
	return NULL;
}

/* The entry of that key, which is not the next one: behind that, or else from
 * the first on. All such searches together look at n entries, and then there
 * are no more: that is little beside an index, and a read that begins with the
 * last rows and goes on with the first ones needs no other. */
static struct entry *
seek(struct table *t, const uint8_t bk[16])
{
	size_t i = t->next;

	for (; t->sought < t->n; t->sought++, i++) {
		i = i < t->n ? i : 0;
		struct entry *en = table_at(t, i);
		if (memcmp(en->bk, bk, sizeof(en->bk)) == 0) {
			t->next = i + 1;
			return en;
		}
	}
	return NULL;
}

/* As probe, the next entry first. */
static inline struct entry *
look(struct table *t, const uint8_t bk[16], size_t *at)
{
	if (t->next < t->n) {
		struct entry *en = table_at(t, t->next);
		if (memcmp(en->bk, bk, sizeof(en->bk)) == 0) {
			t->next++;
			return en;
		}
	}
	t->strays++;
	if (!t->slots) {
		struct entry *en = seek(t, bk);
		if (en)
			return en;
		make_index(t);
	}
	return probe(t, bk, at);
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

struct entry *
table_append(struct table *t, const uint8_t bk[16])
{
	if (t->n == t->nsegments << TABLE_SEGMENT_BITS)
		add_segment(t);
	struct entry *en = table_at(t, t->n++);
	memcpy(en->bk, bk, sizeof(en->bk));
	return en;
}

struct entry *
table_find(struct table *t, const uint8_t bk[16])
{
	size_t at;
	return t->n ? look(t, bk, &at) : NULL;
}

struct entry *
table_put(struct table *t, const uint8_t bk[16])
{
	size_t at = 0;
	struct entry *en = look(t, bk, &at);

	if (en)
		return en;
	/* Growing moves the slots. */
	if (t->n >= capacity(t->slots)) {
		index_grow(t, t->slots * 2);
		(void)probe(t, bk, &at);
	}
	en = table_append(t, bk);
	t->index[at] = (uint64_t)table_bits(bk) << 32 | t->n;
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
