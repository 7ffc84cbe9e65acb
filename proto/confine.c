#include "proto/confine.h"
#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* What is younger than the headers that we may be built with. */
enum {
	FS_TRUNCATE = 1 << 14,
	FS_DEVICE = 1 << 15,
	NET_CONNECT = 2,
	SCOPE_ALL = 3, /* abstract sockets and signals */
};

struct rules {
	uint64_t fs, net, scope;
};

enum {
	READ_FILE = LANDLOCK_ACCESS_FS_READ_FILE,
	READ_DIR = READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR,
	WRITE_FILE = READ_FILE | LANDLOCK_ACCESS_FS_WRITE_FILE | FS_TRUNCATE,
	WRITE_DIR = READ_DIR | WRITE_FILE | LANDLOCK_ACCESS_FS_REMOVE_DIR |
		    LANDLOCK_ACCESS_FS_REMOVE_FILE |
		    LANDLOCK_ACCESS_FS_MAKE_DIR | LANDLOCK_ACCESS_FS_MAKE_REG |
		    LANDLOCK_ACCESS_FS_MAKE_SOCK | LANDLOCK_ACCESS_FS_REFER,
};

int
confine_version(void)
{
	long v = syscall(SYS_landlock_create_ruleset, NULL, 0,
	    LANDLOCK_CREATE_RULESET_VERSION);
	return v > 0 ? (int)v : 0;
}

void
confine_memory(void)
{
	prctl(PR_SET_DUMPABLE, 0);
}

/* All that this kernel can refuse. */
static struct rules
known(void)
{
	int version = confine_version();
	struct rules r = { .fs = LANDLOCK_ACCESS_FS_REFER - 1 };
	if (version >= 2)
		r.fs |= LANDLOCK_ACCESS_FS_REFER;
	if (version >= 3)
		r.fs |= FS_TRUNCATE;
	if (version >= 5)
		r.fs |= FS_DEVICE;
	if (version >= 6)
		r.scope = SCOPE_ALL;
	return r;
}

int
confine_begin(struct confine *c, bool connects, struct err *e)
{
	struct rules r = known();
	if (!connects && confine_version() >= 4)
		r.net = NET_CONNECT;
	c->fd = -1;
	if (confine_version() == 0)
		return 0;
	c->fd = (int)syscall(SYS_landlock_create_ruleset, &r, sizeof(r), 0);
	return c->fd < 0 ? err_errno(e, "landlock_create_ruleset") : 1;
}

void
confine_drop(struct confine *c)
{
	if (c->fd >= 0)
		close(c->fd);
	c->fd = -1;
}

static int
add_rule(struct confine *c, int fd, bool write)
{
	struct stat st;
	if (fstat(fd, &st) < 0)
		return -1;
	bool dir = S_ISDIR(st.st_mode);
	uint64_t access = dir ? (write ? WRITE_DIR : READ_DIR)
			      : (write ? WRITE_FILE : READ_FILE);
	struct landlock_path_beneath_attr rule = {
		.allowed_access = access & known().fs, .parent_fd = fd
	};
	return (int)syscall(
	    SYS_landlock_add_rule, c->fd, LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
}

int
confine_allow(struct confine *c, const char *path, bool write, struct err *e)
{
	if (c->fd < 0)
		return 0;
	int fd = open(path, O_PATH | O_CLOEXEC);
	if (fd < 0) /* not there, or not for us: either way it is out of reach
		     */
		return 0;
	int r = add_rule(c, fd, write);
	if (r < 0)
		err_errno(e, "landlock_add_rule %s", path);
	close(fd);
	return r;
}

int
confine_enter(struct confine *c, struct err *e)
{
	int r = 0;
	if (c->fd < 0)
		return 0;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
	    syscall(SYS_landlock_restrict_self, c->fd, 0) < 0)
		r = err_errno(e, "landlock_restrict_self");
	confine_drop(c);
	return r;
}
