#include "load/plan.h"
#include <string.h>

static bool
same_text(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

static bool
is_key(const struct entity *en, const char *name)
{
	for (size_t i = 0; i < en->key.n; i++)
		if (strcmp(en->key.v[i], name) == 0)
			return true;
	return false;
}

static struct schema_column
shape_column(const struct column *c, const char *name, struct arena *a)
{
	return (struct schema_column){
		.name = arena_strdup(a, name),
		.type = c->type,
		.type_name =
		    c->type_name ? arena_strdup(a, c->type_name) : NULL,
		.precision = -1,
		.scale = -1,
	};
}

void
plan_shape(const struct entity *en, const struct batch *b, struct arena *a,
    struct schema *out)
{
	*out = (struct schema){ .cols = arena_zalloc(
				    a, (b->ncols + 1) * sizeof(*out->cols)) };
	for (size_t i = 0; i < b->ncols; i++) {
		const struct column *c = &b->cols[i];
		if (c->role == ROLE_FIELD)
			out->cols[out->ncols++] = shape_column(c, c->name, a);
		else if (c->role == ROLE_ROWVERSION && en->track.rowversion)
			out->cols[out->ncols++] =
			    shape_column(c, en->track.rowversion, a);
	}
}

static void
add(struct plan *p, const struct schema *target, struct plan_column c)
{
	c.target = target ? schema_find(target, c.name) : NULL;
	p->cols[p->n++] = c;
}

static void
add_fields(struct plan *p, const struct entity *en, const struct schema *shape,
    const struct schema *target)
{
	for (size_t i = 0; i < shape->ncols; i++) {
		const struct schema_column *c = &shape->cols[i];
		bool key = is_key(en, c->name);
		if (same_text(c->name, en->track.rowversion) ||
		    (p->kind == PLAN_DELETE && !key))
			continue;
		add(p, target,
		    (struct plan_column){ .name = c->name,
			.use = key ? USE_KEY : USE_DATA,
			.from = FROM_FIELD,
			.type = c->type,
			.type_name = c->type_name });
	}
}

/* Does the mark hold true, or the time of the delete? */
static bool
mark_is_flag(const struct entity *en, const struct schema_column *target)
{
	if (en->deletes.value != SOFT_AUTO)
		return en->deletes.value == SOFT_TRUE;
	return target && (target->type == VT_BOOL || target->type == VT_INT);
}

/* The time as the target column keeps it, so that nothing is lost twice. */
static enum value_type
time_type(const struct schema_column *target)
{
	if (target && (target->type == VT_TIMESTAMP || target->type == VT_DATE))
		return target->type;
	return VT_TIMESTAMPTZ;
}

static void
add_mark(struct plan *p, const struct entity *en, const struct schema *target)
{
	const char *name = en->deletes.column;
	if (en->deletes.policy != DELETES_SOFT || !name)
		return;
	const struct schema_column *col =
	    target ? schema_find(target, name) : NULL;
	struct plan_column c = { .name = name, .use = USE_MARK };
	if (mark_is_flag(en, col)) {
		c.type = VT_BOOL;
		c.from = p->kind == PLAN_DELETE ? FROM_TRUE : FROM_FALSE;
	} else {
		c.type = time_type(col);
		c.from = p->kind == PLAN_DELETE ? FROM_NOW : FROM_NULL;
	}
	p->soft = p->kind == PLAN_DELETE;
	add(p, target, c);
}

static void
add_track(struct plan *p, const char *name, enum plan_from from,
    enum value_type type, const struct schema *target)
{
	if (!name)
		return;
	const struct schema_column *col =
	    target ? schema_find(target, name) : NULL;
	if (from == FROM_NOW)
		type = time_type(col);
	else if ((from == FROM_KEY_HASH || from == FROM_DATA_HASH) && col &&
		 col->type == VT_BYTES)
		type = VT_BYTES;
	add(p, target,
	    (struct plan_column){
		.name = name, .use = USE_TRACK, .from = from, .type = type });
}

static void
add_version(struct plan *p, const struct entity *en, const struct schema *shape,
    const struct schema *target)
{
	if (!en->track.rowversion)
		return;
	const struct schema_column *c =
	    schema_find(shape, en->track.rowversion);
	add(p, target,
	    (struct plan_column){ .name = en->track.rowversion,
		.use = USE_TRACK,
		.from = c ? FROM_ROWVERSION : FROM_NULL,
		.type = c ? c->type : VT_TEXT,
		.type_name = c ? c->type_name : NULL });
}

enum { EXTRA_COLUMNS = 6 }; /* the mark and five tracking columns */

struct plan *
plan_new(enum plan_kind kind, const struct entity *en,
    const struct schema *shape, const struct schema *target, struct arena *a)
{
	const struct track *tr = &en->track;
	struct plan *p = arena_zalloc(a, sizeof(*p));
	p->kind = kind;
	p->cols =
	    arena_zalloc(a, (shape->ncols + EXTRA_COLUMNS) * sizeof(*p->cols));
	add_fields(p, en, shape, target);
	add_mark(p, en, target);
	if (kind == PLAN_UPSERT) {
		add_track(p, tr->key_hash, FROM_KEY_HASH, VT_TEXT, target);
		add_track(p, tr->data_hash, FROM_DATA_HASH, VT_TEXT, target);
		add_version(p, en, shape, target);
	}
	if (kind == PLAN_UPSERT || p->soft) {
		add_track(p, tr->synced_at, FROM_NOW, VT_TIMESTAMPTZ, target);
		add_track(p, tr->run, FROM_RUN, VT_INT, target);
	}
	return p;
}

static bool
fits(const struct plan_column *c, const struct batch *b)
{
	const struct column *have = NULL;
	switch (c->from) {
	case FROM_FIELD:
		have = batch_find(b, ROLE_FIELD, c->name);
		break;
	case FROM_ROWVERSION:
		have = batch_find(b, ROLE_ROWVERSION, NULL);
		break;
	case FROM_KEY_HASH:
		return batch_find(b, ROLE_BK_HASH, NULL) != NULL;
	case FROM_DATA_HASH:
		return batch_find(b, ROLE_DATA_HASH, NULL) != NULL;
	case FROM_NULL:
		return c->use == USE_MARK ||
		       !batch_find(b, ROLE_ROWVERSION, NULL);
	case FROM_FALSE:
	case FROM_TRUE:
	case FROM_NOW:
	case FROM_RUN:
		return true;
	}
	if (!have || have->type != c->type)
		return false;
	return c->type != VT_OPAQUE || same_text(have->type_name, c->type_name);
}

bool
plan_fits(const struct plan *p, const struct entity *en, const struct batch *b)
{
	size_t planned = 0, fields = 0;
	for (size_t i = 0; i < p->n; i++) {
		if (!fits(&p->cols[i], b))
			return false;
		planned += p->cols[i].from == FROM_FIELD;
	}
	for (size_t i = 0; i < b->ncols; i++)
		fields +=
		    b->cols[i].role == ROLE_FIELD &&
		    (p->kind == PLAN_UPSERT || is_key(en, b->cols[i].name));
	return fields == planned;
}

bool
plan_compares(const struct plan *p)
{
	for (size_t i = 0; i < p->n; i++)
		if (p->cols[i].use == USE_DATA || p->cols[i].use == USE_MARK)
			return true;
	return false;
}
