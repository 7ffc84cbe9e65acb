/* The states of a run and the steps between them: the one table. */
#include "proto/store_impl.h"
#include "proto/store_run.h"
#include <string.h>

#define TO(st) (1u << STORE_RUN_##st)

/* The names are in the store, and in a CHECK of migration 1. refused: why no
 * run that is not listed under `from` may come here. */
static const struct {
	const char *name;
	bool live;
	unsigned to;
	const char *refused;
} states[] = {
	[STORE_RUN_PLANNED] = { "planned", true,
	    TO(RUNNING) | TO(PAUSED) | TO(FAILED) | TO(CANCELLED),
	    "a run is planned once, when it begins" },
	[STORE_RUN_RUNNING] = { "running", true,
	    TO(PAUSED) | TO(FINISHING) | TO(HALTED) | TO(FAILED) |
		TO(CANCELLED),
	    "it runs already" },
	[STORE_RUN_PAUSED] = { "paused", true,
	    TO(RUNNING) | TO(FINISHING) | TO(FAILED) | TO(CANCELLED),
	    "only a run that is planned, running or finishing can pause" },
	/* Back to running: what was seen is lost, the source is read again. */
	[STORE_RUN_FINISHING] = { "finishing", true,
	    TO(RUNNING) | TO(PAUSED) | TO(COMPLETED) |
		TO(COMPLETED_WITH_REJECTS) | TO(HALTED) | TO(FAILED) |
		TO(CANCELLED),
	    "only a run whose chunks are all done finishes" },
	[STORE_RUN_HALTED] = { "halted", false,
	    TO(RUNNING) | TO(FINISHING) | TO(FAILED) | TO(CANCELLED),
	    "a guard halts only a run that is at work" },
	[STORE_RUN_COMPLETED] = { "completed", false, 0,
	    "only a finishing run completes" },
	[STORE_RUN_COMPLETED_WITH_REJECTS] = { "completed_with_rejects", false,
	    0, "only a finishing run completes" },
	[STORE_RUN_FAILED] = { "failed", false, 0, "it has failed already" },
	[STORE_RUN_CANCELLED] = { "cancelled", false, 0,
	    "it is cancelled already" },
};
_Static_assert(ARRAY_LEN(states) == STORE_RUN_STATES, "a row per state");

const char *
store_run_state_name(enum store_run_state st)
{
	return states[st].name;
}

bool
store_run_live(enum store_run_state st)
{
	return states[st].live;
}

bool
store_run_may(enum store_run_state from, enum store_run_state to)
{
	return states[from].to >> to & 1;
}

const char *
store_run_refusal(enum store_run_state from, enum store_run_state to)
{
	if (store_run_may(from, to))
		return NULL;
	if (from != to && !states[from].to)
		return "it is over, and the next run of the entity goes on "
		       "from what it committed";
	if (from == to && states[from].live)
		return "it is so already";
	return states[to].refused;
}

enum store_run_state
store_run_state_parse(const char *name)
{
	for (size_t i = 0; i < STORE_RUN_STATES; i++)
		if (strcmp(states[i].name, name) == 0)
			return (enum store_run_state)i;
	return STORE_RUN_FAILED; /* the table's CHECK lets nothing else in */
}
