#include "supervisor/cli/status_rows.h"
#include "proto/clock.h"
#include "proto/store_entity.h"
#include "proto/store_reject.h"
#include "proto/store_run.h"
#include "supervisor/cli/run_row.h"
#include "supervisor/cli/service_view.h"
#include "supervisor/forecast.h"

static const struct table_column status_columns[] = {
	{ "entity", TABLE_TEXT, 0 },
	{ "run", TABLE_NUMBER, 0 },
	{ "state", TABLE_STATE, 0 },
	{ "started", TABLE_TIME, 0 },
	{ "finished", TABLE_TIME, TABLE_JSON_ONLY },
	{ "read", TABLE_NUMBER, 0 },
	{ "changed", TABLE_NUMBER, 0 },
	{ "open_rejects", TABLE_NUMBER, 0 },
	{ "withheld", TABLE_NUMBER, TABLE_HIDE_ZERO },
	{ "watermark", TABLE_TEXT, 0 },
	{ "pid", TABLE_NUMBER, TABLE_JSON_ONLY },
	{ "error", TABLE_TEXT, TABLE_JSON_ONLY },
	/* of the nights that were, and of the next one */
	{ "completed", TABLE_TIME, TABLE_JSON_ONLY },
	{ "stale_since", TABLE_TIME, TABLE_HIDE_ZERO },
	{ "begins", TABLE_TIME, TABLE_JSON_ONLY },
	{ "forecast", TABLE_TIME, TABLE_HIDE_ZERO },
	{ "late", TABLE_BOOL, TABLE_HIDE_ZERO },
	{ "usual_rows_per_second", TABLE_NUMBER, TABLE_JSON_ONLY },
	/* of the service */
	{ "phase", TABLE_TEXT, TABLE_JSON_ONLY },
	{ "rows_per_second", TABLE_NUMBER, TABLE_JSON_ONLY },
	{ "eta_seconds", TABLE_NUMBER, TABLE_JSON_ONLY },
	{ "paused_by", TABLE_TEXT, TABLE_JSON_ONLY },
};
enum { OF_NIGHTS = 6, OF_SERVICE = 4 };

static void
put_run(struct table *t, const struct store_run *r)
{
	table_number(t, r->id);
	table_text(t, run_row_state(r));
	table_time(t, r->started_at);
	table_time(t, r->finished_at);
	table_number(t, r->rows_read);
	table_number(t, r->counts[OUT_INSERTED] + r->counts[OUT_UPDATED] +
			    r->counts[OUT_DELETED]);
}

static void
put_never(struct table *t, const char *name)
{
	table_text(t, name);
	table_none(t);
	table_text(t, "never run");
	const size_t end = ARRAY_LEN(status_columns) - OF_NIGHTS - OF_SERVICE;
	for (size_t i = 3; i < end; i++)
		table_none(t);
}

static void
put_nights(struct table *t, const struct forecast *f)
{
	table_time(t, f->completed);
	table_time(t, f->stale_since);
	table_time(t, f->begins);
	table_time(t, f->finishes);
	table_number(t, f->late);
	if (f->takes)
		table_number(t, f->rows_per_second);
	else
		table_none(t);
}

static void
number_if(struct table *t, int64_t n)
{
	if (n < 0)
		table_none(t);
	else
		table_number(t, (uint64_t)n);
}

static void
put_service(struct table *t, const struct status *st, const char *name)
{
	struct service_entity x = service_entity(st->service, name);
	const struct store_pause *p = service_pause(&st->pauses, name);
	table_text(t, x.phase);
	number_if(t, x.rows_per_second);
	number_if(t, x.eta_s);
	table_text(t, p ? p->actor : NULL);
}

/* An entity of the file: its last run, what is open, how far it got. */
static int
put_entity(struct cli *c, const char *name, struct table *t, struct arena *a,
    struct err *e)
{
	struct store_runs runs = { 0 };
	uint64_t rejects = 0;
	struct store_watermark mark;
	const struct store_run_filter last = { .entity = name, .limit = 1 };
	const struct store_reject_filter open = { .entity = name };
	int marked = store_watermark_get(c->store, name, a, &mark, e);
	if (marked < 0 || store_run_list(c->store, &last, a, &runs, e) < 0 ||
	    store_reject_count(c->store, &open, &rejects, e) < 0)
		return -1;
	if (runs.n == 0) {
		put_never(t, name);
		return 0;
	}
	const struct store_run *r = &runs.v[0];
	table_text(t, name);
	put_run(t, r);
	table_number(t, rejects);
	table_number(t, r->deletes_withheld);
	table_text(t, marked ? mark.text : NULL);
	if (store_run_live(r->state))
		table_number(t, r->pid);
	else
		table_none(t);
	table_text(t, *r->error_text ? r->error_text : NULL);
	return 0;
}

static int
forecasts(struct cli *c, struct forecast *out, struct err *e)
{
	struct window w;
	if (window_init(&w, &c->pipeline->schedule, e) < 0)
		return -1;
	int rc = forecast_read(
	    c->pipeline, c->store, &w, clock_wall_micros(), out, e);
	window_free(&w);
	return rc;
}

/* They come in the order of work; every entity is there. */
static const struct forecast *
forecast_of(const struct forecast *f, const struct entity *entity)
{
	while (f->entity != entity)
		f++;
	return f;
}

static int
put_all(struct cli *c, struct status *st, struct err *e)
{
	struct forecast *nights =
	    arena_zalloc(&st->arena, c->pipeline->nentities * sizeof(*nights));
	if (store_pause_list(c->store, &st->arena, &st->pauses, e) < 0 ||
	    forecasts(c, nights, e) < 0)
		return -1;
	for (size_t i = 0; i < c->pipeline->nentities; i++) {
		const char *name = c->pipeline->entities[i].name;
		if (put_entity(c, name, &st->table, &st->arena, e) < 0)
			return -1;
		put_nights(
		    &st->table, forecast_of(nights, &c->pipeline->entities[i]));
		put_service(&st->table, st, name);
	}
	return 0;
}

int
status_read(struct cli *c, struct status *st, struct err *e)
{
	table_init(&st->table, status_columns, ARRAY_LEN(status_columns));
	for (size_t i = 0; !c->store && i < c->pipeline->nentities; i++) {
		const char *name = c->pipeline->entities[i].name;
		put_never(&st->table, name);
		put_nights(&st->table, &(struct forecast){ 0 });
		put_service(&st->table, st, name);
	}
	if (!c->store)
		return 0;
	/* One consistent view of all. */
	if (store_begin(c->store, STORE_CHEAP, e) < 0)
		return -1;
	int rc = put_all(c, st, e);
	store_rollback(c->store);
	return rc;
}

void
status_free(struct status *st)
{
	table_free(&st->table);
	arena_free(&st->arena);
}
