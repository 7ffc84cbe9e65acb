#include "proto/store_pace.h"
#include "proto/message.h"
#include "proto/store_impl.h"

/* Older runs say less and less about the next one. */
#define RUNS "5"

/* One row of sums into the given numbers. */
static int
sums(struct store *s, const char *sql, const struct store_args *args,
    uint64_t *const *out, struct err *e)
{
	struct store_rows q;
	if (store_db_query(s, sql, args, &q, e) < 0)
		return -1;
	int rc = store_db_step(&q, e);
	if (rc != 1)
		return rc;
	for (; *out; out++)
		**out = store_db_u64(&q);
	store_db_end(&q);
	return 0;
}

int
store_pace_get(
    struct store *s, const char *entity, struct store_pace *out, struct err *e)
{
	uint64_t micros = 0, done_micros = 0;
	*out = (struct store_pace){ 0 };
	uint64_t *const runs[] = { &out->runs, &out->rows, &micros,
		&out->last_rows, NULL };
	uint64_t *const chunks[] = { &out->chunks, &out->done, &out->done_rows,
		&done_micros, NULL };
	if (sums(s,
		"SELECT count(*), sum(rows_read), sum(took), "
		"max(CASE WHEN place = 1 THEN rows_read END) FROM ("
		"SELECT r.rows_read, r.finished_at - r.started_at AS took, "
		"row_number() OVER (ORDER BY r.id DESC) AS place FROM runs r "
		"JOIN entities n ON n.id = r.entity_id WHERE n.name = $1 AND "
		"r.mode = $2 AND r.resumed_at = 0 AND r.state IN "
		"('completed', 'completed_with_rejects') ORDER BY r.id DESC "
		"LIMIT " RUNS ") AS x",
		STORE_ARGS(arg_text(entity), arg_u64(MODE_SYNC)), runs,
		e) < 0 ||
	    sums(s,
		"SELECT count(*), sum(c.state = 'done'), "
		"sum(CASE WHEN c.state = 'done' THEN c.row_count END), "
		"sum(CASE WHEN c.state = 'done' THEN c.done_at - c.started_at "
		"END) FROM chunks c JOIN runs r ON r.id = c.run_id JOIN "
		"entities n ON n.id = r.entity_id WHERE n.name = $1 AND "
		"r.mode = $2 AND r.state IN ('running', 'paused')",
		STORE_ARGS(arg_text(entity), arg_u64(MODE_SYNC)), chunks,
		e) < 0)
		return -1;
	out->micros = (int64_t)micros;
	out->done_micros = (int64_t)done_micros;
	return 0;
}
