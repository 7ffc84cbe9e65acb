/* Which keys of the state a run has seen. */
#include "delta/part.h"

bool
part_seen(const struct part *p, const struct entry *en)
{
	return (en->flags & ENTRY_SEEN) &&
	       en->attempt == attempts_newest(p->attempts, en->chunk);
}

void
part_see(struct part *p, struct entry *en, uint32_t chunk, uint32_t attempt)
{
	uint16_t had = en->flags;
	en->flags = had | ENTRY_SEEN;
	en->chunk = chunk;
	en->attempt = (uint16_t)attempt;
	p->known_seen += (had & (ENTRY_KNOWN | ENTRY_SEEN)) == ENTRY_KNOWN;
}

bool
part_missing(const struct part *p, const struct entry *en)
{
	return (en->flags & ENTRY_KNOWN) && !(en->flags & ENTRY_SPARED) &&
	       !part_seen(p, en);
}

static uint64_t
count_missing(const struct part *p)
{
	uint64_t n = 0;
	for (size_t i = 0; i < p->table.n; i++)
		n += part_missing(p, table_at(&p->table, i));
	return n;
}

uint64_t
part_unseen(const struct part *p)
{
	/* A void attempt's sightings do not count, but are counted. */
	if (p->spared || p->attempts->voided)
		return count_missing(p);
	return p->known - p->known_seen;
}
