#ifndef PROTO_NOTIFY_H
#define PROTO_NOTIFY_H
#include "proto/attr.h"
#include "proto/err.h"

/*
 * Tells the service manager how we are (sd_notify(3)): "READY=1",
 * "STATUS=text", "STOPPING=1", several separated by newlines. 1 told, 0 there
 * is no $NOTIFY_SOCKET, -1 nobody can be reached at it (ERR_RETRY).
 */
int notify_send(const char *state, struct err *e) MUST_CHECK;

#endif
