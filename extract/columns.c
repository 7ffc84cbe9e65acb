#include "extract/columns.h"
#include <string.h>

struct selection {
	const struct entity *en;
	const struct schema *s;
	struct wanted_column *all; /* one per column of s */
	bool *taken;
};

static void
list_names(const struct schema *s, struct buf *out)
{
	for (size_t i = 0; i < s->ncols && out->len < 400; i++) {
		buf_puts(out, i ? ", " : "");
		buf_puts(out, s->cols[i].name);
	}
	if (out->len >= 400)
		buf_puts(out, ", …");
}

/* All that the mapping asks for in vain besides name: one look, one mend. */
static void
list_others(const struct selection *sel, const char *name, struct buf *out)
{
	for (size_t i = 0; i < sel->en->nfields && out->len < 400; i++) {
		const char *from = sel->en->fields[i].from;
		if (from && strcmp(from, name) != 0 &&
		    !schema_find(sel->s, from))
			buf_printf(out, ", nor \"%s\"", from);
	}
}

static int
no_column(const struct selection *sel, const char *name, const char *what,
    struct err *e)
{
	struct buf names = { 0 }, others = { 0 };

	list_names(sel->s, &names);
	list_others(sel, name, &others);
	err_config(e, "no_such_column",
	    "entity %s: %s: there is no column \"%s\"%s; there are: %s",
	    sel->en->name, what, name, buf_str(&others), buf_str(&names));
	buf_free(&names);
	buf_free(&others);
	return err_field(e, name);
}

static int
take(struct selection *sel, const char *name, const char *what, size_t *index,
    struct err *e)
{
	size_t found = 0;

	*index = 0;
	for (size_t i = 0; i < sel->s->ncols; i++) {
		if (strcmp(sel->s->cols[i].name, name) != 0)
			continue;
		if (found++ == 0)
			*index = i;
	}
	if (found == 0)
		return no_column(sel, name, what, e);
	if (found > 1) {
		err_config(e, "duplicate_column",
		    "entity %s: the source has %zu columns named \"%s\"; give each its own name",
		    sel->en->name, found, name);
		return err_field(e, name);
	}
	sel->taken[*index] = true;
	return 0;
}

static int
take_field(struct selection *sel, const char *name, const struct field *f,
    struct err *e)
{
	size_t i;

	if (take(sel, name, f && f->to ? f->to : "column", &i, e) != 0)
		return -1;
	sel->all[i].field = true;
	if (f && f->number.decimal == ',')
		sel->all[i].comma = true;
	return 0;
}

static bool
in_strings(const struct strings *s, const char *name)
{
	for (size_t i = 0; i < s->n; i++)
		if (strcmp(s->v[i], name) == 0)
			return true;
	return false;
}

static int
take_all(struct selection *sel, struct err *e)
{
	for (size_t i = 0; i < sel->s->ncols; i++)
		if (take_field(
			sel, sel->s->cols[i].name, &sel->en->defaults, e) != 0)
			return -1;
	return 0;
}

/* An expression may name any column, and only SQLite can tell which. */
static int
take_mapped(struct selection *sel, bool keys_only, struct err *e)
{
	const struct entity *en = sel->en;

	for (size_t i = 0; i < en->nfields; i++) {
		const struct field *f = &en->fields[i];
		if (keys_only && !in_strings(&en->key, f->to))
			continue;
		if (f->from && take_field(sel, f->from, f, e) != 0)
			return -1;
		if ((f->expr || f->check) && take_all(sel, e) != 0)
			return -1;
	}
	return 0;
}

static int
take_keys(struct selection *sel, struct err *e)
{
	const struct entity *en = sel->en;

	for (size_t i = 0; i < en->key.n; i++)
		if (take_field(sel, en->key.v[i], &en->defaults, e) != 0)
			return -1;
	return 0;
}

/* What the target holds is final: no number format applies to it. */
static int
take_target(struct selection *sel, struct err *e)
{
	const struct entity *en = sel->en;

	for (size_t i = 0; en->fields_given && i < en->nfields; i++)
		if (take_field(sel, en->fields[i].to, NULL, e) != 0)
			return -1;
	for (size_t i = 0; !en->fields_given && i < sel->s->ncols; i++)
		if (!entity_tracks(en, sel->s->cols[i].name) &&
		    take_field(sel, sel->s->cols[i].name, NULL, e) != 0)
			return -1;
	return 0;
}

static int
take_for(struct selection *sel, enum run_mode mode, struct err *e)
{
	const struct entity *en = sel->en;
	size_t i;

	if (mode == MODE_ADOPT)
		return take_target(sel, e);
	if (mode == MODE_SYNC && en->rowversion) {
		if (take(sel, en->rowversion, "rowversion", &i, e) != 0)
			return -1;
		sel->all[i].rowversion = true;
	}
	if (en->fields_given)
		return take_mapped(sel, mode == MODE_SWEEP, e);
	return mode == MODE_SWEEP ? take_keys(sel, e) : take_all(sel, e);
}

int
columns_wanted(const struct columns_for *what, struct arena *a,
    struct wanted *out, struct err *e)
{
	const struct schema *s = what->schema;
	struct selection sel = { what->en, s,
		arena_zalloc(a, (s->ncols + 1) * sizeof(*sel.all)),
		arena_zalloc(a, s->ncols + 1) };

	if (take_for(&sel, what->mode, e) != 0)
		return -1;
	*out = (struct wanted){ .cols = sel.all };
	for (size_t i = 0; i < s->ncols; i++) {
		if (!sel.taken[i])
			continue;
		struct wanted_column w = sel.all[i];
		w.from = &s->cols[i];
		w.type = w.from->type;
		w.index = i;
		sel.all[out->n++] = w;
	}
	/* A mapping of constants alone still needs its rows counted. */
	if (out->n == 0 && s->ncols)
		sel.all[out->n++] = (struct wanted_column){
			.from = s->cols, .type = s->cols[0].type, .field = true
		};
	return 0;
}

bool
columns_comma(const struct entity *en, const char *name)
{
	if (!en->fields_given)
		return en->defaults.number.decimal == ',';
	for (size_t i = 0; i < en->nfields; i++) {
		const struct field *f = &en->fields[i];
		if (f->from && strcmp(f->from, name) == 0 &&
		    f->number.decimal == ',')
			return true;
	}
	return false;
}
