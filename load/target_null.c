/* Takes every row and keeps none: for measuring what is in front of it. */
#include "load/target.h"

static int
null_open(struct target_table *t, struct err *e)
{
	(void)t, (void)e;
	return 0;
}

static int
null_look(struct target_table *t, struct err *e)
{
	(void)e;
	t->exists = t->empty = true;
	return 0;
}

static int
null_create(struct target_table *t, struct schema *cols, struct err *e)
{
	(void)t, (void)cols, (void)e;
	return 0;
}

static int
null_unique(
    struct target_table *t, const char *const *cols, size_t n, struct err *e)
{
	(void)t, (void)cols, (void)n, (void)e;
	return SQL_UNIQUE_EXACT;
}

static int
null_prepare(struct target_table *t, const struct plan *p, struct err *e)
{
	(void)t, (void)p, (void)e;
	return 0;
}

static int
null_begin(struct target_table *t, bool careful, struct err *e)
{
	(void)t, (void)careful, (void)e;
	return 0;
}

static int
null_put(struct target_table *t, const struct slice *s, struct err *e)
{
	(void)t, (void)s, (void)e;
	return 0;
}

static int
null_step(struct target_table *t, struct err *e)
{
	(void)t, (void)e;
	return 0;
}

static void
null_end(struct target_table *t)
{
	(void)t;
}

const struct target_driver target_null = {
	.kind = DRIVER_NULL,
	.open = null_open,
	.look = null_look,
	.create = null_create,
	.has_unique = null_unique,
	.prepare = null_prepare,
	.begin = null_begin,
	.put = null_put,
	.settle = null_step,
	.save = null_step,
	.release = null_step,
	.undo = null_step,
	.commit = null_step,
	.rollback = null_end,
	.close = null_end,
};
