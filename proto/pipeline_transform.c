/*
 * The transform list of a field. An item is a call, `substring(0,3)`, or a
 * map of one key for what a call cannot hold: {map: {a: b}}, {replace: [x, y]}.
 */
#include "proto/nearest.h"
#include "proto/pipeline_spec.h"
#include "proto/spec_text.h"
#include "proto/spec_unit.h"
#include <stdbool.h>
#include <string.h>

enum { TRANSFORMS_MAX = 100, NUMBER_MAX = 1000000 };

/* args: n a number, t a text, e a text that may be empty, c one character,
 * m a map of text to text. */
struct form {
	const char *name, *args, *usage;
};

static const struct form forms[] = {
	[TR_UPPER] = { "upper", "", "upper" },
	[TR_LOWER] = { "lower", "", "lower" },
	[TR_TITLE] = { "title", "", "title" },
	[TR_CAPITALIZE] = { "capitalize", "", "capitalize" },
	[TR_TRIM] = { "trim", "", "trim" },
	[TR_STRIP_WHITESPACE] = { "strip_whitespace", "", "strip_whitespace" },
	[TR_REMOVE_SPECIAL_CHARS] = { "remove_special_chars", "",
	    "remove_special_chars" },
	[TR_SUBSTRING] = { "substring", "nn", "substring(start,count)" },
	[TR_REPLACE] = { "replace", "te", "replace(text,with)" },
	[TR_PAD_LEFT] = { "pad_left", "nc", "pad_left(width,char)" },
	[TR_NULLIF] = { "nullif", "e", "nullif(text)" },
	[TR_MAP] = { "map", "m", "{map: {from: to}}" },
	[TR_SPLIT] = { "split", "tn", "split(separator,index)" },
};
_Static_assert(ARRAY_LEN(forms) == TR_COUNT, "a form for every transform");

enum { ARGS_MAX = 2 };

/* A call taken apart. */
struct call {
	const char *name;
	size_t n;
	const char *args[ARGS_MAX];
	const struct node *map; /* instead of args */
};

static int
find(struct spec *sp, const struct node *n, const char *name)
{
	struct nearest near = { .name = name };
	for (int i = 0; i < TR_COUNT; i++) {
		if (strcmp(forms[i].name, name) == 0)
			return i;
		nearest_offer(&near, forms[i].name);
	}
	if (near.best)
		spec_problem(sp, n,
		    "unknown transform \"%.60s\": did you mean \"%s\"?", name,
		    near.best);
	else
		spec_problem(sp, n, "unknown transform \"%.60s\"", name);
	return -1;
}

static bool
one_character(const char *s)
{
	size_t chars = 0;
	for (; *s; s++)
		chars += ((unsigned char)*s & 0xc0) != 0x80;
	return chars == 1;
}

static bool
take_number(const char *text, struct transform *t, size_t at)
{
	int64_t v;
	if (spec_unit_int(text, &v) < 0 || v < 0 || v > NUMBER_MAX)
		return false;
	t->num[at] = v;
	return true;
}

static bool
take_arg(char kind, const char *text, struct transform *t, size_t *numbers)
{
	if (kind == 'n')
		return take_number(text, t, (*numbers)++);
	if ((kind == 't' && !*text) || (kind == 'c' && !one_character(text)))
		return false;
	t->text.v[t->text.n++] = text;
	return true;
}

static bool
take_args(struct spec *sp, const struct form *f, const struct call *c,
    struct transform *t)
{
	size_t numbers = 0;
	if (c->map || c->n != strlen(f->args))
		return false;
	t->text.v = arena_zalloc(sp->arena, ARGS_MAX * sizeof(*t->text.v));
	for (size_t i = 0; i < c->n; i++)
		if (!take_arg(f->args[i], c->args[i], t, &numbers))
			return false;
	return true;
}

static bool
take_map(struct spec *sp, const struct call *c, struct transform *t)
{
	if (!c->map || c->map->n == 0)
		return false;
	t->text.v = arena_zalloc(sp->arena, 2 * c->map->n * sizeof(*t->text.v));
	for (const struct node *p = c->map->first; p; p = p->next) {
		if (p->kind != NODE_SCALAR || node_empty(p))
			return false;
		t->text.v[t->text.n++] = p->name;
		t->text.v[t->text.n++] = p->text;
	}
	return true;
}

static void
apply(struct spec *sp, const struct node *n, const struct call *c,
    struct transform *t)
{
	int kind = find(sp, n, c->name);
	if (kind < 0)
		return;
	const struct form *f = &forms[kind];
	t->kind = (enum transform_kind)kind;
	bool good =
	    *f->args == 'm' ? take_map(sp, c, t) : take_args(sp, f, c, t);
	if (!good)
		spec_problem(sp, n, "expected %s, found %s", f->usage,
		    n->kind == NODE_SCALAR ? spec_found(sp, n)
					   : "other arguments");
}

/* One argument: blanks around it go, quotes around it protect them. */
static const char *
argument(struct spec *sp, const char *from, const char *to)
{
	while (from < to && *from == ' ')
		from++;
	while (to > from && to[-1] == ' ')
		to--;
	bool quoted = to - from >= 2 && (*from == '\'' || *from == '"') &&
		      to[-1] == *from;
	if (quoted) {
		from++;
		to--;
	}
	return arena_strndup(sp->arena, from, (size_t)(to - from));
}

/* Splits at commas outside quotes; false if there are too many. */
static bool
split_args(struct spec *sp, struct call *c, const char *from, const char *to)
{
	char quote = 0;
	const char *start = from;
	for (const char *p = from; p <= to; p++) {
		if (p < to && quote) {
			quote = *p == quote ? 0 : quote;
			continue;
		}
		if (p < to && (*p == '\'' || *p == '"')) {
			quote = *p;
			continue;
		}
		if (p < to && *p != ',')
			continue;
		if (c->n == ARGS_MAX)
			return false;
		c->args[c->n++] = argument(sp, start, p);
		start = p + 1;
	}
	return true;
}

/* The text between the parentheses of map(…), as YAML. */
static const struct node *
inner_map(struct spec *sp, const char *from, const char *to)
{
	struct problem_list unheard = { .file = "", .arena = sp->arena };
	struct node *map;
	struct span text = { (const uint8_t *)from, (size_t)(to - from) };
	if (config_parse(text, sp->arena, &map, &unheard) < 0)
		return NULL;
	return map->kind == NODE_MAP ? map : NULL;
}

static void
read_call(struct spec *sp, const struct node *n, const char *text,
    struct transform *t)
{
	struct call c = { .name = text };
	const char *open = strchr(text, '(');
	size_t len = strlen(text);
	struct node shown = *n;
	shown.text = text;
	if (open) {
		const char *to = text + len - 1;
		c.name = arena_strndup(sp->arena, text, (size_t)(open - text));
		if (*to != ')') {
			spec_problem(sp, n, "expected a ) at the end of %s",
			    spec_found(sp, &shown));
			return;
		}
		if (strcmp(c.name, "map") == 0)
			c.map = inner_map(sp, open + 1, to);
		else if (!split_args(sp, &c, open + 1, to))
			c.n = SIZE_MAX;
	}
	apply(sp, &shown, &c, t);
}

static void
read_map(struct spec *sp, const struct node *n, struct transform *t)
{
	const struct node *v = n->first;
	if (n->n != 1) {
		spec_problem(sp, n,
		    "expected one transform, found %zu keys "
		    "in a map",
		    n->n);
		return;
	}
	struct call c = { .name = v->name };
	if (v->kind == NODE_MAP) {
		c.map = v;
	} else if (v->kind == NODE_SCALAR) {
		c.args[c.n++] = v->text;
	} else {
		for (const struct node *a = v->first; a; a = a->next) {
			bool fits = c.n < ARGS_MAX && a->kind == NODE_SCALAR;
			if (!fits) {
				c.n = SIZE_MAX;
				break;
			}
			c.args[c.n++] = a->text;
		}
	}
	apply(sp, n, &c, t);
}

/*
 * In [trim, substring(0,3)] YAML ends an item at the comma inside the call.
 * Such a call goes on until an item ends with its parenthesis.
 */
static const char *
joined(struct spec *sp, const struct node **item)
{
	const struct node *n = *item;
	const char *text = n->text;
	size_t len = strlen(text);
	while (n->plain && strchr(text, '(') && text[len - 1] != ')' &&
	       n->next && n->next->kind == NODE_SCALAR && n->next->plain &&
	       n->next->line == n->line) {
		n = n->next;
		struct buf b = { 0 };
		buf_printf(&b, "%s,%s", text, n->text);
		text = arena_strndup(sp->arena, (char *)b.data, b.len);
		len = b.len;
		buf_free(&b);
	}
	*item = n;
	return text;
}

static void
read_item(struct spec *sp, const struct node **item, struct transform *t)
{
	const struct node *n = *item;
	if (n->kind == NODE_MAP)
		read_map(sp, n, t);
	else if (spec_text(sp, n, "a transform"))
		read_call(sp, n, joined(sp, item), t);
}

void
pipeline_transform_read(struct spec *sp, const struct node *n, void *owner)
{
	struct field *f = owner;
	if (n->kind != NODE_LIST) {
		spec_problem(sp, n, "expected a list of transforms, found %s",
		    spec_found(sp, n));
		return;
	}
	if (n->n > TRANSFORMS_MAX) {
		spec_problem(sp, n, "expected at most %d transforms, found %zu",
		    (int)TRANSFORMS_MAX, n->n);
		return;
	}
	f->transforms =
	    arena_zalloc(sp->arena, n->n * sizeof(*f->transforms) + 1);
	f->ntransforms = 0;
	for (const struct node *c = n->first; c; c = c->next) {
		size_t mark = spec_push(sp, NULL, f->ntransforms);
		read_item(sp, &c, &f->transforms[f->ntransforms++]);
		spec_pop(sp, mark);
	}
}
