#include "identity/hold.h"
#include "proto/stage.h"
#include <string.h>

int
hold_open(struct hold *h, struct span keys, struct err *e)
{
	hold_free(h);
	return care_keys_decode(keys, &h->arena, &h->keys, &h->n, e);
}

void
hold_free(struct hold *h)
{
	arena_free(&h->arena);
	*h = (struct hold){ 0 };
}

static const struct care_key *
held(const struct hold *h, const uint8_t *bk)
{
	for (size_t i = 0; i < h->n; i++)
		if (memcmp(h->keys[i].key, bk, KEY_HASH_BYTES) == 0)
			return &h->keys[i];
	return NULL;
}

/* One whose key alone goes on was rejected, and counted, before. */
static void
reject(struct stage *st, struct batch *b, size_t row, const struct care_key *k)
{
	struct err why = { 0 };

	if (b->keys_only)
		return;
	(void)err_data(&why, "poison", "%s", k->why);
	stage_reject(st, b, row, NULL, &why);
}

void
hold_rows(const struct hold *h, struct stage *st, struct batch *b,
    struct ident_reject **rejects, size_t *n)
{
	const uint8_t *bk = batch_find(b, ROLE_BK_HASH, NULL)->data;
	struct ident_reject *all;
	size_t nall = 0, next = 0;

	if (!h->n)
		return;
	all = arena_alloc(&b->arena, (b->nrows + 1) * sizeof(*all));
	for (size_t i = 0; i < b->nrows; i++) {
		if (next < *n && (*rejects)[next].row == i) {
			all[nall++] = (*rejects)[next++];
			continue;
		}
		const struct care_key *k = held(h, bk + KEY_HASH_BYTES * i);
		if (!k)
			continue;
		reject(st, b, i, k);
		all[nall++] = (struct ident_reject){ .row = (uint32_t)i };
	}
	*rejects = all;
	*n = nall;
}
