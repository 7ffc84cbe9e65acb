#include "tests/unit/load/server.h"

/*
 * Groups of any size through the staging tables, refusals and kinds mixed,
 * leave what applying row by row to an array leaves.
 */
enum { IDS = 6000, GROUPS = 48, MANY = 2500 };

struct world {
	uint64_t seed;
	int value[IDS]; /* 0: no such row */
	int order[IDS]; /* ids, shuffled for every group */
	size_t at;      /* of the next one in order */
	char *text[3 * MANY];
	const char *cells[3 * MANY];
	uint64_t refused;
};

static uint64_t
roll(struct world *w, uint64_t below)
{
	w->seed = w->seed * UINT64_C(6364136223846793005) + 1442695040888963407;
	return (w->seed >> 33) % below;
}

static void
shuffle(struct world *w)
{
	for (int i = 0; i < IDS; i++)
		w->order[i] = i;
	for (size_t i = IDS - 1; i > 0; i--) {
		size_t k = roll(w, i + 1);
		int t = w->order[i];
		w->order[i] = w->order[k];
		w->order[k] = t;
	}
	w->at = 0;
}

static void
cell(struct world *w, size_t i, const char *head, int v, const char *tail)
{
	assert_true(asprintf(&w->text[i], "%s%d%s", head, v, tail) > 0);
	w->cells[i] = w->text[i];
}

/* One part of n rows; bad: some of them are refused. */
static struct batch *
part(struct world *w, size_t n, bool deletes, bool bad)
{
	static const struct rig_column cols[] = {
		{ "id", VT_INT, NULL },
		{ "name", VT_TEXT, NULL },
		{ "price", VT_DECIMAL, NULL },
	};
	char ops[MANY + 1] = { 0 };
	size_t width = deletes ? 1 : 3;
	for (size_t i = 0; i < n; i++) {
		int id = w->order[w->at++];
		int v = 1 + (int)roll(w, 3);
		bool refused = bad && !deletes && i % 7 == 3;
		ops[i] = deletes ? 'D' : w->value[id] ? 'U' : 'I';
		cell(w, i * width, "", id, "");
		if (!deletes) {
			cell(w, i * 3 + 1, refused ? "bad " : "name ", v, "");
			cell(w, i * 3 + 2, "", v, ".5");
		}
		if (!refused)
			w->value[id] = deletes ? 0 : v;
		w->refused += refused;
	}
	struct batch *b = rig_batch(cols, width, ops, w->cells);
	for (size_t i = 0; i < n * width; i++)
		free(w->text[i]);
	return b;
}

static void
group(struct world *w, struct rig *r, size_t number)
{
	bool bad = number % 8 == 5;
	size_t parts = 1 + roll(w, 4);
	shuffle(w);
	for (size_t i = 0; i < parts; i++) {
		bool many = !bad && i == 0 && roll(w, 5) == 0;
		rig_put(r, part(w, many ? MANY : 1 + roll(w, 9),
			       roll(w, 3) == 0, bad));
	}
	rig_finish(r);
}

static void
expect_world(const struct world *w)
{
	struct buf want = { 0 };
	for (int i = 0; i < IDS; i++)
		if (w->value[i])
			buf_printf(&want, "%s%d|name %d|%d.5",
			    want.len ? "\n" : "", i, w->value[i], w->value[i]);
	expect("SELECT id, name, price FROM thing ORDER BY id", buf_str(&want));
	buf_free(&want);
}

static void
equals_row_by_row(void **state)
{
	(void)state;
	NEED_SERVER();
	struct world *w = mem_zalloc(sizeof(*w));
	w->seed = 20250301;
	sql("CREATE TABLE thing (id int PRIMARY KEY, name text, price numeric,"
	    " CHECK (name NOT LIKE 'bad%'))");
	const struct entity en = entity(false);
	struct rig r;
	rig_open(&r, &en);
	r.apply.group_rows = 2 * MANY;
	for (size_t i = 0; i < GROUPS; i++) {
		group(w, &r, i);
		expect_world(w);
	}
	assert_true(w->refused > 0);
	assert_int_equal(r.nrejects, w->refused);
	rig_close(&r);
	free(w);
}

/* A group of which every row was refused before it reached the server. */
static void
commits_nothing(void **state)
{
	(void)state;
	NEED_SERVER();
	static const struct rig_column cols[] = {
		{ "id", VT_INT, NULL },
		{ "name", VT_TEXT, NULL },
	};
	sql("CREATE TABLE thing (id int2 PRIMARY KEY, name text)");
	const struct entity en = entity(false);
	struct rig r;
	rig_open(&r, &en);
	for (int i = 0; i < 2; i++)
		rig_apply(&r,
		    rig_batch(cols, 2, "II",
			(const char *const[]){ "70000", "a", "-70000", "b" }));
	rig_expect(&r, 0, 0, 0, 4);
	struct err e = { 0 };
	rig_ok(r.target->driver->begin(r.target, false, &e), &e);
	rig_ok(r.target->driver->commit(r.target, &e), &e);
	rig_apply(
	    &r, rig_batch(cols, 2, "I", (const char *const[]){ "7", "c" }));
	rig_close(&r);
	expect("SELECT * FROM thing", "7|c");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		SERVER_TEST(equals_row_by_row),
		SERVER_TEST(commits_nothing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
