/* The JSON Schema and the key reference say what the tables say. */
#include "proto/pipeline_spec.h"
#include "supervisor/cli/manual.h"
#include "supervisor/cli/schema.h"
#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static json_t *
schema(void)
{
	struct buf text = { 0 };
	json_error_t error;
	schema_pipeline(&text);
	json_t *j = json_loads(buf_str(&text), JSON_REJECT_DUPLICATES, &error);
	if (!j)
		fail_msg("%d: %s", error.line, error.text);
	buf_free(&text);
	return j;
}

static bool
is_required(const json_t *s, const char *name)
{
	const json_t *list = json_object_get(s, "required");
	for (size_t i = 0; i < json_array_size(list); i++)
		if (strcmp(json_string_value(json_array_get(list, i)), name) ==
		    0)
			return true;
	return false;
}

static size_t compare(const struct spec_table *t, const json_t *s);

/* Every key of t and its groups is a property of s; returns how many. */
static size_t
compare_keys(const struct spec_table *t, const json_t *s)
{
	const json_t *properties = json_object_get(s, "properties");
	size_t n = 0;
	for (const struct spec_key *k = t->keys; k->name; k++) {
		if (k->type == KEY_GROUP) {
			n += compare_keys(k->table, s);
			continue;
		}
		const json_t *p = json_object_get(properties, k->name);
		if (!p)
			fail_msg("%s of %s is not there", k->name, t->name);
		if (is_required(s, k->name) != !!(k->flags & KEY_REQUIRED))
			fail_msg("%s of %s: required?", k->name, t->name);
		assert_int_equal(
		    !!json_object_get(p, "default"), k->preset != NULL);
		if (k->type == KEY_LIST)
			(void)compare(k->table, json_object_get(p, "items"));
		else if (k->table)
			(void)compare(k->table, p);
		n++;
	}
	return n;
}

static size_t
compare(const struct spec_table *t, const json_t *s)
{
	size_t n = compare_keys(t, s);
	assert_true(json_is_false(json_object_get(s, "additionalProperties")));
	assert_int_equal(json_object_size(json_object_get(s, "properties")), n);
	return n;
}

static void
schema_has_every_key(void **state)
{
	(void)state;
	json_t *s = schema();
	assert_int_equal(compare(&pipeline_table, s), 14);
	json_decref(s);
}

static const json_t *
at(const json_t *s, const char *const *path)
{
	for (; *path; path++)
		s = json_object_get(s, *path);
	return s;
}

static void
schema_details(void **state)
{
	(void)state;
	json_t *s = schema();
	const char *const rows[] = { "properties", "entities", "items",
		"properties", "batch_rows", NULL };
	const json_t *k = at(s, rows);
	assert_int_equal(
	    json_integer_value(json_object_get(k, "maximum")), 65536);
	assert_int_equal(
	    json_integer_value(json_object_get(k, "default")), 8192);
	const char *const empty[] = { "properties", "defaults", "properties",
		"empty", "enum", NULL };
	char *names = json_dumps(at(s, empty), JSON_COMPACT);
	assert_string_equal(names, "[\"keep\",\"null\",null]");
	free(names);
	json_decref(s);
}

static void
told_in(const struct spec_table *t, const char *text)
{
	for (const struct spec_key *k = t->keys; k->name; k++) {
		if (k->type != KEY_GROUP) {
			struct buf item = { 0 };
			buf_printf(&item, "\n.It Ic %s : Ar ", k->name);
			if (!strstr(text, buf_str(&item)))
				fail_msg("the manual has no %s", k->name);
			buf_free(&item);
		}
		if (k->table)
			told_in(k->table, text);
	}
}

static size_t
count(const char *text, const char *what)
{
	size_t n = 0;
	for (; (text = strstr(text, what)); text++)
		n++;
	return n;
}

static void
manual_has_every_key(void **state)
{
	(void)state;
	struct buf out = { 0 };
	manual_keys(&out);
	const char *text = buf_str(&out);
	told_in(&pipeline_table, text);
	/* Groups are told once, not wherever they are used. */
	assert_int_equal(count(text, "\n.It Ic trim : "), 1);
	assert_int_equal(count(text, "\n.Ss Text options\n"), 1);
	assert_int_equal(count(text, "\n.Bl "), count(text, "\n.El\n"));
	assert_non_null(strstr(text, ".It Ic decimal : Ar \\&. | \\&,\n"));
	assert_non_null(strstr(text,
	    ".It Ic memory : Ar size\n"
	    "Memory for the state, per delta worker; larger states are "
	    "joined part by\npart.\nFrom 1MiB to 1TiB.\n"
	    "Default:\n.Ql \\&1GiB .\n"));
	buf_free(&out);
}

/* Presets are read by the rows they stand in. */
static void
presets_are_good(void **state)
{
	(void)state;
	struct arena a = { 0 };
	struct problem_list problems = { .file = "", .arena = &a };
	struct spec sp = { .arena = &a, .problems = &problems };
	struct pipeline p = { 0 };
	struct entity en = { 0 };
	spec_presets(&sp, &pipeline_table, &p);
	spec_presets(&sp, &pipeline_entity_table, &en);
	assert_int_equal(problems.count, 0);
	assert_int_equal(en.batch_rows, 8192);
	arena_free(&a);
}

/* The names of the types are those of the values. */
static void
types_are_named_alike(void **state)
{
	(void)state;
	const struct spec_key *k = spec_find(&pipeline_field_table, "type");
	assert_non_null(k);
	for (int i = 0; i < VT_OPAQUE; i++)
		assert_string_equal(
		    k->names[i], value_type_name((enum value_type)i));
	assert_null(k->names[VT_OPAQUE]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(schema_has_every_key),
		cmocka_unit_test(schema_details),
		cmocka_unit_test(manual_has_every_key),
		cmocka_unit_test(presets_are_good),
		cmocka_unit_test(types_are_named_alike),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
