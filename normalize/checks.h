#ifndef NORMALIZE_CHECKS_H
#define NORMALIZE_CHECKS_H
#include "normalize/layers.h"
#include "proto/err.h"

/*
 * What a value of a field must satisfy: pattern, min, max, in, max_length. A
 * NULL is not checked; `required` is for that. pattern is a POSIX extended
 * regular expression, in UTF-8, found anywhere in the value's text: ^ and $
 * make it match the whole. min, max and in are constants of the field's type;
 * numbers and dates compare by value, texts bytewise. max_length counts
 * characters, or bytes of bytes.
 */
struct checks;

/* own converts constants to the field's type. *out is NULL if the field asks
 * for nothing. ERR_CONFIG for a bad pattern or constant. */
int checks_new(const struct field *f, const struct conversion *own,
    struct layer_work *w, struct checks **out, struct err *e) MUST_CHECK;
void checks_free(struct checks **c); /* NULL-safe; clears the pointer */

/* VERDICT_OK or VERDICT_REFUSED. v is not NULL. */
enum verdict checks_apply(
    const struct checks *c, const struct value *v, struct layer_work *w);

/* A constant of the configuration as a value in arena; what names the key.
 * ERR_CONFIG if it is no value of own's type. */
int checks_constant(const char *what, const char *text,
    const struct conversion *own, struct arena *a, struct value *out,
    struct layer_work *w, struct err *e) MUST_CHECK;

#endif
