/* Retries: rows stored with their rejects, emitted again. */
#include "extract/rows.h"
#include "proto/pack.h"
#include "tests/unit/extract/rig.h"

#define TEXT(str)                                                              \
	{                                                                      \
		.type = VT_TEXT,                                               \
		.s = {(const uint8_t *)(str),                                  \
			sizeof(str) - 1 }                                      \
	}

static void
retry(const struct entity *en, const struct buf *body, struct rig *r,
    struct emit *em)
{
	struct arena a = { 0 };
	struct chunk_range range;
	struct rows rows;
	struct err e = { 0 };
	struct emit_sink sink = RIG_SINK(r);

	assert_int_equal(chunk_decode(buf_span(body), &a, &range, &e), 0);
	assert_int_equal(range.kind, CHUNK_ROWS);
	if (rows_decode(en, &range, &a, &rows, &e) != 0)
		fail_msg("%s", e.msg);
	emit_init(em, &sink, en, rows.cols, rows.ncols);
	assert_int_equal(rows_read(&rows, em, &e), 0);
	emit_free(em);
	arena_free(&a);
}

static const struct entity entity = { .name = "x",
	.rowversion = "v",
	.batch_rows = 100,
	.batch_bytes = 1 << 20,
	.defaults = { .number = { .decimal = '.' } } };

static void
columns_are_merged(void **state)
{
	const struct row_value one[] = {
		{ "id", NULL, { .type = VT_INT, .i = 1 } },
		{ "n", NULL,
		    { .type = VT_DECIMAL,
			.s = { (const uint8_t *)"1.5", 3 } } },
		{ "v", NULL, { .type = VT_INT, .i = 10 } },
	};
	const struct row_value two[] = {
		{ "id", NULL, { .type = VT_INT, .i = 2 } },
		{ "n", NULL, TEXT("1,5") },
		{ "extra", "interval",
		    { .type = VT_OPAQUE,
			.s = { (const uint8_t *)"1 day", 5 } } },
		{ "v", NULL, { .type = VT_INT, .null = true } },
	};
	struct buf body = { 0 };
	struct rig r = { 0 };
	struct emit em;

	(void)state;
	pack_array(&body, 2);
	row_encode(one, ARRAY_LEN(one), &body);
	row_encode(two, ARRAY_LEN(two), &body);
	retry(&entity, &body, &r, &em);
	assert_string_equal(buf_str(&r.text),
	    "0|0 id=int:1 n=text:1.5 v=int:10 @v=int:10 extra=opaque:NULL\n"
	    "0|1 id=int:2 n=text:1,5 v=int:NULL @v=int:NULL extra=opaque:1 day\n");
	buf_free(&body);
	rig_free(&r);
}

/* A line that was no row must not become one with NULLs. */
static void
lines_without_columns_are_rejected_again(void **state)
{
	const struct row_value line[] = {
		{ EMIT_LINE, NULL, TEXT("a,b,c") },
		{ EMIT_LINE_NO, NULL, { .type = VT_INT, .i = 17 } },
	};
	const struct row_value row[] = { { "id", NULL, TEXT("1") } };
	struct buf body = { 0 };
	struct rig r = { 0 };
	struct emit em;

	(void)state;
	pack_array(&body, 2);
	row_encode(line, ARRAY_LEN(line), &body);
	row_encode(row, ARRAY_LEN(row), &body);
	retry(&entity, &body, &r, &em);
	assert_string_equal(buf_str(&r.text),
	    "reject bad_text: line 17 has no columns that could be tried again; correct the file and run\n"
	    "0|0 (line)=text:a,b,c (line number)=int:17\n"
	    "1|0 id=text:1\n");
	buf_free(&body);
	rig_free(&r);
}

static void
nothing_to_retry_is_nothing(void **state)
{
	struct buf body = { 0 };
	struct rig r = { 0 };
	struct emit em;

	(void)state;
	pack_array(&body, 0);
	retry(&entity, &body, &r, &em);
	assert_int_equal(r.batches, 0);
	buf_free(&body);
	rig_free(&r);
}

static void
false_rows_are_refused(void **state)
{
	struct buf body = { 0 };
	struct arena a = { 0 };
	struct chunk_range range;
	struct rows rows;
	struct err e = { 0 };

	(void)state;
	pack_array(&body, 2);
	row_encode(NULL, 0, &body);
	pack_uint(&body, 3);
	assert_int_equal(chunk_decode(buf_span(&body), &a, &range, &e), 0);
	assert_int_equal(rows_decode(&entity, &range, &a, &rows, &e), -1);
	assert_int_equal(e.cls, ERR_DATA);
	buf_free(&body);
	arena_free(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(columns_are_merged),
		cmocka_unit_test(lines_without_columns_are_rejected_again),
		cmocka_unit_test(nothing_to_retry_is_nothing),
		cmocka_unit_test(false_rows_are_refused),
	};
	return cmocka_run_group_tests_name("rows", tests, NULL, NULL);
}
