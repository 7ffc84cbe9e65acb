/* Where metrics are served: what is refused, and why. */
#include "tests/unit/proto/pipeline_file.h"

#define AT_METRICS "p.yaml:12: metrics: "

static const struct pipeline_row rows[] = {
	{ "loopback", "metrics: 127.0.0.1:9700\n", "fine\n" },
	{ "loopback, six", "metrics: '[::1]:9700'\n", "fine\n" },
	{ "off", "metrics: 0.0.0.0:0\n", "fine\n" },
	{ "everybody, unsaid", "metrics: 0.0.0.0:9700\n",
	    AT_METRICS
	    "0.0.0.0 can be reached from other machines, and metrics are "
	    "served without password and encryption: serve them at 127.0.0.1 "
	    "or [::1], or say metrics_public: yes\n" },
	{ "everybody, said", "metrics: 0.0.0.0:9700\nmetrics_public: yes\n",
	    "fine\n" },
	{ "no address", "metrics: yes\n",
	    AT_METRICS "expected an address and a port such as "
		       "127.0.0.1:9700 or [::1]:9700, found \"yes\"\n" },
	{ "a list", "metrics: [a]\n",
	    AT_METRICS "expected an address and a port such as "
		       "127.0.0.1:9700, found a list\n" },
	{ "the last port", "metrics: 127.0.0.1:65529\n", "fine\n" },
	{ "no room for the workers", "metrics: 127.0.0.1:65530\n",
	    AT_METRICS "supervisor and workers need 7 ports from 65530 on, "
		       "and ports end at 65535\n" },
	{ "an empty file name", "metrics_targets: ''\n",
	    "p.yaml:12: metrics_targets: expected a text, found an empty "
	    "one\n" },
};

static void
refusals(void **state)
{
	(void)state;
	pipeline_rows(PIPELINE_BASE, rows, ARRAY_LEN(rows));
}

static struct pipeline *
load(const char *more)
{
	struct pipeline *p = NULL;
	struct err e = { 0 };
	pipeline_write(PIPELINE_BASE, more);
	if (pipeline_load("p.yaml", NULL, &p, NULL, &e) < 0)
		fail_msg("%s", e.msg);
	return p;
}

static void
what_is_taken(void **state)
{
	(void)state;
	struct pipeline *p = load("metrics: 127.0.0.1:9700\n"
				  "store: {dir: /var/lib/x}\n");
	assert_string_equal(p->metrics.host, "127.0.0.1");
	assert_int_equal(p->metrics.port, 9700);
	assert_string_equal(p->metrics_targets, "/var/lib/x/targets.json");
	pipeline_free(&p);
	p = load("metrics_targets: /run/x/t.json\n");
	assert_int_equal(p->metrics.port, 0);
	assert_string_equal(p->metrics_targets, "/run/x/t.json");
	pipeline_free(&p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(refusals),
		cmocka_unit_test(what_is_taken),
	};
	return cmocka_run_group_tests_name(
	    "proto/pipeline_metrics", tests, pipeline_enter, pipeline_leave);
}
