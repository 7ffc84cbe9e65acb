#include "proto/nearest.h"
#include <string.h>

/* Longer names are not compared: nobody means one by chance. */
enum { NAME_MAX_COMPARED = 64 };

static char
folded(char c)
{
	if (c >= 'A' && c <= 'Z')
		return (char)(c - 'A' + 'a');
	return c == '-' ? '_' : c;
}

static size_t
least(size_t a, size_t b)
{
	return a < b ? a : b;
}

struct rows {
	size_t before[NAME_MAX_COMPARED + 1];
	size_t above[NAME_MAX_COMPARED + 1];
	size_t now[NAME_MAX_COMPARED + 1];
};

/* One row of the optimal string alignment distance. */
static void
fill_row(struct rows *r, const char *a, size_t i, const char *b, size_t nb)
{
	r->now[0] = i;
	for (size_t j = 1; j <= nb; j++) {
		char x = folded(a[i - 1]), y = folded(b[j - 1]);
		size_t d = r->above[j - 1] + (x != y);
		d = least(d, r->above[j] + 1);
		d = least(d, r->now[j - 1] + 1);
		if (i > 1 && j > 1 && x == folded(b[j - 2]) &&
		    y == folded(a[i - 2]))
			d = least(d, r->before[j - 2] + 1);
		r->now[j] = d;
	}
}

static size_t
distance(const char *a, const char *b)
{
	size_t na = strlen(a), nb = strlen(b);
	if (na > NAME_MAX_COMPARED || nb > NAME_MAX_COMPARED)
		return na > nb ? na : nb;
	struct rows r = { 0 };
	for (size_t j = 0; j <= nb; j++)
		r.now[j] = j;
	for (size_t i = 1; i <= na; i++) {
		memcpy(r.before, r.above, sizeof(r.before));
		memcpy(r.above, r.now, sizeof(r.above));
		fill_row(&r, a, i, b, nb);
	}
	return r.now[nb];
}

void
nearest_offer(struct nearest *n, const char *candidate)
{
	size_t len = strlen(n->name);
	size_t allowed = len < 4 ? 1 : len < 8 ? 2 : 3;
	size_t d = distance(n->name, candidate);
	if (d > allowed || d >= len || (n->best && d >= n->distance))
		return;
	n->best = candidate;
	n->distance = d;
}
