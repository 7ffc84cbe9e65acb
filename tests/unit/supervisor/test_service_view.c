#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "supervisor/cli/service_view.h"
#include <jansson.h>
#include <stdlib.h>
#include <time.h>

#define SINCE "\"pid\": 42, \"since\": \"2026-11-26T15:30:00Z\""

static const struct {
	const char *label, *status;
	bool bar;
	const char *text;
} views[] = {
	{ "nobody runs", NULL, false, "" },
	{ "at work",
	    "{" SINCE ", \"state\": \"working\", \"run\": {"
	    "\"entity\": \"orders\", \"state\": \"running\", "
	    "\"phase\": \"read\", \"rows\": 30000, \"estimate\": 60000, "
	    "\"changes\": 12, \"chunks\": 4, \"chunks_done\": 2, "
	    "\"elapsed_ms\": 3000, \"reading\": true}}",
	    true,
	    "synclined, process 42, working, up since 2026-11-26 19:00:00\n"
	    "orders  [##########----------]  50 %  ETA 0:03  30000 rows  "
	    "10000 rows/s  12 changes\n" },
	{ "about to pause",
	    "{" SINCE ", \"state\": \"paused\", \"run\": {"
	    "\"entity\": \"orders\", \"state\": \"pausing\", "
	    "\"phase\": \"read\", \"rows\": 10, \"changes\": 1, "
	    "\"chunks\": 1, \"reading\": true}}",
	    false,
	    "synclined, process 42, paused, up since 2026-11-26 19:00:00\n"
	    "orders  10 rows  1 changes  pausing\n" },
	{ "waiting",
	    "{" SINCE ", \"state\": \"waiting\", "
	    "\"waiting_until\": \"2026-11-26T16:00:00Z\", "
	    "\"waiting_because\": \"the window is closed\", "
	    "\"ordered\": [\"a\", \"b\"]}",
	    false,
	    "synclined, process 42, waiting, up since 2026-11-26 19:00:00\n"
	    "waiting until 2026-11-26 19:30:00: the window is closed\n"
	    "to be run now: a, b\n" },
	{ "no end in sight",
	    "{" SINCE ", \"state\": \"paused\", "
	    "\"waiting_because\": \"the service is paused\"}",
	    false,
	    "synclined, process 42, paused, up since 2026-11-26 19:00:00\n"
	    "waiting: the service is paused\n" },
	{ "from who knows where",
	    "{\"pid\": \"x\", \"since\": 7, \"state\": \"\\u001b[2J\", "
	    "\"ordered\": [7, \"\\n\"], \"run\": []}",
	    false,
	    "synclined, process 0, \\x1b[2J, up since \n"
	    "to be run now: , \\n\n" },
};

static void
lines_for_people(void **state)
{
	(void)state;
	setenv("TZ", "Asia/Tehran", 1);
	tzset();
	for (size_t i = 0; i < ARRAY_LEN(views); i++) {
		const struct store_pauses none = { 0 };
		struct buf out = { 0 };
		json_t *status = views[i].status
				     ? json_loads(views[i].status, 0, NULL)
				     : NULL;
		assert_int_equal(!status, !views[i].status);
		print_message("  %s\n", views[i].label);
		service_view(status, &none, views[i].bar, &out);
		assert_string_equal(buf_str(&out), views[i].text);
		buf_free(&out);
		json_decref(status);
	}
}

static void
pauses_are_said_without_a_service(void **state)
{
	(void)state;
	struct store_pause rows[] = {
		{ "", INT64_C(1795708800000000), "ada" },
		{ "orders", INT64_C(1795708800000000), "bob" },
	};
	const struct store_pauses both = { 2, rows }, one = { 1, &rows[1] };
	struct buf out = { 0 };
	service_view(NULL, &both, false, &out);
	assert_string_equal(buf_str(&out),
	    "the service is paused by ada since 2026-11-26 19:30:00\n"
	    "orders is paused by bob since 2026-11-26 19:30:00\n");
	buf_free(&out);
	assert_string_equal(service_pause(&both, "orders")->actor, "ada");
	assert_string_equal(service_pause(&both, "lines")->actor, "ada");
	assert_string_equal(service_pause(&one, "orders")->actor, "bob");
	assert_null(service_pause(&one, "lines"));
}

static void
what_is_said_of_one_entity(void **state)
{
	(void)state;
	json_t *status = json_loads("{\"run\": {\"entity\": \"orders\", "
				    "\"phase\": \"read\", "
				    "\"rows_per_second\": 9, "
				    "\"eta_seconds\": null}}",
	    0, NULL);
	struct service_entity x = service_entity(status, "orders");
	assert_string_equal(x.phase, "read");
	assert_int_equal(x.rows_per_second, 9);
	assert_int_equal(x.eta_s, -1);
	assert_null(service_entity(status, "lines").phase);
	assert_null(service_entity(NULL, "orders").phase);
	json_decref(status);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_for_people),
		cmocka_unit_test(pauses_are_said_without_a_service),
		cmocka_unit_test(what_is_said_of_one_entity),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
