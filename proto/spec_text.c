#include "proto/spec_text.h"
#include "proto/limits.h"
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

const char *
spec_kind(const struct node *n)
{
	switch (n->kind) {
	case NODE_LIST:
		return "a list";
	case NODE_MAP:
		return "a map";
	case NODE_SCALAR:
		break;
	}
	return node_empty(n) ? "nothing" : "a text";
}

const char *
spec_found(struct spec *sp, const struct node *n)
{
	enum { SHOWN = 40 };
	if (sp->hide || n->kind != NODE_SCALAR || node_empty(n))
		return spec_kind(n);
	struct buf b = { 0 };
	buf_putc(&b, '"');
	size_t i = 0;
	for (; i < SHOWN && n->text[i]; i++) {
		unsigned char c = (unsigned char)n->text[i];
		buf_putc(&b, c < 0x20 || c == 0x7f ? ' ' : c);
	}
	/* Not in the middle of a character. */
	while (n->text[i] && i > 0 && (n->text[i] & 0xc0) == 0x80) {
		b.len--;
		i--;
	}
	buf_puts(&b, n->text[i] ? "…\"" : "\"");
	const char *s = arena_strndup(sp->arena, (char *)b.data, b.len);
	buf_free(&b);
	return s;
}

const char *
spec_text(struct spec *sp, const struct node *n, const char *expected)
{
	if (n->kind == NODE_SCALAR && !node_empty(n))
		return n->text;
	spec_problem(
	    sp, n, "expected %s, found %s", expected, spec_found(sp, n));
	return NULL;
}

/* ${VAR} from the environment; NULL with a problem that names the variable. */
static const char *
expanded(struct spec *sp, const struct node *n, const char *text)
{
	struct buf out = { 0 };
	const char *result = NULL;
	for (const char *p = text; *p;) {
		const char *end =
		    strncmp(p, "${", 2) == 0 ? strchr(p, '}') : NULL;
		if (!end) {
			buf_putc(&out, (uint8_t)*p++);
			continue;
		}
		const char *name =
		    arena_strndup(sp->arena, p + 2, (size_t)(end - p - 2));
		const char *value = getenv(name);
		if (!value) {
			spec_problem(sp, n,
			    "the environment variable %s is not set", name);
			goto done;
		}
		buf_puts(&out, value);
		p = end + 1;
	}
	result = arena_strndup(sp->arena, buf_str(&out), out.len);
done:
	buf_free(&out);
	return result;
}

static bool
is_label(const char *s)
{
	if (!*s || *s == '.' || *s == '-')
		return false;
	for (; *s; s++) {
		unsigned char c = (unsigned char)*s;
		bool word = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
			    (c >= 'a' && c <= 'z') || c >= 0x80;
		if (!word && !strchr("_-.", c))
			return false;
	}
	return true;
}

enum { LABEL_BYTES = 100 };

/* What the flags ask of a text; NULL with a problem. */
const char *
spec_checked_text(
    struct spec *sp, const struct spec_key *k, const struct node *n)
{
	const char *text = spec_text(sp, n, "a text");
	if (!text)
		return NULL;
	if (!*text && !(k->flags & KEY_EMPTY)) {
		spec_problem(sp, n, "expected a text, found an empty one");
		return NULL;
	}
	if ((k->flags & KEY_LABEL) &&
	    (!is_label(text) || strlen(text) > LABEL_BYTES)) {
		spec_problem(sp, n,
		    "expected a name of at most %d letters, digits, _ - and "
		    ". that does not begin with . or -, found %s",
		    LABEL_BYTES, spec_found(sp, n));
		return NULL;
	}
	if ((k->flags & KEY_NAME) && strlen(text) > LIMIT_NAME_BYTES) {
		spec_problem(sp, n, "expected at most %d bytes, found %zu",
		    (int)LIMIT_NAME_BYTES, strlen(text));
		return NULL;
	}
	return k->flags & KEY_ENV ? expanded(sp, n, text) : text;
}
