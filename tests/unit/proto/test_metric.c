/* Numbers, as Prometheus reads them and as they travel. */
#include "proto/metric_wire.h"
#include "proto/pack.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define CELLS(s, m, ...)                                                       \
	metric_cells((s), (m), (const char *const[]){ __VA_ARGS__ })

static void
is_text(struct metric_set *s, const char *want)
{
	struct buf out = { 0 };
	metric_text(s, &out);
	assert_string_equal(buf_str(&out), want);
	buf_free(&out);
}

/* Whatever order they were made in, one family is one block. */
static void
families_stay_together(void **state)
{
	(void)state;
	struct metric_set s = { 0 };
	*CELLS(&s, METRIC_BATCHES, "load") = 2;
	*CELLS(&s, METRIC_QUEUE, "load") = 0.25;
	*CELLS(&s, METRIC_BATCHES, "delta") = 1e15;
	*CELLS(&s, METRIC_BATCHES, "load") += 1;
	is_text(&s,
	    "# HELP syncline_batches_total Batches that the stage took; of "
	    "extract: sent\n"
	    "# TYPE syncline_batches_total counter\n"
	    "syncline_batches_total{stage=\"load\"} 3\n"
	    "syncline_batches_total{stage=\"delta\"} 1e+15\n"
	    "# HELP syncline_queue_depth Batches that stood in front of the "
	    "stage because it had no room, on average over the last second\n"
	    "# TYPE syncline_queue_depth gauge\n"
	    "syncline_queue_depth{stage=\"load\"} 0.25\n");
	metric_free(&s);
}

static void
labels_are_escaped(void **state)
{
	(void)state;
	struct metric_set s = { 0 };
	struct buf out = { 0 };
	*CELLS(&s, METRIC_REJECTS, "a\"b\\c\nd\xd9\x82") = 1;
	metric_text(&s, &out);
	assert_non_null(strstr(buf_str(&out),
	    "\nsyncline_rejects{entity=\"a\\\"b\\\\c\\nd\xd9\x82\"} 1\n"));
	buf_free(&out);
	metric_free(&s);
}

static const struct {
	double value;
	const char *text;
} numbers[] = {
	{ 0, "0" },
	{ 1, "1" },
	{ 0.1, "0.1" },
	{ 1 / 3.0, "0.3333333333333333" },
	{ 4503599627370497.0, "4503599627370497" },
	{ 1795692000.25, "1795692000.25" },
	{ -1.5, "-1.5" },
	{ INFINITY, "+Inf" },
	{ -INFINITY, "-Inf" },
	{ NAN, "NaN" },
};

static void
numbers_are_short_and_exact(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(numbers); i++) {
		struct metric_set s = { 0 };
		struct buf out = { 0 };
		char want[64];
		*CELLS(&s, METRIC_WINDOW_REMAINING, NULL) = numbers[i].value;
		metric_text(&s, &out);
		snprintf(want, sizeof(want),
		    "\nsyncline_window_remaining_seconds %s\n",
		    numbers[i].text);
		if (!strstr(buf_str(&out), want))
			fail_msg("%s, found %s", want, buf_str(&out));
		buf_free(&out);
		metric_free(&s);
	}
}

static void
histograms_accumulate(void **state)
{
	(void)state;
	struct metric_set s = { 0 };
	struct buf out = { 0 };
	double *c = CELLS(&s, METRIC_BATCH_SECONDS, "load");
	metric_observe(c, 0.001); /* a bound belongs to its bucket */
	metric_observe(c, 0.002);
	metric_observe(c, 0.002);
	metric_observe(c, 100);
	metric_text(&s, &out);
	static const char *const lines[] = {
		"_bucket{stage=\"load\",le=\"0.001\"} 1\n",
		"_bucket{stage=\"load\",le=\"0.0025\"} 3\n",
		"_bucket{stage=\"load\",le=\"60\"} 3\n",
		"_bucket{stage=\"load\",le=\"+Inf\"} 4\n",
		"_sum{stage=\"load\"} 100.005\n",
		"_count{stage=\"load\"} 4\n",
	};
	for (size_t i = 0; i < ARRAY_LEN(lines); i++)
		if (!strstr(buf_str(&out), lines[i]))
			fail_msg("no %s in %s", lines[i], buf_str(&out));
	buf_free(&out);
	metric_free(&s);
}

/* Who keeps a cell counts on in it, however many there will be. */
static void
cells_stay(void **state)
{
	(void)state;
	struct metric_set s = { 0 };
	char name[16];
	double *first = CELLS(&s, METRIC_REJECTS, "first");
	for (int i = 0; i < 1000; i++) {
		snprintf(name, sizeof(name), "e%d", i);
		*CELLS(&s, METRIC_REJECTS, name) = i;
		*CELLS(&s, METRIC_PENDING, name) = -i;
	}
	++*first;
	for (int i = 0; i < 1000; i++) {
		snprintf(name, sizeof(name), "e%d", i);
		assert_true(*CELLS(&s, METRIC_REJECTS, name) == i);
		assert_true(*CELLS(&s, METRIC_PENDING, name) == -i);
	}
	assert_true(*CELLS(&s, METRIC_REJECTS, "first") == 1);
	assert_int_equal(s.n, 2001);
	metric_free(&s);
}

static void
the_table_is_sound(void **state)
{
	(void)state;
	for (int m = 0; m < METRICS; m++) {
		const struct metric_def *def = &metric_defs[m];
		size_t n = strlen(def->name);
		bool total = strcmp(def->name + n - 6, "_total") == 0;
		assert_int_equal(total, def->type == METRIC_COUNTER);
		assert_int_equal(metric_find(def->name), m);
		assert_true(strncmp(def->name, "syncline_", 9) == 0);
		assert_true(def->help[strlen(def->help) - 1] != '.');
	}
	assert_int_equal(metric_find("syncline_"), METRICS);
}

/* --- reports -------------------------------------------------------------- */

/* Adds a report of from to into. */
static void
tell(struct metric_set *from, struct metric_set *into)
{
	struct buf body = { 0 };
	struct arena a = { 0 };
	struct err e = { 0 };
	struct metric_growth *g;
	size_t n;
	metric_wire_encode(from, &body);
	assert_int_equal(
	    metric_wire_decode(buf_span(&body), &a, &g, &n, &e), 0);
	for (size_t i = 0; i < n; i++) {
		double *c = metric_cells(into, g[i].metric, g[i].values);
		for (size_t k = 0; k < metric_ncells(g[i].metric); k++)
			c[k] += g[i].cells[k];
	}
	arena_free(&a);
	buf_free(&body);
}

static void
reports_add_up_over_restarts(void **state)
{
	(void)state;
	struct metric_set sum = { 0 };
	for (int life = 0; life < 3; life++) { /* each counts from zero */
		struct metric_set s = { 0 };
		double *rows =
		    CELLS(&s, METRIC_ROWS, "orders", "load", "inserted");
		double *secs = CELLS(&s, METRIC_BATCH_SECONDS, "load");
		for (int i = 0; i < 4; i++) {
			*rows += 10;
			metric_observe(secs, 0.5);
			assert_true(metric_wire_due(&s));
			tell(&s, &sum);
			assert_false(metric_wire_due(&s));
			tell(&s, &sum); /* nothing new */
		}
		metric_free(&s);
	}
	assert_true(
	    *CELLS(&sum, METRIC_ROWS, "orders", "load", "inserted") == 120);
	double *secs = CELLS(&sum, METRIC_BATCH_SECONDS, "load");
	assert_true(secs[8] == 12 && metric_bounds[8] == 0.5);
	assert_true(secs[METRIC_BUCKETS + 1] == 6);
	metric_free(&sum);
}

/* What only the supervisor knows does not travel. */
static void
gauges_stay_at_home(void **state)
{
	(void)state;
	struct metric_set s = { 0 };
	*CELLS(&s, METRIC_BUILD, "1") = 1;
	*CELLS(&s, METRIC_QUEUE, "load") = 1;
	assert_false(metric_wire_due(&s));
	metric_free(&s);
}

static void
a_long_report_comes_in_parts(void **state)
{
	(void)state;
	struct metric_set s = { 0 }, sum = { 0 };
	char name[16];
	for (int i = 0; i < 3000; i++) {
		snprintf(name, sizeof(name), "e%d", i);
		*CELLS(&s, METRIC_ROWS, name, "load", "deleted") = 1;
	}
	int parts = 0;
	for (; metric_wire_due(&s) && parts < 10; parts++)
		tell(&s, &sum);
	assert_int_equal(parts, 3);
	assert_int_equal(sum.n, 3000);
	metric_free(&s);
	metric_free(&sum);
}

/* A report of one series with two labels at most and one cell. */
static void
put_report(struct buf *out, const char *name, const char *stage, double v)
{
	pack_array(out, 1);
	pack_array(out, 3);
	pack_str(out, name);
	pack_array(out, 1);
	pack_str(out, stage);
	pack_array(out, 1);
	pack_double(out, v);
}

static void
bad_reports_are_refused(void **state)
{
	(void)state;
	static const struct {
		const char *name;
		double v;
		int result;
	} rows[] = {
		{ "syncline_batches_total", 1, 0 },
		{ "syncline_batches_total", -1, -1 },
		{ "syncline_batches_total", NAN, -1 },
		{ "syncline_batches_total", INFINITY, -1 },
		{ "syncline_batches", 1, -1 },
		{ "syncline_queue_depth", 1, -1 },           /* a gauge */
		{ "syncline_worker_restarts_total", 1, -1 }, /* not theirs */
		{ "syncline_rows_total", 1, -1 },            /* three labels */
		{ "syncline_batch_seconds", 1, -1 },         /* 17 cells */
	};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct buf body = { 0 };
		struct arena a = { 0 };
		struct err e = { 0 };
		struct metric_growth *g;
		size_t n;
		put_report(&body, rows[i].name, "load", rows[i].v);
		int r = metric_wire_decode(buf_span(&body), &a, &g, &n, &e);
		if (r != rows[i].result)
			fail_msg("%s %g: %d", rows[i].name, rows[i].v, r);
		if (r < 0)
			assert_string_equal(e.code, "bad_metrics");
		buf_putc(&body, 0xc0);
		assert_int_equal(
		    metric_wire_decode(buf_span(&body), &a, &g, &n, &e), -1);
		arena_free(&a);
		buf_free(&body);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(families_stay_together),
		cmocka_unit_test(labels_are_escaped),
		cmocka_unit_test(numbers_are_short_and_exact),
		cmocka_unit_test(histograms_accumulate),
		cmocka_unit_test(cells_stay),
		cmocka_unit_test(the_table_is_sound),
		cmocka_unit_test(reports_add_up_over_restarts),
		cmocka_unit_test(gauges_stay_at_home),
		cmocka_unit_test(a_long_report_comes_in_parts),
		cmocka_unit_test(bad_reports_are_refused),
	};
	return cmocka_run_group_tests_name("proto/metric", tests, NULL, NULL);
}
