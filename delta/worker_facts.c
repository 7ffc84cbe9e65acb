/* What a worker can say of what it holds. */
#include "delta/worker.h"
#include <stdlib.h>

int
worker_foresee(const struct worker *w, uint64_t *entries, struct err *e)
{
	*entries = 0;
	for (size_t i = 0; i < w->nparts; i++) {
		struct intent_id *list;
		size_t n;
		if (intent_list(&w->parts[i].place, &list, &n, e))
			return -1;
		free(list);
		if (n)
			return 0;
		*entries += state_entries(w->parts[i].state);
	}
	return w->rules.en->max_update_percent >= 100;
}

uint64_t
worker_entries(const struct worker *w)
{
	uint64_t n = 0;
	for (size_t i = 0; i < w->nparts; i++)
		n += state_entries(w->parts[i].state);
	return n;
}

uint64_t
worker_known(const struct worker *w)
{
	uint64_t n = 0;
	for (size_t i = 0; i < w->nparts; i++)
		n += w->parts[i].known;
	return n;
}

uint64_t
worker_unproven(const struct worker *w)
{
	uint64_t n = 0;
	if (w->rules.en->max_update_percent >= 100)
		return 0;
	for (size_t i = 0; i < w->nparts; i++)
		n += part_unproven(&w->parts[i]);
	return n;
}

uint64_t
worker_room(const struct worker *w)
{
	uint64_t all = w->rules.memory * w->nparts, used = 0;
	for (size_t i = 0; i < w->nparts; i++) {
		const struct table *t = &w->parts[i].table;
		used += table_bytes(t->n > t->reserved ? t->n : t->reserved);
	}
	return all > used ? all - used : 0;
}

uint64_t
worker_revision(const struct worker *w)
{
	uint64_t sum = 0;
	for (size_t i = 0; i < w->nparts; i++)
		sum += place_revision(&w->parts[i].place);
	return sum;
}
