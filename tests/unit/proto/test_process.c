#include "proto/clock.h"
#include "proto/process.h"
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static pid_t
begin(void)
{
	pid_t pid = fork();
	if (pid == 0) {
		pause();
		_exit(0);
	}
	return pid;
}

static void
end(pid_t pid)
{
	siginfo_t how;
	kill(pid, SIGKILL);
	/* Dead, and left as it is. */
	assert_int_equal(waitid(P_PID, (id_t)pid, &how, WEXITED | WNOWAIT), 0);
}

static void
test_who_lives(void **state)
{
	(void)state;
	const int64_t minute = INT64_C(60000000);
	pid_t pid = begin();
	int64_t now = clock_wall_micros();
	const struct {
		const char *label;
		int64_t at;
		bool lives;
	} rows[] = {
		{ "it was there", now, true },
		{ "whoever has the number", INT64_MAX, true },
		{ "another one had the number then", now - minute, false },
		{ "before there was anybody", 0, false },
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (process_lives((uint32_t)pid, rows[i].at) != rows[i].lives)
			fail_msg("%s", rows[i].label);
	assert_true(process_lives((uint32_t)getpid(), now));
	end(pid);
	assert_false(process_lives((uint32_t)pid, INT64_MAX)); /* a zombie */
	waitpid(pid, NULL, 0);
	assert_false(process_lives((uint32_t)pid, INT64_MAX));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_who_lives),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
