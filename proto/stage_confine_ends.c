#include "proto/stage_confine_ends.h"
#include "proto/buf.h"
#include "proto/reach.h"
#include "proto/secret.h"
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Names, addresses, keys and tickets that libpq and the resolver look up. */
static const char *const network_paths[] = { "/etc/hosts", "/etc/host.conf",
	"/etc/resolv.conf", "/etc/nsswitch.conf", "/etc/gai.conf",
	"/etc/services", "/etc/passwd", "/etc/group", "/etc/ssl", "/etc/pki",
	"/etc/ca-certificates", "/etc/crypto-policies", "/etc/krb5.conf",
	"/etc/krb5.conf.d", "/etc/gss", "/etc/postgresql-common",
	"/run/systemd/resolve", "/run/systemd/userdb", "/run/resolvconf",
	"/run/NetworkManager" };
/* … and what the environment names, see libpq's manual. */
static const char *const network_variables[] = { "PGPASSFILE", "PGSERVICEFILE",
	"PGSYSCONFDIR", "PGSSLCERT", "PGSSLKEY", "PGSSLROOTCERT", "PGSSLCRL",
	"PGSSLCRLDIR", "KRB5_CONFIG", "KRB5CCNAME", "KRB5_CLIENT_KTNAME",
	"SSL_CERT_FILE", "SSL_CERT_DIR" };
/* Options of a dsn that name files, in both its spellings. */
static const char *const file_options[] = { "passfile", "sslcert", "sslkey",
	"sslrootcert", "sslcrl", "sslcrldir", "servicefile" };

static int
allow_home(struct confine *c, const char *home, bool passwords, struct err *e)
{
	static const char *const names[] = { ".postgresql", ".pg_service.conf",
		".pgpass" };
	size_t n = ARRAY_LEN(names) - !passwords;
	int r = 0;
	for (size_t i = 0; home && r == 0 && i < n; i++) {
		struct buf path = { 0 };
		buf_printf(&path, "%s/%s", home, names[i]);
		r = confine_allow(c, buf_str(&path), false, e);
		buf_free(&path);
	}
	return r;
}

/* %41 of a URI, and \ and ' of a list, have no place in the path of a file
 * that is to be found: such a one is for confine_read. */
static int
allow_option(
    struct confine *c, const char *dsn, const char *option, struct err *e)
{
	size_t n = strlen(option);
	for (const char *at = dsn; (at = strstr(at, option)); at += n) {
		const char *value = at + n;
		value += strspn(value, " ");
		if (*value++ != '=')
			continue;
		value += strspn(value, " '");
		struct buf path = { 0 };
		buf_put(&path, value, strcspn(value, " '&"));
		int r = confine_allow(c, buf_str(&path), false, e);
		buf_free(&path);
		if (r < 0)
			return -1;
	}
	return 0;
}

static int
allow_network(struct confine *c, const struct connection *conn, struct err *e)
{
	struct passwd *user = getpwuid(geteuid());
	int r = 0;
	for (size_t i = 0; r == 0 && i < ARRAY_LEN(network_paths); i++)
		r = confine_allow(c, network_paths[i], false, e);
	for (size_t i = 0; r == 0 && i < ARRAY_LEN(network_variables); i++) {
		const char *path = getenv(network_variables[i]);
		if (path && strncmp(path, "FILE:", 5) == 0)
			path += 5;
		r = path ? confine_allow(c, path, false, e) : 0;
	}
	for (size_t i = 0; r == 0 && i < ARRAY_LEN(file_options); i++)
		r = allow_option(
		    c, conn->dsn ? conn->dsn : "", file_options[i], e);
	if (r == 0)
		r = allow_home(c, getenv("HOME"), !conn->password, e);
	if (r == 0 && user)
		r = allow_home(c, user->pw_dir, !conn->password, e);
	return r;
}

static int
allow_password(struct confine *c, const char *reference, struct err *e)
{
	struct buf path = { 0 };
	int r = 0;
	if (reference && secret_is_file(reference, &path))
		r = confine_allow(c, buf_str(&path), false, e);
	buf_free(&path);
	return r;
}

/* The folder that path is in, links followed, also if path is to be made. */
static int
real_folder(const char *path, char folder[PATH_MAX])
{
	char copy[PATH_MAX];
	if (strlen(path) >= sizeof(copy))
		return -1;
	if (realpath(path, folder)) {
		const char *dir =
		    dirname(folder); /* folder, cut short, or "/" */
		memmove(folder, dir, strlen(dir) + 1);
		return 0;
	}
	memcpy(copy, path, strlen(path) + 1);
	return realpath(dirname(copy), folder) ? 0 : -1;
}

/* True if dir is below folder, or is it. */
static bool
covers(const char *folder, const char *dir)
{
	size_t n = strlen(folder);
	if (strcmp(folder, "/") == 0)
		return true;
	return strncmp(folder, dir, n) == 0 && (!dir[n] || dir[n] == '/');
}

/* Whether who may write to folder may write to somebody else's. */
static bool
shared(const struct pipeline *p, const char *folder)
{
	char other[PATH_MAX];
	if (!realpath(p->store_dir, other) || covers(folder, other))
		return true;
	for (size_t i = 0; i < p->nconnections; i++) {
		const struct connection *conn = &p->connections[i];
		if (conn->driver == DRIVER_SQLITE &&
		    reach_writes(REACH_TARGET, p, conn) &&
		    (real_folder(conn->path, other) < 0 ||
			covers(folder, other)))
			return true;
	}
	return false;
}

/* Bytes 18 and 19 of the file are 2 in WAL mode: even to read it a file has to
 * be made beside it. */
static bool
needs_a_writer(const char *path)
{
	char journal[PATH_MAX];
	uint8_t head[20] = { 0 };
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	bool wal = read(fd, head, sizeof(head)) == sizeof(head) &&
		   (head[18] == 2 || head[19] == 2);
	close(fd);
	int n = snprintf(journal, sizeof(journal), "%s-journal", path);
	return wal || (n < PATH_MAX && access(journal, F_OK) == 0);
}

static int
allow_sqlite(struct confine *c, const struct pipeline *p, unsigned reach,
    const struct connection *conn, struct err *e)
{
	char folder[PATH_MAX];
	if (!conn->path || real_folder(conn->path, folder) < 0)
		return 0; /* opening it says what is wrong */
	bool write = reach_writes(reach, p, conn) || !shared(p, folder) ||
		     needs_a_writer(conn->path);
	return confine_allow(c, folder, write, e);
}

/* Files may be links to where somebody else puts them. */
static int
allow_csv(struct confine *c, const struct pipeline *p,
    const struct connection *conn, struct err *e)
{
	int r = conn->path ? confine_allow(c, conn->path, false, e) : 0;
	for (size_t i = 0; r == 0 && i < p->nentities; i++) {
		const struct source *s = &p->entities[i].source;
		struct buf path = { 0 };
		char folder[PATH_MAX];
		if (s->conn != conn || !s->file)
			continue;
		buf_printf(&path, "%s/%s", conn->path, s->file);
		if (real_folder(buf_str(&path), folder) == 0)
			r = confine_allow(c, folder, false, e);
		buf_free(&path);
	}
	return r;
}

int
stage_confine_end(struct confine *c, const struct pipeline *p, unsigned reach,
    const struct connection *conn, struct err *e)
{
	switch (conn->driver) {
	case DRIVER_POSTGRES:
		if (allow_password(c, conn->password, e) < 0)
			return -1;
		return allow_network(c, conn, e);
	case DRIVER_SQLITE:
		return allow_sqlite(c, p, reach, conn, e);
	case DRIVER_CSV:
		return allow_csv(c, p, conn, e);
	case DRIVER_NULL:
		return 0;
	}
	return 0;
}
