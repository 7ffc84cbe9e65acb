#ifndef PROTO_LIMITS_H
#define PROTO_LIMITS_H

/*
 * The bounds every decoder checks before it allocates. They are part of the
 * wire format: raising one is compatible, lowering one is not.
 */
enum {
	LIMIT_NAME_BYTES = 255,          /* entity, column, connection names */
	LIMIT_COLUMNS = 1664,            /* PostgreSQL's widest target list */
	LIMIT_BATCH_ROWS = 65536,        /* rows in one batch */
	LIMIT_VALUE_BYTES = 64 << 20,    /* one value */
	LIMIT_FRAME_BYTES = 256 << 20,   /* one message on a link or on disk */
	LIMIT_CONTROL_BYTES = 128 << 20, /* one control message */
	LIMIT_CHUNKS = 100000,           /* chunks of one run */
	LIMIT_DECIMAL_DIGITS = 147456,   /* digits of one decimal, both sides */
	LIMIT_REQUEST_BYTES = 256
			      << 10,   /* one request to a running synclined */
	LIMIT_CLIENTS = 64,            /* who talk to it at the same time */
	LIMIT_CONFIG_BYTES = 16 << 20, /* the pipeline file */
	LIMIT_CONFIG_DEPTH = 32,       /* nesting of the pipeline file */
	LIMIT_JSON_DEPTH = 256,        /* nesting of a json value */
	LIMIT_MESSAGE_TEXT = 1024,     /* text of one error or reject */
	LIMIT_PARTITIONS = 256,        /* partitions of one entity's state */
	LIMIT_LEASE_MS = 86400000,     /* silence of a supervisor with a run */
	LIMIT_WORKERS = 64,            /* instances of one stage */
	LIMIT_METRIC_SERIES = 1024,    /* series in one report of a stage */
	LIMIT_HTTP_HEAD = 4096,        /* bytes of one request's head */
};

#endif
