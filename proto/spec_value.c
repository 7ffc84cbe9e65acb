/* How one value of each key type is read. */
#include "proto/nearest.h"
#include "proto/pipeline.h"
#include "proto/spec.h"
#include "proto/spec_text.h"
#include "proto/spec_unit.h"
#include <stdbool.h>
#include <string.h>
#include <strings.h>

static void
unexpected(struct spec *sp, const struct node *n, const char *expected)
{
	spec_problem(
	    sp, n, "expected %s, found %s", expected, spec_found(sp, n));
}

static void
read_text(struct spec *sp, const struct spec_key *k, const struct node *n,
    void *field)
{
	const char *text = spec_checked_text(sp, k, n);
	if (text)
		memcpy(field, &text, sizeof(text));
}

static void
read_bool(struct spec *sp, const struct spec_key *k, const struct node *n,
    void *field)
{
	static const char *const words[] = { "false", "true", "no", "yes",
		"off", "on" };
	(void)k;
	const char *text = n->kind == NODE_SCALAR ? n->text : "";
	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		bool value = i & 1;
		if (strcasecmp(text, words[i]) == 0) {
			memcpy(field, &value, sizeof(value));
			return;
		}
	}
	unexpected(sp, n, "true or false");
}

static void
read_int(struct spec *sp, const struct spec_key *k, const struct node *n,
    void *field)
{
	int64_t v;
	if (n->kind != NODE_SCALAR || spec_unit_int(n->text, &v) < 0 ||
	    v < k->min || v > k->max) {
		spec_problem(sp, n,
		    "expected a whole number from %lld to %lld, found %s",
		    (long long)k->min, (long long)k->max, spec_found(sp, n));
		return;
	}
	if (k->size == sizeof(int)) {
		int small = (int)v;
		memcpy(field, &small, sizeof(small));
	} else {
		memcpy(field, &v, sizeof(v));
	}
}

static void
read_unit(struct spec *sp, const struct spec_key *k, const struct node *n,
    void *field)
{
	bool size = k->type == KEY_SIZE;
	int64_t v = 0;
	int rc = -1;
	if (n->kind == NODE_SCALAR)
		rc = size ? spec_unit_size(n->text, &v)
			  : spec_unit_time(n->text, &v);
	if (rc == 0 && v >= k->min && v <= k->max) {
		memcpy(field, &v, sizeof(v));
		return;
	}
	struct buf b = { 0 };
	buf_puts(&b,
	    size ? "a size such as 64MiB, from " : "a time such as 90s, from ");
	(size ? spec_unit_put_size : spec_unit_put_time)(&b, k->min);
	buf_puts(&b, " to ");
	(size ? spec_unit_put_size : spec_unit_put_time)(&b, k->max);
	unexpected(sp, n, buf_str(&b));
	buf_free(&b);
}

static void
read_percent(struct spec *sp, const struct spec_key *k, const struct node *n,
    void *field)
{
	(void)k;
	double v;
	if (n->kind == NODE_SCALAR && spec_unit_percent(n->text, &v) == 0)
		memcpy(field, &v, sizeof(v));
	else
		unexpected(sp, n, "a percentage from 0 to 100");
}

/* "a, b or c" */
static void
put_names(struct buf *b, const char *const *names)
{
	if (!names[1])
		buf_puts(b, "only ");
	for (size_t i = 0; names[i]; i++) {
		if (i)
			buf_puts(b, names[i + 1] ? ", " : " or ");
		buf_puts(b, names[i]);
	}
}

static void
read_enum(struct spec *sp, const struct spec_key *k, const struct node *n,
    void *field)
{
	struct nearest near = { .name = "" };
	if (n->kind == NODE_SCALAR)
		near.name = n->text;
	for (int i = 0; k->names[i]; i++) {
		if (strcmp(near.name, k->names[i]) == 0) {
			memcpy(field, &i, sizeof(i));
			return;
		}
		nearest_offer(&near, k->names[i]);
	}
	struct buf b = { 0 };
	put_names(&b, k->names);
	if (near.best)
		spec_problem(sp, n,
		    "expected %s, found %s: did you mean \"%s\"?", buf_str(&b),
		    spec_found(sp, n), near.best);
	else
		unexpected(sp, n, buf_str(&b));
	buf_free(&b);
}

static bool
one_of(const char *const *names, const char *text)
{
	for (; names && *names; names++)
		if (strcmp(*names, text) == 0)
			return true;
	return !names;
}

static void
read_char(struct spec *sp, const struct spec_key *k, const struct node *n,
    void *field)
{
	const char *text = n->kind == NODE_SCALAR ? n->text : "";
	bool ascii = (unsigned char)text[0] < 0x80;
	if (text[0] && !text[1] && ascii && one_of(k->names, text)) {
		memcpy(field, text, 1);
		return;
	}
	struct buf b = { 0 };
	if (k->names)
		put_names(&b, k->names);
	else
		buf_puts(&b, "one ASCII character");
	unexpected(sp, n, buf_str(&b));
	buf_free(&b);
}

static bool
refuse_again(struct spec *sp, const struct node *n, const struct strings *s)
{
	for (size_t i = 0; i < s->n; i++) {
		if (strcmp(s->v[i], n->text) == 0) {
			spec_problem(
			    sp, n, "%s is given twice", spec_found(sp, n));
			return true;
		}
	}
	return false;
}

static void
read_texts(struct spec *sp, const struct spec_key *k, const struct node *n,
    void *field)
{
	struct strings s = { 0 };
	if (n->kind == NODE_MAP || node_empty(n) ||
	    (n->kind == NODE_LIST && n->n < (size_t)k->min)) {
		if (n->kind == NODE_LIST)
			spec_problem(sp, n,
			    "expected a list of texts, found an empty one");
		else
			unexpected(sp, n, "a list of texts");
		return;
	}
	size_t items = n->kind == NODE_LIST ? n->n : 1;
	if (items > (size_t)k->max) {
		spec_problem(sp, n, "expected at most %lld items, found %zu",
		    (long long)k->max, items);
		return;
	}
	s.v = arena_zalloc(sp->arena, items * sizeof(*s.v) + 1);
	const struct node *c = n->kind == NODE_LIST ? n->first : n;
	for (size_t i = 0; c && i < items; i++, c = c->next) {
		size_t mark =
		    spec_push(sp, NULL, n->kind == NODE_LIST ? i : SIZE_MAX);
		const char *text = spec_checked_text(sp, k, c);
		if (text &&
		    !((k->flags & KEY_UNIQUE) && refuse_again(sp, c, &s)))
			s.v[s.n++] = text;
		spec_pop(sp, mark);
	}
	memcpy(field, &s, sizeof(s));
}

static void
read_pairs(struct spec *sp, const struct spec_key *k, const struct node *n,
    void *owner)
{
	if (n->kind != NODE_MAP || n->n < (size_t)k->min ||
	    n->n > (size_t)k->max) {
		unexpected(sp, n, "a map of name to name");
		return;
	}
	struct strings a = { 0 }, b = { 0 };
	a.v = arena_zalloc(sp->arena, n->n * sizeof(*a.v) + 1);
	b.v = arena_zalloc(sp->arena, n->n * sizeof(*b.v) + 1);
	for (const struct node *c = n->first; c; c = c->next) {
		size_t mark = spec_push(sp, c->name, SIZE_MAX);
		const char *text = spec_checked_text(sp, k, c);
		if (text) {
			a.v[a.n++] = c->name;
			b.v[b.n++] = text;
		}
		spec_pop(sp, mark);
	}
	memcpy((char *)owner + k->offset, &a, sizeof(a));
	memcpy((char *)owner + k->other, &b, sizeof(b));
}

static void
read_list(struct spec *sp, const struct spec_key *k, const struct node *n,
    void *owner)
{
	if (n->kind != NODE_LIST || n->n < (size_t)k->min) {
		spec_problem(sp, n, "expected a list of %s entries, found %s",
		    k->table->name,
		    n->kind == NODE_LIST ? "an empty one" : spec_kind(n));
		return;
	}
	if (n->n > (size_t)k->max) {
		spec_problem(sp, n, "expected at most %lld entries, found %zu",
		    (long long)k->max, n->n);
		return;
	}
	size_t size = k->table->size, i = 0;
	char *items = arena_zalloc(sp->arena, n->n * size);
	for (const struct node *c = n->first; c; c = c->next, i++) {
		size_t mark = spec_push(sp, NULL, i);
		spec_presets(sp, k->table, items + i * size);
		if (k->table->start)
			k->table->start(sp, c, items + i * size, owner);
		spec_read(sp, k->table, c, items + i * size);
		spec_pop(sp, mark);
	}
	memcpy((char *)owner + k->offset, &items, sizeof(items));
	memcpy((char *)owner + k->other, &n->n, sizeof(n->n));
}

void
spec_value(struct spec *sp, const struct spec_key *k, const struct node *n,
    void *owner)
{
	void *field = (char *)owner + k->offset;

	switch (k->type) {
	case KEY_TEXT:
		read_text(sp, k, n, field);
		return;
	case KEY_BOOL:
		read_bool(sp, k, n, field);
		return;
	case KEY_INT:
		read_int(sp, k, n, field);
		return;
	case KEY_SIZE:
	case KEY_TIME:
		read_unit(sp, k, n, field);
		return;
	case KEY_PERCENT:
		read_percent(sp, k, n, field);
		return;
	case KEY_ENUM:
		read_enum(sp, k, n, field);
		return;
	case KEY_CHAR:
		read_char(sp, k, n, field);
		return;
	case KEY_TEXTS:
		read_texts(sp, k, n, field);
		return;
	case KEY_PAIRS:
		read_pairs(sp, k, n, owner);
		return;
	case KEY_MAP:
		spec_read(sp, k->table, n, field);
		return;
	case KEY_LIST:
		read_list(sp, k, n, owner);
		return;
	case KEY_CUSTOM:
		k->read(sp, n, owner);
		return;
	case KEY_GROUP:
		return;
	}
}
