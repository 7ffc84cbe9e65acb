/* Which variables a stage is started with. */
#include "proto/attr.h"
#include "supervisor/stage_env.h"
#include "tests/unit/proto/pipeline_file.h"

#define PASSWORDS(from, to)                                                    \
	"version: 1\n"                                                         \
	"connections:\n"                                                       \
	"  - {name: from, driver: postgres, dsn: host=a" from "}\n"            \
	"  - {name: to, driver: postgres, dsn: host=b" to "}\n"                \
	"entities:\n"                                                          \
	"  - name: parts\n"                                                    \
	"    source: {connection: from, table: part}\n"                        \
	"    target: {connection: to, table: part}\n"                          \
	"    key: [id]\n"
#define EACH  PASSWORDS(", password: \"${FROM_PW}\"", ", password: \"${TO_PW}\"")
#define SAME  PASSWORDS(", password: \"${PW}\"", ", password: \"${PW}\"")
#define CRED  PASSWORDS(", password: \"cred:a\"", ", password: \"cred:b\"")
#define MIXED PASSWORDS(", password: \"cred:a\"", "")

enum { E = 1 << PROC_EXTRACT, L = 1 << PROC_LOAD, ALL = (1 << PROC_KINDS) - 1 };

static const struct {
	const char *label, *file, *more, *name;
	unsigned who;
} rows[] = {
	{ "of the source", EACH, "", "FROM_PW", E },
	{ "of the target", EACH, "", "TO_PW", L },
	{ "an adopted target is read", EACH, "    adopt: target\n", "TO_PW",
	    E | L },
	{ "of both", SAME, "", "PW", E | L },
	{ "like a password's name", SAME, "", "PW2", ALL },
	{ "no password", CRED, "", "PW", ALL },
	{ "libpq's, not needed", CRED, "", "PGPASSWORD", 0 },
	{ "libpq's, needed by one", MIXED, "", "PGPASSWORD", L },
	{ "libpq's, no secret", MIXED, "", "PGHOST", ALL },
	{ "the manager's socket", SAME, "", "NOTIFY_SOCKET", 0 },
	{ "the manager's watchdog", SAME, "", "WATCHDOG_USEC", 0 },
	{ "like a manager's", SAME, "", "NOTIFY_SOCKETS", ALL },
};

static bool
has(char *const *env, const char *name)
{
	size_t n = strlen(name);
	for (; *env; env++)
		if (strncmp(*env, name, n) == 0 && (*env)[n] == '=')
			return true;
	return false;
}

static void
who_gets_what(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct pipeline *p = NULL;
		struct err e = { 0 };
		print_message("  %s\n", rows[i].label);
		setenv(rows[i].name, "x", 1);
		pipeline_write(rows[i].file, rows[i].more);
		assert_int_equal(
		    pipeline_load("p.yaml", NULL, &p, NULL, &e), 0);
		for (unsigned k = 0; k < PROC_KINDS; k++) {
			char **env = stage_env_new(p, (enum proc_kind)k);
			assert_int_equal(has(env, rows[i].name),
			    (rows[i].who & 1u << k) != 0);
			assert_true(has(env, "PATH"));
			free(env);
		}
		unsetenv(rows[i].name);
		pipeline_free(&p);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(who_gets_what) };
	return cmocka_run_group_tests_name(
	    "stage_env", tests, pipeline_enter, pipeline_leave);
}
