#include "proto/options.h"
#include "proto/mdoc.h"
#include "proto/nearest.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Where help texts begin, and where they end. */
enum { HELP_COLUMN = 30, HELP_WIDTH = 80 };

/* A walk over argv; words are kept at its front as they are met. */
struct walk {
	char **argv;
	int argc, at, words;
	const struct option_set *sets;
};

static const struct option_key *
find_long(const struct walk *w, const char *name, size_t len, void **into)
{
	for (const struct option_set *s = w->sets; s->keys; s++) {
		for (const struct option_key *k = s->keys; k->name; k++) {
			if (strncmp(k->name, name, len) == 0 &&
			    k->name[len] == '\0') {
				*into = s->into;
				return k;
			}
		}
	}
	return NULL;
}

static const struct option_key *
find_letter(const struct walk *w, char letter, void **into)
{
	for (const struct option_set *s = w->sets; s->keys; s++) {
		for (const struct option_key *k = s->keys; k->name; k++) {
			if (k->letter == letter) {
				*into = s->into;
				return k;
			}
		}
	}
	return NULL;
}

/* A row without help is for machines: neither shown nor suggested. */
static bool
hidden(const struct option_key *k)
{
	return !*k->help;
}

static int
unknown(const struct walk *w, const char *name, struct err *e)
{
	struct nearest n = { .name = name };
	for (const struct option_set *s = w->sets; s->keys; s++) {
		for (const struct option_key *k = s->keys; k->name; k++)
			if (!hidden(k))
				nearest_offer(&n, k->name);
	}
	if (n.best)
		return err_config(e, "usage",
		    "unknown option %s: did you mean %s?", name, n.best);
	return err_config(e, "usage", "unknown option %s: see --help", name);
}

static int
set_int(const struct option_key *k, void *into, const char *text, struct err *e)
{
	char *end;
	errno = 0;
	long long v = strtoll(text, &end, 10);
	if (end == text || *end || errno || v < k->min || v > k->max)
		return err_config(e, "usage",
		    "%s: expected a whole number from %lld to %lld, "
		    "found \"%s\"",
		    k->name, (long long)k->min, (long long)k->max, text);
	int64_t value = v;
	memcpy((char *)into + k->offset, &value, sizeof(value));
	return 0;
}

/* text is NULL for a flag. */
static int
set_option(
    const struct option_key *k, void *into, const char *text, struct err *e)
{
	bool yes = true;

	switch (k->type) {
	case OPT_FLAG:
		memcpy((char *)into + k->offset, &yes, sizeof(yes));
		return 0;
	case OPT_TEXT:
		memcpy((char *)into + k->offset, &text, sizeof(text));
		return 0;
	case OPT_INT:
		return set_int(k, into, text, e);
	}
	return err_bug(e, "option %s has an unknown type", k->name);
}

/* inline_arg is what follows '=' or the letter, or NULL. */
static int
take(struct walk *w, const struct option_key *k, void *into,
    const char *inline_arg, struct err *e)
{
	if (k->type == OPT_FLAG)
		return set_option(k, into, NULL, e);
	if (!inline_arg) {
		if (w->at >= w->argc)
			return err_config(
			    e, "usage", "%s needs %s", k->name, k->arg);
		inline_arg = w->argv[w->at++];
	}
	return set_option(k, into, inline_arg, e);
}

static int
parse_long(struct walk *w, const char *arg, struct err *e)
{
	const char *eq = strchr(arg, '=');
	size_t len = eq ? (size_t)(eq - arg) : strlen(arg);
	void *into = NULL;
	const struct option_key *k = find_long(w, arg, len, &into);
	if (!k && len < 256) {
		char name[256] = { 0 };
		memcpy(name, arg, len);
		return unknown(w, name, e);
	}
	if (!k)
		return err_config(e, "usage", "unknown option: see --help");
	if (eq && k->type == OPT_FLAG)
		return err_config(e, "usage", "%s takes no value", k->name);
	return take(w, k, into, eq ? eq + 1 : NULL, e);
}

/* "-q", "-qv", "-cFILE", "-c FILE". */
static int
parse_letters(struct walk *w, const char *arg, struct err *e)
{
	for (const char *p = arg + 1; *p; p++) {
		void *into = NULL;
		const struct option_key *k = find_letter(w, *p, &into);
		if (!k)
			return err_config(
			    e, "usage", "unknown option -%c: see --help", *p);
		bool last = k->type != OPT_FLAG;
		if (take(w, k, into, last && p[1] ? p + 1 : NULL, e) < 0)
			return -1;
		if (last)
			return 0;
	}
	return 0;
}

int
options_parse(int argc, char **argv, const struct option_set *sets, int *nwords,
    struct err *e)
{
	struct walk w = { argv, argc, 1, 0, sets };
	bool ended = false;

	while (w.at < argc) {
		char *arg = argv[w.at++];
		int rc = 0;
		if (ended || arg[0] != '-' || !arg[1])
			argv[w.words++] = arg;
		else if (strcmp(arg, "--") == 0)
			ended = true;
		else if (arg[1] == '-')
			rc = parse_long(&w, arg, e);
		else
			rc = parse_letters(&w, arg, e);
		if (rc < 0)
			return -1;
	}
	*nwords = w.words;
	return 0;
}

/* Appends text from column to column, broken at spaces. */
static void
wrap(struct buf *out, const char *text, size_t column)
{
	size_t at = column;
	while (*text) {
		size_t n = strcspn(text, " ");
		if (at > column && at + 1 + n > HELP_WIDTH) {
			buf_printf(out, "\n%*s", (int)column, "");
			at = column;
		} else if (at > column) {
			buf_putc(out, ' ');
			at++;
		}
		buf_put(out, text, n);
		at += n;
		text += n + (text[n] == ' ');
	}
	buf_putc(out, '\n');
}

void
options_help(const struct option_key *keys, struct buf *out)
{
	for (const struct option_key *k = keys; k && k->name; k++) {
		if (hidden(k))
			continue;
		size_t from = out->len;
		if (k->letter)
			buf_printf(out, "  -%c, %s", k->letter, k->name);
		else
			buf_printf(out, "      %s", k->name);
		if (k->arg)
			buf_printf(out, " %s", k->arg);
		size_t width = out->len - from;
		if (width + 2 > HELP_COLUMN) {
			buf_putc(out, '\n');
			width = 0;
		}
		buf_printf(out, "%*s", (int)(HELP_COLUMN - width), "");
		wrap(out, k->help, HELP_COLUMN);
	}
}

void
options_mdoc(const struct option_key *keys, struct buf *out)
{
	for (const struct option_key *k = keys; k && k->name; k++) {
		if (hidden(k))
			continue;
		buf_puts(out, ".It");
		if (k->letter)
			buf_printf(out, " Fl %c ,", k->letter);
		buf_printf(out, " Fl %s", k->name + 1);
		if (k->arg)
			buf_printf(out, " Ar %s", k->arg);
		buf_putc(out, '\n');
		mdoc_text(out, k->help);
		buf_puts(out, ".\n");
	}
}
