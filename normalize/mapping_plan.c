#include "normalize/checks.h"
#include "normalize/mapping_impl.h"
#include "proto/zone.h"
#include <string.h>
#include <strings.h>

/* Text, numbers, dates as we write them: for constants, for what a transform
 * made, and for a target's own rows. */
static const struct text_options plain_text;
static const struct number_options plain_number = {
	.decimal = '.', .precision = -1, .scale = -1
};

static bool
same_text(const struct text_options *a, const struct text_options *b)
{
	return a->trim == b->trim && a->collapse == b->collapse &&
	       a->persian == b->persian && a->control == b->control &&
	       a->newlines == b->newlines && a->unicode == b->unicode &&
	       a->invalid_utf8 == b->invalid_utf8 &&
	       a->invisible == b->invisible && a->digits == b->digits &&
	       a->letter_case == b->letter_case && a->empty == b->empty;
}

static const struct text_rules *
text_rules(struct mapping *m, const struct text_options *o)
{
	for (struct mapping_text *t = m->texts; t; t = t->next)
		if (same_text(&t->rules.opt, o))
			return &t->rules;
	struct mapping_text *t = arena_zalloc(&m->arena, sizeof(*t));
	layer_text_init(&t->rules, o, &m->arena);
	t->next = m->texts;
	m->texts = t;
	return &t->rules;
}

static int
find_zone(
    struct mapping *m, const char *name, const struct zone **out, struct err *e)
{
	struct mapping_zone *z = m->zones;
	while (z && strcmp(z->name, name) != 0)
		z = z->next;
	if (!z) {
		struct zone *zone;
		if (zone_open(name, &zone, e) < 0)
			return err_wrap(e, "timezone");
		z = arena_alloc(&m->arena, sizeof(*z));
		*z = (struct mapping_zone){ name, zone, m->zones };
		m->zones = z;
	}
	*out = z->zone;
	return 0;
}

static int
zero_date(struct datetime_rules *r, const char *text, struct err *e)
{
	if (!text || strcmp(text, "reject") == 0)
		return 0;
	r->zero_null = strcmp(text, "null") == 0;
	if (r->zero_null)
		return 0;
	struct datetime_iso iso;
	struct span s = { (const uint8_t *)text, strlen(text) };
	if (datetime_parse_iso(s, &iso) < 0 || !iso.has_date || iso.has_time)
		return err_config(e, "bad_constant",
		    "zero_date: \"%.60s\" is not reject, null or a date such "
		    "as 1970-01-01",
		    text);
	r->zero_given = true;
	r->zero_days = iso.days;
	return 0;
}

static bool
is_temporal(enum value_type t)
{
	return t == VT_DATE || t == VT_TIME || t == VT_TIMESTAMP ||
	       t == VT_TIMESTAMPTZ;
}

static int
make_conversions(struct mapping *m, struct plan *p, struct err *e)
{
	const struct field *f = p->f;
	struct conversion *c = &p->conv, *own = &p->own;
	c->to = own->to = p->type;
	own->text = *text_rules(m, &plain_text);
	own->number = plain_number;
	own->datetime.opt.dst = f->datetime.dst;
	if (f->datetime.timezone &&
	    find_zone(m, f->datetime.timezone, &own->datetime.zone, e) < 0)
		return -1;
	if (m->spec.mode == MODE_ADOPT) {
		*c = *own;
		return 0;
	}
	c->text = *text_rules(m, &f->text);
	c->number = f->number;
	c->datetime.opt = f->datetime;
	c->datetime.zone = own->datetime.zone;
	if (!is_temporal(p->type))
		return 0;
	if (zero_date(&c->datetime, f->datetime.zero_date, e) < 0)
		return -1;
	return datetime_format_compile(&f->datetime, &m->arena,
	    &c->datetime.formats, &c->datetime.nformats, e);
}

/* A numeric(14,3) that lends its type lends its digits as well: rounding is
 * ours to do, where it is seen. */
static void
take_digits(struct plan *p, const struct schema_column *target)
{
	struct number_options *n = &p->conv.number;
	bool declared = n->precision >= 0 || n->scale >= 0;
	if (p->type != VT_DECIMAL || declared || !target ||
	    target->type != VT_DECIMAL || target->scale < 0)
		return;
	n->precision = target->precision;
	n->scale = target->scale;
}

static int
open_exprs(struct mapping *m, struct err *e)
{
	return m->exprs ? 0 : expr_db_open(&m->exprs, e);
}

static int
compile_expr(struct mapping *m, struct plan *p, struct err *e)
{
	if (!p->f->expr || p->from)
		return 0;
	if (open_exprs(m, e) < 0)
		return -1;
	if (expr_new(m->exprs, p->f->expr, m->source, m->nsource, &p->expr, e) <
	    0)
		return err_wrap(e, "expr");
	return 0;
}

static int
compile_condition(struct mapping *m, struct plan *p, struct err *e)
{
	if (!p->f->check)
		return 0;
	if (open_exprs(m, e) < 0)
		return -1;
	struct expr_column *cols =
	    arena_alloc(&m->arena, (m->nsource + 2) * sizeof(*cols));
	size_t n = 0;
	cols[n++] = (struct expr_column){ p->to, p->type };
	for (size_t i = 0; i < m->nsource; i++)
		if (strcasecmp(m->source[i].name, p->to) != 0)
			cols[n++] = m->source[i];
	bool taken = false;
	for (size_t i = 0; i < n; i++)
		taken |= strcasecmp(cols[i].name, "value") == 0;
	if (!taken)
		cols[n++] = (struct expr_column){ "value", p->type };
	p->condition_cols = cols;
	p->ncondition_cols = n;
	if (expr_new(m->exprs, p->f->check, cols, n, &p->condition, e) < 0)
		return err_wrap(e, "check");
	/* Its type does not matter, but it may not ask for the clock. */
	enum value_type any;
	if (expr_type(p->condition, &any, e) < 0 &&
	    strcmp(e->code, "no_type") != 0)
		return err_wrap(e, "check");
	err_clear(e);
	return 0;
}

/* SQLite keeps a foreign type as text, and will say so the next night; the
 * first night, before there is a table, must hash the same. */
static bool
becomes_text(const struct mapping *m)
{
	const struct target *t = &m->spec.entity->target;
	bool known = m->spec.target && m->spec.target->ncols;
	return !known && t->conn && t->conn->driver == DRIVER_SQLITE;
}

/* The mapping's type, else the target column's, else the source column's;
 * an expression's own, found by trying it; text for a constant. */
static int
find_type(struct mapping *m, struct plan *p, const struct schema_column *target,
    struct err *e)
{
	const struct schema_column *source =
	    p->from ? schema_find(m->spec.source, p->from) : NULL;
	enum value_type sampled = VT_TEXT;
	/* Tried in any case: an expression that asks for the clock must be
	 * found now. */
	int r = p->expr ? expr_type(p->expr, &sampled, e) : 0;
	bool known = p->f->typed || target;
	if (r < 0 && (!known || strcmp(e->code, "no_type") != 0))
		return err_wrap(e, "expr");
	err_clear(e);
	if (p->f->typed)
		p->type = p->f->type;
	else if (target)
		p->type = target->type;
	else
		p->type = source ? source->type : sampled;
	if (p->type == VT_OPAQUE && becomes_text(m))
		p->type = VT_TEXT;
	const struct schema_column *says = target ? target : source;
	if (p->type == VT_OPAQUE && says && says->type == VT_OPAQUE)
		p->type_name = says->type_name;
	return 0;
}

static int
compile_constants(struct mapping *m, struct plan *p, struct err *e)
{
	const struct field *f = p->f;
	struct layer_work *w = &m->work;
	if (f->value && !p->from && !f->expr &&
	    checks_constant(
		"value", f->value, &p->own, &m->arena, &p->constant, w, e) < 0)
		return -1;
	if (f->default_value && checks_constant("default", f->default_value,
				    &p->own, &m->arena, &p->fill, w, e) < 0)
		return -1;
	p->steps = transform_compile(f, &p->own, &m->arena, w);
	return checks_new(f, &p->own, w, &p->checks, e);
}

int
mapping_plan(struct mapping *m, struct plan *p, struct err *e)
{
	const struct schema_column *target =
	    m->spec.target ? schema_find(m->spec.target, p->to) : NULL;
	if (m->spec.mode == MODE_ADOPT) {
		struct field bare = *p->f;
		bare.ntransforms = 0;
		bare.default_value = bare.check = bare.pattern = NULL;
		bare.min = bare.max = bare.expr = bare.value = NULL;
		bare.in.n = 0;
		bare.max_length = 0;
		bare.required = false;
		p->f = arena_dup(&m->arena, &bare, sizeof(bare));
	}
	if (compile_expr(m, p, e) < 0 || find_type(m, p, target, e) < 0 ||
	    make_conversions(m, p, e) < 0)
		return -1;
	if (m->spec.mode != MODE_ADOPT)
		take_digits(p, target);
	if (compile_constants(m, p, e) < 0)
		return -1;
	return compile_condition(m, p, e);
}

void
mapping_plan_free(struct plan *p)
{
	expr_free(&p->expr);
	expr_free(&p->condition);
	checks_free(&p->checks);
}
