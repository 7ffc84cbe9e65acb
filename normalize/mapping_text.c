/*
 * Text to text, the commonest conversion, a column at a time: its bytes are
 * looked at in one go, whatever rows they belong to; a row is only looked at
 * by its ends, unless something in it is not quiet.
 */
#include "normalize/mapping_apply.h"
#include "normalize/utf8.h"
#include <string.h>

/* --- the new column ------------------------------------------------------ */
/* Written from the first row on that differs. */
struct text_writer {
	const struct column *from;
	struct arena *arena;
	size_t nrows;
	bool writing, any_null;
	uint8_t *data, *offs, *nulls;
	size_t len, cap;
};

enum { SLACK = 16 }; /* bytes of data behind cap, for copies in one go */

static void
begin(struct text_writer *w, size_t row)
{
	const struct column *c = w->from;
	size_t bits = (w->nrows + 7) / 8;
	w->writing = true;
	w->len = column_off(c, row);
	w->cap = c->data_bytes;
	w->data = arena_alloc(w->arena, w->cap + SLACK);
	w->offs = arena_alloc(w->arena, 4 * (w->nrows + 1));
	w->nulls = c->nulls ? arena_dup(w->arena, c->nulls, bits)
			    : arena_zalloc(w->arena, bits);
	w->any_null = c->nulls != NULL;
	memcpy(w->offs, c->offs, 4 * (row + 1));
	if (w->len)
		memcpy(w->data, c->data, w->len);
}

static void
reserve(struct text_writer *w, size_t n)
{
	if (w->cap - w->len >= n)
		return;
	size_t cap = w->cap * 2 > w->len + n ? w->cap * 2 : w->len + n;
	uint8_t *data = arena_alloc(w->arena, cap + SLACK);
	if (w->len)
		memcpy(data, w->data, w->len);
	w->data = data;
	w->cap = cap;
}

static inline void
end_row(struct text_writer *w, size_t row)
{
	uint32_t off = (uint32_t)w->len;
	memcpy(w->offs + 4 * (row + 1), &off, 4);
}

static inline void
put_row(struct text_writer *w, size_t row, struct span s)
{
	if (w->cap - w->len < s.len)
		reserve(w, s.len);
	const struct column *c = w->from;
	bool room =
	    s.data >= c->data && s.data + SLACK <= c->data + c->data_bytes;
	if (room && s.len <= SLACK)
		memcpy(w->data + w->len, s.data, SLACK);
	else if (s.len)
		memcpy(w->data + w->len, s.data, s.len);
	w->len += s.len;
	end_row(w, row);
}

static inline void
put_null(struct text_writer *w, size_t row)
{
	if (!w->writing)
		begin(w, row);
	bit_set(w->nulls, row);
	w->any_null = true;
	end_row(w, row);
}

static void
finish(const struct text_writer *w, struct column *c)
{
	if (!w->writing)
		return;
	c->data = w->data;
	c->offs = w->offs;
	c->nulls = w->any_null ? w->nulls : NULL;
	c->data_bytes = w->len;
}

/* --- rows ---------------------------------------------------------------- */
static inline bool
continues(uint8_t byte)
{
	return (byte & 0xc0) == 0x80;
}

/* False only where neither end can be white space. */
static inline bool
may_need_trim(struct span s)
{
	return s.len && ((uint8_t)(s.data[0] - 0x21) >= 0x5f ||
			    (uint8_t)(s.data[s.len - 1] - 0x21) >= 0x5f);
}

/* Rows of a column, in order. */
struct text_reader {
	const struct column *c;
	const struct text_rules *rules;
	size_t quiet; /* the bytes up to here are, from some row's start on */
};

/* True if the bytes from start to end are a quiet text of its own: not one
 * that shares a character with its neighbours. */
static inline bool
is_quiet(struct text_reader *r, size_t start, size_t end)
{
	const struct column *c = r->c;
	if (end > r->quiet) {
		if (r->quiet < start)
			r->quiet = start;
		r->quiet += text_quiet_prefix(
		    &r->rules->quiet, (struct span){ c->data + r->quiet,
					  c->data_bytes - r->quiet });
	}
	return end <= r->quiet && !continues(c->data[start]) &&
	       (end == c->data_bytes || !continues(c->data[end]));
}

static void
loud_row(struct pass *s, struct text_writer *w, size_t row, struct span in)
{
	struct layer_work *work = &s->m->work;
	struct span out;
	switch (layer_text(&s->p->conv.text, in, &out, work)) {
	case VERDICT_OK:
		if (!w->writing && out.len == in.len &&
		    memcmp(out.data, in.data, in.len) == 0)
			return;
		if (!w->writing)
			begin(w, row);
		put_row(w, row, out);
		break;
	case VERDICT_NULL:
		put_null(w, row);
		break;
	case VERDICT_REFUSED:
		pass_refuse_value(s, row, &work->why);
		put_null(w, row);
		break;
	}
}

static inline void
quiet_row(const struct text_rules *rules, struct text_writer *w, size_t row,
    struct span in)
{
	struct span out = in;
	if (rules->opt.trim && may_need_trim(in))
		out = utf8_trim(in);
	if (out.len == 0 && rules->opt.empty == EMPTY_NULL) {
		put_null(w, row);
		return;
	}
	if (!w->writing && out.len == in.len)
		return;
	if (!w->writing)
		begin(w, row);
	put_row(w, row, out);
}

static void
each_row(struct pass *s, const struct column *c, struct text_writer *w)
{
	const struct text_rules *rules = &s->p->conv.text;
	struct text_reader r = { .c = c, .rules = rules };
	size_t start, end = 0;
	for (size_t i = 0; i < w->nrows; i++) {
		start = end;
		end = column_off(c, i + 1);
		struct span in = { c->data + start, end - start };
		if (column_null(c, i)) {
			if (w->writing)
				end_row(w, i);
		} else if (in.len == 0 || is_quiet(&r, start, end)) {
			quiet_row(rules, w, i, in);
		} else {
			loud_row(s, w, i, in);
		}
	}
}

/* --- a column ------------------------------------------------------------ */
static bool
has_empty(const struct column *c, size_t nrows)
{
	uint32_t empty = 0, last = 0;
	for (size_t i = 1; i <= nrows; i++) {
		uint32_t off = column_off(c, i);
		empty |= off == last;
		last = off;
	}
	return empty;
}

/* Letters, digits and signs of ASCII, no blanks: there is nothing to do,
 * wherever one row ends and the next begins. */
static bool
is_graphic(const struct text_rules *r, const struct column *c, size_t nrows)
{
	if (!r->quiet.printable ||
	    !text_quiet_graphic((struct span){ c->data, c->data_bytes }))
		return false;
	return r->opt.empty == EMPTY_KEEP ||
	       (!c->nulls && !has_empty(c, nrows));
}

void
pass_text(struct pass *s, struct column *c)
{
	const struct text_rules *rules = &s->p->conv.text;
	if (is_graphic(rules, c, s->b->nrows))
		return;
	struct column from = *c;
	struct text_writer w = {
		.from = &from, .arena = s->arena, .nrows = s->b->nrows
	};
	each_row(s, &from, &w);
	finish(&w, c);
}
