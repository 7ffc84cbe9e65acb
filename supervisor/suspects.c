#include "supervisor/suspects.h"
#include "proto/arena.h"
#include <stdlib.h>
#include <string.h>

bool
suspects_found(
    struct suspects *s, const uint8_t key[KEY_HASH_BYTES], const char *why)
{
	if (s->nkeys == CARE_KEYS)
		return false;
	if (s->nkeys == s->cap) {
		s->cap = s->cap ? 2 * s->cap : 4;
		s->keys = mem_realloc(s->keys, s->cap * sizeof(*s->keys));
	}
	struct care_key *k = &s->keys[s->nkeys++];
	memcpy(k->key, key, sizeof(k->key));
	k->why = mem_strdup(why);
	buf_clear(&s->encoded);
	care_keys_encode(s->keys, s->nkeys, &s->encoded);
	return true;
}

static void
forget_chunks(struct suspects *s)
{
	for (size_t i = 0; i < s->nchunks; i++)
		poison_free(&s->chunks[i]);
	free(s->chunks);
	s->chunks = NULL;
	s->nchunks = 0;
}

void
suspects_keep(struct suspects *s, struct chunk *chunks, size_t n)
{
	if (!s->led)
		return;
	s->led = false;
	forget_chunks(s);
	s->chunks = mem_zalloc((n + 1) * sizeof(*s->chunks));
	s->nchunks = n;
	for (size_t i = 0; i < n; i++) {
		s->chunks[i] = chunks[i].poison;
		chunks[i].poison = (struct poison){ 0 };
		poison_forget_found(&s->chunks[i]);
	}
}

void
suspects_lead(struct suspects *s, struct chunk *chunks, size_t n)
{
	s->led = true;
	for (size_t i = 0; i < n && n == s->nchunks; i++) {
		poison_free(&chunks[i].poison);
		chunks[i].poison = s->chunks[i];
		s->chunks[i] = (struct poison){ 0 };
	}
	forget_chunks(s);
}

void
suspects_free(struct suspects *s)
{
	forget_chunks(s);
	for (size_t i = 0; i < s->nkeys; i++)
		free((void *)(uintptr_t)s->keys[i].why);
	free(s->keys);
	buf_free(&s->encoded);
	*s = (struct suspects){ 0 };
}
