#include "proto/http_request.h"
#include "proto/limits.h"
#include <stdbool.h>
#include <string.h>

static bool
starts(struct span s, const char *with)
{
	size_t n = strlen(with);
	return s.len >= n && memcmp(s.data, with, n) == 0;
}

static bool
is(struct span s, const char *text)
{
	return s.len == strlen(text) && starts(s, text);
}

/* What stands in front of the next sep; s goes on behind it. */
static bool
cut(struct span *s, uint8_t sep, struct span *out)
{
	const uint8_t *at = s->len ? memchr(s->data, sep, s->len) : NULL;
	if (!at)
		return false;
	*out = (struct span){ s->data, (size_t)(at - s->data) };
	s->len -= out->len + 1;
	s->data = at + 1;
	return true;
}

static bool
is_token(struct span s)
{
	for (size_t i = 0; i < s.len; i++)
		if ((s.data[i] < 'A' || s.data[i] > 'Z') &&
		    (s.data[i] < 'a' || s.data[i] > 'z'))
			return false;
	return s.len > 0;
}

static int
take_path(struct span target, struct http_request *r)
{
	for (size_t i = 0; i < target.len; i++)
		if (target.data[i] <= ' ' || target.data[i] > '~')
			return 400;
	if (!starts(target, "/"))
		return 400;
	const uint8_t *query = memchr(target.data, '?', target.len);
	if (query)
		target.len = (size_t)(query - target.data);
	if (target.len >= sizeof(r->path))
		return 404;
	memcpy(r->path, target.data, target.len);
	r->path[target.len] = '\0';
	return 200;
}

/* "GET /metrics HTTP/1.1" */
static int
take_line(struct span line, struct http_request *r)
{
	struct span method, target;
	if (!cut(&line, ' ', &method) || !cut(&line, ' ', &target) ||
	    !is_token(method) || !starts(line, "HTTP/"))
		return 400;
	if (!is(line, "HTTP/1.1") && !is(line, "HTTP/1.0"))
		return 505;
	if (!is(method, "GET"))
		return 405;
	return take_path(target, r);
}

struct http_request
http_request_parse(struct span in)
{
	struct http_request r = { 0 };
	bool over = in.len > LIMIT_HTTP_HEAD;
	if (over)
		in.len = LIMIT_HTTP_HEAD;
	if (in.len && memchr(in.data, 0, in.len)) {
		r.status = 400;
		return r;
	}
	if (in.len && memmem(in.data, in.len, "\r\n\r\n", 4)) {
		struct span line = { in.data,
			(size_t)((const uint8_t *)memmem(
				     in.data, in.len, "\r\n", 2) -
				 in.data) };
		r.status = take_line(line, &r);
	} else if (over) {
		r.status = 431;
	}
	return r;
}
