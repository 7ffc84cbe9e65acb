/* Entities that clash, found by text, against looking at every pair. */
#include "tests/unit/proto/pipeline_file.h"

enum { TRIES = 300, ENTITIES = 40 };

#define CONNECTIONS                                                            \
	"version: 1\n"                                                         \
	"connections:\n"                                                       \
	"  - {name: a, driver: postgres, dsn: host=h}\n"                       \
	"  - {name: b, driver: postgres, dsn: host=h}\n"                       \
	"  - {name: c, driver: postgres, dsn: host=i}\n"                       \
	"  - {name: d, driver: sqlite, path: t.db}\n"                          \
	"  - {name: e, driver: sqlite, path: t.db}\n"                          \
	"  - {name: files, driver: csv, path: in}\n"                           \
	"entities:\n"
enum { FIRST_LINE = 10 };

/* Where each of them leads. */
static const int place[] = { 0, 0, 1, 2, 2 };

struct one {
	int name, table, conn;
};

static unsigned
draw(unsigned *seed, unsigned n)
{
	*seed = *seed * 1664525 + 1013904223;
	return (*seed >> 8) % n;
}

static void
expect_name(const struct one *all, int i, int j, struct buf *out)
{
	buf_printf(out,
	    "p.yaml:%d: entities[%d].name: \"n%d\" is also the entity of line "
	    "%d\n",
	    FIRST_LINE + i, i, all[i].name, FIRST_LINE + j);
}

static void
expect_target(const struct one *all, int i, int j, struct buf *out)
{
	buf_printf(out,
	    "p.yaml:%d: entities[%d].target: the entity of line %d writes the "
	    "same table, \"t%d\"\n",
	    FIRST_LINE + i, i, FIRST_LINE + j, all[i].table);
}

static void
every_pair(const struct one *all, struct buf *out)
{
	for (int i = 0; i < ENTITIES; i++) {
		bool name = false, target = false;
		for (int j = 0; j < i; j++) {
			if (!name && all[i].name == all[j].name) {
				expect_name(all, i, j, out);
				name = true;
			}
			if (!target && all[i].table == all[j].table &&
			    place[all[i].conn] == place[all[j].conn]) {
				expect_target(all, i, j, out);
				target = true;
			}
		}
	}
}

static void
finds_what_every_pair_shows(void **state)
{
	(void)state;
	unsigned seed = 7, clashes = 0;
	for (int try = 0; try < TRIES; try++) {
		struct buf text = { 0 }, want = { 0 }, got = { 0 };
		struct one all[ENTITIES];
		unsigned names = 1 + draw(&seed, 200);
		unsigned tables = 1 + draw(&seed, 100);
		for (int i = 0; i < ENTITIES; i++) {
			all[i] = (struct one){ (int)draw(&seed, names),
				(int)draw(&seed, tables),
				(int)draw(&seed, ARRAY_LEN(place)) };
			buf_printf(&text,
			    "  - {name: n%d, source: {connection: files, "
			    "file: x}, target: {connection: %c, table: t%d}, "
			    "key: [id]}\n",
			    all[i].name, "abcde"[all[i].conn], all[i].table);
		}
		every_pair(all, &want);
		clashes += want.len > 0;
		if (!want.len)
			buf_puts(&want, "fine\n");
		pipeline_try(CONNECTIONS, buf_str(&text), &got);
		assert_string_equal(buf_str(&got), buf_str(&want));
		buf_free(&text);
		buf_free(&want);
		buf_free(&got);
	}
	assert_true(clashes > TRIES / 2);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_what_every_pair_shows),
	};
	return cmocka_run_group_tests(tests, pipeline_enter, pipeline_leave);
}
