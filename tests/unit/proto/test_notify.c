#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "proto/notify.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* The manager's end; name as in $NOTIFY_SOCKET. */
static int
listen_at(const char *name)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	size_t n = strlen(name);
	memcpy(at.sun_path, name, n);
	if (name[0] == '@')
		at.sun_path[0] = '\0';
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	assert_true(fd >= 0);
	assert_int_equal(
	    bind(fd, (struct sockaddr *)&at,
		(socklen_t)(offsetof(struct sockaddr_un, sun_path) + n)),
	    0);
	return fd;
}

static void
told_at(const char *name)
{
	struct err e = { 0 };
	char got[64] = "";
	int fd = listen_at(name);
	setenv("NOTIFY_SOCKET", name, 1);
	assert_int_equal(notify_send("READY=1\nSTATUS=ok", &e), 1);
	assert_int_equal(recv(fd, got, sizeof(got), MSG_DONTWAIT), 17);
	assert_string_equal(got, "READY=1\nSTATUS=ok");
	close(fd);
}

static void
a_path_is_told(void **state)
{
	(void)state;
	char dir[] = "/tmp/syncline-notify-XXXXXX", path[64];
	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/sock", dir);
	told_at(path);
	unlink(path);
	rmdir(dir);
}

static void
an_abstract_name_is_told(void **state)
{
	(void)state;
	char name[64];
	snprintf(name, sizeof(name), "@syncline-notify-%ld", (long)getpid());
	told_at(name);
}

static void
nobody_is_no_error(void **state)
{
	(void)state;
	struct err e = { 0 };
	unsetenv("NOTIFY_SOCKET");
	assert_int_equal(notify_send("READY=1", &e), 0);
	setenv("NOTIFY_SOCKET", "", 1);
	assert_int_equal(notify_send("READY=1", &e), 0);
	assert_int_equal(e.cls, ERR_NONE);
}

static void
what_cannot_be_reached_is_one(void **state)
{
	(void)state;
	char longest[200];
	memset(longest, 'x', sizeof(longest));
	longest[0] = '/';
	longest[sizeof(longest) - 1] = '\0';
	const char *names[] = { "relative", "/nowhere/sock", "@nobody-there",
		longest };
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		struct err e = { 0 };
		print_message("  %.20s\n", names[i]);
		setenv("NOTIFY_SOCKET", names[i], 1);
		assert_int_equal(notify_send("READY=1", &e), -1);
		assert_int_equal(e.cls, ERR_RETRY);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_path_is_told),
		cmocka_unit_test(an_abstract_name_is_told),
		cmocka_unit_test(nobody_is_no_error),
		cmocka_unit_test(what_cannot_be_reached_is_one),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
