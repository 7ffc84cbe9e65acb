#include "normalize/datetime_format.h"
#include <ctype.h>
#include <string.h>

/*
 * Directives of our own, out of reach of a configured format:
 *   %@ the year as Oracle's RR reads it  %. an optional fraction
 *   %? an optional offset                %| T, t or white space
 */
struct named {
	const char *name;
	const char *patterns[12];
};

static const struct named names[] = {
	{ "oracle", { "%d-%b-%@", "%d-%b-%@ %I.%M.%S%. %p",
			"%d-%b-%@ %I.%M.%S%. %p %z" } },
	{ "us", { "%m/%d/%Y", "%m/%d/%Y %H:%M", "%m/%d/%Y %H:%M:%S%.",
		    "%m/%d/%Y %I:%M %p", "%m/%d/%Y %I:%M:%S%. %p" } },
	{ "eu", { "%d/%m/%Y", "%d/%m/%Y %H:%M", "%d/%m/%Y %H:%M:%S%.",
		    "%d.%m.%Y", "%d.%m.%Y %H:%M", "%d.%m.%Y %H:%M:%S%.",
		    "%d-%m-%Y", "%d-%m-%Y %H:%M", "%d-%m-%Y %H:%M:%S%." } },
	{ "jalali", { "%Y/%m/%d", "%Y/%m/%d%|%H:%M%?", "%Y/%m/%d%|%H:%M:%S%.%?",
			"%Y-%m-%d", "%Y-%m-%d%|%H:%M%?",
			"%Y-%m-%d%|%H:%M:%S%.%?", "%H:%M", "%H:%M:%S%." } },
};

static const char *
expansion(char c)
{
	switch (c) {
	case 'F':
		return "%Y-%m-%d";
	case 'T':
		return "%H:%M:%S";
	case 'R':
		return "%H:%M";
	case 'D':
		return "%m/%d/%y";
	case 'B':
	case 'h':
		return "%b";
	case 'A':
		return "%a";
	case 'n':
	case 't':
		return " ";
	}
	return NULL;
}

static int
add_directive(const char *format, char c, struct buf *out, struct err *e)
{
	const char *longer = expansion(c);
	if (longer) {
		buf_puts(out, longer);
		return 0;
	}
	if (!c || !strchr("YymbdejaHIMSfpz%", c))
		return err_config(e, "bad_format",
		    "formats: \"%.60s\" has the unknown directive %%%c", format,
		    c ? c : '?');
	buf_putc(out, '%');
	buf_putc(out, (uint8_t)c);
	return 0;
}

static bool
has(const char *pattern, const char *directives)
{
	for (const char *p = pattern; *p; p++)
		if (*p == '%' && *++p != '%' && strchr(directives, *p))
			return true;
	return false;
}

static int
check_parts(const char *format, const char *p, bool jalali, struct err *e)
{
	bool year = has(p, "Yy"), month = has(p, "mb"), day = has(p, "de");
	bool yday = has(p, "j"), time = has(p, "HI");
	const char *lack = NULL;
	if (yday ? !year || month || day : year != month || month != day)
		lack = "it gives a part of a date only";
	else if (jalali && (yday || has(p, "b")))
		lack = "the Persian calendar takes numbers only, no %b or %j";
	else if (has(p, "I") != has(p, "p"))
		lack = "%I and %p belong together";
	else if (has(p, "MSf") && !time)
		lack = "it gives a part of a time only";
	else if (!year && !time)
		lack = "it gives neither date nor time";
	if (!lack)
		return 0;
	return err_config(
	    e, "bad_format", "formats: \"%.60s\": %s", format, lack);
}

static int
compile_pattern(const char *format, bool jalali, struct arena *a,
    const char **pattern, struct err *e)
{
	struct buf out = { 0 };
	int r = 0;
	for (const char *f = format; *f && r == 0; f++) {
		if (*f == '%')
			r = add_directive(format, f[1], &out, e);
		else if (!isspace((unsigned char)*f))
			buf_putc(&out, (uint8_t)*f);
		else if (!out.len || out.data[out.len - 1] != ' ')
			buf_putc(&out, ' ');
		if (*f == '%' && r == 0)
			f++;
	}
	*pattern = arena_strndup(a, buf_str(&out), out.len);
	buf_free(&out);
	return r < 0 ? -1 : check_parts(format, *pattern, jalali, e);
}

static const struct named *
find_name(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (strcmp(names[i].name, name) == 0)
			return &names[i];
	return NULL;
}

static size_t
put_named(const struct named *n, struct datetime_format *to)
{
	size_t count = 0;
	for (; count < ARRAY_LEN(n->patterns) && n->patterns[count]; count++)
		to[count] = (struct datetime_format){ FORMAT_PATTERN,
			n->patterns[count] };
	return count;
}

int
datetime_format_compile(const struct datetime_options *o, struct arena *a,
    struct datetime_format **list, size_t *n, struct err *e)
{
	enum { PER_NAME = ARRAY_LEN(names[0].patterns) };
	bool jalali = o->calendar == CALENDAR_JALALI;
	struct datetime_format *to =
	    arena_zalloc(a, (o->formats.n + 1) * PER_NAME * sizeof(*to));
	*list = to;
	*n = 0;
	if (o->formats.n == 0 && jalali)
		*n = put_named(find_name("jalali"), to);
	for (size_t i = 0; i < o->formats.n; i++) {
		const char *f = o->formats.v[i];
		const struct named *known = find_name(f);
		if (known && jalali && known == find_name("oracle"))
			return err_config(e, "bad_format",
			    "formats: oracle names months in English, "
			    "calendar: jalali takes numbers only");
		if (known)
			*n += put_named(known, to + *n);
		else if (strcmp(f, "epoch") == 0)
			to[(*n)++].kind = FORMAT_EPOCH;
		else if (strcmp(f, "epoch_ms") == 0)
			to[(*n)++].kind = FORMAT_EPOCH_MS;
		else if (compile_pattern(f, jalali, a, &to[(*n)++].pattern, e) <
			 0)
			return -1;
	}
	return 0;
}
