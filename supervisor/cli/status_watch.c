#include "supervisor/cli/status_watch.h"
#include "proto/clock.h"
#include "supervisor/cli/client.h"
#include "supervisor/cli/service_view.h"
#include <errno.h>
#include <jansson.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/signalfd.h>
#include <unistd.h>

/* Home, and away with what stood below: no flicker of an empty screen. */
static const char redraw[] = "\033[H\033[J";

void
status_text(const struct cli *c, struct status *st, struct buf *out)
{
	service_view(st->service, &st->pauses, isatty(STDOUT_FILENO), out);
	if (out->len && table_rows(&st->table))
		buf_putc(out, '\n');
	table_print(&st->table, c->color, out);
}

static void
print_text(const struct cli *c, struct status *st)
{
	struct buf out = { 0 };
	status_text(c, st, &out);
	if (isatty(STDOUT_FILENO))
		fputs(redraw, stdout);
	fwrite(out.data, 1, out.len, stdout);
	if (!isatty(STDOUT_FILENO))
		fputc('\n', stdout);
	buf_free(&out);
}

static void
print_json(struct status *st, json_t *service)
{
	char now[32];
	json_t *o = json_object();
	clock_iso(clock_wall_micros(), now);
	json_object_set_new(o, "at", json_string(now));
	json_object_set(o, "service", service);
	json_object_set_new(o, "entities", table_json(&st->table));
	json_dumpf(o, stdout, JSON_COMPACT | JSON_REAL_PRECISION(15));
	fputc('\n', stdout);
	json_decref(o);
}

static int
picture(struct cli *c, json_t *service, struct err *e)
{
	struct status st = { .service = service };
	int rc = status_read(c, &st, e);
	if (rc == 0 && c->json)
		print_json(&st, service);
	else if (rc == 0)
		print_text(c, &st);
	status_free(&st);
	/* Whoever reads wants it now; if nobody does, there is no point. */
	if (rc == 0 && fflush(stdout) != 0)
		rc = err_errno(e, "standard output");
	return rc;
}

/* 1 and the next one, 0 the end. */
static int
wait_next(
    struct client *x, int signals, struct control_reply *reply, struct err *e)
{
	struct pollfd fds[] = { { .fd = x->fd, .events = POLLIN },
		{ .fd = signals, .events = POLLIN } };
	int n = 1;
	while (!client_heard(x) && (n = poll(fds, 2, -1)) < 0 && errno == EINTR)
		;
	if (n < 0)
		return err_errno(e, "poll");
	if (fds[1].revents)
		return 0;
	return client_next(x, false, reply, e);
}

static int
show_all(struct cli *c, struct client *x, int signals, struct err *e)
{
	const struct control_request q = { .order = CONTROL_WATCH };
	struct control_reply reply = { 0 };
	int rc = client_ask(x, &q, &reply, e) == 0 ? 1 : -1;
	while (rc == 1) {
		rc = picture(c, reply.status, e);
		control_reply_free(&reply);
		if (rc == 0)
			rc = wait_next(x, signals, &reply, e);
	}
	control_reply_free(&reply);
	return rc;
}

int
status_watch(struct cli *c, struct err *e)
{
	struct client x;
	sigset_t ends;
	sigemptyset(&ends);
	sigaddset(&ends, SIGINT);
	sigaddset(&ends, SIGTERM);
	int rc = client_open(c, &x, e);
	if (rc == 0)
		return client_none(c, "there is nothing to watch", e);
	if (rc < 0 || cli_store(c, STORE_READ, e) < 0 ||
	    sigprocmask(SIG_BLOCK, &ends, NULL) < 0) {
		client_close(&x);
		return -1;
	}
	int signals = signalfd(-1, &ends, SFD_CLOEXEC);
	rc = signals < 0 ? err_errno(e, "signalfd")
			 : show_all(c, &x, signals, e);
	if (signals >= 0)
		close(signals);
	client_close(&x);
	return rc;
}
