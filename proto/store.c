#include "proto/store.h"
#include "proto/buf.h"
#include "proto/store_impl.h"
#include "proto/store_lock.h"
#include "proto/store_migrate.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool
writes(enum store_mode mode)
{
	return mode == STORE_WRITE || mode == STORE_MAINTAIN;
}

/* Every missing folder of the path, for its owner only. */
static int
make_folders(const char *dir, struct err *e)
{
	char *path = mem_strdup(dir);
	int rc = 0;
	for (char *p = path + 1; rc == 0; p++) {
		if (*p != '/' && *p != '\0')
			continue;
		bool last = *p == '\0';
		*p = '\0';
		if (mkdir(path, 0700) < 0 && errno != EEXIST) {
			rc =
			    err_errno(e, "cannot create store folder %s", path);
			/* A full disk may get better; the rest will not. */
			if (errno != ENOSPC && errno != EDQUOT)
				e->cls = ERR_CONFIG;
		}
		if (last)
			break;
		*p = '/';
	}
	free(path);
	return rc;
}

/* path: dir or, where that is missing, what it would be made in. */
static int
may_write(const char *dir, const char *path, struct err *e)
{
	struct stat st;
	int rc = stat(path, &st);
	if (rc == 0 && !S_ISDIR(st.st_mode)) {
		errno = ENOTDIR;
		rc = -1;
	}
	if (rc == 0)
		rc = access(path, W_OK | X_OK);
	if (rc == 0)
		return 0;
	return err_config(e, strerrorname_np(errno),
	    "store folder %s cannot be written to by this user: %s: %s; change "
	    "its owner or mode, or name another folder with `store: {dir: …}`",
	    dir, path, strerror(errno));
}

int
store_writable(const char *dir, struct err *e)
{
	char *path = mem_strdup(dir);
	char *slash;
	while (access(path, F_OK) < 0 && errno == ENOENT &&
	       (slash = strrchr(path, '/')) && slash > path)
		*slash = '\0';
	if (access(path, F_OK) < 0 && errno == ENOENT)
		snprintf(path, strlen(path) + 1, dir[0] == '/' ? "/" : ".");
	int rc = may_write(dir, path, e);
	free(path);
	return rc;
}

static int
must_exist(const struct store *s, struct err *e)
{
	if (access(s->path, F_OK) == 0)
		return 0;
	if (errno != ENOENT)
		return err_config(e, strerrorname_np(errno),
		    "cannot reach control store %s: %s%s", s->path,
		    strerror(errno),
		    errno == EACCES
			? "; it is for the user that made it, and for root"
			: "");
	return err_config(e, "no_store",
	    "there is no control store %s yet: `syncline run` makes it",
	    s->path);
}

/* The schema this program was written for, or an error that says which of the
 * two is behind. */
static int
check_version(struct store *s, struct err *e)
{
	uint32_t have, want = (uint32_t)store_migrations_count;
	if (store_version(s, &have, e) < 0)
		return -1;
	if (have > want)
		return err_config(e, "newer_store",
		    "control store %s has schema version %u, this syncline knows %u: use the newer syncline that wrote it, or its `syncline migrate down`",
		    s->path, have, want);
	if (s->mode == STORE_READ && have < want)
		return err_config(e, "older_store",
		    "control store %s has schema version %u, this syncline needs %u: run `syncline migrate up`",
		    s->path, have, want);
	if (s->mode == STORE_READ)
		return store_migrate_verify(s, have, e);
	return store_migrate(s, want, e);
}

static int
open_parts(struct store *s, struct err *e)
{
	if (!writes(s->mode)) {
		if (must_exist(s, e) < 0)
			return -1;
	} else if (store_writable(s->dir, e) < 0 ||
		   make_folders(s->dir, e) < 0 ||
		   store_lock_take(s->dir, &s->lock_fd, e) < 0) {
		return -1;
	}
	if (store_db_open(s, e) < 0)
		return -1;
	if (s->mode == STORE_INSPECT || s->mode == STORE_MAINTAIN)
		return 0;
	return check_version(s, e);
}

int
store_open(
    const char *dir, enum store_mode mode, struct store **out, struct err *e)
{
	struct store *s = mem_zalloc(sizeof(*s));
	struct buf path = { 0 };
	buf_printf(&path, "%s/control.db", dir);
	*s = (struct store){
		.dir = mem_strdup(dir),
		.path = mem_strdup(buf_str(&path)),
		.mode = mode,
		.lock_fd = -1,
	};
	buf_free(&path);
	if (open_parts(s, e) < 0) {
		store_close(&s);
		return -1;
	}
	*out = s;
	return 0;
}

void
store_close(struct store **sp)
{
	struct store *s = *sp;
	if (!s)
		return;
	store_rollback(s);
	store_db_close(s);
	store_lock_release(&s->lock_fd); /* last: until here we may write */
	free(s->lease_entity);
	free(s->dir);
	free(s->path);
	free(s);
	*sp = NULL;
}

int
store_enter(struct store *s, enum store_sync sync, bool *own, struct err *e)
{
	*own = !s->in_tx;
	if (!writes(s->mode))
		return err_bug(
		    e, "a reader writes to control store %s", s->path);
	return *own ? store_begin(s, sync, e) : 0;
}

int
store_leave(struct store *s, bool own, int rc, struct err *e)
{
	if (!own) {
		/* Half of it may be written: only a rollback undoes that. */
		if (rc < 0)
			s->tx_failed = true;
		return rc;
	}
	if (rc < 0) {
		store_rollback(s);
		return rc;
	}
	return store_commit(s, e) < 0 ? -1 : rc;
}

int
store_write(struct store *s, enum store_sync sync, const char *sql,
    const struct store_args *args, struct err *e)
{
	bool own;
	if (store_enter(s, sync, &own, e) < 0)
		return -1;
	return store_leave(s, own, store_db_run(s, sql, args, NULL, e), e);
}

int
store_write_one(struct store *s, const char *sql, const struct store_args *args,
    struct err *e)
{
	uint64_t changed = 0;
	bool own;
	if (store_enter(s, STORE_DURABLE, &own, e) < 0)
		return -1;
	int rc = store_db_run(s, sql, args, &changed, e);
	return store_leave(s, own, rc < 0 ? -1 : changed == 1, e);
}

void
store_counts(struct store_rows *q, uint64_t counts[OUT_COUNT])
{
	_Static_assert(OUT_INSERTED == 0 && OUT_PENDING == OUT_COUNT - 1,
	    "every SELECT names the columns in this order");
	for (size_t i = 0; i < OUT_COUNT; i++)
		counts[i] = store_db_u64(q);
}

void *
store_list_add(struct store_list *l)
{
	if (l->n == l->cap) {
		size_t cap = l->cap ? l->cap * 2 : 16;
		void *items = arena_alloc(l->arena, cap * l->item_size);
		if (l->n)
			memcpy(items, l->items, l->n * l->item_size);
		l->items = items;
		l->cap = cap;
	}
	char *item = (char *)l->items + l->n++ * l->item_size;
	return memset(item, 0, l->item_size);
}
