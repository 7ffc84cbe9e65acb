#include "normalize/json.h"
#include "normalize/json_string.h"
#include "normalize/utf8.h"
#include "proto/arena.h"
#include "proto/decimal.h"
#include "proto/limits.h"
#include <stdlib.h>
#include <string.h>

/* One member of an object that is being read. */
struct json_member {
	size_t key_at, key_len; /* in work.keys */
	size_t at, len;         /* "key":value in out */
};

struct parser {
	const uint8_t *p, *end;
	struct buf *out;
	struct json_work *w;
	const char *why;
	int depth;
};

void
json_work_free(struct json_work *w)
{
	buf_free(&w->keys);
	buf_free(&w->spare);
	free(w->members);
	*w = (struct json_work){ 0 };
}

static int
fail(struct parser *j, const char *why)
{
	j->why = why;
	return -1;
}

static void
skip_spaces(struct parser *j)
{
	while (j->p < j->end && (*j->p == ' ' || *j->p == '\t' ||
				    *j->p == '\n' || *j->p == '\r'))
		j->p++;
}

static bool
take(struct parser *j, char c)
{
	skip_spaces(j);
	if (j->p == j->end || *j->p != (uint8_t)c)
		return false;
	j->p++;
	return true;
}

static size_t
digits(struct parser *j)
{
	const uint8_t *start = j->p;
	while (j->p < j->end && (uint8_t)(*j->p - '0') < 10)
		j->p++;
	return (size_t)(j->p - start);
}

static bool
next_is(const struct parser *j, const char *any)
{
	return j->p < j->end && *j->p && strchr(any, *j->p);
}

static int
number(struct parser *j)
{
	const uint8_t *start = j->p;
	j->p += next_is(j, "-");
	bool zero = next_is(j, "0");
	size_t whole = digits(j);
	if (whole == 0 || (zero && whole > 1))
		return fail(j, "not valid JSON: a broken number");
	if (next_is(j, ".")) {
		j->p++;
		if (!digits(j))
			return fail(j, "not valid JSON: a broken number");
	}
	if (next_is(j, "eE")) {
		j->p++;
		j->p += next_is(j, "+-");
		if (!digits(j))
			return fail(j, "not valid JSON: a broken number");
	}
	struct span s = { start, (size_t)(j->p - start) };
	if (decimal_canonical(s, j->out) < 0)
		return fail(j, "a number in it has too many digits");
	return 0;
}

static int
word(struct parser *j, const char *text)
{
	size_t n = strlen(text);
	if ((size_t)(j->end - j->p) < n || memcmp(j->p, text, n) != 0)
		return fail(j, "not valid JSON");
	j->p += n;
	buf_put(j->out, text, n);
	return 0;
}

/* Appends the unescaped string that begins at the quote. */
static int
string(struct parser *j, struct buf *to)
{
	if (json_string_read(&j->p, j->end, to) < 0)
		return fail(j, "not valid JSON: a broken string");
	return 0;
}

static int value(struct parser *j);

static int
array(struct parser *j)
{
	buf_putc(j->out, '[');
	if (take(j, ']')) {
		buf_putc(j->out, ']');
		return 0;
	}
	for (;;) {
		if (value(j) < 0)
			return -1;
		if (take(j, ']'))
			break;
		if (!take(j, ','))
			return fail(j, "not valid JSON: expected , or ]");
		buf_putc(j->out, ',');
	}
	buf_putc(j->out, ']');
	return 0;
}

static struct json_member *
new_member(struct json_work *w)
{
	if (w->nmembers == w->cap) {
		w->cap = w->cap ? w->cap * 2 : 64;
		w->members =
		    mem_realloc(w->members, w->cap * sizeof(*w->members));
	}
	return &w->members[w->nmembers++];
}

static int
member(struct parser *j)
{
	struct json_work *w = j->w;
	struct json_member m = { .key_at = w->keys.len, .at = j->out->len };
	skip_spaces(j);
	if (string(j, &w->keys) < 0)
		return -1;
	m.key_len = w->keys.len - m.key_at;
	json_put_string(
	    j->out, (struct span){ w->keys.data + m.key_at, m.key_len });
	if (!take(j, ':'))
		return fail(j, "not valid JSON: expected :");
	buf_putc(j->out, ':');
	if (value(j) < 0)
		return -1;
	m.len = j->out->len - m.at;
	*new_member(w) = m;
	return 0;
}

/* As UTF-16 sorts: a supplementary character begins with a surrogate. */
static int
compare_points(int32_t a, int32_t b)
{
	bool supplementary = a >= 0x10000 && b >= 0x10000;
	if (!supplementary && a >= 0x10000)
		a = 0xd800;
	if (!supplementary && b >= 0x10000)
		b = 0xd800;
	return (a > b) - (a < b);
}

static int
compare_members(const void *pa, const void *pb, void *keys)
{
	const struct json_member *a = pa, *b = pb;
	const uint8_t *base = ((const struct buf *)keys)->data;
	const uint8_t *p = base + a->key_at, *p_end = p + a->key_len;
	const uint8_t *q = base + b->key_at, *q_end = q + b->key_len;
	while (p < p_end && q < q_end) {
		int c =
		    compare_points(utf8_next(&p, p_end), utf8_next(&q, q_end));
		if (c)
			return c;
	}
	return (p < p_end) - (q < q_end);
}

/* The object's members, written one after the other from start on, in order. */
static int
sort_members(struct parser *j, size_t first, size_t start)
{
	struct json_work *w = j->w;
	struct json_member *m = w->members + first;
	size_t n = w->nmembers - first;
	bool sorted = true;
	for (size_t i = 1; i < n && sorted; i++)
		sorted = compare_members(&m[i - 1], &m[i], &w->keys) < 0;
	if (sorted)
		return 0;
	qsort_r(m, n, sizeof(*m), compare_members, &w->keys);
	buf_clear(&w->spare);
	for (size_t i = 0; i < n; i++) {
		if (i && compare_members(&m[i - 1], &m[i], &w->keys) == 0)
			return fail(j, "an object in it has a key twice");
		if (i)
			buf_putc(&w->spare, ',');
		buf_put(&w->spare, j->out->data + m[i].at, m[i].len);
	}
	memcpy(j->out->data + start, w->spare.data, w->spare.len);
	return 0;
}

static int
object(struct parser *j)
{
	struct json_work *w = j->w;
	size_t first = w->nmembers, keys = w->keys.len;
	buf_putc(j->out, '{');
	size_t start = j->out->len;
	if (!take(j, '}')) {
		for (;;) {
			if (member(j) < 0)
				return -1;
			if (take(j, '}'))
				break;
			if (!take(j, ','))
				return fail(
				    j, "not valid JSON: expected , or }");
			buf_putc(j->out, ',');
		}
	}
	if (w->nmembers > first && sort_members(j, first, start) < 0)
		return -1;
	w->nmembers = first;
	w->keys.len = keys;
	buf_putc(j->out, '}');
	return 0;
}

/* A string value: unescaped behind the keys, then written canonically. */
static int
string_value(struct parser *j)
{
	struct buf *keys = &j->w->keys;
	size_t at = keys->len;
	if (string(j, keys) < 0)
		return -1;
	json_put_string(
	    j->out, (struct span){ keys->data + at, keys->len - at });
	keys->len = at;
	return 0;
}

static int
nested(struct parser *j)
{
	if (++j->depth > LIMIT_JSON_DEPTH)
		return fail(j, "nested too deeply");
	int r = *j->p++ == '{' ? object(j) : array(j);
	j->depth--;
	return r;
}

static int
value(struct parser *j)
{
	skip_spaces(j);
	if (j->p == j->end)
		return fail(j, "not valid JSON: cut short");
	if (j->out->len > LIMIT_VALUE_BYTES)
		return fail(j, "longer than any value may be once normalised");
	switch (*j->p) {
	case '{':
	case '[':
		return nested(j);
	case '"':
		return string_value(j);
	case 't':
		return word(j, "true");
	case 'f':
		return word(j, "false");
	case 'n':
		return word(j, "null");
	}
	return number(j);
}

int
json_canonical(
    struct span in, struct buf *out, struct json_work *w, const char **why)
{
	struct parser j = { in.data, in.data + in.len, out, w, NULL, 0 };
	w->nmembers = 0;
	buf_clear(&w->keys);
	buf_reserve(&w->keys, 64); /* spans of it are never NULL */
	buf_clear(out);
	int r = value(&j);
	skip_spaces(&j);
	if (r == 0 && j.p != j.end)
		r = fail(&j, "not valid JSON: more than one value");
	if (r == 0 && out->len > LIMIT_VALUE_BYTES)
		r = fail(&j, "longer than any value may be once normalised");
	*why = j.why;
	return r;
}
