#include "normalize/json_string.h"
#include "normalize/json.h"
#include "normalize/utf8.h"
#include <string.h>

static int32_t
hex4(const uint8_t **p, const uint8_t *end)
{
	int32_t v = 0;
	if (end - *p < 4)
		return -1;
	for (int i = 0; i < 4; i++) {
		uint8_t c = *(*p)++;
		uint8_t lower = c | 0x20;
		if ((uint8_t)(c - '0') < 10)
			v = v << 4 | (c - '0');
		else if (lower >= 'a' && lower <= 'f')
			v = v << 4 | (lower - 'a' + 10);
		else
			return -1;
	}
	return v;
}

/* After \u: one unit, or two that make a pair. */
static int32_t
unicode_escape(const uint8_t **p, const uint8_t *end)
{
	int32_t high = hex4(p, end);
	if (high < 0xd800 || high > 0xdfff)
		return high;
	if (high > 0xdbff || end - *p < 2 || (*p)[0] != '\\' || (*p)[1] != 'u')
		return -1;
	*p += 2;
	int32_t low = hex4(p, end);
	if (low < 0xdc00 || low > 0xdfff)
		return -1;
	return 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00);
}

static int32_t
escape(const uint8_t **p, const uint8_t *end)
{
	static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
	if (*p == end)
		return -1;
	uint8_t c = *(*p)++;
	if (c == 'u')
		return unicode_escape(p, end);
	const char *at = c ? strchr(from, c) : NULL;
	return at ? to[at - from] : -1;
}

int
json_string_read(const uint8_t **p, const uint8_t *end, struct buf *to)
{
	if (*p == end || **p != '"')
		return -1;
	const uint8_t *run = ++*p;
	while (*p < end) {
		uint8_t c = **p;
		if (c >= 0x20 && c < 0x80 && c != '"' && c != '\\') {
			++*p;
			continue;
		}
		buf_put(to, run, (size_t)(*p - run));
		if (c == '"') {
			++*p;
			return 0;
		}
		int32_t cp;
		if (c == '\\') {
			++*p;
			cp = escape(p, end);
		} else {
			cp = utf8_next(p, end);
		}
		if (c < 0x20 || cp < 0)
			return -1;
		utf8_append(to, cp);
		run = *p;
	}
	return -1;
}

static void
put_escaped(struct buf *out, uint8_t c)
{
	static const char hex[] = "0123456789abcdef";
	static const char from[] = "\"\\\b\f\n\r\t", to[] = "\"\\bfnrt";
	buf_putc(out, '\\');
	const char *at = c ? strchr(from, c) : NULL;
	if (at) {
		buf_putc(out, (uint8_t)to[at - from]);
		return;
	}
	buf_puts(out, "u00");
	buf_putc(out, (uint8_t)hex[c >> 4]);
	buf_putc(out, (uint8_t)hex[c & 15]);
}

void
json_put_string(struct buf *out, struct span text)
{
	buf_reserve(out, text.len + 2);
	buf_putc(out, '"');
	size_t run = 0;
	for (size_t i = 0; i < text.len; i++) {
		uint8_t c = text.data[i];
		if (c >= 0x20 && c != '"' && c != '\\')
			continue;
		buf_put(out, text.data + run, i - run);
		put_escaped(out, c);
		run = i + 1;
	}
	buf_put(out, text.data + run, text.len - run);
	buf_putc(out, '"');
}
