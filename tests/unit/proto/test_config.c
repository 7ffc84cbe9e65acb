#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/config.h"
#include "proto/limits.h"
#include <cmocka.h>
#include <string.h>

/* The tree as text: scalars as they are, quoted ones in "", {a: b}, [a, b]. */
static void
show(const struct node *n, struct buf *out)
{
	if (n->kind == NODE_SCALAR) {
		const char *quote = n->plain ? "" : "\"";
		buf_printf(out, "%s%s%s", quote, n->text, quote);
		return;
	}
	buf_putc(out, n->kind == NODE_MAP ? '{' : '[');
	size_t items = 0;
	for (const struct node *c = n->first; c; c = c->next, items++) {
		if (items)
			buf_puts(out, ", ");
		if (n->kind == NODE_MAP)
			buf_printf(out, "%s: ", c->name);
		show(c, out);
	}
	assert_int_equal(items, n->n);
	buf_putc(out, n->kind == NODE_MAP ? '}' : ']');
}

/* The tree, or the problems. */
static void
parse(const char *text, size_t len, struct buf *out)
{
	struct arena a = { 0 };
	struct problem_list list = { .file = "f", .arena = &a };
	struct node *root = NULL;
	struct span in = { (const uint8_t *)text, len };
	if (config_parse(in, &a, &root, &list) == 0) {
		assert_int_equal(list.count, 0);
		show(root, out);
	} else {
		assert_true(list.count > 0);
		problem_sort(&list);
		problem_write(&list, out);
	}
	arena_free(&a);
}

static const struct {
	const char *label, *in, *out;
} parse_rows[] = {
	{ "a map", "a: 1\nb: two words\n", "{a: 1, b: two words}" },
	{ "a list", "- a\n- [b, c]\n- {d: e}\n", "[a, [b, c], {d: e}]" },
	{ "quoted", "a: '1'\nb: \"x\\ty\"\n", "{a: \"1\", b: \"x\ty\"}" },
	{ "nothing is nothing", "a:\nb: ''\n", "{a: , b: \"\"}" },
	{ "nothing looks like something",
	    "a: no\nb: null\nc: 2025-01-15\nd: 0x1F\ne: 1e3\nf: ~\n",
	    "{a: no, b: null, c: 2025-01-15, d: 0x1F, e: 1e3, f: ~}" },
	{ "block text", "a: |\n  x\n  y\nb: >\n  p\n  q\n",
	    "{a: \"x\ny\n\", b: \"p q\n\"}" },
	{ "a scalar alone", "hello", "hello" },
	{ "comments and a start mark", "# c\n---\na: 1 # d\n...\n", "{a: 1}" },
	{ "nothing at all", "", "f:1: the file is empty\n" },
	{ "only a comment", "# x\n", "f:1: the file is empty\n" },
	{ "a key twice", "a: 1\nb:\n  c: 1\n  d: 2\n  c: 3\na: 4\n",
	    "f:5: key \"c\" is given twice, first on line 3\n"
	    "f:6: key \"a\" is given twice, first on line 1\n" },
	{ "a key three times", "{a: 1, a: 2, a: 3}",
	    "f:1: key \"a\" is given twice, first on line 1\n"
	    "f:1: key \"a\" is given twice, first on line 1\n" },
	{ "an anchor", "a: &x 1\nb: &y [1]\nc: &z {d: 1}\n",
	    "f:1: anchors (&) are not supported: write the value out\n"
	    "f:2: anchors (&) are not supported: write the value out\n"
	    "f:3: anchors (&) are not supported: write the value "
	    "out\n" },
	{ "an alias", "a: &x 1\nb: *x\n",
	    "f:1: anchors (&) are not supported: write the value out\n"
	    "f:2: aliases (*) are not supported: write the value "
	    "out\n" },
	{ "a tag", "a: !!int 1\nb: !x [1]\n",
	    "f:1: tags (!) are not supported: a key's type is fixed\n"
	    "f:2: tags (!) are not supported: a key's type is "
	    "fixed\n" },
	{ "two documents", "a: 1\n---\nb: 1\n",
	    "f:2: a second document begins here: a file holds one\n" },
	{ "a list as key", "? [a]\n: 1\n",
	    "f:1: a key must be a plain text\n" },
	{ "a NUL", "a: \"x\\0y\"\n", "f:1: a text holds a NUL character\n" },
	{ "an open list", "a: [1\nb: 2",
	    "f:2: not valid YAML: did not find expected ',' or ']' "
	    "while parsing a flow sequence\n" },
	{ "a tab", "a:\n\tb: 1\n",
	    "f:2: not valid YAML: a tab cannot begin a line: indent with "
	    "spaces; found it while scanning for the next token\n" },
	{ "not UTF-8", "a: 1\nb: \xff\n",
	    "f:2: not valid YAML: invalid leading UTF-8 octet\n" },
};

static void
parse_table(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(parse_rows); i++) {
		struct buf out = { 0 };
		parse(parse_rows[i].in, strlen(parse_rows[i].in), &out);
		if (strcmp(buf_str(&out), parse_rows[i].out) != 0)
			fail_msg("%s:\n%s", parse_rows[i].label, buf_str(&out));
		buf_free(&out);
	}
}

static void
utf16(void **state)
{
	(void)state;
	static const char text[] = "\xff\xfe"
				   "a\0:\0 \0b\0\n";
	struct buf out = { 0 };
	parse(text, sizeof(text), &out);
	assert_string_equal(buf_str(&out), "{a: b}");
	buf_free(&out);
}

static void
depth(void **state)
{
	(void)state;
	struct buf in = { 0 }, out = { 0 };
	for (int i = 0; i < LIMIT_CONFIG_DEPTH; i++)
		buf_putc(&in, '[');
	for (int i = 0; i < LIMIT_CONFIG_DEPTH; i++)
		buf_putc(&in, ']');
	parse((char *)in.data, in.len, &out);
	assert_memory_equal(out.data, in.data, in.len);

	buf_clear(&in);
	buf_clear(&out);
	for (int i = 0; i < LIMIT_CONFIG_DEPTH + 1; i++)
		buf_puts(&in, "[\n");
	parse((char *)in.data, in.len, &out);
	assert_string_equal(buf_str(&out), "f:33: nested too deeply\n");
	buf_free(&in);
	buf_free(&out);
}

static void
size(void **state)
{
	(void)state;
	struct buf in = { 0 }, out = { 0 };
	while (in.len <= LIMIT_CONFIG_BYTES)
		buf_puts(
		    &in, "# a line that says nothing, and says it often\n");
	parse((char *)in.data, in.len, &out);
	assert_string_equal(buf_str(&out), "f: larger than 16777216 bytes\n");

	buf_clear(&in);
	buf_clear(&out);
	buf_putc(&in, '[');
	for (int i = 0; i <= CONFIG_NODES; i++)
		buf_puts(&in, "a,");
	parse((char *)in.data, in.len, &out);
	assert_string_equal(
	    buf_str(&out), "f:1: too many values in one file\n");
	buf_free(&in);
	buf_free(&out);
}

static void
places(void **state)
{
	(void)state;
	static const char text[] = "a: 1\nb:\n  - x\n  - y: 2\n    z: 3\n";
	struct arena a = { 0 };
	struct problem_list list = { .file = "f", .arena = &a };
	struct node *root;
	struct span in = { (const uint8_t *)text, strlen(text) };
	assert_int_equal(config_parse(in, &a, &root, &list), 0);
	const struct node *b = node_get(root, "b");
	const struct node *map = b->first->next;
	const struct node *z = node_get(map, "z");
	assert_int_equal(b->line, 2);
	assert_int_equal(b->first->line, 3);
	assert_int_equal(b->first->column, 5);
	assert_int_equal(z->line, 5);
	assert_int_equal(z->column, 5);
	assert_string_equal(z->name, "z");
	assert_null(map->next);
	assert_null(node_get(root, "c"));
	assert_null(node_get(b, "a"));
	arena_free(&a);
}

static void
many_problems(void **state)
{
	(void)state;
	struct buf in = { 0 }, out = { 0 };
	for (int i = 0; i < 130; i++)
		buf_puts(&in, "a: 1\n");
	parse((char *)in.data, in.len, &out);
	size_t lines = 0;
	for (size_t i = 0; i < out.len; i++)
		lines += out.data[i] == '\n';
	assert_int_equal(lines, PROBLEMS_KEPT + 1);
	assert_non_null(strstr(buf_str(&out), "f: and 29 more\n"));
	buf_free(&in);
	buf_free(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parse_table),
		cmocka_unit_test(utf16),
		cmocka_unit_test(depth),
		cmocka_unit_test(size),
		cmocka_unit_test(places),
		cmocka_unit_test(many_problems),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
