#ifndef SUPERVISOR_NIGHT_H
#define SUPERVISOR_NIGHT_H
#include "proto/attr.h"
#include "proto/err.h"
#include "supervisor/engine.h"
#include "supervisor/exit_code.h"
#include "supervisor/order.h"

/* What became of one entity tonight: the books of its last run. */
struct night_result {
	const struct entity *entity;
	uint64_t run;
	enum run_end end;
	enum exit_code code;
	struct err error;
	uint64_t rows_read;
	uint64_t counts[OUT_COUNT];
	uint64_t withheld;
	bool resumed;    /* it was a pass over several nights */
	bool owes_sweep; /* … or otherwise not one picture of the source */
	enum strategy strategy;
	char sample[512];
	int64_t elapsed_ms;
};

/*
 * Brings entities up to date, parents first, then by priority, then as they
 * stand in the file. A failed entity does not stop the
 * others. results (nentities of the pipeline) is filled in the order of
 * work; *n says how many. -1: a name is unknown or the store failed.
 */
int night_run(struct engine *en, struct order_names names,
    struct night_result *results, size_t *n, struct err *e) MUST_CHECK;

/* One entity's turn in a night: its run, an adoption before it and a sweep
 * after it where they are due. */
int night_entity(struct engine *en, const struct entity *entity,
    struct night_result *result, struct err *e) MUST_CHECK;

/* One entity's stored rejects again, as ranges of rows (chunk.h); ids are
 * marked for the run and settled when it ends. */
struct night_retry {
	const struct entity *entity;
	const uint64_t *ids;
	size_t nids;
	const struct buf *ranges;
	size_t nranges;
};
int night_retry(struct engine *en, const struct night_retry *what,
    struct night_result *result, struct err *e) MUST_CHECK;

#endif
