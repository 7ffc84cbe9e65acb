/*
 * resolver - the place between delta and load for parents and conflicts
 *
 * in batch/1 of changes    out the same    state none    exits 0 64 71 75 78
 * Every change passes as it came, in its order, to the load worker that owns
 * its partition. Nothing is looked up, withheld or acknowledged here: rows
 * whose parent is missing reach the target, which accepts or refuses them.
 */
#include "proto/stage.h"

static int
resolver_batch(struct stage *st, struct batch **b, struct err *e)
{
	return stage_send(st, b, e);
}

int
main(int argc, char **argv)
{
	static const struct stage_def def = {
		.name = "resolver",
		.summary = "Pass changes on to load, in order.",
		.by_part = true,
		.batch = resolver_batch,
	};
	return stage_main(argc, argv, &def);
}
