#ifndef SUPERVISOR_CONTROL_SOCKET_H
#define SUPERVISOR_CONTROL_SOCKET_H
#include "proto/attr.h"
#include "proto/err.h"
#include <stdbool.h>
#include <sys/types.h>

/*
 * The socket of a running synclined: <store>/control/socket, 0600 in a folder
 * that is ours and 0700. However long the store's path is: the socket is
 * named through the folder's descriptor.
 */

struct control_end {
	int fd;
	ino_t inode; /* of the name, which somebody else may have taken since */
};

/* Makes it, close-on-exec and non-blocking. What a synclined that was killed
 * left behind, or one that is stopped and answers nothing, is replaced.
 * ERR_RETRY already_running if somebody answers there. */
int control_listen(
    const char *store_dir, struct control_end *out, struct err *e) MUST_CHECK;
/* Only a name that is still ours goes. */
void control_unlisten(const char *store_dir, const struct control_end *end);

/* A connection to it, for blocking use, on which nothing takes for ever: 1,
 * or 0 if nobody is there. */
int control_connect(const char *store_dir, int *fd, struct err *e) MUST_CHECK;

/* The other end's process and user, as the kernel has them; true if they may
 * talk to us: our own user, and root. */
struct control_peer {
	pid_t pid;
	uid_t uid;
};
bool control_peer_may(int fd, struct control_peer *peer);

#endif
