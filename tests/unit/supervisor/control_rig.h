#ifndef TESTS_CONTROL_RIG_H
#define TESTS_CONTROL_RIG_H
/* A control socket in a folder of its own, whose handler says what it was
 * asked, and clients that are served while they wait. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "proto/limits.h"
#include "supervisor/control.h"
#include <dirent.h>
#include <jansson.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { NOBODY = 65534, BIG = 1 << 20, PATIENCE_MS = 60000 };

struct rig {
	char dir[64], folder[80], path[96];
	struct control *control;
	int asked;
	size_t bytes; /* of a status */
};

static inline void
handle(void *arg, const struct control_peer *peer,
    const struct control_request *q, struct control_reply *reply)
{
	struct rig *r = arg;
	assert_int_equal(peer->uid, geteuid());
	r->asked++;
	reply->ok = q->order != CONTROL_CANCEL;
	if (!reply->ok)
		err_config(&reply->error, "no_live_run", "nothing is live");
	buf_printf(&reply->text, "%s", control_order_name(q->order));
	if (q->order == CONTROL_STATUS && r->bytes) {
		char *text = mem_zalloc(r->bytes + 1);
		memset(text, 'x', r->bytes);
		reply->status = json_pack("{s:s}", "text", text);
		free(text);
	}
}

static inline int
set_up(void **state)
{
	struct rig *r = mem_zalloc(sizeof(*r));
	struct err e = { 0 };
	snprintf(r->dir, sizeof(r->dir), "/tmp/syncline-control-XXXXXX");
	if (!mkdtemp(r->dir))
		return -1;
	snprintf(r->folder, sizeof(r->folder), "%s/control", r->dir);
	snprintf(r->path, sizeof(r->path), "%s/socket", r->folder);
	*state = r;
	return control_open(r->dir, handle, r, &r->control, &e);
}

static inline int
tear_down(void **state)
{
	struct rig *r = *state;
	control_close(&r->control);
	unlink(r->path);
	rmdir(r->folder);
	rmdir(r->dir);
	free(r);
	return 0;
}

/* Serves until fd has something, and then once more. */
static inline bool
serve_until(struct rig *r, int fd)
{
	for (int i = 0; i < PATIENCE_MS; i++) {
		struct pollfd fds[] = { { .fd = fd, .events = POLLIN },
			{ .fd = control_fd(r->control), .events = POLLIN } };
		if (poll(fds, 2, PATIENCE_MS) <= 0)
			return false;
		if (fds[0].revents)
			return true;
		control_serve(r->control);
	}
	return false;
}

static inline int
come(struct rig *r)
{
	struct err e = { 0 };
	int fd = -1;
	assert_int_equal(control_connect(r->dir, &fd, &e), 1);
	return fd;
}

static inline void
say(int fd, const char *text)
{
	assert_int_equal(
	    send(fd, text, strlen(text), MSG_NOSIGNAL), strlen(text));
}

/* A line and nothing behind it, or "" at the end. */
static inline void
hear(struct rig *r, int fd, char *out, size_t size)
{
	size_t n = 0;
	while (n + 1 < size && (n == 0 || out[n - 1] != '\n')) {
		if (!serve_until(r, fd))
			fail_msg("no answer");
		ssize_t got = recv(fd, out + n, size - n - 1, MSG_PEEK);
		if (got <= 0)
			break;
		const char *end = memchr(out + n, '\n', (size_t)got);
		size_t line = end ? (size_t)(end - out) + 1 - n : (size_t)got;
		assert_int_equal(recv(fd, out + n, line, 0), line);
		n += line;
	}
	out[n] = '\0';
}

#endif
