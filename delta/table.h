#ifndef DELTA_TABLE_H
#define DELTA_TABLE_H
#include "delta/rules.h"
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/*
 * The state of a partition in memory: bk_hash to what the target last
 * accepted and who saw the row in this run. Entries are dense and never move
 * or go away; a deleted one loses ENTRY_KNOWN. A zeroed table is empty.
 *
 * They stand in the order they were added. A source that is read in the order
 * of the nights before meets them one after the other, and a look-up tries the
 * entry behind the last one first. The index, which is memory read at random,
 * is not even made before keys are somewhere else too often, or one is new:
 * until then table_append adds what is known to be new.
 *
 * Memory, also while it grows: 40 bytes an entry and at most 30 of index.
 */
enum entry_flags {
	ENTRY_KNOWN = 1,     /* the committed state has it */
	ENTRY_SEEN = 2,      /* chunk and attempt say where, in this run */
	ENTRY_TAKEN = 4,     /* one pass's own mark */
	ENTRY_SPARED = 8,    /* never deleted in this run */
	ENTRY_DOUBT = 16,    /* what the target has of it is not known … */
	ENTRY_UNPROVEN = 32, /* … nor whether it has it at all */
};

/* What is kept of a data hash. It is only compared with that of the same row,
 * and half of a BLAKE3 tells two versions of a row apart. */
enum { DIGEST = 16 };

struct entry {
	uint8_t bk[16];
	uint8_t digest[DIGEST]; /* of the state, or sent in this run */
	uint32_t chunk;
	uint16_t attempt;
	uint16_t flags;
};
_Static_assert(sizeof(struct entry) == 40, "without padding");

enum {
	TABLE_SEGMENT_BITS = 15,
	TABLE_SEGMENT_ENTRIES = 1 << TABLE_SEGMENT_BITS
};

struct table {
	struct entry **segments; /* each mapped, TABLE_SEGMENT_ENTRIES long */
	size_t nsegments, segments_cap;
	size_t n, reserved;
	size_t next;     /* the entry that is looked at first */
	size_t strays;   /* look-ups that did not find their key there */
	size_t sought;   /* entries that they then looked at, in order */
	uint64_t *index; /* hash bits << 32 | entry number + 1; 0: empty */
	size_t slots;    /* a power of two; 0: there is no index yet */
	struct meanwhile meanwhile; /* while an index is made */
};

/* There will be n entries: they are added without growing the index. */
void table_reserve(struct table *t, size_t n);
struct entry *table_find(struct table *t, const uint8_t bk[16]);
/* The entry of that key; one that was not there is added, zeroed. */
struct entry *table_put(struct table *t, const uint8_t bk[16]);
/* Only while there is no index, and the key must be new: a zeroed entry. */
struct entry *table_append(struct table *t, const uint8_t bk[16]);
void table_free(struct table *t);

/* What a table of n entries takes at most, while the index is doubled. */
uint64_t table_bytes(uint64_t n);

static inline struct entry *
table_at(const struct table *t, size_t i) /* i < t->n */
{
	return &t->segments[i >> TABLE_SEGMENT_BITS]
			   [i & (TABLE_SEGMENT_ENTRIES - 1)];
}

/* The leading bytes of a hash name the partition; these are still free. */
static inline uint32_t
table_bits(const uint8_t bk[16])
{
	uint32_t v;
	memcpy(&v, bk + 8, sizeof(v));
	return v;
}

/* Starts fetching what table_find of that key will read: first the index,
 * and, a few keys later, the entry. GCC takes a function that only prefetches
 * for one without effect and drops the calls of it: the empty asm is one. */
static inline void
table_prefetch_slot(const struct table *t, const uint8_t bk[16])
{
	if (t->slots)
		__builtin_prefetch(&t->index[table_bits(bk) & (t->slots - 1)]);
	__asm__ volatile("");
}

static inline void
table_prefetch_entry(const struct table *t, const uint8_t bk[16])
{
	if (!t->slots)
		return;
	uint64_t slot = t->index[table_bits(bk) & (t->slots - 1)];
	if (slot)
		__builtin_prefetch(table_at(t, (uint32_t)slot - 1), 1);
	__asm__ volatile("");
}

#endif
