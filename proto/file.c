#include "proto/file.h"
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

enum { STEP = 64 << 10 };

int
file_read(int fd, size_t max, struct buf *out)
{
	while (out->len <= max) {
		buf_reserve(out, STEP);
		ssize_t n = read(fd, out->data + out->len, STEP);
		if (n == 0)
			return 0;
		if (n < 0 && errno != EINTR)
			return -1;
		if (n > 0)
			out->len += (size_t)n;
	}
	return 0;
}

int
file_write(int fd, struct span bytes)
{
	while (bytes.len) {
		ssize_t n = write(fd, bytes.data, bytes.len);
		if (n < 0 && errno != EINTR)
			return -1;
		if (n > 0) {
			bytes.data += n;
			bytes.len -= (size_t)n;
		}
	}
	return 0;
}

int
file_hold_std(struct err *e)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
		if (fcntl(fd, F_GETFD) >= 0)
			continue;
		/* Opened the wrong way round. Programs that we start have to
		 * find it taken, too: no O_CLOEXEC. */
		int mode = fd == STDIN_FILENO ? O_WRONLY : O_RDONLY;
		if (open("/dev/null", mode) < 0)
			return err_errno(e, "/dev/null");
	}
	return 0;
}
