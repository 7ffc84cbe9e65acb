#include "supervisor/cli/verb.h"
#include "proto/buf.h"
#include "proto/nearest.h"
#include <string.h>

const struct verb *const verb_table[] = {
	&verb_init,
	&verb_check,
	&verb_run,
	&verb_pause,
	&verb_resume,
	&verb_stop,
	&verb_cancel,
	&verb_status,
	&verb_runs,
	&verb_failed,
	&verb_approve,
	&verb_config,
	&verb_migrate,
	&verb_version,
};
const size_t verb_count = ARRAY_LEN(verb_table);

const struct verb *
verb_find(const char *name)
{
	for (size_t i = 0; i < verb_count; i++)
		if (strcmp(verb_table[i]->name, name) == 0)
			return verb_table[i];
	return NULL;
}

static int
unknown_order(const char *verb, const char *word,
    const struct verb_order *orders, struct err *e)
{
	struct nearest near = { .name = word };
	struct buf names = { 0 };
	for (const struct verb_order *o = orders; o->name; o++) {
		nearest_offer(&near, o->name);
		buf_printf(&names, "%s%s", names.len ? ", " : "", o->name);
	}
	if (near.best)
		err_config(e, "usage",
		    "%s: unknown order \"%.60s\": did you mean %s?", verb, word,
		    near.best);
	else
		err_config(e, "usage",
		    "%s: unknown order \"%.60s\": it is one of %s", verb, word,
		    buf_str(&names));
	buf_free(&names);
	return -1;
}

int
verb_dispatch(struct cli *c, const char *verb, const struct verb_order *orders,
    struct err *e)
{
	if (c->nwords == 0)
		return cli_usage(e, verb, "say what to do");
	for (const struct verb_order *o = orders; o->name; o++) {
		if (strcmp(o->name, c->words[0]) != 0)
			continue;
		c->words++;
		c->nwords--;
		return o->run(c, e);
	}
	return unknown_order(verb, c->words[0], orders, e);
}
