#include "normalize/text_compose.h"
#include "normalize/utf8.h"
#include "proto/arena.h"
#include "proto/limits.h"
#include <string.h>
#include <utf8proc.h>

static utf8proc_option_t
form_flags(const struct text_options *o)
{
	int flags = UTF8PROC_STABLE | UTF8PROC_COMPOSE;
	if (o->unicode == UNICODE_NFKC)
		flags |= UTF8PROC_COMPAT;
	return (utf8proc_option_t)flags;
}

static int
class_of(int32_t cp)
{
	return cp < 0x300 ? 0 : utf8proc_get_property(cp)->combining_class;
}

/* --- canonical order ----------------------------------------------------- */
/* Of a few marks: each is put where it belongs among those before it. */
static void
order_few(int32_t *p, size_t n)
{
	for (size_t i = 1; i < n; i++) {
		int32_t cp = p[i];
		int class = class_of(cp);
		size_t to = i;
		for (; to > 0 && class_of(p[to - 1]) > class; to--)
			p[to] = p[to - 1];
		p[to] = cp;
	}
}

/* Of many: a text may be nothing but marks, so its time must not grow with the
 * square of their number. spare has room for n. */
static void
order_many(int32_t *p, size_t n, int32_t *spare)
{
	size_t at[257] = { 0 };
	for (size_t i = 0; i < n; i++)
		at[class_of(p[i]) + 1]++;
	for (size_t k = 1; k < ARRAY_LEN(at); k++)
		at[k] += at[k - 1];
	for (size_t i = 0; i < n; i++)
		spare[at[class_of(p[i])]++] = p[i];
	memcpy(p, spare, n * sizeof(*p));
}

/* Sorts every run of marks by combining class, equal ones as they stand. */
static void
order_marks(int32_t *p, size_t n, int32_t *spare)
{
	enum { FEW = 32 };
	for (size_t i = 0; i < n;) {
		size_t from = i;
		while (i < n && class_of(p[i]))
			i++;
		if (i - from > FEW)
			order_many(p + from, i - from, spare);
		else
			order_few(p + from, i - from);
		i += i == from;
	}
}

/* --- one piece ----------------------------------------------------------- */
static void
reserve_points(struct text_work *w, size_t n)
{
	if (n <= w->points_cap)
		return;
	w->points_cap = n * 2;
	w->points = mem_realloc(w->points, w->points_cap * sizeof(*w->points));
}

/* s, which is valid, decomposed into w->points. */
static ptrdiff_t
decompose(struct span s, utf8proc_option_t flags, struct text_work *w)
{
	enum { ONE_MAX = 32 }; /* code points that one may decompose into */
	const uint8_t *p = s.data, *end = p + s.len;
	size_t n = 0;
	int boundary = 0;
	while (p < end) {
		reserve_points(w, n + ONE_MAX);
		ptrdiff_t more = utf8proc_decompose_char(utf8_next(&p, end),
		    w->points + n, ONE_MAX, flags, &boundary);
		if (more < 0 || more > ONE_MAX)
			return -1;
		n += (size_t)more;
		if (n > LIMIT_VALUE_BYTES)
			return -1;
	}
	return (ptrdiff_t)n;
}

/* Appends the normal form of s. */
static int
put_form(struct span s, const struct text_options *o, struct text_work *w,
    struct buf *out)
{
	utf8proc_option_t flags = form_flags(o);
	ptrdiff_t n = decompose(s, flags, w);
	if (n < 0)
		return -1;
	reserve_points(w, 2 * (size_t)n);
	order_marks(w->points, (size_t)n, w->points + n);
	n = utf8proc_normalize_utf32(w->points, n, flags);
	if (n < 0)
		return -1;
	buf_reserve(out, (size_t)n * UTF8_MAX);
	uint8_t *to = out->data + out->len;
	for (ptrdiff_t i = 0; i < n; i++)
		to += utf8_put(to, w->points[i]);
	out->len = (size_t)(to - out->data);
	return out->len <= LIMIT_VALUE_BYTES ? 0 : -1;
}

int
text_compose_plain(
    struct span *s, const struct text_options *o, struct text_work *w)
{
	if (s->len == 0)
		return 0;
	struct buf *out = text_work_next(w);
	if (put_form(*s, o, w, out) < 0)
		return -1;
	*s = buf_span(out);
	return 0;
}

/* --- segments ------------------------------------------------------------ */
/* Up to seven bytes and, on top, their number. */
static uint64_t
pack(struct span s)
{
	uint64_t bytes = 0;
	for (size_t i = 0; i < s.len; i++)
		bytes |= (uint64_t)s.data[i] << (8 * i);
	return bytes | (uint64_t)s.len << 56;
}

static void
put_packed(uint64_t packed, struct buf *out)
{
	buf_reserve(out, 8);
	for (size_t i = 0; i < 8; i++)
		out->data[out->len + i] = (uint8_t)(packed >> (8 * i));
	out->len += packed >> 56;
}

static int
put_segment(struct span s, const struct text_options *o, struct text_work *w,
    struct buf *out)
{
	if (s.len > 7)
		return put_form(s, o, w, out);
	uint64_t key = pack(s) | (uint64_t)o->unicode << 60;
	struct text_memo *m =
	    &w->memo[key * UINT64_C(0x9e3779b97f4a7c15) >> TEXT_MEMO_SHIFT];
	if (m->segment == key) {
		put_packed(m->form, out);
		return 0;
	}
	size_t from = out->len;
	if (put_form(s, o, w, out) < 0)
		return -1;
	struct span form = { out->data + from, out->len - from };
	if (form.len <= 7)
		*m = (struct text_memo){ key, pack(form) };
	return 0;
}

/* Past the loud characters at p, or NULL if they are rough. */
static const uint8_t *
skip_loud(const struct text_quiet *q, const uint8_t *p, const uint8_t *end)
{
	while (p < end) {
		const uint8_t *next = p;
		int32_t cp = utf8_next(&next, end);
		if (text_quiet_point(q, cp))
			return p;
		if (cp < 0xa0)
			return NULL;
		p = next;
	}
	return p;
}

/* The input may be in the other buffer: it must not be next. */
static enum text_composed
give_up(struct text_work *w, enum text_composed why)
{
	w->turn ^= 1;
	return why;
}

enum text_composed
text_compose(const struct text_quiet *q, const struct text_options *o,
    struct span *s, size_t quiet, struct text_work *w)
{
	const uint8_t *end = s->data + s->len;
	const uint8_t *from = s->data; /* not written yet from here on */
	const uint8_t *loud = from + quiet;
	struct buf *out = text_work_next(w);
	buf_reserve(out, s->len);
	while (loud < end) {
		const uint8_t *to = skip_loud(q, loud, end);
		if (!to)
			return give_up(w, TEXT_ROUGH);
		const uint8_t *start =
		    loud > from ? utf8_before(from, loud) : loud;
		buf_put(out, from, (size_t)(start - from));
		struct span segment = { start, (size_t)(to - start) };
		if (put_segment(segment, o, w, out) < 0)
			return give_up(w, TEXT_TOO_LONG);
		from = to;
		loud = to + text_quiet_prefix(
				q, (struct span){ to, (size_t)(end - to) });
	}
	buf_put(out, from, (size_t)(end - from));
	if (out->len > LIMIT_VALUE_BYTES)
		return give_up(w, TEXT_TOO_LONG);
	*s = buf_span(out);
	return TEXT_COMPOSED;
}
