#include "delta/ascent.h"
#include <string.h>

static bool
comes_after(const struct buf *a, const struct buf *b)
{
	if (a->len != b->len)
		return a->len > b->len;
	return a->len && memcmp(a->data, b->data, a->len) > 0;
}

bool
ascent_goes_on(struct ascent *a)
{
	struct buf was = a->last;

	a->over = a->over || !comes_after(&a->next, &was);
	a->last = a->next;
	a->next = was;
	return !a->over;
}

void
ascent_free(struct ascent *a)
{
	buf_free(&a->last);
	buf_free(&a->next);
	*a = (struct ascent){ 0 };
}
