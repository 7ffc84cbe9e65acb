#include "proto/notify.h"
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* A path, or '@' and the name of an abstract socket. */
static int
address(const char *name, struct sockaddr_un *to, socklen_t *len, struct err *e)
{
	size_t n = strlen(name);
	*to = (struct sockaddr_un){ .sun_family = AF_UNIX };
	if ((name[0] != '/' && name[0] != '@') || n >= sizeof(to->sun_path))
		return err_retry(e, "notify",
		    "$NOTIFY_SOCKET is neither a path nor an abstract name, "
		    "or is too long");
	memcpy(to->sun_path, name, n);
	if (name[0] == '@')
		to->sun_path[0] = '\0';
	/* An abstract name ends where its length says. */
	*len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + n +
			   (name[0] == '/'));
	return 0;
}

int
notify_send(const char *state, struct err *e)
{
	struct sockaddr_un to;
	socklen_t len = 0;
	const char *name = getenv("NOTIFY_SOCKET");
	if (!name || !*name)
		return 0;
	if (address(name, &to, &len, e) < 0)
		return -1;
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return err_errno(e, "cannot notify the service manager");
	ssize_t n = sendto(fd, state, strlen(state), MSG_NOSIGNAL,
	    (const struct sockaddr *)&to, len);
	int rc = n < 0 ? err_errno(e, "cannot notify the service manager") : 1;
	close(fd);
	return rc;
}
