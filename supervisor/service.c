#include "supervisor/service.h"
#include "proto/clock.h"
#include <errno.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

enum {
	KEEP_STAGES_MS = 60000, /* a wait this short is not worth new ones */
	WAIT_MAX_MS = 86400000, /* keeps the sums small */
};

struct loop {
	struct engine *engine;
	const struct service_work *work;
	int clock_fd;
};

/* Far in the future; what matters is that the kernel cancels it when
 * somebody sets the clock, and a wait counted in milliseconds is then wrong.
 */
static int
watch_clock(struct loop *l, struct err *e)
{
	const struct itimerspec never = { .it_value = { .tv_sec = INT32_MAX } };
	if (timerfd_settime(l->clock_fd,
		TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET, &never, NULL) < 0)
		return err_errno(e, "timerfd_settime");
	return 0;
}

/* The wait is over as soon as anything comes; reading makes it watch again.
 */
static void
clock_was_set(void *arg)
{
	struct loop *l = arg;
	uint64_t n;
	struct err ignored = { 0 };
	if (read(l->clock_fd, &n, sizeof(n)) < 0 && errno == ECANCELED &&
	    watch_clock(l, &ignored) < 0)
		err_clear(&ignored);
}

/* Rounded up: a millisecond early would be a turn for nothing. */
static int64_t
wait_ms(int64_t until)
{
	int64_t now = clock_wall_micros();
	if (until <= now)
		return 0;
	if (until > now + WAIT_MAX_MS * INT64_C(1000))
		return WAIT_MAX_MS;
	return (until - now + 999) / 1000;
}

static int
wait(struct loop *l, int64_t until, struct err *e)
{
	int64_t ms = wait_ms(until);
	if (ms > KEEP_STAGES_MS)
		engine_rest(l->engine);
	if (l->work->waiting)
		l->work->waiting(l->work->arg, until);
	return engine_idle(l->engine, ms, e);
}

static int
work_on(struct loop *l, const struct entity *entity, struct err *e)
{
	struct night_result result = { 0 };
	if (night_entity(l->engine, entity, &result, e) < 0)
		return -1;
	return l->work->done(l->work->arg, &result, e);
}

static int
take_reload(struct loop *l, struct err *e)
{
	bool reload = l->engine->reload && l->work->reload;
	l->engine->reload = false;
	return reload ? l->work->reload(l->work->arg, e) : 0;
}

static int
turns(struct loop *l, struct err *e)
{
	while (!l->engine->stop) {
		const struct entity *entity = NULL;
		int64_t until = SERVICE_OVER;
		if (take_reload(l, e) < 0)
			return -1;
		if (l->work->next(l->work->arg, clock_wall_micros(), &entity,
			&until, e) < 0)
			return -1;
		if (!entity && until == SERVICE_OVER)
			return 0;
		int rc = entity ? work_on(l, entity, e) : wait(l, until, e);
		if (rc < 0)
			return -1;
	}
	return 0;
}

int
service_run(struct engine *en, const struct service_work *work, struct err *e)
{
	struct loop l = { .engine = en, .work = work };
	l.clock_fd = timerfd_create(CLOCK_REALTIME, TFD_NONBLOCK | TFD_CLOEXEC);
	if (l.clock_fd < 0)
		return err_errno(e, "timerfd_create");
	const struct engine_guest clock = {
		.fd = l.clock_fd, .ready = clock_was_set, .arg = &l
	};
	int rc = watch_clock(&l, e);
	if (rc == 0)
		rc = engine_invite(en, &clock, e);
	if (rc == 0)
		rc = turns(&l, e);
	engine_dismiss(en, &l);
	close(l.clock_fd);
	return rc;
}
