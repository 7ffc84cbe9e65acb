/* How many processes of a stage there are: a number, or from min to max. */
#include "proto/limits.h"
#include "proto/pipeline_spec.h"

struct range {
	int64_t min, max; /* max 0: min */
};

static const struct spec_key range_keys[] = {
	{ .name = "min",
	    .type = KEY_INT,
	    AT(struct range, min),
	    .min = 1,
	    .max = LIMIT_WORKERS,
	    .preset = "1",
	    .help = "As many there are at the beginning of a run, and always" },
	{ .name = "max",
	    .type = KEY_INT,
	    AT(struct range, max),
	    .min = 1,
	    .max = LIMIT_WORKERS,
	    .help = "As many there are when batches go on waiting for them; "
		    "by default min" },
	{ .name = NULL },
};

const struct spec_table pipeline_workers_range = {
	.name = "range of workers",
	.size = sizeof(struct range),
	.keys = range_keys,
};

static struct range
range_read(struct spec *sp, const struct node *n)
{
	struct range r = { 0 };
	spec_presets(sp, &pipeline_workers_range, &r);
	if (n->kind == NODE_MAP)
		spec_read(sp, &pipeline_workers_range, n, &r);
	else
		spec_value(sp, &range_keys[0], n, &r);
	if (!r.max)
		r.max = r.min;
	if (r.max < r.min)
		spec_problem_key(sp, n, "max",
		    "%lld is below min, which is %lld", (long long)r.max,
		    (long long)r.min);
	return r;
}

void
pipeline_normalize_workers_read(
    struct spec *sp, const struct node *n, void *owner)
{
	struct pipeline *p = owner;
	struct range r = range_read(sp, n);
	p->workers_normalize = r.max;
	p->workers_normalize_min = r.min;
}

void
pipeline_load_workers_read(struct spec *sp, const struct node *n, void *owner)
{
	struct pipeline *p = owner;
	struct range r = range_read(sp, n);
	p->workers_load = r.max;
	p->workers_load_min = r.min;
}
