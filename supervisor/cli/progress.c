#include "supervisor/cli/progress.h"
#include "proto/clock.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum {
	REDRAW_MS = 100,
	LINE_MS = 10000,
	BAR_CELLS = 20,
	RATE_FROM_MS = 500, /* a rate over less is noise */
	ETA_MAX_S = 99 * 3600,
	COLUMNS_DEFAULT = 80,
	COLUMNS_MAX = 500,
};

void
progress_init(struct progress *p, bool quiet)
{
	*p = (struct progress){ .off = quiet,
		.terminal = isatty(STDERR_FILENO) };
	const char *term = getenv("TERM");
	if (!term || strcmp(term, "dumb") == 0)
		p->terminal = false;
}

struct progress_facts
progress_facts(const struct run *r, int64_t now_ms)
{
	struct progress_facts f = { .entity = r->entity->name,
		.phase = run_phase_name(r->phase),
		.estimate = r->estimate,
		.chunks = r->nchunks,
		.done = r->done,
		.elapsed_ms = now_ms - r->started_ms - r->waited_ms,
		.reading = r->phase <= RUN_READ };
	for (size_t i = 0; i < OUT_COUNT; i++)
		f.rows += i == OUT_DELETED ? 0 : r->counts[i];
	f.changes = r->counts[OUT_INSERTED] + r->counts[OUT_UPDATED] +
		    r->counts[OUT_DELETED];
	return f;
}

/* 0 to 100, or -1: nobody knows. All of it is only done once it is. */
static int
percent(const struct progress_facts *f)
{
	if (!f->reading)
		return 100;
	if (f->estimate) {
		double p = (double)f->rows * 100 / (double)f->estimate;
		return p > 99 ? 99 : (int)p;
	}
	if (f->chunks > 1)
		return (int)(f->done * 99 / f->chunks);
	return -1;
}

static void
put_bar(int p, struct buf *out)
{
	int full = p * BAR_CELLS / 100;
	buf_puts(out, "  [");
	for (int i = 0; i < BAR_CELLS; i++)
		buf_putc(out, i < full ? '#' : '-');
	buf_putc(out, ']');
}

double
progress_rate(const struct progress_facts *f)
{
	if (!f->reading || f->elapsed_ms < RATE_FROM_MS)
		return 0;
	return (double)f->rows * 1000 / (double)f->elapsed_ms;
}

int64_t
progress_eta_s(const struct progress_facts *f)
{
	double rate = progress_rate(f);
	if (!f->reading || f->estimate <= f->rows || rate < 1)
		return -1;
	double left = (double)(f->estimate - f->rows) / rate;
	return left > ETA_MAX_S ? -1 : (int64_t)left;
}

static void
put_eta(const struct progress_facts *f, struct buf *out)
{
	int64_t left = progress_eta_s(f);
	if (left < 0)
		return;
	unsigned s = (unsigned)left;
	if (s >= 3600)
		buf_printf(
		    out, "  ETA %u:%02u:%02u", s / 3600, s / 60 % 60, s % 60);
	else
		buf_printf(out, "  ETA %u:%02u", s / 60, s % 60);
}

void
progress_line(const struct progress_facts *f, bool bar, struct buf *out)
{
	int p = percent(f);
	double rate = progress_rate(f);
	buf_puts(out, f->entity);
	if (bar && p >= 0)
		put_bar(p, out);
	if (p >= 0 && f->reading)
		buf_printf(out, "  %d %%", p);
	put_eta(f, out);
	if (f->rows == 0 || !f->reading)
		buf_printf(out, "  %s", f->phase);
	buf_printf(out, "  %" PRIu64 " rows", f->rows);
	if (rate >= 1)
		buf_printf(out, "  %.0f rows/s", rate);
	buf_printf(out, "  %" PRIu64 " changes", f->changes);
}

/* The room on the terminal, less the last column, where lines wrap. */
static size_t
columns(void)
{
	struct winsize w = { 0 };
	if (ioctl(STDERR_FILENO, TIOCGWINSZ, &w) < 0 || w.ws_col < 2)
		return COLUMNS_DEFAULT - 1;
	return (w.ws_col > COLUMNS_MAX ? COLUMNS_MAX : w.ws_col) - 1;
}

void
progress_end(struct progress *p)
{
	if (p->drawn)
		fputs("\r\033[K", stderr);
	p->drawn = false;
}

/* The cursor goes back to the front, so that a line of the log that comes in
 * between writes over this one and not behind it. */
static void
draw(struct progress *p, const struct progress_facts *f)
{
	struct buf line = { 0 };
	progress_line(f, true, &line);
	size_t room = columns();
	const char *text = buf_str(&line);
	if (line.len > room) {
		while (room > 0 && (text[room] & 0xc0) == 0x80)
			room--;
		line.len = room;
	}
	fprintf(stderr, "\r\033[K%s\r", buf_str(&line));
	fflush(stderr);
	buf_free(&line);
	p->drawn = true;
}

static void
say(const struct progress_facts *f)
{
	struct buf line = { 0 };
	progress_line(f, false, &line);
	fprintf(stderr, "%s\n", buf_str(&line));
	buf_free(&line);
}

void
progress_watch(void *progress, const struct run *r)
{
	struct progress *p = progress;
	int64_t now = clock_mono_ms();
	if (p->off)
		return;
	if (r->phase == RUN_OVER) {
		progress_end(p);
		return;
	}
	int64_t step = p->terminal ? REDRAW_MS : LINE_MS;
	if (p->run != r->id) { /* a short run needs no lines */
		p->run = r->id;
		p->next_ms = now + step;
	}
	if (now < p->next_ms)
		return;
	p->next_ms = now + step;
	struct progress_facts f = progress_facts(r, now);
	if (p->terminal)
		draw(p, &f);
	else
		say(&f);
}
