#include "proto/stage_meter.h"
#include "proto/clock.h"
#include "proto/metric_wire.h"
#include <string.h>

enum { SECOND_US = 1000000 };

static const char *const outcomes[] = {
	[OUT_INSERTED] = "inserted",
	[OUT_UPDATED] = "updated",
	[OUT_DELETED] = "deleted",
	[OUT_UNCHANGED] = "unchanged",
	[OUT_REJECTED] = "rejected",
	[OUT_CONFLICTED] = "conflicted",
	[OUT_PENDING] = "pending",
	[METER_PASSED] = "passed",
};
_Static_assert(ARRAY_LEN(outcomes) == METER_OUTCOMES, "one per outcome");

#define CELLS(m, which, ...)                                                   \
	metric_cells(&(m)->set, (which), (const char *const[]){ __VA_ARGS__ })

void
stage_meter_init(struct stage_meter *m, const char *stage, bool source)
{
	*m = (struct stage_meter){ .stage = stage, .source = source };
	m->batches = CELLS(m, METRIC_BATCHES, stage);
	m->bytes_in = CELLS(m, METRIC_BYTES, stage, "in");
	m->bytes_out = CELLS(m, METRIC_BYTES, stage, "out");
	m->busy = CELLS(m, METRIC_BUSY, stage);
	m->seconds = CELLS(m, METRIC_BATCH_SECONDS, stage);
	*CELLS(m, METRIC_BUILD, SYNCLINE_VERSION) = 1;
}

void
stage_meter_free(struct stage_meter *m)
{
	http_close(&m->http);
	metric_free(&m->set);
}

void
stage_meter_open(struct stage_meter *m, const char *entity)
{
	m->entity = entity;
	memset(m->rows, 0, sizeof(m->rows));
}

/* --- work ------------------------------------------------------------------
 */

void
stage_meter_begin(struct stage_meter *m)
{
	m->since_us = clock_mono_micros();
	m->apart_us = 0;
	/* The quiet before is no part of what the next report is about. */
	if (!m->due) {
		m->told_us = m->since_us;
		m->waited_us = 0;
	}
}

/* Seconds of work since it began, or since the last call. */
static double
settle(struct stage_meter *m)
{
	int64_t now = clock_mono_micros();
	double worked = (double)(now - m->since_us - m->apart_us) / SECOND_US;
	m->since_us = now;
	m->apart_us = 0;
	*m->busy += worked;
	m->due = true;
	return worked;
}

void
stage_meter_end(struct stage_meter *m)
{
	settle(m);
}

void
stage_meter_took(struct stage_meter *m, size_t bytes)
{
	metric_observe(m->seconds, settle(m));
	++*m->batches;
	*m->bytes_in += (double)bytes;
}

void
stage_meter_sent(struct stage_meter *m, size_t bytes)
{
	*m->bytes_out += (double)bytes;
	if (!m->source)
		return;
	metric_observe(m->seconds, settle(m));
	++*m->batches;
}

void
stage_meter_waited(struct stage_meter *m, int64_t us)
{
	m->apart_us += us;
	stage_meter_kept(m, us);
}

void
stage_meter_kept(struct stage_meter *m, int64_t us)
{
	m->waited_us += us;
	m->due = true;
}

struct meter_rows
stage_meter_rows(const struct batch *b, const uint64_t *counts, bool passed)
{
	struct meter_rows r = { 0 };
	for (size_t i = 0; i < OUT_COUNT; i++)
		r.n[i] = b->left[i] - b->came[i] + (counts ? counts[i] : 0);
	/* Rows of which only the key goes on were rejected. */
	if (passed && !b->keys_only)
		r.n[METER_PASSED] = b->nrows;
	return r;
}

void
stage_meter_count(struct stage_meter *m, const struct meter_rows *rows)
{
	for (size_t i = 0; m->entity && i < METER_OUTCOMES; i++) {
		if (!rows->n[i])
			continue;
		if (!m->rows[i])
			m->rows[i] = CELLS(
			    m, METRIC_ROWS, m->entity, m->stage, outcomes[i]);
		*m->rows[i] += (double)rows->n[i];
	}
}

/* --- reports ---------------------------------------------------------------
 */

bool
stage_meter_report(
    struct stage_meter *m, bool now, uint64_t *waiting, struct buf *body)
{
	if (!m->due)
		return false;
	int64_t at = clock_mono_micros(), period = at - m->told_us;
	if (!now && period < SECOND_US)
		return false;
	metric_wire_encode(&m->set, body);
	*waiting = period > 0 ? (uint64_t)(m->waited_us * 1000 / period) : 0;
	/* One that says "waiting" is followed by one that takes it back. */
	m->due = *waiting > 0 || metric_wire_due(&m->set);
	m->told_us = at;
	m->waited_us = 0;
	return true;
}

int64_t
stage_meter_wait_ms(const struct stage_meter *m)
{
	int64_t http = m->http ? http_wait_ms(m->http) : -1;
	if (!m->due)
		return http;
	int64_t us = m->told_us + SECOND_US - clock_mono_micros();
	int64_t report = us > 0 ? (us + 999) / 1000 : 0;
	return http >= 0 && http < report ? http : report;
}

/* --- /metrics --------------------------------------------------------------
 */

static void
get(void *ctx, const char *path, struct http_answer *a)
{
	const struct stage_meter *m = ctx;
	if (strcmp(path, "/metrics") != 0)
		return;
	a->status = 200;
	a->type = METRIC_TEXT_TYPE;
	metric_text(&m->set, &a->body);
}

int
stage_meter_serve(struct stage_meter *m, const char *at, struct err *e)
{
	struct address to;
	const struct http_pages pages = { get, m };
	if (address_parse(at, &to, e) < 0)
		return -1;
	return http_open(&to, &pages, &m->http, e);
}

void
stage_meter_turn(struct stage_meter *m)
{
	if (m->http)
		http_turn(m->http);
}

int
stage_meter_fd(const struct stage_meter *m)
{
	return m->http ? http_fd(m->http) : -1;
}
