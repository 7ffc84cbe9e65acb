#include "delta/place.h"
#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <xxhash.h>

enum { NAME_BYTES_MAX = 200, NAME_BYTES_KEPT = 150 };

static bool
plain(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || c == '-' || c == '_';
}

static void
put_name(const char *name, struct buf *out)
{
	size_t start = out->len;
	for (const char *c = name; *c; c++) {
		if (plain(*c))
			buf_putc(out, (uint8_t)*c);
		else
			buf_printf(out, "%%%02X", (uint8_t)*c);
	}
	if (out->len - start <= NAME_BYTES_MAX)
		return;
	XXH128_hash_t h = XXH3_128bits(name, strlen(name));
	out->len = start + NAME_BYTES_KEPT;
	buf_printf(out, "%%%%%016" PRIx64 "%016" PRIx64, (uint64_t)h.high64,
	    (uint64_t)h.low64);
}

void
place_dir(const struct place *p, struct buf *out)
{
	buf_printf(out, "%s/state/", p->store_dir);
	put_name(p->entity, out);
}

static void
put_part(const struct place *p, struct buf *out)
{
	place_dir(p, out);
	buf_printf(out, "/p%" PRIu32 "of%" PRIu32, p->part, p->parts);
}

void
place_state(const struct place *p, struct buf *out)
{
	put_part(p, out);
	buf_puts(out, ".db");
}

void
place_intent(const struct place *p, const struct intent_id *id, struct buf *out)
{
	put_part(p, out);
	buf_printf(out, ".%" PRIu64 ".%" PRIu32 ".%" PRIu32 ".intent", id->run,
	    id->chunk, id->attempt);
}

void
place_segment(const struct place *p, int64_t id, struct buf *out)
{
	put_part(p, out);
	buf_printf(out, ".%" PRId64 ".segment", id);
}

uint64_t
place_revision(const struct place *p)
{
	struct buf path = { 0 };
	struct stat st;
	place_state(p, &path);
	int r = stat(buf_str(&path), &st);
	buf_free(&path);
	if (r < 0)
		return 0;
	const uint64_t facts[] = { st.st_ino, (uint64_t)st.st_size,
		(uint64_t)st.st_mtim.tv_sec, (uint64_t)st.st_mtim.tv_nsec };
	return XXH3_64bits(facts, sizeof(facts)) >> 16;
}

static int
make_dir(const char *path, struct err *e)
{
	if (mkdir(path, 0700) == 0 || errno == EEXIST)
		return 0;
	return err_errno(e, "cannot make the state folder %s", path);
}

int
place_make_dir(const struct place *p, struct err *e)
{
	struct buf path = { 0 };
	int r = make_dir(p->store_dir, e);
	if (r == 0) {
		buf_printf(&path, "%s/state", p->store_dir);
		r = make_dir(buf_str(&path), e);
	}
	if (r == 0) {
		buf_clear(&path);
		place_dir(p, &path);
		r = make_dir(buf_str(&path), e);
	}
	buf_free(&path);
	return r;
}

static int
take_number(const char **s, char before, uint64_t max, uint64_t *v)
{
	char *end;
	if (**s != before || (*s)[1] < '0' || (*s)[1] > '9')
		return -1;
	errno = 0;
	*v = strtoull(*s + 1, &end, 10);
	*s = end;
	return errno || *v > max ? -1 : 0;
}

/* "p3of8" at the start of a file name; the rest stays in *s. */
static int
take_part(const char **s, uint64_t *part, uint64_t *parts)
{
	if (take_number(s, 'p', UINT32_MAX, part) || **s != 'o')
		return -1;
	++*s;
	return take_number(s, 'f', UINT32_MAX, parts);
}

/* The name's part is ours; the rest stays in *name. */
static bool
of_part(const struct place *p, const char **name)
{
	uint64_t part, parts;
	return take_part(name, &part, &parts) == 0 && part == p->part &&
	       parts == p->parts;
}

int
place_parse_segment(const struct place *p, const char *name, int64_t *id)
{
	uint64_t v;
	if (!of_part(p, &name) || take_number(&name, '.', INT64_MAX, &v) ||
	    strcmp(name, ".segment") != 0)
		return 0;
	*id = (int64_t)v;
	return 1;
}

int
place_parse_intent(
    const struct place *p, const char *name, struct intent_id *id)
{
	uint64_t run, chunk, attempt;
	if (!of_part(p, &name) || take_number(&name, '.', UINT64_MAX, &run) ||
	    take_number(&name, '.', UINT32_MAX, &chunk) ||
	    take_number(&name, '.', UINT32_MAX, &attempt) ||
	    strcmp(name, ".intent") != 0)
		return 0;
	*id = (struct intent_id){ run, (uint32_t)chunk, (uint32_t)attempt };
	return 1;
}

static int
check_name(
    const struct place *p, const char *dir, const char *name, struct err *e)
{
	uint64_t part, parts;
	if (take_part(&name, &part, &parts) || parts == p->parts)
		return 0;
	return err_config(e, "state_partitions",
	    "%s holds state of %" PRIu64 " partitions, the pipeline file says "
	    "state.partitions %" PRIu32 ": set it back to %" PRIu64
	    ", or move the folder away and adopt the target",
	    dir, parts, p->parts, parts);
}

int
place_check_parts(const struct place *p, struct err *e)
{
	struct buf path = { 0 };
	place_dir(p, &path);
	const char *name = buf_str(&path);
	int r = 0;
	DIR *d = opendir(name);
	if (!d && errno != ENOENT)
		r = err_errno(e, "cannot read the state folder %s", name);
	for (struct dirent *f; d && r == 0 && (f = readdir(d));)
		r = check_name(p, name, f->d_name, e);
	if (d)
		closedir(d);
	buf_free(&path);
	return r;
}
