/* What a stage counts, and when it says so. */
#include "proto/metric_wire.h"
#include "proto/stage_meter.h"
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static double
value(struct stage_meter *m, enum metric which, const char *const *labels)
{
	return metric_cells(&m->set, which, labels)[0];
}

static double
rows(struct stage_meter *m, const char *outcome)
{
	return value(m, METRIC_ROWS,
	    (const char *const[]){ "orders", "delta", outcome });
}

static struct stage_meter
meter(bool source)
{
	struct stage_meter m;
	stage_meter_init(&m, "delta", source);
	stage_meter_open(&m, "orders");
	return m;
}

/* A row counts where it was decided on: what had left before is not ours. */
static void
rows_count_once(void **state)
{
	(void)state;
	struct stage_meter m = meter(false);
	struct batch b = { .nrows = 70,
		.left = { [OUT_UNCHANGED] = 20, [OUT_REJECTED] = 10 },
		.came = { [OUT_REJECTED] = 7 } };
	struct meter_rows sent = stage_meter_rows(&b, NULL, true);
	stage_meter_count(&m, &sent);
	const uint64_t counts[OUT_COUNT] = { [OUT_INSERTED] = 5 };
	struct meter_rows acked = stage_meter_rows(&b, counts, false);
	stage_meter_count(&m, &acked);
	assert_true(rows(&m, "passed") == 70);
	assert_true(rows(&m, "unchanged") == 40);
	assert_true(rows(&m, "rejected") == 6);
	assert_true(rows(&m, "inserted") == 5);
	b.keys_only = true; /* rows that were rejected */
	struct meter_rows keys = stage_meter_rows(&b, NULL, true);
	assert_int_equal(keys.n[METER_PASSED], 0);
	stage_meter_free(&m);
}

static void
every_outcome_is_a_word(void **state)
{
	(void)state;
	struct stage_meter m = meter(false);
	struct meter_rows all;
	for (size_t i = 0; i < METER_OUTCOMES; i++)
		all.n[i] = 1;
	stage_meter_count(&m, &all);
	size_t found = 0;
	for (size_t i = 0; i < m.set.n; i++)
		if (m.set.v[i].metric == METRIC_ROWS) {
			assert_true(
			    metric_word("outcome", m.set.v[i].values[2]));
			found++;
		}
	assert_int_equal(found, METER_OUTCOMES);
	stage_meter_free(&m);
}

static void
batches_come_and_go(void **state)
{
	(void)state;
	struct stage_meter m = meter(false);
	const char *const stage[] = { "delta" };
	stage_meter_begin(&m);
	stage_meter_sent(&m, 300);
	stage_meter_took(&m, 1000);
	stage_meter_begin(&m);
	stage_meter_end(&m); /* an order, no batch */
	assert_true(value(&m, METRIC_BATCHES, stage) == 1);
	assert_true(value(&m, METRIC_BYTES,
			(const char *const[]){ "delta", "in" }) == 1000);
	assert_true(value(&m, METRIC_BYTES,
			(const char *const[]){ "delta", "out" }) == 300);
	assert_true(value(&m, METRIC_BUSY, stage) >= 0);
	stage_meter_free(&m);
	m = meter(true); /* a source: batches are what it sends */
	stage_meter_begin(&m);
	stage_meter_sent(&m, 300);
	stage_meter_sent(&m, 300);
	stage_meter_end(&m);
	assert_true(value(&m, METRIC_BATCHES, stage) == 2);
	stage_meter_free(&m);
}

static void
waiting_is_no_work(void **state)
{
	(void)state;
	struct stage_meter m = meter(false);
	m.busy[0] = 0;
	stage_meter_begin(&m);
	m.since_us -= 5000000;
	stage_meter_waited(&m, 4000000);
	stage_meter_end(&m);
	/* At least the second that was not spent waiting, and by far not all
	 * five: the machine may have stood still in between. */
	assert_true(m.busy[0] >= 1);
	assert_true(
	    m.busy[0] * 1e6 < (double)(m.since_us - m.told_us) + 1000001);
	stage_meter_free(&m);
}

static void
a_report_says_what_is_new(void **state)
{
	(void)state;
	struct stage_meter m = meter(false);
	struct buf body = { 0 };
	uint64_t waiting = 99;
	assert_false(stage_meter_report(&m, true, &waiting, &body));
	assert_int_equal(stage_meter_wait_ms(&m), -1);
	stage_meter_begin(&m);
	stage_meter_took(&m, 10);
	assert_true(stage_meter_wait_ms(&m) >= 0);
	assert_true(stage_meter_report(&m, true, &waiting, &body));
	assert_true(body.len > 0);
	assert_int_equal(waiting, 0);
	assert_false(metric_wire_due(&m.set));
	assert_false(stage_meter_report(&m, true, &waiting, &body));
	buf_free(&body);
	stage_meter_free(&m);
}

/* Told that it waits, the supervisor is also told when it no longer does. */
static void
waiting_is_taken_back(void **state)
{
	(void)state;
	struct stage_meter m = meter(false);
	struct buf body = { 0 };
	uint64_t waiting;
	stage_meter_begin(&m);
	m.told_us -= 2000000;
	stage_meter_waited(&m, 1000000);
	assert_true(stage_meter_report(&m, false, &waiting, &body));
	assert_true(waiting > 0 && waiting <= 500);
	assert_true(stage_meter_report(&m, true, &waiting, &body));
	assert_int_equal(waiting, 0);
	stage_meter_end(&m);
	buf_free(&body);
	stage_meter_free(&m);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_count_once),
		cmocka_unit_test(every_outcome_is_a_word),
		cmocka_unit_test(batches_come_and_go),
		cmocka_unit_test(waiting_is_no_work),
		cmocka_unit_test(a_report_says_what_is_new),
		cmocka_unit_test(waiting_is_taken_back),
	};
	return cmocka_run_group_tests_name(
	    "proto/stage_meter", tests, NULL, NULL);
}
