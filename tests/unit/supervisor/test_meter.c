/* The sum of what the stages say. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "proto/metric_wire.h"
#include "supervisor/meter.h"
#include "supervisor/targets.h"
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

struct fixture {
	struct entity entities[2];
	struct pipeline p;
	struct procs ps;
	struct meter m;
	struct metric_set stage; /* of the process that reports */
	struct err e;
};

static int
setup(void **state)
{
	struct fixture *f = mem_zalloc(sizeof(*f));
	f->entities[0].name = "orders";
	f->entities[1].name = "parts";
	f->p = (struct pipeline){ .nentities = 2,
		.entities = f->entities,
		.metrics = { "127.0.0.1", 9700, true },
		.state_partitions = 2,
		.workers_extract = 2,
		.workers_normalize = 1,
		.workers_identity = 1,
		.workers_delta = 2,
		.workers_load = 1 };
	const struct procs_config conf = { .pipeline = &f->p };
	procs_init(&f->ps, &conf);
	meter_init(&f->m, &f->p, f->ps.n);
	*state = f;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;
	metric_free(&f->stage);
	meter_free(&f->m);
	procs_free(&f->ps);
	free(f);
	return 0;
}

static double *
cell(struct fixture *f, enum metric m, const char *a, const char *b,
    const char *c)
{
	return metric_cells(&f->stage, m, (const char *const[]){ a, b, c });
}

static int
report(struct fixture *f, enum proc_kind k, unsigned instance, uint64_t held)
{
	struct buf body = { 0 };
	metric_wire_encode(&f->stage, &body);
	struct message m = {
		.kind = MSG_METRICS, .held = held, .body = buf_span(&body)
	};
	const struct proc *p = procs_get(&f->ps, k, instance);
	int r = meter_report(&f->m, &f->ps, p, &m, &f->e);
	/* However slow the machine is, it was said just now. */
	f->m.waits[p - f->ps.all].at_ms += 3600000;
	buf_free(&body);
	return r;
}

static void
shows(struct fixture *f, const char *line)
{
	struct buf out = { 0 };
	meter_text(&f->m, &f->ps, &out);
	if (!strstr(buf_str(&out), line))
		fail_msg("no %s in %s", line, buf_str(&out));
	buf_free(&out);
}

/* A process that is started again counts from zero, the sum goes on. */
static void
nothing_goes_back(void **state)
{
	struct fixture *f = *state;
	*cell(f, METRIC_ROWS, "orders", "load", "inserted") = 40;
	assert_int_equal(report(f, PROC_LOAD, 0, 0), 0);
	shows(
	    f, "{entity=\"orders\",stage=\"load\",outcome=\"inserted\"} 40\n");
	meter_died(&f->m, &f->ps, procs_get(&f->ps, PROC_LOAD, 0));
	metric_free(&f->stage);
	*cell(f, METRIC_ROWS, "orders", "load", "inserted") = 2;
	assert_int_equal(report(f, PROC_LOAD, 0, 0), 0);
	shows(
	    f, "{entity=\"orders\",stage=\"load\",outcome=\"inserted\"} 42\n");
	shows(f, "syncline_worker_restarts_total{stage=\"load\"} 1\n");
	shows(f, "syncline_worker_restarts_total{stage=\"delta\"} 0\n");
}

static void
nobody_speaks_for_others(void **state)
{
	struct fixture *f = *state;
	static const struct {
		const char *entity, *stage, *outcome;
	} rows[] = {
		{ "orders", "extract", "inserted" },
		{ "nobody", "load", "inserted" },
		{ "orders", "load", "key=4711" },
	};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		*cell(f, METRIC_BATCHES, "load", NULL, NULL) += 1;
		*cell(f, METRIC_ROWS, rows[i].entity, rows[i].stage,
		    rows[i].outcome) = 1;
		assert_int_equal(report(f, PROC_LOAD, 0, 0), -1);
		assert_string_equal(f->e.code, "bad_metrics");
	}
	struct buf out = { 0 };
	meter_text(&f->m, &f->ps, &out);
	/* All of a report counts, or nothing of it. */
	assert_null(strstr(buf_str(&out), "syncline_batches_total"));
	assert_null(strstr(buf_str(&out), "syncline_rows_total"));
	buf_free(&out);
}

static double
depth(const struct fixture *f, enum proc_kind k)
{
	return meter_queue_depth(&f->m, &f->ps, k);
}

static void
who_waits_stands_in_front_of_the_next(void **state)
{
	struct fixture *f = *state;
	assert_int_equal(report(f, PROC_EXTRACT, 0, 1000), 0);
	assert_int_equal(report(f, PROC_EXTRACT, 1, 250), 0);
	assert_int_equal(report(f, PROC_DELTA, 0, 500), 0);
	assert_true(depth(f, PROC_NORMALIZE) == 1.25);
	assert_true(depth(f, PROC_IDENTITY) == 0);
	assert_true(depth(f, PROC_LOAD) == 0.5);
	f->ps.resolver = true;
	assert_true(depth(f, PROC_LOAD) == 0);
	assert_true(depth(f, PROC_RESOLVER) == 0.5);
	f->ps.resolver = false;
	/* The dead do not wait, and what was said long ago is over. */
	meter_died(&f->m, &f->ps, procs_get(&f->ps, PROC_DELTA, 0));
	assert_true(depth(f, PROC_LOAD) == 0);
	f->m.waits[1].at_ms -= 7200000;
	assert_true(depth(f, PROC_NORMALIZE) == 1);
	struct run r = { .entity = &f->entities[0] };
	meter_run_ended(&f->m, &r, true);
	assert_true(depth(f, PROC_NORMALIZE) == 0);
	assert_true(f->m.unreached[0] && !f->m.unreached[1]);
}

static void
the_window(void **state)
{
	struct fixture *f = *state;
	shows(f, "syncline_window_open 1\n");
	shows(f, "syncline_window_remaining_seconds +Inf\n");
	meter_window(&f->m, true, 3600.5);
	shows(f, "syncline_window_remaining_seconds 3600.5\n");
	meter_window(&f->m, false, 0);
	shows(f, "syncline_window_open 0\n");
	shows(f, "syncline_window_remaining_seconds 0\n");
}

static void
all_entities_are_there_from_the_start(void **state)
{
	struct fixture *f = *state;
	shows(f,
	    "syncline_run_last_success_timestamp_seconds{entity=\"orders\"} "
	    "0\n");
	shows(f, "syncline_rejects{entity=\"parts\"} 0\n");
}

/* One entity goes, one comes; what was counted of the third goes on. */
static void
another_pipeline_file(void **state)
{
	struct fixture *f = *state;
	struct entity fresh[2] = { { .name = "news" }, { .name = "parts" } };
	struct pipeline p = f->p;
	struct buf out = { 0 };
	p.entities = fresh;
	*cell(f, METRIC_ROWS, "orders", "load", "inserted") = 40;
	*cell(f, METRIC_ROWS, "parts", "load", "inserted") = 7;
	assert_int_equal(report(f, PROC_LOAD, 0, 0), 0);
	struct run r = { .entity = &f->entities[1] };
	meter_run_ended(&f->m, &r, true);
	meter_reload(&f->m, &p, f->ps.n);
	meter_text(&f->m, &f->ps, &out);
	assert_null(strstr(buf_str(&out), "orders"));
	buf_free(&out);
	shows(f, "syncline_rejects{entity=\"news\"} 0\n");
	shows(f, "{entity=\"parts\",stage=\"load\",outcome=\"inserted\"} 7\n");
	assert_true(!f->m.unreached[0] && f->m.unreached[1]);
	*cell(f, METRIC_ROWS, "parts", "load", "inserted") += 1;
	assert_int_equal(report(f, PROC_LOAD, 0, 0), 0);
	shows(f, "{entity=\"parts\",stage=\"load\",outcome=\"inserted\"} 8\n");
}

/* --- where the stages are ------------------------------------------------- */

static void
is_file(const char *path, const char *want)
{
	char text[2000];
	struct stat st;
	FILE *file = fopen(path, "r");
	assert_non_null(file);
	size_t n = fread(text, 1, sizeof(text) - 1, file);
	text[n] = '\0';
	fclose(file);
	assert_string_equal(text, want);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0644);
}

static void
targets_are_listed(void **state)
{
	struct fixture *f = *state;
	char dir[] = "/tmp/syncline-targets-XXXXXX", path[100];
	bool listed[16] = { 0 };
	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/t.json", dir);
	f->p.metrics_targets = path;
	mode_t before = umask(077);
	assert_int_equal(targets_write(&f->p, &f->ps, listed, &f->e), 0);
	is_file(path, "[]\n");
	listed[1] = listed[6] = true;
	assert_int_equal(targets_write(&f->p, &f->ps, listed, &f->e), 0);
	is_file(path, "[\n  {\"targets\": [\"127.0.0.1:9702\"], \"labels\": "
		      "{\"worker\": \"extract.1\"}},\n"
		      "  {\"targets\": [\"127.0.0.1:9707\"], \"labels\": "
		      "{\"worker\": \"load.0\"}}\n]\n");
	umask(before);
	unlink(path);
	assert_int_equal(rmdir(dir), 0); /* nothing else was left */
	assert_int_equal(targets_write(&f->p, &f->ps, listed, &f->e), -1);
	assert_non_null(strstr(f->e.msg, path));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    nothing_goes_back, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    nobody_speaks_for_others, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    who_waits_stands_in_front_of_the_next, setup, teardown),
		cmocka_unit_test_setup_teardown(the_window, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    all_entities_are_there_from_the_start, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    another_pipeline_file, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    targets_are_listed, setup, teardown),
	};
	return cmocka_run_group_tests_name(
	    "supervisor/meter", tests, NULL, NULL);
}
