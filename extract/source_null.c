#include "extract/source.h"
#include "proto/column_put.h"
#include "proto/datetime.h"
#include "proto/digits.h"
#include <string.h>

/*
 * Rows out of nothing, row n always the same: the benchmark's orders, to
 * measure or try what comes after without a database. `rows` says how many.
 */
#define COLUMN(n, t, tn, p, sc, nn)                                            \
	{                                                                      \
		.name = (n), .type = (t), .type_name = (tn), .precision = (p), \
		.scale = (sc), .not_null = (nn)                                \
	}
static const struct schema_column columns[] = {
	COLUMN("order_no", VT_INT, "bigint", -1, -1, true),
	COLUMN("site", VT_TEXT, "text", -1, -1, true),
	COLUMN("part_no", VT_TEXT, "text", -1, -1, true),
	COLUMN("descr", VT_TEXT, "text", -1, -1, false),
	COLUMN("qty", VT_DECIMAL, "numeric(14,3)", 14, 3, false),
	COLUMN("price", VT_DECIMAL, "numeric(14,4)", 14, 4, false),
	COLUMN("status", VT_TEXT, "text", -1, -1, false),
	COLUMN("due", VT_TIMESTAMP, "timestamp", -1, -1, false),
	COLUMN("created", VT_TIMESTAMPTZ, "timestamptz", -1, -1, true),
	COLUMN("released", VT_BOOL, "boolean", -1, -1, false),
	COLUMN("note", VT_TEXT, "text", -1, -1, false),
	COLUMN("rv", VT_INT, "bigint", -1, -1, true),
};

/* 2024-01-01T00:00:00 and 2023-05-31T20:30:00Z */
#define DUE_FROM     (INT64_C(1704067200) * MICROS_PER_SEC)
#define CREATED_FROM (INT64_C(1685565000) * MICROS_PER_SEC)

#define DIGITS_ZEROS UINT64_C(0x3030303030303030)

/* Room for the longest text; more of it is written than used. */
enum { TEXT_ROOM = 128 };

struct text {
	uint8_t *start, *at; /* TEXT_ROOM bytes in the column */
};

static inline struct text
text_begin(struct column_builder *b)
{
	uint8_t *room = column_builder_room(b, TEXT_ROOM);

	return (struct text){ room, room };
}

static inline void
text_end(struct column_builder *b, const struct text *t)
{
	column_put_commit(b, (size_t)(t->at - t->start));
}

static inline void
add_bytes(struct text *t, const char *p, size_t n)
{
	memcpy(t->at, p, n);
	t->at += n;
}
/* A literal: its length is known where it is copied. */
#define ADD(t, literal) add_bytes((t), (literal), sizeof(literal) - 1)

static inline void
add_number(struct text *t, int64_t v)
{
	t->at += digits_put_u64((uint64_t)v, t->at);
}

static void
put_site(struct column_builder *b, int64_t n)
{
	struct text t = text_begin(b);

	ADD(&t, "S");
	add_number(&t, n % 7);
	text_end(b, &t);
}

static void
put_part_no(struct column_builder *b, int64_t n)
{
	struct text t = text_begin(b);
	uint32_t v = (uint32_t)(n % 100000 * 7919 % 100000);
	uint64_t digits = (digits_8(v) | DIGITS_ZEROS) >> 16; /* 6 of them */

	ADD(&t, "P-");
	memcpy(t.at, &digits, sizeof(digits));
	t.at += 6;
	text_end(b, &t);
}

static void
put_descr(struct column_builder *b, int64_t n)
{
	if (n % 5 == 2) {
		column_put_null(b);
		return;
	}
	struct text t = text_begin(b);
	switch (n % 5) {
	case 0:
		ADD(&t, "  قطعه شماره ");
		add_number(&t, n % 1000);
		ADD(&t, " ");
		break;
	case 1:
		ADD(&t, "Pump housing ");
		add_number(&t, n);
		break;
	case 3:
		ADD(&t, "Cafe\xcc\x81 ");
		add_number(&t, n);
		break;
	default:
		ADD(&t, "Bolt M");
		add_number(&t, n % 20);
		break;
	}
	text_end(b, &t);
}

/* thousandths as a canonical decimal */
static void
put_decimal(struct column_builder *b, int64_t thousandths)
{
	struct text t = text_begin(b);
	uint32_t rest = (uint32_t)(thousandths % 1000);

	add_number(&t, thousandths / 1000);
	if (rest) {
		uint64_t digits = (digits_8(rest) | DIGITS_ZEROS) >> 40;
		ADD(&t, ".");
		memcpy(t.at, &digits, sizeof(digits));
		t.at += rest % 100 == 0 ? 1 : rest % 10 == 0 ? 2 : 3;
	}
	text_end(b, &t);
}

static void
put_status(struct column_builder *b, int64_t n)
{
	static const char names[4][16] = { "Planned", "Released", "Closed",
		"CANCELLED" };
	static const uint8_t lengths[4] = { 7, 8, 6, 9 };
	struct text t = text_begin(b);

	memcpy(t.at, names[n % 4], sizeof(names[0]));
	t.at += lengths[n % 4];
	text_end(b, &t);
}

static void
put_note(struct column_builder *b, int64_t n)
{
	struct text t = text_begin(b);

	for (int64_t i = 0; n % 10 == 0 && i < 1 + n % 9; i++)
		ADD(&t, "lorem ipsum ");
	text_end(b, &t);
}

static inline void
put_value(struct column_builder *b, size_t column, int64_t n)
{
	switch (column) {
	case 1:
		put_site(b, n);
		break;
	case 2:
		put_part_no(b, n);
		break;
	case 3:
		put_descr(b, n);
		break;
	case 4:
		put_decimal(b, n % 100000 * 125);
		break;
	case 5:
		put_decimal(b, n % 9973 * 1250);
		break;
	case 6:
		put_status(b, n);
		break;
	case 7:
		column_put_i64(b, DUE_FROM + n % 500000 * 60 * MICROS_PER_SEC);
		break;
	case 8:
		column_put_i64(b, CREATED_FROM + n * 7 * MICROS_PER_SEC);
		break;
	case 9:
		column_put_u8(b, n % 3 == 0);
		break;
	case 10:
		put_note(b, n);
		break;
	default: /* order_no and rv */
		column_put_i64(b, n);
		break;
	}
}

static int
null_open(struct source_handle *s, struct err *e)
{
	(void)e;
	s->snapshot = true;
	s->schema = (struct schema){ ARRAY_LEN(columns),
		arena_dup(&s->arena, columns, sizeof(columns)) };
	return 0;
}

/* Rows 1 to `rows`, in ranges of chunk_rows. */
static int
null_plan(struct source_handle *s, struct span version, struct chunk_list *out,
    struct err *e)
{
	const struct source *src = &s->en->source;
	uint64_t end = src->rows > 0 ? (uint64_t)src->rows + 1 : 1;
	uint64_t step = src->chunk_rows > 0 && src->split != SPLIT_NONE
			    ? (uint64_t)src->chunk_rows
			    : end;

	(void)version; /* reading too much is allowed */
	for (uint64_t lo = 1; lo == 1 || lo < end; lo += step) {
		uint64_t hi = lo + step < end ? lo + step : end;
		struct chunk_range r = { .kind = CHUNK_SPAN,
			.lo = lo,
			.hi = hi,
			.estimate = hi - lo };
		if (chunk_add(out, &s->arena, &r, e) != 0)
			return -1;
	}
	return 0;
}

enum { ROW_BYTES_GUESS = 120 };

static int
null_read(struct source_handle *s, const struct chunk_range *r, struct emit *em,
    struct err *e)
{
	if (r->kind != CHUNK_SPAN)
		return err_data(e, "bad_range", "not a span of rows");
	for (uint64_t n = r->lo; n < r->hi; n++) {
		for (size_t i = 0; i < em->ncols; i++)
			put_value(&em->cols[i].values, s->wanted.cols[i].index,
			    (int64_t)n);
		if (emit_row(em, ROW_BYTES_GUESS, e) != 0)
			return -1;
	}
	return 0;
}

static void
null_close(struct source_handle *s)
{
	(void)s;
}

const struct source_driver source_null = {
	.kind = DRIVER_NULL,
	.name = "null",
	.open = null_open,
	.plan = null_plan,
	.read = null_read,
	.close = null_close,
};
