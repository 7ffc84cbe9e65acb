#ifndef PROTO_PIPELINE_H
#define PROTO_PIPELINE_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "proto/arena.h"
#include "proto/attr.h"
#include "proto/err.h"
#include "proto/value.h"

/*
 * The pipeline file (syncline.yaml(5)) as structs. Every process loads the
 * same file and takes from it what it needs; secrets stay references until
 * the process that needs one reads it (secret.h). Lists are counted arrays in
 * the pipeline's arena; absent strings are NULL; a struct's line is where it
 * stands in the file, for messages.
 */
enum driver { DRIVER_POSTGRES, DRIVER_SQLITE, DRIVER_CSV, DRIVER_NULL };

struct connection {
	const char *name;
	enum driver driver;
	const char *dsn;      /* postgres: keyword/value string or URI */
	const char *password; /* secret reference: ${VAR} file: cred: */
	const char *path;     /* sqlite: the file; csv: the folder. Absolute */
	int line;
};

struct strings {
	size_t n;
	const char **v;
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
	const char *null_text;   /* csv: this unquoted text is NULL */
	int64_t chunk_rows;      /* split a table about there; 0 never */
	enum split { SPLIT_AUTO, SPLIT_CTID, SPLIT_KEY, SPLIT_NONE } split;
	const struct connection *conn;
};

struct target {
	const char *connection;
	const char *table;
	bool create;
	const struct connection *conn;
};

struct text_options {
	bool trim, collapse, persian;
	enum { CONTROL_KEEP, CONTROL_STRIP } control;
	enum { NEWLINES_KEEP, NEWLINES_LF } newlines;
	enum { UNICODE_NONE, UNICODE_NFC, UNICODE_NFKC } unicode;
	enum { UTF8_REJECT, UTF8_REPLACE } invalid_utf8;
	enum { INVISIBLE_KEEP, INVISIBLE_STRIP } invisible;
	enum { DIGITS_KEEP, DIGITS_ASCII } digits;
	enum { CASE_KEEP, CASE_UPPER, CASE_LOWER } letter_case;
	enum { EMPTY_KEEP, EMPTY_NULL } empty;
};

struct number_options {
	char decimal; /* '.' or ',' */
	enum { PERCENT_REJECT, PERCENT_RATIO, PERCENT_NUMBER } percent;
	int precision, scale; /* -1: not declared */
	enum { ROUND_HALF_UP, ROUND_HALF_EVEN, ROUND_REJECT } round;
};

struct datetime_options {
	struct strings formats;
	const char *timezone; /* IANA */
	enum { DST_EARLIER, DST_LATER, DST_REJECT } dst;
	enum { CALENDAR_GREGORIAN, CALENDAR_JALALI } calendar;
	const char *zero_date; /* "reject", "null" or a date */
};

struct transform {
	enum transform_kind {
		TR_UPPER, TR_LOWER, TR_TITLE, TR_CAPITALIZE, TR_TRIM,
		TR_STRIP_WHITESPACE, TR_REMOVE_SPECIAL_CHARS, TR_SUBSTRING,
		TR_REPLACE, TR_PAD_LEFT, TR_NULLIF, TR_MAP, TR_SPLIT, TR_COUNT
	} kind;
	/* substring(a,n) pad_left(n,c) split(sep,i): numbers in num, texts
	 * in text; map: from, to, from, to … in text */
	int64_t num[2];
	struct strings text;
};

struct field {
	const char *to;
	const char *from, *value, *expr; /* exactly one */
	bool typed;                      /* `type` was given */
	enum value_type type;
	struct text_options text;
	struct number_options number;
	struct datetime_options datetime;
	size_t ntransforms;
	struct transform *transforms;
	const char *default_value; /* for NULL; typed like the field */
	bool required;
	const char *check, *pattern, *min, *max;
	struct strings in;
	int64_t max_length; /* characters; 0 none */
	int line;
};

struct parent {
	const char *name, *entity;
	struct strings by_child, by_parent; /* pairs, same index */
	struct strings set_child, set_parent;
	enum { MISSING_QUEUE, MISSING_REJECT, MISSING_NULL, MISSING_IGNORE }
	    missing;
	int line;
};

enum strategy {
	STRATEGY_AUTO, STRATEGY_FULL, STRATEGY_HASH, STRATEGY_ROWVERSION
};

struct deletes {
	enum { DELETES_PROPAGATE, DELETES_SOFT, DELETES_IGNORE } policy;
	const char *column;                    /* soft */
	enum { SOFT_AUTO, SOFT_NOW, SOFT_TRUE } value; /* auto: by type */
};

struct track {
	const char *key_hash, *data_hash, *rowversion, *synced_at, *run;
};

struct entity {
	const char *name;
	struct source source;
	struct target target;
	struct strings key; /* target field names */
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
	int64_t batch_rows, batch_bytes;
	int line;
};

struct pipeline {
	struct arena arena;
	const char *path;      /* the file, as given */
	const char *base_dir;  /* absolute; relative paths start here */
	const char *store_dir; /* absolute */
	size_t nconnections;
	struct connection *connections;
	size_t nentities;
	struct entity *entities;
	int64_t workers_extract, workers_normalize, workers_identity;
	int64_t workers_delta, workers_resolver, workers_load;
	int64_t hwm;              /* batches per hop */
	int64_t state_memory;     /* bytes per delta worker */
	int64_t state_partitions; /* per entity; a power of two */
	int64_t load_group_rows;  /* rows per target transaction, at most */
	int64_t ack_timeout_ms;   /* no progress for that long: try again */
};

/* All problems of a file at once, one "FILE:LINE: PATH: MESSAGE" a line. */
struct problems {
	struct buf text;
	size_t count;
};

/*
 * Reads, parses and validates. base_dir may be NULL: the file's own folder.
 * On failure e is ERR_CONFIG and problems (may be NULL) holds every one.
 */
int pipeline_load(const char *path, const char *base_dir,
    struct pipeline **out, struct problems *problems, struct err *e)
    MUST_CHECK;
void pipeline_free(struct pipeline **p);

const struct entity *pipeline_entity(
    const struct pipeline *p, const char *name); /* or NULL */
const struct connection *pipeline_connection(
    const struct pipeline *p, const char *name); /* or NULL */

/* True if the entity's changes go through the resolver. */
bool entity_resolves(const struct entity *e);

#endif
