#include "normalize/pattern.h"
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

static uint32_t
bounded(uint64_t n)
{
	return n > PATTERN_SIZE_MAX ? PATTERN_SIZE_MAX + 1 : (uint32_t)n;
}

/* Behind the bracket expression at p; a ']' that comes first is one of it,
 * and so is any inside [: :], [. .] and [= =]. */
static const char *
skip_bracket(const char *p)
{
	p += p[1] == '^' ? 2 : 1;
	for (const char *first = p; *p && (*p != ']' || p == first); p++) {
		char end[3] = { p[1], ']', '\0' };
		if (*p != '[' || !p[1] || !strchr(":.=", p[1]))
			continue;
		const char *close = strstr(p + 2, end);
		if (!close)
			return p + strlen(p);
		p = close + 1;
	}
	return *p ? p + 1 : p;
}

/* How often the repetition at p, "{m,n}", repeats; *p moves behind it. */
static uint64_t
times(const char **p)
{
	char *end;
	unsigned long n = strtoul(*p + 1, &end, 10);
	if (*end == ',' && end[1] != '}')
		n = strtoul(end + 1, &end, 10);
	else if (*end == ',')
		n += *end++ == ',';
	*p = *end == '}' ? end + 1 : *p + 1;
	return bounded(n ? n : 1);
}

/* Of what stands at *p up to the ')' that closes it, or the end. */
static uint32_t
sequence(const char **p, int depth)
{
	uint64_t total = 0, last = 0;
	if (depth > PATTERN_DEPTH_MAX)
		return PATTERN_SIZE_MAX + 1;
	while (**p && (**p != ')' || depth == 0)) {
		total = bounded(total + last);
		if (total > PATTERN_SIZE_MAX)
			return PATTERN_SIZE_MAX + 1;
		last = 1;
		if (**p == '(') {
			++*p;
			last = sequence(p, depth + 1);
			*p += **p == ')';
		} else if (**p == '[') {
			*p = skip_bracket(*p);
		} else {
			*p += **p == '\\' && (*p)[1] ? 2 : 1;
		}
		while (**p == '{')
			last = bounded(last * times(p));
	}
	return bounded(total + last);
}

uint32_t
pattern_size(const char *pattern)
{
	return sequence(&pattern, 0);
}
