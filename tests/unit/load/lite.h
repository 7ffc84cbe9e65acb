#ifndef TESTS_UNIT_LOAD_LITE_H
#define TESTS_UNIT_LOAD_LITE_H
#include "tests/unit/load/rig.h"
#include <sqlite3.h>
#include <unistd.h>

/* Real SQLite files, one per test, and a connection to look into them. */
static char path[64];
static struct sqlite3 *db; /* the eyes of the test */

static const struct connection conn = {
	.name = "plan", .driver = DRIVER_SQLITE, .path = path
};
static const char *key_id[] = { "id" };
static const struct rig_column things[] = {
	{ "id", VT_INT, NULL },
	{ "name", VT_TEXT, NULL },
	{ "price", VT_DECIMAL, NULL },
};
static const struct rig_column thing_keys[] = { { "id", VT_DECIMAL, NULL } };

static inline struct entity
entity(bool create)
{
	return (struct entity){ .name = "things",
		.target = { .connection = "plan",
		    .table = "thing",
		    .create = create,
		    .conn = &conn },
		.key = { 1, key_id } };
}

static inline int
setup(void **state)
{
	(void)state;
	snprintf(path, sizeof(path), "/tmp/syncline-load-XXXXXX");
	int fd = mkstemp(path);
	close(fd);
	return sqlite3_open(path, &db);
}

static inline int
teardown(void **state)
{
	(void)state;
	sqlite3_close(db);
	db = NULL;
	return unlink(path);
}

static inline void
sql(const char *text)
{
	char *msg = NULL;
	if (sqlite3_exec(db, text, NULL, NULL, &msg) != SQLITE_OK)
		fail_msg("%s: %s", text, msg);
}

/* Every cell as quote() writes it, cells by ',' and rows by '\n'. */
static inline void
expect(const char *query, const char *want)
{
	struct buf out = { 0 };
	struct sqlite3_stmt *st;
	if (sqlite3_prepare_v2(db, query, -1, &st, NULL) != SQLITE_OK)
		fail_msg("%s: %s", query, sqlite3_errmsg(db));
	while (sqlite3_step(st) == SQLITE_ROW) {
		if (out.len)
			buf_putc(&out, '\n');
		for (int i = 0; i < sqlite3_column_count(st); i++) {
			const char *v =
			    (const char *)sqlite3_column_text(st, i);
			buf_puts(&out, i ? "," : "");
			buf_puts(&out, v ? v : "NULL");
		}
	}
	sqlite3_finalize(st);
	assert_string_equal(buf_str(&out), want);
	buf_free(&out);
}

#define ROWS(ops, ...)                                                         \
	rig_batch(things, ARRAY_LEN(things), ops,                              \
	    (const char *const[]){ __VA_ARGS__ })
#define KEYS(ops, ...)                                                         \
	rig_batch(thing_keys, 1, ops, (const char *const[]){ __VA_ARGS__ })

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

#endif
