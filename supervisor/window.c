#include "supervisor/window.h"
#include "proto/datetime.h"

enum {
	DAY_SECS = 86400,
	MICROS = 1000000,
	/* A window on one day of the week may be closed for a year. */
	NIGHTS_AHEAD = 400,
};

/* From open, and up to close, as instants. */
struct opening {
	int64_t night, open, close;
};

int
window_init(struct window *w, const struct schedule *s, struct err *e)
{
	*w = (struct window){ .schedule = s };
	return zone_open(s->timezone, &w->zone, e);
}

void
window_free(struct window *w)
{
	zone_free(&w->zone);
}

static int64_t
instant(const struct window *w, int64_t local_secs)
{
	return zone_first(w->zone, local_secs) * MICROS;
}

static int64_t
floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

static int64_t
local_day(const struct window *w, int64_t now)
{
	int64_t secs = floor_div(now, MICROS);
	return floor_div(secs + zone_offset(w->zone, secs), DAY_SECS);
}

/* False where the window does not open that day. */
static bool
opening_of(const struct window *w, int64_t day, struct opening *o)
{
	const struct window_span *s = &w->schedule->window;
	/* 1970-01-01 was a Thursday. */
	int64_t weekday = ((day + 4) % 7 + 7) % 7;
	int64_t last = s->end > s->start ? day : day + 1;
	if (!(w->schedule->days >> weekday & 1))
		return false;
	*o = (struct opening){ .night = day,
		.open = instant(w, day * DAY_SECS + s->start),
		.close = instant(w, last * DAY_SECS + s->end) };
	return o->open < o->close;
}

/* The maintenance that goes on at t, or NULL. */
static const struct maintenance *
closed_by(const struct window *w, int64_t t)
{
	for (size_t i = 0; i < w->schedule->nmaintenance; i++) {
		const struct maintenance *m = &w->schedule->maintenance[i];
		if (instant(w, m->from) <= t && t < instant(w, m->to))
			return m;
	}
	return NULL;
}

/* The first instant from t on without maintenance; each may lead into
 * another. */
static int64_t
after_maintenance(const struct window *w, int64_t t)
{
	for (size_t i = 0; i <= w->schedule->nmaintenance; i++) {
		const struct maintenance *m = closed_by(w, t);
		if (!m)
			break;
		t = instant(w, m->to);
	}
	return t;
}

static int64_t
next_maintenance(const struct window *w, int64_t t)
{
	int64_t next = WINDOW_NEVER;
	for (size_t i = 0; i < w->schedule->nmaintenance; i++) {
		const struct maintenance *m = &w->schedule->maintenance[i];
		int64_t from = instant(w, m->from);
		if (from > t && from < next && from < instant(w, m->to))
			next = from;
	}
	return next;
}

/* The night that began last, and whether it goes on. */
static bool
last_night(const struct window *w, int64_t now, struct opening *found)
{
	int64_t today = local_day(w, now);
	*found = (struct opening){ .night = WINDOW_NO_NIGHT };
	for (int64_t d = today + 1; d > today - NIGHTS_AHEAD; d--)
		if (opening_of(w, d, found) && found->open <= now)
			return now < found->close;
	*found = (struct opening){ .night = WINDOW_NO_NIGHT };
	return false;
}

/* Nights that touch are one stretch. */
static int64_t
end_of_stretch(const struct window *w, const struct opening *from)
{
	struct opening o;
	int64_t close = from->close;
	for (int64_t d = from->night + 1; d <= from->night + NIGHTS_AHEAD; d++)
		if (opening_of(w, d, &o) && o.open <= close) {
			close = o.close;
		} else {
			return close;
		}
	return WINDOW_NEVER;
}

/* From t on, in nights from that day on. */
static int64_t
first_open(const struct window *w, int64_t t, int64_t day)
{
	struct opening o;
	for (int64_t d = day; d < day + NIGHTS_AHEAD; d++) {
		if (!opening_of(w, d, &o) || o.close <= t)
			continue;
		int64_t open = after_maintenance(w, o.open > t ? o.open : t);
		if (open < o.close)
			return open;
	}
	return WINDOW_NEVER;
}

static struct window_state
without_window(const struct window *w, int64_t now)
{
	const struct maintenance *m = closed_by(w, now);
	struct window_state s = { .night = WINDOW_NO_NIGHT, .open = !m };
	if (m) {
		s.reason = m->reason;
		s.opens = after_maintenance(w, now);
	} else {
		s.closes = next_maintenance(w, now);
	}
	return s;
}

struct window_state
window_at(const struct window *w, int64_t now)
{
	if (!w->schedule->window.line)
		return without_window(w, now);
	struct opening o;
	bool during = last_night(w, now, &o);
	const struct maintenance *m = during ? closed_by(w, now) : NULL;
	struct window_state s = { .night = o.night, .open = during && !m };
	if (m)
		s.reason = m->reason;
	if (!s.open) {
		s.opens = first_open(w, now, local_day(w, now) - 2);
		return s;
	}
	int64_t end = end_of_stretch(w, &o), stop = next_maintenance(w, now);
	s.closes = stop < end ? stop : end;
	return s;
}

int64_t
window_next_night(const struct window *w, int64_t now)
{
	struct opening o;
	if (!w->schedule->window.line)
		return WINDOW_NEVER;
	last_night(w, now, &o);
	int64_t day =
	    o.night == WINDOW_NO_NIGHT ? local_day(w, now) - 2 : o.night + 1;
	return first_open(w, now, day);
}

void
window_put_time(const struct window *w, int64_t micros, struct buf *out)
{
	int64_t secs = floor_div(micros, MICROS);
	int64_t local = secs + zone_offset(w->zone, secs);
	int64_t day = floor_div(local, DAY_SECS);
	unsigned of_day = (unsigned)(local - day * DAY_SECS);
	datetime_put_date((int32_t)day, out);
	buf_printf(out, " %02u:%02u:%02u %s", of_day / 3600, of_day / 60 % 60,
	    of_day % 60, w->schedule->timezone);
}
