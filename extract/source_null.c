#include "extract/source.h"
#include "proto/datetime.h"
#include <stdio.h>
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

static void
put_text(struct column_builder *b, const char *s)
{
	column_builder_bytes(b, s, strlen(s));
}

static void
put_descr(struct column_builder *b, int64_t n)
{
	char text[96];

	switch (n % 5) {
	case 0:
		snprintf(
		    text, sizeof(text), "  قطعه شماره %d ", (int)(n % 1000));
		break;
	case 1:
		snprintf(text, sizeof(text), "Pump housing %lld", (long long)n);
		break;
	case 2:
		column_builder_null(b);
		return;
	case 3:
		snprintf(text, sizeof(text), "Cafe\xcc\x81 %lld", (long long)n);
		break;
	default:
		snprintf(text, sizeof(text), "Bolt M%d", (int)(n % 20));
		break;
	}
	put_text(b, text);
}

/* thousandths as a canonical decimal */
static void
put_decimal(struct column_builder *b, int64_t thousandths)
{
	char text[48];
	int n = snprintf(text, sizeof(text), "%lld.%03d",
	    (long long)(thousandths / 1000), (int)(thousandths % 1000));

	while (text[n - 1] == '0')
		n--;
	if (text[n - 1] == '.')
		n--;
	column_builder_bytes(b, text, (size_t)n);
}

static void
put_note(struct column_builder *b, int64_t n)
{
	static const char lorem[] = "lorem ipsum ";
	char text[9 * sizeof(lorem)];
	size_t len = 0;

	for (int64_t i = 0; n % 10 == 0 && i < 1 + n % 9; i++) {
		memcpy(text + len, lorem, sizeof(lorem) - 1);
		len += sizeof(lorem) - 1;
	}
	column_builder_bytes(b, text, len);
}

static void
put_code(struct column_builder *b, const char *prefix, int width, int64_t v)
{
	char text[32];
	snprintf(text, sizeof(text), "%s%0*lld", prefix, width, (long long)v);
	put_text(b, text);
}

static void
put_int(struct column_builder *b, int64_t v)
{
	column_builder_fixed(b, &v);
}

static void
put_value(struct column_builder *b, size_t column, int64_t n)
{
	static const char *const status[] = { "Planned", "Released", "Closed",
		"CANCELLED" };

	switch (column) {
	case 1:
		put_code(b, "S", 1, n % 7);
		break;
	case 2:
		put_code(b, "P-", 6, n % 100000 * 7919 % 100000);
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
		put_text(b, status[n % 4]);
		break;
	case 7:
		put_int(b, DUE_FROM + n % 500000 * 60 * MICROS_PER_SEC);
		break;
	case 8:
		put_int(b, CREATED_FROM + n * 7 * MICROS_PER_SEC);
		break;
	case 9:
		column_builder_fixed(b, &(uint8_t){ n % 3 == 0 });
		break;
	case 10:
		put_note(b, n);
		break;
	default: /* order_no and rv */
		put_int(b, n);
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
