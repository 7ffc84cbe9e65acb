#ifndef SUPERVISOR_CLI_CLIENT_H
#define SUPERVISOR_CLI_CLIENT_H
#include "proto/attr.h"
#include "proto/buf.h"
#include "proto/err.h"
#include "supervisor/cli/cli.h"
#include "supervisor/control_wire.h"
#include <stdbool.h>

/* The command line's end of a running synclined's control socket
 * (control_wire.h), of the pipeline that was loaded. */
struct client {
	int fd;
	struct buf in;
};

/* 1; 0: none runs. */
int client_open(
    const struct cli *c, struct client *x, struct err *e) MUST_CHECK;
void client_close(struct client *x);

/* Asks, and takes the answer; one that is not ok is this call's error. */
int client_ask(struct client *x, const struct control_request *q,
    struct control_reply *reply, struct err *e) MUST_CHECK;
/* What else it says: 1, or 0 once it said that it has ended. patient: however
 * long that takes. */
int client_next(struct client *x, bool patient, struct control_reply *reply,
    struct err *e) MUST_CHECK;

/* True if client_next need not wait. */
bool client_heard(const struct client *x);

/* True if client_next need not wait. */
bool client_heard(const struct client *x);

/* A whole order: asks whoever runs, and says what came of it. ERR_RETRY
 * no_service if nobody does; otherwise says what to do then. */
int client_order(struct cli *c, const struct control_request *q,
    const char *otherwise, struct err *e) MUST_CHECK;
int client_none(
    const struct cli *c, const char *otherwise, struct err *e) MUST_CHECK;

/* The verb's words as the request's entities. */
void client_take_words(const struct cli *c, struct control_request *q);

#endif
