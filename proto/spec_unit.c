#include "proto/spec_unit.h"
#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

struct unit {
	const char *name;
	int64_t factor;
};

/* Sizes: those that messages are written in first, largest first. */
static const struct unit sizes[] = {
	{ "TiB", INT64_C(1) << 40 },
	{ "GiB", INT64_C(1) << 30 },
	{ "MiB", INT64_C(1) << 20 },
	{ "KiB", INT64_C(1) << 10 },
	{ "B", 1 },
	{ "", 1 },
	{ "TB", INT64_C(1000000000000) },
	{ "GB", INT64_C(1000000000) },
	{ "MB", INT64_C(1000000) },
	{ "kB", INT64_C(1000) },
};

static const struct unit times[] = {
	{ "d", INT64_C(86400000) },
	{ "h", INT64_C(3600000) },
	{ "m", INT64_C(60000) },
	{ "s", INT64_C(1000) },
	{ "ms", 1 },
};

static bool
digit(char c)
{
	return c >= '0' && c <= '9';
}

int
spec_unit_int(const char *s, int64_t *v)
{
	const char *digits = s + (*s == '-' || *s == '+');
	if (!digit(*digits))
		return -1;
	char *end;
	errno = 0;
	long long n = strtoll(s, &end, 10);
	if (*end || errno)
		return -1;
	*v = n;
	return 0;
}

static int
with_unit(const char *s, const struct unit *units, size_t n, int64_t *v)
{
	if (!digit(*s))
		return -1;
	char *end;
	errno = 0;
	long long number = strtoll(s, &end, 10);
	if (errno)
		return -1;
	end += strspn(end, " ");
	for (size_t i = 0; i < n; i++) {
		if (strcmp(end, units[i].name) != 0)
			continue;
		if (number > INT64_MAX / units[i].factor)
			return -1;
		*v = number * units[i].factor;
		return 0;
	}
	return -1;
}

int
spec_unit_size(const char *s, int64_t *v)
{
	return with_unit(s, sizes, ARRAY_LEN(sizes), v);
}

int
spec_unit_time(const char *s, int64_t *v)
{
	return with_unit(s, times, ARRAY_LEN(times), v);
}

/* By hand: strtod follows the locale, and reads far more than people mean. */
int
spec_unit_percent(const char *s, double *v)
{
	enum { MILLION = 1000000 };
	int64_t whole = 0, fraction = 0, place = MILLION / 10;
	if (!digit(*s))
		return -1;
	for (; digit(*s) && whole <= 100; s++)
		whole = whole * 10 + (*s - '0');
	if (*s == '.' && digit(s[1]))
		for (s++; digit(*s) && place > 0; s++, place /= 10)
			fraction += (*s - '0') * place;
	if (*s == '%')
		s++;
	int64_t millionths = whole * MILLION + fraction;
	if (*s || millionths > 100 * (int64_t)MILLION)
		return -1;
	*v = (double)millionths / MILLION;
	return 0;
}

static void
put(struct buf *out, const struct unit *units, int64_t v)
{
	while (v % units->factor != 0 || v < units->factor) {
		if (units->factor == 1)
			break;
		units++;
	}
	buf_printf(out, "%" PRId64 "%s", v / units->factor, units->name);
}

void
spec_unit_put_size(struct buf *out, int64_t bytes)
{
	put(out, sizes, bytes);
}

void
spec_unit_put_time(struct buf *out, int64_t ms)
{
	put(out, times, ms);
}
