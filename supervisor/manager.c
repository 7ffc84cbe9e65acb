#include "supervisor/manager.h"
#include "proto/buf.h"
#include "proto/clock.h"
#include "proto/log.h"
#include "proto/notify.h"
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <unistd.h>

/* More time than until the next two times it is asked for. */
enum { EXTEND_MS = 30000, EXTEND_EVERY_MS = 10000 };

static void
tell(const char *state)
{
	struct err e = { 0 };
	if (notify_send(state, &e) < 0)
		log_err(LOG_LEVEL_DEBUG, "not notified", &e);
}

/* 0 unless the whole of the variable is a positive number. */
static int64_t
number(const char *name)
{
	const char *text = getenv(name);
	char *end;
	if (!text || text[0] < '0' || text[0] > '9')
		return 0;
	errno = 0;
	int64_t v = strtoll(text, &end, 10);
	return *end || errno ? 0 : v;
}

/* Four signs in the time that the manager allows for one: a late turn or a
 * lost sign is no death yet. */
void
manager_init(struct manager *m)
{
	int64_t usec = number("WATCHDOG_USEC"), pid = number("WATCHDOG_PID");
	*m = (struct manager){ 0 };
	if (usec > 0 && (pid == 0 || pid == getpid()))
		m->alive_ms = usec / 4000 > 0 ? usec / 4000 : 1;
}

void
manager_ready(struct manager *m)
{
	if (m->ready)
		return;
	m->ready = true;
	tell("READY=1");
}

void
manager_stopping(struct manager *m)
{
	if (m->stopping)
		return;
	m->stopping = true;
	tell("STOPPING=1");
}

void
manager_status(const char *text)
{
	struct buf line = { 0 };
	buf_printf(&line, "STATUS=%s", text);
	tell(buf_str(&line));
	buf_free(&line);
}

/* By the time the manager knows that it is about the reload it asked for, and
 * not about one before. */
void
manager_reloading(void)
{
	struct buf words = { 0 };
	buf_printf(&words, "RELOADING=1\nMONOTONIC_USEC=%" PRId64,
	    clock_mono_micros());
	tell(buf_str(&words));
	buf_free(&words);
}

void
manager_reloaded(void)
{
	tell("READY=1");
}

static void
extend(struct manager *m, int64_t now)
{
	struct buf words = { 0 };
	if (m->extend_ms && now - m->extend_ms < EXTEND_EVERY_MS)
		return;
	m->extend_ms = now;
	buf_printf(&words, "EXTEND_TIMEOUT_USEC=%d000", EXTEND_MS);
	tell(buf_str(&words));
	buf_free(&words);
}

void
manager_turned(struct manager *m, bool draining)
{
	int64_t now = clock_mono_ms();
	if (draining)
		extend(m, now);
	if (!m->alive_ms || (m->beat_ms && now - m->beat_ms < m->alive_ms))
		return;
	m->beat_ms = now;
	tell("WATCHDOG=1");
}
