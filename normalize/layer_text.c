#include "normalize/layers.h"
#include "normalize/utf8.h"
#include "proto/limits.h"
#include <string.h>

enum verdict
refuse(struct refusal *r, const char *layer, const char *code, const char *text)
{
	*r = (struct refusal){ layer, code, text };
	return VERDICT_REFUSED;
}

void
layer_work_free(struct layer_work *w)
{
	text_work_free(&w->text);
	buf_free(&w->plain);
	buf_free(&w->number);
	buf_free(&w->shown);
	buf_free(&w->bytes);
	json_work_free(&w->json);
}

void
layer_text_init(
    struct text_rules *r, const struct text_options *o, struct arena *a)
{
	*r = (struct text_rules){ .opt = *o };
	r->exact = !o->trim && !o->collapse && !o->persian &&
		   o->control == CONTROL_KEEP && o->newlines == NEWLINES_KEEP &&
		   o->unicode == UNICODE_NONE &&
		   o->invisible == INVISIBLE_KEEP && o->digits == DIGITS_KEEP &&
		   o->letter_case == CASE_KEEP && o->empty == EMPTY_KEEP;
	if (!r->exact)
		text_quiet_build(&r->quiet, o, a);
}

static bool
has_nul(struct span s)
{
	return s.len && memchr(s.data, 0, s.len);
}

static bool
is_quiet(const struct text_rules *r, struct span s)
{
	if (r->exact)
		return !has_nul(s) && utf8_valid(s);
	return text_quiet_holds(&r->quiet, s);
}

/* White space beyond ASCII begins with one of four bytes. */
static bool
may_lead_space(uint8_t c)
{
	return c == 0xc2 || (c >= 0xe1 && c <= 0xe3);
}

/* False for sure only: a valid text whose ends are not white space. */
static bool
ends_may_be_space(struct span s)
{
	uint8_t first = s.data[0];
	if (utf8_is_space(first) || may_lead_space(first))
		return true;
	size_t i = s.len - 1;
	while (i > 0 && (s.data[i] & 0xc0) == 0x80)
		i--;
	return utf8_is_space(s.data[i]) || may_lead_space(s.data[i]);
}

static bool
ends_are_quiet(const struct text_rules *r, struct span s)
{
	if (s.len == 0)
		return r->opt.empty == EMPTY_KEEP;
	/* The column's bytes may be valid and a value's not: it could hold the
	 * second half of a character. */
	if ((s.data[0] & 0xc0) == 0x80)
		return false;
	if (!r->opt.trim || !ends_may_be_space(s))
		return true;
	return utf8_trim(s).len == s.len;
}

bool
layer_text_quiet_column(
    const struct text_rules *r, const struct column *c, size_t nrows)
{
	if (!is_quiet(r, (struct span){ c->data, c->data_bytes }))
		return false;
	for (size_t i = 0; i < nrows; i++)
		if (!ends_are_quiet(r, column_bytes(c, i)) &&
		    !column_null(c, i))
			return false;
	return true;
}

static enum verdict
bad_text(struct layer_work *w, const char *text)
{
	return refuse(&w->why, "text", "bad_text", text);
}

static enum verdict
too_long(struct layer_work *w)
{
	return refuse(&w->why, "text", "too_long",
	    "longer than any value may be once normalised");
}

static struct span
change_case(const struct text_options *o, struct span s, struct text_work *work)
{
	switch (o->letter_case) {
	case CASE_KEEP:
		break;
	case CASE_UPPER:
		return text_step_case(s, TEXT_UPPER, work);
	case CASE_LOWER:
		return text_step_case(s, TEXT_LOWER, work);
	}
	return s;
}

/* Everything from the normal form on. */
static int
later_steps(
    const struct text_options *o, struct span *s, struct text_work *work)
{
	if (o->unicode != UNICODE_NONE && text_step_unicode(s, o, work) < 0)
		return -1;
	const uint8_t *normal = s->data;
	*s = text_step_characters(*s, o, work);
	if (o->collapse)
		*s = text_step_collapse(*s, work);
	bool rewritten = s->data != normal;
	if (o->trim)
		*s = utf8_trim(*s);
	const uint8_t *before_case = s->data;
	*s = change_case(o, *s, work);
	rewritten |= s->data != before_case;
	/* What was dropped or mapped may have brought together characters
	 * that compose; a second run must find nothing to do. */
	if (o->unicode != UNICODE_NONE && rewritten)
		return text_step_unicode(s, o, work);
	return 0;
}

static enum verdict
all_steps(const struct text_rules *r, struct span s, struct span *out,
    struct layer_work *w)
{
	const struct text_options *o = &r->opt;
	if (!utf8_valid(s)) {
		if (o->invalid_utf8 == UTF8_REJECT)
			return bad_text(w, "not valid UTF-8");
		s = text_step_replace(s, &w->text);
	}
	s = text_step_controls(s, o, &w->text);
	if (has_nul(s))
		return bad_text(w,
		    "holds a NUL character, which targets cannot store; "
		    "control: strip would drop it");
	if (later_steps(o, &s, &w->text) < 0)
		return too_long(w);
	*out = s;
	if (s.len > LIMIT_VALUE_BYTES)
		return too_long(w);
	return s.len || o->empty == EMPTY_KEEP ? VERDICT_OK : VERDICT_NULL;
}

enum verdict
layer_text(const struct text_rules *r, struct span in, struct span *out,
    struct layer_work *w)
{
	if (is_quiet(r, in) && ends_are_quiet(r, in)) {
		*out = in;
		return VERDICT_OK;
	}
	return all_steps(r, in, out, w);
}
