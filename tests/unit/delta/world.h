#ifndef TESTS_UNIT_DELTA_WORLD_H
#define TESTS_UNIT_DELTA_WORLD_H
#include "proto/batch.h"
#include "proto/pipeline.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/*
 * What the tests of delta share: rows of an entity with the fields id (the
 * key) and v, hashed the simplest way that keeps keys apart, and a store
 * folder of their own.
 */
static inline uint64_t
world_mix(uint64_t x)
{
	x ^= x >> 30;
	x *= UINT64_C(0xbf58476d1ce4e5b9);
	x ^= x >> 27;
	x *= UINT64_C(0x94d049bb133111eb);
	return x ^ x >> 31;
}

static inline void
world_bk(int64_t id, uint8_t bk[16])
{
	uint64_t half[2] = { world_mix((uint64_t)id * 2 + 1),
		world_mix((uint64_t)id * 2 + 2) };
	memcpy(bk, half, 16);
}

static inline void
world_dh(int64_t v, uint8_t dh[32])
{
	for (uint64_t i = 0; i < 4; i++) {
		uint64_t quarter = world_mix((uint64_t)v * 4 + i + 1);
		memcpy(dh + 8 * i, &quarter, 8);
	}
}

struct world_row {
	int64_t id, v;
	int64_t version; /* only where versions are asked for */
};

static inline void
world_fixed(struct batch *b, const char *name, enum column_role role,
    enum value_type type, size_t width, const void *data)
{
	batch_add_column(
	    b, &(struct column){ .name = name,
		   .role = role,
		   .type = type,
		   .data = arena_dup(&b->arena, data, b->nrows * width + 1),
		   .data_bytes = b->nrows * width });
}

static inline struct batch *
world_batch(const struct world_row *rows, size_t n, bool versions)
{
	struct batch *b = batch_new();
	uint8_t *bk = mem_alloc(n * 16 + 1), *dh = mem_alloc(n * 32 + 1);
	int64_t *id = mem_alloc(n * 8 + 1), *v = mem_alloc(n * 8 + 1);
	int64_t *version = mem_alloc(n * 8 + 1);
	for (size_t i = 0; i < n; i++) {
		id[i] = rows[i].id;
		v[i] = rows[i].v;
		version[i] = rows[i].version;
		world_bk(id[i], bk + 16 * i);
		world_dh(v[i], dh + 32 * i);
	}
	b->nrows = n;
	b->entity = arena_strdup(&b->arena, "things");
	b->run = 1;
	b->attempt = 1;
	world_fixed(b, "id", ROLE_FIELD, VT_INT, 8, id);
	world_fixed(b, "v", ROLE_FIELD, VT_INT, 8, v);
	world_fixed(b, "bk_hash", ROLE_BK_HASH, VT_BYTES, 16, bk);
	world_fixed(b, "data_hash", ROLE_DATA_HASH, VT_BYTES, 32, dh);
	if (versions)
		world_fixed(b, "rv", ROLE_ROWVERSION, VT_INT, 8, version);
	free(bk);
	free(dh);
	free(id);
	free(v);
	free(version);
	return b;
}

static const char *world_key[] = { "id" };

static inline struct entity
world_entity(void)
{
	return (struct entity){ .name = "things",
		.key = { 1, world_key },
		.max_delete_percent = 100,
		.max_update_percent = 100 };
}

/* A folder that is removed with world_remove. */
static inline char *
world_store(char path[64])
{
	snprintf(path, 64, "/tmp/syncline-delta-XXXXXX");
	return mkdtemp(path);
}

static inline void
world_remove(const char *path)
{
	char command[128];
	snprintf(command, sizeof(command), "rm -rf '%s'", path);
	if (system(command) != 0)
		abort();
}

#endif
