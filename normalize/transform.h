#ifndef NORMALIZE_TRANSFORM_H
#define NORMALIZE_TRANSFORM_H
#include "normalize/layers.h"
#include "proto/pipeline.h"

/*
 * Transforms, on a value's text. Positions and counts are in characters, from
 * 0. What each does:
 *   upper lower title      full Unicode case; title: first letter of each word
 *   capitalize             first character upper, the rest lower
 *   trim                   white space at both ends
 *   strip_whitespace       all white space
 *   remove_special_chars   keeps letters, marks, decimal digits, white space
 *   substring(start,count) what there is of it; beyond the end nothing
 *   replace(text,with)     every occurrence, left to right
 *   pad_left(width,char)   to at least width characters
 *   nullif(text)           NULL if equal
 *   map({from: to})        what is not in the map stays
 *   split(separator,index) the index-th part; NULL if there are fewer
 */
struct transform_pair {
	struct span from, to;
};

struct transform_step {
	const struct transform *t;
	struct span a, b;             /* its texts */
	size_t npairs;                /* map: sorted by from */
	struct transform_pair *pairs; /* in the arena */
};

/*
 * One step per transform. For a field that is no text, nullif's and map's
 * texts are brought to the form its values have (0.50 becomes 0.5) by own,
 * the field's conversion from constants.
 */
struct transform_step *transform_compile(const struct field *f,
    const struct conversion *own, struct arena *a, struct layer_work *w);

/* out is a view into in, a step, or the work. in must be valid UTF-8. */
enum verdict transform_apply(const struct transform_step *steps, size_t n,
    struct span in, struct span *out, struct layer_work *w);

#endif
