#ifndef EXTRACT_EMIT_H
#define EXTRACT_EMIT_H
#include "extract/columns.h"
#include "proto/attr.h"
#include "proto/batch.h"
#include "proto/care.h"
#include "proto/column.h"
#include "proto/err.h"
#include "proto/limits.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Rows on their way into raw batches. A source adds one value to every
 * column of emit.cols, then calls emit_row; full batches leave by themselves.
 *
 * A column of a batch has one type. One whose values do not all fit the
 * declared type is demoted for the rest of that batch: everything in it
 * travels as plain text, and normalize converts or rejects value by value.
 */
struct emit_column {
	const char *name;
	const char *type_name; /* opaque; else NULL */
	enum value_type declared;
	bool field, rowversion, comma; /* struct wanted_column */
	bool demoted;
	size_t bytes_before;          /* in the batch before */
	struct column_builder values; /* write here, unless demoted */
};

/* Where batches go; both take *b on success. reject is for a batch of one row
 * that goes nowhere else. */
struct emit_sink {
	int (*send)(void *ctx, struct batch **b, struct err *e);
	int (*reject)(
	    void *ctx, struct batch **b, const struct err *why, struct err *e);
	void *ctx;
};

struct emit {
	struct emit_sink sink;
	struct batch header; /* entity, run, chunk, attempt of every batch */
	size_t batch_rows, batch_bytes;
	size_t ncols;
	struct emit_column *cols;
	struct batch *b; /* being filled; its arena holds the columns */
	size_t nrows, nbytes;
	size_t rows_before; /* in the batch before; 0: there was none */
	const struct care_span *care; /* rows to be sent apart; borrowed */
	size_t ncare;
	uint64_t cut_at; /* the batch ends before this row; see care_end */
	bool refuse;     /* the row that is put now, because of … */
	struct err refusal;
	uint32_t seq; /* batches so far */
	uint64_t rows, bytes;
	struct buf version; /* the highest rowversion so far; empty: none */
};

/* cols is kept and must outlive em; en, run, chunk, attempt fill header. */
void emit_init(struct emit *em, const struct emit_sink *sink,
    const struct entity *en, struct emit_column *cols, size_t ncols);
/* Sends and rejects rows as care says; before emit_begin. */
void emit_care(struct emit *em, const struct care_span *care, size_t n);
void emit_free(struct emit *em); /* drops what was not sent */

/* The columns of a batch for what is wanted, in a. */
struct emit_column *emit_columns(const struct wanted *w, struct arena *a);

/* Opens the first batch; before the first value, once. */
void emit_begin(struct emit *em);
/* Ends a row that took about that many bytes at the source. */
int emit_row(struct emit *em, size_t bytes, struct err *e) MUST_CHECK;
/* Sends what is there; a source calls it once, after its last row. */
int emit_flush(struct emit *em, struct err *e) MUST_CHECK;

/*
 * A row that cannot be told apart into columns leaves here: it is rejected
 * with its text in one column, EMIT_LINE, and its line number, instead of
 * being emitted. No value may have been added for it.
 */
#define EMIT_LINE    "(line)"
#define EMIT_LINE_NO "(line number)"
int emit_reject_line(struct emit *em, struct span line, uint64_t number,
    const struct err *why, struct err *e) MUST_CHECK;

/*
 * A row that is too large for us is rejected with what fits of it, and its
 * neighbours go on. emit_refuse comes before its first value: the rows before
 * it leave, so that it stands alone; emit_row then rejects it.
 */
enum {
	/* Of a row, and of a batch: what normalize changes goes on beside what
	 * it was, in one frame together with the names of the columns. */
	EMIT_ROW_BYTES_MAX = (LIMIT_FRAME_BYTES - (16 << 20)) / 2,
	EMIT_KEPT_BYTES = 1024 /* of a value that is too large */
};
int emit_refuse(
    struct emit *em, const struct err *why, struct err *e) MUST_CHECK;
/* A row of so many bytes comes: the rows before it leave, if it does not fit
 * beside them. Before its first value. */
int emit_make_room(struct emit *em, size_t bytes, struct err *e) MUST_CHECK;
/* Why: in column c, a value of n bytes, or a row for which those are too many.
 */
void emit_too_large(const struct emit_column *c, uint64_t n, struct err *why);
/* Takes back the first n values of a row that was begun. */
void emit_take_back(struct emit *em, size_t n);

/* Turns what c holds into text, now and for the rest of the batch. */
void emit_demote(struct emit *em, struct emit_column *c);
/* Appends a number's canonical text to a demoted column. */
void emit_number_text(struct emit_column *c, struct span canon);

#endif
