#include "proto/clock.h"
#include "proto/limits.h"
#include "proto/store_chunk.h"
#include "proto/store_entity.h"
#include "proto/store_lease.h"
#include "proto/store_order.h"
#include "proto/store_pause.h"
#include "tests/unit/proto/store_night.h"
#include <sys/wait.h>

enum { LONG_MS = 3600000 };

static const char *
here(void)
{
	static char host[256];
	gethostname(host, sizeof(host) - 1);
	return host;
}

/* Two handles on one file; the second one is as good as another process,
 * which has got around the lock by deleting it. */
static struct store *
second(struct fixture *f)
{
	char lock[200];
	struct store *s = NULL;
	snprintf(lock, sizeof(lock), "%s/lock", f->dir);
	assert_int_equal(unlink(lock), 0);
	OK(f, store_open(f->dir, STORE_WRITE, &s, &f->e));
	return s;
}

static uint64_t
take(struct fixture *f, struct store *s, struct store_run *r, int64_t ms)
{
	uint64_t token = 0;
	OK(f, store_run_create(s, r, &f->e));
	OK(f, store_lease_take(s, r, ms, &token, &f->e));
	store_lease_hold(s, r->entity, token);
	return token;
}

static void
over(struct fixture *f, struct store *s, uint64_t run)
{
	OK(f, store_run_move(s, run, STORE_RUN_CANCELLED, NULL, &f->e));
}

static void
test_tokens_rise(void **state)
{
	struct fixture *f = *state;
	for (uint64_t i = 1; i <= 3; i++) {
		struct store_lease l;
		struct store_run r = { .entity = "parts",
			.pid = (uint32_t)getpid(),
			.host = here() };
		assert_int_equal(take(f, f->s, &r, LONG_MS), i);
		RETURNS(f, 1, store_lease_get(f->s, "parts", &f->a, &l, &f->e));
		assert_int_equal(l.run, r.id);
		assert_int_equal(l.pid, getpid());
		assert_true(l.expires_at > clock_wall_micros());
		over(f, f->s, r.id);
		OK(f, store_lease_end(f->s, &f->e));
		store_lease_drop(f->s);
		RETURNS(f, 1, store_lease_get(f->s, "parts", &f->a, &l, &f->e));
		assert_int_equal(l.expires_at, 0);
	}
}

/* Who may have it while somebody else does. */
static void
test_taking_over(void **state)
{
	struct fixture *f = *state;
	pid_t gone = fork();
	if (gone == 0)
		_exit(0);
	waitpid(gone, NULL, 0);
	const struct {
		const char *label;
		pid_t pid;
		const char *host;
		int64_t lasts_ms;
		int may;
	} rows[] = {
		{ "a live process", getppid(), here(), LONG_MS, -1 },
		{ "a live process, too late", getppid(), here(), -1, 0 },
		{ "a dead process", gone, here(), LONG_MS, 0 },
		{ "our own", getpid(), here(), LONG_MS, 0 },
		{ "another host", gone, "elsewhere", LONG_MS, -1 },
		{ "another host, too late", gone, "elsewhere", -1, 0 },
		{ "a clock that was ahead", gone, "elsewhere",
		    LIMIT_LEASE_MS + LONG_MS, 0 },
	};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		uint64_t token = 0;
		struct store_run r = { .entity = rows[i].label,
			.pid = (uint32_t)rows[i].pid,
			.host = rows[i].host };
		take(f, f->s, &r, rows[i].lasts_ms);
		store_lease_drop(f->s);
		r.pid = (uint32_t)getpid();
		r.host = here();
		err_clear(&f->e);
		int rc = store_lease_take(f->s, &r, LONG_MS, &token, &f->e);
		if (rc != rows[i].may)
			fail_msg("%s: %d %s", rows[i].label, rc, f->e.msg);
		if (rc < 0) {
			assert_string_equal(f->e.code, "already_running");
			assert_non_null(strstr(f->e.msg, rows[i].label));
		}
		FAILS(
		    f, "already_running", store_lease_check_free(f->s, &f->e));
	}
}

static void
test_free_when_all_are_over(void **state)
{
	struct fixture *f = *state;
	struct store_run old = { .entity = "old", .pid = 1, .host = "x" };
	struct store_run own = {
		.entity = "own", .pid = (uint32_t)getpid(), .host = here()
	};
	OK(f, store_lease_check_free(f->s, &f->e));
	take(f, f->s, &old, -1);
	store_lease_drop(f->s);
	take(f, f->s, &own, LONG_MS);
	OK(f, store_lease_check_free(f->s, &f->e));
}

/* Everything that a run writes, by somebody whose lease another has. */
static void
test_nothing_is_written_by_the_old_holder(void **state)
{
	struct fixture *f = *state;
	struct store_run r = { .entity = "parts", .pid = 1, .host = "old" };
	take(f, f->s, &r, -1);
	OK(f, store_run_move(f->s, r.id, STORE_RUN_RUNNING, NULL, &f->e));
	fixture_chunk(f, r.id, 0);
	struct store_chunk c = { .run = r.id,
		.attempt = fixture_assign(f, r.id, 0) };

	struct store *other = second(f);
	struct store_run next = { .entity = "parts", .pid = 2, .host = "new" };
	over(f, other, r.id);
	take(f, other, &next, LONG_MS);

	const struct store_audit entry = { "ops", "pause", NULL };
	FAILS(f, "lease_lost", store_lease_renew(f->s, LONG_MS, &f->e));
	assert_non_null(strstr(f->e.msg, "host new"));
	FAILS(f, "lease_lost", store_run_update(f->s, &r, &f->e));
	FAILS(f, "lease_lost",
	    store_run_move(f->s, r.id, STORE_RUN_PAUSED, NULL, &f->e));
	FAILS(f, "lease_lost", store_chunk_read(f->s, &c, &f->e));
	FAILS(f, "lease_lost", store_chunk_done(f->s, &c, &f->e));
	FAILS(f, "lease_lost", store_chunk_assign(f->s, &c, &f->e));
	FAILS(f, "lease_lost", store_audit_add(f->s, &entry, &f->e));
	FAILS(f, "lease_lost", store_pause_set(f->s, "parts", "ops", &f->e));
	FAILS(f, "lease_lost", store_begin(f->s, STORE_DURABLE, &f->e));

	/* The new one goes on, and the old one's words left no trace. */
	OK(f, store_lease_renew(other, LONG_MS, &f->e));
	OK(f, store_run_move(other, next.id, STORE_RUN_RUNNING, NULL, &f->e));
	struct store_run was;
	RETURNS(f, 1, store_run_get(other, r.id, &f->a, &was, &f->e));
	assert_int_equal(was.state, STORE_RUN_CANCELLED);
	store_close(&other);
}

/* Late, but nobody has come: it goes on. */
static void
test_late_and_alone(void **state)
{
	struct fixture *f = *state;
	struct store_lease l;
	struct store_run r = { .entity = "parts", .pid = 1, .host = "x" };
	take(f, f->s, &r, -1);
	OK(f, store_run_move(f->s, r.id, STORE_RUN_RUNNING, NULL, &f->e));
	OK(f, store_lease_renew(f->s, LONG_MS, &f->e));
	RETURNS(f, 1, store_lease_get(f->s, "parts", &f->a, &l, &f->e));
	assert_true(l.expires_at > clock_wall_micros());
}

/* A run that could not take its lease has not begun. */
static void
test_one_transaction(void **state)
{
	struct fixture *f = *state;
	struct store_run first = { .entity = "parts", .pid = 1, .host = "x" };
	struct store_run next = { .entity = "parts", .pid = 2, .host = "y" };
	struct store_run none;
	uint64_t token;
	take(f, f->s, &first, LONG_MS);
	store_lease_drop(f->s);
	over(f, f->s, first.id);
	OK(f, store_begin(f->s, STORE_DURABLE, &f->e));
	OK(f, store_run_create(f->s, &next, &f->e));
	FAILS(f, "already_running",
	    store_lease_take(f->s, &next, LONG_MS, &token, &f->e));
	store_rollback(f->s);
	RETURNS(f, 0, store_run_find_live(f->s, "parts", &f->a, &none, &f->e));
}

static void
test_pauses(void **state)
{
	struct fixture *f = *state;
	struct store_pauses p;
	OK(f, store_pause_list(f->s, &f->a, &p, &f->e));
	assert_int_equal(p.n, 0);
	RETURNS(f, 1, store_pause_set(f->s, "parts", "ada", &f->e));
	RETURNS(f, 0, store_pause_set(f->s, "parts", "bob", &f->e));
	RETURNS(f, 1, store_pause_set(f->s, STORE_PAUSE_ALL, "bob", &f->e));
	fixture_reopen(f, STORE_WRITE);
	OK(f, store_pause_list(f->s, &f->a, &p, &f->e));
	assert_int_equal(p.n, 2);
	assert_string_equal(p.v[0].entity, STORE_PAUSE_ALL);
	assert_string_equal(p.v[0].actor, "bob");
	assert_string_equal(p.v[1].entity, "parts");
	assert_string_equal(p.v[1].actor, "ada");
	assert_true(p.v[1].at > 0);
	RETURNS(f, 1, store_pause_clear(f->s, "parts", &f->e));
	RETURNS(f, 0, store_pause_clear(f->s, "parts", &f->e));
	OK(f, store_pause_list(f->s, &f->a, &p, &f->e));
	assert_int_equal(p.n, 1);
}

#define IN_OPEN(t)                                                             \
	cmocka_unit_test_setup_teardown(t, fixture_setup_open, fixture_teardown)

static void
test_orders(void **state)
{
	struct fixture *f = *state;
	struct store_orders o;
	RETURNS(f, 1, store_order_add(f->s, "parts", &f->e));
	RETURNS(f, 1, store_order_add(f->s, "orders", &f->e));
	RETURNS(f, 0, store_order_add(f->s, "parts", &f->e));
	OK(f, store_order_list(f->s, &f->a, &o, &f->e));
	assert_int_equal(o.n, 2);
	assert_string_equal(o.v[0], "orders");
	assert_string_equal(o.v[1], "parts");
	RETURNS(f, 1, store_order_drop(f->s, "parts", &f->e));
	RETURNS(f, 0, store_order_drop(f->s, "parts", &f->e));
	OK(f, store_order_list(f->s, &f->a, &o, &f->e));
	assert_int_equal(o.n, 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		IN_OPEN(test_tokens_rise),
		IN_OPEN(test_taking_over),
		IN_OPEN(test_free_when_all_are_over),
		IN_OPEN(test_nothing_is_written_by_the_old_holder),
		IN_OPEN(test_late_and_alone),
		IN_OPEN(test_one_transaction),
		IN_OPEN(test_pauses),
		IN_OPEN(test_orders),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
