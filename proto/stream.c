#include "proto/stream.h"
#include "proto/file.h"
#include "proto/limits.h"
#include <errno.h>
#include <unistd.h>

/* What the first bytes of an object say about it. */
struct object_head {
	uint64_t bytes;    /* of head and body, without children */
	uint64_t children; /* objects that follow as part of it */
};

static uint64_t
big_endian(const uint8_t *p, size_t n)
{
	uint64_t v = 0;
	for (size_t i = 0; i < n; i++)
		v = v << 8 | p[i];
	return v;
}

/* msgpack's formats 0xc0 to 0xdf: bytes after the first that are fixed, and
 * how many of them are a length of a body or a count of children. */
static const struct {
	uint8_t fixed;
	uint8_t length;
	uint8_t children_per; /* 0: the length is of a body */
	bool valid;
} formats[32] = {
	[0x00] = { 0, 0, 0, true }, /* nil */
	[0x02] = { 0, 0, 0, true }, /* false */
	[0x03] = { 0, 0, 0, true }, /* true */
	[0x04] = { 1, 1, 0, true }, /* bin 8 */
	[0x05] = { 2, 2, 0, true }, /* bin 16 */
	[0x06] = { 4, 4, 0, true }, /* bin 32 */
	[0x0a] = { 4, 0, 0, true }, /* float 32 */
	[0x0b] = { 8, 0, 0, true }, /* float 64 */
	[0x0c] = { 1, 0, 0, true }, /* uint 8 … 64 */
	[0x0d] = { 2, 0, 0, true },
	[0x0e] = { 4, 0, 0, true },
	[0x0f] = { 8, 0, 0, true },
	[0x10] = { 1, 0, 0, true }, /* int 8 … 64 */
	[0x11] = { 2, 0, 0, true },
	[0x12] = { 4, 0, 0, true },
	[0x13] = { 8, 0, 0, true },
	[0x19] = { 1, 1, 0, true }, /* str 8 */
	[0x1a] = { 2, 2, 0, true }, /* str 16 */
	[0x1b] = { 4, 4, 0, true }, /* str 32 */
	[0x1c] = { 2, 2, 1, true }, /* array 16 */
	[0x1d] = { 4, 4, 1, true }, /* array 32 */
	[0x1e] = { 2, 2, 2, true }, /* map 16 */
	[0x1f] = { 4, 4, 2, true }, /* map 32 */
};

/* 1 and the head, 0 when more bytes are needed, -1 not msgpack of ours. */
static int
read_head(const uint8_t *p, size_t have, struct object_head *h)
{
	uint8_t c = p[0];
	*h = (struct object_head){ .bytes = 1 };
	if (c < 0x80 || c >= 0xe0)
		return 1; /* small integers */
	if (c < 0x90) {
		h->children = 2 * (uint64_t)(c & 15);
		return 1;
	}
	if (c < 0xa0) {
		h->children = c & 15;
		return 1;
	}
	if (c < 0xc0) {
		h->bytes += c & 31;
		return 1;
	}
	size_t i = c - 0xc0;
	if (!formats[i].valid)
		return -1;
	if (have < 1u + formats[i].length)
		return 0;
	uint64_t n = big_endian(p + 1, formats[i].length);
	h->bytes += formats[i].fixed;
	if (formats[i].children_per)
		h->children = n * formats[i].children_per;
	else
		h->bytes += n;
	return 1;
}

/* Goes on counting at *scanned with *owed objects to come: 1 when
 * in[0..*scanned) is one whole frame. */
static int
scan(struct span in, size_t *scanned, uint64_t *owed)
{
	while (*owed) {
		struct object_head h;
		if (*scanned >= in.len)
			return 0;
		size_t have = in.len - *scanned;
		int r = read_head(in.data + *scanned, have, &h);
		if (r < 0 || h.bytes > LIMIT_FRAME_BYTES ||
		    *scanned + h.bytes > LIMIT_FRAME_BYTES)
			return -1;
		if (r == 0 || have < h.bytes)
			return 0;
		*scanned += h.bytes;
		*owed += h.children - 1;
	}
	return 1;
}

int
stream_frame_length(struct span in, size_t *n)
{
	uint64_t owed = 1;
	*n = 0;
	return scan(in, n, &owed);
}

/* As scan, of what was read so far. */
static int
scan_input(struct stream *s, struct err *e)
{
	if (s->scanned == 0)
		s->owed = 1;
	int r = scan(buf_span(&s->in), &s->scanned, &s->owed);
	if (r < 0)
		return err_data(e, "bad_stream",
		    "not a stream of batches, or a frame over %d bytes",
		    LIMIT_FRAME_BYTES);
	return r;
}

static void
hand_out(struct stream *s, struct frame *f)
{
	size_t n = s->scanned;
	struct buf rest = { 0 };
	buf_put(&rest, s->in.data + n, s->in.len - n);
	*f = (struct frame){ .bytes = { s->in.data, n }, .owner = s->in.data };
	s->in = rest;
	s->scanned = 0;
}

int
stream_read(struct stream *s, struct frame *f, struct err *e)
{
	enum { READ_BYTES = 1 << 20 };
	for (;;) {
		int r = s->in.len ? scan_input(s, e) : 0;
		if (r < 0)
			return -1;
		if (r == 1) {
			hand_out(s, f);
			return 1;
		}
		buf_reserve(&s->in, READ_BYTES);
		ssize_t n = read(s->fd, s->in.data + s->in.len, READ_BYTES);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_errno(e, "reading the stream");
		if (n == 0 && s->in.len)
			return err_data(e, "bad_stream",
			    "the stream ends in the middle of a frame");
		if (n == 0)
			return 0;
		s->in.len += (size_t)n;
	}
}

int
stream_write(int fd, struct span bytes, struct err *e)
{
	if (file_write(fd, bytes) < 0)
		return err_errno(e, "writing the stream");
	return 0;
}
