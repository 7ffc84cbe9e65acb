#include "supervisor/cli/service_view.h"
#include "supervisor/cli/plain.h"
#include "supervisor/cli/progress.h"
#include <inttypes.h>
#include <jansson.h>
#include <string.h>
#include <time.h>

static const char *
text(const json_t *o, const char *key)
{
	const char *s = json_string_value(json_object_get(o, key));
	return s ? s : "";
}

static uint64_t
number(const json_t *o, const char *key)
{
	json_int_t n = json_integer_value(json_object_get(o, key));
	return n > 0 ? (uint64_t)n : 0;
}

static void
put_plain(const char *s, struct buf *out)
{
	plain_text((struct span){ (const uint8_t *)s, strlen(s) }, out);
}

static void
put_local(time_t s, struct buf *out)
{
	struct tm tm;
	char local[32];
	if (localtime_r(&s, &tm) &&
	    strftime(local, sizeof(local), "%Y-%m-%d %H:%M:%S", &tm))
		buf_puts(out, local);
}

/* A time of ours in the reader's zone; whatever else it is, as it is. */
static void
put_time(const char *iso, struct buf *out)
{
	struct tm tm = { 0 };
	const char *end = strptime(iso, "%Y-%m-%dT%H:%M:%SZ", &tm);
	if (end && !*end)
		put_local(timegm(&tm), out);
	else
		put_plain(iso, out);
}

static void
put_run(const json_t *run, bool bar, struct buf *out)
{
	struct buf name = { 0 }, phase = { 0 };
	put_plain(text(run, "entity"), &name);
	put_plain(text(run, "phase"), &phase);
	const struct progress_facts f = { .entity = buf_str(&name),
		.phase = buf_str(&phase),
		.rows = number(run, "rows"),
		.estimate = number(run, "estimate"),
		.changes = number(run, "changes"),
		.chunks = number(run, "chunks"),
		.done = number(run, "chunks_done"),
		.elapsed_ms = (int64_t)number(run, "elapsed_ms"),
		.reading = json_is_true(json_object_get(run, "reading")) };
	const char *state = text(run, "state");
	progress_line(&f, bar, out);
	if (strcmp(state, "running") != 0) {
		buf_puts(out, "  ");
		put_plain(state, out);
	}
	buf_putc(out, '\n');
	buf_free(&name);
	buf_free(&phase);
}

static void
put_ordered(const json_t *names, struct buf *out)
{
	size_t n = json_array_size(names);
	if (n)
		buf_puts(out, "to be run now: ");
	for (size_t i = 0; i < n; i++) {
		const char *name = json_string_value(json_array_get(names, i));
		buf_puts(out, i ? ", " : "");
		put_plain(name ? name : "", out);
	}
	if (n)
		buf_putc(out, '\n');
}

static void
put_waiting(const json_t *status, struct buf *out)
{
	const char *until = text(status, "waiting_until");
	const char *because = text(status, "waiting_because");
	if (!*because)
		return;
	buf_puts(out, "waiting");
	if (*until) {
		buf_puts(out, " until ");
		put_time(until, out);
	}
	buf_puts(out, ": ");
	put_plain(because, out);
	buf_putc(out, '\n');
}

static void
put_pause(const struct store_pause *p, struct buf *out)
{
	put_plain(*p->entity ? p->entity : "the service", out);
	buf_puts(out, " is paused by ");
	put_plain(p->actor, out);
	buf_puts(out, " since ");
	put_local((time_t)(p->at / 1000000), out);
	buf_putc(out, '\n');
}

void
service_view(const struct json_t *status, const struct store_pauses *pauses,
    bool bar, struct buf *out)
{
	const json_t *run = json_object_get(status, "run");
	if (status) {
		buf_printf(out, "synclined, process %" PRIu64 ", ",
		    number(status, "pid"));
		put_plain(text(status, "state"), out);
		buf_puts(out, ", up since ");
		put_time(text(status, "since"), out);
		buf_putc(out, '\n');
	}
	if (json_is_object(run))
		put_run(run, bar, out);
	put_waiting(status, out);
	put_ordered(json_object_get(status, "ordered"), out);
	for (size_t i = 0; i < pauses->n; i++)
		put_pause(&pauses->v[i], out);
}

struct service_entity
service_entity(const struct json_t *status, const char *entity)
{
	struct service_entity x = { .rows_per_second = -1, .eta_s = -1 };
	const json_t *run = json_object_get(status, "run");
	if (!run || strcmp(text(run, "entity"), entity) != 0)
		return x;
	const json_t *eta = json_object_get(run, "eta_seconds");
	x.phase = text(run, "phase");
	x.rows_per_second = (int64_t)number(run, "rows_per_second");
	if (json_is_integer(eta))
		x.eta_s = json_integer_value(eta);
	return x;
}

const struct store_pause *
service_pause(const struct store_pauses *pauses, const char *entity)
{
	const struct store_pause *found = NULL;
	for (size_t i = 0; i < pauses->n; i++)
		if (!*pauses->v[i].entity ||
		    (!found && strcmp(pauses->v[i].entity, entity) == 0))
			found = &pauses->v[i];
	return found;
}
