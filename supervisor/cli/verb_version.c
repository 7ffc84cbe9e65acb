#include "proto/store_migrate.h"
#include "supervisor/cli/show.h"
#include "supervisor/cli/verb.h"
#include <stdio.h>

static const struct table_column columns[] = {
	{ "version", TABLE_TEXT, 0 },
	{ "pipeline_version", TABLE_NUMBER, 0 },
	{ "store_version", TABLE_NUMBER, 0 },
};

static int
version(struct cli *c, struct err *e)
{
	(void)e;
	if (!c->json) {
		printf("syncline %s\n", SYNCLINE_VERSION);
		return 0;
	}
	struct table t;
	table_init(&t, columns, ARRAY_LEN(columns));
	table_text(&t, SYNCLINE_VERSION);
	table_number(&t, 1);
	table_number(&t, store_migrations_count);
	show_record(c, &t, NULL, NULL);
	table_free(&t);
	return 0;
}

const struct verb verb_version = {
	.name = "version",
	.summary = "print the version",
	.detail = "Prints the version; with -o json also those of the "
		  "pipeline file and of the control store that it works with",
	.run = version,
};
