#include "supervisor/cli/mask.h"
#include <string.h>
#include <strings.h>

const char mask_text[] = "***";

static bool
named(const struct strings *list, const char *name)
{
	for (size_t i = 0; i < list->n; i++)
		if (strcasecmp(list->v[i], name) == 0)
			return true;
	return false;
}

static bool
makes_secret(const struct entity *en, const struct field *f, const char *column)
{
	if (!f->to || !named(&en->secret_fields, f->to))
		return false;
	if (f->expr)
		return strcasestr(f->expr, column) != NULL;
	return f->from && strcasecmp(f->from, column) == 0;
}

bool
mask_column(const struct entity *en, const char *column)
{
	if (!en)
		return true;
	if (named(&en->secret_fields, column))
		return true;
	for (size_t i = 0; i < en->nfields; i++)
		if (makes_secret(en, &en->fields[i], column))
			return true;
	return false;
}

/* A field is as secret as what it is made from. */
static bool
secret_field(const struct entity *en, const char *name)
{
	if (!en || named(&en->secret_fields, name))
		return true;
	for (size_t i = 0; i < en->nfields; i++) {
		const struct field *f = &en->fields[i];
		if (!f->to || strcmp(f->to, name) != 0)
			continue;
		if (f->from && mask_column(en, f->from))
			return true;
		for (size_t k = 0; f->expr && k < en->secret_fields.n; k++)
			if (strcasestr(f->expr, en->secret_fields.v[k]))
				return true;
	}
	return false;
}

static bool
secret_key(const struct entity *en)
{
	bool secret = !en;
	for (size_t i = 0; en && i < en->key.n; i++)
		secret = secret || secret_field(en, en->key.v[i]);
	return secret;
}

const char *
mask_key(const struct entity *en, const struct store_reject *r)
{
	if (!*r->key_text)
		return NULL;
	return secret_key(en) ? mask_text : r->key_text;
}

const char *
mask_sample(const struct entity *en, const char *sample)
{
	return secret_key(en) ? mask_text : sample;
}

const char *
mask_message(const struct entity *en, const struct store_reject *r)
{
	bool secret = !en;
	if (en && *r->what.field)
		secret = secret_field(en, r->what.field);
	else if (en) /* about the whole row: it may quote any of it */
		secret = en->secret_fields.n > 0;
	return secret ? "*** (about a secret field)" : r->what.message;
}
