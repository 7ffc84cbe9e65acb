#include "supervisor/cli/plain.h"
#include <stdbool.h>
#include <string.h>

/* Smallest code point per length: shorter forms are malformed. */
static const uint32_t smallest[] = { 0, 0, 0x80, 0x800, 0x10000 };

/* The character at s: its length and *cp, or 0 if it is malformed. */
static size_t
decode(const uint8_t *s, size_t left, uint32_t *cp)
{
	uint8_t c = s[0];
	if (c < 0x80) {
		*cp = c;
		return 1;
	}
	size_t n = c >= 0xf0 ? 4 : c >= 0xe0 ? 3 : 2;
	if (c < 0xc2 || c > 0xf4 || n > left)
		return 0;
	uint32_t v = c & (0x7fu >> n);
	for (size_t i = 1; i < n; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return 0;
		v = v << 6 | (s[i] & 0x3f);
	}
	if (v < smallest[n] || v > 0x10ffff || (v >= 0xd800 && v <= 0xdfff))
		return 0;
	*cp = v;
	return n;
}

static bool
is_control(uint32_t cp)
{
	/* C0, DEL, C1; and what turns the direction of the whole line */
	return cp < 0x20 || (cp >= 0x7f && cp < 0xa0) ||
	       (cp >= 0x202a && cp <= 0x202e) ||
	       (cp >= 0x2066 && cp <= 0x2069) || cp == 0x2028 || cp == 0x2029;
}

static void
put_control(uint32_t cp, struct buf *out)
{
	if (cp == '\n')
		buf_puts(out, "\\n");
	else if (cp == '\t')
		buf_puts(out, "\\t");
	else if (cp == '\r')
		buf_puts(out, "\\r");
	else if (cp < 0x80)
		buf_printf(out, "\\x%02x", (unsigned)cp);
	else
		buf_printf(out, "\\u{%x}", (unsigned)cp);
}

void
plain_text(struct span in, struct buf *out)
{
	for (size_t i = 0; i < in.len;) {
		uint32_t cp;
		size_t n = decode(in.data + i, in.len - i, &cp);
		if (n == 0)
			buf_printf(out, "\\x%02x", in.data[i]);
		else if (is_control(cp))
			put_control(cp, out);
		else
			buf_put(out, in.data + i, n);
		i += n ? n : 1;
	}
}

void
plain_utf8(struct span in, struct buf *out)
{
	for (size_t i = 0; i < in.len;) {
		uint32_t cp;
		size_t n = decode(in.data + i, in.len - i, &cp);
		if (n)
			buf_put(out, in.data + i, n);
		else
			buf_puts(out, "\xef\xbf\xbd");
		i += n ? n : 1;
	}
}

/* The marks one meets: Latin and Arabic combining marks, joiners. */
static bool
is_zero_width(uint32_t cp)
{
	return (cp >= 0x300 && cp <= 0x36f) || (cp >= 0x610 && cp <= 0x61a) ||
	       (cp >= 0x64b && cp <= 0x65f) || cp == 0x670 ||
	       (cp >= 0x200b && cp <= 0x200f) || cp == 0xfeff;
}

static bool
is_wide(uint32_t cp)
{
	return (cp >= 0x1100 && cp <= 0x115f) ||
	       (cp >= 0x2e80 && cp <= 0xa4cf) ||
	       (cp >= 0xac00 && cp <= 0xd7a3) ||
	       (cp >= 0xf900 && cp <= 0xfaff) ||
	       (cp >= 0xfe30 && cp <= 0xfe6f) ||
	       (cp >= 0xff00 && cp <= 0xff60) ||
	       (cp >= 0x1f300 && cp <= 0x1faff) ||
	       (cp >= 0x20000 && cp <= 0x3fffd);
}

size_t
plain_width(const char *s)
{
	const uint8_t *p = (const uint8_t *)s;
	size_t left = strlen(s), width = 0;
	while (left) {
		uint32_t cp = 0;
		size_t n = decode(p, left, &cp);
		if (n == 0)
			n = 1;
		width += is_zero_width(cp) ? 0 : is_wide(cp) ? 2 : 1;
		p += n;
		left -= n;
	}
	return width;
}
