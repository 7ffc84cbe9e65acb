#include "delta/ascent.h"
#include <string.h>

static int
compare(const struct buf *a, const struct buf *b)
{
	if (a->len != b->len)
		return a->len < b->len ? -1 : 1;
	return a->len ? memcmp(a->data, b->data, a->len) : 0;
}

/* The i-th from below. */
static struct buf *
at(struct ascent *a, size_t i)
{
	return &a->highest[(a->first + i) % ASCENT_HIGHEST];
}

/* How many of the highest come before next; false if one of them is it. */
static bool
find(struct ascent *a, size_t *place)
{
	size_t low = 0, high = a->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int r = compare(&a->next, at(a, middle));
		if (r == 0)
			return false;
		if (r > 0)
			low = middle + 1;
		else
			high = middle;
	}
	*place = low;
	return true;
}

static void
swap(struct buf *a, struct buf *b)
{
	struct buf was = *a;
	*a = *b;
	*b = was;
}

/* Room for one more on top. */
static void
forget_lowest(struct ascent *a)
{
	swap(&a->floor, at(a, 0));
	a->first = (a->first + 1) % ASCENT_HIGHEST;
	a->n--;
}

static const struct buf *
insert(struct ascent *a, size_t place)
{
	if (a->n == ASCENT_HIGHEST && place == 0) {
		swap(&a->floor, &a->next);
		return &a->floor;
	}
	if (a->n == ASCENT_HIGHEST) {
		forget_lowest(a);
		place--;
	}
	/* Memory is handed on from key to key, never made. */
	swap(at(a, a->n), &a->next);
	for (size_t i = a->n++; i > place; i--)
		swap(at(a, i), at(a, i - 1));
	return at(a, place);
}

static const struct buf *
take(struct ascent *a)
{
	size_t place;

	if (a->over || !a->next.len)
		return NULL;
	if (a->n && compare(&a->next, at(a, a->n - 1)) > 0)
		return insert(a, a->n);
	if (compare(&a->next, &a->floor) <= 0)
		return NULL;
	return find(a, &place) ? insert(a, place) : NULL;
}

bool
ascent_goes_on(struct ascent *a, const struct buf **last)
{
	*last = take(a);
	a->over = !*last;
	return !a->over;
}

void
ascent_free(struct ascent *a)
{
	for (size_t i = 0; i < ASCENT_HIGHEST; i++)
		buf_free(&a->highest[i]);
	buf_free(&a->floor);
	buf_free(&a->next);
	*a = (struct ascent){ 0 };
}
