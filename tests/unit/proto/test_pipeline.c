/* What can be wrong with an entity, in the exact words. */
#include "tests/unit/proto/pipeline_file.h"

#define AT_ENTITY "p.yaml:12: entities[0]."

static const struct pipeline_row entity_rows[] = {
	{ "nothing more", "", "fine\n" },
	{ "unknown key, near", "    rowverson: v\n",
	    AT_ENTITY
	    "rowverson: unknown key: did you mean \"rowversion\"?\n" },
	{ "unknown key, far", "    zzzzzzz: v\n",
	    AT_ENTITY "zzzzzzz: unknown key of entity\n" },
	{ "a key of a later version", "    capture: no\n",
	    AT_ENTITY "capture: unknown key of entity\n" },
	{ "bool", "    trim: maybe\n",
	    AT_ENTITY "trim: expected true or false, found \"maybe\"\n" },
	{ "whole number", "    batch_rows: many\n",
	    AT_ENTITY "batch_rows: expected a whole number from 1 to 65536, "
		      "found \"many\"\n" },
	{ "range", "    batch_rows: 65537\n",
	    AT_ENTITY "batch_rows: expected a whole number from 1 to 65536, "
		      "found \"65537\"\n" },
	{ "number with a fraction", "    priority: 1.0\n",
	    AT_ENTITY "priority: expected a whole number from -1000 to 1000, "
		      "found \"1.0\"\n" },
	{ "size", "    batch_bytes: 1XB\n",
	    AT_ENTITY "batch_bytes: expected a size such as 64MiB, from 4KiB "
		      "to 64MiB, found \"1XB\"\n" },
	{ "percentage", "    guards: {max_delete_percent: 100.5}\n",
	    AT_ENTITY "guards.max_delete_percent: expected a percentage from "
		      "0 to 100, found \"100.5\"\n" },
	{ "enum, near", "    normalize: cleen\n",
	    AT_ENTITY "normalize: expected exact or clean, found \"cleen\": "
		      "did you mean \"clean\"?\n" },
	{ "enum, far", "    delta: 5\n",
	    AT_ENTITY "delta: expected auto, full, hash or rowversion, found "
		      "\"5\"\n" },
	{ "one character", "    decimal: .,\n",
	    AT_ENTITY "decimal: expected . or ,, found \".,\"\n" },
	{ "a list for a text", "    rowversion: [a, b]\n",
	    AT_ENTITY "rowversion: expected a text, found a list\n" },
	{ "nothing for a text", "    rowversion:\n",
	    AT_ENTITY "rowversion: expected a text, found nothing\n" },
	{ "an empty text", "    rowversion: ''\n",
	    AT_ENTITY "rowversion: expected a text, found an empty one\n" },
	{ "a map for a list", "    hash_exclude: {a: b}\n",
	    AT_ENTITY "hash_exclude: expected a list of texts, found a map\n" },
	{ "a text for a map", "    guards: 10\n",
	    AT_ENTITY "guards: expected a map (guards), found a text\n" },
	{ "a text for a list", "    fields: all\n",
	    AT_ENTITY "fields: expected a list of field entries, found a "
		      "text\n" },
	{ "an empty list", "    fields: []\n",
	    AT_ENTITY "fields: expected a list of field entries, found an "
		      "empty one\n" },
	{ "twice in a list", "    secret_fields: [a, b, a]\n",
	    AT_ENTITY "secret_fields[2]: \"a\" is given twice\n" },
	{ "long text, cut at a character",
	    "    normalize: éééééééééééééééééééééééééééééé\n",
	    AT_ENTITY "normalize: expected exact or clean, found "
		      "\"éééééééééééééééééééé…\"\n" },
	{ "format", "    formats: [eu, dmy]\n",
	    AT_ENTITY "formats: expected strptime directives such as "
		      "%d.%m.%Y, or oracle, us, eu, epoch or epoch_ms, found "
		      "\"dmy\"\n" },
	{ "zero date", "    zero_date: 2025-02-31\n",
	    AT_ENTITY "zero_date: expected reject, null or a date such as "
		      "1970-01-01, found \"2025-02-31\"\n" },
	{ "scale above precision", "    precision: 2\n    scale: 3\n",
	    "p.yaml:13: entities[0].scale: more digits after the point (3) "
	    "than precision has in all (2)\n" },
	{ "rowversion without one", "    delta: rowversion\n",
	    "p.yaml:8: entities[0].rowversion: missing: delta rowversion "
	    "needs the source column that grows with every change\n" },
	{ "soft without column", "    deletes: {policy: soft}\n",
	    AT_ENTITY "deletes.column: missing: policy soft needs the target "
		      "column to set\n" },
	{ "column without soft", "    deletes: {column: gone}\n",
	    AT_ENTITY "deletes.column: only for policy soft\n" },
	{ "soft column is the key", "    deletes: {policy: soft, column: id}\n",
	    AT_ENTITY "deletes.column: \"id\" is also a field: Syncline "
		      "fills this column itself\n" },
	{ "two uses of a column", "    track: {run: x, key_hash: x}\n",
	    AT_ENTITY "track.run: \"x\" is also the column of "
		      "track.key_hash\n" },
	{ "conflicts", "    conflicts: merge\n",
	    AT_ENTITY "conflicts: expected source_wins, the only strategy "
		      "this version has, found \"merge\"\n" },
	{ "parents",
	    "    parents:\n"
	    "      - {name: p, entity: part, by: {x: id}}\n"
	    "      - {name: p, entity: parts, by: {x: code}, missing: wait}\n",
	    "p.yaml:13: entities[0].parents[0].entity: no entity is called "
	    "\"part\": did you mean \"parts\"?\n"
	    "p.yaml:14: entities[0].parents[1].missing: expected queue, "
	    "reject, null or ignore, found \"wait\"\n"
	    "p.yaml:14: entities[0].parents[1].name: \"p\" is given twice\n"
	    "p.yaml:14: entities[0].parents[1].by: nothing refers to \"id\", "
	    "a key field of entity parts\n"
	    "p.yaml:14: entities[0].parents[1].by: \"code\" is not a key "
	    "field of entity parts\n" },
	{ "second entity",
	    "  - name: parts\n"
	    "    source: {connection: pg, table: other}\n"
	    "    target: {connection: lite, table: part}\n"
	    "    key: id\n",
	    "p.yaml:12: entities[1].name: \"parts\" is also the entity of "
	    "line 8\n"
	    "p.yaml:14: entities[1].target: the entity of line 8 writes the "
	    "same table, \"part\"\n" },
	{ "a name that is no name",
	    "  - name: ../x\n"
	    "    source: {connection: none, rows: 1}\n"
	    "    target: {connection: none}\n"
	    "    key: id\n",
	    "p.yaml:12: entities[1].name: expected a name of at most 100 "
	    "letters, digits, _ - and . that does not begin with . or -, "
	    "found \"../x\"\n" },
	{ "not an entity", "  - parts\n",
	    "p.yaml:12: entities[1]: expected a map (entity), found a "
	    "text\n" },
};

static void
entity_table(void **state)
{
	(void)state;
	pipeline_rows(PIPELINE_BASE, entity_rows, ARRAY_LEN(entity_rows));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(entity_table),
	};
	return cmocka_run_group_tests(tests, pipeline_enter, pipeline_leave);
}
