#include "supervisor/cli/results.h"
#include "supervisor/cli/mask.h"
#include "supervisor/cli/show.h"
#include <inttypes.h>
#include <stdio.h>

static const struct table_column columns[] = {
	{ "entity", TABLE_TEXT, 0 },
	{ "run", TABLE_NUMBER, 0 },
	{ "result", TABLE_STATE, 0 },
	{ "read", TABLE_NUMBER, 0 },
	{ "inserted", TABLE_NUMBER, 0 },
	{ "updated", TABLE_NUMBER, 0 },
	{ "deleted", TABLE_NUMBER, 0 },
	{ "unchanged", TABLE_NUMBER, 0 },
	{ "rejected", TABLE_NUMBER, 0 },
	{ "pending", TABLE_NUMBER, TABLE_HIDE_ZERO },
	{ "conflicted", TABLE_NUMBER, TABLE_HIDE_ZERO },
	{ "withheld", TABLE_NUMBER, TABLE_HIDE_ZERO },
	{ "seconds", TABLE_SECONDS, 0 },
	{ "strategy", TABLE_TEXT, TABLE_JSON_ONLY },
	{ "error_code", TABLE_TEXT, TABLE_JSON_ONLY },
	{ "error", TABLE_TEXT, TABLE_JSON_ONLY },
	{ "withheld_sample", TABLE_TEXT, TABLE_JSON_ONLY },
};

static const enum outcome order[] = { OUT_INSERTED, OUT_UPDATED, OUT_DELETED,
	OUT_UNCHANGED, OUT_REJECTED, OUT_PENDING, OUT_CONFLICTED };
_Static_assert(ARRAY_LEN(order) == OUT_COUNT, "a column per outcome");

static void
put_books(struct table *t, const struct night_result *x)
{
	table_number(t, x->rows_read);
	for (size_t i = 0; i < ARRAY_LEN(order); i++)
		table_number(t, x->counts[order[i]]);
	table_number(t, x->withheld);
	table_number(t, (uint64_t)x->elapsed_ms);
}

static void
put_result(struct table *t, const struct night_result *x)
{
	bool wrong = x->error.cls != ERR_NONE;
	table_text(t, x->entity->name);
	table_number(t, x->run);
	table_text(t, run_end_name(x->end));
	put_books(t, x);
	table_text(t, strategy_name(x->strategy));
	table_text(t, wrong ? x->error.code : NULL);
	table_text(t, wrong ? x->error.msg : NULL);
	table_text(t, x->withheld ? mask_sample(x->entity, x->sample) : NULL);
}

/* The sum, for people; programs add up for themselves. */
static void
put_total(struct table *t, const struct night_result *results, size_t n)
{
	struct night_result sum = { 0 };
	for (size_t i = 0; i < n; i++) {
		sum.rows_read += results[i].rows_read;
		for (size_t k = 0; k < OUT_COUNT; k++)
			sum.counts[k] += results[i].counts[k];
		sum.withheld += results[i].withheld;
		sum.elapsed_ms += results[i].elapsed_ms;
	}
	table_text(t, "total");
	table_none(t);
	table_none(t);
	put_books(t, &sum);
	for (size_t i = 0; i < 4; i++)
		table_none(t);
}

/* A line of its own would look like another message. */
static void
say_sample(const struct cli *c, const struct night_result *x)
{
	struct buf keys = { 0 };
	const char *s = mask_sample(x->entity, x->sample);
	for (; *s; s++)
		if (*s != '\n')
			buf_putc(&keys, (uint8_t)*s);
		else if (s[1])
			buf_puts(&keys, "; ");
	cli_say(
	    c, "%s: for example the keys %s", x->entity->name, buf_str(&keys));
	buf_free(&keys);
}

static void
explain(const struct cli *c, const struct night_result *x)
{
	const char *name = x->entity->name;
	if (x->error.cls != ERR_NONE)
		cli_complain_about(c, name, &x->error);
	if (x->withheld && x->sample[0])
		say_sample(c, x);
	if (x->end == END_CANCELLED)
		cli_say(c,
		    "%s: stopped before the end; what was applied "
		    "stands, 'syncline run %s' does the rest",
		    name, name);
	if (x->end == END_PAUSED)
		cli_say(c,
		    "%s: the window closed before the end; what was applied "
		    "stands, and the rest follows when it opens next",
		    name);
	if (x->end != END_PAUSED && x->end != END_CANCELLED &&
	    x->code == EXIT_RESUMABLE)
		cli_say(c,
		    "%s: the window closed before rows that the source lacks "
		    "were looked for; that comes first when it opens next",
		    name);
	if (x->counts[OUT_REJECTED])
		cli_say(c,
		    "%s: %" PRIu64 " rows were rejected: 'syncline failed list "
		    "--entity %s' says why",
		    name, x->counts[OUT_REJECTED], name);
}

void
results_show(struct cli *c, const struct night_result *results, size_t n)
{
	struct table t;
	table_init(&t, columns, ARRAY_LEN(columns));
	for (size_t i = 0; i < n; i++)
		put_result(&t, &results[i]);
	if (n > 1 && !c->json)
		put_total(&t, results, n);
	show_table(c, &t);
	table_free(&t);
	cli_flush(c); /* the words come after the table, on a terminal */
	for (size_t i = 0; i < n && !c->json; i++)
		explain(c, &results[i]);
}

enum exit_code
results_worst(const struct night_result *results, size_t n, bool cut_short)
{
	enum exit_code worst = cut_short ? EXIT_RESUMABLE : EXIT_CLEAN;
	for (size_t i = 0; i < n; i++)
		worst = exit_code_worse(worst, results[i].code);
	return worst;
}
