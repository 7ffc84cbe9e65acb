#include "load/pg_binary.h"
#include "load/pg_session.h"
#include <postgresql/libpq-fe.h>
#include <stdio.h>
#include <string.h>

enum {
	PUT_BYTES = 256 << 10,
	STAGE_ROWS = 2048,
};

/*
 * SQLSTATE classes by which a single row, or the trigger it fired, can be at
 * fault. A class the standard does not have was raised by somebody's trigger.
 */
static bool
blames_row(const char *state)
{
	static const char row[][3] = { "21", "22", "23", "27", "38", "39", "44",
		"54", "P0" };
	static const char other[][3] = { "00", "01", "02", "03", "08", "09",
		"0A", "0B", "0F", "0L", "0P", "0Z", "20", "24", "25", "26",
		"28", "2B", "2D", "2F", "34", "3B", "3D", "3F", "40", "42",
		"53", "55", "57", "58", "72", "F0", "HV", "XX" };
	for (size_t i = 0; i < ARRAY_LEN(row); i++)
		if (strncmp(state, row[i], 2) == 0)
			return true;
	for (size_t i = 0; i < ARRAY_LEN(other); i++)
		if (strncmp(state, other[i], 2) == 0)
			return false;
	return true;
}

int
pg_refusal(struct pg_conn *c, const struct pg_result *r, struct err *e)
{
	db_pg_error(c, r, e);
	if (e->cls == ERR_CONFIG && strcmp(e->code, "57014") == 0)
		e->cls = ERR_RETRY;
	if (e->cls == ERR_CONFIG && blames_row(e->code))
		e->cls = ERR_DATA;
	const char *constraint =
	    r ? PQresultErrorField(r, PG_DIAG_CONSTRAINT_NAME) : NULL;
	size_t n = strlen(e->msg);
	if (constraint && !strstr(e->msg, constraint))
		snprintf(e->msg + n, sizeof(e->msg) - n, " (constraint %s)",
		    constraint);
	return -1;
}

int
pg_exec_rows(struct pg_conn *c, const char *sql, struct err *e)
{
	struct pg_result *r = PQexec(c, sql);
	int rc = 0;
	if (!r || PQresultStatus(r) != PGRES_COMMAND_OK)
		rc = pg_refusal(c, r, e);
	db_pg_clear(&r);
	return rc;
}

/* BEGIN, where it still waits for a statement to go with. */
static int
open_transaction(struct pg_session *pg, struct err *e)
{
	if (pg->unsent && db_pg_exec(pg->c, "BEGIN", e) < 0)
		return -1;
	pg->unsent = false;
	return 0;
}

int
pg_stage_create(struct pg_session *pg, enum plan_kind kind, struct err *e)
{
	if (pg->plans[kind].stage)
		return 0;
	if (open_transaction(pg, e) < 0)
		return -1;
	if (db_pg_exec(pg->c, pg->plans[kind].create, e) < 0)
		return err_wrap(e, "creating a temporary table");
	pg->plans[kind].stage = pg->plans[kind].fresh = true;
	return 0;
}

/*
 * Truncating costs a millisecond, whatever there is; deleting and passing by
 * dead rows costs more the more there are.
 */
static bool
worth_truncating(const struct pg_session *pg, enum plan_kind kind)
{
	return pg->plans[kind].used > STAGE_ROWS;
}

int
pg_stage_truncate(struct pg_session *pg, enum plan_kind kind, struct err *e)
{
	char sql[64];
	if (!worth_truncating(pg, kind))
		return 0;
	snprintf(sql, sizeof(sql), "TRUNCATE %s", pg_sql_stage(kind));
	if (db_pg_exec(pg->c, sql, e) < 0)
		return -1;
	pg->plans[kind].used = 0;
	return 0;
}

/* Sends a COPY, with the BEGIN that is still owed. */
static int
copy_command(struct pg_session *pg, const char *copy, struct err *e)
{
	struct buf sql = { 0 };
	buf_printf(&sql, "%s%s", pg->unsent ? "BEGIN; " : "", copy);
	struct pg_result *r = PQexec(pg->c, buf_str(&sql));
	buf_free(&sql);
	bool ok = r && PQresultStatus(r) == PGRES_COPY_IN;
	int rc = ok ? 0 : pg_refusal(pg->c, r, e);
	db_pg_clear(&r);
	pg->unsent = false;
	return rc;
}

static int
copy_start(struct pg_session *pg, enum plan_kind kind, enum pg_copying how,
    struct err *e)
{
	if (how == PG_COPY_STAGE && pg_stage_create(pg, kind, e) < 0)
		return -1;
	if (copy_command(pg,
		how == PG_COPY_DIRECT ? pg->plans[kind].copy_direct
				      : pg->plans[kind].copy,
		e) < 0)
		return -1;
	pg->copying = how;
	pg->kind = kind;
	buf_clear(&pg->out);
	pg_binary_begin(&pg->out);
	return 0;
}

/* Reads results until there are none; fails with the first failure. */
static int
drain(struct pg_conn *c, struct err *e)
{
	int rc = 0;
	struct pg_result *r;
	while ((r = PQgetResult(c)) != NULL) {
		if (PQresultStatus(r) != PGRES_COMMAND_OK && rc == 0)
			rc = pg_refusal(c, r, e);
		db_pg_clear(&r);
		if (PQstatus(c) == CONNECTION_BAD)
			break;
	}
	return rc;
}

static int
send_rows(struct pg_session *pg, struct err *e)
{
	int n =
	    PQputCopyData(pg->c, (const char *)pg->out.data, (int)pg->out.len);
	buf_clear(&pg->out);
	return n == 1 ? 0 : pg_refusal(pg->c, NULL, e);
}

static int
copy_finish(struct pg_session *pg, struct err *e)
{
	pg->copying = PG_COPY_NONE;
	pg_binary_end(&pg->out);
	if (send_rows(pg, e) < 0)
		return -1;
	if (PQputCopyEnd(pg->c, NULL) != 1)
		return pg_refusal(pg->c, NULL, e);
	return drain(pg->c, e);
}

/*
 * The statements that merge what is staged and leave the staging table empty;
 * ON COMMIT DELETE ROWS would truncate it however little there was. What may
 * be undone must not truncate: rows counted as gone would be back.
 */
static void
put_merge(const struct pg_session *pg, struct buf *sql)
{
	bool truncate = !pg->careful && worth_truncating(pg, pg->kind);
	buf_printf(sql, "%s; %s %s", pg->plans[pg->kind].apply,
	    truncate ? "TRUNCATE" : "DELETE FROM", pg_sql_stage(pg->kind));
}

static void
merged(struct pg_session *pg)
{
	if (!pg->careful && worth_truncating(pg, pg->kind))
		pg->plans[pg->kind].used = 0;
}

int
pg_settle(struct target_table *t, struct err *e)
{
	struct pg_session *pg = t->self;
	enum pg_copying was = pg->copying;
	if (was == PG_COPY_NONE)
		return 0;
	int r = copy_finish(pg, e);
	if (r == 0 && was == PG_COPY_STAGE) {
		struct buf sql = { 0 };
		put_merge(pg, &sql);
		r = pg_exec_rows(pg->c, buf_str(&sql), e);
		buf_free(&sql);
		if (r == 0)
			merged(pg);
	}
	/* Rows stand in the way, or one is bad: the merge sorts that out. */
	if (r < 0 && was == PG_COPY_DIRECT)
		pg->direct = false;
	return r;
}

/* Runs statements of which the last is COMMIT. */
static int
exec_commit(struct pg_conn *c, const char *sql, struct err *e)
{
	struct pg_result *r = PQexec(c, sql);
	int rc = 0;
	if (!r || PQresultStatus(r) != PGRES_COMMAND_OK)
		rc = pg_refusal(c, r, e);
	else if (strcmp(PQcmdStatus(r), "COMMIT") != 0)
		rc = err_retry(e, "40000",
		    "the server rolled the transaction back at commit");
	db_pg_clear(&r);
	return rc;
}

/* What was staged is merged on the way: one answer to wait for, not two. */
static int
settle_and_commit(struct target_table *t, struct err *e)
{
	struct pg_session *pg = t->self;
	struct buf sql = { 0 };
	if (pg->copying != PG_COPY_STAGE) {
		if (pg_settle(t, e) < 0)
			return -1;
		return exec_commit(pg->c, "COMMIT", e);
	}
	if (copy_finish(pg, e) < 0)
		return -1;
	put_merge(pg, &sql);
	buf_puts(&sql, "; COMMIT");
	int r = exec_commit(pg->c, buf_str(&sql), e);
	buf_free(&sql);
	if (r == 0)
		merged(pg);
	return r;
}

int
pg_commit(struct target_table *t, struct err *e)
{
	struct pg_session *pg = t->self;
	/* A BEGIN that nothing went with is not owed any more. */
	if (!pg->unsent && settle_and_commit(t, e) < 0)
		return -1;
	for (size_t i = 0; i < PLAN_KINDS; i++)
		pg->plans[i].fresh = false;
	pg->transaction = pg->unsent = false;
	return 0;
}

static int
put_rows(struct pg_session *pg, const struct slice *s, struct err *e)
{
	const struct pg_column *cols = pg->plans[s->plan->kind].shape.cols;
	for (size_t i = 0; i < s->n; i++) {
		uint32_t row = slice_row(s, i);
		if (pg_binary_row(cols, s->in, s->plan->n, row, &pg->out, e) <
		    0) {
			if (e->cls != ERR_DATA)
				return -1;
			s->refuse(s->ctx, row, e, false);
			err_clear(e);
		}
		if (pg->out.len >= PUT_BYTES && send_rows(pg, e) < 0)
			return -1;
	}
	return 0;
}

int
pg_put(struct target_table *t, const struct slice *s, struct err *e)
{
	struct pg_session *pg = t->self;
	enum plan_kind kind = s->plan->kind;
	bool direct = kind == PLAN_UPSERT && s->inserts && pg->direct &&
		      pg->plans[kind].shape.direct;
	enum pg_copying how = direct ? PG_COPY_DIRECT : PG_COPY_STAGE;
	/* Once anything but an insert comes, the table is not being filled. */
	pg->direct &= direct;
	if (pg->copying != PG_COPY_NONE &&
	    (pg->copying != how || pg->kind != kind) && pg_settle(t, e) < 0)
		return -1;
	if (pg->copying == PG_COPY_NONE && copy_start(pg, kind, how, e) < 0)
		return -1;
	if (how == PG_COPY_STAGE)
		pg->plans[kind].used += s->n;
	return put_rows(pg, s, e);
}

void
pg_copy_forget(struct pg_session *pg)
{
	pg->copying = PG_COPY_NONE;
	for (size_t i = 0; i < PLAN_KINDS; i++) {
		if (pg->plans[i].fresh)
			pg->plans[i].stage = false;
		pg->plans[i].fresh = false;
		/* What was truncated then is back, as dead rows. */
		pg->plans[i].used = pg->plans[i].stage ? STAGE_ROWS + 1 : 0;
	}
}
