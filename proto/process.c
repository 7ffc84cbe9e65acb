#include "proto/process.h"
#include "proto/buf.h"
#include "proto/clock.h"
#include "proto/file.h"
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* proc_pid_stat(5): the state is its third field, the start its 22nd. */
enum { STAT_BYTES = 4096, FIELDS_BETWEEN = 19, STEP_MICROS = 1000000 };

static int
read_stat(uint32_t pid, struct buf *out)
{
	char path[40];
	snprintf(path, sizeof(path), "/proc/%" PRIu32 "/stat", pid);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	int rc = file_read(fd, STAT_BYTES, out);
	close(fd);
	return rc;
}

/* When it began, by today's wall clock: setting that moves it. */
static int64_t
began_micros(const char *state)
{
	const char *p = state;
	for (int i = 0; p && i < FIELDS_BETWEEN; i++)
		p = strchr(p + 1, ' ');
	uint64_t ticks;
	if (!p || sscanf(p, " %" SCNu64, &ticks) != 1)
		return 0;
	int64_t since_boot =
	    (int64_t)(ticks * 1000000 / (uint64_t)sysconf(_SC_CLK_TCK));
	return clock_wall_micros() - clock_boot_micros() + since_boot;
}

bool
process_lives(uint32_t pid, int64_t at_micros)
{
	if (kill((pid_t)pid, 0) < 0 && errno == ESRCH)
		return false;
	struct buf stat = { 0 };
	/* The name in front of it may hold anything. */
	const char *name_end =
	    read_stat(pid, &stat) == 0 ? strrchr(buf_str(&stat), ')') : NULL;
	/* One that is hidden from us is somebody's. */
	bool lives = true;
	if (name_end && name_end[1] == ' ') {
		const char *state = name_end + 2;
		lives = *state != 'Z' && *state != 'X' &&
			(at_micros > INT64_MAX - STEP_MICROS ||
			    began_micros(state) <= at_micros + STEP_MICROS);
	}
	buf_free(&stat);
	return lives;
}
