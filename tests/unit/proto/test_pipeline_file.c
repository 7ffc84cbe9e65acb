/* What can be wrong with the file as a whole, in the exact words. */
#include "tests/unit/proto/pipeline_file.h"

/* From line 2 on; line 3 is the connection under test. */
#define ENTITY                                                                 \
	"entities: [{name: e, source: {connection: none, rows: 1}, target: "   \
	"{connection: none}, key: a}]\n"
#define CONNECTION(keys)                                                       \
	"connections:\n  - {name: x, " keys "}\n"                              \
	"  - {name: none, driver: \"null\"}\n" ENTITY
#define AT_CONNECTION "p.yaml:3: connections[0]."

static const struct pipeline_row connections_rows[] = {
	{ "fine",
	    CONNECTION("driver: postgres, dsn: 'host=h', "
		       "password: 'file:pw'"),
	    "fine\n" },
	{ "driver", CONNECTION("driver: oracle, password: hunter2"),
	    AT_CONNECTION "driver: expected postgres, sqlite, csv or "
			  "null, found a text\n" },
	{ "driver, near", CONNECTION("driver: postgresql"),
	    AT_CONNECTION
	    "driver: expected postgres, sqlite, csv or null, found a "
	    "text: did you mean \"postgres\"?\n" },
	{ "no driver", CONNECTION("dsn: 'host=h'"),
	    AT_CONNECTION "driver: missing: What it connects to; "
			  "null makes rows up and forgets what it is "
			  "given\n" },
	{ "no dsn", CONNECTION("driver: postgres"),
	    AT_CONNECTION "dsn: missing: a libpq connection string, such as "
			  "\"host=db1 dbname=erp user=reader\"\n" },
	{ "no path", CONNECTION("driver: sqlite"),
	    AT_CONNECTION "path: missing: the database file\n" },
	{ "no folder", CONNECTION("driver: csv"),
	    AT_CONNECTION "path: missing: the folder of the csv files\n" },
	{ "keys of another driver",
	    CONNECTION("driver: sqlite, path: p, dsn: d, password: x"),
	    AT_CONNECTION "dsn: only for driver postgres\n" AT_CONNECTION
			  "password: only for driver postgres\n" },
	{ "path for postgres", CONNECTION("driver: postgres, dsn: d, path: x"),
	    AT_CONNECTION "path: only for driver sqlite or csv\n" },
	{ "null needs nothing", CONNECTION("driver: 'null', path: x"),
	    AT_CONNECTION "path: only for driver sqlite or csv\n" },
	{ "a password in the file",
	    CONNECTION("driver: postgres, dsn: d, password: hunter2"),
	    AT_CONNECTION
	    "password: expected ${VAR}, file:PATH or cred:NAME: the "
	    "password itself does not belong in this file\n" },
	{ "part of a reference is none",
	    CONNECTION("driver: postgres, dsn: d, password: 'a${X}'"),
	    AT_CONNECTION
	    "password: expected ${VAR}, file:PATH or cred:NAME: the "
	    "password itself does not belong in this file\n" },
	{ "a password in the dsn",
	    CONNECTION("driver: postgres, dsn: 'host=h password = hunter2'"),
	    AT_CONNECTION
	    "dsn: a password does not belong in the dsn: use the key "
	    "password with ${VAR}, file:PATH or cred:NAME\n" },
	{ "a password in a URI",
	    CONNECTION("driver: postgres, dsn: "
		       "'postgresql://u:hunter2@h:5432/db'"),
	    AT_CONNECTION
	    "dsn: a password does not belong in the dsn: use the key "
	    "password with ${VAR}, file:PATH or cred:NAME\n" },
	{ "a URI without one",
	    CONNECTION("driver: postgres, dsn: "
		       "'postgresql://u@h:5432/db?a=:@'"),
	    "fine\n" },
	{ "a password by way of the environment",
	    CONNECTION("driver: postgres, dsn: '${TEST_DSN}'"),
	    AT_CONNECTION
	    "dsn: a password does not belong in the dsn: use the key "
	    "password with ${VAR}, file:PATH or cred:NAME\n" },
	{ "a variable that is not set",
	    CONNECTION("driver: sqlite, path: 'x/${TEST_UNSET}/y'"),
	    AT_CONNECTION "path: the environment variable "
			  "TEST_UNSET is not set\n" },
	{ "a misspelt key shows no value",
	    CONNECTION("driver: postgres, dsn: d, passwrod: hunter2"),
	    AT_CONNECTION "passwrod: unknown key: did you mean "
			  "\"password\"?\n" },
	{ "not a map shows no value", "connections: [hunter2]\n" ENTITY,
	    "p.yaml:2: connections[0]: expected a map (connection), "
	    "found a text\n"
	    "p.yaml:3: entities[0].source.connection: no connection "
	    "is called \"none\"\n"
	    "p.yaml:3: entities[0].target.connection: no connection "
	    "is called \"none\"\n" },
	{ "one name twice",
	    "connections:\n  - {name: none, driver: \"null\"}\n"
	    "  - {name: none, driver: \"null\"}\n" ENTITY,
	    "p.yaml:4: connections[1].name: \"none\" is also the "
	    "connection of line 3\n" },
};

static void
connections(void **state)
{
	(void)state;
	setenv("TEST_DSN", "host=h password=hunter2", 1);
	unsetenv("TEST_UNSET");
	pipeline_rows(
	    "version: 1\n", connections_rows, ARRAY_LEN(connections_rows));
}

#define CONNECTIONS                                                            \
	"version: 1\nconnections: [{name: pg, driver: postgres, dsn: d}, "     \
	"{name: lite, driver: sqlite, path: l.db}, {name: lite2, driver: "     \
	"sqlite, path: ./l.db}, {name: files, driver: csv, path: .}, "         \
	"{name: none, driver: 'null'}]\nentities:\n"
#define ENDS(source, target)                                                   \
	"  - {name: e, key: a,\n    source: {" source                          \
	"},\n    target: {" target "}}\n"
#define AT_SOURCE "p.yaml:5: entities[0].source."
#define AT_TARGET "p.yaml:6: entities[0].target."
#define NOWHERE   "connection: none"

static const struct pipeline_row ends_rows[] = {
	{ "null to null", ENDS("connection: none, rows: 5", NOWHERE),
	    "fine\n" },
	{ "csv", ENDS("connection: files, file: a.csv", NOWHERE), "fine\n" },
	{ "no connection", ENDS("table: t", "table: t"),
	    AT_SOURCE
	    "connection: missing: The connection to read from\n" AT_TARGET
	    "connection: missing: The connection to write to\n" },
	{ "dangling",
	    ENDS("connection: lit, table: t", "connection: oracle, table: t"),
	    AT_SOURCE "connection: no connection is called \"lit\": "
		      "did you mean \"lite\"?\n" AT_TARGET
		      "connection: no connection is called "
		      "\"oracle\"\n" },
	{ "neither table nor query", ENDS("connection: pg", NOWHERE),
	    AT_SOURCE "table: missing: the table to read, or a query\n" },
	{ "table and query",
	    ENDS("connection: pg, table: t, query: select 1", NOWHERE),
	    AT_SOURCE "query: table and query: only one of them\n" },
	{ "where of a query",
	    ENDS("connection: pg, query: select 1, where: x", NOWHERE),
	    AT_SOURCE "where: only with table: put the condition "
		      "into the query\n" },
	{ "split of a query",
	    ENDS("connection: pg, query: select 1, split: key", NOWHERE),
	    AT_SOURCE "split: only with table: a query is read in "
		      "one piece\n" },
	{ "ctid of SQLite",
	    ENDS("connection: lite, table: t, split: ctid", NOWHERE),
	    AT_SOURCE "split: ctid is only for driver postgres\n" },
	{ "csv with a table", ENDS("connection: files, table: t", NOWHERE),
	    AT_SOURCE "table: means nothing to a connection of driver "
		      "csv\n" AT_SOURCE
		      "file: missing: the csv file to read\n" },
	{ "csv with one character twice",
	    ENDS("connection: files, file: f, delimiter: '\"'", NOWHERE),
	    AT_SOURCE "delimiter: the same character as quote\n" },
	{ "csv with a line end",
	    ENDS("connection: files, file: f, delimiter: \"\\n\"", NOWHERE),
	    "p.yaml:5: entities[0].source: delimiter and quote "
	    "cannot be a line end\n" },
	{ "csv with a wide delimiter",
	    ENDS("connection: files, file: f, delimiter: '٫'", NOWHERE),
	    AT_SOURCE "delimiter: expected one ASCII character, "
		      "found \"٫\"\n" },
	{ "null without rows", ENDS(NOWHERE, NOWHERE),
	    AT_SOURCE "rows: missing: how many rows to make up\n" },
	{ "rows of a table", ENDS("connection: pg, table: t, rows: 5", NOWHERE),
	    AT_SOURCE "rows: means nothing to a connection of driver "
		      "postgres\n" },
	{ "csv as target",
	    ENDS("connection: none, rows: 5", "connection: files"),
	    AT_TARGET "connection: a connection of driver csv cannot "
		      "be written to\n" },
	{ "no target table",
	    ENDS("connection: none, rows: 5", "connection: pg"),
	    AT_TARGET "table: missing: the table to write\n" },
	{ "onto itself",
	    ENDS("connection: pg, table: t", "connection: pg, table: t"),
	    "p.yaml:6: entities[0].target: writes the table it "
	    "reads, \"t\"\n" },
};

static void
ends(void **state)
{
	(void)state;
	pipeline_rows(CONNECTIONS, ends_rows, ARRAY_LEN(ends_rows));
}

static void
root(void **state)
{
	(void)state;
	static const struct pipeline_row rows[] = {
		{ "an empty file", "", "p.yaml:1: the file is empty\n" },
		{ "a list", "- a\n",
		    "p.yaml:1: expected a map (the pipeline file), found a "
		    "list\n" },
		{ "not YAML", "a: [\n",
		    "p.yaml:2: not valid YAML: did not find expected node "
		    "content while parsing a flow node\n" },
		{ "everything is missing", "x: y\n",
		    "p.yaml:1: x: unknown key of the pipeline file\n"
		    "p.yaml:1: version: missing: The version of this file's "
		    "format: 1\n"
		    "p.yaml:1: connections: missing: Databases and files "
		    "that entities are read from and written to\n"
		    "p.yaml:1: entities: missing: What is kept equal: each "
		    "entity is one source and one target\n" },
		{ "no key",
		    "version: 1\nconnections: [{name: none, driver: "
		    "'null'}]\nentities:\n  - {name: e, source: {connection: "
		    "none, rows: 1}, target: {connection: none}, key: []}\n",
		    "p.yaml:4: entities[0].key: expected a list of texts, "
		    "found an empty one\n" },
		{ "a later version",
		    "version: 2\nconnections: [{name: none, driver: "
		    "'null'}]\n" ENTITY,
		    "p.yaml:1: version: expected 1, the only version of this "
		    "file there is, found \"2\"\n" },
	};
	pipeline_rows("", rows, ARRAY_LEN(rows));
}

static void
tuning(void **state)
{
	(void)state;
	static const struct pipeline_row rows[] = {
		{ "partitions", "state: {partitions: 3}\n",
		    "p.yaml:12: state.partitions: expected a power of two, "
		    "found 3\n" },
		{ "workers",
		    "state: {partitions: 2}\nworkers: {extract: 9, load: 3}\n",
		    "p.yaml:13: workers.load: 3 workers cannot share 2 "
		    "partitions: raise state.partitions\n" },
		{ "memory", "state: {memory: 1.5GiB}\n",
		    "p.yaml:12: state.memory: expected a size such as 64MiB, "
		    "from 1MiB to 1TiB, found \"1.5GiB\"\n" },
		{ "ack timeout", "limits: {ack_timeout: 120}\n",
		    "p.yaml:12: limits.ack_timeout: expected a time such as "
		    "90s, from 1s to 1d, found \"120\"\n" },
		{ "defaults",
		    "defaults:\n  normalize: tidy\n  key: id\n"
		    "  deletes: {policy: soft, column: gone}\n",
		    "p.yaml:13: defaults.normalize: expected exact or clean, "
		    "found \"tidy\"\n"
		    "p.yaml:14: defaults.key: unknown key of defaults\n" },
		{ "keys of later versions", "capture: {}\n",
		    "p.yaml:12: capture: unknown key of the pipeline file\n" },
	};
	pipeline_rows(PIPELINE_BASE, rows, ARRAY_LEN(rows));
}

static void
one_message(void **state)
{
	(void)state;
	struct pipeline *p = NULL;
	struct err e = { 0 };
	pipeline_write(PIPELINE_BASE, "nope: 1\n");
	assert_int_equal(pipeline_load("p.yaml", NULL, &p, NULL, &e), -1);
	assert_string_equal(
	    e.msg, "p.yaml:12: nope: unknown key of the pipeline file");
	pipeline_write(PIPELINE_BASE, "nope: 1\nnor_this: 2\n");
	assert_int_equal(pipeline_load("p.yaml", NULL, &p, NULL, &e), -1);
	assert_string_equal(e.msg,
	    "p.yaml: 2 problems, the first: p.yaml:12: nope: unknown key of "
	    "the pipeline file");
	unlink("p.yaml");
	struct problems problems = { 0 };
	assert_int_equal(pipeline_load("p.yaml", NULL, &p, &problems, &e), -1);
	assert_string_equal(buf_str(&problems.text),
	    "cannot read the pipeline file p.yaml: No such file or directory "
	    "(name it with -c, or write one with \"syncline init\")\n");
	assert_int_equal(problems.count, 1);
	buf_free(&problems.text);
	assert_int_equal(e.cls, ERR_CONFIG);
	assert_null(p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(connections),
		cmocka_unit_test(ends),
		cmocka_unit_test(root),
		cmocka_unit_test(tuning),
		cmocka_unit_test(one_message),
	};
	return cmocka_run_group_tests(tests, pipeline_enter, pipeline_leave);
}
