#include "proto/share_door.h"
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

bool
share_door_path(const char *endpoint, struct buf *out)
{
	static const char scheme[] = "ipc://", suffix[] = ".memory";
	struct sockaddr_un address;
	size_t n = sizeof(scheme) - 1;

	if (strncmp(endpoint, scheme, n) != 0 ||
	    strlen(endpoint) - n + sizeof(suffix) > sizeof(address.sun_path))
		return false;
	buf_puts(out, endpoint + n);
	buf_puts(out, suffix);
	return true;
}

static bool
address_of(const char *endpoint, struct sockaddr_un *out)
{
	struct buf path = { 0 };
	bool there = share_door_path(endpoint, &path);

	*out = (struct sockaddr_un){ .sun_family = AF_UNIX };
	if (there)
		memcpy(out->sun_path, path.data, path.len);
	buf_free(&path);
	return there;
}

static int
new_socket(void)
{
	return socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
}

int
share_door_open(const char *endpoint)
{
	struct sockaddr_un at;
	int fd = address_of(endpoint, &at) ? new_socket() : -1;

	if (fd < 0)
		return -1;
	unlink(at.sun_path);
	if (bind(fd, (const struct sockaddr *)&at, sizeof(at)) == 0)
		return fd;
	close(fd);
	return -1;
}

void
share_door_remove(const char *endpoint)
{
	struct sockaddr_un at;

	if (address_of(endpoint, &at))
		unlink(at.sun_path);
}

/* Room for the one descriptor that a message has. */
union rights {
	struct cmsghdr head;
	uint8_t room[CMSG_SPACE(sizeof(int))];
};

int
share_door_take(int door, uint64_t *token)
{
	for (;;) {
		union rights rights = { 0 };
		struct iovec v = { token, sizeof(*token) };
		struct msghdr m = { .msg_iov = &v,
			.msg_iovlen = 1,
			.msg_control = rights.room,
			.msg_controllen = sizeof(rights) };
		ssize_t n = recvmsg(door, &m, MSG_CMSG_CLOEXEC);
		if (n < 0)
			return -1;
		const struct cmsghdr *c = CMSG_FIRSTHDR(&m);
		if (!c || c->cmsg_level != SOL_SOCKET ||
		    c->cmsg_type != SCM_RIGHTS ||
		    c->cmsg_len != CMSG_LEN(sizeof(int)))
			continue;
		int fd;
		memcpy(&fd, CMSG_DATA(c), sizeof(fd));
		if (n == (ssize_t)sizeof(*token))
			return fd;
		close(fd);
	}
}

int
share_door_hand_in(const char *endpoint, int fd, uint64_t token)
{
	union rights rights = { .head = { .cmsg_level = SOL_SOCKET,
				    .cmsg_type = SCM_RIGHTS,
				    .cmsg_len = CMSG_LEN(sizeof(fd)) } };
	struct sockaddr_un at;
	struct iovec v = { &token, sizeof(token) };
	struct msghdr m = { .msg_name = &at,
		.msg_namelen = sizeof(at),
		.msg_iov = &v,
		.msg_iovlen = 1,
		.msg_control = rights.room,
		.msg_controllen = sizeof(rights) };
	int s = address_of(endpoint, &at) ? new_socket() : -1;

	if (s < 0)
		return -1;
	memcpy(CMSG_DATA(&rights.head), &fd, sizeof(fd));
	ssize_t n = sendmsg(s, &m, 0);
	close(s);
	return n == (ssize_t)sizeof(token) ? 0 : -1;
}
