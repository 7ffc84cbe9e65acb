#ifndef PROTO_OPTIONS_H
#define PROTO_OPTIONS_H
#include "proto/attr.h"
#include "proto/buf.h"
#include "proto/err.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Command-line options from a table: one row per option drives parsing,
 * --help and the manual page. A table ends with OPTION_END.
 */
enum option_type { OPT_FLAG, OPT_TEXT, OPT_INT };

struct option_key {
	const char *name; /* "--stdio" */
	char letter;      /* 'c', or 0 */
	enum option_type type;
	size_t offset;    /* into the struct: bool, const char *, int64_t */
	int64_t min, max; /* OPT_INT */
	const char *arg;  /* "FILE"; NULL for a flag */
	const char *help; /* one sentence, lower case, no full stop;
			   * empty: hidden */
};

#define OPTION_FLAG(s, field, n, l, h)                                         \
	{                                                                      \
		.name = (n), .letter = (l), .type = OPT_FLAG,                  \
		.offset = offsetof(s, field), .help = (h)                      \
	}
#define OPTION_TEXT(s, field, n, l, a, h)                                      \
	{                                                                      \
		.name = (n), .letter = (l), .type = OPT_TEXT,                  \
		.offset = offsetof(s, field), .arg = (a), .help = (h)          \
	}
#define OPTION_INT(s, field, n, l, lo, hi, a, h)                               \
	{                                                                      \
		.name = (n), .letter = (l), .type = OPT_INT,                   \
		.offset = offsetof(s, field), .min = (lo), .max = (hi),        \
		.arg = (a), .help = (h)                                        \
	}
#define OPTION_END                                                             \
	{                                                                      \
		.name = NULL                                                   \
	}

/*
 * Parses argv[1..) against all the sets, each of which fills its own struct;
 * the last one has NULL keys. Words that are no options are kept: on return
 * argv[0..*nwords) are the words. "--" ends options; --name=value works.
 */
struct option_set {
	const struct option_key *keys;
	void *into;
};
int options_parse(int argc, char **argv, const struct option_set *sets,
    int *nwords, struct err *e) MUST_CHECK;

/* The options as --help shows them: "  -c, --config FILE   the …". */
void options_help(const struct option_key *keys, struct buf *out);
/* The same as mdoc list items for the manual. */
void options_mdoc(const struct option_key *keys, struct buf *out);

#endif
