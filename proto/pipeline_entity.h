#ifndef PROTO_PIPELINE_ENTITY_H
#define PROTO_PIPELINE_ENTITY_H
#include "proto/cron.h"
#include "proto/pipeline_field.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Connections and entities of the pipeline file (pipeline.h). */
enum driver { DRIVER_POSTGRES, DRIVER_SQLITE, DRIVER_CSV, DRIVER_NULL };

struct connection {
	const char *name;
	enum driver driver;
	const char *dsn;      /* postgres: keyword/value string or URI */
	const char *password; /* secret reference: ${VAR} file: cred: */
	const char *path;     /* sqlite: the file; csv: the folder. Absolute */
	int line;
};

struct source {
	const char *connection;
	const char *table; /* table, query and file: exactly one; null: none */
	const char *where;
	const char *query;
	const char *file; /* csv: relative to the connection's path */
	int64_t rows;     /* null: how many to make */
	char delimiter, quote;
	bool header;
	const char *null_text; /* csv: this unquoted text is NULL */
	int64_t chunk_rows;    /* split a table about there; 0 never */
	enum split { SPLIT_AUTO, SPLIT_CTID, SPLIT_KEY, SPLIT_NONE } split;
	enum probe { PROBE_NONE, PROBE_CHECKSUM } probe;
	const struct connection *conn;
};

struct target {
	const char *connection;
	const char *table;
	bool create;
	const struct connection *conn;
};

struct parent {
	const char *name, *entity;
	struct strings by_child, by_parent; /* pairs, same index */
	struct strings set_child, set_parent;
	enum {
		MISSING_QUEUE,
		MISSING_REJECT,
		MISSING_NULL,
		MISSING_IGNORE
	} missing;
	int line;
};

enum strategy {
	STRATEGY_AUTO,
	STRATEGY_FULL,
	STRATEGY_HASH,
	STRATEGY_ROWVERSION
};

struct deletes {
	enum { DELETES_PROPAGATE, DELETES_SOFT, DELETES_IGNORE } policy;
	const char *column;                            /* soft */
	enum { SOFT_AUTO, SOFT_NOW, SOFT_TRUE } value; /* auto: by type */
};

struct track {
	const char *key_hash, *data_hash, *rowversion, *synced_at, *run;
};

struct entity {
	const char *name;
	struct source source;
	struct target target;
	struct strings key;     /* target field names */
	const char *rowversion; /* source column */
	bool fields_given;
	size_t nfields;
	struct field *fields;
	/* For columns that pass under their own name, without `fields:`. */
	struct field defaults;
	enum { NORMALIZE_EXACT, NORMALIZE_CLEAN } normalize;
	enum { IDENTITY_DEFAULT, IDENTITY_SYNCFLOW } identity;
	struct strings hash_exclude;
	enum strategy strategy;
	enum { SWEEP_NEVER, SWEEP_NIGHTLY, SWEEP_WEEKLY } sweep;
	int64_t overlap; /* rowversion: rows or seconds below the watermark */
	struct deletes deletes;
	double max_delete_percent, max_update_percent, max_reject_percent;
	int64_t min_source_rows;
	enum { ADOPT_ASK, ADOPT_TARGET, ADOPT_NONE } adopt;
	struct track track;
	size_t nparents;
	struct parent *parents;
	bool conflicts; /* asks for the resolver */
	struct strings secret_fields;
	int64_t priority;
	bool windowed;           /* its nights end */
	int64_t every_ms;        /* 0: not so */
	const struct cron *cron; /* NULL: not so */
	int64_t batch_rows, batch_bytes;
	int line;
};

#endif
