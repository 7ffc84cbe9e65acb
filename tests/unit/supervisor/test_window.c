/* When the window is open: row by row. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "supervisor/window.h"
#include "tests/unit/supervisor/instant.h"
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

enum { DAY = 86400 };

/* "never", or the instant in UTC, to the minute. */
static const char *
text_of(int64_t micros, char out[32])
{
	struct buf b = { 0 };
	if (micros == WINDOW_NEVER)
		return "never";
	datetime_put_timestamp(micros, &b);
	memcpy(out, b.data, 16);
	out[16] = '\0';
	buf_free(&b);
	return out;
}

struct row {
	const char *label;
	const char *zone, *start, *end;
	const char *days; /* "" all of them, else letters of SMTWtFs */
	const char *now;  /* UTC */
	bool open;
	const char *night; /* or "" */
	const char *turns; /* when it closes, or opens next; UTC */
};

static unsigned
days_of(const char *letters)
{
	static const char names[] = "SMTWtFs"; /* t: Thursday, s: Saturday */
	unsigned days = 0;
	for (const char *c = letters; *c; c++)
		days |= 1u << (strchr(names, *c) - names);
	return *letters ? days : SCHEDULE_ALL_DAYS;
}

static void
schedule_init(struct schedule *s, const struct row *r)
{
	*s = (struct schedule){ .window = { secs_of(r->start) % DAY,
				    secs_of(r->end) % DAY, r->zone, 1 },
		.days = days_of(r->days),
		.timezone = r->zone };
}

static void
check(const struct row *r, const struct window *w)
{
	char buf[32];
	struct window_state s = window_at(w, micros_of(r->now));
	const char *turns = text_of(s.open ? s.closes : s.opens, buf);
	if (s.open != r->open || strcmp(turns, r->turns) != 0)
		fail_msg("%s: %s until %s", r->label,
		    s.open ? "open" : "closed", turns);
	if (*r->night && s.night != secs_of(r->night) / DAY)
		fail_msg("%s: night %lld", r->label, (long long)s.night);
}

static void
check_rows(
    const struct row *rows, size_t n, const struct maintenance *m, size_t nm)
{
	for (size_t i = 0; i < n; i++) {
		struct schedule s;
		struct window w;
		struct err e = { 0 };
		struct maintenance copy[8];
		schedule_init(&s, &rows[i]);
		if (nm)
			memcpy(copy, m, nm * sizeof(*m));
		s.maintenance = copy;
		s.nmaintenance = nm;
		assert_int_equal(window_init(&w, &s, &e), 0);
		check(&rows[i], &w);
		window_free(&w);
	}
}

#define D(day)  "2026-" day "T"
#define N(day)  "2026-" day
#define UTC     "UTC", "1970-01-01T19:00", "1970-01-01T07:00", ""
#define WORKDAY "UTC", "1970-01-01T08:00", "1970-01-01T17:00", "MTWtF"
#define ALLDAY  "Asia/Tehran", "1970-01-01T06:00", "1970-01-01T06:00", ""
#define TEHRAN  "Asia/Tehran", "1970-01-01T19:00", "1970-01-01T07:00", "sSMTW"
#define BERLIN(start, end)                                                     \
	"Europe/Berlin", "1970-01-01T" start, "1970-01-01T" end, ""

static const struct row plain_rows[] = {
	{ "before it opens", UTC, D("06-10") "18:59", false, N("06-09"),
	    D("06-10") "19:00" },
	{ "the first moment", UTC, D("06-10") "19:00", true, N("06-10"),
	    D("06-11") "07:00" },
	{ "past midnight", UTC, D("06-11") "00:00", true, N("06-10"),
	    D("06-11") "07:00" },
	{ "the last minute", UTC, D("06-11") "06:59", true, N("06-10"),
	    D("06-11") "07:00" },
	{ "half open", UTC, D("06-11") "07:00", false, N("06-10"),
	    D("06-11") "19:00" },
	{ "within a day", WORKDAY, D("06-10") "08:00", true, N("06-10"),
	    D("06-10") "17:00" },
	{ "the weekend", WORKDAY, D("06-12") "17:00", false, N("06-12"),
	    D("06-15") "08:00" },
	/* Thursday's night does not begin; Wednesday's goes into Thursday. */
	{ "days name the start", TEHRAN, D("06-11") "03:29", true, N("06-10"),
	    D("06-11") "03:30" },
	{ "no window on that day", TEHRAN, D("06-11") "15:30", false,
	    N("06-10"), D("06-13") "15:30" },
	{ "all day", ALLDAY, D("06-10") "02:29", true, N("06-09"), "never" },
	{ "all day, the next night", ALLDAY, D("06-10") "02:30", true,
	    N("06-10"), "never" },
	{ "all day on one day", "UTC", "1970-01-01T06:00", "1970-01-01T06:00",
	    "M", D("06-15") "06:00", true, N("06-15"), D("06-16") "06:00" },
	{ "all day on two days", "UTC", "1970-01-01T06:00", "1970-01-01T06:00",
	    "MT", D("06-15") "23:00", true, N("06-15"), D("06-17") "06:00" },
	{ "once a week", "UTC", "1970-01-01T06:00", "1970-01-01T07:00", "M",
	    D("06-15") "07:00", false, N("06-15"), D("06-22") "06:00" },
};

/* Berlin: 2026-03-29 02:00 becomes 03:00 (01:00 UTC); on 2026-10-25 02:00 to
 * 03:00 comes twice (00:00 and 01:00 UTC). */
static const struct row dst_rows[] = {
	{ "a short night", BERLIN("19:00", "07:00"), D("03-28") "18:00", true,
	    N("03-28"), D("03-29") "05:00" },
	{ "a long night", BERLIN("19:00", "07:00"), D("10-24") "17:00", true,
	    N("10-24"), D("10-25") "06:00" },
	{ "start is skipped: before", BERLIN("02:30", "06:00"),
	    D("03-29") "00:59", false, N("03-28"), D("03-29") "01:00" },
	{ "start is skipped: the jump", BERLIN("02:30", "06:00"),
	    D("03-29") "01:00", true, N("03-29"), D("03-29") "04:00" },
	{ "end is skipped", BERLIN("22:00", "02:30"), D("03-29") "00:59", true,
	    N("03-28"), D("03-29") "01:00" },
	{ "end is skipped: after", BERLIN("22:00", "02:30"), D("03-29") "01:00",
	    false, N("03-28"), D("03-29") "20:00" },
	{ "skipped whole", BERLIN("02:10", "02:50"), D("03-29") "01:00", false,
	    N("03-28"), D("03-30") "00:10" },
	{ "end is repeated: the first counts", BERLIN("22:00", "02:30"),
	    D("10-25") "00:29", true, N("10-24"), D("10-25") "00:30" },
	{ "end is repeated: not again", BERLIN("22:00", "02:30"),
	    D("10-25") "01:15", false, N("10-24"), D("10-25") "21:00" },
	{ "start is repeated", BERLIN("02:30", "06:00"), D("10-25") "00:30",
	    true, N("10-25"), D("10-25") "05:00" },
	{ "start is repeated: it stays open", BERLIN("02:30", "06:00"),
	    D("10-25") "01:10", true, N("10-25"), D("10-25") "05:00" },
	{ "all day, start is skipped", BERLIN("02:30", "02:30"),
	    D("03-29") "00:59", true, N("03-28"), "never" },
	{ "all day, the night after the jump", BERLIN("02:30", "02:30"),
	    D("03-29") "01:00", true, N("03-29"), "never" },
	{ "all day, start is repeated", BERLIN("02:30", "02:30"),
	    D("10-25") "00:30", true, N("10-25"), "never" },
};

static const struct row maintenance_rows[] = {
	{ "until maintenance", UTC, D("06-10") "19:00", true, N("06-10"),
	    D("06-10") "22:00" },
	{ "during it", UTC, D("06-10") "22:00", false, N("06-10"),
	    D("06-11") "01:00" },
	{ "one leads into the next", UTC, D("06-10") "23:45", false, N("06-10"),
	    D("06-11") "01:00" },
	{ "the same night goes on", UTC, D("06-11") "01:00", true, N("06-10"),
	    D("06-11") "07:00" },
	{ "over the whole night", UTC, D("06-20") "19:00", false, N("06-20"),
	    D("06-21") "20:00" },
	{ "that ends during the day", UTC, D("06-20") "18:00", false,
	    N("06-19"), D("06-21") "20:00" },
	{ "long ago", UTC, D("07-01") "00:00", true, N("06-30"),
	    D("07-01") "07:00" },
};

static void
plain(void **state)
{
	(void)state;
	check_rows(plain_rows, ARRAY_LEN(plain_rows), NULL, 0);
}

static void
clocks_that_change(void **state)
{
	(void)state;
	check_rows(dst_rows, ARRAY_LEN(dst_rows), NULL, 0);
}

static void
maintenance(void **state)
{
	(void)state;
	const struct maintenance closings[] = {
		{ secs_of(D("06-10") "22:00"), secs_of(D("06-11") "00:00"),
		    "restore", 1 },
		{ secs_of(D("06-10") "23:30"), secs_of(D("06-11") "01:00"),
		    "index", 2 },
		{ secs_of(D("06-20") "12:00"), secs_of(D("06-21") "20:00"),
		    "move", 3 },
	};
	check_rows(maintenance_rows, ARRAY_LEN(maintenance_rows), closings,
	    ARRAY_LEN(closings));
}

static void
without_a_window(void **state)
{
	(void)state;
	char buf[32];
	struct err e = { 0 };
	struct maintenance m = { secs_of(D("06-10") "22:00"),
		secs_of(D("06-11") "01:00"), "restore", 1 };
	const struct schedule s = { .timezone = "Asia/Tehran",
		.days = SCHEDULE_ALL_DAYS,
		.maintenance = &m,
		.nmaintenance = 1 };
	struct window w;
	assert_int_equal(window_init(&w, &s, &e), 0);
	struct window_state at = window_at(&w, micros_of(D("06-10") "18:29"));
	assert_true(at.open);
	assert_int_equal(at.night, WINDOW_NO_NIGHT);
	assert_string_equal(text_of(at.closes, buf), D("06-10") "18:30");
	at = window_at(&w, micros_of(D("06-10") "18:30"));
	assert_false(at.open);
	assert_string_equal(at.reason, "restore");
	assert_string_equal(text_of(at.opens, buf), D("06-10") "21:30");
	at = window_at(&w, micros_of(D("06-10") "21:30"));
	assert_true(at.open && at.closes == WINDOW_NEVER);
	assert_true(window_next_night(&w, micros_of(D("06-10") "21:30")) ==
		    WINDOW_NEVER);
	window_free(&w);
}

static void
next_night(void **state)
{
	(void)state;
	static const struct {
		struct row row;
		const char *next;
	} rows[] = {
		{ { "closed", UTC, D("06-10") "12:00", 0, 0, 0 },
		    D("06-10") "19:00" },
		{ { "open", UTC, D("06-10") "20:00", 0, 0, 0 },
		    D("06-11") "19:00" },
		{ { "all day", ALLDAY, D("06-10") "12:00", 0, 0, 0 },
		    D("06-11") "02:30" },
		{ { "over the weekend", WORKDAY, D("06-12") "12:00", 0, 0, 0 },
		    D("06-15") "08:00" },
	};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char buf[32];
		struct schedule s;
		struct window w;
		struct err e = { 0 };
		schedule_init(&s, &rows[i].row);
		assert_int_equal(window_init(&w, &s, &e), 0);
		int64_t next =
		    window_next_night(&w, micros_of(rows[i].row.now));
		if (strcmp(text_of(next, buf), rows[i].next) != 0)
			fail_msg("%s: %s", rows[i].row.label, buf);
		window_free(&w);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plain),
		cmocka_unit_test(clocks_that_change),
		cmocka_unit_test(maintenance),
		cmocka_unit_test(without_a_window),
		cmocka_unit_test(next_night),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
