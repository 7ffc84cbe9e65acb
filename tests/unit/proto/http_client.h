#ifndef TESTS_HTTP_CLIENT_H
#define TESTS_HTTP_CLIENT_H
/* Who asks a server that lives in this very process: both take turns. */
#include <arpa/inet.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "proto/arena.h"
#include "proto/http.h"
#include <cmocka.h>

enum { HTTP_CLIENT_TURNS = 100000 };

static inline struct sockaddr_in
http_client_address(uint16_t port)
{
	return (struct sockaddr_in){ .sin_family = AF_INET,
		.sin_port = htons(port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
}

/* A port that nobody has; *fd goes on listening there, if it is wanted. */
static inline uint16_t
http_client_port(int *fd)
{
	struct sockaddr_in at = http_client_address(0);
	socklen_t len = sizeof(at);
	int s = socket(AF_INET, SOCK_STREAM, 0);
	assert_int_equal(bind(s, (const struct sockaddr *)&at, len), 0);
	assert_int_equal(getsockname(s, (struct sockaddr *)&at, &len), 0);
	if (fd) {
		assert_int_equal(listen(s, 1), 0);
		*fd = s;
	} else {
		close(s);
	}
	return ntohs(at.sin_port);
}

static inline int
http_client_dial(struct http *h, uint16_t port)
{
	struct sockaddr_in to = http_client_address(port);
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	assert_int_equal(
	    connect(fd, (const struct sockaddr *)&to, sizeof(to)), 0);
	http_turn(h);
	return fd;
}

static inline void
http_client_say(struct http *h, int fd, const char *text)
{
	assert_int_equal(
	    send(fd, text, strlen(text), MSG_NOSIGNAL), strlen(text));
	http_turn(h);
}

/* Everything that comes until the server ends the connection. */
static inline void
http_client_hear(struct http *h, int fd, struct buf *out)
{
	for (int i = 0; i < HTTP_CLIENT_TURNS; i++) {
		struct pollfd p = { .fd = fd, .events = POLLIN };
		buf_reserve(out, 65536);
		http_turn(h);
		if (poll(&p, 1, 1) != 1)
			continue;
		ssize_t n = recv(fd, out->data + out->len, 65536, 0);
		if (n <= 0)
			return;
		out->len += (size_t)n;
	}
	fail_msg("no end after %zu bytes", out->len);
}

static inline void
http_client_fetch(
    struct http *h, uint16_t port, const char *request, struct buf *out)
{
	int fd = http_client_dial(h, port);
	http_client_say(h, fd, request);
	http_client_hear(h, fd, out);
	close(fd);
}

#endif
