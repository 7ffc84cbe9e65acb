/* What the supervisor says of its health, and that it is measured. */
#include "tests/unit/proto/http_client.h"
#include "tests/unit/proto/store_night.h"

#include "supervisor/engine.h"
#include <signal.h>
#include <sys/resource.h>

struct watched {
	struct fixture *store;
	struct entity entities[2];
	struct pipeline p;
	struct engine en;
	struct run run; /* that is on */
	char targets[200];
};

/* A turn of the loop, but for the wait itself. */
static void
go_round(struct watched *w)
{
	struct sock_item item;
	int64_t wait = -1;
	assert_int_equal(monitor_wait(&w->en, &item, &wait), 1);
	monitor_wake(&w->en);
	monitor_turn(&w->en);
}

static int
setup(void **state)
{
	struct watched *w = mem_zalloc(sizeof(*w));
	void *store;
	if (fixture_setup_open(&store) < 0)
		return -1;
	w->store = store;
	w->entities[0].name = "orders";
	w->entities[1].name = "parts";
	snprintf(
	    w->targets, sizeof(w->targets), "%s/targets.json", w->store->dir);
	w->p = (struct pipeline){ .nentities = 2,
		.entities = w->entities,
		.metrics = { "127.0.0.1", http_client_port(NULL), true },
		.metrics_targets = w->targets,
		.state_partitions = 1,
		.workers_extract = 1,
		.workers_normalize = 1,
		.workers_identity = 1,
		.workers_delta = 1,
		.workers_load = 1 };
	fixture_end_run(w->store, fixture_run(w->store, "orders"));
	w->run.entity = &w->entities[0];
	w->en = (struct engine){
		.pipeline = &w->p, .store = w->store->s, .live = &w->run
	};
	const struct procs_config conf = { .pipeline = &w->p };
	procs_init(&w->en.procs, &conf);
	meter_init(&w->en.meter, &w->p, w->en.procs.n);
	OK(w->store, monitor_open(&w->en, &w->store->e));
	for (size_t i = 0; i < w->en.procs.n; i++)
		w->en.procs.all[i].state = PROC_READY;
	go_round(w);
	*state = w;
	return 0;
}

static int
teardown(void **state)
{
	struct watched *w = *state;
	void *store = w->store;
	monitor_close(&w->en);
	meter_free(&w->en.meter);
	procs_free(&w->en.procs);
	free(w);
	return fixture_teardown(&store);
}

/* The status line and the body, together. */
static void
says(struct watched *w, const char *path, const char *status, const char *body)
{
	struct buf out = { 0 };
	char request[200];
	snprintf(request, sizeof(request), "GET %s HTTP/1.1\r\n\r\n", path);
	http_client_fetch(w->en.monitor.http, w->p.metrics.port, request, &out);
	const char *text = strstr(buf_str(&out), "\r\n\r\n");
	assert_non_null(text);
	assert_memory_equal(out.data + strlen("HTTP/1.1 "), status, 3);
	assert_string_equal(text + 4, body);
	buf_free(&out);
}

static void
all_is_well(void **state)
{
	struct watched *w = *state;
	says(w, "/healthz", "200", "loop: good\nstore: good\n");
	says(w, "/readyz", "200",
	    "loop: good\nstore: good\nstages: 5 of 5 up\n");
	says(w, "/health", "404", "Not Found\n");
}

static void
a_loop_that_stands_still(void **state)
{
	struct watched *w = *state;
	const char *bad = "loop: stood still for too long\nstore: good\n";
	/* In this very turn, and in the one that has just been. */
	w->en.monitor.awake_ms -= HEALTH_LOOP_MS + 1;
	says(w, "/healthz", "503", bad);
	go_round(w);
	says(w, "/healthz", "503", bad);
	go_round(w);
	/* However long it waits for something to do, it is well. */
	says(w, "/healthz", "200", "loop: good\nstore: good\n");
}

static void
stages_and_sources(void **state)
{
	struct watched *w = *state;
	w->en.procs.all[2].state = PROC_STARTING;
	w->en.meter.unreached[1] = true;
	says(w, "/readyz", "503",
	    "loop: good\nstore: good\nstages: 4 of 5 up\n"
	    "parts: source, target or store was not reached\n");
	says(w, "/healthz", "200", "loop: good\nstore: good\n");
	w->en.live = NULL;
	w->en.meter.unreached[1] = false;
	says(w, "/readyz", "200",
	    "loop: good\nstore: good\n"
	    "stages: 4 of 5 up, no run needs them\n");
}

/* Files may not grow beyond this, as if the disk were full. */
static void
limit_files(rlim_t bytes)
{
	struct rlimit r;
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &r), 0);
	r.rlim_cur = bytes;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &r), 0);
}

static void
a_full_disk(void **state)
{
	struct watched *w = *state;
	limit_files(1);
	says(w, "/healthz", "503", "loop: good\nstore: SQLITE_IOERR\n");
	limit_files(RLIM_INFINITY);
	/* Within five seconds it is not tried again, whoever asks. */
	w->en.monitor.store_ms += 3600000;
	says(w, "/readyz", "503",
	    "loop: good\nstore: SQLITE_IOERR\nstages: 5 of 5 up\n");
	w->en.monitor.store_ms -= 2 * 3600000;
	says(w, "/healthz", "200", "loop: good\nstore: good\n");
}

static void
is_listed(struct watched *w, const char *name, bool want)
{
	char text[2000] = "";
	FILE *f = fopen(w->targets, "r");
	assert_non_null(f);
	assert_true(fread(text, 1, sizeof(text) - 1, f) > 0);
	fclose(f);
	assert_int_equal(strstr(text, name) != NULL, want);
}

static void
workers_come_and_go(void **state)
{
	struct watched *w = *state;
	is_listed(w, "\"delta.0\"", true);
	w->en.procs.all[3].state = PROC_DOWN;
	go_round(w);
	is_listed(w, "\"delta.0\"", false);
	is_listed(w, "\"load.0\"", true);
	w->en.procs.all[3].state = PROC_READY;
	go_round(w);
	is_listed(w, "\"delta.0\"", true);
	monitor_close(&w->en);
	is_listed(w, "load", false);
}

/* What the store knows is there before anything has run. */
static void
the_store_is_read(void **state)
{
	struct watched *w = *state;
	const char *const orders[] = { "orders" }, *const parts[] = { "parts" };
	assert_true(
	    *metric_cells(&w->en.meter.set, METRIC_LAST_SUCCESS, orders) > 0);
	assert_true(
	    *metric_cells(&w->en.meter.set, METRIC_LAST_SUCCESS, parts) == 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(all_is_well, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    a_loop_that_stands_still, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    stages_and_sources, setup, teardown),
		cmocka_unit_test_setup_teardown(a_full_disk, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    workers_come_and_go, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    the_store_is_read, setup, teardown),
	};
	return cmocka_run_group_tests_name(
	    "supervisor/monitor", tests, NULL, NULL);
}
