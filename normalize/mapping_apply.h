#ifndef NORMALIZE_MAPPING_APPLY_H
#define NORMALIZE_MAPPING_APPLY_H
#include "normalize/mapping_impl.h"

/* One batch on its way through a mapping; for mapping_*.c only. */
struct pass {
	struct mapping *m;
	struct batch *b;
	struct arena *arena;  /* of the batch */
	const struct plan *p; /* the field at hand */
	uint8_t *refused;     /* by row: is in rejects */
	uint8_t *keyless;     /* by row: a key field of it is not known */
	size_t nrejects, cap;
	struct mapping_reject *rejects; /* in order of refusal */
};

static inline bool
bit_get(const uint8_t *bits, size_t i)
{
	return bits[i >> 3] >> (i & 7) & 1;
}

static inline void
bit_set(uint8_t *bits, size_t i)
{
	bits[i >> 3] |= (uint8_t)(1u << (i & 7));
}

/* The row leaves; its first reason stands. */
void pass_refuse(struct pass *s, size_t row, const struct refusal *why);
/* The same, for a value that could not be made: the key may be lost. */
void pass_refuse_value(struct pass *s, size_t row, const struct refusal *why);

/* Each step takes *c and leaves the field's next column there. */
void pass_convert(struct pass *s, struct column *c);
void pass_text(struct pass *s, struct column *c); /* text to text */
void pass_transform(struct pass *s, struct column *c);
void pass_default(struct pass *s, struct column *c);
void pass_required(struct pass *s, const struct column *c);
void pass_checks(struct pass *s, const struct column *c);
int pass_condition(
    struct pass *s, const struct column *c, struct err *e) MUST_CHECK;
/* The field's first column, of what its expr or value gives. */
int pass_expr(struct pass *s, struct column *c, struct err *e) MUST_CHECK;
void pass_constant(struct pass *s, struct column *c);

/* The source column, or NULL and e filled if b lacks it. */
const struct column *pass_source(
    const struct pass *s, const char *name, size_t *at, struct err *e);

#endif
