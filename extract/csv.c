#include "extract/csv.h"
#include "extract/csv_scan.h"
#include "proto/arena.h"
#include "proto/limits.h"
#include <stdlib.h>
#include <string.h>

enum { WINDOW_BYTES = 256 << 10 };

void
csv_init(struct csv *c, csv_refill refill, void *ctx)
{
	*c = (struct csv){ .delimiter = ',',
		.quote = '"',
		.refill = refill,
		.ctx = ctx,
		.next_line = 1 };
	c->fields = mem_alloc(CSV_FIELDS_MAX * sizeof(*c->fields));
}

void
csv_free(struct csv *c)
{
	free(c->fields);
	c->fields = NULL;
	buf_free(&c->window);
	buf_free(&c->unescaped);
}

static void
add_field(struct csv *c, const uint8_t *p, size_t n, bool quoted)
{
	if (c->nfields < CSV_FIELDS_MAX)
		c->fields[c->nfields] = (struct csv_field){ p, n, quoted };
	c->nfields++;
}

/* The place of the line end at or behind p, or NULL if it is not there yet.
 * At the end of everything there need not be one. */
static const uint8_t *
line_end(const struct csv *c, const uint8_t *p, const uint8_t *end)
{
	const uint8_t *nl = memchr(p, '\n', (size_t)(end - p));
	return nl ? nl : c->eof ? end : NULL;
}

/* Where the quoted field at p, behind its opening quote, has its closing one;
 * NULL if that is not there yet. *doubled counts the quotes in between. */
static const uint8_t *
closing_quote(
    const struct csv *c, const uint8_t *p, const uint8_t *end, size_t *doubled)
{
	*doubled = 0;
	while ((p = memchr(p, c->quote, (size_t)(end - p)))) {
		if (p + 1 == end)
			return c->eof ? p : NULL;
		if (p[1] != (uint8_t)c->quote)
			return p;
		++*doubled;
		p += 2;
	}
	return NULL;
}

static void
add_quoted(
    struct csv *c, const uint8_t *p, const uint8_t *close, size_t doubled)
{
	size_t n = (size_t)(close - p) - doubled;

	if (doubled == 0) {
		add_field(c, p, n, true);
		return;
	}
	/* Room for the whole window was made: earlier fields stay put. */
	uint8_t *to = buf_extend(&c->unescaped, n), *out = to;
	for (; p < close; p++) {
		*out++ = *p;
		if (*p == (uint8_t)c->quote)
			p++;
	}
	add_field(c, to, n, true);
}

/* Ends the record at the line end e; a CR in front of it belongs to it. */
static const uint8_t *
end_record(struct csv *c, const uint8_t *start, const uint8_t *e)
{
	const uint8_t *stop = e;

	if (stop > start && stop[-1] == '\r')
		stop--;
	c->raw = (struct span){ start, (size_t)(stop - start) };
	return e;
}

/* What is left of a broken record, up to the end of the line. */
static const uint8_t *
break_record(
    struct csv *c, const uint8_t *start, const uint8_t *p, const uint8_t *end)
{
	const uint8_t *e = line_end(c, p, end);

	c->broken = true;
	return e ? end_record(c, start, e) : NULL;
}

static bool
at_line_end(const struct csv *c, const uint8_t *p, const uint8_t *end)
{
	if (p == end)
		return c->eof;
	if (*p == '\r')
		return p + 1 == end ? c->eof : p[1] == '\n';
	return *p == '\n';
}

/* Moves *p behind one field. False: more input is needed. */
static bool
take_quoted(struct csv *c, const uint8_t **p, const uint8_t *end)
{
	size_t doubled;
	const uint8_t *close = closing_quote(c, *p + 1, end, &doubled);

	if (!close)
		return false;
	add_quoted(c, *p + 1, close, doubled);
	*p = close + 1;
	return c->eof || end - *p >= 2;
}

static bool
take_plain(struct csv *c, const uint8_t **p, const uint8_t *end)
{
	const uint8_t *s = *p, *q = s;
	uint8_t delimiter = (uint8_t)c->delimiter, quote = (uint8_t)c->quote;

	while (q < end && *q != delimiter && *q != '\n') {
		if (*q == quote && quote)
			c->broken = true;
		q++;
	}
	if (q == end && !c->eof)
		return false;
	const uint8_t *stop = q;
	if (stop > s && (q == end || *q == '\n') && stop[-1] == '\r')
		stop--;
	add_field(c, s, (size_t)(stop - s), false);
	*p = stop;
	return true;
}

/* The line end of the record at start, or NULL if more input is needed. */
static const uint8_t *
parse(struct csv *c, const uint8_t *start, const uint8_t *end)
{
	const uint8_t *p = start;

	c->nfields = 0;
	c->broken = false;
	buf_clear(&c->unescaped);
	buf_reserve(&c->unescaped, (size_t)(end - start));
	for (;;) {
		bool quoted = c->quote && p < end && *p == (uint8_t)c->quote;
		if (!(quoted ? take_quoted(c, &p, end)
			     : take_plain(c, &p, end)))
			return NULL;
		if (c->broken)
			return break_record(c, start, p, end);
		if (at_line_end(c, p, end))
			break;
		if (p == end)
			return NULL;
		if (*p != (uint8_t)c->delimiter)
			return break_record(c, start, p, end);
		p++;
	}
	return end_record(c, start, p < end && *p == '\r' ? p + 1 : p);
}

static int
too_long(const struct csv *c, struct err *e)
{
	return err_config(e, "record_too_long",
	    "line %llu: the record beginning here is longer than %d bytes; a quote may have been opened and never closed",
	    (unsigned long long)c->next_line, LIMIT_VALUE_BYTES);
}

/* Moves the unfinished record to the front and reads on behind it. */
static int
more(struct csv *c, struct err *e)
{
	struct buf *w = &c->window;
	size_t got = 0;

	c->scanned = false;
	if (c->at) {
		memmove(w->data, w->data + c->at, w->len - c->at);
		w->len -= c->at;
		c->at = 0;
	}
	if (w->len > LIMIT_VALUE_BYTES)
		return too_long(c, e);
	size_t room = w->len < WINDOW_BYTES ? WINDOW_BYTES : w->len;
	buf_reserve(w, room);
	if (c->refill(c->ctx, w->data + w->len, room, &got, e) != 0)
		return -1;
	w->len += got;
	c->eof = got == 0;
	return 0;
}

static int
skip_mark(struct csv *c, struct err *e)
{
	struct buf *w = &c->window;

	while (!c->eof && w->len < 3)
		if (more(c, e) != 0)
			return -1;
	c->begun = true;
	if (w->len >= 3 && memcmp(w->data, "\xef\xbb\xbf", 3) == 0)
		c->at = 3;
	if (w->len >= 2 && (memcmp(w->data, "\xff\xfe", 2) == 0 ||
			       memcmp(w->data, "\xfe\xff", 2) == 0))
		return err_config(
		    e, "encoding", "the file is UTF-16; convert it to UTF-8");
	return 0;
}

static void
count_lines(struct csv *c, const uint8_t *p, const uint8_t *end)
{
	c->line = c->next_line;
	while ((p = memchr(p, '\n', (size_t)(end - p)))) {
		c->next_line++;
		p++;
	}
}

int
csv_next(struct csv *c, struct err *e)
{
	if (!c->begun && skip_mark(c, e) != 0)
		return -1;
	for (;;) {
		const struct buf *w = &c->window;
		const uint8_t *start = w->data + c->at;
		const uint8_t *end = w->data + w->len;
		if (start == end && c->eof)
			return 0;
		const uint8_t *stop =
		    start < end ? csv_scan_record(c, start, end) : NULL;
		if (stop) {
			c->at = (size_t)(stop + 1 - w->data);
			return 1;
		}
		stop = start < end ? parse(c, start, end) : NULL;
		if (stop) {
			stop += stop < end; /* the line end itself */
			count_lines(c, start, stop);
			c->at = (size_t)(stop - w->data);
			return 1;
		}
		if (c->eof)
			return err_config(e, "unbalanced_quote",
			    "line %llu: a quoted field that begins in this record is never closed",
			    (unsigned long long)c->next_line);
		if (more(c, e) != 0)
			return -1;
	}
}
