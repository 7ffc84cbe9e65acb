#include "proto/log.h"
#include "proto/buf.h"
#include "proto/clock.h"
#include "proto/datetime.h"
#include "proto/words.h"
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static struct {
	const char *program;
	enum log_level level;
	bool journal;
	uint64_t run;
	char entity[256];
} self = { .level = LOG_LEVEL_INFO };

static const struct {
	const char *name;
	char priority; /* sd-daemon(3) */
} levels[] = {
	[LOG_LEVEL_ERROR] = { "error", '3' },
	[LOG_LEVEL_WARN] = { "warn", '4' },
	[LOG_LEVEL_INFO] = { "info", '6' },
	[LOG_LEVEL_DEBUG] = { "debug", '7' },
};
_Static_assert(ARRAY_LEN(levels) == LOG_LEVEL_DEBUG + 1, "a row per level");

/* True if stderr is the stream that $JOURNAL_STREAM ("device:inode") names;
 * the variable alone may be inherited past a redirection. */
static bool
is_journal(void)
{
	const char *v = getenv("JOURNAL_STREAM");
	uintmax_t dev, ino;
	struct stat st;
	int end = 0;

	if (!v || sscanf(v, "%ju:%ju%n", &dev, &ino, &end) != 2 || v[end])
		return false;
	return fstat(STDERR_FILENO, &st) == 0 && st.st_dev == dev &&
	       st.st_ino == ino;
}

void
log_init(const char *program, enum log_level level)
{
	self.program = program;
	self.level = level;
	self.journal = is_journal();
}

void
log_set_run(uint64_t run, const char *entity)
{
	self.run = run;
	snprintf(self.entity, sizeof(self.entity), "%s", entity ? entity : "");
}

bool
log_enabled(enum log_level level)
{
	return level <= self.level;
}

/* Bytes of the well-formed UTF-8 character at s that is safe to print, or 0.
 * C1 controls are well formed, but a terminal may obey them. */
static size_t
utf8_printable(const uint8_t *s)
{
	uint8_t c = s[0];
	if (c < 0x80)
		return c >= 0x20 && c != 0x7f;
	size_t n = c >= 0xf0 ? 4 : c >= 0xe0 ? 3 : 2;
	if (c < 0xc2 || c > 0xf4)
		return 0;
	for (size_t i = 1; i < n; i++)
		if ((s[i] & 0xc0) != 0x80) /* the NUL at the end, too */
			return 0;
	uint32_t second = s[1];
	bool bad = (c == 0xc2 && second < 0xa0) ||  /* C1 */
		   (c == 0xe0 && second < 0xa0) ||  /* overlong */
		   (c == 0xed && second >= 0xa0) || /* surrogates */
		   (c == 0xf0 && second < 0x90) ||  /* overlong */
		   (c == 0xf4 && second >= 0x90);   /* above U+10FFFF */
	return bad ? 0 : n;
}

static bool
needs_quotes(const char *v)
{
	const uint8_t *s = (const uint8_t *)v;
	if (!*s)
		return true;
	while (*s) {
		size_t n = utf8_printable(s);
		if (n == 0 || strchr(" \"=\\", *s))
			return true;
		s += n;
	}
	return false;
}

static void
put_escaped(struct buf *b, uint8_t c)
{
	switch (c) {
	case '\n':
		buf_puts(b, "\\n");
		return;
	case '\r':
		buf_puts(b, "\\r");
		return;
	case '\t':
		buf_puts(b, "\\t");
		return;
	case '"':
	case '\\':
		buf_putc(b, '\\');
		buf_putc(b, c);
		return;
	}
	buf_printf(b, "\\x%02x", c);
}

static void
put_value(struct buf *b, const char *v)
{
	if (!needs_quotes(v)) {
		buf_puts(b, v);
		return;
	}
	buf_putc(b, '"');
	for (const uint8_t *s = (const uint8_t *)v; *s;) {
		size_t n = utf8_printable(s);
		if (n == 0 || *s == '"' || *s == '\\') {
			put_escaped(b, *s++);
			continue;
		}
		buf_put(b, s, n);
		s += n;
	}
	buf_putc(b, '"');
}

static void
put_pair(struct buf *b, const char *key, const char *value)
{
	if (b->len && b->data[b->len - 1] != '>')
		buf_putc(b, ' ');
	buf_puts(b, key);
	buf_putc(b, '=');
	put_value(b, value ? value : "");
}

static void
put_time(struct buf *b)
{
	int64_t micros = clock_wall_micros();
	buf_puts(b, "time=");
	datetime_put_timestamp(micros, b);
	b->len -= 3; /* six fraction digits to three */
	buf_putc(b, 'Z');
}

static void
put_head(struct buf *b, enum log_level level)
{
	if (self.journal)
		buf_printf(b, "<%c>", levels[level].priority);
	else
		put_time(b);
	put_pair(b, "level", levels[level].name);
	if (self.program)
		put_pair(b, "stage", self.program);
	if (self.run) /* not log_u64: its slots hold the caller's numbers */
		buf_printf(b, " run=%" PRIu64, self.run);
	if (self.entity[0])
		put_pair(b, "entity", self.entity);
}

/* One write for a whole line, so that lines of several processes on one pipe
 * do not mix; what a full pipe left over follows. Nobody could be told of a
 * failure, so it is not. */
static void
write_line(struct buf *b)
{
	buf_putc(b, '\n');
	for (size_t done = 0; done < b->len;) {
		ssize_t n = write(STDERR_FILENO, b->data + done, b->len - done);
		if (n < 0 && errno != EINTR)
			return;
		done += n < 0 ? 0 : (size_t)n;
	}
}

void
log_event(enum log_level level, const char *msg, ...)
{
	if (!log_enabled(level))
		return;
	int saved = errno;
	struct buf b = { 0 };
	put_head(&b, level);
	size_t head = b.len;
	put_pair(&b, "msg", msg);

	va_list ap;
	va_start(ap, msg);
	const char *key = va_arg(ap, const char *);
	while (key) {
		put_pair(&b, key, va_arg(ap, const char *));
		key = va_arg(ap, const char *);
	}
	va_end(ap);

	if (level <= LOG_LEVEL_WARN)
		words_say(buf_str(&b) + head + 1);
	write_line(&b);
	buf_free(&b);
	errno = saved;
}

void
log_err(enum log_level level, const char *msg, const struct err *e)
{
	/* An empty field would only be noise: the list ends before it. */
	log_event(level, msg, "class", err_class_name(e->cls), "code", e->code,
	    "error", e->msg, e->field[0] ? "field" : NULL, e->field, NULL);
}

enum { NUMBERS = 32, NUMBER_SIZE = 24 };

static char *
number_slot(void)
{
	static _Thread_local char slots[NUMBERS][NUMBER_SIZE];
	static _Thread_local unsigned next;
	return slots[next++ % NUMBERS];
}

const char *
log_u64(uint64_t v)
{
	char *s = number_slot();
	snprintf(s, NUMBER_SIZE, "%" PRIu64, v);
	return s;
}

const char *
log_i64(int64_t v)
{
	char *s = number_slot();
	snprintf(s, NUMBER_SIZE, "%" PRId64, v);
	return s;
}
