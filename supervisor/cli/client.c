#include "supervisor/cli/client.h"
#include "proto/file.h"
#include "proto/limits.h"
#include "supervisor/control_socket.h"
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

enum { READ_BYTES = 65536 };

int
client_open(const struct cli *c, struct client *x, struct err *e)
{
	*x = (struct client){ .fd = -1 };
	return control_connect(c->pipeline->store_dir, &x->fd, e);
}

void
client_close(struct client *x)
{
	if (x->fd >= 0)
		close(x->fd);
	x->fd = -1;
	buf_free(&x->in);
}

bool
client_heard(const struct client *x)
{
	return x->in.len && memchr(x->in.data, '\n', x->in.len);
}

/* 1 there is more, 0 the end. */
static int
read_more(struct client *x, struct err *e)
{
	if (x->in.len > LIMIT_CONTROL_BYTES)
		return err_config(e, "bad_reply",
		    "what answers at the "
		    "control socket does not "
		    "come to an end");
	buf_reserve(&x->in, READ_BYTES);
	ssize_t n;
	do {
		n = recv(x->fd, x->in.data + x->in.len, READ_BYTES, 0);
	} while (n < 0 && errno == EINTR);
	if (n < 0 && errno == EAGAIN)
		return err_retry(e, "no_answer",
		    "synclined does not answer: is its process stopped?");
	if (n < 0)
		return err_errno(e, "synclined broke off");
	x->in.len += (size_t)n;
	return n > 0;
}

static void
set_patience(const struct client *x)
{
	const struct timeval none = { 0 };
	setsockopt(x->fd, SOL_SOCKET, SO_RCVTIMEO, &none, sizeof(none));
}

int
client_next(
    struct client *x, bool patient, struct control_reply *reply, struct err *e)
{
	int more = 1;
	if (patient)
		set_patience(x);
	while (more == 1 && !client_heard(x))
		more = read_more(x, e);
	if (more == 0)
		return err_retry(e, "no_answer", "synclined broke off");
	if (more < 0)
		return -1;
	const uint8_t *end = memchr(x->in.data, '\n', x->in.len);
	size_t n = (size_t)(end - x->in.data);
	int rc = control_reply_decode((struct span){ x->in.data, n }, reply, e);
	x->in.len -= n + 1;
	memmove(x->in.data, x->in.data + n + 1, x->in.len);
	if (rc < 0)
		return -1;
	return reply->end ? 0 : 1;
}

int
client_ask(struct client *x, const struct control_request *q,
    struct control_reply *reply, struct err *e)
{
	struct buf line = { 0 };
	control_request_encode(q, &line);
	int rc = file_write(x->fd, buf_span(&line));
	buf_free(&line);
	if (rc < 0)
		return err_errno(e, "synclined does not listen");
	rc = client_next(x, false, reply, e);
	if (rc == 0)
		return err_retry(
		    e, "no_answer", "synclined has ended without an answer");
	if (rc < 0)
		return -1;
	if (reply->ok)
		return 0;
	*e = reply->error;
	return -1;
}

int
client_none(const struct cli *c, const char *otherwise, struct err *e)
{
	return err_retry(e, "no_service", "no synclined runs on store %s%s%s",
	    c->pipeline->store_dir, otherwise ? ": " : "",
	    otherwise ? otherwise : "");
}

int
client_order(struct cli *c, const struct control_request *q,
    const char *otherwise, struct err *e)
{
	struct client x;
	struct control_reply reply = { 0 };
	int rc = client_open(c, &x, e);
	if (rc == 0)
		return client_none(c, otherwise, e);
	if (rc == 1)
		rc = client_ask(&x, q, &reply, e);
	if (rc == 0)
		cli_say(c, "%s", buf_str(&reply.text));
	control_reply_free(&reply);
	client_close(&x);
	return rc;
}

void
client_take_words(const struct cli *c, struct control_request *q)
{
	q->nentities = (size_t)c->nwords;
	q->entities = (const char *const *)c->words;
}
