/* The numbers as Prometheus reads them. */
#include "proto/mdoc.h"
#include "proto/metric.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static const char *const type_names[] = {
	[METRIC_COUNTER] = "counter",
	[METRIC_GAUGE] = "gauge",
	[METRIC_HISTOGRAM] = "histogram",
};

static void
put_escaped(struct buf *out, const char *text, bool quoted)
{
	for (; *text; text++) {
		if (*text == '\n')
			buf_puts(out, "\\n");
		else if (*text == '\\' || (quoted && *text == '"'))
			buf_printf(out, "\\%c", *text);
		else
			buf_putc(out, (uint8_t)*text);
	}
}

/* As short as it can be and still be the same number. */
static void
put_number(struct buf *out, double v)
{
	char text[32];
	if (isnan(v) || isinf(v)) {
		buf_puts(out, isnan(v) ? "NaN" : v > 0 ? "+Inf" : "-Inf");
		return;
	}
	for (int digits = 15; digits <= 17; digits++) {
		snprintf(text, sizeof(text), "%.*g", digits, v);
		if (strtod(text, NULL) == v)
			break;
	}
	buf_puts(out, text);
}

/* {a="1",b="2"}; le is NULL but for buckets. */
static void
put_labels(struct buf *out, const struct metric_series *x, const char *le)
{
	char mark = '{';
	const struct metric_def *def = &metric_defs[x->metric];
	for (size_t i = 0; i < metric_nlabels(x->metric); i++) {
		buf_printf(out, "%c%s=\"", mark, def->labels[i]);
		put_escaped(out, x->values[i], true);
		buf_putc(out, '"');
		mark = ',';
	}
	if (le) {
		buf_printf(out, "%cle=\"%s\"", mark, le);
		mark = ',';
	}
	if (mark == ',')
		buf_putc(out, '}');
}

static void
put_line(struct buf *out, const struct metric_series *x, const char *suffix,
    const char *le, double v)
{
	buf_printf(out, "%s%s", metric_defs[x->metric].name, suffix);
	put_labels(out, x, le);
	buf_putc(out, ' ');
	put_number(out, v);
	buf_putc(out, '\n');
}

static void
put_histogram(struct buf *out, const struct metric_series *x)
{
	double count = 0;
	char le[32];
	for (size_t i = 0; i < METRIC_BUCKETS; i++) {
		count += x->cells[i];
		snprintf(le, sizeof(le), "%g", metric_bounds[i]);
		put_line(out, x, "_bucket", le, count);
	}
	count += x->cells[METRIC_BUCKETS];
	put_line(out, x, "_bucket", "+Inf", count);
	put_line(out, x, "_sum", NULL, x->cells[METRIC_BUCKETS + 1]);
	put_line(out, x, "_count", NULL, count);
}

static void
put_head(struct buf *out, const struct metric_def *def)
{
	buf_printf(out, "# HELP %s ", def->name);
	put_escaped(out, def->help, false);
	buf_printf(out, "\n# TYPE %s %s\n", def->name, type_names[def->type]);
}

void
metric_text(const struct metric_set *s, struct buf *out)
{
	for (int m = 0; m < METRICS; m++) {
		bool begun = false;
		for (size_t i = 0; i < s->n; i++) {
			const struct metric_series *x = &s->v[i];
			if ((int)x->metric != m)
				continue;
			if (!begun)
				put_head(out, &metric_defs[m]);
			begun = true;
			if (metric_defs[m].type == METRIC_HISTOGRAM)
				put_histogram(out, x);
			else
				put_line(out, x, "", NULL, x->cells[0]);
		}
	}
}

void
metric_mdoc(struct buf *out)
{
	for (int m = 0; m < METRICS; m++) {
		const struct metric_def *def = &metric_defs[m];
		buf_printf(out, ".It Ic %s", def->name);
		for (size_t i = 0; i < metric_nlabels((enum metric)m); i++)
			buf_printf(
			    out, "%s Ar %s", i ? " ," : " Pq", def->labels[i]);
		buf_printf(out, "\nA %s.\n", type_names[def->type]);
		mdoc_text(out, def->help);
		buf_puts(out, ".\n");
	}
}
