#include "proto/config_diff.h"
#include <string.h>

struct diff {
	config_change_fn *fn;
	void *arg;
	struct buf path;
	size_t count;
};

const char *
config_change_name(enum config_change change)
{
	static const char *const names[] = { "added", "removed", "changed" };
	return names[change];
}

static void
tell(struct diff *d, enum config_change change)
{
	d->count++;
	d->fn(d->arg, buf_str(&d->path), change);
}

static const char *
item_name(const struct node *item)
{
	const struct node *name =
	    item->kind == NODE_MAP ? node_get(item, "name") : NULL;
	return name && name->kind == NODE_SCALAR ? name->text : NULL;
}

static bool
all_named(const struct node *list)
{
	for (const struct node *c = list->first; c; c = c->next)
		if (!item_name(c))
			return false;
	return true;
}

/* The child that goes with c: of its key, its name or its place. */
static const struct node *
find(const struct node *in, const struct node *c, bool named, size_t place)
{
	if (in->kind == NODE_MAP)
		return node_get(in, c->name);
	const struct node *x = in->first;
	if (named)
		while (x && strcmp(item_name(x), item_name(c)) != 0)
			x = x->next;
	else
		for (; x && place; place--)
			x = x->next;
	return x;
}

static size_t
push(struct diff *d, const struct node *c, bool named, size_t place)
{
	size_t mark = d->path.len;
	if (c->name)
		buf_printf(&d->path, "%s%s", mark ? "." : "", c->name);
	else if (named)
		buf_printf(&d->path, "[%s]", item_name(c));
	else
		buf_printf(&d->path, "[%zu]", place);
	return mark;
}

static void compare(
    struct diff *d, const struct node *was, const struct node *is);

/* The children of one: those that the other has not got, and, once, those
 * that both have. */
static void
children(struct diff *d, const struct node *one, const struct node *other,
    enum config_change lacking)
{
	bool named =
	    one->kind == NODE_LIST && all_named(one) && all_named(other);
	size_t place = 0;
	for (const struct node *c = one->first; c; c = c->next, place++) {
		const struct node *x = find(other, c, named, place);
		size_t mark = push(d, c, named, place);
		if (!x)
			tell(d, lacking);
		else if (lacking == CONFIG_REMOVED)
			compare(d, c, x);
		d->path.len = mark;
	}
}

static void
compare(struct diff *d, const struct node *was, const struct node *is)
{
	if (was->kind != is->kind) {
		tell(d, CONFIG_CHANGED);
	} else if (was->kind == NODE_SCALAR) {
		if (strcmp(was->text, is->text) != 0)
			tell(d, CONFIG_CHANGED);
	} else {
		children(d, was, is, CONFIG_REMOVED);
		children(d, is, was, CONFIG_ADDED);
	}
}

size_t
config_diff(const struct node *was, const struct node *is, config_change_fn *fn,
    void *arg)
{
	struct diff d = { .fn = fn, .arg = arg };
	compare(&d, was, is);
	buf_free(&d.path);
	return d.count;
}
