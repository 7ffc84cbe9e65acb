#ifndef DELTA_TABLE_H
#define DELTA_TABLE_H
#include <stddef.h>
#include <stdint.h>

/*
 * The state of a partition in memory: bk_hash to what the target last
 * accepted and who saw the row in this run. Entries are dense and never move
 * or go away; a deleted one loses ENTRY_KNOWN. A zeroed table is empty.
 *
 * Memory, also while it grows: 64 bytes an entry and at most 30 of index.
 */
enum entry_flags {
	ENTRY_KNOWN = 1,  /* the committed state has it */
	ENTRY_SEEN = 2,   /* chunk and attempt say where, in this run */
	ENTRY_TAKEN = 4,  /* one pass's own mark */
	ENTRY_SPARED = 8, /* never deleted in this run */
};

struct entry {
	uint8_t bk[16];
	uint8_t dh[32]; /* of the committed state; all zero: in doubt */
	uint64_t mark;  /* rowversion_mark; 0: none */
	uint32_t chunk;
	uint16_t attempt;
	uint16_t flags;
};
_Static_assert(sizeof(struct entry) == 64, "one cache line");

struct table {
	struct entry **segments; /* each mapped, SEGMENT_ENTRIES long */
	size_t nsegments, segments_cap;
	size_t n;
	uint64_t *index; /* hash bits << 32 | entry number + 1; 0: empty */
	size_t slots;    /* a power of two, or 0 */
};

/* Room for n entries without growing the index. */
void table_reserve(struct table *t, size_t n);
struct entry *table_find(const struct table *t, const uint8_t bk[16]);
/* A new zeroed entry; the key must not be there. */
struct entry *table_add(struct table *t, const uint8_t bk[16]);
struct entry *table_at(const struct table *t, size_t i); /* i < t->n */
void table_free(struct table *t);

/* What a table of n entries takes at most, while the index is doubled. */
uint64_t table_bytes(uint64_t n);

/* Starts fetching what table_find of that key will read: first the index,
 * and, a few keys later, the entry. */
void table_prefetch_slot(const struct table *t, const uint8_t bk[16]);
void table_prefetch_entry(const struct table *t, const uint8_t bk[16]);

#endif
