#include "supervisor/cli/help.h"
#include "proto/mdoc.h"
#include "proto/options.h"
#include "supervisor/cli/parse.h"
#include <string.h>

enum { TEXT_WIDTH = 78 };

static void
put_wrapped(struct buf *out, const char *text)
{
	size_t at = 0;
	while (*text) {
		size_t n = strcspn(text, " ");
		if (at && at + 1 + n > TEXT_WIDTH) {
			buf_putc(out, '\n');
			at = 0;
		} else if (at) {
			buf_putc(out, ' ');
			at++;
		}
		buf_put(out, text, n);
		at += n;
		text += n + (text[n] == ' ');
	}
	buf_puts(out, ".\n");
}

static void
all_verbs(struct buf *out)
{
	buf_puts(out,
	    "usage: syncline [options] VERB [words]\n\n"
	    "Keeps a target equal to its source, night after night.\n\n"
	    "verbs:\n");
	for (size_t i = 0; i < verb_count; i++)
		buf_printf(out, "  %-10s %s\n", verb_table[i]->name,
		    verb_table[i]->summary);
	buf_puts(out, "\noptions of every verb:\n");
	options_help(parse_common_keys, out);
	buf_puts(out,
	    "\nexit status: 0 clean, 1 internal error, 2 usage or "
	    "configuration,\n3 source, target or store unreachable, 4 done but "
	    "with rejects,\n6 halted by a guard, 7 stopped before the end, "
	    "8 another one is running\n"
	    "'syncline VERB --help' says more. Manual: syncline(1)\n");
}

void
help_text(const struct verb *v, struct buf *out)
{
	if (!v) {
		all_verbs(out);
		return;
	}
	buf_printf(out, "usage: syncline %s [options]%s%s\n\n", v->name,
	    v->args ? " " : "", v->args ? v->args : "");
	put_wrapped(out, v->detail);
	buf_puts(out, "\noptions:\n");
	options_help(v->keys, out);
	options_help(parse_common_keys, out);
}

static void
verb_item(const struct verb *v, struct buf *out)
{
	buf_printf(out, ".It Cm %s", v->name);
	if (v->args)
		buf_printf(out, " Ar %s", v->args);
	buf_putc(out, '\n');
	mdoc_text(out, v->detail);
	buf_puts(out, ".\n");
	if (!v->keys)
		return;
	buf_puts(out, ".Bl -tag -width Ds\n");
	options_mdoc(v->keys, out);
	buf_puts(out, ".El\n");
}

void
help_mdoc(const struct verb *v, struct buf *out)
{
	if (v) {
		options_mdoc(v->keys, out);
		return;
	}
	buf_puts(out, ".Sh VERBS\n.Bl -tag -width Ds\n");
	for (size_t i = 0; i < verb_count; i++)
		verb_item(verb_table[i], out);
	buf_puts(out, ".El\n.Sh OPTIONS\n.Bl -tag -width Ds\n");
	options_mdoc(parse_common_keys, out);
	buf_puts(out, ".El\n");
}
