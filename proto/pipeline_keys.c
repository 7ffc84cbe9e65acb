/* The keys of the pipeline file, its connections and what all runs share. */
#include "proto/limits.h"
#include "proto/pipeline_spec.h"
#include "proto/spec_text.h"
#include <stdint.h>
#include <string.h>

enum {
	CONNECTIONS_MAX = 1000,
	ENTITIES_MAX = 10000,
	HWM_MAX = 1000,
	CONFINE_READ_MAX = 100
};

static const char *const drivers[] = { "postgres", "sqlite", "csv", "null",
	NULL };

const char *
driver_name(enum driver d)
{
	return drivers[d];
}

static const struct spec_key connection_keys[] = {
	{ .name = "name",
	    .type = KEY_TEXT,
	    .flags = KEY_REQUIRED | KEY_LABEL,
	    AT(struct connection, name),
	    .help = "What entities call it" },
	{ .name = "driver",
	    .type = KEY_ENUM,
	    .flags = KEY_REQUIRED,
	    AT(struct connection, driver),
	    .names = drivers,
	    .help = "What it connects to; null makes rows up and forgets "
		    "what it is given" },
	{ .name = "dsn",
	    .type = KEY_TEXT,
	    .flags = KEY_ENV,
	    AT(struct connection, dsn),
	    .help = "postgres: a libpq connection string or URI, without a "
		    "password. ${VAR} is replaced from the environment" },
	{ .name = "password",
	    .type = KEY_TEXT,
	    AT(struct connection, password),
	    .help = "postgres: where the password is: ${VAR}, file:PATH or "
		    "cred:NAME, a systemd credential. Never the password "
		    "itself" },
	{ .name = "path",
	    .type = KEY_TEXT,
	    .flags = KEY_ENV,
	    AT(struct connection, path),
	    .help = "sqlite: the database file; csv: the folder of the "
		    "files. ${VAR} is replaced from the environment" },
	{ .name = NULL },
};

static const struct spec_table connection_table = {
	.name = "connection",
	.size = sizeof(struct connection),
	.line = offsetof(struct connection, line),
	.secret = true,
	.keys = connection_keys,
	.check = pipeline_connection_check,
};

static const struct spec_key store_keys[] = {
	{ .name = "dir",
	    .type = KEY_TEXT,
	    .flags = KEY_ENV,
	    AT(struct pipeline, store_dir),
	    .preset = ".syncline",
	    .help = "The folder of the control store and the state" },
	{ .name = NULL },
};

static const struct spec_table store_table = {
	.name = "store", .size = sizeof(struct pipeline), .keys = store_keys
};

#define WORKERS(stage, what)                                                   \
	{                                                                      \
		.name = #stage, .type = KEY_INT,                               \
		AT(struct pipeline, workers_##stage), .min = 1,                \
		.max = LIMIT_WORKERS, .preset = "1", .help = (what)            \
	}

/* The schema of a plain number; a range has a table. */
#define SCALED(stage, what)                                                    \
	{                                                                      \
		.name = #stage, .type = KEY_CUSTOM,                            \
		.read = pipeline_##stage##_workers_read, .preset = "1",        \
		.value = "number or map", .schema = COUNT_SCHEMA,              \
		.table = &pipeline_workers_range, .help = (what)               \
	}
#define COUNT_SCHEMA "{\"type\": \"integer\", \"minimum\": 1, \"maximum\": 64}"
_Static_assert(LIMIT_WORKERS == 64, "COUNT_SCHEMA says so");

static const struct spec_key workers_keys[] = {
	WORKERS(extract, "Processes that read chunks"),
	SCALED(normalize, "Processes that normalise"),
	WORKERS(identity, "Processes that hash"),
	WORKERS(delta, "Processes that compare; at most state.partitions"),
	WORKERS(resolver, "Processes that resolve; at most state.partitions"),
	SCALED(load, "Processes that write; at most state.partitions"),
	{ .name = "sample",
	    .type = KEY_TIME,
	    AT(struct pipeline, scale_sample_ms),
	    .min = 10,
	    .max = 3600000,
	    .preset = "200ms",
	    .help = "How often is looked whether batches wait for the stages "
		    "that have a range" },
	{ .name = "grow_after",
	    .type = KEY_INT,
	    AT(struct pipeline, scale_up_after),
	    .min = 1,
	    .max = 1000000,
	    .preset = "5",
	    .help = "After so many looks in a row at which batches waited, one "
		    "more process is started" },
	{ .name = "shrink_after",
	    .type = KEY_INT,
	    AT(struct pipeline, scale_down_after),
	    .min = 1,
	    .max = 1000000,
	    .preset = "50",
	    .help = "After so many looks in a row at which no batch waited and "
		    "one process had nothing to do, one is ended, between two "
		    "chunks" },
	{ .name = NULL },
};

static const struct spec_table workers_table = {
	.name = "workers", .size = sizeof(struct pipeline), .keys = workers_keys
};

static const struct spec_key state_keys[] = {
	{ .name = "memory",
	    .type = KEY_SIZE,
	    AT(struct pipeline, state_memory),
	    .min = 1 << 20,
	    .max = INT64_C(1) << 40,
	    .preset = "1GiB",
	    .help = "Memory for the state, per delta worker; larger states "
		    "are joined part by part" },
	{ .name = "partitions",
	    .type = KEY_INT,
	    AT(struct pipeline, state_partitions),
	    .min = 1,
	    .max = LIMIT_PARTITIONS,
	    .preset = "1",
	    .help = "Parts that an entity's state is kept in, a power of "
		    "two" },
	{ .name = NULL },
};

static const struct spec_table state_table = {
	.name = "state", .size = sizeof(struct pipeline), .keys = state_keys
};

static const struct spec_key limits_keys[] = {
	{ .name = "hwm",
	    .type = KEY_INT,
	    AT(struct pipeline, hwm),
	    .min = 1,
	    .max = HWM_MAX,
	    .preset = "1",
	    .help = "Batches that may wait on one hop" },
	{ .name = "load_group_rows",
	    .type = KEY_INT,
	    AT(struct pipeline, load_group_rows),
	    .min = 1,
	    .max = INT64_MAX,
	    .preset = "65536",
	    .help = "Rows in one target transaction, at most" },
	{ .name = "tries",
	    .type = KEY_INT,
	    AT(struct pipeline, tries),
	    .min = 1,
	    .max = 1000,
	    .preset = "5",
	    .help = "How often in a row a stage may fail before its first "
		    "batch, or a chunk or a run be begun, before the run "
		    "fails" },
	{ .name = "ack_timeout",
	    .type = KEY_TIME,
	    AT(struct pipeline, ack_timeout_ms),
	    .min = 1000,
	    .max = 86400000,
	    .preset = "120s",
	    .help = "A run in which no stage reports anything for that long "
		    "is given up and begun again" },
	{ .name = "memory",
	    .type = KEY_SIZE,
	    AT(struct pipeline, memory),
	    .min = 64 << 20,
	    .max = INT64_C(1) << 40,
	    .preset = "2GiB",
	    .help = "Memory that one stage process may allocate, delta its "
		    "state.memory beyond it. One that wants more dies, and is "
		    "started again" },
	{ .name = "poison_rows",
	    .type = KEY_INT,
	    AT(struct pipeline, poison_rows),
	    .min = 0,
	    .max = 1000000,
	    .preset = "10",
	    .help = "A row that a stage dies of every time becomes a reject. "
		    "More of them than that in one run, and the run fails: it "
		    "is the stage then" },
	{ .name = "start_timeout",
	    .type = KEY_TIME,
	    AT(struct pipeline, start_timeout_ms),
	    .min = 100,
	    .max = 86400000,
	    .preset = "60s",
	    .help = "A stage that is not ready by then after its start is "
		    "killed and started again" },
	{ .name = "heartbeat",
	    .type = KEY_TIME,
	    AT(struct pipeline, heartbeat_ms),
	    .min = 500,
	    .max = 86400000,
	    .preset = "30s",
	    .help = "A stage that gives no sign of life for that long is "
		    "killed and started again. Work that takes long is a sign "
		    "of life" },
	{ .name = "restart",
	    .type = KEY_TIME,
	    AT(struct pipeline, restart_ms),
	    .min = 10,
	    .max = 3600000,
	    .preset = "1s",
	    .help = "A stage is started at most once in that time. One that "
		    "dies before its first batch waits twice as long each "
		    "time" },
	{ .name = "restart_max",
	    .type = KEY_TIME,
	    AT(struct pipeline, restart_max_ms),
	    .min = 10,
	    .max = 86400000,
	    .preset = "60s",
	    .help = "… but no longer than this" },
	{ .name = "lease",
	    .type = KEY_TIME,
	    AT(struct pipeline, lease_ms),
	    .min = 1000,
	    .max = LIMIT_LEASE_MS,
	    .preset = "60s",
	    .help = "How long a supervisor may be silent before another one "
		    "may take over its run" },
	{ .name = NULL },
};

static const struct spec_table limits_table = {
	.name = "limits", .size = sizeof(struct pipeline), .keys = limits_keys
};

static void
version_read(struct spec *sp, const struct node *n, void *owner)
{
	(void)owner;
	if (n->kind != NODE_SCALAR || strcmp(n->text, "1") != 0)
		spec_problem(sp, n,
		    "expected 1, the only version of this file there is, "
		    "found %s",
		    spec_found(sp, n));
}

/* Read once here for its problems; every entity then reads it for itself. */
static void
defaults_read(struct spec *sp, const struct node *n, void *owner)
{
	struct pipeline_reading *r = sp->user;
	struct entity scratch = { 0 };
	scratch.defaults.number.precision = -1;
	scratch.defaults.number.scale = -1;
	(void)owner;
	r->defaults = n;
	spec_read(sp, &pipeline_defaults_table, n, &scratch);
}

static const struct spec_key pipeline_keys[] = {
	{ .name = "version",
	    .type = KEY_CUSTOM,
	    .flags = KEY_REQUIRED,
	    .read = version_read,
	    .value = "1",
	    .schema = "{\"enum\": [1, \"1\"]}",
	    .help = "The version of this file's format: 1" },
	{ .name = "connections",
	    .type = KEY_LIST,
	    .flags = KEY_REQUIRED,
	    AT(struct pipeline, connections),
	    .other = offsetof(struct pipeline, nconnections),
	    .min = 1,
	    .max = CONNECTIONS_MAX,
	    .table = &connection_table,
	    .help = "Databases and files that entities are read from and "
		    "written to" },
	{ .name = "defaults",
	    .type = KEY_CUSTOM,
	    .read = defaults_read,
	    .table = &pipeline_defaults_table,
	    .help = "What every entity starts from" },
	{ .name = "entities",
	    .type = KEY_LIST,
	    .flags = KEY_REQUIRED,
	    AT(struct pipeline, entities),
	    .other = offsetof(struct pipeline, nentities),
	    .min = 1,
	    .max = ENTITIES_MAX,
	    .table = &pipeline_entity_table,
	    .help = "What is kept equal: each entity is one source and one "
		    "target" },
	{ .name = "schedule",
	    .type = KEY_MAP,
	    AT(struct pipeline, schedule),
	    .table = &pipeline_schedule_table,
	    .help = "When runs may go on" },
	{ .name = "store",
	    .type = KEY_MAP,
	    .table = &store_table,
	    .help = "Where Syncline keeps what it knows" },
	{ .name = "workers",
	    .type = KEY_MAP,
	    .table = &workers_table,
	    .help = "How many processes of each stage run" },
	{ .name = "state",
	    .type = KEY_MAP,
	    .table = &state_table,
	    .help = "What the last run left: a hash of every row" },
	{ .name = "limits",
	    .type = KEY_MAP,
	    .table = &limits_table,
	    .help = "How much is on its way at once" },
	{ .name = "confine",
	    .type = KEY_BOOL,
	    AT(struct pipeline, confine),
	    .preset = "yes",
	    .help = "Whether every stage gives up reaching the files, the "
		    "network and the programs that it does not need, as far "
		    "as the kernel can do that" },
	{ .name = "confine_read",
	    .type = KEY_TEXTS,
	    AT(struct pipeline, confine_read),
	    .max = CONFINE_READ_MAX,
	    .help = "Files and folders that extract and load may read "
		    "nevertheless, such as what a module of the name service "
		    "or of Kerberos looks into" },
	{ .name = "metrics",
	    .type = KEY_CUSTOM,
	    .read = pipeline_metrics_read,
	    .value = "address:port",
	    .schema = "{\"type\": \"string\"}",
	    .help = "Where Prometheus finds the supervisor, such as "
		    "127.0.0.1:9700; the stages follow at the next ports, in "
		    "the order of workers. Without it, or with port 0, nobody "
		    "listens" },
	{ .name = "metrics_public",
	    .type = KEY_BOOL,
	    AT(struct pipeline, metrics_public),
	    .preset = "no",
	    .help = "Metrics may be served to other machines: without a "
		    "password and unencrypted, names of entities and numbers "
		    "of rows" },
	{ .name = "metrics_targets",
	    .type = KEY_TEXT,
	    .flags = KEY_ENV,
	    AT(struct pipeline, metrics_targets),
	    .help = "A file that tells Prometheus where the stages are "
		    "(file_sd_configs); by default targets.json in the store" },
	{ .name = NULL },
};

const struct spec_table pipeline_table = {
	.name = "the pipeline file",
	.size = sizeof(struct pipeline),
	.keys = pipeline_keys,
};
