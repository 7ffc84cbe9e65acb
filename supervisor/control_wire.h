#ifndef SUPERVISOR_CONTROL_WIRE_H
#define SUPERVISOR_CONTROL_WIRE_H
#include "proto/arena.h"
#include "proto/attr.h"
#include "proto/buf.h"
#include "proto/err.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * What a running synclined is asked, and what it answers: one JSON object per
 * line, format control/1 (proto/README.md). Unknown keys, other types and
 * other versions are refused, and a line is at most LIMIT_REQUEST_BYTES.
 */
enum { CONTROL_VERSION = 1 };

enum control_order {
	CONTROL_STATUS,
	CONTROL_WATCH,
	CONTROL_RUN,
	CONTROL_PAUSE,
	CONTROL_RESUME,
	CONTROL_STOP,
	CONTROL_CANCEL,
	CONTROL_APPROVE,
	CONTROL_ORDERS
};
const char *control_order_name(enum control_order order);

struct control_request {
	enum control_order order;
	size_t nentities; /* none: all of them, or the service itself */
	const char *const *entities;
	uint64_t run; /* 0: none named */
};

/* One line without its end. *out lives in a. -1: ERR_CONFIG bad_request. */
int control_request_decode(struct span line, struct arena *a,
    struct control_request *out, struct err *e) MUST_CHECK;
/* With its end of line. */
void control_request_encode(const struct control_request *q, struct buf *out);

/*
 * The answer to a request: either what it came to, as a sentence, or why
 * not. status and end are for those who stay: what the service is doing, and
 * that nothing more will come because it has ended.
 */
struct json_t;
struct control_reply {
	bool ok, end;
	struct buf text;
	struct err error;      /* of one that is not ok */
	struct json_t *status; /* or NULL */
};
void control_reply_free(struct control_reply *r);
void control_reply_encode(const struct control_reply *r, struct buf *out);
int control_reply_decode(
    struct span line, struct control_reply *out, struct err *e) MUST_CHECK;

#endif
