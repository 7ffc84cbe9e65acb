#include "supervisor/stage_env.h"
#include "proto/arena.h"
#include "proto/reach.h"
#include <string.h>
#include <unistd.h>

/* NAME=value is the variable called name. */
static bool
is_called(const char *setting, const char *name, size_t n)
{
	return strncmp(setting, name, n) == 0 && setting[n] == '=';
}

/* True if setting, NAME=value, is what the reference ${NAME} means. */
static bool
refers(const char *reference, const char *setting)
{
	size_t n = strcspn(setting, "=");
	return reference && strncmp(reference, "${", 2) == 0 &&
	       strncmp(reference + 2, setting, n) == 0 &&
	       strcmp(reference + 2 + n, "}") == 0;
}

/* Between the service manager and the supervisor. */
static bool
is_manager_word(const char *setting)
{
	static const char *const names[] = { "NOTIFY_SOCKET", "WATCHDOG_USEC",
		"WATCHDOG_PID", "LISTEN_FDS", "LISTEN_PID", "LISTEN_FDNAMES" };
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (is_called(setting, names[i], strlen(names[i])))
			return true;
	return false;
}

/* libpq's own variable is the password of every connection without one. */
static bool
needs_pgpassword(const struct pipeline *p, unsigned reach)
{
	for (size_t i = 0; i < p->nconnections; i++) {
		const struct connection *c = &p->connections[i];
		if (c->driver == DRIVER_POSTGRES && !c->password &&
		    reach_opens(reach, p, c))
			return true;
	}
	return false;
}

/* A password of a connection that the stage does not open. */
static bool
is_foreign_secret(const struct pipeline *p, unsigned reach, const char *setting)
{
	bool secret = false;
	for (size_t i = 0; i < p->nconnections; i++) {
		const struct connection *c = &p->connections[i];
		if (!refers(c->password, setting))
			continue;
		if (reach_opens(reach, p, c))
			return false;
		secret = true;
	}
	return secret;
}

static bool
withheld(const struct pipeline *p, unsigned reach, const char *setting)
{
	static const char pgpassword[] = "PGPASSWORD";
	if (is_called(setting, pgpassword, strlen(pgpassword)))
		return !needs_pgpassword(p, reach);
	return is_manager_word(setting) || is_foreign_secret(p, reach, setting);
}

char **
stage_env_new(const struct pipeline *p, enum proc_kind kind)
{
	unsigned reach = reach_of(proc_kind_name(kind));
	size_t n = 0;
	for (char **v = environ; *v; v++)
		n++;
	char **env = mem_zalloc((n + 1) * sizeof(*env));
	n = 0;
	for (char **v = environ; *v; v++)
		if (!withheld(p, reach, *v))
			env[n++] = *v;
	return env;
}
