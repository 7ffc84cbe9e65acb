/* The keys of an entity, and those that `defaults` shares with it. */
#include "proto/limits.h"
#include "proto/pipeline_spec.h"
#include <stdint.h>

static const char *const policies[] = { "propagate", "soft", "ignore", NULL };
static const char *const soft_values[] = { "auto", "now", "true", NULL };

static const struct spec_key deletes_keys[] = {
	{ .name = "policy",
	    .type = KEY_ENUM,
	    AT(struct deletes, policy),
	    .names = policies,
	    .preset = "propagate",
	    .help = "What happens to a target row whose source row is gone: "
		    "deleted, marked, or left alone" },
	{ .name = "column",
	    .type = KEY_TEXT,
	    .flags = KEY_NAME,
	    AT(struct deletes, column),
	    .help = "soft: the target column that is set" },
	{ .name = "value",
	    .type = KEY_ENUM,
	    AT(struct deletes, value),
	    .names = soft_values,
	    .preset = "auto",
	    .help = "soft: what it is set to; auto decides by its type" },
	{ .name = NULL },
};

static const struct spec_table deletes_table = {
	.name = "deletes", .size = sizeof(struct deletes), .keys = deletes_keys
};

static const struct spec_key guard_keys[] = {
	{ .name = "max_delete_percent",
	    .type = KEY_PERCENT,
	    AT(struct entity, max_delete_percent),
	    .preset = "10",
	    .help = "More deletes than this share of the known rows are "
		    "withheld and halt the run" },
	{ .name = "max_update_percent",
	    .type = KEY_PERCENT,
	    AT(struct entity, max_update_percent),
	    .preset = "100",
	    .help = "More updates than this share of the known rows halt the "
		    "run where it is" },
	{ .name = "min_source_rows",
	    .type = KEY_INT,
	    AT(struct entity, min_source_rows),
	    .max = INT64_MAX,
	    .preset = "0",
	    .help = "With fewer rows in the source no delete is applied" },
	{ .name = NULL },
};

static const struct spec_table guards_table = {
	.name = "guards", .size = sizeof(struct entity), .keys = guard_keys
};

static const struct spec_key limit_keys[] = {
	{ .name = "max_reject_percent",
	    .type = KEY_PERCENT,
	    AT(struct entity, max_reject_percent),
	    .preset = "10",
	    .help = "More rejects than this share of the rows read halt the "
		    "run" },
	{ .name = NULL },
};

static const struct spec_table limits_table = {
	.name = "limits", .size = sizeof(struct entity), .keys = limit_keys
};

static const struct spec_key track_keys[] = {
	{ .name = "key_hash",
	    .type = KEY_TEXT,
	    .flags = KEY_NAME,
	    AT(struct track, key_hash),
	    .help = "The target column for the hash of the key" },
	{ .name = "data_hash",
	    .type = KEY_TEXT,
	    .flags = KEY_NAME,
	    AT(struct track, data_hash),
	    .help = "The target column for the hash of the content" },
	{ .name = "rowversion",
	    .type = KEY_TEXT,
	    .flags = KEY_NAME,
	    AT(struct track, rowversion),
	    .help = "The target column for the source's rowversion" },
	{ .name = "synced_at",
	    .type = KEY_TEXT,
	    .flags = KEY_NAME,
	    AT(struct track, synced_at),
	    .help = "The target column for the time of the last write" },
	{ .name = "run",
	    .type = KEY_TEXT,
	    .flags = KEY_NAME,
	    AT(struct track, run),
	    .help = "The target column for the run that last wrote the row" },
	{ .name = NULL },
};

static const struct spec_table track_table = {
	.name = "track", .size = sizeof(struct track), .keys = track_keys
};

static const char *const presets[] = { "exact", "clean", NULL };
static const char *const strategies[] = { "auto", "full", "hash", "rowversion",
	NULL };
const char *
strategy_name(enum strategy s)
{
	return strategies[s];
}

static const char *const sweeps[] = { "never", "nightly", "weekly", NULL };
static const char *const adopts[] = { "ask", "target", "none", NULL };
static const char *const identities[] = { "default", "syncflow", NULL };

static const struct spec_key shared_keys[] = {
	{ .name = "normalize",
	    .type = KEY_ENUM,
	    AT(struct entity, normalize),
	    .names = presets,
	    .preset = "exact",
	    .help = "Where the text options start: exact keeps text byte for "
		    "byte, clean does what ERP data needs. An option that is "
		    "written out beats the preset; an entity's beats that of "
		    "defaults, a field's beats both" },
	{ .name = "identity",
	    .type = KEY_ENUM,
	    AT(struct entity, identity),
	    .names = identities,
	    .preset = "default",
	    .help = "How rows are hashed; syncflow reproduces the hashes of "
		    "the SyncFlow engine" },
	{ .name = "delta",
	    .type = KEY_ENUM,
	    AT(struct entity, strategy),
	    .names = strategies,
	    .preset = "auto",
	    .help = "How changes are found: every row counts as changed, by "
		    "content, only rows above the last rowversion, or "
		    "whichever of the last two fits" },
	{ .name = "sweep",
	    .type = KEY_ENUM,
	    AT(struct entity, sweep),
	    .names = sweeps,
	    .preset = "nightly",
	    .help = "rowversion: how often the source's keys are read whole "
		    "to find deletes" },
	{ .name = "overlap",
	    .type = KEY_INT,
	    AT(struct entity, overlap),
	    .max = INT64_MAX,
	    .preset = "600",
	    .help = "rowversion: how far below the last one reading begins, "
		    "so that late commits are not lost; seconds for times, "
		    "else the number itself" },
	{ .name = "deletes",
	    .type = KEY_MAP,
	    AT(struct entity, deletes),
	    .table = &deletes_table,
	    .help = "What happens to rows the source no longer has" },
	{ .name = "guards",
	    .type = KEY_MAP,
	    .table = &guards_table,
	    .help = "What a night may do to the target at most" },
	{ .name = "limits",
	    .type = KEY_MAP,
	    .table = &limits_table,
	    .help = "What a run may bear" },
	{ .name = "adopt",
	    .type = KEY_ENUM,
	    AT(struct entity, adopt),
	    .names = adopts,
	    .preset = "ask",
	    .help = "What a first run does with a target that has rows: stop "
		    "and ask, take them into the state, or leave rows alone "
		    "that the source does not have" },
	{ .name = "track",
	    .type = KEY_MAP,
	    AT(struct entity, track),
	    .table = &track_table,
	    .help = "Extra target columns that say where a row comes from" },
	{ .name = "batch_rows",
	    .type = KEY_INT,
	    AT(struct entity, batch_rows),
	    .min = 1,
	    .max = LIMIT_BATCH_ROWS,
	    .preset = "8192",
	    .help = "Rows in one batch, at most" },
	{ .name = "batch_bytes",
	    .type = KEY_SIZE,
	    AT(struct entity, batch_bytes),
	    .min = 4 << 10,
	    .max = 64 << 20,
	    .preset = "1MiB",
	    .help = "About how large one batch may become" },
	{ .name = "",
	    .type = KEY_GROUP,
	    AT(struct entity, defaults),
	    .table = &pipeline_value_table,
	    .help = "Value options, for every field that does not set them" },
	{ .name = NULL },
};

static const struct spec_table shared_table = {
	.name = "Keys of entities and defaults",
	.size = sizeof(struct entity),
	.keys = shared_keys
};

static const struct spec_key defaults_keys[] = {
	{ .name = "",
	    .type = KEY_GROUP,
	    .table = &shared_table,
	    .help = "Everything an entity may set for itself" },
	{ .name = "chunk_rows",
	    .type = KEY_INT,
	    AT(struct entity, source.chunk_rows),
	    .max = INT64_MAX,
	    .help = "source.chunk_rows of every entity" },
	{ .name = NULL },
};

const struct spec_table pipeline_defaults_table = {
	.name = "defaults",
	.size = sizeof(struct entity),
	.keys = defaults_keys,
	.check = pipeline_defaults_check,
};

static const char *const missings[] = { "queue", "reject", "null", "ignore",
	NULL };

static const struct spec_key parent_keys[] = {
	{ .name = "name",
	    .type = KEY_TEXT,
	    .flags = KEY_REQUIRED | KEY_LABEL,
	    AT(struct parent, name),
	    .help = "What this reference is called" },
	{ .name = "entity",
	    .type = KEY_TEXT,
	    .flags = KEY_REQUIRED | KEY_LABEL,
	    AT(struct parent, entity),
	    .help = "The entity that the parents belong to" },
	{ .name = "by",
	    .type = KEY_PAIRS,
	    .flags = KEY_REQUIRED | KEY_NAME,
	    AT(struct parent, by_child),
	    .other = offsetof(struct parent, by_parent),
	    .min = 1,
	    .max = LIMIT_COLUMNS,
	    .help = "This entity's fields, each with the field of the "
		    "parent's key that it refers to" },
	{ .name = "set",
	    .type = KEY_PAIRS,
	    .flags = KEY_NAME,
	    AT(struct parent, set_child),
	    .other = offsetof(struct parent, set_parent),
	    .max = LIMIT_COLUMNS,
	    .help = "Fields to fill, each with the column of the parent's "
		    "target row that it takes. Checked, but not done yet" },
	{ .name = "missing",
	    .type = KEY_ENUM,
	    AT(struct parent, missing),
	    .names = missings,
	    .preset = "queue",
	    .help = "What is to happen to a row whose parent is not there: "
		    "wait, reject, refer to nothing, or go on. Checked, but "
		    "every row goes on yet" },
	{ .name = NULL },
};

static const struct spec_table parent_table = {
	.name = "parent",
	.size = sizeof(struct parent),
	.line = offsetof(struct parent, line),
	.keys = parent_keys,
};

static const struct spec_key entity_keys[] = {
	{ .name = "name",
	    .type = KEY_TEXT,
	    .flags = KEY_REQUIRED | KEY_LABEL,
	    AT(struct entity, name),
	    .help = "The entity's name, in messages and in the store" },
	{ .name = "source",
	    .type = KEY_MAP,
	    .flags = KEY_REQUIRED,
	    AT(struct entity, source),
	    .table = &pipeline_source_table,
	    .help = "Where its rows come from" },
	{ .name = "target",
	    .type = KEY_MAP,
	    .flags = KEY_REQUIRED,
	    AT(struct entity, target),
	    .table = &pipeline_target_table,
	    .help = "Where they go" },
	{ .name = "key",
	    .type = KEY_TEXTS,
	    .flags = KEY_REQUIRED | KEY_UNIQUE | KEY_NAME,
	    AT(struct entity, key),
	    .min = 1,
	    .max = LIMIT_COLUMNS,
	    .help = "The target fields that say which row this is" },
	{ .name = "rowversion",
	    .type = KEY_TEXT,
	    .flags = KEY_NAME,
	    AT(struct entity, rowversion),
	    .help = "The source column that grows whenever the row changes" },
	{ .name = "",
	    .type = KEY_GROUP,
	    .table = &shared_table,
	    .help = "What defaults may set for every entity" },
	{ .name = "fields",
	    .type = KEY_LIST,
	    AT(struct entity, fields),
	    .other = offsetof(struct entity, nfields),
	    .given = offsetof(struct entity, fields_given),
	    .min = 1,
	    .max = LIMIT_COLUMNS,
	    .table = &pipeline_field_table,
	    .help = "The mapping, one entry a target field" },
	{ .name = "hash_exclude",
	    .type = KEY_TEXTS,
	    .flags = KEY_UNIQUE | KEY_NAME,
	    AT(struct entity, hash_exclude),
	    .max = LIMIT_COLUMNS,
	    .help = "Target fields whose change alone is no change, such as "
		    "audit columns" },
	{ .name = "parents",
	    .type = KEY_LIST,
	    AT(struct entity, parents),
	    .other = offsetof(struct entity, nparents),
	    .min = 1,
	    .max = LIMIT_COLUMNS,
	    .table = &parent_table,
	    .help = "Other entities whose rows must be there first: they run "
		    "before this one" },
	{ .name = "conflicts",
	    .type = KEY_CUSTOM,
	    AT(struct entity, conflicts),
	    .read = pipeline_conflicts_read,
	    .value = "source_wins",
	    .schema = "{\"enum\": [\"source_wins\"]}",
	    .help = "What happens to a row that changed on both sides: the "
		    "source's is applied, and the change passes the "
		    "resolver" },
	{ .name = "secret_fields",
	    .type = KEY_TEXTS,
	    .flags = KEY_UNIQUE | KEY_NAME,
	    AT(struct entity, secret_fields),
	    .max = LIMIT_COLUMNS,
	    .help = "Fields and source columns whose values are masked "
		    "wherever rows are shown" },
	{ .name = "",
	    .type = KEY_GROUP,
	    .table = &pipeline_when_table,
	    .help = "When it is due" },
	{ .name = NULL },
};

const struct spec_table pipeline_entity_table = {
	.name = "entity",
	.size = sizeof(struct entity),
	.line = offsetof(struct entity, line),
	.keys = entity_keys,
	.start = pipeline_entity_start,
	.check = pipeline_entity_check,
};
