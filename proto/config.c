#include "proto/config.h"
#include "proto/limits.h"
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

struct reader {
	yaml_parser_t yaml;
	struct arena *arena;
	struct problem_list *problems;
	struct span text;
	size_t nodes;
	bool refused; /* something was, and the reading went on */
};

static int
line_of(yaml_mark_t m)
{
	return m.line < INT_MAX ? (int)m.line + 1 : INT_MAX;
}

/* libyaml's reader says only how many bytes it had read. */
static int
error_line(const struct reader *r)
{
	int line = 1;
	if (r->yaml.error != YAML_READER_ERROR)
		return line_of(r->yaml.problem_mark);
	for (size_t i = 0; i < r->yaml.problem_offset && i < r->text.len; i++)
		line += r->text.data[i] == '\n';
	return line;
}

static int
syntax_error(struct reader *r)
{
	const yaml_parser_t *y = &r->yaml;
	const char *what = y->problem ? y->problem : "cannot be read";
	size_t at = y->problem_mark.index;
	if (y->error == YAML_SCANNER_ERROR && at < r->text.len &&
	    r->text.data[at] == '\t')
		what =
		    "a tab cannot begin a line: indent with spaces; found it";
	problem_add(r->problems, error_line(r), "", "not valid YAML: %s%s%s",
	    what, y->context ? " " : "", y->context ? y->context : "");
	return -1;
}

static int
next(struct reader *r, yaml_event_t *ev)
{
	if (!yaml_parser_parse(&r->yaml, ev))
		return syntax_error(r);
	return 0;
}

static int
fatal(struct reader *r, const yaml_event_t *ev, const char *msg)
{
	problem_add(r->problems, line_of(ev->start_mark), "", "%s", msg);
	return -1;
}

/* Says so and goes on: there may be more to report. */
static void
refuse(struct reader *r, const yaml_event_t *ev, const char *msg)
{
	problem_add(r->problems, line_of(ev->start_mark), "", "%s", msg);
	r->refused = true;
}

static void
check_decorations(struct reader *r, const yaml_event_t *ev,
    const yaml_char_t *anchor, const yaml_char_t *tag)
{
	if (anchor)
		refuse(r, ev,
		    "anchors (&) are not supported: "
		    "write the value out");
	if (tag)
		refuse(r, ev,
		    "tags (!) are not supported: "
		    "a key's type is fixed");
}

static int node_read(
    struct reader *r, yaml_event_t *ev, int depth, struct node **out);

static struct node *
node_new(struct reader *r, const yaml_event_t *ev, enum node_kind kind)
{
	struct node *n = arena_zalloc(r->arena, sizeof(*n));
	n->kind = kind;
	n->line = line_of(ev->start_mark);
	n->column = ev->start_mark.column < INT_MAX
			? (int)ev->start_mark.column + 1
			: INT_MAX;
	r->nodes++;
	return n;
}

static struct node *
scalar_read(struct reader *r, const yaml_event_t *ev)
{
	const char *text = (const char *)ev->data.scalar.value;
	size_t len = ev->data.scalar.length;
	check_decorations(r, ev, ev->data.scalar.anchor, ev->data.scalar.tag);
	if (memchr(text, '\0', len))
		refuse(r, ev, "a text holds a NUL character");
	struct node *n = node_new(r, ev, NODE_SCALAR);
	n->plain = ev->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
	n->text = arena_strndup(r->arena, text, len);
	return n;
}

/* Reads children until the container ends. */
static int
list_read(struct reader *r, struct node *list, int depth)
{
	struct node **tail = &list->first;
	for (;;) {
		yaml_event_t ev;
		if (next(r, &ev) < 0)
			return -1;
		if (ev.type == YAML_SEQUENCE_END_EVENT) {
			yaml_event_delete(&ev);
			return 0;
		}
		if (node_read(r, &ev, depth + 1, tail) < 0)
			return -1;
		tail = &(*tail)->next;
		list->n++;
	}
}

/* The key's text, or NULL with a problem. Takes ev. */
static const char *
key_read(struct reader *r, yaml_event_t *ev)
{
	const char *name = NULL;
	if (ev->type == YAML_SCALAR_EVENT)
		name = scalar_read(r, ev)->text;
	else
		(void)fatal(r, ev, "a key must be a plain text");
	yaml_event_delete(ev);
	return name;
}

static int
map_read(struct reader *r, struct node *map, int depth)
{
	struct node **tail = &map->first;
	for (;;) {
		yaml_event_t ev;
		if (next(r, &ev) < 0)
			return -1;
		if (ev.type == YAML_MAPPING_END_EVENT) {
			yaml_event_delete(&ev);
			return 0;
		}
		int line = line_of(ev.start_mark);
		int column = (int)ev.start_mark.column + 1;
		const char *name = key_read(r, &ev);
		if (!name || next(r, &ev) < 0 ||
		    node_read(r, &ev, depth + 1, tail) < 0)
			return -1;
		(*tail)->name = name;
		(*tail)->line = line;
		(*tail)->column = column;
		tail = &(*tail)->next;
		map->n++;
	}
}

static int
by_name(const void *a, const void *b)
{
	const struct node *x = *(struct node *const *)a;
	const struct node *y = *(struct node *const *)b;
	int c = strcmp(x->name, y->name);
	if (c)
		return c;
	if (x->line != y->line)
		return x->line < y->line ? -1 : 1;
	return x->column < y->column ? -1 : x->column > y->column;
}

/* Sorting keeps a hostile map of a million keys cheap. */
static void
refuse_duplicates(struct reader *r, const struct node *map)
{
	if (map->n < 2)
		return;
	struct node **v = mem_alloc(map->n * sizeof(struct node *));
	size_t n = 0;
	for (struct node *c = map->first; c; c = c->next)
		v[n++] = c;
	qsort(v, n, sizeof(struct node *), by_name);
	for (size_t i = 1; i < n; i++) {
		if (strcmp(v[i]->name, v[i - 1]->name) != 0)
			continue;
		problem_add(r->problems, v[i]->line, "",
		    "key \"%.60s\" is given twice, first on line %d",
		    v[i]->name, v[i - 1]->line);
		r->refused = true;
	}
	free(v);
}

static int
container_read(
    struct reader *r, const yaml_event_t *ev, int depth, struct node **out)
{
	bool is_map = ev->type == YAML_MAPPING_START_EVENT;
	if (depth > LIMIT_CONFIG_DEPTH)
		return fatal(r, ev, "nested too deeply");
	struct node *n = node_new(r, ev, is_map ? NODE_MAP : NODE_LIST);
	*out = n;
	if (!is_map) {
		check_decorations(r, ev, ev->data.sequence_start.anchor,
		    ev->data.sequence_start.tag);
		return list_read(r, n, depth);
	}
	check_decorations(
	    r, ev, ev->data.mapping_start.anchor, ev->data.mapping_start.tag);
	if (map_read(r, n, depth) < 0)
		return -1;
	refuse_duplicates(r, n);
	return 0;
}

/* Reads the node that ev begins. Takes ev. */
static int
node_read(struct reader *r, yaml_event_t *ev, int depth, struct node **out)
{
	int rc = 0;
	if (r->nodes >= CONFIG_NODES) {
		rc = fatal(r, ev, "too many values in one file");
	} else if (ev->type == YAML_ALIAS_EVENT) {
		refuse(r, ev,
		    "aliases (*) are not supported: "
		    "write the value out");
		*out = node_new(r, ev, NODE_SCALAR);
		(*out)->text = "";
	} else if (ev->type == YAML_SCALAR_EVENT) {
		*out = scalar_read(r, ev);
	} else {
		rc = container_read(r, ev, depth, out);
	}
	yaml_event_delete(ev);
	return rc;
}

/* Everything from the document's start to the end of the stream. */
static int
document_read(struct reader *r, struct node **root)
{
	yaml_event_t ev;
	for (int skip = 0; skip < 2; skip++) { /* stream, document start */
		if (next(r, &ev) < 0)
			return -1;
		bool ended = ev.type == YAML_STREAM_END_EVENT;
		yaml_event_delete(&ev);
		if (ended) {
			problem_add(r->problems, 1, "", "the file is empty");
			return -1;
		}
	}
	if (next(r, &ev) < 0 || node_read(r, &ev, 1, root) < 0)
		return -1;
	if (next(r, &ev) < 0) /* document end */
		return -1;
	yaml_event_delete(&ev);
	if (next(r, &ev) < 0)
		return -1;
	int rc = 0;
	if (ev.type != YAML_STREAM_END_EVENT)
		rc = fatal(r, &ev,
		    "a second document begins here: "
		    "a file holds one");
	yaml_event_delete(&ev);
	return rc;
}

int
config_parse(struct span text, struct arena *a, struct node **root,
    struct problem_list *l)
{
	if (text.len > LIMIT_CONFIG_BYTES) {
		problem_add(
		    l, 0, "", "larger than %d bytes", (int)LIMIT_CONFIG_BYTES);
		return -1;
	}
	struct reader r = { .arena = a, .problems = l, .text = text };
	if (!yaml_parser_initialize(&r.yaml)) {
		problem_add(l, 0, "", "out of memory");
		return -1;
	}
	static const unsigned char nothing[1] = { 0 };
	yaml_parser_set_input_string(
	    &r.yaml, text.len ? text.data : nothing, text.len);
	int rc = document_read(&r, root);
	yaml_parser_delete(&r.yaml);
	return rc < 0 || r.refused ? -1 : 0;
}

const struct node *
node_get(const struct node *map, const char *name)
{
	if (map->kind != NODE_MAP)
		return NULL;
	for (const struct node *c = map->first; c; c = c->next)
		if (strcmp(c->name, name) == 0)
			return c;
	return NULL;
}

bool
node_empty(const struct node *n)
{
	return n->kind == NODE_SCALAR && n->plain && !*n->text;
}
