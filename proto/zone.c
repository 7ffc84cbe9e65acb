#include "proto/zone.h"
#include "proto/arena.h"
#include "proto/file.h"
#include "proto/zone_rule.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	FILE_BYTES_MAX = 1 << 20,
	HEADER_BYTES = 44,
	TYPE_BYTES = 6,
	TYPES_MAX = 256,
	OFFSET_SECS_MAX = 26 * 3600, /* RFC 8536: -25 to +26 hours */
	NAME_MAX_BYTES = 64
};

struct zone {
	size_t ntimes;
	int64_t *times;   /* strictly rising; owned */
	int32_t *offsets; /* offsets[i] from times[i] on; owned */
	int32_t before;   /* the offset before the first */
	bool has_rule;    /* for what follows the last */
	struct zone_rule rule;
};

void
zone_free(struct zone **z)
{
	if (!*z)
		return;
	free((*z)->times);
	free((*z)->offsets);
	free(*z);
	*z = NULL;
}

static uint32_t
be32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
	       (uint32_t)p[2] << 8 | p[3];
}

static int64_t
be64(const uint8_t *p)
{
	return (int64_t)((uint64_t)be32(p) << 32 | be32(p + 4));
}

/* The six counts of a header, in the order they stand there. */
struct counts {
	size_t isut, isstd, leap, time, type, chars;
};

static bool
read_header(struct span in, struct counts *c)
{
	if (in.len < HEADER_BYTES || memcmp(in.data, "TZif", 4) != 0 ||
	    in.data[4] < '2')
		return false;
	const uint8_t *p = in.data + 20;
	*c = (struct counts){ be32(p), be32(p + 4), be32(p + 8), be32(p + 12),
		be32(p + 16), be32(p + 20) };
	/* No count can exceed the file, so sums of products cannot wrap. */
	return c->isut <= in.len && c->isstd <= in.len && c->leap <= in.len &&
	       c->time <= in.len && c->type <= in.len && c->chars <= in.len;
}

static size_t
body_bytes(const struct counts *c, size_t time_bytes)
{
	return c->time * (time_bytes + 1) + c->type * TYPE_BYTES + c->chars +
	       c->leap * (time_bytes + 4) + c->isstd + c->isut;
}

static bool
read_types(const uint8_t *p, size_t n, int32_t *offsets)
{
	for (size_t i = 0; i < n; i++, p += TYPE_BYTES) {
		int32_t v = (int32_t)be32(p);
		if (v < -OFFSET_SECS_MAX || v > OFFSET_SECS_MAX)
			return false;
		offsets[i] = v;
	}
	return n > 0;
}

static bool
read_times(struct zone *z, const uint8_t *p, const struct counts *c)
{
	int32_t types[TYPES_MAX];
	if (c->type > TYPES_MAX || c->leap ||
	    !read_types(p + c->time * 9, c->type, types))
		return false;
	const uint8_t *index = p + c->time * 8;
	z->before = types[0];
	z->times = mem_alloc(c->time * sizeof(*z->times));
	z->offsets = mem_alloc(c->time * sizeof(*z->offsets));
	for (size_t i = 0; i < c->time; i++) {
		int64_t t = be64(p + 8 * i);
		if (index[i] >= c->type)
			return false;
		if (i && t <= z->times[i - 1])
			return false;
		z->times[i] = t;
		z->offsets[i] = types[index[i]];
		z->ntimes++;
	}
	return true;
}

static bool
read_footer(struct zone *z, struct span in)
{
	if (in.len < 2 || in.data[0] != '\n' || in.data[in.len - 1] != '\n')
		return false;
	struct span text = { in.data + 1, in.len - 2 };
	if (text.len == 0)
		return true;
	z->has_rule = true;
	return zone_rule_parse(text, &z->rule) == 0;
}

static bool
read_file(struct zone *z, struct span in)
{
	struct counts c;
	if (in.len > FILE_BYTES_MAX || !read_header(in, &c))
		return false;
	/* The first body holds 32-bit times for old readers. */
	size_t skip = HEADER_BYTES + body_bytes(&c, 4);
	if (skip > in.len)
		return false;
	in.data += skip;
	in.len -= skip;
	if (!read_header(in, &c))
		return false;
	size_t n = HEADER_BYTES + body_bytes(&c, 8);
	if (n > in.len || !read_times(z, in.data + HEADER_BYTES, &c))
		return false;
	return read_footer(z, (struct span){ in.data + n, in.len - n });
}

int
zone_parse(struct span file, struct zone **out, struct err *e)
{
	struct zone *z = mem_zalloc(sizeof(*z));
	if (read_file(z, file)) {
		*out = z;
		return 0;
	}
	zone_free(&z);
	return err_config(e, "bad_zone_file",
	    "the zone file is not a TZif file of version 2 or later, "
	    "or is damaged");
}

/* Names such as America/Argentina/Buenos_Aires; nothing that could leave the
 * zone directory. */
static bool
good_name(const char *name)
{
	size_t n = strlen(name);
	if (n == 0 || n > NAME_MAX_BYTES || name[0] == '/')
		return false;
	static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "abcdefghijklmnopqrstuvwxyz"
				      "0123456789_+-/";
	return strspn(name, allowed) == n;
}

static int
open_file(const char *name, struct zone **out, struct err *e)
{
	char path[32 + NAME_MAX_BYTES];
	snprintf(path, sizeof(path), "/usr/share/zoneinfo/%s", name);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return err_config(e, "unknown_zone",
		    "no time zone \"%s\": %s: %s; name one as the IANA list "
		    "does, such as Asia/Tehran, and install tzdata",
		    name, path, strerror(errno));
	struct buf file = { 0 };
	int r = file_read(fd, FILE_BYTES_MAX, &file);
	if (r < 0)
		err_config(e, "unknown_zone", "cannot read %s: %s", path,
		    strerror(errno));
	else if (zone_parse(buf_span(&file), out, e) < 0)
		r = err_wrap(e, "time zone \"%s\": %s", name, path);
	close(fd);
	buf_free(&file);
	return r;
}

int
zone_open(const char *name, struct zone **out, struct err *e)
{
	if (!good_name(name))
		return err_config(e, "unknown_zone",
		    "\"%.64s\" is not the name of a time zone", name);
	if (strcmp(name, "UTC") != 0)
		return open_file(name, out, e);
	*out = mem_zalloc(sizeof(**out));
	return 0;
}

/* The number of transitions at or before t. */
static size_t
transitions_until(const struct zone *z, int64_t t)
{
	size_t lo = 0, hi = z->ntimes;
	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		if (z->times[mid] <= t)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

static struct zone_period
period_at(const struct zone *z, int64_t t)
{
	size_t i = transitions_until(z, t);
	struct zone_period p = { INT64_MIN, INT64_MAX, z->before };
	if (i == z->ntimes && z->has_rule) {
		p = zone_rule_period(&z->rule, t);
		if (i && p.from < z->times[i - 1])
			p.from = z->times[i - 1];
		return p;
	}
	if (i) {
		p.from = z->times[i - 1];
		p.offset = z->offsets[i - 1];
	}
	if (i < z->ntimes)
		p.until = z->times[i];
	return p;
}

int32_t
zone_offset(const struct zone *z, int64_t utc_secs)
{
	return period_at(z, utc_secs).offset;
}

enum zone_fit
zone_local(const struct zone *z, int64_t local_secs, int64_t *earliest,
    int64_t *latest)
{
	int64_t first = local_secs - OFFSET_SECS_MAX;
	int64_t last = local_secs + OFFSET_SECS_MAX;
	struct zone_period p = period_at(z, first);
	int found = 0;
	*earliest = *latest = local_secs - p.offset;
	for (;;) {
		int64_t t = local_secs - p.offset;
		if (t >= p.from && t < p.until) {
			if (!found++)
				*earliest = t;
			*latest = t;
		} else if (t >= p.until && !found) {
			/* The gap, if it is one, comes next. */
			*earliest = *latest = t;
		}
		if (p.until > last)
			break;
		p = period_at(z, p.until);
	}
	if (!found)
		return ZONE_SKIPPED;
	return found == 1 ? ZONE_UNIQUE : ZONE_REPEATED;
}

int64_t
zone_first(const struct zone *z, int64_t local_secs)
{
	int64_t t, latest;
	if (zone_local(z, local_secs, &t, &latest) != ZONE_SKIPPED)
		return t;
	/* t is read with the offset before the gap, so it is behind it. */
	return period_at(z, t).from;
}
