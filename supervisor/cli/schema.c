#include "supervisor/cli/schema.h"
#include "proto/limits.h"
#include "proto/pipeline_spec.h"
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

/* jansson fails only without memory; like an arena, that ends the process. */
static json_t *
some(json_t *j)
{
	if (!j)
		abort();
	return j;
}

static void
set(json_t *object, const char *key, json_t *value)
{
	if (json_object_set_new(object, key, some(value)) < 0)
		abort();
}

static void
append(json_t *array, json_t *value)
{
	if (json_array_append_new(array, some(value)) < 0)
		abort();
}

static json_t *
typed(const char *type)
{
	json_t *s = some(json_object());
	set(s, "type", json_string(type));
	return s;
}

/* YAML's other readers see numbers, truth and null where we see text. */
static json_t *
text_schema(const struct spec_key *k)
{
	json_t *s = some(json_object());
	set(s, "type",
	    json_pack("[s,s,s,s]", "string", "number", "boolean", "null"));
	if (!(k->flags & KEY_EMPTY))
		set(s, "minLength", json_integer(1));
	if (k->flags & KEY_NAME)
		set(s, "maxLength", json_integer(LIMIT_NAME_BYTES));
	if (k->flags & KEY_LABEL)
		set(s, "pattern", json_string("^[^-. /][^ /]*$"));
	return s;
}

static json_t *
bool_schema(void)
{
	json_t *s = some(json_object());
	set(s, "enum",
	    json_pack("[b,b,s,s,s,s]", 1, 0, "yes", "no", "on", "off"));
	return s;
}

static json_t *
names_schema(const struct spec_key *k)
{
	json_t *s = some(json_object()), *names = some(json_array());
	for (size_t i = 0; k->names[i]; i++) {
		append(names, json_string(k->names[i]));
		if (strcmp(k->names[i], "null") == 0)
			append(names, json_null());
		if (strcmp(k->names[i], "true") == 0)
			append(names, json_true());
	}
	set(s, "enum", names);
	return s;
}

static json_t *
char_schema(const struct spec_key *k)
{
	if (k->names)
		return names_schema(k);
	json_t *s = typed("string");
	set(s, "minLength", json_integer(1));
	set(s, "maxLength", json_integer(1));
	return s;
}

static json_t *
int_schema(const struct spec_key *k)
{
	json_t *s = typed("integer");
	set(s, "minimum", json_integer(k->min));
	set(s, "maximum", json_integer(k->max));
	return s;
}

static json_t *
size_schema(void)
{
	json_t *s = some(json_object());
	set(s, "type", json_pack("[s,s]", "string", "integer"));
	set(s, "pattern",
	    json_string("^[0-9]+ *(B|KiB|MiB|GiB|TiB|kB|MB|GB|TB)?$"));
	return s;
}

static json_t *
time_schema(void)
{
	json_t *s = typed("string");
	set(s, "pattern", json_string("^[0-9]+ *(ms|s|m|h|d)$"));
	return s;
}

static json_t *
percent_schema(void)
{
	json_t *s = some(json_object());
	set(s, "type", json_pack("[s,s]", "string", "number"));
	set(s, "minimum", json_integer(0));
	set(s, "maximum", json_integer(100));
	set(s, "pattern", json_string("^[0-9]+(\\.[0-9]{1,6})?%?$"));
	return s;
}

static json_t *
texts_schema(const struct spec_key *k)
{
	json_t *list = typed("array"), *s = some(json_object());
	set(list, "items", text_schema(k));
	set(list, "minItems", json_integer(k->min));
	set(list, "maxItems", json_integer(k->max));
	if (k->flags & KEY_UNIQUE)
		set(list, "uniqueItems", json_true());
	set(s, "anyOf", json_pack("[o,o]", some(text_schema(k)), list));
	return s;
}

static json_t *
pairs_schema(const struct spec_key *k)
{
	json_t *s = typed("object");
	set(s, "additionalProperties", text_schema(k));
	set(s, "minProperties", json_integer(k->min));
	set(s, "maxProperties", json_integer(k->max));
	return s;
}

static json_t *table_schema(const struct spec_table *t);

static json_t *
list_schema(const struct spec_key *k)
{
	json_t *s = typed("array");
	set(s, "items", table_schema(k->table));
	set(s, "minItems", json_integer(k->min));
	set(s, "maxItems", json_integer(k->max));
	return s;
}

static json_t *
custom_schema(const struct spec_key *k)
{
	if (!k->schema)
		return table_schema(k->table);
	json_t *one = some(json_loads(k->schema, 0, NULL));
	if (!k->table)
		return one;
	json_t *either = some(json_object());
	set(either, "anyOf", json_pack("[o,o]", one, table_schema(k->table)));
	return either;
}

static json_t *
key_schema(const struct spec_key *k)
{
	switch (k->type) {
	case KEY_TEXT:
		return text_schema(k);
	case KEY_BOOL:
		return bool_schema();
	case KEY_INT:
		return int_schema(k);
	case KEY_SIZE:
		return size_schema();
	case KEY_TIME:
		return time_schema();
	case KEY_PERCENT:
		return percent_schema();
	case KEY_ENUM:
		return names_schema(k);
	case KEY_CHAR:
		return char_schema(k);
	case KEY_TEXTS:
		return texts_schema(k);
	case KEY_PAIRS:
		return pairs_schema(k);
	case KEY_MAP:
	case KEY_GROUP:
		return table_schema(k->table);
	case KEY_LIST:
		return list_schema(k);
	case KEY_CUSTOM:
		return custom_schema(k);
	}
	abort();
}

/* The default as the key's type writes it. */
static json_t *
preset_json(const struct spec_key *k)
{
	switch (k->type) {
	case KEY_BOOL:
		return json_boolean(strcmp(k->preset, "yes") == 0);
	case KEY_INT:
	case KEY_PERCENT:
		return json_integer(strtoll(k->preset, NULL, 10));
	case KEY_TEXT:
	case KEY_SIZE:
	case KEY_TIME:
	case KEY_ENUM:
	case KEY_CHAR:
	case KEY_TEXTS:
	case KEY_PAIRS:
	case KEY_MAP:
	case KEY_GROUP:
	case KEY_LIST:
		break;
	case KEY_CUSTOM:
		return json_loads(k->preset, JSON_DECODE_ANY, NULL);
	}
	return json_string(k->preset);
}

/* The keys of a table and of its groups. */
static void
add_keys(const struct spec_table *t, json_t *properties, json_t *required)
{
	for (const struct spec_key *k = t->keys; k->name; k++) {
		if (k->type == KEY_GROUP) {
			add_keys(k->table, properties, required);
			continue;
		}
		json_t *s = key_schema(k);
		set(s, "description", json_sprintf("%s.", k->help));
		if (k->preset)
			set(s, "default", preset_json(k));
		set(properties, k->name, s);
		if (k->flags & KEY_REQUIRED)
			append(required, json_string(k->name));
	}
}

static json_t *
table_schema(const struct spec_table *t)
{
	json_t *s = typed("object");
	json_t *properties = some(json_object()), *required = json_array();
	add_keys(t, properties, some(required));
	set(s, "properties", properties);
	if (json_array_size(required) > 0)
		set(s, "required", required);
	else
		json_decref(required);
	set(s, "additionalProperties", json_false());
	return s;
}

void
schema_pipeline(struct buf *out)
{
	json_t *s = some(json_object());
	set(s, "$schema",
	    json_string("https://json-schema.org/draft/2020-12/schema"));
	set(s, "title", json_string("Syncline pipeline file"));
	json_t *table = table_schema(&pipeline_table);
	if (json_object_update(s, table) < 0)
		abort();
	json_decref(table);
	char *text = json_dumps(s, JSON_INDENT(2));
	if (!text)
		abort();
	buf_puts(out, text);
	buf_putc(out, '\n');
	free(text);
	json_decref(s);
}
