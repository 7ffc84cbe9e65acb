#include "normalize/layers.h"
#include "normalize/text_compose.h"
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
	r->plain = text_quiet_plain(o);
	text_quiet_build_form(&r->form, o, a);
	text_quiet_build(&r->quiet, o, &r->form, a);
}

static bool
has_nul(struct span s)
{
	return s.len && memchr(s.data, 0, s.len);
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

static int
normal_form(const struct text_rules *r, struct span *s, struct text_work *work)
{
	if (r->opt.unicode == UNICODE_NONE)
		return 0;
	size_t quiet = text_quiet_prefix(&r->form, *s);
	if (quiet == s->len)
		return 0;
	switch (text_compose(&r->form, &r->opt, s, quiet, work)) {
	case TEXT_COMPOSED:
		return 0;
	case TEXT_TOO_LONG:
		return -1;
	case TEXT_ROUGH: /* never: it is valid, and controls are quiet */
		break;
	}
	return text_compose_plain(s, &r->opt, work);
}

/* Everything from the normal form on. */
static int
later_steps(const struct text_rules *r, struct span *s, struct text_work *work)
{
	const struct text_options *o = &r->opt;
	if (normal_form(r, s, work) < 0)
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
	return rewritten ? normal_form(r, s, work) : 0;
}

/* The last word on a text that went through all it needs. */
static enum verdict
settle(const struct text_rules *r, struct span s, struct span *out,
    struct layer_work *w)
{
	*out = s;
	if (s.len > LIMIT_VALUE_BYTES)
		return too_long(w);
	return s.len || r->opt.empty == EMPTY_KEEP ? VERDICT_OK : VERDICT_NULL;
}

enum verdict
layer_text_plain(const struct text_rules *r, struct span s, struct span *out,
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
	if (later_steps(r, &s, &w->text) < 0)
		return too_long(w);
	return settle(r, s, out, w);
}

enum verdict
layer_text(const struct text_rules *r, struct span in, struct span *out,
    struct layer_work *w)
{
	struct span s = in;
	size_t quiet = text_quiet_prefix(&r->quiet, s);
	bool done = quiet == s.len ||
		    (r->plain && r->opt.unicode != UNICODE_NONE &&
			text_compose(&r->quiet, &r->opt, &s, quiet, &w->text) ==
			    TEXT_COMPOSED);
	if (!done)
		return layer_text_plain(r, in, out, w);
	if (r->opt.trim)
		s = utf8_trim(s);
	return settle(r, s, out, w);
}
