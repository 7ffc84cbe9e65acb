/* Batches that come while a stage is busy with something else. */
#include "proto/arena.h"
#include "proto/stage_impl.h"
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

/* In pages of its own: they go back when it is done with, and a slot of shared
 * memory is the sender's again at once. */
struct ahead {
	struct ahead *next;
	size_t mapped, len;
	uint8_t bytes[];
};

static void
release(void *owner)
{
	struct ahead *a = owner;
	munmap(a, a->mapped);
}

/* False: there is no memory for it. */
static bool
put(struct stage_ahead *all, struct span frame)
{
	size_t size = sizeof(struct ahead) + frame.len;
	struct ahead *a = mmap(NULL, size, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (a == MAP_FAILED)
		return false;
	a->mapped = size;
	a->len = frame.len;
	memcpy(a->bytes, frame.data, frame.len);
	if (all->last)
		all->last->next = a;
	else
		all->first = a;
	all->last = a;
	all->bytes += size;
	return true;
}

static bool
take(struct stage_ahead *all, struct frame *f)
{
	struct ahead *a = all->first;

	if (!a)
		return false;
	all->first = a->next;
	if (!all->first)
		all->last = NULL;
	all->bytes -= a->mapped;
	*f = (struct frame){
		.bytes = { a->bytes, a->len }, .owner = a, .release = release
	};
	return true;
}

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
	if (take(&st->ahead, f))
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
	if (r == STAGE_AHEAD_BATCH && !put(&st->ahead, f.bytes))
		r = err_retry(e, "memory",
		    "there is no memory for a batch that came early");
	frame_free(&f);
	return r > 0;
}

void
stage_take_ahead(struct stage *st, size_t room)
{
	while (st->pull && st->ahead.trouble.cls == ERR_NONE &&
	       st->ahead.bytes < room && take_one_ahead(st))
		continue;
}

void
stage_ahead_free(struct stage *st)
{
	struct frame f;
	while (take(&st->ahead, &f))
		frame_free(&f);
}
