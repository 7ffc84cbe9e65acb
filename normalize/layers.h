#ifndef NORMALIZE_LAYERS_H
#define NORMALIZE_LAYERS_H
#include "normalize/datetime_format.h"
#include "normalize/json.h"
#include "normalize/text_quiet.h"
#include "normalize/text_steps.h"
#include "proto/arena.h"
#include "proto/buf.h"
#include "proto/column.h"
#include "proto/pipeline.h"
#include "proto/value.h"
#include <stdbool.h>
#include <stdint.h>

struct zone;

/*
 * The layers of normalisation, one value at a time. A value comes out
 * converted, as NULL, or refused with a code of its own; never changed into
 * another value. Text and decimals that come out are views into the input or
 * the work, good until the work is used again.
 */
enum verdict { VERDICT_OK, VERDICT_NULL, VERDICT_REFUSED };

/* Why a value was refused: static texts, the value itself is never in them. */
struct refusal {
	const char *layer, *code, *text;
};
enum verdict refuse(
    struct refusal *r, const char *layer, const char *code, const char *text);

/* Memory the layers use from value to value. A zeroed work is empty. */
struct layer_work {
	struct text_work text;
	struct buf plain;         /* a value of another type as text */
	struct buf number, shown; /* a number being read and rounded */
	struct buf bytes;         /* json and the like, on their way out */
	struct json_work json;
	struct refusal why; /* of the last VERDICT_REFUSED */
};
void layer_work_free(struct layer_work *w);

/* --- layer 2: text ------------------------------------------------------- */
struct text_rules {
	struct text_options opt;
	bool plain; /* from U+00A0 on only the normal form does something */
	struct text_quiet quiet;
	struct text_quiet form; /* of the normal form alone */
};
void layer_text_init(
    struct text_rules *r, const struct text_options *o, struct arena *a);
enum verdict layer_text(const struct text_rules *r, struct span in,
    struct span *out, struct layer_work *w);
/* The same, with every step taken: what the short cuts must agree with. */
enum verdict layer_text_plain(const struct text_rules *r, struct span in,
    struct span *out, struct layer_work *w);

/* --- layer 3: numbers ---------------------------------------------------- */
/* A number written as text to canonical decimal text (decimal.h). */
enum verdict layer_number(const struct number_options *o, struct span in,
    struct span *canon, struct layer_work *w);
/* Rounds to the declared scale and checks the declared precision. */
enum verdict layer_number_fit(const struct number_options *o, struct span in,
    struct span *canon, struct layer_work *w);

/* True if layer_number_fit changes and refuses nothing in a decimal column. */
bool layer_number_fits_column(
    const struct number_options *o, const struct column *c, size_t nrows);

/* --- layer 4: dates and times -------------------------------------------- */
struct datetime_rules {
	struct datetime_options opt;
	const struct zone *zone; /* NULL: none declared */
	bool zero_null, zero_given;
	int32_t zero_days;
	size_t nformats; /* 0: ISO 8601 */
	struct datetime_format *formats;
};
/* Text to a date, time, timestamp or timestamptz, as a column holds it. */
enum verdict layer_datetime(const struct datetime_rules *r, enum value_type to,
    struct span in, int64_t *out, struct layer_work *w);
/* The same from a date, timestamp or timestamptz. */
enum verdict layer_datetime_convert(const struct datetime_rules *r,
    const struct value *in, enum value_type to, int64_t *out,
    struct layer_work *w);

/* --- layer 1: any type to any type --------------------------------------- */
struct conversion {
	enum value_type to;
	struct text_rules text;
	struct number_options number;
	struct datetime_rules datetime;
};
/*
 * in is not NULL. Lossless or refused:
 *   bool    0 and 1 as numbers, true and false as text
 *   number  to a number that is equal (a decimal to a float whose shortest
 *           text it is), 0 and 1 to bool, canonical text
 *   date …  by layer 4; ISO 8601 text
 *   text    by layers 2, 3 and 4; to bytes as it stands; to json parsed
 *   bytes   to text where they are UTF-8, 16 of them to uuid
 *   uuid    to text, to its 16 bytes
 *   json    to and from text; other types become JSON scalars
 *   opaque  its text
 */
enum verdict layer_convert(const struct conversion *c, const struct value *in,
    struct value *out, struct layer_work *w);
/* True if every value of the type converts to itself. */
bool layer_convert_keeps(const struct conversion *c, enum value_type from);

#endif
