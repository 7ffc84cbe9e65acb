#include "supervisor/actor.h"
#include <pwd.h>
#include <stdio.h>

void
actor_name(uid_t uid, char out[ACTOR_BYTES])
{
	const struct passwd *user = getpwuid(uid);
	if (user)
		snprintf(out, ACTOR_BYTES, "%s", user->pw_name);
	else
		snprintf(out, ACTOR_BYTES, "uid %ld", (long)uid);
}
