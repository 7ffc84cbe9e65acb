#include "proto/log.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "proto/clock.h"
#include <cmocka.h>

/* A stopped clock; proto/clock.o is left out of the link. */
int64_t
clock_wall_micros(void)
{
	return INT64_C(1736937045123456); /* 2025-01-15 10:30:45.123456 */
}
#define TIME "time=2025-01-15T10:30:45.123Z "

static int pipe_fds[2];
static int old_stderr;
static char got[8192];

/* stderr becomes a pipe; what was written is in got afterwards. */
static void
capture_begin(void)
{
	assert_int_equal(pipe(pipe_fds), 0);
	old_stderr = dup(STDERR_FILENO);
	dup2(pipe_fds[1], STDERR_FILENO);
}

static const char *
capture_end(void)
{
	dup2(old_stderr, STDERR_FILENO);
	close(old_stderr);
	close(pipe_fds[1]);
	size_t n = 0;
	for (ssize_t r;
	     (r = read(pipe_fds[0], got + n, sizeof(got) - 1 - n)) > 0;)
		n += (size_t)r;
	close(pipe_fds[0]);
	got[n] = '\0';
	return got;
}

static void
test_values(void **state)
{
	(void)state;
	static const struct {
		const char *label, *value, *expected;
	} rows[] = {
		{ "plain", "abc", "abc" },
		{ "number", "12", "12" },
		{ "empty", "", "\"\"" },
		{ "space", "a b", "\"a b\"" },
		{ "equals", "a=b", "\"a=b\"" },
		{ "quote", "a\"b", "\"a\\\"b\"" },
		{ "backslash", "a\\b", "\"a\\\\b\"" },
		{ "newline", "a\nb", "\"a\\nb\"" },
		{ "cr and tab", "a\r\tb", "\"a\\r\\tb\"" },
		{ "escape", "\033[31m", "\"\\x1b[31m\"" },
		{ "DEL", "a\x7f", "\"a\\x7f\"" },
		{ "UTF-8", "قطعه", "قطعه" },
		{ "four bytes", "\xf0\x9f\x98\x80", "\xf0\x9f\x98\x80" },
		{ "C1 control",
		    "\xc2\x9b"
		    "31m",
		    "\"\\xc2\\x9b31m\"" },
		{ "lone continuation", "\x80", "\"\\x80\"" },
		{ "cut short", "\xe2\x82", "\"\\xe2\\x82\"" },
		{ "overlong", "\xc0\xaf", "\"\\xc0\\xaf\"" },
		{ "overlong of three", "\xe0\x80\xaf", "\"\\xe0\\x80\\xaf\"" },
		{ "surrogate", "\xed\xa0\x80", "\"\\xed\\xa0\\x80\"" },
		{ "above Unicode", "\xf4\x90\x80\x80",
		    "\"\\xf4\\x90\\x80\\x80\"" },
	};
	log_init("load", LOG_LEVEL_INFO);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char expected[256];
		snprintf(expected, sizeof(expected),
		    TIME "level=info stage=load msg=event k=%s\n",
		    rows[i].expected);
		capture_begin();
		log_info("event", "k", rows[i].value, NULL);
		if (strcmp(capture_end(), expected) != 0)
			fail_msg("%s: %s", rows[i].label, got);
	}
}

static void
test_levels(void **state)
{
	(void)state;
	log_init("load", LOG_LEVEL_WARN);
	assert_true(log_enabled(LOG_LEVEL_ERROR));
	assert_false(log_enabled(LOG_LEVEL_INFO));
	capture_begin();
	log_error("one", NULL);
	log_warn("two", NULL);
	log_info("three", NULL);
	log_debug("four", NULL);
	assert_string_equal(capture_end(),
	    TIME "level=error stage=load msg=one\n" TIME
		 "level=warn stage=load msg=two\n");
}

/* Eight numbers of the caller survive the run's own number. */
static void
test_run_and_numbers(void **state)
{
	(void)state;
	log_init("synclined", LOG_LEVEL_INFO);
	log_set_run(7, "work orders");
	capture_begin();
	log_info("books", "a", log_u64(1), "b", log_u64(UINT64_MAX), "c",
	    log_i64(INT64_MIN), "d", log_u64(4), "e", log_u64(5), "f",
	    log_u64(6), "g", log_u64(7), "h", log_u64(8), NULL);
	log_set_run(0, NULL);
	log_info("books", NULL);
	assert_string_equal(capture_end(),
	    TIME "level=info stage=synclined run=7 entity=\"work orders\" "
		 "msg=books a=1 b=18446744073709551615 "
		 "c=-9223372036854775808 d=4 e=5 f=6 g=7 h=8\n" TIME
		 "level=info stage=synclined msg=books\n");
}

static void
test_err(void **state)
{
	(void)state;
	struct err e = { 0 };
	log_init("load", LOG_LEVEL_INFO);
	capture_begin();
	err_retry(&e, "57P01", "server says \"bye\"\n");
	log_err(LOG_LEVEL_WARN, "target lost", &e);
	err_data(&e, "bad_number", "no number");
	err_field(&e, "qty");
	log_err(LOG_LEVEL_WARN, "row rejected", &e);
	assert_string_equal(capture_end(),
	    TIME "level=warn stage=load msg=\"target lost\" class=retry "
		 "code=57P01 error=\"server says \\\"bye\\\"\\n\"\n" TIME
		 "level=warn stage=load msg=\"row rejected\" class=data "
		 "code=bad_number error=\"no number\" field=qty\n");
}

static void
set_journal_stream(uintmax_t ino_offset, const char *tail)
{
	struct stat st;
	char v[80];
	assert_int_equal(fstat(STDERR_FILENO, &st), 0);
	snprintf(v, sizeof(v), "%ju:%ju%s", (uintmax_t)st.st_dev,
	    (uintmax_t)st.st_ino + ino_offset, tail);
	setenv("JOURNAL_STREAM", v, 1);
}

static const char *
line_under(uintmax_t ino_offset, const char *tail)
{
	capture_begin();
	set_journal_stream(ino_offset, tail);
	log_init("load", LOG_LEVEL_DEBUG);
	log_error("e", NULL);
	log_warn("w", NULL);
	log_info("i", NULL);
	log_debug("d", NULL);
	unsetenv("JOURNAL_STREAM");
	log_init("load", LOG_LEVEL_DEBUG);
	return capture_end();
}

static void
test_journal(void **state)
{
	(void)state;
	assert_string_equal(line_under(0, ""),
	    "<3>level=error stage=load msg=e\n"
	    "<4>level=warn stage=load msg=w\n"
	    "<6>level=info stage=load msg=i\n"
	    "<7>level=debug stage=load msg=d\n");
}

/* The variable is inherited, but stderr goes elsewhere. */
static void
test_not_the_journal(void **state)
{
	(void)state;
	const char *plain = TIME "level=error";
	assert_memory_equal(line_under(1, ""), plain, strlen(plain));
	assert_memory_equal(line_under(0, "x"), plain, strlen(plain));
}

static void
test_line_is_one_write(void **state)
{
	(void)state;
	/* A datagram socket keeps writes apart: one read, one event. */
	char big[3000];
	memset(big, 'x', sizeof(big) - 1);
	big[sizeof(big) - 1] = '\0';
	log_init("load", LOG_LEVEL_INFO);
	assert_int_equal(socketpair(AF_UNIX, SOCK_DGRAM, 0, pipe_fds), 0);
	old_stderr = dup(STDERR_FILENO);
	dup2(pipe_fds[1], STDERR_FILENO);
	log_info("big", "v", big, NULL);
	dup2(old_stderr, STDERR_FILENO);
	ssize_t n = read(pipe_fds[0], got, sizeof(got));
	assert_true(n > 3000);
	assert_int_equal(got[n - 1], '\n');
	close(pipe_fds[0]);
	close(pipe_fds[1]);
	close(old_stderr);
}

int
main(void)
{
	unsetenv("JOURNAL_STREAM");
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_levels),
		cmocka_unit_test(test_run_and_numbers),
		cmocka_unit_test(test_err),
		cmocka_unit_test(test_journal),
		cmocka_unit_test(test_not_the_journal),
		cmocka_unit_test(test_line_is_one_write),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
