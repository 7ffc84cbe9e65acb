#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/delta/state_bench.h"
#include <fcntl.h>

/*
 * Blobs have checksums, the pages of the file that holds them do not: one that
 * loses a row loses all of its blob. No damage is read as a smaller state, and
 * none makes us take another file away.
 */
enum { PAGE = 32768, LEAF = 0x0d, CELLS_AT = 3, ROWS = 5 };

static void
path_of(const struct bench *t, struct buf *out)
{
	buf_clear(out);
	place_state(&t->spec.place, out);
	(void)buf_str(out);
}

/* ROWS commits of a row, and one of a file that is taken over. */
static void
fill(struct bench *t, struct buf *segment)
{
	struct intent in = { .id = { 1, 2, 3 } };
	struct blob b = { 0 };
	struct err e = { 0 };
	uint8_t bk[16];

	reopen(t);
	for (int64_t id = 0; id < ROWS; id++)
		put(t, RECORD_INSERT, id, id + 1, 1);
	world_bk(ROWS, bk);
	blob_put(&b, &(struct record){
			 .op = RECORD_INSERT, .bk = bk, .key = { bk, 16 } });
	ok(intent_append(&t->spec.place, &in, &b, &e), &e);
	blob_free(&b);
	state_begin(t->s, &in.id);
	ok(state_append_intents(t->s, &in, 1, &e), &e);
	ok(state_commit(t->s, &e), &e);
	place_segment(&t->spec.place, ROWS + 1, segment);
	assert_int_equal(access(buf_str(segment), F_OK), 0);
	assert_int_equal(scan(t), ROWS + 1);
	state_close(&t->s);
}

/* Opens and reads it: it is damaged, and says so. */
static void
expect_refusal(struct bench *t)
{
	struct seen x = { 0 };
	struct err e = { 0 };

	if (state_open(&t->spec, &t->s, &e) == 0)
		assert_int_equal(state_scan(t->s, note, &x, &e), -1);
	assert_int_equal(e.cls, ERR_CONFIG);
	assert_string_equal(e.code, "state_damaged");
	assert_non_null(strstr(e.msg, "adopt the target"));
	state_close(&t->s);
}

/* Page after page has one cell less than it had: how many could? */
static int
each_page_loses_a_row(struct bench *t, int fd, const struct buf *segment)
{
	uint8_t head[CELLS_AT + 2], n;
	int found = 0;

	for (off_t at = PAGE; pread(fd, head, sizeof(head), at) > 0;
	     at += PAGE) {
		n = head[CELLS_AT + 1];
		if (head[0] != LEAF || !n)
			continue;
		n--;
		assert_int_equal(pwrite(fd, &n, 1, at + CELLS_AT + 1), 1);
		expect_refusal(t);
		assert_int_equal(access((char *)segment->data, F_OK), 0);
		n++;
		assert_int_equal(pwrite(fd, &n, 1, at + CELLS_AT + 1), 1);
		found++;
	}
	return found;
}

static void
a_page_that_lost_a_row_is_refused(void **state)
{
	struct bench *t = *state;
	struct buf path = { 0 }, segment = { 0 };

	fill(t, &segment);
	path_of(t, &path);
	int fd = open(buf_str(&path), O_RDWR | O_CLOEXEC);
	assert_true(fd >= 0);
	assert_true(each_page_loses_a_row(t, fd, &segment) > 0);
	close(fd);
	reopen(t);
	assert_int_equal(scan(t), ROWS + 1);
	buf_free(&path);
	buf_free(&segment);
}

static void
segments_without_their_state_are_refused(void **state)
{
	struct bench *t = *state;
	struct buf path = { 0 }, segment = { 0 };

	fill(t, &segment);
	path_of(t, &path);
	assert_int_equal(truncate(buf_str(&path), 0), 0);
	expect_refusal(t);
	assert_int_equal(unlink(buf_str(&path)), 0);
	expect_refusal(t);
	assert_int_equal(unlink(buf_str(&segment)), 0);
	reopen(t);
	assert_int_equal(scan(t), 0);
	buf_free(&path);
	buf_free(&segment);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_page_that_lost_a_row_is_refused),
		TEST(segments_without_their_state_are_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
