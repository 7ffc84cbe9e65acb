#include "proto/metric_wire.h"
#include "proto/limits.h"
#include "proto/pack.h"
#include "proto/unpack.h"
#include <math.h>
#include <string.h>

static bool
grew(const struct metric_series *x)
{
	return metric_defs[x->metric].of_stages &&
	       memcmp(x->cells, x->told,
		   metric_ncells(x->metric) * sizeof(double)) != 0;
}

bool
metric_wire_due(const struct metric_set *s)
{
	for (size_t i = 0; i < s->n; i++)
		if (grew(&s->v[i]))
			return true;
	return false;
}

static void
put_series(struct metric_series *x, struct buf *out)
{
	size_t nlabels = metric_nlabels(x->metric);
	size_t ncells = metric_ncells(x->metric);
	pack_array(out, 3);
	pack_str(out, metric_defs[x->metric].name);
	pack_array(out, nlabels);
	for (size_t i = 0; i < nlabels; i++)
		pack_str(out, x->values[i]);
	pack_array(out, ncells);
	for (size_t i = 0; i < ncells; i++) {
		pack_double(out, x->cells[i] - x->told[i]);
		x->told[i] = x->cells[i];
	}
}

void
metric_wire_encode(struct metric_set *s, struct buf *out)
{
	size_t n = 0;
	for (size_t i = 0; i < s->n; i++)
		n += grew(&s->v[i]);
	if (n > LIMIT_METRIC_SERIES)
		n = LIMIT_METRIC_SERIES;
	pack_array(out, n);
	for (size_t i = 0; i < s->n && n; i++) {
		if (!grew(&s->v[i]))
			continue;
		put_series(&s->v[i], out);
		n--;
	}
}

static int
get_cells(const msgpack_object *o, struct arena *a, struct metric_growth *g)
{
	size_t n = metric_ncells(g->metric);
	if (o->type != MSGPACK_OBJECT_ARRAY || o->via.array.size != n)
		return -1;
	double *cells = arena_alloc(a, n * sizeof(*cells));
	for (size_t i = 0; i < n; i++) {
		const msgpack_object *c = &o->via.array.ptr[i];
		if (c->type != MSGPACK_OBJECT_FLOAT64 ||
		    !isfinite(c->via.f64) || c->via.f64 < 0)
			return -1;
		cells[i] = c->via.f64;
	}
	g->cells = cells;
	return 0;
}

static int
get_labels(const msgpack_object *o, struct arena *a, struct metric_growth *g)
{
	size_t n = metric_nlabels(g->metric);
	if (o->type != MSGPACK_OBJECT_ARRAY || o->via.array.size != n)
		return -1;
	for (size_t i = 0; i < n; i++)
		if (unpack_str(&o->via.array.ptr[i], a, LIMIT_NAME_BYTES,
			&g->values[i]) < 0)
			return -1;
	return 0;
}

static int
get_series(const msgpack_object *o, struct arena *a, struct metric_growth *g)
{
	const char *name;
	if (o->type != MSGPACK_OBJECT_ARRAY || o->via.array.size != 3)
		return -1;
	const msgpack_object *part = o->via.array.ptr;
	if (unpack_str(&part[0], a, LIMIT_NAME_BYTES, &name) < 0)
		return -1;
	g->metric = metric_find(name);
	if (g->metric == METRICS || !metric_defs[g->metric].of_stages ||
	    get_labels(&part[1], a, g) < 0)
		return -1;
	return get_cells(&part[2], a, g);
}

static int
get_all(const msgpack_object *o, struct arena *a, struct metric_growth **out,
    size_t *n)
{
	if (o->type != MSGPACK_OBJECT_ARRAY ||
	    o->via.array.size > LIMIT_METRIC_SERIES)
		return -1;
	*n = o->via.array.size;
	*out = arena_zalloc(a, (*n + 1) * sizeof(**out));
	for (size_t i = 0; i < *n; i++)
		if (get_series(&o->via.array.ptr[i], a, &(*out)[i]) < 0)
			return -1;
	return 0;
}

int
metric_wire_decode(struct span in, struct arena *a, struct metric_growth **out,
    size_t *n, struct err *e)
{
	struct unpack u;
	if (unpack_one(in, 4, "bad_metrics", &u, e) < 0)
		return -1;
	int r = get_all(&u.root, a, out, n);
	unpack_free(&u);
	if (r < 0)
		return err_data(
		    e, "bad_metrics", "a report with an unknown or bad series");
	return 0;
}
