/* Batches that come while a stage is busy with something else. */
#include "proto/stage_impl.h"

static int
receive(struct stage *st, struct frame *f, struct err *e)
{
	int r = sock_recv(st->pull, f, e);

	if (r <= 0)
		return r;
	r = share_receive(&st->shared, f, e);
	if (r < 0)
		frame_free(f);
	return r < 0 ? -1 : r == 1 ? STAGE_AHEAD_BATCH : STAGE_AHEAD_OTHER;
}

int
stage_ahead_next(struct stage *st, struct frame *f, struct err *e)
{
	if (shelf_take(&st->ahead.shelf, f))
		return STAGE_AHEAD_BATCH;
	if (st->ahead.trouble.cls != ERR_NONE) {
		*e = st->ahead.trouble;
		return -1;
	}
	return st->pull ? receive(st, f, e) : 0;
}

/* False: no more comes, for now or because of what went wrong. */
static bool
take_one_ahead(struct stage *st)
{
	struct err *e = &st->ahead.trouble;
	struct frame f = { 0 };
	int r = receive(st, &f, e);

	if (r <= 0)
		return false;
	if (r == STAGE_AHEAD_BATCH && !shelf_put(&st->ahead.shelf, f.bytes))
		r = err_retry(e, "memory",
		    "there is no memory for a batch that came early");
	frame_free(&f);
	return r > 0;
}

void
stage_take_ahead(struct stage *st, size_t room)
{
	while (st->pull && st->ahead.trouble.cls == ERR_NONE &&
	       st->ahead.shelf.bytes + stage_later_bytes(st) < room &&
	       take_one_ahead(st))
		continue;
}
