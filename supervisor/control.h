#ifndef SUPERVISOR_CONTROL_H
#define SUPERVISOR_CONTROL_H
#include "proto/attr.h"
#include "proto/err.h"
#include "supervisor/control_socket.h"
#include "supervisor/control_wire.h"

/*
 * The service's end of the control socket: any number of clients come and
 * go, LIMIT_CLIENTS at a time; when there are more, whoever has been silent
 * the longest makes room. Nothing here blocks, and nothing grows with what a
 * client does or fails to do: one request is read when the last one's answer
 * is gone, a watcher that does not read gets fewer pictures, and whoever
 * neither asks nor reads is let go.
 *
 * Peers are checked by SO_PEERCRED before a byte of theirs is read.
 */
struct control;

/* What is done with a request; fills reply, which was zeroed. */
typedef void control_handler(void *arg, const struct control_peer *peer,
    const struct control_request *q, struct control_reply *reply);

int control_open(const char *store_dir, control_handler *handler, void *arg,
    struct control **out, struct err *e) MUST_CHECK;
/* Who waits for the end is told. NULL-safe; clears the pointer. */
void control_close(struct control **c);

/* Readable whenever control_serve has something to do. */
int control_fd(const struct control *c);
/* Does what there is to do. Who watches is shown the answer to a status
 * request every second. */
void control_serve(struct control *c);

#endif
