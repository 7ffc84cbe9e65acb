#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "supervisor/cli/cli.h"
#include "supervisor/night.h"

/* From the best night to the worst. */
static const enum exit_code ladder[] = {
	EXIT_CLEAN,
	EXIT_REJECTS,
	EXIT_RESUMABLE,
	EXIT_HALTED,
	EXIT_UNREACHABLE,
	EXIT_CONFIG,
	EXIT_RUNNING,
	EXIT_INTERNAL,
};

static void
the_worse_one_wins(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(ladder); i++) {
		for (size_t k = 0; k < ARRAY_LEN(ladder); k++) {
			size_t worse = i > k ? i : k;
			assert_int_equal(exit_code_worse(ladder[i], ladder[k]),
			    ladder[worse]);
		}
	}
}

static const struct {
	const char *label;
	enum err_class cls;
	const char *code;
	enum exit_code want;
} errors[] = {
	{ "none", ERR_NONE, "", EXIT_CLEAN },
	{ "nobody there", ERR_RETRY, "08001", EXIT_UNREACHABLE },
	{ "locked", ERR_RETRY, "already_running", EXIT_RUNNING },
	{ "wrong file", ERR_CONFIG, "no_file", EXIT_CONFIG },
	{ "damaged row", ERR_DATA, "bad_row", EXIT_INTERNAL },
	{ "our mistake", ERR_BUG, "bug", EXIT_INTERNAL },
};

static void
errors_have_codes(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(errors); i++) {
		struct err e = { .cls = errors[i].cls };
		print_message("  %s\n", errors[i].label);
		for (size_t k = 0; errors[i].code[k]; k++)
			e.code[k] = errors[i].code[k];
		assert_int_equal(cli_exit_code(&e), errors[i].want);
	}
}

static const struct {
	const char *text;
	uint64_t want; /* 0: refused */
} numbers[] = {
	{ "1", 1 },
	{ "9223372036854775807", INT64_MAX },
	{ "9223372036854775808", 0 },
	{ "0", 0 },
	{ "-1", 0 },
	{ "+1", 0 },
	{ " 1", 0 },
	{ "1x", 0 },
	{ "", 0 },
};

static void
numbers_are_read_strictly(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(numbers); i++) {
		struct err e = { 0 };
		uint64_t v = 0;
		int rc = cli_number(numbers[i].text, "run", &v, &e);
		assert_int_equal(rc, numbers[i].want ? 0 : -1);
		assert_int_equal(v, numbers[i].want);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_worse_one_wins),
		cmocka_unit_test(errors_have_codes),
		cmocka_unit_test(numbers_are_read_strictly),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
