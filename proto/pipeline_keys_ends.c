/* The keys of an entity's two ends: source and target. */
#include "proto/pipeline_spec.h"
#include <stdint.h>

static const char *const splits[] = { "auto", "ctid", "key", "none", NULL };
static const char *const probes[] = { "none", "checksum", NULL };

static const struct spec_key source_keys[] = {
	{ .name = "connection",
	    .type = KEY_TEXT,
	    .flags = KEY_REQUIRED | KEY_LABEL,
	    AT(struct source, connection),
	    .help = "The connection to read from" },
	{ .name = "table",
	    .type = KEY_TEXT,
	    AT(struct source, table),
	    .help = "The table or view to read, as table or schema.table; "
		    "double quotes hold dots and quotes" },
	{ .name = "where",
	    .type = KEY_TEXT,
	    AT(struct source, where),
	    .help = "A condition on the table's rows, in the source's SQL" },
	{ .name = "query",
	    .type = KEY_TEXT,
	    AT(struct source, query),
	    .help = "A query instead of a table, in the source's SQL" },
	{ .name = "file",
	    .type = KEY_TEXT,
	    AT(struct source, file),
	    .help = "csv: the file in the connection's folder; .gz and .zst "
		    "are unpacked on the way" },
	{ .name = "rows",
	    .type = KEY_INT,
	    AT(struct source, rows),
	    .max = INT64_MAX,
	    .help = "null: how many rows to make up" },
	{ .name = "delimiter",
	    .type = KEY_CHAR,
	    AT(struct source, delimiter),
	    .preset = ",",
	    .help = "csv: what stands between two values" },
	{ .name = "quote",
	    .type = KEY_CHAR,
	    AT(struct source, quote),
	    .preset = "\"",
	    .help = "csv: what stands around a value that holds delimiters, "
		    "quotes (doubled) or line ends" },
	{ .name = "header",
	    .type = KEY_BOOL,
	    AT(struct source, header),
	    .preset = "yes",
	    .help = "csv: whether the first line names the columns" },
	{ .name = "null_text",
	    .type = KEY_TEXT,
	    .flags = KEY_EMPTY,
	    AT(struct source, null_text),
	    .help =
		"csv: this text is NULL where it stands without quotes; without the key, the empty text is" },
	{ .name = "chunk_rows",
	    .type = KEY_INT,
	    AT(struct source, chunk_rows),
	    .max = INT64_MAX,
	    .preset = "4000000",
	    .help = "About how many rows one chunk of a table has; 0 reads "
		    "it in one piece" },
	{ .name = "split",
	    .type = KEY_ENUM,
	    AT(struct source, split),
	    .names = splits,
	    .preset = "auto",
	    .help = "How a table is cut into chunks: by physical position "
		    "(PostgreSQL), by key, or not. auto: by the key's first "
		    "column where the window ends and an index (SQLite: an "
		    "integer primary key) allows it, so that a read goes on "
		    "the next night; else by position, with a little of the "
		    "beginning and a sixteenth at the end as chunks of their "
		    "own: what changed last stands there, and is read early" },
	{ .name = "probe",
	    .type = KEY_ENUM,
	    AT(struct source, probe),
	    .names = probes,
	    .preset = "none",
	    .help = "checksum: before the source is read, have it sum up a "
		    "hash of every row (PostgreSQL 14), and read nothing if "
		    "that is what it was in a night without changes. For "
		    "tables that rarely change: where something did, the "
		    "sum comes on top of the read" },
	{ .name = NULL },
};

const struct spec_table pipeline_source_table = {
	.name = "source", .size = sizeof(struct source), .keys = source_keys
};

static const struct spec_key target_keys[] = {
	{ .name = "connection",
	    .type = KEY_TEXT,
	    .flags = KEY_REQUIRED | KEY_LABEL,
	    AT(struct target, connection),
	    .help = "The connection to write to" },
	{ .name = "table",
	    .type = KEY_TEXT,
	    AT(struct target, table),
	    .help = "The table to keep equal to the source, as table or "
		    "schema.table" },
	{ .name = "create",
	    .type = KEY_BOOL,
	    AT(struct target, create),
	    .preset = "no",
	    .help = "Whether a missing table is created, with the key as its "
		    "primary key" },
	{ .name = NULL },
};

const struct spec_table pipeline_target_table = {
	.name = "target", .size = sizeof(struct target), .keys = target_keys
};
