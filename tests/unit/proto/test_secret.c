/* Secret references: where a password may come from, and where not. */
#include "proto/secret.h"
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static char dir[] = "/tmp/syncline-secret-XXXXXX";
static char path[64];

static int
set_up(void **state)
{
	(void)state;
	if (!mkdtemp(dir))
		return -1;
	snprintf(path, sizeof(path), "%s/pw", dir);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	unlink(path);
	return rmdir(dir);
}

static void
write_secret(const void *p, size_t n, mode_t mode)
{
	unlink(path);
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL, 0600);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, p, n), (ssize_t)n);
	assert_int_equal(fchmod(fd, mode), 0);
	close(fd);
}

static void
expect(const char *ref, const char *want)
{
	struct buf out = { 0 };
	struct err e = { 0 };

	if (secret_read(ref, dir, &out, &e) != 0)
		fail_msg("%s: %s", ref, e.msg);
	assert_string_equal(buf_str(&out), want);
	secret_wipe(&out);
	assert_null(out.data);
}

static void
refuse(const char *ref, const char *part)
{
	struct buf out = { 0 };
	struct err e = { 0 };

	if (secret_read(ref, dir, &out, &e) == 0)
		fail_msg("%s passed", ref);
	assert_int_equal(e.cls, ERR_CONFIG);
	if (!strstr(e.msg, part))
		fail_msg("%s: %s", ref, e.msg);
	assert_null(strstr(e.msg, "hunter2"));
	secret_wipe(&out);
}

static void
environment(void **state)
{
	(void)state;
	setenv("SYNCLINE_TEST_PW", "hunter2", 1);
	expect("${SYNCLINE_TEST_PW}", "hunter2");
	unsetenv("SYNCLINE_TEST_PW");
	refuse("${SYNCLINE_TEST_PW}", "SYNCLINE_TEST_PW is not set");
	refuse("${}", "no environment variable");
	expect("plain $text", "plain $text");
}

static void
files(void **state)
{
	char ref[80];

	(void)state;
	snprintf(ref, sizeof(ref), "file:%s", path);
	write_secret("hunter2\n", 8, 0600);
	expect(ref, "hunter2");
	expect("file:pw", "hunter2");
	write_secret("a\n\n", 3, 0640);
	expect(ref, "a\n");
	write_secret("hunter2", 7, 0644);
	refuse(ref, "readable by everybody");
	write_secret("\n", 1, 0600);
	refuse(ref, "is empty");
	write_secret("hunter2\0x", 9, 0600);
	refuse(ref, "NUL");
	refuse("file:missing", "No such file");
	refuse("file:/", "not a regular file");
	struct buf out = { 0 };
	struct err e = { 0 };
	assert_int_equal(secret_read("file:pw", NULL, &out, &e), -1);
	assert_non_null(strstr(e.msg, "absolute"));
	secret_wipe(&out);
}

static void
oversized_files(void **state)
{
	static char big[(64 << 10) + 1];

	(void)state;
	memset(big, 'x', sizeof(big));
	write_secret(big, sizeof(big) - 1, 0600);
	struct buf out = { 0 };
	struct err e = { 0 };
	assert_int_equal(secret_read("file:pw", dir, &out, &e), 0);
	assert_int_equal(out.len, sizeof(big) - 1);
	secret_wipe(&out);
	write_secret(big, sizeof(big), 0600);
	refuse("file:pw", "longer than");
}

static void
credentials(void **state)
{
	(void)state;
	write_secret("hunter2\n", 8, 0400);
	unsetenv("CREDENTIALS_DIRECTORY");
	refuse("cred:pw", "CREDENTIALS_DIRECTORY is not set");
	setenv("CREDENTIALS_DIRECTORY", dir, 1);
	expect("cred:pw", "hunter2");
	refuse("cred:../pw", "not the name of a credential");
	refuse("cred:", "not the name of a credential");
	refuse("cred:other", "No such file");
}

static void
where_files_are(void **state)
{
	static const struct {
		const char *directory, *ref, *path; /* NULL: no file */
	} rows[] = {
		{ NULL, "file:/etc/pw", "/etc/pw" },
		{ NULL, "${PW}", NULL },
		{ NULL, "cred:pw", NULL },
		{ "/run/c", "cred:pw", "/run/c/pw" },
		{ "/run/c", "plain", NULL },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct buf out = { 0 };
		unsetenv("CREDENTIALS_DIRECTORY");
		if (rows[i].directory)
			setenv("CREDENTIALS_DIRECTORY", rows[i].directory, 1);
		assert_int_equal(
		    secret_is_file(rows[i].ref, &out), rows[i].path != NULL);
		assert_string_equal(
		    buf_str(&out), rows[i].path ? rows[i].path : "");
		buf_free(&out);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(environment),
		cmocka_unit_test(files),
		cmocka_unit_test(oversized_files),
		cmocka_unit_test(credentials),
		cmocka_unit_test(where_files_are),
	};
	return cmocka_run_group_tests_name("secret", tests, set_up, tear_down);
}
