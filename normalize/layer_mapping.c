#include "normalize/checks.h"
#include "normalize/pattern.h"
#include "normalize/utf8.h"
#include "proto/decimal.h"
#include <locale.h>
#include <regex.h>
#include <stdlib.h>
#include <string.h>

struct checks {
	struct arena arena;
	enum value_type type;
	bool has_pattern, has_ascii, has_min, has_max;
	regex_t pattern;
	locale_t locale; /* UTF-8, for the pattern */
	/* A pattern in ASCII once more, without UTF-8, for texts in ASCII: it
	 * says the same of them and is much faster. */
	regex_t ascii;
	locale_t plain;
	struct value min, max;
	size_t nin;
	struct span *in; /* texts of the values, sorted */
	int64_t max_length;
};

static struct span
text_of(const char *s)
{
	return (struct span){ (const uint8_t *)s, strlen(s) };
}

int
checks_constant(const char *what, const char *text,
    const struct conversion *own, struct arena *a, struct value *out,
    struct layer_work *w, struct err *e)
{
	struct span s = text_of(text);
	struct value in = { .type = VT_TEXT, .s = s };
	if (layer_convert(own, &in, out, w) != VERDICT_OK)
		return err_config(e, "bad_constant",
		    "%s: \"%.100s\" is no %s: %s", what, text,
		    value_type_name(own->to), w->why.text);
	if (!value_type_width(own->to))
		out->s.data = arena_dup(a, out->s.data, out->s.len);
	return 0;
}

/* Escapes that POSIX leaves undefined and other dialects use would silently
 * match something else. */
static const char *
foreign_escape(const char *pattern)
{
	for (const char *p = pattern; *p; p++)
		if (*p == '\\' && *++p &&
		    !strchr(".[]{}()*+?|^$\\/-wWsSbB", *p))
			return p;
	return NULL;
}

static int
compile_regex(locale_t locale, regex_t *out, const char *pattern)
{
	locale_t old = uselocale(locale);
	int rc = regcomp(out, pattern, REG_EXTENDED | REG_NOSUB);
	uselocale(old);
	return rc;
}

static int
compile_pattern(struct checks *c, const char *pattern, struct err *e)
{
	const char *bad = foreign_escape(pattern);
	if (bad)
		return err_config(e, "bad_pattern",
		    "pattern \"%.100s\": \\%c is not of POSIX extended regular "
		    "expressions; a digit is [0-9]",
		    pattern, *bad);
	/* Compiling it would take all time and memory there is. */
	if (pattern_size(pattern) > PATTERN_SIZE_MAX)
		return err_config(e, "bad_pattern",
		    "pattern \"%.100s\": its repetitions, or the groups in "
		    "groups, come to more than can be compiled; max_length "
		    "limits a text's length",
		    pattern);
	c->locale = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
	if (!c->locale)
		return err_config(e, "bad_pattern",
		    "pattern: this host has no C.UTF-8 locale");
	int rc = compile_regex(c->locale, &c->pattern, pattern);
	if (rc == 0) {
		c->has_pattern = true;
		c->plain = newlocale(LC_CTYPE_MASK, "C", (locale_t)0);
		c->has_ascii = c->plain && utf8_ascii(text_of(pattern)) &&
			       compile_regex(c->plain, &c->ascii, pattern) == 0;
		return 0;
	}
	char why[128];
	regerror(rc, &c->pattern, why, sizeof(why));
	return err_config(
	    e, "bad_pattern", "pattern \"%.100s\": %s", pattern, why);
}

static int
compare_spans(const void *a, const void *b)
{
	const struct span *p = a, *q = b;
	return span_compare(*p, *q);
}

static struct span
shown(const struct value *v, struct layer_work *w)
{
	bool plain = v->type == VT_TEXT || v->type == VT_DECIMAL ||
		     v->type == VT_JSON || v->type == VT_OPAQUE ||
		     v->type == VT_BYTES;
	if (plain)
		return v->s;
	buf_clear(&w->plain);
	value_text(v, &w->plain);
	return buf_span(&w->plain);
}

static int
compile_in(struct checks *c, const struct strings *in,
    const struct conversion *own, struct layer_work *w, struct err *e)
{
	c->in = arena_alloc(&c->arena, (in->n + 1) * sizeof(*c->in));
	for (size_t i = 0; i < in->n; i++) {
		struct value v;
		if (checks_constant("in", in->v[i], own, &c->arena, &v, w, e) <
		    0)
			return -1;
		struct span s = shown(&v, w);
		s.data = arena_dup(&c->arena, s.data, s.len);
		c->in[c->nin++] = s;
	}
	qsort(c->in, c->nin, sizeof(*c->in), compare_spans);
	return 0;
}

static int
compile(struct checks *c, const struct field *f, const struct conversion *own,
    struct layer_work *w, struct err *e)
{
	c->type = own->to;
	c->max_length = f->max_length;
	c->has_min = f->min != NULL;
	c->has_max = f->max != NULL;
	if (f->min &&
	    checks_constant("min", f->min, own, &c->arena, &c->min, w, e) < 0)
		return -1;
	if (f->max &&
	    checks_constant("max", f->max, own, &c->arena, &c->max, w, e) < 0)
		return -1;
	if (compile_in(c, &f->in, own, w, e) < 0)
		return -1;
	return f->pattern ? compile_pattern(c, f->pattern, e) : 0;
}

int
checks_new(const struct field *f, const struct conversion *own,
    struct layer_work *w, struct checks **out, struct err *e)
{
	*out = NULL;
	if (!f->pattern && !f->min && !f->max && !f->in.n && !f->max_length)
		return 0;
	struct checks *c = mem_zalloc(sizeof(*c));
	if (compile(c, f, own, w, e) == 0) {
		*out = c;
		return 0;
	}
	checks_free(&c);
	return -1;
}

void
checks_free(struct checks **pc)
{
	struct checks *c = *pc;
	if (!c)
		return;
	if (c->has_pattern)
		regfree(&c->pattern);
	if (c->has_ascii)
		regfree(&c->ascii);
	if (c->plain)
		freelocale(c->plain);
	if (c->locale)
		freelocale(c->locale);
	arena_free(&c->arena);
	free(c);
	*pc = NULL;
}

static int
compare_values(const struct value *a, const struct value *b)
{
	switch (a->type) {
	case VT_BOOL:
		return a->b - b->b;
	case VT_INT:
	case VT_DATE:
	case VT_TIME:
	case VT_TIMESTAMP:
	case VT_TIMESTAMPTZ:
		return (a->i > b->i) - (a->i < b->i);
	case VT_FLOAT:
		/* NaN is above everything, as in PostgreSQL. */
		if (a->f != a->f || b->f != b->f)
			return (a->f != a->f) - (b->f != b->f);
		return (a->f > b->f) - (a->f < b->f);
	case VT_DECIMAL:
		return decimal_compare(a->s, b->s);
	case VT_UUID:
		return memcmp(a->uuid, b->uuid, sizeof(a->uuid));
	case VT_TEXT:
	case VT_BYTES:
	case VT_JSON:
	case VT_OPAQUE:
	case VT_COUNT:
		break;
	}
	return span_compare(a->s, b->s);
}

static bool
matches(const struct checks *c, struct span s, struct layer_work *w)
{
	if (s.len > INT32_MAX)
		return false;
	/* regexec takes a length, but not without a NUL behind it. */
	struct buf *copy = &w->shown;
	buf_clear(copy);
	buf_put(copy, s.data, s.len);
	regmatch_t range = { .rm_so = 0, .rm_eo = (regoff_t)s.len };
	bool ascii = c->has_ascii && utf8_ascii(s);
	locale_t old = uselocale(ascii ? c->plain : c->locale);
	int rc = regexec(ascii ? &c->ascii : &c->pattern, buf_str(copy), 1,
	    &range, REG_STARTEND);
	uselocale(old);
	return rc == 0;
}

static enum verdict
failed(struct layer_work *w, const char *text)
{
	return refuse(&w->why, "mapping", "check_failed", text);
}

enum verdict
checks_apply(
    const struct checks *c, const struct value *v, struct layer_work *w)
{
	if (c->has_min && compare_values(v, &c->min) < 0)
		return failed(w, "below min");
	if (c->has_max && compare_values(v, &c->max) > 0)
		return failed(w, "above max");
	if (!c->nin && !c->has_pattern && !c->max_length)
		return VERDICT_OK;
	struct span s = shown(v, w);
	size_t length = v->type == VT_BYTES ? s.len : utf8_length(s);
	if (c->max_length && length > (size_t)c->max_length)
		return refuse(
		    &w->why, "mapping", "too_long", "longer than max_length");
	if (c->nin && !bsearch(&s, c->in, c->nin, sizeof(s), compare_spans))
		return failed(w, "not one of the values in: allows");
	if (c->has_pattern && !matches(c, s, w))
		return failed(w, "does not match pattern");
	return VERDICT_OK;
}
