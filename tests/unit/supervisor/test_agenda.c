/* Whose turn it is, on a real store. */
#include "proto/clock.h"
#include "proto/store_turn.h"
#include "supervisor/agenda.h"
#include "supervisor/service.h"
#include "tests/unit/proto/store_fixture.h"

#define MINUTE INT64_C(60000000)

enum { PARTS, ORDERS, LINES, ENTITIES };

struct plan {
	struct pipeline p;
	struct entity entities[ENTITIES];
	struct parent parent;
	struct window w;
	struct agenda a;
};

/* Lines refer to orders; parts are more urgent than both. */
static void
plan_open(struct fixture *f, struct plan *x)
{
	x->entities[PARTS].name = "parts";
	x->entities[PARTS].priority = 5;
	x->entities[ORDERS].name = "orders";
	x->entities[LINES].name = "lines";
	x->parent = (struct parent){ .name = "order", .entity = "orders" };
	x->entities[LINES].parents = &x->parent;
	x->entities[LINES].nparents = 1;
	x->p.entities = x->entities;
	x->p.nentities = ENTITIES;
	x->p.schedule.days = SCHEDULE_ALL_DAYS;
	x->p.schedule.timezone = "UTC";
	x->p.schedule.retry_ms = 600000;
	OK(f, window_init(&x->w, &x->p.schedule, &f->e));
	OK(f, agenda_open(&x->a, &x->p, &x->w, f->s, &f->e));
}

static void
plan_close(struct plan *x)
{
	agenda_free(&x->a);
	window_free(&x->w);
}

/* Its turn, begun at now, as far as the store and the agenda are told. */
static void
take(struct fixture *f, struct plan *x, const char *name, int64_t now,
    enum store_turn_outcome outcome)
{
	int64_t until;
	const struct entity *en = agenda_next(&x->a, now, &until);
	if (!en || strcmp(en->name, name) != 0)
		fail_msg("expected %s, found %s", name, en ? en->name : "none");
	struct store_turn t;
	RETURNS(f, 1, store_turn_get(f->s, name, &t, &f->e));
	t.outcome = outcome;
	t.began_at = t.ended_at = now;
	OK(f, store_turn_put(f->s, name, &t, &f->e));
	OK(f, agenda_done(&x->a, en, &f->e));
}

static int64_t
rest(struct plan *x, int64_t now)
{
	int64_t until = 0;
	const struct entity *en = agenda_next(&x->a, now, &until);
	if (en)
		fail_msg("it is the turn of %s", en->name);
	return until;
}

static void
test_one_pass_without_a_schedule(void **state)
{
	struct fixture *f = *state;
	struct plan x = { 0 };
	int64_t now = clock_wall_micros();
	plan_open(f, &x);
	assert_int_equal(agenda_waiting(&x.a), 3);
	take(f, &x, "parts", now, STORE_TURN_SETTLED);
	take(f, &x, "orders", now, STORE_TURN_AGAIN); /* however it went */
	assert_int_equal(agenda_waiting(&x.a), 1);
	take(f, &x, "lines", now, STORE_TURN_SETTLED);
	assert_true(rest(&x, now) == SERVICE_OVER);
	plan_close(&x);
}

static void
test_nobody_waits_for_ever(void **state)
{
	struct fixture *f = *state;
	struct plan x = { 0 };
	int64_t now = clock_wall_micros();
	for (int i = 0; i < ENTITIES; i++)
		x.entities[i].every_ms = 1000;
	plan_open(f, &x);
	/* All of them are due again before the last one had its turn. */
	for (int i = 0; i < 3; i++) {
		take(f, &x, "parts", now, STORE_TURN_SETTLED);
		take(f, &x, "orders", now + MINUTE, STORE_TURN_SETTLED);
		take(f, &x, "lines", now + 2 * MINUTE, STORE_TURN_SETTLED);
		now += 3 * MINUTE;
	}
	plan_close(&x);
}

static void
test_it_sleeps_until_the_first_is_due(void **state)
{
	struct fixture *f = *state;
	struct plan x = { 0 };
	int64_t now = clock_wall_micros();
	x.entities[PARTS].every_ms = 3600000;
	x.entities[LINES].every_ms = 1800000;
	plan_open(f, &x);
	take(f, &x, "parts", now, STORE_TURN_SETTLED);
	take(f, &x, "orders", now, STORE_TURN_AGAIN);
	take(f, &x, "lines", now, STORE_TURN_SETTLED);
	assert_true(rest(&x, now) == now + 10 * MINUTE);
	take(f, &x, "orders", now + 10 * MINUTE, STORE_TURN_SETTLED);
	assert_true(rest(&x, now + 10 * MINUTE) == now + 30 * MINUTE);
	take(f, &x, "lines", now + 30 * MINUTE, STORE_TURN_SETTLED);
	assert_true(rest(&x, now + 30 * MINUTE) == now + 60 * MINUTE);
	plan_close(&x);
}

/* Another process goes on where the first one was. */
static void
test_a_restart_neither_forgets_nor_repeats(void **state)
{
	struct fixture *f = *state;
	struct plan x = { 0 }, again = { 0 };
	int64_t now = clock_wall_micros();
	for (int i = 0; i < ENTITIES; i++)
		x.entities[i].every_ms = again.entities[i].every_ms = 3600000;
	plan_open(f, &x);
	take(f, &x, "parts", now, STORE_TURN_SETTLED);
	take(f, &x, "orders", now, STORE_TURN_RUNNING); /* … and it dies */
	plan_close(&x);
	fixture_reopen(f, STORE_WRITE);
	plan_open(f, &again);
	take(f, &again, "orders", now + MINUTE, STORE_TURN_SETTLED);
	take(f, &again, "lines", now + MINUTE, STORE_TURN_SETTLED);
	assert_true(rest(&again, now + MINUTE) == now + 60 * MINUTE);
	plan_close(&again);
}

static bool
is(void *name, const struct entity *entity)
{
	return strcmp(name, entity->name) == 0;
}

/* Whoever is held back is passed over, and a single pass waits for it. */
static void
test_who_is_held_back(void **state)
{
	struct fixture *f = *state;
	struct plan x = { 0 };
	char parts[] = "parts";
	int64_t now = clock_wall_micros();
	plan_open(f, &x);
	x.a.held = is;
	x.a.held_arg = parts;
	take(f, &x, "orders", now, STORE_TURN_SETTLED);
	take(f, &x, "lines", now, STORE_TURN_SETTLED);
	assert_true(rest(&x, now) == SERVICE_FOR_EVER);
	x.a.held = NULL;
	take(f, &x, "parts", now, STORE_TURN_SETTLED);
	x.a.held = is;
	assert_true(rest(&x, now) == SERVICE_OVER);
	plan_close(&x);
}

int
main(void)
{
	static const struct {
		const char *name;
		void (*test)(void **);
	} rows[] = {
		{ "one pass", test_one_pass_without_a_schedule },
		{ "nobody waits", test_nobody_waits_for_ever },
		{ "sleep", test_it_sleeps_until_the_first_is_due },
		{ "held", test_who_is_held_back },
		{ "restart", test_a_restart_neither_forgets_nor_repeats },
	};
	struct CMUnitTest tests[ARRAY_LEN(rows)];
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		tests[i] = (struct CMUnitTest){ rows[i].name, rows[i].test,
			fixture_setup_open, fixture_teardown, NULL };
	return cmocka_run_group_tests_name("agenda", tests, NULL, NULL);
}
