/* What can be wrong with a field, in the exact words. */
#include "tests/unit/proto/pipeline_file.h"

#define AT_FIELD "p.yaml:13: entities[0].fields[0]."

static const struct pipeline_row field_rows[] = {
	{ "fine", "      - {to: id, from: x}\n", "fine\n" },
	{ "no to", "      - {to: id, value: 1}\n      - {from: x}\n",
	    "p.yaml:14: entities[0].fields[1].to: missing: The target field "
	    "this entry makes\n" },
	{ "no source", "      - {to: id}\n",
	    "p.yaml:13: entities[0].fields[0]: expected one of from, value "
	    "and expr, found none\n" },
	{ "two sources", "      - {to: id, from: x, expr: y}\n",
	    "p.yaml:13: entities[0].fields[0]: expected one of from, value "
	    "and expr, found 2\n" },
	{ "one to twice",
	    "      - {to: id, from: x}\n      - {to: id, from: y}\n",
	    "p.yaml:14: entities[0].fields[1].to: \"id\" is made twice, "
	    "first on line 13\n" },
	{ "key not mapped", "      - {to: idd, from: x}\n",
	    "p.yaml:11: entities[0].key: no entry of fields makes \"id\": "
	    "did you mean \"idd\"?\n" },
	{ "names nobody makes",
	    "      - {to: id, from: src}\n"
	    "    hash_exclude: [zzzz]\n"
	    "    secret_fields: [src, yyyy]\n"
	    "    parents: [{name: p, entity: parts, by: {wwww: id}}]\n",
	    "p.yaml:14: entities[0].hash_exclude: no entry of fields makes "
	    "\"zzzz\"\n"
	    "p.yaml:15: entities[0].secret_fields: no entry of fields makes "
	    "\"yyyy\"\n"
	    "p.yaml:16: entities[0].parents[0].by: no entry of fields makes "
	    "\"wwww\"\n" },
	{ "secrets that an expression may bring in",
	    "      - {to: id, from: x}\n      - {to: y, expr: \"pin || 1\"}\n"
	    "    secret_fields: [pin, other]\n",
	    "fine\n" },
	{ "secrets that a check may bring in",
	    "      - {to: id, from: x, check: \"pin > 0\"}\n"
	    "    secret_fields: [pin]\n",
	    "fine\n" },
	{ "scale", "      - {to: id, from: x, scale: three}\n",
	    AT_FIELD "scale: expected a whole number from 0 to 16383, found "
		     "\"three\"\n" },
	{ "type", "      - {to: id, from: x, type: integer}\n",
	    AT_FIELD "type: expected bool, int, decimal, float, text, bytes, "
		     "date, time, timestamp, timestamptz, uuid or json, "
		     "found \"integer\"\n" },
	{ "track over a field",
	    "      - {to: id, from: x}\n    track: {run: id}\n",
	    "p.yaml:14: entities[0].track.run: \"id\" is also a field: "
	    "Syncline fills this column itself\n" },
	{ "transform is no list",
	    "      - {to: id, from: x, transform: trim}\n",
	    AT_FIELD "transform: expected a list of transforms, found "
		     "\"trim\"\n" },
	{ "transforms",
	    "      - to: id\n"
	    "        from: x\n"
	    "        transform:\n"
	    "          - uper\n"
	    "          - substring(1)\n"
	    "          - substring(a,2)\n"
	    "          - substring(-1,2)\n"
	    "          - split(,1)\n"
	    "          - pad_left(3,ab)\n"
	    "          - replace(a,b,c)\n"
	    "          - nullif(x\n"
	    "          - trim()\n"
	    "          - {map: [a]}\n"
	    "          - {map: {a: [b]}}\n"
	    "          - {trim: a, upper: b}\n"
	    "          - [trim]\n"
	    "          - map(a)\n"
	    "          - eval(x)\n",
	    "p.yaml:16: entities[0].fields[0].transform[0]: unknown "
	    "transform \"uper\": did you mean \"upper\"?\n"
	    "p.yaml:17: entities[0].fields[0].transform[1]: expected "
	    "substring(start,count), found \"substring(1)\"\n"
	    "p.yaml:18: entities[0].fields[0].transform[2]: expected "
	    "substring(start,count), found \"substring(a,2)\"\n"
	    "p.yaml:19: entities[0].fields[0].transform[3]: expected "
	    "substring(start,count), found \"substring(-1,2)\"\n"
	    "p.yaml:20: entities[0].fields[0].transform[4]: expected "
	    "split(separator,index), found \"split(,1)\"\n"
	    "p.yaml:21: entities[0].fields[0].transform[5]: expected "
	    "pad_left(width,char), found \"pad_left(3,ab)\"\n"
	    "p.yaml:22: entities[0].fields[0].transform[6]: expected "
	    "replace(text,with), found \"replace(a,b,c)\"\n"
	    "p.yaml:23: entities[0].fields[0].transform[7]: "
	    "expected a ) at the end of \"nullif(x\"\n"
	    "p.yaml:24: entities[0].fields[0].transform[8]: "
	    "expected trim, found \"trim()\"\n"
	    "p.yaml:25: entities[0].fields[0].transform[9]: "
	    "expected {map: {from: to}}, found other arguments\n"
	    "p.yaml:26: entities[0].fields[0].transform[10]: "
	    "expected {map: {from: to}}, found other arguments\n"
	    "p.yaml:27: entities[0].fields[0].transform[11]: "
	    "expected one transform, found 2 keys in a map\n"
	    "p.yaml:28: entities[0].fields[0].transform[12]: "
	    "expected a transform, found a list\n"
	    "p.yaml:29: entities[0].fields[0].transform[13]: "
	    "expected {map: {from: to}}, found \"map(a)\"\n"
	    "p.yaml:30: entities[0].fields[0].transform[14]: "
	    "unknown transform \"eval\"\n" },
};

static void
field_table(void **state)
{
	(void)state;
	pipeline_rows(
	    PIPELINE_BASE "    fields:\n", field_rows, ARRAY_LEN(field_rows));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(field_table),
	};
	return cmocka_run_group_tests(tests, pipeline_enter, pipeline_leave);
}
