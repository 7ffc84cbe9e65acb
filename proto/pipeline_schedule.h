#ifndef PROTO_PIPELINE_SCHEDULE_H
#define PROTO_PIPELINE_SCHEDULE_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* When the entities of a pipeline file may run, and when they are due. */
struct window_span {
	int64_t start, end;   /* seconds into the day; equal: all day */
	const char *timezone; /* IANA */
	int line;             /* 0: there is no window */
};

/* A closing, in seconds of local time. */
struct maintenance {
	int64_t from, to;
	const char *reason;
	int line;
};

#define SCHEDULE_ALL_DAYS 0x7fu

struct schedule {
	struct window_span window;
	unsigned days; /* that the window starts on: bit 0 is Sunday */
	bool days_given;
	const char *timezone; /* the window's, or of cron and maintenance */
	size_t nmaintenance;
	struct maintenance *maintenance;
	int64_t retry_ms; /* after a source, target or store was away */
};

#endif
