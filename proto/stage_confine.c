#include "proto/stage_confine.h"
#include "proto/buf.h"
#include "proto/confine.h"
#include "proto/log.h"
#include "proto/reach.h"
#include "proto/stage_confine_ends.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

/* Libraries and what they look into, whatever a stage does. Of other
 * processes /proc shows only what everybody may know. */
static const char *const system_paths[] = { "/usr", "/lib", "/lib64",
	"/etc/ld.so.cache", "/etc/localtime", "/etc/ssl/openssl.cnf", "/proc",
	"/sys/devices/system/cpu", "/dev/urandom", "/dev/random", "/dev/zero" };

static int
allow_system(struct confine *c, struct err *e)
{
	const char *zones = getenv("TZDIR");
	for (size_t i = 0; i < ARRAY_LEN(system_paths); i++)
		if (confine_allow(c, system_paths[i], false, e) < 0)
			return -1;
	if (zones && confine_allow(c, zones, false, e) < 0)
		return -1;
	return confine_allow(c, "/dev/null", true, e);
}

/* A folder of the store; made, because what is not there cannot be allowed. */
static int
allow_own(struct confine *c, const struct pipeline *p, const char *name,
    struct err *e)
{
	struct buf path = { 0 };
	buf_printf(&path, "%s/%s", p->store_dir, name);
	int r = 0;
	if (mkdir(buf_str(&path), 0700) == 0 || errno == EEXIST)
		r = confine_allow(c, buf_str(&path), true, e);
	buf_free(&path);
	return r;
}

/* SQLite sorts what memory cannot hold in files that have no name; /tmp is
 * everybody's. */
static int
allow_temporary(struct confine *c, const struct pipeline *p, struct err *e)
{
	struct buf path = { 0 };
	buf_printf(&path, "%s/temporary", p->store_dir);
	setenv("SQLITE_TMPDIR", buf_str(&path), 1);
	buf_free(&path);
	return allow_own(c, p, "temporary", e);
}

static int
allow_connections(struct confine *c, const struct stage_confine *s,
    unsigned reach, struct err *e)
{
	const struct pipeline *p = s->pipeline;
	bool some = false;
	for (size_t i = 0; i < p->nconnections; i++) {
		const struct connection *conn = &p->connections[i];
		if (!reach_opens(reach, p, conn))
			continue;
		some = true;
		if (stage_confine_end(c, p, reach, conn, e) < 0)
			return -1;
	}
	for (size_t i = 0; some && i < p->confine_read.n; i++)
		if (confine_allow(c, p->confine_read.v[i], false, e) < 0)
			return -1;
	return some ? allow_temporary(c, p, e) : 0;
}

static int
allow_all(struct confine *c, const struct stage_confine *s, unsigned reach,
    struct err *e)
{
	if (allow_system(c, e) < 0 ||
	    confine_allow(c, s->runtime_dir, true, e) < 0 ||
	    allow_connections(c, s, reach, e) < 0)
		return -1;
	return reach & REACH_STATE ? allow_own(c, s->pipeline, "state", e) : 0;
}

static bool
connects(const struct pipeline *p, unsigned reach)
{
	for (size_t i = 0; i < p->nconnections; i++)
		if (p->connections[i].driver == DRIVER_POSTGRES &&
		    reach_opens(reach, p, &p->connections[i]))
			return true;
	return false;
}

int
stage_confine(const struct stage_confine *s, struct err *e)
{
	struct confine c;
	unsigned reach = reach_of(s->stage);
	confine_memory();
	if (!s->pipeline->confine)
		return 0;
	bool internet = connects(s->pipeline, reach);
	int files = confine_begin(&c, internet, e);
	if (files < 0)
		return -1;
	if (allow_all(&c, s, reach, e) < 0 || confine_enter(&c, e) < 0) {
		confine_drop(&c);
		return -1;
	}
	int sockets = confine_sockets(internet || s->listens, e);
	if (sockets < 0)
		return -1;
	log_debug("confined", "files", files ? "yes" : "no", "sockets",
	    sockets ? "yes" : "no", NULL);
	return 0;
}
