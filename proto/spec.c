#include "proto/spec.h"
#include "proto/limits.h"
#include "proto/nearest.h"
#include "proto/spec_text.h"
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

size_t
spec_push(struct spec *sp, const char *name, size_t index)
{
	size_t mark = sp->path.len;
	if (name)
		buf_printf(&sp->path, "%s%.100s", mark ? "." : "", name);
	if (index != SIZE_MAX)
		buf_printf(&sp->path, "[%zu]", index);
	return mark;
}

void
spec_pop(struct spec *sp, size_t mark)
{
	sp->path.len = mark;
}

bool
spec_heard(const struct spec *sp)
{
	return sp->problems && sp->problems->count < PROBLEMS_KEPT;
}

static void add(struct spec *sp, int line, const char *fmt, va_list ap)
    PRINTF(3, 0);

static void
add(struct spec *sp, int line, const char *fmt, va_list ap)
{
	if (!sp->problems)
		return;
	char text[LIMIT_MESSAGE_TEXT];
	vsnprintf(text, sizeof(text), fmt, ap);
	problem_add(sp->problems, line, buf_str(&sp->path), "%s", text);
}

void
spec_problem(struct spec *sp, const struct node *n, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	add(sp, n->line, fmt, ap);
	va_end(ap);
}

/* As far down the dotted key as there are nodes. */
static const struct node *
deepest(const struct node *n, const char *key)
{
	while (*key) {
		size_t len = strcspn(key, ".");
		const struct node *c = n->kind == NODE_MAP ? n->first : NULL;
		while (c && (strncmp(c->name, key, len) != 0 || c->name[len]))
			c = c->next;
		if (!c)
			break;
		n = c;
		key += len + (key[len] == '.');
	}
	return n;
}

void
spec_problem_key(struct spec *sp, const struct node *n, const char *key,
    const char *fmt, ...)
{
	size_t mark = spec_push(sp, key, SIZE_MAX);
	va_list ap;
	va_start(ap, fmt);
	add(sp, deepest(n, key)->line, fmt, ap);
	va_end(ap);
	spec_pop(sp, mark);
}

const struct spec_key *
spec_find(const struct spec_table *t, const char *name)
{
	for (const struct spec_key *k = t->keys; k->name; k++) {
		const struct spec_key *found = k;
		if (k->type == KEY_GROUP)
			found = spec_find(k->table, name);
		else if (strcmp(k->name, name) != 0)
			found = NULL;
		if (found)
			return found;
	}
	return NULL;
}

static void
offer_all(struct nearest *near, const struct spec_table *t)
{
	for (const struct spec_key *k = t->keys; k->name; k++) {
		if (k->type == KEY_GROUP)
			offer_all(near, k->table);
		else
			nearest_offer(near, k->name);
	}
}

static void
unknown_key(struct spec *sp, const struct spec_table *t, const struct node *n)
{
	if (!spec_heard(sp)) {
		spec_problem(sp, n, "unknown key");
		return;
	}
	struct nearest near = { .name = n->name };
	offer_all(&near, t);
	size_t mark = spec_push(sp, n->name, SIZE_MAX);
	if (near.best)
		spec_problem(
		    sp, n, "unknown key: did you mean \"%s\"?", near.best);
	else
		spec_problem(sp, n, "unknown key of %s", t->name);
	spec_pop(sp, mark);
}

static void read_keys(struct spec *sp, const struct spec_table *t,
    const struct node *n, void *into);

static void
read_key(struct spec *sp, const struct spec_key *k, const struct node *map,
    void *into)
{
	const struct node *n = node_get(map, k->name);
	size_t mark = spec_push(sp, k->name, SIZE_MAX);
	if (n) {
		bool yes = true;
		if (k->given)
			memcpy((char *)into + k->given, &yes, sizeof(yes));
		spec_value(sp, k, n, into);
	} else if (k->flags & KEY_REQUIRED) {
		spec_problem(sp, map, "missing: %s", k->help);
	}
	spec_pop(sp, mark);
}

static void
read_keys(struct spec *sp, const struct spec_table *t, const struct node *n,
    void *into)
{
	for (const struct spec_key *k = t->keys; k->name; k++) {
		if (k->type == KEY_GROUP)
			read_keys(sp, k->table, n, (char *)into + k->offset);
		else
			read_key(sp, k, n, into);
	}
}

void
spec_read(struct spec *sp, const struct spec_table *t, const struct node *n,
    void *into)
{
	if (n->kind != NODE_MAP) {
		spec_problem(sp, n, "expected a map (%s), found %s", t->name,
		    spec_kind(n));
		return;
	}
	if (t->line)
		memcpy((char *)into + t->line, &n->line, sizeof(n->line));
	bool hidden = sp->hide;
	sp->hide = hidden || t->secret;
	for (const struct node *c = n->first; c; c = c->next)
		if (!spec_find(t, c->name))
			unknown_key(sp, t, c);
	read_keys(sp, t, n, into);
	if (t->check)
		t->check(sp, n, into);
	sp->hide = hidden;
}

static void
preset(struct spec *sp, const struct spec_key *k, void *into)
{
	struct node n = { .kind = NODE_SCALAR, .text = k->preset };

	switch (k->type) {
	case KEY_GROUP:
	case KEY_MAP:
		spec_presets(sp, k->table, (char *)into + k->offset);
		return;
	case KEY_TEXT:
	case KEY_BOOL:
	case KEY_INT:
	case KEY_SIZE:
	case KEY_TIME:
	case KEY_PERCENT:
	case KEY_ENUM:
	case KEY_CHAR:
	case KEY_CUSTOM:
		if (k->preset)
			spec_value(sp, k, &n, into);
		return;
	case KEY_TEXTS:
	case KEY_PAIRS:
	case KEY_LIST:
		return;
	}
}

void
spec_presets(struct spec *sp, const struct spec_table *t, void *into)
{
	for (const struct spec_key *k = t->keys; k->name; k++)
		preset(sp, k, into);
}
