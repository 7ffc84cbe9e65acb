#include "supervisor/cli/manual.h"
#include "supervisor/cli/schema.h"
#include "supervisor/cli/verb.h"
#include <stdio.h>
#include <string.h>

static int
print(void (*write)(struct buf *))
{
	struct buf out = { 0 };
	write(&out);
	fwrite(out.data, 1, out.len, stdout);
	buf_free(&out);
	return 0;
}

static int
schema(struct cli *c, struct err *e)
{
	if (c->nwords)
		return cli_usage(e, "config", "schema takes no more words");
	return print(schema_pipeline);
}

static int
config(struct cli *c, struct err *e)
{
	static const struct verb_order orders[] = {
		{ "schema", schema },
		{ NULL, NULL },
	};
	/* For the manual's own making, and offered to nobody. */
	if (c->nwords == 1 && strcmp(c->words[0], "keys-mdoc") == 0)
		return print(manual_keys);
	return verb_dispatch(c, "config", orders, e);
}

const struct verb verb_config = {
	.name = "config",
	.args = "schema",
	.summary = "print the JSON Schema of the pipeline file",
	.detail = "schema prints the JSON Schema of the pipeline file, for "
		  "editors and other programs",
	.run = config,
};
