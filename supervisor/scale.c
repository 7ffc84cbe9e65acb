#include "supervisor/scale.h"
#include <stdbool.h>

static void
count(unsigned *looks, bool agrees)
{
	*looks = agrees ? *looks + 1 : 0;
}

enum scale_step
scale_decide(struct scale *s, const struct scale_rule *rule,
    const struct scale_sample *x)
{
	/* Half of those who feed it wait: more than a hiccup of one. */
	bool crowded = x->depth && 2 * x->depth >= x->feeders;
	count(&s->crowded, crowded && x->workers < rule->max);
	count(&s->quiet, !x->depth && x->idle && x->workers > rule->min);
	enum scale_step step = SCALE_STAY;
	if (s->crowded >= rule->up_after && s->crowded)
		step = SCALE_UP;
	else if (s->quiet >= rule->down_after && s->quiet)
		step = SCALE_DOWN;
	if (step != SCALE_STAY)
		*s = (struct scale){ 0 };
	return step;
}
