#include "proto/db_sqlite.h"
#include "proto/limits.h"
#include <ctype.h>
#include <sqlite3.h>
#include <string.h>

static const struct {
	const char *word;
	enum value_type type;
} words[] = {
	{ "BOOL", VT_BOOL },
	{ "BOOLEAN", VT_BOOL },
	{ "DATE", VT_DATE },
	{ "TIME", VT_TIME },
	{ "DATETIME", VT_TIMESTAMP },
	{ "TIMESTAMP", VT_TIMESTAMP },
	{ "TIMESTAMPTZ", VT_TIMESTAMPTZ },
	{ "DECIMAL", VT_DECIMAL },
	{ "NUMERIC", VT_DECIMAL },
	{ "NUMBER", VT_DECIMAL },
	{ "UUID", VT_UUID },
	{ "JSON", VT_JSON },
	{ "JSONB", VT_JSON },
};

static bool
contains(const char *declared, const char *part)
{
	return strcasestr(declared, part) != NULL;
}

/* SQLite's own rules, in its order (datatype3.html, 3.1). */
static enum value_type
affinity_type(const char *declared)
{
	if (contains(declared, "INT"))
		return VT_INT;
	if (contains(declared, "CHAR") || contains(declared, "CLOB") ||
	    contains(declared, "TEXT"))
		return VT_TEXT;
	if (contains(declared, "BLOB"))
		return VT_BYTES;
	if (!declared[0])
		return VT_TEXT;
	if (contains(declared, "REAL") || contains(declared, "FLOA") ||
	    contains(declared, "DOUB"))
		return VT_FLOAT;
	return VT_DECIMAL;
}

static enum value_type
declared_type(const char *declared)
{
	size_t n = 0;

	while (isalnum((unsigned char)declared[n]) || declared[n] == '_')
		n++;
	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		if (strlen(words[i].word) != n ||
		    strncasecmp(declared, words[i].word, n) != 0)
			continue;
		if (words[i].type == VT_TIMESTAMP &&
		    contains(declared, "WITH TIME ZONE"))
			return VT_TIMESTAMPTZ;
		return words[i].type;
	}
	return affinity_type(declared);
}

/* The number at s, or -1; *end is set behind it. */
static int
small_number(const char *s, const char **end)
{
	int v = -1;

	while (*s == ' ')
		s++;
	for (; isdigit((unsigned char)*s); s++)
		if (v < 100000000)
			v = (v < 0 ? 0 : v * 10) + (*s - '0');
	while (*s == ' ')
		s++;
	*end = s;
	return v;
}

void
db_sqlite_type(const char *declared, struct schema_column *out)
{
	if (!declared)
		declared = "";
	out->type = declared_type(declared);
	out->type_name = declared;
	out->precision = out->scale = -1;
	if (out->type != VT_TEXT && out->type != VT_DECIMAL)
		return;
	const char *p = strchr(declared, '(');
	if (!p)
		return;
	out->precision = small_number(p + 1, &p);
	if (out->precision < 0 || out->type != VT_DECIMAL)
		return;
	out->scale = *p == ',' ? small_number(p + 1, &p) : 0;
}

static char *
column_dup(struct arena *a, struct sqlite3_stmt *st, int i)
{
	const char *s = (const char *)sqlite3_column_text(st, i);
	return arena_strdup(a, s ? s : "");
}

static int
check_width(int n, struct err *e)
{
	if (n > LIMIT_COLUMNS)
		return err_config(e, "too_many_columns",
		    "%d columns are more than the %d that can be handled", n,
		    LIMIT_COLUMNS);
	return 0;
}

/* Names the tables there are, so that a typing error shows. */
static int
no_table(struct sqlite3 *db, const struct sql_table *t, struct err *e)
{
	struct buf list = { 0 };
	struct sqlite3_stmt *st;
	int n = 0;

	if (db_sqlite_prepare(db,
		"SELECT name FROM pragma_table_list WHERE type IN ('table','view','virtual') AND schema = 'main' AND name NOT LIKE 'sqlite_%' ORDER BY name",
		&st, e) != 0)
		return -1;
	while (sqlite3_step(st) == SQLITE_ROW && n++ < 12) {
		buf_puts(&list, list.len ? ", " : "");
		buf_puts(&list, (const char *)sqlite3_column_text(st, 0));
	}
	sqlite3_finalize(st);
	if (n > 12)
		buf_puts(&list, ", …");
	err_config(e, "no_such_table", "table %s%s%s does not exist; %s%.600s",
	    t->schema, t->schema[0] ? "." : "", t->name,
	    list.len ? "there are: " : "there is no table",
	    list.len ? buf_str(&list) : "");
	buf_free(&list);
	return -1;
}

/* table_xinfo of t in *out: name, type, notnull, default?, pk, hidden. */
static int
open_info(struct sqlite3 *db, const struct sql_table *t,
    struct sqlite3_stmt **out, struct err *e)
{
	static const char sql[] =
	    "SELECT name, type, \"notnull\", dflt_value IS NOT NULL, pk, hidden FROM pragma_table_xinfo(?1, ?2)";

	if (db_sqlite_prepare(db, sql, out, e) != 0)
		return -1;
	sqlite3_bind_text(*out, 1, t->name, -1, SQLITE_STATIC);
	if (t->schema[0])
		sqlite3_bind_text(*out, 2, t->schema, -1, SQLITE_STATIC);
	else
		sqlite3_bind_text(*out, 2, "main", -1, SQLITE_STATIC);
	return 0;
}

/* The next column of a list that has room for *cap. */
static struct schema_column *
add_column(struct arena *a, struct schema *s, size_t *cap)
{
	if (s->ncols == *cap) {
		*cap = *cap ? *cap * 2 : 16;
		struct schema_column *grown =
		    arena_zalloc(a, *cap * sizeof(*grown));
		if (s->ncols)
			memcpy(grown, s->cols, s->ncols * sizeof(*grown));
		s->cols = grown;
	}
	return &s->cols[s->ncols++];
}

static int
read_info(struct sqlite3 *db, struct sqlite3_stmt *st, struct arena *a,
    struct schema *out, struct err *e)
{
	size_t cap = 0, nkey = 0, key = 0;
	int rc;

	while ((rc = sqlite3_step(st)) == SQLITE_ROW) {
		int hidden = sqlite3_column_int(st, 5);
		if (hidden == 1) /* of a virtual table: not a stored column */
			continue;
		if (check_width((int)out->ncols + 1, e) != 0)
			return -1;
		if (sqlite3_column_int(st, 4) > 0) {
			nkey++;
			key = out->ncols;
		}
		struct schema_column *c = add_column(a, out, &cap);
		c->name = column_dup(a, st, 0);
		db_sqlite_type(column_dup(a, st, 1), c);
		c->not_null = sqlite3_column_int(st, 2) != 0;
		c->has_default = sqlite3_column_int(st, 3) != 0;
		c->generated = hidden == 2 || hidden == 3;
	}
	if (rc != SQLITE_DONE)
		return db_sqlite_error(db, e);
	/* Only a lone INTEGER PRIMARY KEY is the rowid, which SQLite gives. */
	struct schema_column *id = nkey == 1 ? &out->cols[key] : NULL;
	if (id && strcasecmp(id->type_name, "INTEGER") == 0)
		id->identity = id->has_default = id->not_null = true;
	return 0;
}

int
db_sqlite_table_schema(struct sqlite3 *db, const struct sql_table *t,
    struct arena *a, struct schema *out, struct err *e)
{
	struct sqlite3_stmt *st;

	*out = (struct schema){ 0 };
	if (open_info(db, t, &st, e) != 0)
		return -1;
	int rc = read_info(db, st, a, out, e);
	sqlite3_finalize(st);
	if (rc == 0 && out->ncols == 0)
		return no_table(db, t, e);
	return rc;
}

static int
read_columns(
    struct sqlite3_stmt *st, struct arena *a, struct schema *out, struct err *e)
{
	int n = sqlite3_column_count(st);

	if (n == 0 || !sqlite3_stmt_readonly(st))
		return err_config(
		    e, "query", "the query must only read, and give rows");
	if (check_width(n, e) != 0)
		return -1;
	*out = (struct schema){ .ncols = (size_t)n,
		.cols = arena_zalloc(a, (size_t)n * sizeof(*out->cols)) };
	for (int i = 0; i < n; i++) {
		const char *type = sqlite3_column_decltype(st, i);
		struct schema_column *c = &out->cols[i];
		c->name = arena_strdup(a, sqlite3_column_name(st, i));
		db_sqlite_type(arena_strdup(a, type ? type : ""), c);
	}
	return 0;
}

int
db_sqlite_query_schema(struct sqlite3 *db, const char *query, struct arena *a,
    struct schema *out, struct err *e)
{
	struct sqlite3_stmt *st;

	*out = (struct schema){ 0 };
	if (db_sqlite_prepare(db, query, &st, e) != 0)
		return -1;
	int rc = read_columns(st, a, out, e);
	sqlite3_finalize(st);
	return rc;
}

static bool
listed(const char *name, const char *const *cols, size_t n)
{
	for (size_t i = 0; name && i < n; i++)
		if (sqlite3_stricmp(name, cols[i]) == 0)
			return true;
	return false;
}

/* 1 if the statement's first column yields exactly these n names. */
static int
same_set(struct sqlite3 *db, struct sqlite3_stmt *st, const char *const *cols,
    size_t n, struct err *e)
{
	size_t found = 0;
	bool foreign = false;
	int rc;

	while ((rc = sqlite3_step(st)) == SQLITE_ROW) {
		const char *s = (const char *)sqlite3_column_text(st, 0);
		if (listed(s, cols, n))
			found++;
		else
			foreign = true;
	}
	if (rc != SQLITE_DONE)
		return db_sqlite_error(db, e);
	return !foreign && found == n;
}

/* As same_set, over sql with ?1 bound to name and ?2 to the schema. */
static int
query_set(struct sqlite3 *db, const char *sql, const char *const names[2],
    const struct strings *cols, struct err *e)
{
	struct sqlite3_stmt *st;

	if (db_sqlite_prepare(db, sql, &st, e) != 0)
		return -1;
	sqlite3_bind_text(st, 1, names[0], -1, SQLITE_STATIC);
	sqlite3_bind_text(st, 2, names[1], -1, SQLITE_STATIC);
	int rc = same_set(db, st, (const char *const *)cols->v, cols->n, e);
	sqlite3_finalize(st);
	return rc;
}

static int
any_index(struct sqlite3 *db, struct sqlite3_stmt *st, const char *schema,
    const struct strings *cols, struct err *e)
{
	int rc;

	while ((rc = sqlite3_step(st)) == SQLITE_ROW) {
		const char *index = (const char *)sqlite3_column_text(st, 0);
		int same =
		    query_set(db, "SELECT name FROM pragma_index_info(?1, ?2)",
			(const char *const[2]){ index, schema }, cols, e);
		if (same != 0)
			return same;
	}
	return rc == SQLITE_DONE ? 0 : db_sqlite_error(db, e);
}

/* Of a column that some index keeps unique. */
static int
how_exact(struct sqlite3 *db, const char *table, const char *schema,
    const char *column, struct err *e)
{
	struct sqlite3_stmt *st;

	if (db_sqlite_prepare(db,
		"SELECT 1 FROM pragma_index_list(?1, ?2) AS l, pragma_index_xinfo(l.name, ?2) AS x WHERE l.\"unique\" AND x.key AND x.coll <> 'BINARY' AND x.name = ?3 COLLATE NOCASE",
		&st, e) != 0)
		return -1;
	sqlite3_bind_text(st, 1, table, -1, SQLITE_STATIC);
	sqlite3_bind_text(st, 2, schema, -1, SQLITE_STATIC);
	sqlite3_bind_text(st, 3, column, -1, SQLITE_STATIC);
	int rc = sqlite3_step(st);
	if (rc != SQLITE_ROW && rc != SQLITE_DONE)
		(void)db_sqlite_error(db, e);
	sqlite3_finalize(st);
	return rc == SQLITE_ROW    ? SQL_UNIQUE_LOOSE
	       : rc == SQLITE_DONE ? SQL_UNIQUE_EXACT
				   : -1;
}

int
db_sqlite_has_unique(struct sqlite3 *db, const struct sql_table *t,
    const char *const *cols, size_t n, struct err *e)
{
	const char *schema = t->schema[0] ? t->schema : "main";
	struct sqlite3_stmt *st;
	struct arena a = { 0 };
	struct strings want = { n, arena_alloc(&a, n * sizeof(*want.v)) };

	memcpy(want.v, cols, n * sizeof(*cols));
	int rc = query_set(db,
	    "SELECT name FROM pragma_table_xinfo(?1, ?2) WHERE pk > 0",
	    (const char *const[2]){ t->name, schema }, &want, e);
	if (rc == 0 &&
	    (rc = db_sqlite_prepare(db,
		 "SELECT name FROM pragma_index_list(?1, ?2) WHERE \"unique\" AND NOT partial",
		 &st, e)) == 0) {
		sqlite3_bind_text(st, 1, t->name, -1, SQLITE_STATIC);
		sqlite3_bind_text(st, 2, schema, -1, SQLITE_STATIC);
		rc = any_index(db, st, schema, &want, e);
		sqlite3_finalize(st);
	}
	for (size_t i = 0; rc == SQL_UNIQUE_EXACT && i < n; i++)
		rc = how_exact(db, t->name, schema, cols[i], e);
	arena_free(&a);
	return rc;
}
