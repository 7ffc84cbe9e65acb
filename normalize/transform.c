#include "normalize/transform.h"
#include "normalize/utf8.h"
#include "proto/limits.h"
#include <stdlib.h>
#include <string.h>
#include <unictype.h>

static struct span
text_of(const char *s)
{
	return (struct span){ (const uint8_t *)s, strlen(s) };
}

/* --- compiling ----------------------------------------------------------- */
/* The text as the field's values are written; as it stands if it is none. */
static struct span
canonical(const char *text, const struct conversion *own, struct arena *a,
    struct layer_work *w)
{
	struct span s = text_of(text);
	struct value in = { .type = VT_TEXT, .s = s }, out;
	if (own->to == VT_TEXT || own->to == VT_OPAQUE ||
	    layer_convert(own, &in, &out, w) != VERDICT_OK)
		return s;
	struct buf shown = { 0 };
	value_text(&out, &shown);
	s = (struct span){ arena_dup(a, shown.data, shown.len), shown.len };
	buf_free(&shown);
	return s;
}

static int
compare_pairs(const void *a, const void *b)
{
	const struct transform_pair *p = a, *q = b;
	return span_compare(p->from, q->from);
}

static void
compile_map(struct transform_step *step, const struct conversion *own,
    struct arena *a, struct layer_work *w)
{
	const struct strings *text = &step->t->text;
	step->npairs = text->n / 2;
	step->pairs =
	    arena_zalloc(a, (step->npairs + 1) * sizeof(*step->pairs));
	for (size_t i = 0; i < step->npairs; i++) {
		step->pairs[i].from = canonical(text->v[2 * i], own, a, w);
		step->pairs[i].to = text_of(text->v[2 * i + 1]);
	}
	qsort(step->pairs, step->npairs, sizeof(*step->pairs), compare_pairs);
}

struct transform_step *
transform_compile(const struct field *f, const struct conversion *own,
    struct arena *a, struct layer_work *w)
{
	struct transform_step *steps =
	    arena_zalloc(a, (f->ntransforms + 1) * sizeof(*steps));
	for (size_t i = 0; i < f->ntransforms; i++) {
		struct transform_step *s = &steps[i];
		s->t = &f->transforms[i];
		if (s->t->text.n > 0)
			s->a = text_of(s->t->text.v[0]);
		if (s->t->text.n > 1)
			s->b = text_of(s->t->text.v[1]);
		if (s->t->kind == TR_NULLIF)
			s->a = canonical(s->t->text.v[0], own, a, w);
		if (s->t->kind == TR_MAP)
			compile_map(s, own, a, w);
	}
	return steps;
}

/* --- applying ------------------------------------------------------------ */
/* The rest of s after n characters. */
static struct span
skip_characters(struct span s, int64_t n)
{
	size_t i = 0;
	while (n > 0 && i < s.len) {
		i++;
		while (i < s.len && (s.data[i] & 0xc0) == 0x80)
			i++;
		n--;
	}
	return (struct span){ s.data + i, s.len - i };
}

static struct span
substring(const struct transform_step *step, struct span s)
{
	s = skip_characters(s, step->t->num[0]);
	struct span rest = skip_characters(s, step->t->num[1]);
	return (struct span){ s.data, s.len - rest.len };
}

static struct span
capitalize(struct span s, struct layer_work *w)
{
	struct span rest = skip_characters(s, 1);
	struct span first = { s.data, s.len - rest.len };
	struct buf made = { 0 };
	first = text_step_case(first, TEXT_UPPER, &w->text);
	buf_put(&made, first.data, first.len);
	rest = text_step_case(rest, TEXT_LOWER, &w->text);
	buf_put(&made, rest.data, rest.len);
	struct buf *out = text_work_next(&w->text);
	buf_put(out, made.data, made.len);
	buf_free(&made);
	return buf_span(out);
}

static bool
is_special(int32_t cp)
{
	return !utf8_is_space(cp) &&
	       !uc_is_general_category_withtable(
		   (ucs4_t)cp, UC_CATEGORY_MASK_L | UC_CATEGORY_MASK_M |
				   UC_CATEGORY_MASK_Nd);
}

static bool
is_space(int32_t cp)
{
	return utf8_is_space(cp);
}

static struct span
drop(struct span s, bool (*unwanted)(int32_t), struct layer_work *w)
{
	struct buf *out = text_work_next(&w->text);
	const uint8_t *p = s.data, *end = p + s.len;
	while (p < end) {
		const uint8_t *from = p;
		int32_t cp = utf8_next(&p, end);
		if (!unwanted(cp))
			buf_put(out, from, (size_t)(p - from));
	}
	return buf_span(out);
}

static const uint8_t *
find(struct span s, struct span what)
{
	return s.len ? memmem(s.data, s.len, what.data, what.len) : NULL;
}

static enum verdict
too_long(struct layer_work *w)
{
	return refuse(&w->why, "mapping", "too_long",
	    "longer than any value may be once transformed");
}

static enum verdict
replace(const struct transform_step *step, struct span s, struct span *out,
    struct layer_work *w)
{
	struct buf *to = text_work_next(&w->text);
	for (;;) {
		const uint8_t *at = find(s, step->a);
		if (!at)
			break;
		size_t before = (size_t)(at - s.data);
		buf_put(to, s.data, before);
		buf_put(to, step->b.data, step->b.len);
		s.data += before + step->a.len;
		s.len -= before + step->a.len;
		if (to->len > LIMIT_VALUE_BYTES)
			return too_long(w);
	}
	buf_put(to, s.data, s.len);
	*out = buf_span(to);
	return to->len > LIMIT_VALUE_BYTES ? too_long(w) : VERDICT_OK;
}

static struct span
pad_left(const struct transform_step *step, struct span s, struct layer_work *w)
{
	int64_t missing = step->t->num[0] - (int64_t)utf8_length(s);
	if (missing <= 0)
		return s;
	struct buf *to = text_work_next(&w->text);
	for (; missing > 0; missing--)
		buf_put(to, step->a.data, step->a.len);
	buf_put(to, s.data, s.len);
	return buf_span(to);
}

static struct span
map(const struct transform_step *step, struct span s)
{
	struct transform_pair want = { .from = s };
	if (!step->npairs)
		return s;
	const struct transform_pair *p = bsearch(
	    &want, step->pairs, step->npairs, sizeof(want), compare_pairs);
	return p ? p->to : s;
}

static enum verdict
split(const struct transform_step *step, struct span s, struct span *out)
{
	for (int64_t i = 0;; i++) {
		const uint8_t *at = find(s, step->a);
		size_t part = at ? (size_t)(at - s.data) : s.len;
		if (i == step->t->num[0]) {
			*out = (struct span){ s.data, part };
			return VERDICT_OK;
		}
		if (!at)
			return VERDICT_NULL;
		s.data = at + step->a.len;
		s.len -= part + step->a.len;
	}
}

static enum verdict
apply(const struct transform_step *step, struct span s, struct span *out,
    struct layer_work *w)
{
	*out = s;
	switch (step->t->kind) {
	case TR_UPPER:
		*out = text_step_case(s, TEXT_UPPER, &w->text);
		break;
	case TR_LOWER:
		*out = text_step_case(s, TEXT_LOWER, &w->text);
		break;
	case TR_TITLE:
		*out = text_step_case(s, TEXT_TITLE, &w->text);
		break;
	case TR_CAPITALIZE:
		*out = capitalize(s, w);
		break;
	case TR_TRIM:
		*out = utf8_trim(s);
		break;
	case TR_STRIP_WHITESPACE:
		*out = drop(s, is_space, w);
		break;
	case TR_REMOVE_SPECIAL_CHARS:
		*out = drop(s, is_special, w);
		break;
	case TR_SUBSTRING:
		*out = substring(step, s);
		break;
	case TR_REPLACE:
		return replace(step, s, out, w);
	case TR_PAD_LEFT:
		*out = pad_left(step, s, w);
		break;
	case TR_NULLIF:
		return span_compare(s, step->a) == 0 ? VERDICT_NULL
						     : VERDICT_OK;
	case TR_MAP:
		*out = map(step, s);
		break;
	case TR_SPLIT:
		return split(step, s, out);
	case TR_COUNT:
		break;
	}
	return VERDICT_OK;
}

enum verdict
transform_apply(const struct transform_step *steps, size_t n, struct span in,
    struct span *out, struct layer_work *w)
{
	*out = in;
	for (size_t i = 0; i < n; i++) {
		enum verdict v = apply(&steps[i], *out, out, w);
		if (v != VERDICT_OK)
			return v;
	}
	if (out->len > LIMIT_VALUE_BYTES)
		return too_long(w);
	return VERDICT_OK;
}
