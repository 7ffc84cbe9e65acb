#include "proto/secret.h"
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SECRET_BYTES_MAX = 64 << 10 };

void
secret_wipe(struct buf *secret)
{
	if (secret->data)
		explicit_bzero(secret->data, secret->cap);
	buf_free(secret);
}

static int
read_env(const char *ref, struct buf *out, struct err *e)
{
	size_t n = strlen(ref) - 3; /* without ${ and } */
	char name[256];

	if (n == 0 || n >= sizeof(name))
		return err_config(e, "secret",
		    "secret reference ${…} names no environment variable");
	memcpy(name, ref + 2, n);
	name[n] = '\0';
	const char *v = getenv(name);
	if (!v)
		return err_config(e, "secret",
		    "environment variable %s is not set; set it where this program is started, or use file: or cred:",
		    name);
	buf_puts(out, v);
	return 0;
}

/* A growing buf would leave pieces of the secret behind in freed memory, so
 * room for all of it is made first. */
static int
read_all(int fd, struct buf *out, struct err *e)
{
	buf_reserve(out, SECRET_BYTES_MAX + 1);
	for (;;) {
		size_t room = SECRET_BYTES_MAX + 1 - out->len;
		if (room == 0)
			return err_config(e, "secret",
			    "is longer than %d bytes", SECRET_BYTES_MAX);
		ssize_t n = read(fd, out->data + out->len, room);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_errno(e, "cannot be read");
		if (n == 0)
			return 0;
		out->len += (size_t)n;
	}
}

static int
read_checked(int fd, struct buf *out, struct err *e)
{
	struct stat st;

	if (fstat(fd, &st) != 0)
		return err_errno(e, "cannot be looked at");
	if (!S_ISREG(st.st_mode))
		return err_config(e, "secret", "is not a regular file");
	if (st.st_mode & S_IROTH)
		return err_config(e, "secret",
		    "is readable by everybody; run chmod o= on it");
	if (read_all(fd, out, e) != 0)
		return -1;
	if (out->len && out->data[out->len - 1] == '\n')
		out->len--;
	if (out->len == 0)
		return err_config(e, "secret", "is empty");
	if (memchr(out->data, '\0', out->len))
		return err_config(e, "secret", "holds a NUL byte");
	return 0;
}

static int
read_file(const char *path, struct buf *out, struct err *e)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (fd < 0)
		return err_config(e, strerrorname_np(errno),
		    "secret file %s cannot be opened: %s", path,
		    strerror(errno));
	int rc = read_checked(fd, out, e);
	close(fd);
	if (rc != 0) {
		secret_wipe(out);
		return err_wrap(e, "secret file %s", path);
	}
	return 0;
}

static int
join_path(const char *dir, const char *name, char path[PATH_MAX], struct err *e)
{
	int n = snprintf(path, PATH_MAX, "%s/%s", dir, name);
	if (n < 0 || n >= PATH_MAX)
		return err_config(
		    e, "secret", "the path of secret %s is too long", name);
	return 0;
}

static int
read_relative(
    const char *name, const char *base_dir, struct buf *out, struct err *e)
{
	char path[PATH_MAX];

	if (name[0] == '/')
		return read_file(name, out, e);
	if (!base_dir)
		return err_config(e, "secret",
		    "secret file:%s needs an absolute path here", name);
	if (join_path(base_dir, name, path, e) != 0)
		return -1;
	return read_file(path, out, e);
}

static int
read_credential(const char *name, struct buf *out, struct err *e)
{
	const char *dir = getenv("CREDENTIALS_DIRECTORY");
	char path[PATH_MAX];

	if (!name[0] || name[0] == '.' || strchr(name, '/'))
		return err_config(e, "secret",
		    "cred:%s is not the name of a credential", name);
	if (!dir)
		return err_config(e, "secret",
		    "credential %s is asked for, but CREDENTIALS_DIRECTORY is not set: add LoadCredential=%s:PATH to the unit, or use file: outside systemd",
		    name, name);
	if (join_path(dir, name, path, e) != 0)
		return -1;
	return read_file(path, out, e);
}

bool
secret_is_file(const char *ref, struct buf *path)
{
	const char *dir = getenv("CREDENTIALS_DIRECTORY");

	if (strncmp(ref, "file:", 5) == 0)
		buf_puts(path, ref + 5);
	else if (strncmp(ref, "cred:", 5) == 0 && dir)
		buf_printf(path, "%s/%s", dir, ref + 5);
	return path->len > 0;
}

int
secret_read(
    const char *ref, const char *base_dir, struct buf *out, struct err *e)
{
	size_t n = strlen(ref);

	buf_clear(out);
	if (n >= 3 && ref[0] == '$' && ref[1] == '{' && ref[n - 1] == '}')
		return read_env(ref, out, e);
	if (strncmp(ref, "file:", 5) == 0)
		return read_relative(ref + 5, base_dir, out, e);
	if (strncmp(ref, "cred:", 5) == 0)
		return read_credential(ref + 5, out, e);
	buf_reserve(out, n + 1);
	buf_put(out, ref, n);
	return 0;
}
