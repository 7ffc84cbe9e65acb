#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/config_diff.h"
#include <cmocka.h>
#include <string.h>

static void
note(void *arg, const char *path, enum config_change change)
{
	buf_printf(arg, "%s %s\n", path, config_change_name(change));
}

static struct node *
parse(const char *text, struct arena *a)
{
	struct node *root = NULL;
	struct problem_list problems = { .arena = a };
	struct span in = { (const uint8_t *)text, strlen(text) };
	assert_int_equal(config_parse(in, a, &root, &problems), 0);
	return root;
}

static const struct {
	const char *label, *was, *is, *changes;
} rows[] = {
	{ "the same", "a: {b: [1, 2]}", "a:\n  b:\n  - 1\n  - '2'\n", "" },
	{ "a value", "a: {b: 1, c: 2}", "a: {b: 1, c: 3}", "a.c changed\n" },
	{ "a key more", "a: {b: 1}", "a: {b: 1, c: {d: 3}}", "a.c added\n" },
	{ "a key less", "a: 1\nb: 2", "b: 2", "a removed\n" },
	{ "another kind", "a: [1]", "a: 1", "a changed\n" },
	{ "by place", "a: [1, 2, 3]", "a: [1, 3]",
	    "a[1] changed\na[2] removed\n" },
	{ "by name", "e: [{name: x, k: 1}, {name: y, k: 1}]",
	    "e: [{name: z}, {name: y, k: 2}]",
	    "e[x] removed\ne[y].k changed\ne[z] added\n" },
	{ "by name, in another order", "e: [{name: x}, {name: y}]",
	    "e: [{name: y}, {name: x}]", "" },
	{ "not all have a name", "e: [{name: x}, {k: 1}]",
	    "e: [{name: x}, {k: 2}]", "e[1].k changed\n" },
	{ "a value is not told", "c: [{name: x, dsn: secret}]",
	    "c: [{name: x, dsn: other}]", "c[x].dsn changed\n" },
};

static void
differences(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct arena a = { 0 };
		struct buf out = { 0 };
		size_t n = config_diff(
		    parse(rows[i].was, &a), parse(rows[i].is, &a), note, &out);
		if (strcmp(buf_str(&out), rows[i].changes) != 0)
			fail_msg("%s:\n%s", rows[i].label, buf_str(&out));
		for (const char *c = rows[i].changes; *c; c++)
			n -= *c == '\n';
		assert_int_equal(n, 0);
		buf_free(&out);
		arena_free(&a);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(differences) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
