#include "proto/store_impl.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

/* An empty file for its owner only; the copy keeps the mode. */
static int
create_private(const char *path, struct err *e)
{
	if (unlink(path) < 0 && errno != ENOENT)
		return err_errno(e, "cannot remove %s", path);
	int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return err_errno(e, "cannot create %s", path);
	close(fd);
	return 0;
}

static int
sync_path(const char *path, struct err *e)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return err_errno(e, "cannot open %s", path);
	int rc = fsync(fd) < 0 ? err_errno(e, "cannot sync %s", path) : 0;
	close(fd);
	return rc;
}

static int
copy(struct store *s, const char *tmp, const char *path, struct err *e)
{
	if (create_private(tmp, e) < 0 ||
	    store_db_run(
		s, "VACUUM INTO $1", STORE_ARGS(arg_text(tmp)), NULL, e) < 0 ||
	    sync_path(tmp, e) < 0)
		return -1;
	if (rename(tmp, path) < 0)
		return err_errno(e, "cannot rename %s to %s", tmp, path);
	return sync_path(s->dir, e);
}

int
store_db_backup(struct store *s, const char *path, struct err *e)
{
	struct buf tmp = { 0 };
	buf_printf(&tmp, "%s.tmp", path);
	int rc = copy(s, buf_str(&tmp), path, e);
	if (rc < 0) {
		unlink(buf_str(&tmp));
		err_wrap(e, "cannot copy the control store to %s", path);
	}
	buf_free(&tmp);
	return rc;
}
