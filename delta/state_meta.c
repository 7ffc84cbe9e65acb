#include "delta/state_impl.h"
#include <inttypes.h>
#include <sqlite3.h>
#include <string.h>

enum { FORMAT = 2, ITEMS = 6 };

/* What meta must say, in the order it is compared. */
struct item {
	const char *key;
	struct buf value;
	const char *differs; /* what a difference means, and what to do */
};

static void
put_key(const struct strings *key, struct buf *out)
{
	for (size_t i = 0; i < key->n; i++)
		buf_printf(out, "%zu:%s", strlen(key->v[i]), key->v[i]);
}

static void
describe(const struct state_spec *spec, struct item items[ITEMS])
{
	static const struct {
		const char *key, *differs;
	} texts[ITEMS] = {
		{ "format", "it was written by another version of Syncline" },
		{ "entity", "it belongs to another entity" },
		{ "parts",
		    "it was made with another number of partitions: set "
		    "state.partitions back, or move it away and adopt the "
		    "target" },
		{ "part", "it belongs to another partition" },
		{ "key",
		    "the key of the entity has changed: set it back, or move "
		    "the state away and adopt the target" },
		{ "identity",
		    "the identity mode of the entity has changed: set it "
		    "back, or move the state away and adopt the target" },
	};
	for (size_t i = 0; i < ITEMS; i++)
		items[i] = (struct item){ .key = texts[i].key,
			.differs = texts[i].differs };
	buf_printf(&items[0].value, "%d", FORMAT);
	buf_puts(&items[1].value, spec->place.entity);
	buf_printf(&items[2].value, "%" PRIu32, spec->place.parts);
	buf_printf(&items[3].value, "%" PRIu32, spec->place.part);
	put_key(spec->key, &items[4].value);
	buf_puts(&items[5].value, spec->syncflow ? "syncflow" : "default");
}

static void
forget(struct item items[ITEMS])
{
	for (size_t i = 0; i < ITEMS; i++)
		buf_free(&items[i].value);
}

int
state_meta_write(struct state *s, struct err *e)
{
	struct sqlite3_stmt *st = NULL;
	struct item items[ITEMS];
	int r = state_prepare(s, "INSERT INTO meta VALUES(?,?)", &st, e);

	describe(&s->spec, items);
	for (size_t i = 0; i < ITEMS && r == 0; i++) {
		sqlite3_bind_text(st, 1, items[i].key, -1, SQLITE_STATIC);
		sqlite3_bind_text(st, 2, buf_str(&items[i].value),
		    (int)items[i].value.len, SQLITE_STATIC);
		r = state_step(s, st, e);
	}
	forget(items);
	sqlite3_finalize(st);
	return r;
}

static int
check_item(
    struct state *s, struct sqlite3_stmt *st, struct item *want, struct err *e)
{
	sqlite3_bind_text(st, 1, want->key, -1, SQLITE_STATIC);
	int r = sqlite3_step(st);
	if (r != SQLITE_ROW && r != SQLITE_DONE)
		return state_error(s, "reading", e);
	const char *got =
	    r == SQLITE_ROW ? (const char *)sqlite3_column_text(st, 0) : NULL;
	if (got && strcmp(got, buf_str(&want->value)) == 0) {
		sqlite3_reset(st);
		return 0;
	}
	return err_config(e, "state_mismatch",
	    "state file %s: %s (%s is \"%.200s\", not \"%.200s\")",
	    buf_str(&s->path), want->differs, want->key, got ? got : "",
	    buf_str(&want->value));
}

int
state_meta_check(struct state *s, struct err *e)
{
	struct sqlite3_stmt *st = NULL;
	struct item items[ITEMS];
	int r =
	    state_prepare(s, "SELECT value FROM meta WHERE key = ?", &st, e);

	describe(&s->spec, items);
	if (r == 0 && s->format == 1) {
		buf_clear(&items[0].value);
		buf_puts(&items[0].value, "1");
	}
	for (size_t i = 0; i < ITEMS && r == 0; i++)
		r = check_item(s, st, &items[i], e);
	forget(items);
	sqlite3_finalize(st);
	return r;
}

int
state_upgrade(struct state *s, struct err *e)
{
	static const char to_2[] =
	    "ALTER TABLE journal ADD COLUMN bytes INTEGER NOT NULL DEFAULT 0;"
	    "UPDATE meta SET value = '2' WHERE key = 'format'";

	if (s->format == FORMAT)
		return 0;
	if (state_exec(s, to_2, e))
		return -1;
	s->format = FORMAT;
	return state_prepare_all(s, e);
}
