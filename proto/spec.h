#ifndef PROTO_SPEC_H
#define PROTO_SPEC_H
#include "proto/arena.h"
#include "proto/attr.h"
#include "proto/buf.h"
#include "proto/config.h"
#include "proto/problem.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Configuration from tables: one row per key drives reading, checking, the
 * JSON Schema and the manual. A table describes one struct.
 */
struct spec;

enum key_type {
	KEY_TEXT,    /* const char *: any scalar, as it is written */
	KEY_BOOL,    /* bool: true yes on, false no off */
	KEY_INT,     /* int64_t or int, min to max */
	KEY_SIZE,    /* int64_t bytes: 512MiB */
	KEY_TIME,    /* int64_t ms: 90s */
	KEY_PERCENT, /* double, 0 to 100 */
	KEY_ENUM,    /* an enum whose values are the indices of names */
	KEY_CHAR,    /* char: one ASCII character, one of names if given */
	KEY_TEXTS,   /* struct strings: a list of texts, or one text */
	KEY_PAIRS,   /* two struct strings: a map of text to text */
	KEY_MAP,     /* a struct in place, by table */
	KEY_LIST,    /* an array by table: pointer at offset, size_t at other */
	KEY_GROUP,   /* no key: table's keys, as if they stood here */
	KEY_CUSTOM,  /* whatever read makes of it */
};

enum key_flag {
	KEY_REQUIRED = 1,
	KEY_EMPTY = 2,   /* an empty text is a value */
	KEY_LABEL = 4,   /* a name that may stand in a file's name */
	KEY_NAME = 8,    /* at most LIMIT_NAME_BYTES */
	KEY_ENV = 16,    /* ${VAR} is replaced from the environment */
	KEY_UNIQUE = 32, /* no text of the list twice */
};

struct spec_key {
	const char *name;
	enum key_type type;
	unsigned flags;
	size_t offset, size; /* of the struct's member */
	size_t other;        /* second member of PAIRS and LIST */
	size_t given;        /* a bool to set when the key is there; 0 none */
	int64_t min, max;    /* INT SIZE TIME: value; LIST TEXTS PAIRS: items */
	const char *const *names; /* ENUM, CHAR: ends with NULL */
	const char *preset;       /* the default, as one would write it */
	const char *value;        /* CUSTOM: how the manual shows it */
	/* CUSTOM: its JSON Schema, or, with a table, what it may be instead of
	 * a map. Its preset is read, too, and has to be JSON. */
	const char *schema;
	const struct spec_table *table; /* MAP LIST GROUP; CUSTOM: for docs */
	void (*read)(struct spec *, const struct node *, void *owner);
	const char *help; /* sentences, without the last full stop */
};

struct spec_table {
	const char *name; /* what one of it is called: "entity" */
	const char *help;
	size_t size;
	size_t line;                 /* offset of an int for the line; 0 none */
	bool secret;                 /* messages show no values of it */
	const struct spec_key *keys; /* ends with a NULL name */
	/* Before the keys of an item are read: what it inherits. */
	void (*start)(
	    struct spec *, const struct node *, void *item, const void *owner);
	/* After them: what must be true of them together. */
	void (*check)(struct spec *, const struct node *, void *item);
};

/* One reading. */
struct spec {
	struct arena *arena;
	struct problem_list *problems; /* NULL: say nothing */
	void *user;                    /* for start, check and read */
	struct buf path;               /* of what is being read; owned */
	bool hide;                     /* messages show no values */
};

/* Sets every key that has a preset, through groups and maps. */
void spec_presets(struct spec *sp, const struct spec_table *t, void *into);

/* Reads a map into a struct; keys that are absent leave it as it is. */
void spec_read(struct spec *sp, const struct spec_table *t,
    const struct node *n, void *into);

/* The path for what comes next; pop restores what push returned. name is a
 * key; index is appended in brackets unless SIZE_MAX. */
size_t spec_push(struct spec *sp, const char *name, size_t index);
void spec_pop(struct spec *sp, size_t mark);

/* Whether a problem would still be kept: else its words are not worth the
 * search for them. */
bool spec_heard(const struct spec *sp);

/* A problem at n, under the current path. */
void spec_problem(struct spec *sp, const struct node *n, const char *fmt, ...)
    PRINTF(3, 4);
/* A problem of a key in the map n, there or not; "a.b" is b in a. */
void spec_problem_key(struct spec *sp, const struct node *n, const char *key,
    const char *fmt, ...) PRINTF(4, 5);

/* Key by name, through groups, or NULL. */
const struct spec_key *spec_find(const struct spec_table *t, const char *name);

/* Reads one value into the member at field. */
void spec_value(struct spec *sp, const struct spec_key *k, const struct node *n,
    void *owner);

#endif
