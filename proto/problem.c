#include "proto/problem.h"
#include "proto/limits.h"
#include <stdarg.h>
#include <stdio.h>

void
problem_add(
    struct problem_list *l, int line, const char *path, const char *fmt, ...)
{
	if (l->count++ >= PROBLEMS_KEPT)
		return;
	char text[LIMIT_MESSAGE_TEXT];
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);

	struct buf b = { 0 };
	buf_printf(&b, "%s:", l->file);
	if (line > 0)
		buf_printf(&b, "%d:", line);
	buf_printf(&b, " %s%s%s", path, *path ? ": " : "", text);
	l->kept[l->count - 1] = (struct problem){
		.line = line,
		.text = arena_strndup(l->arena, (char *)b.data, b.len),
	};
	buf_free(&b);
}

static size_t
kept(const struct problem_list *l)
{
	return l->count < PROBLEMS_KEPT ? l->count : PROBLEMS_KEPT;
}

void
problem_sort(struct problem_list *l)
{
	for (size_t i = 1; i < kept(l); i++) {
		struct problem p = l->kept[i];
		size_t j = i;
		for (; j > 0 && l->kept[j - 1].line > p.line; j--)
			l->kept[j] = l->kept[j - 1];
		l->kept[j] = p;
	}
}

void
problem_write(const struct problem_list *l, struct buf *out)
{
	for (size_t i = 0; i < kept(l); i++)
		buf_printf(out, "%s\n", l->kept[i].text);
	if (l->count > PROBLEMS_KEPT)
		buf_printf(out, "%s: and %zu more\n", l->file,
		    l->count - PROBLEMS_KEPT);
}

int
problem_err(const struct problem_list *l, struct err *e)
{
	if (l->count == 1)
		return err_config(e, "config", "%s", l->kept[0].text);
	return err_config(e, "config", "%s: %zu problems, the first: %s",
	    l->file, l->count, l->kept[0].text);
}
