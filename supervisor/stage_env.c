#include "supervisor/stage_env.h"
#include "proto/arena.h"
#include <string.h>
#include <unistd.h>

/* True if setting, NAME=value, is what the reference ${NAME} means. */
static bool
refers(const char *reference, const char *setting)
{
	size_t n = strcspn(setting, "=");
	return reference && strncmp(reference, "${", 2) == 0 &&
	       strncmp(reference + 2, setting, n) == 0 &&
	       strcmp(reference + 2 + n, "}") == 0;
}

static bool
opens(enum proc_kind kind, const struct entity *en, const struct connection *c)
{
	if (kind == PROC_LOAD)
		return en->target.conn == c;
	if (kind != PROC_EXTRACT)
		return false;
	return en->source.conn == c ||
	       (en->target.conn == c && en->adopt == ADOPT_TARGET);
}

static bool
needs(const struct pipeline *p, enum proc_kind kind, const struct connection *c)
{
	for (size_t i = 0; i < p->nentities; i++)
		if (opens(kind, &p->entities[i], c))
			return true;
	return false;
}

static bool
withheld(const struct pipeline *p, enum proc_kind kind, const char *setting)
{
	bool secret = false;
	for (size_t i = 0; i < p->nconnections; i++) {
		const struct connection *c = &p->connections[i];
		if (!refers(c->password, setting))
			continue;
		if (needs(p, kind, c))
			return false;
		secret = true;
	}
	return secret;
}

char **
stage_env_new(const struct pipeline *p, enum proc_kind kind)
{
	size_t n = 0;
	for (char **v = environ; *v; v++)
		n++;
	char **env = mem_zalloc((n + 1) * sizeof(*env));
	n = 0;
	for (char **v = environ; *v; v++)
		if (!withheld(p, kind, *v))
			env[n++] = *v;
	return env;
}
