#ifndef EXTRACT_CSV_H
#define EXTRACT_CSV_H
#include "proto/attr.h"
#include "proto/buf.h"
#include "proto/err.h"
#include <stdbool.h>
#include <stdint.h>

/*
 * RFC 4180: fields between delimiters, records between line ends (LF or CRLF).
 * A field that begins with the quote ends with it; inside, a doubled quote is
 * one, and delimiters and line ends are text. A quote anywhere else breaks
 * its record: the rest of that line belongs to it and it is for the caller to
 * refuse. A UTF-8 byte order mark at the beginning is skipped.
 */
struct csv_field {
	const uint8_t *data; /* good until the next csv_next */
	size_t len;
	bool quoted;
};

/* As csv_input_read: *got 0 is the end. */
typedef int (*csv_refill)(
    void *ctx, uint8_t *to, size_t n, size_t *got, struct err *e);

struct csv {
	char delimiter, quote; /* quote 0: there are none */
	csv_refill refill;
	void *ctx;
	/* the record */
	size_t nfields;           /* all there are, */
	struct csv_field *fields; /* of which CSV_FIELDS_MAX are kept */
	bool broken;              /* a quote where none belongs */
	struct span raw;          /* as it stands, without the line end */
	uint64_t line;            /* where it begins, from 1 */
	/* inside */
	uint64_t next_line;
	size_t at;       /* of the next record, in window */
	bool eof, begun; /* nothing more to refill; mark was looked for */
	struct buf window, unescaped;
	bool plain;   /* for tests: byte by byte, always */
	bool scanned; /* csv_scan.c: the block it stopped in, in window, and */
	size_t block_at;
	uint64_t block_marks; /* what of it is still to be looked at */
};

enum { CSV_FIELDS_MAX = 4096 };

/* How many bytes may be read from the field's first one on. */
static inline size_t
csv_readable(const struct csv *c, const struct csv_field *f)
{
	size_t at = (size_t)((uintptr_t)f->data - (uintptr_t)c->window.data);
	return at < c->window.len ? c->window.len - at : f->len;
}

void csv_init(struct csv *c, csv_refill refill, void *ctx);
void csv_free(struct csv *c);

/* 1: a record; 0: the end. A quote that is never closed, and a record over
 * LIMIT_VALUE_BYTES, are ERR_CONFIG. */
int csv_next(struct csv *c, struct err *e) MUST_CHECK;

#endif
