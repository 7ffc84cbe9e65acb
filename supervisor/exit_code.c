#include "supervisor/exit_code.h"
#include "proto/attr.h"
#include <stddef.h>
#include <string.h>

static const enum exit_code severity[] = { EXIT_CLEAN, EXIT_REJECTS,
	EXIT_RESUMABLE, EXIT_HALTED, EXIT_UNREACHABLE, EXIT_CONFIG,
	EXIT_RUNNING, EXIT_INTERNAL };

enum exit_code
exit_code_worse(enum exit_code a, enum exit_code b)
{
	for (size_t i = 0; i < ARRAY_LEN(severity); i++) {
		if (severity[i] == a)
			return b;
		if (severity[i] == b)
			return a;
	}
	return EXIT_INTERNAL;
}

enum exit_code
exit_code_of(const struct err *why)
{
	/* Ours: a crash, books that do not balance. */
	static const char *const ours[] = { "killed", "exit", "silent", "books",
		"bug", "poison" };
	for (size_t i = 0; i < ARRAY_LEN(ours); i++)
		if (strcmp(why->code, ours[i]) == 0)
			return EXIT_INTERNAL;
	return why->cls == ERR_RETRY ? EXIT_UNREACHABLE : EXIT_CONFIG;
}
