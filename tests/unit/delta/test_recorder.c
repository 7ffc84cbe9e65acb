#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "delta/recorder.h"
#include "tests/unit/delta/bench.h"

/*
 * The pipe: a first delta that compares and writes nothing, a target, and a
 * recorder behind it. bench is the first one; what it sends goes on.
 */
struct pipe {
	struct bench *t;
	struct recorder r;
	struct outlet first; /* of the bench */
};

static int
pipe_send(void *ctx, struct batch **b, struct err *e)
{
	struct pipe *p = ctx;
	ok(recorder_batch(&p->r, *b, e), e);
	return p->first.send(p->first.ctx, b, e);
}

static int
pipe_ack(void *ctx, const struct batch *b, const uint64_t *counts,
    uint64_t held, struct err *e)
{
	struct pipe *p = ctx;
	return p->first.ack(p->first.ctx, b, counts, held, e);
}

static void
pipe_open(struct pipe *p, struct bench *t)
{
	struct rules behind = t->rules;
	struct err e = { 0 };
	t->rules.write = false;
	open_night(t);
	behind.run = t->rules.run;
	behind.write = behind.blind = true;
	*p = (struct pipe){ .t = t, .first = t->n.out };
	ok(recorder_open(&p->r, &behind, &e), &e);
	t->n.out.ctx = p;
	t->n.out.send = pipe_send;
	t->n.out.ack = pipe_ack;
}

static void
pipe_close(struct pipe *p)
{
	recorder_close(&p->r);
	night_close(&p->t->n);
	p->t->rules.write = true;
}

static void
a_pipe_leaves_the_state_of_a_supervised_run(void **state)
{
	struct bench *t = *state;
	struct buf sample = { 0 };
	struct pipe p;
	struct err e = { 0 };
	uint64_t unseen, rows;
	first_night(t);
	pipe_open(&p, t);
	SEND(t, 0, 1, { 1, 10, 5 }, { 2, 22, 9 }, { 8, 80, 1 });
	ok(recorder_commit(&p.r, &e), &e);
	ok(night_sweep(&t->n, &unseen, &sample, &e), &e);
	assert_string_equal(buf_str(&sample), "id=3\n");
	ok(night_delete(&t->n, 1, unseen, &rows, &e), &e);
	ok(recorder_commit(&p.r, &e), &e);
	ok(recorder_merge(&p.r, &e), &e);
	pipe_close(&p);
	t->rules.strategy = STRATEGY_ROWVERSION;
	open_night(t);
	assert_int_equal(known(t), 3);
	SEND(t, 0, 1, { 1, 10, 5 }, { 2, 22, 9 }, { 8, 80, 1 });
	assert_int_equal(t->n.counts[OUT_UNCHANGED], 3);
	ok(night_sweep(&t->n, &unseen, &sample, &e), &e);
	assert_int_equal(unseen, 0);
	buf_free(&sample);
}

static void
what_was_not_committed_comes_again(void **state)
{
	struct bench *t = *state;
	struct pipe p;
	first_night(t);
	for (int i = 0; i < 2; i++) {
		pipe_open(&p, t);
		assert_int_equal(known(t), 3);
		SEND(t, 0, 1, { 8, 80, 1 });
		assert_int_equal(t->n.counts[OUT_INSERTED], 1);
		pipe_close(&p);
	}
}

static void
what_a_crash_left_is_in_doubt_in_a_pipe_too(void **state)
{
	struct bench *t = *state;
	struct buf sample = { 0 };
	struct pipe p;
	struct err e = { 0 };
	uint64_t unseen, rows;
	first_night(t);
	open_night(t);
	SEND(t, 0, 1, { 1, 11, 5 }, { 9, 90, 5 });
	night_close(&t->n);
	pipe_open(&p, t);
	assert_int_equal(known(t), 4);
	SEND(t, 0, 1, { 1, 10, 5 }, { 2, 20, 6 }, { 3, 30, 7 });
	assert_int_equal(t->target[1], 10);
	ok(night_sweep(&t->n, &unseen, &sample, &e), &e);
	assert_string_equal(buf_str(&sample), "id=9\n");
	ok(night_delete(&t->n, 1, unseen, &rows, &e), &e);
	ok(recorder_commit(&p.r, &e), &e);
	pipe_close(&p);
	open_night(t);
	assert_int_equal(known(t), 3);
	assert_int_equal(t->target[9], 0);
	buf_free(&sample);
}

static void
what_load_does_not_pass_is_refused(void **state)
{
	struct bench *t = *state;
	struct world_row row = { 1, 10, 0 };
	struct pipe p;
	struct err e = { 0 };
	pipe_open(&p, t);
	struct batch *b = world_batch(&row, 1, false);
	assert_int_equal(recorder_batch(&p.r, b, &e), -1);
	assert_int_equal(e.cls, ERR_DATA);
	batch_free(&b);
	pipe_close(&p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_pipe_leaves_the_state_of_a_supervised_run),
		TEST(what_was_not_committed_comes_again),
		TEST(what_a_crash_left_is_in_doubt_in_a_pipe_too),
		TEST(what_load_does_not_pass_is_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
