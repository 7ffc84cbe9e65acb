#include "proto/reach.h"
#include "proto/attr.h"
#include <string.h>

static const struct {
	const char *stage;
	unsigned reach;
} stages[] = {
	{ "extract", REACH_SOURCE },
	{ "delta", REACH_STATE },
	{ "load", REACH_TARGET },
};

unsigned
reach_of(const char *stage)
{
	for (size_t i = 0; i < ARRAY_LEN(stages); i++)
		if (strcmp(stages[i].stage, stage) == 0)
			return stages[i].reach;
	return 0;
}

static bool
reads(const struct entity *en, const struct connection *c)
{
	return en->source.conn == c ||
	       (en->target.conn == c && en->adopt == ADOPT_TARGET);
}

bool
reach_writes(
    unsigned reach, const struct pipeline *p, const struct connection *c)
{
	for (size_t i = 0; i < p->nentities; i++)
		if ((reach & REACH_TARGET) && p->entities[i].target.conn == c)
			return true;
	return false;
}

bool
reach_opens(
    unsigned reach, const struct pipeline *p, const struct connection *c)
{
	for (size_t i = 0; i < p->nentities; i++)
		if ((reach & REACH_SOURCE) && reads(&p->entities[i], c))
			return true;
	return reach_writes(reach, p, c);
}
