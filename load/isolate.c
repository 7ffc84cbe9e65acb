#include "load/isolate.h"
#include "load/bisect.h"

struct search {
	struct target_table *t;
	struct part *p;
};

static void
refuse_row(void *ctx, uint32_t row, const struct err *why, bool doomed)
{
	struct search *s = ctx;
	part_refuse(s->p, row, why, doomed);
}

static int
put_rows(struct search *s, const uint32_t *rows, size_t n, struct err *e)
{
	const struct target_driver *d = s->t->driver;
	const struct slice slice = { .plan = s->p->plan,
		.in = s->p->in,
		.rows = rows,
		.n = n,
		.inserts = s->p->inserts,
		.refuse = refuse_row,
		.ctx = s };
	if (d->put(s->t, &slice, e) < 0)
		return -1;
	return d->settle(s->t, e);
}

static int
try_rows(void *ctx, const uint32_t *rows, size_t n, struct err *e)
{
	struct search *s = ctx;
	const struct target_driver *d = s->t->driver;
	if (d->save(s->t, e) < 0)
		return -1;
	if (put_rows(s, rows, n, e) == 0)
		return d->release(s->t, e);
	if (e->cls != ERR_DATA)
		return -1; /* the whole transaction goes */
	struct err undone = { 0 };
	if (d->undo(s->t, &undone) < 0) {
		*e = undone;
		return -1;
	}
	return -1;
}

static void
refuse_alone(void *ctx, uint32_t row, const struct err *why)
{
	refuse_row(ctx, row, why, false);
}

static int
isolate_rows(struct target_table *t, struct part *p, const uint32_t *rows,
    size_t n, struct err *e)
{
	struct search s = { .t = t, .p = p };
	const struct bisect b = {
		.try = try_rows, .refuse = refuse_alone, .ctx = &s
	};
	return bisect_rows(&b, rows, n, e);
}

static int
isolate_part(struct target_table *t, struct part *p, struct err *e)
{
	const uint32_t *rows;
	size_t n = part_rows(p, &rows);
	if (!rows && n) {
		uint32_t *all = arena_alloc(&p->arena, n * sizeof(*all));
		for (size_t i = 0; i < n; i++)
			all[i] = (uint32_t)i;
		rows = all;
	}
	return isolate_rows(t, p, rows, n, e);
}

/* 1 if a row went in that had lacked another one. */
static int
retry_orphans(struct target_table *t, struct part *p, struct err *e)
{
	const uint32_t *rows;
	size_t before = p->nrefused;
	size_t n = part_orphans(p, &rows);
	if (!n)
		return 0;
	if (isolate_rows(t, p, rows, n, e) < 0)
		return -1;
	return p->nrefused < before;
}

int
isolate_parts(
    struct target_table *t, struct part **parts, size_t n, struct err *e)
{
	for (size_t i = 0; i < n; i++)
		if (isolate_part(t, parts[i], e) < 0)
			return -1;
	return 0;
}

int
isolate_orphans(
    struct target_table *t, struct part **parts, size_t n, struct err *e)
{
	for (bool again = true; again;) {
		again = false;
		for (size_t i = 0; i < n; i++) {
			int r = retry_orphans(t, parts[i], e);
			if (r < 0)
				return -1;
			again |= r > 0;
		}
	}
	return 0;
}
