/* Random values of every storage class, against the rules in sqlite_value.h
 * as SQLite's plain calls tell them. */
#include "proto/decimal.h"
#include "tests/unit/extract/rig.h"
#include <sqlite3.h>

enum { ROWS = 3000, COLUMNS = 7, TEXT_MAX = 40 };

static const struct {
	const char *name, *declaration;
	enum value_type type;
} columns[COLUMNS] = {
	{ "i", "INTEGER", VT_INT },
	{ "b", "BOOLEAN", VT_BOOL },
	{ "f", "REAL", VT_FLOAT },
	{ "d", "NUMERIC(14,3)", VT_DECIMAL },
	{ "t", "TEXT", VT_TEXT },
	{ "x", "BLOB", VT_BYTES },
	{ "w", "TIMESTAMP", VT_TEXT },
};

static uint32_t
roll(uint64_t *state, uint32_t sides)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return (uint32_t)(*state >> 33) % sides;
}

static void
bind_random(uint64_t *dice, sqlite3_stmt *st, int i)
{
	static const char letters[] = "0123456789.-0123456789abc";
	char text[TEXT_MAX];
	int n = (int)roll(dice, TEXT_MAX);
	int set = roll(dice, 2) ? 11 : (int)sizeof(letters) - 1;

	for (int k = 0; k < n; k++)
		text[k] = letters[roll(dice, (uint32_t)set)];
	switch (roll(dice, 6)) {
	case 0:
		sqlite3_bind_null(st, i);
		break;
	case 1:
		sqlite3_bind_int64(st, i,
		    (int64_t)roll(dice, UINT32_MAX) << roll(dice, 32) >> 20);
		break;
	case 2:
		sqlite3_bind_double(
		    st, i, (double)roll(dice, 1000000) / (1 + roll(dice, 999)));
		break;
	case 3:
		sqlite3_bind_int64(st, i, roll(dice, 3));
		break;
	case 4:
		sqlite3_bind_blob(st, i, text, n, SQLITE_TRANSIENT);
		break;
	default:
		sqlite3_bind_text(st, i, text, n, SQLITE_TRANSIENT);
		break;
	}
}

static void
fill(sqlite3 *db)
{
	uint64_t dice = 5;
	struct buf sql = { 0 };
	sqlite3_stmt *st;

	buf_puts(&sql, "CREATE TABLE t(");
	for (int i = 0; i < COLUMNS; i++)
		buf_printf(&sql, "%s%s %s", i ? ", " : "", columns[i].name,
		    columns[i].declaration);
	buf_puts(&sql, "); BEGIN");
	assert_int_equal(
	    sqlite3_exec(db, buf_str(&sql), NULL, NULL, NULL), SQLITE_OK);
	assert_int_equal(
	    sqlite3_prepare_v2(
		db, "INSERT INTO t VALUES(?,?,?,?,?,?,?)", -1, &st, NULL),
	    SQLITE_OK);
	for (int row = 0; row < ROWS; row++) {
		for (int i = 1; i <= COLUMNS; i++)
			bind_random(&dice, st, i);
		assert_int_equal(sqlite3_step(st), SQLITE_DONE);
		sqlite3_reset(st);
	}
	sqlite3_finalize(st);
	assert_int_equal(
	    sqlite3_exec(db, "COMMIT", NULL, NULL, NULL), SQLITE_OK);
	buf_free(&sql);
}

static struct span
plain_text(sqlite3_stmt *st, int i, char digits[DECIMAL_DOUBLE_MAX])
{
	struct span s = { (const uint8_t *)digits, 0 };

	switch (sqlite3_column_type(st, i)) {
	case SQLITE_INTEGER:
		s.len = decimal_from_i64(sqlite3_column_int64(st, i), digits);
		break;
	case SQLITE_FLOAT:
		s.len =
		    decimal_from_double(sqlite3_column_double(st, i), digits);
		break;
	default:
		s.data = sqlite3_column_blob(st, i);
		s.len = (size_t)sqlite3_column_bytes(st, i);
		break;
	}
	return s;
}

static bool
canonical(struct span s)
{
	struct buf out = { 0 };
	bool same = decimal_canonical(s, &out) == 0 && out.len == s.len &&
		    memcmp(out.data, s.data, s.len) == 0;

	buf_free(&out);
	return same;
}

/* What must arrive of a value that is not NULL. */
static struct value
expected(sqlite3_stmt *st, int i, enum value_type type,
    char digits[DECIMAL_DOUBLE_MAX])
{
	struct value v = { .type = VT_TEXT, .s = plain_text(st, i, digits) };
	int storage = sqlite3_column_type(st, i);
	int64_t n = sqlite3_column_int64(st, i);
	bool number = storage == SQLITE_INTEGER || storage == SQLITE_FLOAT;

	if (type == VT_INT && storage == SQLITE_INTEGER)
		v = (struct value){ .type = VT_INT, .i = n };
	else if (type == VT_BOOL && storage == SQLITE_INTEGER && n >= 0 &&
		 n <= 1)
		v = (struct value){ .type = VT_BOOL, .b = n == 1 };
	else if (type == VT_FLOAT && number)
		v = (struct value){ .type = VT_FLOAT,
			.f = sqlite3_column_double(st, i) };
	else if (type == VT_DECIMAL && storage != SQLITE_BLOB &&
		 (number || canonical(v.s)))
		v.type = VT_DECIMAL;
	else if (type == VT_BYTES)
		v.type = VT_BYTES;
	return v;
}

static void
put_expected(sqlite3 *db, struct buf *out)
{
	char digits[DECIMAL_DOUBLE_MAX];
	sqlite3_stmt *st;

	assert_int_equal(
	    sqlite3_prepare_v2(db, "SELECT * FROM t", -1, &st, NULL),
	    SQLITE_OK);
	for (int row = 0; sqlite3_step(st) == SQLITE_ROW; row++) {
		buf_printf(out, "%d|0", row);
		for (int i = 0; i < COLUMNS; i++) {
			struct value v =
			    expected(st, i, columns[i].type, digits);
			bool null = sqlite3_column_type(st, i) == SQLITE_NULL;
			buf_printf(out, " %s=%s:", columns[i].name,
			    value_type_name(null ? columns[i].type : v.type));
			if (null)
				buf_puts(out, "NULL");
			else
				value_text(&v, out);
		}
		buf_putc(out, '\n');
	}
	sqlite3_finalize(st);
}

/* A row a batch: else one value's demotion would hide the others' types. */
static void
values_follow_the_rules(void **state)
{
	struct rig_folder folder;
	struct connection conn = { .name = "plan", .driver = DRIVER_SQLITE };
	struct entity en = { .name = "things",
		.source = { .table = "t", .conn = &conn },
		.batch_rows = 1,
		.batch_bytes = 1 << 20 };
	struct rig rig = { 0 };
	struct buf want = { 0 };
	struct emit em;
	struct err e = { 0 };
	sqlite3 *db;

	(void)state;
	rig_folder(&folder, "s.db");
	conn.path = folder.file;
	assert_int_equal(sqlite3_open(folder.file, &db), SQLITE_OK);
	fill(db);
	put_expected(db, &want);
	sqlite3_close(db);
	if (rig_read(&en, &rig, &em, &e) != 0)
		fail_msg("%s", e.msg);
	assert_int_equal(rig.batches, ROWS);
	assert_string_equal(buf_str(&rig.text), buf_str(&want));
	emit_free(&em);
	rig_free(&rig);
	buf_free(&want);
	rig_remove(&folder);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_follow_the_rules),
	};
	return cmocka_run_group_tests_name("sqlite_value", tests, NULL, NULL);
}
