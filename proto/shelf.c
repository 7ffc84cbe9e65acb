#include "proto/shelf.h"
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>

struct shelved {
	struct shelved *next;
	size_t mapped, len;
	uint8_t bytes[];
};

enum { PAGE = 4096 };

size_t
shelf_cost(size_t bytes)
{
	return (sizeof(struct shelved) + bytes + PAGE - 1) / PAGE * PAGE;
}

static void
release(void *owner)
{
	struct shelved *a = owner;
	munmap(a, a->mapped);
}

bool
shelf_put(struct shelf *s, struct span frame)
{
	size_t size = shelf_cost(frame.len);
	struct shelved *a = mmap(NULL, size, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (a == MAP_FAILED)
		return false;
	a->mapped = size;
	a->len = frame.len;
	memcpy(a->bytes, frame.data, frame.len);
	if (s->last)
		s->last->next = a;
	else
		s->first = a;
	s->last = a;
	s->bytes += size;
	return true;
}

bool
shelf_take(struct shelf *s, struct frame *f)
{
	struct shelved *a = s->first;

	if (!a)
		return false;
	s->first = a->next;
	if (!s->first)
		s->last = NULL;
	s->bytes -= a->mapped;
	*f = (struct frame){
		.bytes = { a->bytes, a->len }, .owner = a, .release = release
	};
	return true;
}

void
shelf_free(struct shelf *s)
{
	struct frame f;
	while (shelf_take(s, &f))
		frame_free(&f);
}
