/* What the service manager hears, and when it expects to hear something. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "proto/attr.h"
#include "proto/clock.h"
#include "supervisor/manager.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static int ear = -1;

/* The next message, or "" if there is none. */
static const char *
heard(void)
{
	static char got[256];
	ssize_t n = recv(ear, got, sizeof(got) - 1, MSG_DONTWAIT);
	got[n > 0 ? n : 0] = '\0';
	return got;
}

static int
set_up(void **state)
{
	(void)state;
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	char name[64];
	int n = snprintf(
	    name, sizeof(name), "@syncline-manager-%ld", (long)getpid());
	memcpy(at.sun_path + 1, name + 1, (size_t)n - 1);
	setenv("NOTIFY_SOCKET", name, 1);
	unsetenv("WATCHDOG_USEC");
	unsetenv("WATCHDOG_PID");
	ear = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	return bind(ear, (struct sockaddr *)&at,
	    (socklen_t)(offsetof(struct sockaddr_un, sun_path) + (size_t)n));
}

static int
tear_down(void **state)
{
	(void)state;
	return close(ear);
}

static void
once_each(void **state)
{
	(void)state;
	struct manager m;
	manager_init(&m);
	manager_ready(&m);
	manager_ready(&m);
	assert_string_equal(heard(), "READY=1");
	manager_status("reading");
	assert_string_equal(heard(), "STATUS=reading");
	manager_stopping(&m);
	manager_stopping(&m);
	assert_string_equal(heard(), "STOPPING=1");
	assert_string_equal(heard(), "");
}

static void
signs_of_life_are_thinned_out(void **state)
{
	(void)state;
	static const struct {
		const char *usec, *pid;
		int64_t alive_ms;
	} rows[] = {
		{ NULL, NULL, 0 },
		{ "120000000", NULL, 30000 },
		{ "120000000", "own", 30000 },
		{ "120000000", "1", 0 },
		{ "1", NULL, 1 },
		{ "0", NULL, 0 },
		{ "-4000000", NULL, 0 },
		{ "4s", NULL, 0 },
		{ "", NULL, 0 },
		{ "99999999999999999999", NULL, 0 },
	};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct manager m;
		char own[16];
		snprintf(own, sizeof(own), "%ld", (long)getpid());
		const char *pid = rows[i].pid;
		print_message("  usec %s pid %s\n",
		    rows[i].usec ? rows[i].usec : "-", pid ? pid : "-");
		unsetenv("WATCHDOG_USEC");
		unsetenv("WATCHDOG_PID");
		if (rows[i].usec)
			setenv("WATCHDOG_USEC", rows[i].usec, 1);
		if (pid)
			setenv("WATCHDOG_PID",
			    strcmp(pid, "own") == 0 ? own : pid, 1);
		manager_init(&m);
		assert_int_equal(m.alive_ms, rows[i].alive_ms);
		manager_turned(&m, false);
		assert_string_equal(
		    heard(), rows[i].alive_ms ? "WATCHDOG=1" : "");
		if (rows[i].alive_ms > 1)
			manager_turned(&m, false);
		assert_string_equal(heard(), "");
		if (!rows[i].alive_ms)
			continue;
		m.beat_ms -= rows[i].alive_ms; /* so much later */
		manager_turned(&m, false);
		assert_string_equal(heard(), "WATCHDOG=1");
	}
}

static void
a_drain_asks_for_more_time(void **state)
{
	(void)state;
	struct manager m;
	manager_init(&m);
	manager_turned(&m, false);
	assert_string_equal(heard(), "");
	manager_turned(&m, true);
	assert_string_equal(heard(), "EXTEND_TIMEOUT_USEC=30000000");
	manager_turned(&m, true);
	assert_string_equal(heard(), "");
	m.extend_ms -= 10000;
	manager_turned(&m, true);
	assert_string_equal(heard(), "EXTEND_TIMEOUT_USEC=30000000");
}

static void
a_reload_has_its_time(void **state)
{
	(void)state;
	int64_t before = clock_mono_micros(), at = 0;
	manager_reloading();
	assert_int_equal(
	    sscanf(heard(), "RELOADING=1\nMONOTONIC_USEC=%" SCNd64, &at), 1);
	assert_true(at >= before && at <= clock_mono_micros());
	manager_reloaded();
	assert_string_equal(heard(), "READY=1");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(once_each, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    signs_of_life_are_thinned_out, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    a_drain_asks_for_more_time, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    a_reload_has_its_time, set_up, tear_down),
	};
	return cmocka_run_group_tests_name("manager", tests, NULL, NULL);
}
