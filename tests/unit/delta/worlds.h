#ifndef TESTS_UNIT_DELTA_WORLDS_H
#define TESTS_UNIT_DELTA_WORLDS_H
#include "tests/unit/delta/night.h"

/* A source, a target and a state that many nights go over, and how the source
 * changes between them. */
struct world {
	int64_t source[NIGHT_IDS], target[NIGHT_IDS];
	bool bad[NIGHT_IDS]; /* normalize rejects this row tonight */
	char store[64];
	struct entity en;
	struct rules rules;
	uint32_t workers;
	unsigned seed;
	int night;
	bool calm; /* read in order, compared in memory, nobody dies */
};

static struct world *now;

static inline void
ok(int r, const struct err *e)
{
	if (r)
		fail_msg("seed %u, night %d: %s: %s", now->seed, now->night,
		    e->code, e->msg);
}

static inline int
chance(int in)
{
	return rand() % in == 0;
}

static inline void
change_range(struct world *w, int from, int to)
{
	for (int id = from; id < to; id++)
		w->source[id] = chance(3) ? 0 : 1 + rand() % 50;
}

static inline void
edit(struct world *w)
{
	int some = rand() % NIGHT_IDS;
	switch (w->calm ? 1 + rand() % 3 : rand() % 8) {
	case 0:
		memset(w->source, 0, sizeof(w->source));
		break;
	case 1: /* the first ones go */
		memset(w->source, 0, (size_t)some * sizeof(*w->source));
		break;
	case 2: /* … or come back */
		for (int id = 0; id < some; id++)
			if (!w->source[id])
				w->source[id] = 1 + rand() % 50;
		break;
	case 3:
		for (int id = 0; id < NIGHT_IDS; id++)
			w->source[id] = 1 + rand() % 50;
		break;
	case 4:
		change_range(w, 0, NIGHT_IDS);
		break;
	case 5:
		break;
	default:
		for (int i = rand() % 30; i > 0; i--) {
			int id = rand() % NIGHT_IDS;
			change_range(w, id, id + 1);
		}
	}
}

#endif
