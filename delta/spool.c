#include "delta/spool.h"
#include "proto/arena.h"
#include "proto/limits.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

enum { TAIL_BYTES = 32 << 10 };

static int
open_unnamed(const char *dir)
{
	int fd = open(dir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	if (fd >= 0 || (errno != EOPNOTSUPP && errno != EISDIR))
		return fd;
	/* A file system without nameless files. */
	struct buf path = { 0 };
	buf_printf(&path, "%s/spool.XXXXXX", dir);
	(void)buf_str(&path);
	fd = mkostemp((char *)path.data, O_CLOEXEC);
	if (fd >= 0)
		(void)unlink((char *)path.data);
	buf_free(&path);
	return fd;
}

static unsigned
log2_of(uint32_t v)
{
	unsigned n = 0;
	while (v >>= 1)
		n++;
	return n;
}

int
spool_open(struct spool *s, const struct place *p, unsigned bits, struct err *e)
{
	struct buf dir = { 0 };
	int r = place_make_dir(p, e);

	*s = (struct spool){
		.fd = -1, .skip_bits = log2_of(p->parts), .bits = bits
	};
	if (r == 0) {
		place_dir(p, &dir);
		s->fd = open_unnamed(buf_str(&dir));
		if (s->fd < 0)
			r = err_errno(e, "cannot make a temporary file in %s",
			    buf_str(&dir));
	}
	buf_free(&dir);
	if (r == 0)
		s->pieces =
		    mem_zalloc(((size_t)1 << bits) * sizeof(*s->pieces));
	return r;
}

void
spool_close(struct spool *s)
{
	if (!s->pieces)
		return;
	for (uint32_t i = 0; i < spool_pieces(s); i++) {
		buf_free(&s->pieces[i].tail);
		free(s->pieces[i].extents);
	}
	free(s->pieces);
	close(s->fd);
	*s = (struct spool){ 0 };
}

uint32_t
spool_pieces(const struct spool *s)
{
	return UINT32_C(1) << s->bits;
}

uint32_t
spool_piece(const struct spool *s, const uint8_t bk[16])
{
	uint32_t lead = (uint32_t)bk[0] << 16 | (uint32_t)bk[1] << 8 | bk[2];
	uint32_t rest = lead << s->skip_bits & 0xffffff;
	return s->bits ? rest >> (24 - s->bits) : 0;
}

static int
write_all(struct spool *s, const uint8_t *p, size_t n, struct err *e)
{
	while (n) {
		ssize_t k = pwrite(s->fd, p, n, (off_t)s->end);
		if (k < 0 && errno == EINTR)
			continue;
		if (k < 0)
			return err_errno(
			    e, "cannot write a temporary file of the state");
		p += k;
		n -= (size_t)k;
		s->end += (uint64_t)k;
	}
	return 0;
}

static int
add_extent(struct spool *s, struct spool_piece *p, const void *data, size_t n,
    struct err *e)
{
	if (p->nextents == p->cap) {
		p->cap = p->cap ? p->cap * 2 : 8;
		p->extents =
		    mem_realloc(p->extents, p->cap * sizeof(*p->extents));
	}
	p->extents[p->nextents++] =
	    (struct spool_extent){ s->end, (uint32_t)n };
	return write_all(s, data, n, e);
}

int
spool_put(
    struct spool *s, uint32_t piece, const void *p, size_t n, struct err *e)
{
	struct spool_piece *to = &s->pieces[piece];

	s->items++;
	if (n > LIMIT_FRAME_BYTES)
		return err_bug(e, "an item of %zu bytes for a spool", n);
	if (to->tail.len + n > TAIL_BYTES && to->tail.len) {
		if (add_extent(s, to, to->tail.data, to->tail.len, e))
			return -1;
		buf_clear(&to->tail);
	}
	/* A large item goes straight to the file. */
	if (n > TAIL_BYTES)
		return add_extent(s, to, p, n, e);
	buf_put(&to->tail, p, n);
	return 0;
}

static int
read_all(const struct spool *s, const struct spool_extent *x, uint8_t *out,
    struct err *e)
{
	size_t done = 0;
	while (done < x->bytes) {
		ssize_t k = pread(
		    s->fd, out + done, x->bytes - done, (off_t)(x->at + done));
		if (k < 0 && errno == EINTR)
			continue;
		if (k < 0)
			return err_errno(
			    e, "cannot read a temporary file of the state");
		if (k == 0)
			return err_retry(e, "short_read",
			    "a temporary file of the state was cut short");
		done += (size_t)k;
	}
	return 0;
}

int
spool_read(const struct spool *s, uint32_t piece, spool_fn *fn, void *ctx,
    struct err *e)
{
	const struct spool_piece *p = &s->pieces[piece];
	struct buf run = { 0 };
	int r = 0;

	for (uint32_t i = 0; i < p->nextents && r == 0; i++) {
		buf_clear(&run);
		r = read_all(s, &p->extents[i],
		    buf_extend(&run, p->extents[i].bytes), e);
		if (r == 0)
			r = fn(ctx, buf_span(&run), e);
	}
	if (r == 0 && p->tail.len)
		r = fn(ctx, buf_span(&p->tail), e);
	buf_free(&run);
	return r < 0 ? -1 : 0;
}
