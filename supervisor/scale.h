#ifndef SUPERVISOR_SCALE_H
#define SUPERVISOR_SCALE_H

/*
 * When a stage gets one more process or one less: from what is seen of the
 * queue in front of it, look by look. Many looks in a row have to agree, more
 * for less than for more, and one that does not fit in begins the count anew:
 * what goes up and down by turns changes nothing. After each change both
 * counts begin anew. A zeroed struct has seen nothing.
 */
struct scale {
	unsigned crowded, quiet; /* looks in a row */
};

struct scale_rule {
	unsigned min, max;
	unsigned up_after, down_after; /* looks */
};

struct scale_sample {
	unsigned workers; /* of the stage */
	unsigned idle;    /* of these, with nothing to do */
	unsigned feeders; /* processes that send to it */
	unsigned depth;   /* of these, with a batch that there is no room for */
};

enum scale_step { SCALE_DOWN = -1, SCALE_STAY = 0, SCALE_UP = 1 };

enum scale_step scale_decide(struct scale *s, const struct scale_rule *rule,
    const struct scale_sample *x);

#endif
