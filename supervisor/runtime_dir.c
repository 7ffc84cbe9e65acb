#include "supervisor/runtime_dir.h"
#include "proto/arena.h"
#include "proto/buf.h"
#include "proto/clock.h"
#include "proto/file.h"
#include "proto/limits.h"
#include "supervisor/orphans.h"
#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xxhash.h>

static const char prefix[] = "syncline-";
enum { BASE_BYTES = 24 };

static void
note_path(const char *store_dir, char *out, size_t size)
{
	snprintf(out, size, "%s/runtime", store_dir);
}

/* Only a folder of ours, with nothing in it but sockets, ever goes. */
static void
remove_dir(const char *dir)
{
	const char *base = strrchr(dir, '/');
	struct stat st;
	if (!base || strncmp(base + 1, prefix, strlen(prefix)) != 0 ||
	    lstat(dir, &st) < 0 || !S_ISDIR(st.st_mode) ||
	    st.st_uid != geteuid())
		return;
	DIR *d = opendir(dir);
	if (!d)
		return;
	for (struct dirent *x; (x = readdir(d));) {
		struct stat in;
		if (fstatat(dirfd(d), x->d_name, &in, AT_SYMLINK_NOFOLLOW) ==
			0 &&
		    S_ISSOCK(in.st_mode))
			unlinkat(dirfd(d), x->d_name, 0);
	}
	closedir(d);
	rmdir(dir);
}

void
runtime_dir_control(const char *dir, char out[RUNTIME_DIR_ENDPOINT])
{
	snprintf(out, RUNTIME_DIR_ENDPOINT, "ipc://%s/control", dir);
}

static void
remove_leftover(const char *note)
{
	char old[256];
	FILE *f = fopen(note, "re");
	if (!f)
		return;
	if (fgets(old, sizeof(old), f)) {
		char control[RUNTIME_DIR_ENDPOINT];
		old[strcspn(old, "\n")] = '\0';
		runtime_dir_control(old, control);
		orphans_end(control);
		remove_dir(old);
	}
	fclose(f);
}

static int
write_note(const char *store_dir, const char *dir, struct err *e)
{
	char note[4096];
	note_path(store_dir, note, sizeof(note));
	FILE *f = fopen(note, "we");
	if (!f)
		return err_errno(e, "%s", note);
	fprintf(f, "%s\n", dir);
	return fclose(f) == 0 ? 0 : err_errno(e, "%s", note);
}

/* Short enough for a socket below it, and ours to write to. Several of the
 * service manager's are a list: that is no such path. */
static bool
fits(const char *base)
{
	return base && base[0] == '/' && strlen(base) <= BASE_BYTES &&
	       access(base, W_OK) == 0;
}

static const char *
find_base(void)
{
	const char *given[] = { getenv("RUNTIME_DIRECTORY"),
		getenv("XDG_RUNTIME_DIR") };
	for (size_t i = 0; i < ARRAY_LEN(given); i++)
		if (fits(given[i]))
			return given[i];
	return "/tmp";
}

int
runtime_dir_make(const char *store_dir, char *out, size_t size, struct err *e)
{
	char note[4096];
	note_path(store_dir, note, sizeof(note));
	remove_leftover(note);
	snprintf(
	    out, size, "%s/%s%016" PRIx64, find_base(), prefix, clock_random());
	/* The note comes first: a folder that nobody noted stays for ever. */
	int r = write_note(store_dir, out, e);
	if (r == 0 && mkdir(out, 0700) < 0)
		r = err_errno(e, "cannot make a folder for sockets, %s", out);
	if (r < 0) /* what is there by that name is not ours */
		out[0] = '\0';
	return r;
}

void
runtime_dir_remove(const char *store_dir, const char *dir)
{
	char note[4096];
	if (!dir[0])
		return;
	remove_dir(dir);
	if (!store_dir)
		return;
	note_path(store_dir, note, sizeof(note));
	unlink(note);
}

static int
read_file(const char *path, struct buf *out, struct err *e)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return err_errno(e, "%s", path);
	int r = file_read(fd, LIMIT_CONFIG_BYTES, out);
	if (r < 0)
		err_errno(e, "%s", path);
	close(fd);
	return r;
}

int
runtime_dir_copy_config(
    const struct pipeline *p, char **path, uint64_t *hash, struct err *e)
{
	char name[4096], fresh[4096 + 8];
	struct buf text = { 0 };
	snprintf(name, sizeof(name), "%s/pipeline.running.yaml", p->store_dir);
	snprintf(fresh, sizeof(fresh), "%s.new", name);
	if (read_file(p->path, &text, e) < 0) {
		buf_free(&text);
		return -1;
	}
	int r = 0;
	/* The old one stays until the new one is whole. */
	unlink(fresh);
	int fd = open(fresh, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0 || file_write(fd, buf_span(&text)) < 0 ||
	    rename(fresh, name) < 0)
		r = err_errno(e, "%s", name);
	if (fd >= 0)
		close(fd);
	if (r < 0)
		unlink(fresh);
	*hash = XXH3_64bits(text.data, text.len);
	buf_free(&text);
	if (r == 0)
		*path = mem_strdup(name);
	return r;
}
