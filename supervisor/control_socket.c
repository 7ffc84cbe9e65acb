#include "supervisor/control_socket.h"
#include "proto/buf.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

static const char folder_name[] = "control", socket_name[] = "socket";

/* Connections that wait to be taken, the kernel holds back the rest. How long
 * a client waits for words; and how long whoever has our name at a socket,
 * though neither the store's lock nor a lease, has to show that he lives. */
enum { BACKLOG = 128, ANSWER_SECONDS = 10, ALIVE_SECONDS = 2 };

static int
open_folder(const char *store_dir, struct err *e)
{
	struct buf path = { 0 };
	buf_printf(&path, "%s/%s", store_dir, folder_name);
	int fd = open(
	    buf_str(&path), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 && errno == EACCES)
		err_config(e, "EACCES",
		    "%s: Permission denied; orders are taken from the user "
		    "that synclined runs as, and from root",
		    buf_str(&path));
	else if (fd < 0)
		err_errno(e, "%s", buf_str(&path));
	buf_free(&path);
	return fd;
}

/* Nobody else may reach into it, whatever the store's own folder allows. */
static int
make_folder(const char *store_dir, struct err *e)
{
	struct buf path = { 0 };
	struct stat st;
	buf_printf(&path, "%s/%s", store_dir, folder_name);
	int fd = -1;
	if (mkdir(buf_str(&path), 0700) < 0 && errno != EEXIST)
		err_errno(e, "cannot make %s", buf_str(&path));
	else
		fd = open_folder(store_dir, e);
	if (fd >= 0 && (fstat(fd, &st) < 0 || st.st_uid != geteuid() ||
			   fchmod(fd, 0700) < 0)) {
		err_config(e, "control_folder",
		    "%s must belong to the user that synclined runs as",
		    buf_str(&path));
		close(fd);
		fd = -1;
	}
	buf_free(&path);
	return fd;
}

static struct sockaddr_un
address(int folder)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	snprintf(to.sun_path, sizeof(to.sun_path), "/proc/self/fd/%d/%s",
	    folder, socket_name);
	return to;
}

/* Nothing on it waits for ever: at the other end may be a stopped process. */
static int
patient_socket(int seconds, struct err *e)
{
	const struct timeval limit = { .tv_sec = seconds };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return err_errno(e, "cannot make a socket");
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
	return fd;
}

/* 1 connected, 0 nobody is there. */
static int
reach(int folder, int seconds, int *out, struct err *e)
{
	struct sockaddr_un to = address(folder);
	int fd = patient_socket(seconds, e);
	if (fd < 0)
		return -1;
	if (connect(fd, (const struct sockaddr *)&to, sizeof(to)) == 0) {
		*out = fd;
		return 1;
	}
	int why = errno;
	close(fd);
	if (why == ENOENT || why == ECONNREFUSED)
		return 0;
	errno = why;
	return err_errno(e, "cannot talk to synclined");
}

/* The kernel takes connections for a stopped process, too: alive is who says
 * anything at all. */
static bool
answers(int fd)
{
	static const char anything[] = "\n";
	char byte;
	return send(fd, anything, 1, MSG_NOSIGNAL) == 1 &&
	       recv(fd, &byte, 1, 0) == 1;
}

/* Only a socket that nobody answers at goes away. */
static int
clear_stale(int folder, struct err *e)
{
	struct stat st;
	int other = -1;
	bool alive = false;
	if (fstatat(folder, socket_name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return errno == ENOENT ? 0 : err_errno(e, "control socket");
	if (!S_ISSOCK(st.st_mode))
		return err_config(e, "control_socket",
		    "the store has a file %s/%s that is no socket: it is not "
		    "ours, move it away",
		    folder_name, socket_name);
	int found = reach(folder, ALIVE_SECONDS, &other, e);
	if (found == 1) {
		alive = answers(other);
		close(other);
	}
	if (alive)
		return err_retry(e, "already_running",
		    "another synclined answers at the control socket of this "
		    "store: stop it first");
	err_clear(e);
	return unlinkat(folder, socket_name, 0) == 0
		   ? 0
		   : err_errno(e, "cannot replace the control socket");
}

static int
bind_in(int folder, struct control_end *out, struct err *e)
{
	struct sockaddr_un at = address(folder);
	struct stat st;
	if (clear_stale(folder, e) < 0)
		return -1;
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return err_errno(e, "cannot make the control socket");
	if (bind(fd, (const struct sockaddr *)&at, sizeof(at)) < 0 ||
	    fchmodat(folder, socket_name, 0600, 0) < 0 ||
	    listen(fd, BACKLOG) < 0 ||
	    fstatat(folder, socket_name, &st, AT_SYMLINK_NOFOLLOW) < 0) {
		err_errno(e, "cannot make the control socket");
		close(fd);
		return -1;
	}
	*out = (struct control_end){ fd, st.st_ino };
	return 0;
}

int
control_listen(const char *store_dir, struct control_end *out, struct err *e)
{
	int folder = make_folder(store_dir, e);
	if (folder < 0)
		return -1;
	int rc = bind_in(folder, out, e);
	close(folder);
	return rc;
}

void
control_unlisten(const char *store_dir, const struct control_end *end)
{
	struct err e = { 0 };
	struct stat st;
	if (end->fd < 0)
		return;
	close(end->fd);
	int folder = open_folder(store_dir, &e);
	if (folder < 0)
		return;
	if (fstatat(folder, socket_name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	    st.st_ino == end->inode)
		unlinkat(folder, socket_name, 0);
	close(folder);
}

int
control_connect(const char *store_dir, int *fd, struct err *e)
{
	int folder = open_folder(store_dir, e);
	if (folder < 0) {
		if (strcmp(e->code, "ENOENT") != 0)
			return -1;
		err_clear(e);
		return 0;
	}
	int rc = reach(folder, ANSWER_SECONDS, fd, e);
	close(folder);
	return rc;
}

bool
control_peer_may(int fd, struct control_peer *peer)
{
	struct ucred c;
	socklen_t n = sizeof(c);
	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &c, &n) < 0)
		return false;
	*peer = (struct control_peer){ c.pid, c.uid };
	return c.uid == 0 || c.uid == geteuid();
}
