/* Runs of records that a scan has come by, once more. */
#include "delta/state_impl.h"
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>
#include <xxhash.h>

struct state_where
state_here(const struct state *s)
{
	struct state_where w = s->here;

	w.sum = XXH3_64bits(s->here_data, w.bytes);
	return w;
}

static int
is_gone(struct state *s, struct err *e)
{
	if (state_check_unchanged(s, e))
		return -1;
	return err_retry(e, "state_changed",
	    "%s: what was read of it is not there any more; run again",
	    buf_str(&s->path));
}

static int
open_segment(struct state *s, int64_t id, struct err *e)
{
	struct buf path = { 0 };
	int r = 0;

	if (s->again.open && s->again.segment == id)
		return 0;
	state_again_close(s);
	place_segment(&s->spec.place, id, &path);
	s->again.fd = open(buf_str(&path), O_RDONLY | O_CLOEXEC);
	s->again.segment = id;
	s->again.open = s->again.fd >= 0;
	if (!s->again.open)
		r = errno == ENOENT
			? is_gone(s, e)
			: err_errno(e, "cannot read %s", buf_str(&path));
	buf_free(&path);
	return r;
}

static int
from_segment(struct state *s, const struct state_where *w, struct span *out,
    struct err *e)
{
	struct buf *to = &s->again.bytes;

	if (open_segment(s, w->id, e))
		return -1;
	buf_clear(to);
	uint8_t *at = buf_extend(to, w->bytes);
	for (size_t done = 0; done < w->bytes;) {
		ssize_t k = pread(s->again.fd, at + done, w->bytes - done,
		    (off_t)(w->at + done));
		if (k < 0 && errno != EINTR)
			return err_errno(e, "cannot read a state segment");
		if (k == 0)
			return is_gone(s, e);
		done += k > 0 ? (size_t)k : 0;
	}
	*out = buf_span(to);
	return 0;
}

static int
from_row(struct state *s, const struct state_where *w, struct span *out,
    struct err *e)
{
	struct state_row *row = &s->again.row;
	bool have = row->id == w->id && s->again.in == w->in && row->blob.len;

	if (!have) {
		row->id = w->id - 1;
		s->again.in = w->in;
		int r = state_next_row(s, w->in == STATE_BLOCK, row, e);
		if (r < 0)
			return -1;
		if (r == 0 || row->id != w->id)
			return is_gone(s, e);
	}
	if (row->blob.len < w->at + w->bytes)
		return is_gone(s, e);
	*out = (struct span){ row->blob.data + w->at, w->bytes };
	return 0;
}

int
state_read_again(struct state *s, const struct state_where *w, record_fn *fn,
    void *ctx, struct err *e)
{
	struct record run[RECORD_RUN];
	struct span in = { 0 };
	size_t n = 0;

	if (w->in == STATE_SEGMENT ? from_segment(s, w, &in, e)
				   : from_row(s, w, &in, e))
		return -1;
	if (XXH3_64bits(in.data, in.len) != w->sum)
		return is_gone(s, e);
	const uint8_t *at = in.data, *end = in.data + in.len;
	while (at < end && n < RECORD_RUN)
		if (record_get(&at, end, &run[n++], e))
			return -1;
	return fn(ctx, run, n, e);
}

void
state_again_close(struct state *s)
{
	if (s->again.open)
		close(s->again.fd);
	s->again.open = false;
}
