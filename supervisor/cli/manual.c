#include "supervisor/cli/manual.h"
#include "proto/mdoc.h"
#include "proto/pipeline_spec.h"
#include "proto/spec_unit.h"
#include <inttypes.h>
#include <string.h>

enum { TABLES_MAX = 32 };

/* The sections so far: a group that several tables share is told once. */
struct manual {
	struct buf *out;
	size_t ntold;
	const struct spec_table *told[TABLES_MAX];
};

static void
put_names(struct buf *out, const char *const *names)
{
	for (size_t i = 0; names[i]; i++)
		buf_printf(out, "%s%s%s", i ? " | " : "",
		    strlen(names[i]) == 1 ? "\\&" : "", names[i]);
}

/* What stands behind the key's colon. */
static void
put_type(struct buf *out, const struct spec_key *k)
{
	switch (k->type) {
	case KEY_TEXT:
		buf_puts(out, "text");
		return;
	case KEY_BOOL:
		buf_puts(out, "yes | no");
		return;
	case KEY_INT:
		buf_puts(out, "number");
		return;
	case KEY_SIZE:
		buf_puts(out, "size");
		return;
	case KEY_TIME:
		buf_puts(out, "time");
		return;
	case KEY_PERCENT:
		buf_puts(out, "percentage");
		return;
	case KEY_ENUM:
		put_names(out, k->names);
		return;
	case KEY_CHAR:
		if (k->names)
			put_names(out, k->names);
		else
			buf_puts(out, "character");
		return;
	case KEY_TEXTS:
		buf_puts(out, "list of texts");
		return;
	case KEY_PAIRS:
		buf_puts(out, "map of name to name");
		return;
	case KEY_MAP:
	case KEY_GROUP:
		buf_puts(out, "map");
		return;
	case KEY_LIST:
		buf_puts(out, "list of maps");
		return;
	case KEY_CUSTOM:
		buf_puts(out, k->value ? k->value : "map");
		return;
	}
}

static void
put_range(struct buf *out, const struct spec_key *k)
{
	bool size = k->type == KEY_SIZE, time = k->type == KEY_TIME;
	if (k->type == KEY_INT && k->max == INT64_MAX) {
		buf_printf(out, "At least %" PRId64 ".\n", k->min);
	} else if (k->type == KEY_INT) {
		buf_printf(
		    out, "From %" PRId64 " to %" PRId64 ".\n", k->min, k->max);
	} else if (size || time) {
		void (*put)(struct buf *, int64_t) =
		    size ? spec_unit_put_size : spec_unit_put_time;
		buf_puts(out, "From ");
		put(out, k->min);
		buf_puts(out, " to ");
		put(out, k->max);
		buf_puts(out, ".\n");
	}
}

static void
put_key(struct buf *out, const struct spec_key *k)
{
	buf_printf(out, ".It Ic %s : Ar ", k->name);
	put_type(out, k);
	buf_putc(out, '\n');
	mdoc_text(out, k->help);
	buf_puts(out, ".\n");
	put_range(out, k);
	if (k->flags & KEY_REQUIRED)
		buf_puts(out, "Required.\n");
	if (k->preset)
		buf_printf(out, "Default:\n.Ql \\&%s .\n",
		    strcmp(k->preset, "\"") == 0 ? "\\(dq" : k->preset);
}

static void put_table(struct manual *m, const struct spec_table *t,
    const char *title, const char *path);

/* The tables that t's keys lead to, each under its path. */
static void
put_below(struct manual *m, const struct spec_table *t, const char *path)
{
	for (const struct spec_key *k = t->keys; k->name; k++) {
		struct buf title = { 0 };
		if (!k->table)
			continue;
		if (k->type == KEY_GROUP) { /* all that groups is of entities */
			put_table(m, k->table, k->table->name, "entities");
			continue;
		}
		if (k->type == KEY_LIST)
			buf_puts(&title, "Entries of ");
		size_t at = title.len;
		buf_printf(&title, "%s%s%s", path, *path ? "." : "", k->name);
		const char *text = buf_str(&title);
		put_table(m, k->table, text, text + at);
		buf_free(&title);
	}
}

static bool
told(struct manual *m, const struct spec_table *t)
{
	for (size_t i = 0; i < m->ntold; i++)
		if (m->told[i] == t)
			return true;
	if (m->ntold < TABLES_MAX)
		m->told[m->ntold++] = t;
	return false;
}

static void
put_table(struct manual *m, const struct spec_table *t, const char *title,
    const char *path)
{
	struct buf *out = m->out;
	bool listed = false;
	if (told(m, t))
		return;
	buf_printf(out, ".Ss %s\n", title);
	if (t->help) {
		mdoc_text(out, t->help);
		buf_puts(out, ".\n");
	}
	for (const struct spec_key *k = t->keys; k->name; k++) {
		if (k->type == KEY_GROUP)
			continue;
		if (!listed)
			buf_puts(out, ".Bl -tag -width Ds\n");
		listed = true;
		put_key(out, k);
	}
	if (listed)
		buf_puts(out, ".El\n");
	for (const struct spec_key *k = t->keys; k->name; k++)
		if (k->type == KEY_GROUP)
			buf_printf(out,
			    "%sAll keys under\n.Sx %s\nmay stand here%s.\n",
			    listed ? ".Pp\n" : "", k->table->name,
			    listed ? ", too" : "");
	put_below(m, t, path);
}

void
manual_keys(struct buf *out)
{
	struct manual m = { .out = out };
	put_table(&m, &pipeline_table, "The file", "");
}
