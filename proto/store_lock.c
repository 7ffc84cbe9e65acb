#include "proto/store_lock.h"
#include "proto/buf.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

/* What the holder wrote into its file: "PID HOST". */
static int
held(const char *dir, int fd, struct err *e)
{
	char who[300];
	ssize_t n = pread(fd, who, sizeof(who) - 1, 0);
	who[n > 0 ? n : 0] = '\0';
	who[strcspn(who, "\n")] = '\0';
	const char *host = strchr(who, ' ');
	if (!host) /* it has the lock, but has not written its name yet */
		return err_retry(e, "already_running",
		    "another syncline is running on store %s: wait until it is done",
		    dir);
	return err_retry(e, "already_running",
	    "another syncline (process %.*s on host %s) is running on store %s: wait until it is done, or stop it",
	    (int)(host - who), who, host + 1, dir);
}

static int
sign(int fd, struct err *e)
{
	char host[256] = "", line[300];
	gethostname(host, sizeof(host) - 1);
	int n = snprintf(line, sizeof(line), "%ld %s\n", (long)getpid(), host);
	if (ftruncate(fd, 0) < 0 || pwrite(fd, line, (size_t)n, 0) != n)
		return err_errno(e, "cannot write the store's lock file");
	return 0;
}

static int
lock(const char *dir, int fd, struct err *e)
{
	if (flock(fd, LOCK_EX | LOCK_NB) == 0)
		return sign(fd, e);
	if (errno == EWOULDBLOCK)
		return held(dir, fd, e);
	return err_errno(e, "cannot lock store %s", dir);
}

int
store_lock_take(const char *dir, int *fd, struct err *e)
{
	struct buf path = { 0 };
	buf_printf(&path, "%s/lock", dir);
	/* Close-on-exec: a stage that outlives us must not keep the lock. */
	int got = open(
	    buf_str(&path), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	int rc = 0;
	if (got < 0) {
		rc = err_errno(e, "cannot open %s", buf_str(&path));
		/* Who may not write today may not write tomorrow. */
		if (errno == EACCES || errno == EROFS || errno == EPERM)
			e->cls = ERR_CONFIG;
	} else if (lock(dir, got, e) < 0) {
		close(got);
		rc = -1;
	}
	if (rc == 0)
		*fd = got;
	buf_free(&path);
	return rc;
}

void
store_lock_release(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}
