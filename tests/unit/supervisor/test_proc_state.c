/* The table of the process slots, pair by pair. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "supervisor/proc_state.h"
#include <cmocka.h>
#include <string.h>

/* One line a state, one letter an event: SPAWN HELLO DIED AGAIN LAST SILENT
 * DRAIN WORKED WANTED REAPED. Letters are states, a dot cannot happen. */
static const char letters[] = "SDBURNKG";
static const struct {
	enum proc_state from;
	const char *to;
} wanted[] = {
	{ PROC_SPARE, "......SSD." },
	{ PROC_DOWN, "U.....SDD." },
	{ PROC_BACKING_OFF, "U.....SDB." },
	{ PROC_STARTING, ".RDBGKNUUD" },
	{ PROC_READY, "..DBGKNRRD" },
	{ PROC_DRAINING, ".NSSSNNN.S" },
	{ PROC_DOOMED, ".KDBG.NKKD" },
	{ PROC_GIVEN_UP, "......SDD." },
};
_Static_assert(sizeof(letters) - 1 == PROC_STATES, "one per state");
_Static_assert(ARRAY_LEN(wanted) == PROC_STATES, "every state");

static void
check_pair(enum proc_state from, enum proc_event v, char to)
{
	struct err e = { 0 };
	enum proc_state s = from;
	int r = proc_state_step(&s, v, &e);
	if (to == '.') {
		assert_int_equal(r, -1);
		assert_int_equal(e.cls, ERR_BUG);
		assert_non_null(strstr(e.msg, proc_state_name(from)));
		assert_non_null(strstr(e.msg, proc_event_name(v)));
		assert_int_equal(s, from);
		return;
	}
	if (r != 0 || letters[s] != to)
		fail_msg("%s, %s: %s", proc_state_name(from),
		    proc_event_name(v), r ? e.msg : proc_state_name(s));
}

static void
test_every_pair(void **state)
{
	(void)state;
	for (size_t i = 0; i < PROC_STATES; i++) {
		assert_int_equal(wanted[i].from, i);
		assert_int_equal(strlen(wanted[i].to), PROC_EVENTS);
		for (int v = 0; v < PROC_EVENTS; v++)
			check_pair(wanted[i].from, (enum proc_event)v,
			    wanted[i].to[v]);
	}
}

/* A process that is there can end, and only one that is there. */
static void
test_alive_is_what_can_be_reaped(void **state)
{
	(void)state;
	for (int i = 0; i < PROC_STATES; i++) {
		struct err e = { 0 };
		enum proc_state s = (enum proc_state)i;
		bool alive = proc_state_alive(s);
		assert_int_equal(
		    proc_state_step(&s, PROC_REAPED, &e) == 0, alive);
		if (alive)
			assert_false(proc_state_alive(s));
	}
}

static void
test_deaths_in_a_row(void **state)
{
	static const struct {
		unsigned nth, tries;
		enum proc_event is;
	} rows[] = {
		{ 1, 5, PROC_DIED },
		{ 2, 5, PROC_DIED_AGAIN },
		{ 4, 5, PROC_DIED_AGAIN },
		{ 5, 5, PROC_DIED_LAST },
		{ 6, 5, PROC_DIED_LAST },
		{ 1, 1, PROC_DIED_LAST },
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		assert_int_equal(
		    proc_state_death(rows[i].nth, rows[i].tries), rows[i].is);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_pair),
		cmocka_unit_test(test_alive_is_what_can_be_reaped),
		cmocka_unit_test(test_deaths_in_a_row),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
