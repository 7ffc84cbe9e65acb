/* The service's end of the control socket, with clients of every kind. */
#include "tests/unit/supervisor/control_rig.h"

static void
assert_answers(struct rig *r, int fd, const char *order)
{
	char line[200], ask[80];
	snprintf(ask, sizeof(ask), "{\"version\":1,\"order\":\"%s\"}\n", order);
	say(fd, ask);
	hear(r, fd, line, sizeof(line));
	assert_non_null(strstr(line, "\"ok\":true"));
	assert_non_null(strstr(line, order));
}

static void
requests_and_answers(void **state)
{
	struct rig *r = *state;
	char line[300];
	int fd = come(r);
	assert_answers(r, fd, "pause");
	assert_answers(r, fd, "resume");
	say(fd, "{\"version\":1,\"order\":\"cancel\"}\n");
	hear(r, fd, line, sizeof(line));
	assert_non_null(strstr(line, "\"ok\":false"));
	assert_non_null(strstr(line, "no_live_run"));
	/* In pieces, and two at once. */
	say(fd, "{\"version\":1,\"ord");
	for (int i = 0; i < 3; i++)
		control_serve(r->control);
	say(fd, "er\":\"pause\"}\n{\"version\":1,\"order\":\"resume\"}\n");
	hear(r, fd, line, sizeof(line));
	assert_non_null(strstr(line, "pause"));
	hear(r, fd, line, sizeof(line));
	assert_non_null(strstr(line, "resume"));
	close(fd);
}

static void
modes(void **state)
{
	struct rig *r = *state;
	struct stat st;
	assert_int_equal(stat(r->folder, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0700);
	assert_int_equal(stat(r->path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_true(S_ISSOCK(st.st_mode));
}

static void
garbage_is_answered_once(void **state)
{
	struct rig *r = *state;
	char line[300];
	int fd = come(r);
	say(fd, "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
	hear(r, fd, line, sizeof(line));
	assert_non_null(strstr(line, "bad_request"));
	hear(r, fd, line, sizeof(line));
	assert_string_equal(line, "");
	close(fd);
	assert_int_equal(r->asked, 0);
}

static void
a_line_without_end_is_cut(void **state)
{
	struct rig *r = *state;
	char part[4096], line[300];
	int fd = come(r);
	memset(part, 'x', sizeof(part));
	for (size_t sent = 0; sent <= LIMIT_REQUEST_BYTES + sizeof(part);) {
		ssize_t n =
		    send(fd, part, sizeof(part), MSG_NOSIGNAL | MSG_DONTWAIT);
		if (n > 0)
			sent += (size_t)n;
		else if (sent > LIMIT_REQUEST_BYTES)
			break;
		control_serve(r->control);
	}
	hear(r, fd, line, sizeof(line));
	assert_non_null(strstr(line, "bad_request"));
	close(fd);
}

/* Whoever was silent the longest makes room for who comes. */
static void
a_thousand_connections(void **state)
{
	enum { MANY = 1000 };
	struct rig *r = *state;
	int *fds = mem_zalloc(MANY * sizeof(*fds));
	for (int i = 0; i < MANY; i++) {
		fds[i] = come(r);
		if (i % 2)
			say(fds[i], "{\"version\":");
		control_serve(r->control);
	}
	int fd = come(r);
	assert_answers(r, fd, "pause");
	for (int i = 0; i < MANY; i++)
		close(fds[i]);
	assert_answers(r, fd, "resume");
	close(fd);
	free(fds);
}

/* Its answer is far more than the socket holds. */
static void
one_who_never_reads(void **state)
{
	struct rig *r = *state;
	r->bytes = BIG;
	int deaf = come(r), watcher = come(r);
	for (int i = 0; i < 100; i++) {
		if (send(deaf, "{\"version\":1,\"order\":\"status\"}\n", 31,
			MSG_NOSIGNAL | MSG_DONTWAIT) < 0)
			break;
		control_serve(r->control);
	}
	/* The next one is read when the last one's answer is gone. */
	assert_int_equal(r->asked, 1);
	say(watcher, "{\"version\":1,\"order\":\"watch\"}\n");
	r->bytes = 0;
	int fd = come(r);
	assert_answers(r, fd, "pause");
	close(fd);
	close(deaf);
	close(watcher);
}

/* Many requests at once, with answers that do not fit: each is answered, one
 * after the other. */
static void
a_pile_of_requests(void **state)
{
	enum { PILE = 20 };
	struct rig *r = *state;
	int fd = come(r);
	r->bytes = BIG;
	for (int i = 0; i < PILE; i++)
		say(fd, "{\"version\":1,\"order\":\"status\"}\n");
	char *line = mem_zalloc(BIG + 1000);
	for (int i = 0; i < PILE; i++) {
		hear(r, fd, line, BIG + 1000);
		assert_true(strlen(line) > BIG);
		assert_true(r->asked <= i + 2);
	}
	assert_int_equal(r->asked, PILE);
	free(line);
	close(fd);
}

static void
watchers_are_shown_more(void **state)
{
	struct rig *r = *state;
	char line[300];
	int fd = come(r);
	assert_answers(r, fd, "watch");
	for (int i = 0; i < 2; i++) {
		hear(r, fd, line, sizeof(line));
		assert_non_null(strstr(line, "status"));
	}
	control_close(&r->control);
	assert_true(recv(fd, line, sizeof(line) - 1, 0) > 0);
	assert_non_null(strstr(line, "\"end\":true"));
	assert_int_equal(recv(fd, line, sizeof(line), 0), 0);
	close(fd);
	assert_int_equal(access(r->path, F_OK), -1);
}

/* A child that must end well. */
static void
serve_to_end(struct rig *r, pid_t child)
{
	int status = 0;
	while (waitpid(child, &status, WNOHANG) == 0) {
		struct pollfd p = { .fd = control_fd(r->control),
			.events = POLLIN };
		poll(&p, 1, 50);
		control_serve(r->control);
	}
	assert_int_equal(status, 0);
}

static void
assert_serves(struct rig *r)
{
	int fd = come(r);
	assert_answers(r, fd, "pause");
	close(fd);
}

/* Whatever the modes are: as somebody else nobody is heard. */
static void
another_user_is_refused(void **state)
{
	struct rig *r = *state;
	if (geteuid() != 0) {
		print_message("  not root: no other user to be\n");
		skip();
	}
	assert_int_equal(chmod(r->dir, 0755), 0);
	assert_int_equal(chmod(r->folder, 0755), 0);
	assert_int_equal(chmod(r->path, 0666), 0);
	pid_t child = fork();
	if (child == 0) {
		char line[300] = "";
		int fd = -1;
		struct err e = { 0 };
		if (setgid(NOBODY) < 0 || setuid(NOBODY) < 0 ||
		    control_connect(r->dir, &fd, &e) != 1)
			_exit(2);
		send(fd, "{\"version\":1,\"order\":\"stop\"}\n", 29,
		    MSG_NOSIGNAL);
		ssize_t n = recv(fd, line, sizeof(line) - 1, 0);
		_exit(n > 0 && strstr(line, "not_allowed") ? 0 : 3);
	}
	serve_to_end(r, child);
	assert_int_equal(r->asked, 0);
	assert_serves(r);
}

/* Who is alive answers; a name that nobody answers at is taken over. */
static void
a_stale_socket_is_replaced_a_live_one_not(void **state)
{
	struct rig *r = *state;
	struct control *second = NULL;
	struct err e = { 0 };
	pid_t child = fork();
	if (child == 0)
		_exit(control_open(r->dir, handle, r, &second, &e) < 0 &&
			      strcmp(e.code, "already_running") == 0
			  ? 0
			  : 1);
	serve_to_end(r, child);

	/* A killed one leaves its name behind. */
	control_close(&r->control);
	child = fork();
	if (child == 0)
		_exit(control_open(r->dir, handle, r, &second, &e) < 0);
	int status;
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	assert_int_equal(access(r->path, F_OK), 0);
	assert_int_equal(control_open(r->dir, handle, r, &r->control, &e), 0);
	assert_serves(r);
}

/* One that slept does not take its successor's name away. */
static void
a_name_that_is_not_ours_stays(void **state)
{
	struct rig *r = *state;
	struct err e = { 0 };
	struct control *first = r->control;
	r->control = NULL;
	assert_int_equal(unlink(r->path), 0);
	assert_int_equal(control_open(r->dir, handle, r, &r->control, &e), 0);
	control_close(&first);
	assert_serves(r);
}

static void
a_file_in_the_way_is_not_ours(void **state)
{
	struct rig *r = *state;
	struct err e = { 0 };
	control_close(&r->control);
	FILE *f = fopen(r->path, "w");
	assert_non_null(f);
	fclose(f);
	assert_int_equal(control_open(r->dir, handle, r, &r->control, &e), -1);
	assert_string_equal(e.code, "control_socket");
	assert_int_equal(access(r->path, F_OK), 0);
}

static void
nobody_is_there(void **state)
{
	struct rig *r = *state;
	struct err e = { 0 };
	int fd = -1;
	control_close(&r->control);
	assert_int_equal(control_connect(r->dir, &fd, &e), 0);
	assert_int_equal(control_connect("/nowhere", &fd, &e), 0);
	assert_int_equal(e.cls, ERR_NONE);
}

#define WITH_RIG(t) cmocka_unit_test_setup_teardown(t, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_RIG(requests_and_answers),
		WITH_RIG(modes),
		WITH_RIG(garbage_is_answered_once),
		WITH_RIG(a_line_without_end_is_cut),
		WITH_RIG(a_thousand_connections),
		WITH_RIG(one_who_never_reads),
		WITH_RIG(a_pile_of_requests),
		WITH_RIG(watchers_are_shown_more),
		WITH_RIG(another_user_is_refused),
		WITH_RIG(a_stale_socket_is_replaced_a_live_one_not),
		WITH_RIG(a_name_that_is_not_ours_stays),
		WITH_RIG(a_file_in_the_way_is_not_ours),
		WITH_RIG(nobody_is_there),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
