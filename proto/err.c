#include "proto/err.h"
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static void
copy_text(char *to, size_t size, const char *from)
{
	size_t n = strlen(from);
	if (n >= size)
		n = size - 1;
	memcpy(to, from, n);
	to[n] = '\0';
}

static void set(struct err *e, enum err_class cls, const char *code,
    const char *fmt, va_list ap) PRINTF(4, 0);

static void
set(struct err *e, enum err_class cls, const char *code, const char *fmt,
    va_list ap)
{
	*e = (struct err){ .cls = cls };
	copy_text(e->code, sizeof(e->code), code);
	vsnprintf(e->msg, sizeof(e->msg), fmt, ap);
}

int
err_retry(struct err *e, const char *code, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	set(e, ERR_RETRY, code, fmt, ap);
	va_end(ap);
	return -1;
}

int
err_data(struct err *e, const char *code, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	set(e, ERR_DATA, code, fmt, ap);
	va_end(ap);
	return -1;
}

int
err_config(struct err *e, const char *code, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	set(e, ERR_CONFIG, code, fmt, ap);
	va_end(ap);
	return -1;
}

int
err_bug(struct err *e, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	set(e, ERR_BUG, "bug", fmt, ap);
	va_end(ap);
	return -1;
}

int
err_errno(struct err *e, const char *fmt, ...)
{
	int saved = errno;
	const char *name = strerrorname_np(saved);
	va_list ap;
	va_start(ap, fmt);
	set(e, ERR_RETRY, name ? name : "errno", fmt, ap);
	va_end(ap);
	size_t n = strlen(e->msg);
	snprintf(e->msg + n, sizeof(e->msg) - n, ": %s", strerror(saved));
	return -1;
}

int
err_wrap(struct err *e, const char *fmt, ...)
{
	char old[sizeof(e->msg)];
	copy_text(old, sizeof(old), e->msg);
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(e->msg, sizeof(e->msg), fmt, ap);
	va_end(ap);
	size_t n = strlen(e->msg);
	if (n < sizeof(e->msg) - 3) {
		memcpy(e->msg + n, ": ", 3);
		copy_text(e->msg + n + 2, sizeof(e->msg) - n - 2, old);
	}
	return -1;
}

int
err_field(struct err *e, const char *field)
{
	copy_text(e->field, sizeof(e->field), field);
	return -1;
}

void
err_clear(struct err *e)
{
	*e = (struct err){ 0 };
}

static const char *const class_names[] = {
	[ERR_NONE] = "none",
	[ERR_RETRY] = "retry",
	[ERR_DATA] = "data",
	[ERR_CONFIG] = "config",
	[ERR_BUG] = "bug",
};
_Static_assert(ARRAY_LEN(class_names) == ERR_BUG + 1, "one per class");

const char *
err_class_name(enum err_class cls)
{
	return class_names[cls];
}
