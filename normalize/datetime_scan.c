#include "normalize/datetime_scan.h"
#include "proto/attr.h"
#include <string.h>
#include <strings.h>

bool
scan_char(struct scan *s, char c)
{
	if (s->p == s->end || *s->p != (uint8_t)c)
		return false;
	s->p++;
	return true;
}

bool
scan_number(struct scan *s, size_t min, size_t max, int *v)
{
	size_t n = 0;
	int value = 0;
	while (n < max && s->p + n < s->end && (uint8_t)(s->p[n] - '0') < 10)
		value = value * 10 + (s->p[n++] - '0');
	if (n < min)
		return false;
	s->p += n;
	*v = value;
	return true;
}

bool
scan_spaces(struct scan *s)
{
	const uint8_t *start = s->p;
	while (
	    s->p < s->end && (*s->p == ' ' || (*s->p >= 0x09 && *s->p <= 0x0d)))
		s->p++;
	return s->p > start;
}

bool
scan_fraction(struct scan *s, int *micros)
{
	int value = 0;
	size_t n = 0;
	for (; n < 9 && s->p + n < s->end; n++) {
		if ((uint8_t)(s->p[n] - '0') >= 10)
			break;
		if (n < 6)
			value = value * 10 + (s->p[n] - '0');
	}
	if (n == 0)
		return false;
	for (size_t i = n; i < 6; i++)
		value *= 10;
	s->p += n;
	*micros = value;
	return true;
}

static bool
scan_word(struct scan *s, const char *word, size_t n)
{
	if ((size_t)(s->end - s->p) < n ||
	    strncasecmp((const char *)s->p, word, n) != 0)
		return false;
	s->p += n;
	return true;
}

/* The long name, else its first three letters. */
static bool
scan_name(struct scan *s, const char *const *names, size_t n, int *which)
{
	for (size_t i = 0; i < n; i++) {
		if (!scan_word(s, names[i], strlen(names[i])) &&
		    !scan_word(s, names[i], 3))
			continue;
		*which = (int)i;
		return true;
	}
	return false;
}

bool
scan_month(struct scan *s, int *month)
{
	static const char *const names[] = { "january", "february", "march",
		"april", "may", "june", "july", "august", "september",
		"october", "november", "december" };
	if (!scan_name(s, names, ARRAY_LEN(names), month))
		return false;
	++*month;
	return true;
}

bool
scan_weekday(struct scan *s)
{
	static const char *const names[] = { "monday", "tuesday", "wednesday",
		"thursday", "friday", "saturday", "sunday" };
	int which;
	return scan_name(s, names, ARRAY_LEN(names), &which);
}

bool
scan_am_pm(struct scan *s, bool *pm)
{
	*pm = scan_word(s, "pm", 2);
	return *pm || scan_word(s, "am", 2);
}

bool
scan_offset(struct scan *s, int32_t *secs)
{
	*secs = 0;
	if (scan_char(s, 'Z') || scan_char(s, 'z'))
		return true;
	struct scan ahead = *s;
	bool minus = scan_char(&ahead, '-');
	int h, m = 0;
	if (!minus && !scan_char(&ahead, '+'))
		return false;
	if (!scan_number(&ahead, 2, 2, &h))
		return false;
	bool colon = scan_char(&ahead, ':');
	if (!scan_number(&ahead, 2, 2, &m) && colon)
		return false;
	if (h > 15 || m > 59)
		return false;
	*secs = (h * 3600 + m * 60) * (minus ? -1 : 1);
	*s = ahead;
	return true;
}
