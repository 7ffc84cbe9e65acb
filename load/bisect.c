#include "load/bisect.h"
#include <stdbool.h>

/*
 * One half of a failed run of rows. When the half in front of it went in
 * whole, the fault must be in this one: trying it whole would be in vain.
 * *clean says that all its rows were applied.
 */
static int
search(const struct bisect *b, const uint32_t *rows, size_t n, bool faulty,
    bool *clean, struct err *e)
{
	*clean = n == 0;
	if (n == 0)
		return 0;
	if (!faulty || n == 1) {
		if (b->try(b->ctx, rows, n, e) == 0) {
			*clean = true;
			return 0;
		}
		if (e->cls != ERR_DATA)
			return -1;
		if (n == 1) {
			b->refuse(b->ctx, rows[0], e);
			err_clear(e);
			return 0;
		}
		err_clear(e);
	}
	bool left, right;
	size_t half = n / 2;
	if (search(b, rows, half, false, &left, e) < 0)
		return -1;
	return search(b, rows + half, n - half, left, &right, e);
}

int
bisect_rows(
    const struct bisect *b, const uint32_t *rows, size_t n, struct err *e)
{
	bool clean;
	return search(b, rows, n, false, &clean, e);
}
