#include "delta/frames.h"
#include "proto/limits.h"
#include <errno.h>
#include <fcntl.h>
#include <sys/uio.h>
#include <unistd.h>

int
frames_write(int fd, struct span blob)
{
	uint32_t len = (uint32_t)blob.len;
	size_t done = 0, total = sizeof(len) + blob.len;

	while (done < total) {
		size_t head = done < sizeof(len) ? sizeof(len) - done : 0;
		size_t body = done + head - sizeof(len);
		struct iovec v[2] = {
			{ (uint8_t *)&len + sizeof(len) - head, head },
			{ (uint8_t *)(uintptr_t)blob.data + body,
			    blob.len - body },
		};
		ssize_t k = writev(fd, v, 2);
		if (k < 0 && errno == EINTR)
			continue;
		if (k < 0)
			return -1;
		done += (size_t)k;
	}
	return 0;
}

/* Up to n bytes; fewer only at the end of the file. -1 on failure. */
static ssize_t
read_up_to(int fd, void *out, size_t n)
{
	size_t done = 0;
	while (done < n) {
		ssize_t k = read(fd, (uint8_t *)out + done, n - done);
		if (k < 0 && errno == EINTR)
			continue;
		if (k < 0)
			return -1;
		if (k == 0)
			break;
		done += (size_t)k;
	}
	return (ssize_t)done;
}

/* 1 and the blob, 0 at the end or where the file was cut short, or -1. */
static int
next_frame(int fd, struct buf *out)
{
	uint32_t len;
	ssize_t k = read_up_to(fd, &len, sizeof(len));
	if (k != sizeof(len))
		return k < 0 ? -1 : 0;
	if (!len || len > LIMIT_FRAME_BYTES)
		return 0;
	buf_clear(out);
	k = read_up_to(fd, buf_extend(out, len), len);
	if (k < 0)
		return -1;
	return (size_t)k == len;
}

static int
read_all(int fd, frame_fn *fn, void *ctx, struct frames_end *end, struct err *e)
{
	struct buf frame = { 0 };
	struct blob_reader reader;
	int r = 0, more = 1;

	while (r == 0 && (more = next_frame(fd, &frame)) == 1) {
		/* Only what a crash of the host tore does not match its
		 * checksum. */
		if (blob_open(buf_span(&frame), &reader, e)) {
			err_clear(e);
			break;
		}
		r = fn(ctx, buf_span(&frame), reader, e);
		end->bytes += sizeof(uint32_t) + frame.len;
	}
	buf_free(&frame);
	return more < 0 ? -2 : r;
}

int
frames_read(const char *path, frame_fn *fn, void *ctx, struct frames_end *end,
    struct err *e)
{
	*end = (struct frames_end){ 0 };
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 && errno == ENOENT) {
		end->absent = true;
		return 0;
	}
	if (fd < 0)
		return err_errno(e, "cannot read %s", path);
	int r = read_all(fd, fn, ctx, end, e);
	if (r == -2)
		r = err_errno(e, "cannot read %s", path);
	close(fd);
	return r < 0 ? -1 : 0;
}
