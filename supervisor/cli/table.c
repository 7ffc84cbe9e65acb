#include "supervisor/cli/table.h"
#include "supervisor/cli/plain.h"
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static const char bold[] = "\033[1m", red[] = "\033[31m", green[] = "\033[32m",
		  yellow[] = "\033[33m", off[] = "\033[0m";

void
table_init(struct table *t, const struct table_column *cols, size_t ncols)
{
	*t = (struct table){ .cols = cols, .ncols = ncols };
}

void
table_free(struct table *t)
{
	free(t->cells);
	arena_free(&t->arena);
	*t = (struct table){ 0 };
}

static struct table_cell *
next_cell(struct table *t)
{
	if (t->n == t->cap) {
		t->cap = t->cap ? t->cap * 2 : 64;
		t->cells = mem_realloc(t->cells, t->cap * sizeof(*t->cells));
	}
	struct table_cell *cell = &t->cells[t->n++];
	*cell = (struct table_cell){ 0 };
	return cell;
}

void
table_bytes(struct table *t, struct span text)
{
	struct buf b = { 0 };
	plain_utf8(text, &b);
	next_cell(t)->text =
	    arena_strndup(&t->arena, b.data ? (char *)b.data : "", b.len);
	buf_free(&b);
}

void
table_text(struct table *t, const char *text)
{
	if (!text)
		table_none(t);
	else
		table_bytes(
		    t, (struct span){ (const uint8_t *)text, strlen(text) });
}

void
table_number(struct table *t, uint64_t number)
{
	next_cell(t)->number = (int64_t)number;
}

void
table_time(struct table *t, int64_t micros)
{
	struct table_cell *cell = next_cell(t);
	cell->number = micros;
	cell->none = micros == 0;
}

void
table_none(struct table *t)
{
	next_cell(t)->none = true;
}

size_t
table_rows(const struct table *t)
{
	return t->ncols ? t->n / t->ncols : 0;
}

static void
show_time(int64_t micros, struct buf *out)
{
	time_t s = (time_t)(micros / 1000000);
	struct tm tm;
	char text[32];
	if (localtime_r(&s, &tm) &&
	    strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S", &tm))
		buf_puts(out, text);
}

/* The cell as people see it. */
static void
show(const struct table_column *col, const struct table_cell *cell,
    struct buf *out)
{
	if (cell->none) {
		buf_putc(out, '-');
		return;
	}
	switch (col->kind) {
	case TABLE_TEXT:
	case TABLE_STATE:
		plain_text((struct span){ (const uint8_t *)cell->text,
			       strlen(cell->text) },
		    out);
		break;
	case TABLE_NUMBER:
		buf_printf(out, "%" PRIi64, cell->number);
		break;
	case TABLE_TIME:
		show_time(cell->number, out);
		break;
	case TABLE_SECONDS:
		buf_printf(out, "%.1f", (double)cell->number / 1000);
		break;
	case TABLE_BOOL:
		buf_puts(out, cell->number ? "yes" : "no");
		break;
	case TABLE_KINDS:
		break;
	}
}

static const char *
state_color(const char *state)
{
	static const struct {
		const char *state, *color;
	} colors[] = {
		{ "completed", green },
		{ "ok", green },
		{ "completed_with_rejects", yellow },
		{ "halted", yellow },
		{ "cancelled", yellow },
		{ "interrupted", yellow },
		{ "failed", red },
		{ "problem", red },
	};
	for (size_t i = 0; i < ARRAY_LEN(colors); i++)
		if (strcmp(colors[i].state, state) == 0)
			return colors[i].color;
	return NULL;
}

/* One cell, padded to width unless it ends the line. */
static void
put_cell(const struct table_column *col, const struct table_cell *cell,
    bool color, size_t width, struct buf *out)
{
	struct buf text = { 0 };
	show(col, cell, &text);
	size_t has = plain_width(buf_str(&text));
	size_t pad = width > has ? width - has : 0;
	bool right = col->kind == TABLE_NUMBER || col->kind == TABLE_SECONDS;
	const char *paint = NULL;
	if (color && col->kind == TABLE_STATE && !cell->none)
		paint = state_color(cell->text);
	if (right)
		buf_printf(out, "%*s", (int)pad, "");
	buf_printf(out, "%s%s%s", paint ? paint : "", buf_str(&text),
	    paint ? off : "");
	if (!right)
		buf_printf(out, "%*s", (int)pad, "");
	buf_free(&text);
}

static bool
is_hidden(const struct table *t, size_t col)
{
	if (t->cols[col].flags & TABLE_JSON_ONLY)
		return true;
	if (!(t->cols[col].flags & TABLE_HIDE_ZERO))
		return false;
	for (size_t i = col; i < t->n; i += t->ncols)
		if (t->cells[i].number)
			return false;
	return true;
}

/* The widest of a column, its name included; 0 if it is hidden. */
static size_t
column_room(const struct table *t, size_t col)
{
	if (is_hidden(t, col))
		return 0;
	size_t widest = plain_width(t->cols[col].name);
	struct buf text = { 0 };
	for (size_t i = col; i < t->n; i += t->ncols) {
		buf_clear(&text);
		show(&t->cols[col], &t->cells[i], &text);
		size_t w = plain_width(buf_str(&text));
		if (w > widest)
			widest = w;
	}
	buf_free(&text);
	return widest;
}

static void
end_line(struct buf *out)
{
	while (out->len && out->data[out->len - 1] == ' ')
		out->len--;
	buf_putc(out, '\n');
}

static void
put_heading(
    const struct table *t, const size_t *widths, bool color, struct buf *out)
{
	if (color)
		buf_puts(out, bold);
	bool first = true;
	for (size_t c = 0; c < t->ncols; c++) {
		if (!widths[c])
			continue;
		const struct table_column *col = &t->cols[c];
		bool right =
		    col->kind == TABLE_NUMBER || col->kind == TABLE_SECONDS;
		buf_printf(out, "%s%*s", first ? "" : "  ",
		    right ? (int)widths[c] : -(int)widths[c], col->name);
		first = false;
	}
	if (color)
		buf_puts(out, off);
	end_line(out);
}

void
table_print(const struct table *t, bool color, struct buf *out)
{
	size_t *widths = mem_zalloc((t->ncols + 1) * sizeof(*widths));
	for (size_t c = 0; c < t->ncols; c++)
		widths[c] = column_room(t, c);
	put_heading(t, widths, color, out);
	for (size_t r = 0; r < table_rows(t); r++) {
		bool first = true;
		for (size_t c = 0; c < t->ncols; c++) {
			if (!widths[c])
				continue;
			if (!first)
				buf_puts(out, "  ");
			put_cell(&t->cols[c], &t->cells[r * t->ncols + c],
			    color, widths[c], out);
			first = false;
		}
		end_line(out);
	}
	free(widths);
}

void
table_record(const struct table *t, bool color, struct buf *out)
{
	size_t widest = 0;
	if (!table_rows(t))
		return;
	for (size_t c = 0; c < t->ncols; c++)
		if (plain_width(t->cols[c].name) > widest)
			widest = plain_width(t->cols[c].name);
	for (size_t c = 0; c < t->ncols; c++) {
		buf_printf(out, "%-*s  ", (int)widest, t->cols[c].name);
		put_cell(&t->cols[c], &t->cells[c], color, 0, out);
		end_line(out);
	}
}
