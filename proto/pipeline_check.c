/* What must be true of one connection or field, and what each starts from. */
#include "proto/datetime.h"
#include "proto/pipeline_spec.h"
#include <stdbool.h>
#include <string.h>

static bool
present(const struct node *n, const char *key)
{
	return node_get(n, key) != NULL;
}

static void
refuse_key(
    struct spec *sp, const struct node *n, const char *key, const char *whose)
{
	if (present(n, key))
		spec_problem_key(sp, n, key, "only for driver %s", whose);
}

static bool
is_reference(const char *s)
{
	size_t n = strlen(s);
	if (strncmp(s, "${", 2) == 0)
		return n > 3 && strchr(s, '}') == s + n - 1;
	return (strncmp(s, "file:", 5) == 0 || strncmp(s, "cred:", 5) == 0) &&
	       n > 5;
}

static void
check_password(struct spec *sp, const struct node *n, struct connection *c)
{
	struct pipeline_reading *r = sp->user;
	if (!c->password)
		return;
	if (!is_reference(c->password)) {
		spec_problem_key(sp, n, "password",
		    "expected ${VAR}, file:PATH or cred:NAME: the password "
		    "itself does not belong in this file");
		return;
	}
	if (strncmp(c->password, "file:", 5) != 0)
		return;
	struct buf b = { 0 };
	buf_printf(&b, "file:%s", pipeline_absolute(r->p, c->password + 5));
	c->password = arena_strndup(sp->arena, (char *)b.data, b.len);
	buf_free(&b);
}

/* postgres://user:secret@host, password=…, also in what ${VAR} brought in. */
static bool
holds_password(const char *dsn)
{
	for (const char *p = dsn; (p = strstr(p, "password")); p++) {
		const char *after = p + strlen("password");
		if (after[strspn(after, " ")] == '=')
			return true;
	}
	const char *authority = strstr(dsn, "://");
	if (!authority)
		return false;
	authority += 3;
	size_t n = strcspn(authority, "/?");
	const char *at = memchr(authority, '@', n);
	return at && memchr(authority, ':', (size_t)(at - authority));
}

static void
check_postgres(struct spec *sp, const struct node *n, struct connection *c)
{
	refuse_key(sp, n, "path", "sqlite or csv");
	if (!present(n, "dsn"))
		spec_problem_key(sp, n, "dsn",
		    "missing: a libpq connection string, such as "
		    "\"host=db1 dbname=erp user=reader\"");
	else if (c->dsn && holds_password(c->dsn))
		spec_problem_key(sp, n, "dsn",
		    "a password does not belong in the dsn: use the key "
		    "password with ${VAR}, file:PATH or cred:NAME");
	check_password(sp, n, c);
}

static void
check_files(struct spec *sp, const struct node *n, struct connection *c)
{
	struct pipeline_reading *r = sp->user;
	refuse_key(sp, n, "dsn", "postgres");
	refuse_key(sp, n, "password", "postgres");
	if (!present(n, "path"))
		spec_problem_key(sp, n, "path", "missing: %s",
		    c->driver == DRIVER_CSV ? "the folder of the csv files"
					    : "the database file");
	else if (c->path)
		c->path = pipeline_absolute(r->p, c->path);
}

void
pipeline_connection_check(struct spec *sp, const struct node *n, void *item)
{
	struct connection *c = item;
	const struct node *driver = node_get(n, "driver");
	/* One that is not known was reported; more would confuse. */
	if (!driver || driver->kind != NODE_SCALAR ||
	    strcmp(driver->text, driver_name(c->driver)) != 0)
		return;
	switch (c->driver) {
	case DRIVER_POSTGRES:
		check_postgres(sp, n, c);
		return;
	case DRIVER_SQLITE:
	case DRIVER_CSV:
		check_files(sp, n, c);
		return;
	case DRIVER_NULL:
		refuse_key(sp, n, "dsn", "postgres");
		refuse_key(sp, n, "password", "postgres");
		refuse_key(sp, n, "path", "sqlite or csv");
		return;
	}
}

void
pipeline_field_start(
    struct spec *sp, const struct node *n, void *item, const void *owner)
{
	const struct entity *en = owner;
	struct field *f = item;
	(void)sp;
	(void)n;
	*f = en->defaults;
}

static bool
is_format(const char *s)
{
	static const char *const named[] = { "oracle", "us", "eu", "epoch",
		"epoch_ms" };
	for (size_t i = 0; i < ARRAY_LEN(named); i++)
		if (strcmp(s, named[i]) == 0)
			return true;
	return strchr(s, '%') != NULL;
}

static bool
is_zero_date(const char *s)
{
	struct datetime_iso iso;
	struct span text = { (const uint8_t *)s, strlen(s) };
	if (strcmp(s, "reject") == 0 || strcmp(s, "null") == 0)
		return true;
	return datetime_parse_iso(text, &iso) == 0 && iso.has_date &&
	       !iso.has_time && !iso.infinity;
}

void
pipeline_value_check(
    struct spec *sp, const struct node *n, const struct field *f)
{
	const struct number_options *num = &f->number;
	const struct strings *formats = &f->datetime.formats;
	for (size_t i = 0; present(n, "formats") && i < formats->n; i++)
		if (!is_format(formats->v[i]))
			spec_problem_key(sp, n, "formats",
			    "expected strptime directives such as %%d.%%m.%%Y, "
			    "or oracle, us, eu, epoch or epoch_ms, found "
			    "\"%.40s\"",
			    formats->v[i]);
	if (present(n, "zero_date") && f->datetime.zero_date &&
	    !is_zero_date(f->datetime.zero_date))
		spec_problem_key(sp, n, "zero_date",
		    "expected reject, null or a date such as 1970-01-01, "
		    "found \"%.40s\"",
		    f->datetime.zero_date);
	if ((present(n, "scale") || present(n, "precision")) &&
	    num->precision >= 0 && num->scale > num->precision)
		spec_problem_key(sp, n, "scale",
		    "more digits after the point (%d) than precision has in "
		    "all (%d)",
		    num->scale, num->precision);
}

static void
check_sources(struct spec *sp, const struct node *n)
{
	static const char *const keys[] = { "from", "value", "expr" };
	size_t given = 0;
	for (size_t i = 0; i < ARRAY_LEN(keys); i++)
		given += present(n, keys[i]);
	if (given == 0)
		spec_problem(
		    sp, n, "expected one of from, value and expr, found none");
	else if (given > 1)
		spec_problem(sp, n,
		    "expected one of from, value and expr, found %zu", given);
}

void
pipeline_field_check(struct spec *sp, const struct node *n, void *item)
{
	check_sources(sp, n);
	pipeline_value_check(sp, n, item);
}
