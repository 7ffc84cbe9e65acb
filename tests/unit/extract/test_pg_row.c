/* Rows of binary COPY taken in one go, against each value's plain way. */
#include "extract/pg_digits.h"
#include "tests/unit/extract/pg_bytes.h"

struct dice {
	uint64_t state;
};

static uint32_t
roll(struct dice *d, uint32_t sides)
{
	d->state ^= d->state << 13;
	d->state ^= d->state >> 7;
	d->state ^= d->state << 17;
	return (uint32_t)(d->state >> 33) % sides;
}

static void
put_noise(struct dice *d, struct buf *out, size_t n)
{
	for (size_t i = 0; i < n; i++)
		buf_putc(out,
		    (uint8_t)(roll(d, 4) ? 'a' + roll(d, 26) : roll(d, 256)));
}

static void
put_numeric(struct dice *d, struct buf *out)
{
	static const unsigned signs[] = { 0, 0x4000, 0xc000, 0xd000, 0xf000,
		1 };
	unsigned ndigits = roll(d, 7);

	put_u16(out, ndigits);
	put_u16(out, (roll(d, 12) - 5) & 0xffff);
	put_u16(out, signs[roll(d, 50) ? roll(d, 2) : roll(d, 6)]);
	put_u16(out, roll(d, 10));
	for (unsigned i = 0; i < ndigits; i++)
		put_u16(out, roll(d, 5)     ? roll(d, 10000)
			     : roll(d, 100) ? roll(d, 20) * 500 % 10000
					    : 9990 + roll(d, 20));
}

/* Mostly a sound value of that type; anything may be wrong with it. */
static void
put_bytes_of(struct dice *d, enum value_type t, struct buf *out)
{
	static const unsigned ints[] = { 2, 4, 8, 8, 8 };
	size_t noise = roll(d, 3) ? roll(d, 40) : roll(d, 400);

	if (roll(d, 200) == 0)
		t = VT_TEXT;
	switch (t) {
	case VT_BOOL:
		buf_putc(out, (uint8_t)(roll(d, 100) ? roll(d, 2) : 2));
		break;
	case VT_INT:
		put_noise(d, out, ints[roll(d, 5)]);
		break;
	case VT_DECIMAL:
		put_numeric(d, out);
		break;
	case VT_FLOAT:
		put_noise(d, out, roll(d, 2) ? 4 : 8);
		break;
	case VT_DATE:
		put_noise(d, out, 4);
		break;
	case VT_TIME:
		put_u64(out, roll(d, 1u << 31));
		break;
	case VT_TIMESTAMP:
	case VT_TIMESTAMPTZ:
		put_u64(out, roll(d, 50) ? (uint64_t)roll(d, 1u << 31) << 20
					 : UINT64_MAX >> roll(d, 3));
		break;
	case VT_UUID:
		put_noise(d, out, 16);
		break;
	case VT_TEXT:
	case VT_BYTES:
	case VT_JSON:
	case VT_OPAQUE:
	case VT_COUNT:
		put_noise(d, out, noise);
		break;
	}
}

struct table {
	struct entity en;
	struct rig rig;
	struct emit em;
	struct emit_column cols[2 * VT_COUNT];
	struct err e;
};

static void
table_open(struct table *t, size_t ncols)
{
	*t = (struct table){
		.en = { .name = "x", .batch_rows = 90, .batch_bytes = 1 << 20 }
	};
	struct emit_sink sink = RIG_SINK(&t->rig);
	for (size_t i = 0; i < ncols; i++)
		t->cols[i] = (struct emit_column){ .name = "c",
			.declared = (enum value_type)(i % VT_COUNT),
			.field = true };
	emit_init(&t->em, &sink, &t->en, t->cols, ncols);
	emit_begin(&t->em);
}

static void
table_close(struct table *t)
{
	emit_free(&t->em);
	rig_free(&t->rig);
}

/* The row at p as its values say one by one. */
static int
plain_row(struct table *t, struct span row)
{
	const uint8_t *p = row.data + 2;

	for (size_t i = 0; i < t->em.ncols; i++) {
		struct emit_column *c = &t->cols[i];
		uint32_t n = pg_u32(p);
		p += 4;
		if (n == UINT32_MAX) {
			column_builder_null(&c->values);
			continue;
		}
		int rc =
		    c->declared == VT_DECIMAL
			? pg_numeric_put_plain(c, p, n, &t->e)
			: pg_value_for(c->declared)(&t->em, c, p, n, &t->e);
		if (rc != 0)
			return -1;
		p += n;
	}
	return emit_row(&t->em, row.len, &t->e);
}

static void
put_row(struct dice *d, size_t ncols, struct buf *out)
{
	put_u16(out, (unsigned)ncols);
	for (size_t i = 0; i < ncols; i++) {
		struct buf value = { 0 };
		bool null = roll(d, 8) == 0;
		if (!null)
			put_bytes_of(
			    d, (enum value_type)(i % VT_COUNT), &value);
		put_u32(out, null ? UINT32_MAX : (uint32_t)value.len);
		buf_put(out, value.data, value.len);
		buf_free(&value);
	}
}

/* The row in pieces, mostly in one. */
static int
feed_row(struct dice *d, struct pg_copy *copy, struct buf *row, struct err *e)
{
	size_t step = roll(d, 4) ? row->len : 1 + roll(d, 60);
	int rc = 0;

	for (size_t at = 0; rc == 0 && at < row->len; at += step) {
		size_t n = row->len - at < step ? row->len - at : step;
		/* Of its own, so that whoever reads on is found out. */
		uint8_t *piece = malloc(n);
		memcpy(piece, row->data + at, n);
		rc = pg_copy_feed(copy, (struct span){ piece, n }, e);
		free(piece);
	}
	return rc;
}

static void
compare_stream(struct dice *d)
{
	size_t ncols = 1 + roll(d, 2 * VT_COUNT), rows = roll(d, 400);
	struct table fast, plain;
	struct arena a = { 0 };
	struct pg_copy copy;
	struct buf row = { 0 };
	int rc = 0;

	table_open(&fast, ncols);
	table_open(&plain, ncols);
	pg_copy_init(&copy, &fast.em, &a);
	put_head(&row);
	assert_int_equal(pg_copy_feed(&copy, buf_span(&row), &fast.e), 0);
	for (size_t i = 0; rc == 0 && i < rows; i++) {
		buf_clear(&row);
		put_row(d, ncols, &row);
		rc = plain_row(&plain, buf_span(&row));
		assert_int_equal(feed_row(d, &copy, &row, &fast.e), rc);
	}
	assert_string_equal(fast.e.code, plain.e.code);
	assert_string_equal(fast.e.msg, plain.e.msg);
	if (rc == 0) {
		assert_int_equal(emit_flush(&fast.em, &fast.e), 0);
		assert_int_equal(emit_flush(&plain.em, &plain.e), 0);
	}
	assert_string_equal(buf_str(&fast.rig.text), buf_str(&plain.rig.text));
	assert_int_equal(fast.em.bytes, plain.em.bytes);
	buf_free(&row);
	pg_copy_free(&copy);
	arena_free(&a);
	table_close(&fast);
	table_close(&plain);
}

static void
rows_are_those_of_the_plain_way(void **state)
{
	struct dice d = { UINT64_C(0x9e3779b97f4a7c15) };

	(void)state;
	for (int i = 0; i < 400; i++)
		compare_stream(&d);
}

static void
numerics_are_those_of_the_plain_way(void **state)
{
	struct dice d = { 42 };
	struct table fast, plain;
	struct buf b = { 0 };

	(void)state;
	table_open(&fast, VT_COUNT);
	table_open(&plain, VT_COUNT);
	struct emit_column *f = &fast.cols[VT_DECIMAL];
	struct emit_column *p = &plain.cols[VT_DECIMAL];
	for (int i = 0; i < 200000; i++) {
		buf_clear(&b);
		put_numeric(&d, &b);
		int rc = pg_numeric_put_plain(p, b.data, b.len, &plain.e);
		assert_int_equal(pg_numeric_put(f, b.data, b.len, &fast.e), rc);
	}
	assert_int_equal(f->values.rows, p->values.rows);
	assert_int_equal(f->values.bytes, p->values.bytes);
	assert_memory_equal(f->values.data, p->values.data, p->values.bytes);
	assert_memory_equal(
	    f->values.offs, p->values.offs, 4 * (p->values.rows + 1));
	buf_free(&b);
	table_close(&fast);
	table_close(&plain);
}

/* Every group at every place, the others at random. */
static void
digits_are_what_printf_writes(void **state)
{
	struct dice d = { 7 };

	(void)state;
	for (unsigned i = 0; i < 4 * 10000; i++) {
		char want[PG_DIGITS_ROOM + 1], got[PG_DIGITS_ROOM + 1] = "";
		unsigned v[PG_DIGITS_GROUPS];
		for (size_t k = 0; k < PG_DIGITS_GROUPS; k++)
			v[k] = (unsigned)roll(&d, roll(&d, 3) ? 10000 : 1);
		v[i % 4] = i / 4;
		uint64_t groups = (uint64_t)v[0] << 48 | (uint64_t)v[1] << 32 |
				  v[2] << 16 | v[3];
		snprintf(want, sizeof(want), "%04u%04u%04u%04u", v[0], v[1],
		    v[2], v[3]);
		assert_true(pg_digits_valid(groups));
		pg_digits_t all = pg_digits_all(groups);
		unsigned from = (unsigned)roll(&d, PG_DIGITS_ROOM);
		pg_digits_store((uint8_t *)got, all, from);
		assert_memory_equal(got, want + from, PG_DIGITS_ROOM - from);
		if (v[0])
			assert_int_equal(
			    pg_digits_leading(all), strspn(want, "0"));
		unsigned until = PG_DIGITS_ROOM;
		while (until && want[until - 1] == '0')
			until--;
		if (until)
			assert_int_equal(pg_digits_until(all), until);
	}
}

static void
groups_above_9999_are_seen(void **state)
{
	(void)state;
	for (uint64_t v = 0; v < 65536; v++)
		for (unsigned shift = 0; shift < 64; shift += 16) {
			const uint64_t rest = UINT64_C(0x270f270f270f270f);
			uint64_t groups =
			    (rest & ~(UINT64_C(0xffff) << shift)) | v << shift;
			assert_int_equal(pg_digits_valid(groups), v < 10000);
		}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_are_those_of_the_plain_way),
		cmocka_unit_test(numerics_are_those_of_the_plain_way),
		cmocka_unit_test(digits_are_what_printf_writes),
		cmocka_unit_test(groups_above_9999_are_seen),
	};
	return cmocka_run_group_tests_name("pg_row", tests, NULL, NULL);
}
