/* Every case of tests/vectors/normalize.json through a real field. */
#include "tests/unit/normalize/rig.h"
#include <jansson.h>

#define VECTORS "tests/vectors/normalize.json"

/* The options are the pipeline file's own keys. JSON is YAML. */
static void
options_yaml(json_t *options, struct buf *entity, struct buf *field)
{
	const char *key;
	json_t *value;
	json_object_foreach(options, key, value)
	{
		char *text = json_dumps(value, JSON_ENCODE_ANY);
		assert_non_null(text);
		if (strcmp(key, "normalize") == 0)
			buf_printf(entity, "    normalize: %s\n", text);
		else
			buf_printf(field, ", %s: %s", key, text);
		free(text);
	}
}

static void
expected(json_t *vector, struct buf *out)
{
	json_t *want = json_object_get(vector, "out");
	json_t *reject = json_object_get(vector, "reject");
	if (reject)
		buf_printf(out, "!%s", json_string_value(reject));
	else if (json_is_boolean(want))
		buf_puts(out, json_is_true(want) ? "true" : "false");
	else if (json_is_null(want))
		buf_puts(out, "NULL");
	else
		buf_put(out, json_string_value(want), json_string_length(want));
}

static void
run_vector(size_t i, json_t *vector)
{
	struct buf entity = { 0 }, field = { 0 }, got = { 0 }, want = { 0 };
	json_t *in = json_object_get(vector, "in");
	buf_printf(&field, "type: %s",
	    json_string_value(json_object_get(vector, "type")));
	options_yaml(json_object_get(vector, "options"), &entity, &field);
	rig_field(buf_str(&entity), buf_str(&field), VT_TEXT,
	    json_string_value(in), json_string_length(in), &got);
	expected(vector, &want);
	if (strcmp(buf_str(&got), buf_str(&want)) != 0)
		fail_msg("vector %zu {%s}: \"%s\"\n  gave \"%s\"\n  want "
			 "\"%s\"",
		    i, buf_str(&field), json_string_value(in), buf_str(&got),
		    buf_str(&want));
	buf_free(&entity);
	buf_free(&field);
	buf_free(&got);
	buf_free(&want);
}

static void
all_vectors_pass(void **state)
{
	(void)state;
	json_error_t why;
	json_t *all = json_load_file(VECTORS, JSON_ALLOW_NUL, &why);
	if (!all)
		fail_msg("%s: %s", VECTORS, why.text);
	assert_true(json_array_size(all) >= 170);
	for (size_t i = 0; i < json_array_size(all); i++)
		run_vector(i, json_array_get(all, i));
	json_decref(all);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_vectors_pass),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
