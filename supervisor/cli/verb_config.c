#include "supervisor/cli/manual.h"
#include "supervisor/cli/schema.h"
#include "supervisor/cli/verb.h"
#include <stdio.h>

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

/* For the manual's own making. */
static int
keys_mdoc(struct cli *c, struct err *e)
{
	if (c->nwords)
		return cli_usage(e, "config", "keys-mdoc takes no more words");
	return print(manual_keys);
}

static int
config(struct cli *c, struct err *e)
{
	static const struct verb_order orders[] = {
		{ "schema", schema },
		{ "keys-mdoc", keys_mdoc },
		{ NULL, NULL },
	};
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
