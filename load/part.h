#ifndef LOAD_PART_H
#define LOAD_PART_H
#include "load/input.h"
#include "proto/batch.h"

/* A batch on its way into the target, and which of its rows were refused. */
struct part_refusal {
	uint32_t row;
	bool doomed; /* broke a whole transaction: never tried again */
	const char *code, *field, *msg;
};

struct part {
	struct batch *batch; /* owned */
	const struct plan *plan;
	const struct input *in;
	bool inserts;       /* every row is OP_INSERT */
	struct arena arena; /* of in and of what follows */
	uint8_t *out;       /* one per row: it is refused */
	struct part_refusal *refused;
	size_t nrefused, cap;
};

/* Takes *b, which must fit plan. */
struct part *part_new(struct batch **b, const struct plan *plan, bool inserts,
    const struct input_facts *f);
void part_free(struct part **p);

/* Once per row; a second refusal of the same row is ignored. */
void part_refuse(
    struct part *p, uint32_t row, const struct err *why, bool doomed);

/* Before the part is tried again: only the doomed rows stay out. */
void part_forget(struct part *p);

/* The rows still in: *rows in arena of p, or NULL if that is all of them. */
size_t part_rows(struct part *p, const uint32_t **rows);

/* Takes back the refusals of rows that only lacked another row, into rows
 * (in p's arena); returns how many. */
size_t part_orphans(struct part *p, const uint32_t **rows);

/* What happened to the rows that went in, by their op. */
void part_counts(const struct part *p, uint64_t counts[OUT_COUNT]);

/* The op of every row is known and all deletes or none: what kind of plan
 * b needs, and whether all rows are inserts. Else ERR_DATA. */
int part_kind(const struct batch *b, enum plan_kind *kind, bool *inserts,
    struct err *e) MUST_CHECK;

#endif
