#include "supervisor/cli/run_row.h"
#include "proto/clock.h"
#include "proto/process.h"
#include <string.h>
#include <unistd.h>

const struct table_column run_row_columns[] = {
	{ "run", TABLE_NUMBER, 0 },
	{ "entity", TABLE_TEXT, 0 },
	{ "mode", TABLE_TEXT, 0 },
	{ "state", TABLE_STATE, 0 },
	{ "strategy", TABLE_TEXT, 0 },
	{ "started", TABLE_TIME, 0 },
	{ "finished", TABLE_TIME, TABLE_JSON_ONLY },
	{ "seconds", TABLE_SECONDS, 0 },
	{ "read", TABLE_NUMBER, 0 },
	{ "inserted", TABLE_NUMBER, 0 },
	{ "updated", TABLE_NUMBER, 0 },
	{ "deleted", TABLE_NUMBER, 0 },
	{ "unchanged", TABLE_NUMBER, 0 },
	{ "rejected", TABLE_NUMBER, 0 },
	{ "pending", TABLE_NUMBER, TABLE_HIDE_ZERO },
	{ "conflicted", TABLE_NUMBER, TABLE_HIDE_ZERO },
	{ "withheld", TABLE_NUMBER, TABLE_HIDE_ZERO },
	{ "reason", TABLE_TEXT, TABLE_JSON_ONLY },
	{ "snapshot", TABLE_BOOL, TABLE_JSON_ONLY },
	{ "pid", TABLE_NUMBER, TABLE_JSON_ONLY },
	{ "host", TABLE_TEXT, TABLE_JSON_ONLY },
	{ "error_code", TABLE_TEXT, TABLE_JSON_ONLY },
	{ "error", TABLE_TEXT, 0 },
};
const size_t run_row_ncolumns = ARRAY_LEN(run_row_columns);

static const char *const modes[] = {
	[MODE_SYNC] = "sync",
	[MODE_SWEEP] = "sweep",
	[MODE_ADOPT] = "adopt",
	[MODE_RETRY] = "retry",
};
_Static_assert(ARRAY_LEN(modes) == MODE_RETRY + 1, "one per mode");

const char *
run_row_state(const struct store_run *r)
{
	char host[256] = "";
	/* A paused one needs nobody. */
	if (store_run_live(r->state) && r->state != STORE_RUN_PAUSED) {
		gethostname(host, sizeof(host) - 1);
		if (strcmp(host, r->host) == 0 &&
		    !process_lives(r->pid, INT64_MAX))
			return "interrupted";
	}
	return store_run_state_name(r->state);
}

static void
text_or_none(struct table *t, const char *text)
{
	table_text(t, *text ? text : NULL);
}

void
run_row_put(struct table *t, const struct store_run *r)
{
	int64_t end = r->finished_at ? r->finished_at : clock_wall_micros();
	table_number(t, r->id);
	table_text(t, r->entity);
	/* A newer program may have written numbers that this one lacks. */
	table_text(t, r->mode < ARRAY_LEN(modes) ? modes[r->mode] : NULL);
	table_text(t, run_row_state(r));
	table_text(t, r->strategy <= STRATEGY_ROWVERSION
			  ? strategy_name(r->strategy)
			  : NULL);
	table_time(t, r->started_at);
	table_time(t, r->finished_at);
	table_number(t, (uint64_t)(end - r->started_at) / 1000);
	table_number(t, r->rows_read);
	table_number(t, r->counts[OUT_INSERTED]);
	table_number(t, r->counts[OUT_UPDATED]);
	table_number(t, r->counts[OUT_DELETED]);
	table_number(t, r->counts[OUT_UNCHANGED]);
	table_number(t, r->counts[OUT_REJECTED]);
	table_number(t, r->counts[OUT_PENDING]);
	table_number(t, r->counts[OUT_CONFLICTED]);
	table_number(t, r->deletes_withheld);
	text_or_none(t, r->reason);
	table_number(t, r->snapshot);
	table_number(t, r->pid);
	text_or_none(t, r->host);
	text_or_none(t, r->error_code);
	text_or_none(t, r->error_text);
}
