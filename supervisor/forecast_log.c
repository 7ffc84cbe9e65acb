#include "supervisor/forecast_log.h"
#include "proto/arena.h"
#include "proto/log.h"
#include "supervisor/forecast.h"
#include <stdlib.h>

static void
log_late(const struct window *w, const struct forecast *f, int64_t closes)
{
	struct buf when = { 0 }, end = { 0 };
	if (f->finishes)
		window_put_time(w, f->finishes, &when);
	window_put_time(w, closes, &end);
	log_warn("the night will not be long enough", "entity", f->entity->name,
	    "forecast", buf_str(&when), "closes", buf_str(&end),
	    "rows_per_second", log_u64(f->rows_per_second), NULL);
	buf_free(&when);
	buf_free(&end);
}

static void
log_stale(const struct window *w, const struct forecast *f)
{
	struct buf since = { 0 };
	if (f->completed)
		window_put_time(w, f->stale_since, &since);
	else
		buf_puts(&since, "ever");
	log_warn(
	    "stale", "entity", f->entity->name, "since", buf_str(&since), NULL);
	buf_free(&since);
}

void
forecast_log(const struct pipeline *p, struct store *s, const struct window *w,
    int64_t now)
{
	struct err e = { 0 };
	struct window_state at = window_at(w, now);
	struct forecast *v = mem_zalloc((p->nentities + 1) * sizeof(*v));
	if (forecast_read(p, s, w, now, v, &e) < 0)
		log_err(LOG_LEVEL_WARN, "no forecast", &e);
	for (size_t i = 0; i < p->nentities && v[i].entity; i++) {
		const struct forecast *f = &v[i];
		if (at.open && f->late && f->begins < at.closes)
			log_late(w, f, at.closes);
		else if (!at.open && f->stale)
			log_stale(w, f);
	}
	free(v);
}
