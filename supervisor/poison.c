#include "supervisor/poison.h"
#include <stdlib.h>
#include <string.h>

static uint64_t
least(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static uint64_t
most(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

static uint64_t
piece_of(const struct care_span *s)
{
	return (s->to - s->from + POISON_PIECES - 1) / POISON_PIECES;
}

/* No batch crosses the border of a span that was there before. */
static void
suspect(struct poison *p, uint64_t first, uint64_t last, uint64_t end)
{
	size_t at = 0;
	if (p->n == CARE_SPANS)
		return;
	for (; at < p->n && p->v[at].from <= last; at++)
		first = most(first, p->v[at].to);
	if (at < p->n)
		end = least(end, p->v[at].from);
	if (first >= end)
		return;
	if (p->n == p->cap) {
		p->cap = p->cap ? 2 * p->cap : 4;
		p->v = mem_realloc(p->v, p->cap * sizeof(*p->v));
	}
	memmove(p->v + at + 1, p->v + at, (p->n - at) * sizeof(*p->v));
	p->v[at] = (struct care_span){ .from = first, .to = end };
	p->n++;
}

/* As no batch crosses a border, its first row says which span it is of. */
static struct care_span *
suspected(struct poison *p, uint64_t row)
{
	for (size_t i = 0; i < p->n; i++)
		if (!p->v[i].why && p->v[i].from <= row && row < p->v[i].to)
			return &p->v[i];
	return NULL;
}

enum poison_verdict
poison_died(struct poison *p, const struct poison_death *d)
{
	struct care_span *s = suspected(p, d->last);
	if (!s) {
		suspect(p, d->first, d->last, d->last + d->batch_rows);
		return POISON_NOTED;
	}
	struct care_span was = *s;
	uint64_t rows = s->piece ? s->piece : d->batch_rows;
	s->from = most(s->from, d->first);
	s->to = least(s->to, d->last + rows);
	if (was.piece && s->to - s->from == 1) {
		s->why = mem_strdup(d->why);
		s->keyed = d->key != NULL;
		if (d->key)
			memcpy(s->key, d->key, sizeof(s->key));
		return POISON_FOUND;
	}
	s->piece = piece_of(s);
	return s->from != was.from || s->to != was.to || s->piece != was.piece
		   ? POISON_NARROWED
		   : POISON_NOTED;
}

static void
free_why(struct care_span *s)
{
	free((void *)(uintptr_t)s->why);
	s->why = NULL;
}

void
poison_forget_found(struct poison *p)
{
	size_t n = 0;
	for (size_t i = 0; i < p->n; i++) {
		bool found = p->v[i].why != NULL;
		free_why(&p->v[i]);
		if (!found)
			p->v[n++] = p->v[i];
	}
	p->n = n;
}

void
poison_free(struct poison *p)
{
	for (size_t i = 0; i < p->n; i++)
		free_why(&p->v[i]);
	free(p->v);
	*p = (struct poison){ 0 };
}
