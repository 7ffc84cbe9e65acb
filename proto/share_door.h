#ifndef PROTO_SHARE_DOOR_H
#define PROTO_SHARE_DOOR_H
#include "proto/attr.h"
#include "proto/buf.h"
#include <stdbool.h>
#include <stdint.h>

/*
 * How shared memory gets from sender to receiver: its descriptor, with the
 * memory's token, as SCM_RIGHTS to a datagram socket beside the endpoint that
 * the receiver is fed by. So no process needs leave to look into another. All
 * of it may fail, and then there is no such memory.
 */

/* The path of that socket; false, and nothing, where the endpoint is no ipc://
 * or the path would be too long. */
bool share_door_path(const char *endpoint, struct buf *out);

/* The receiver's side, made anew; the socket, or -1. */
int share_door_open(const char *endpoint);
/* The next descriptor that was handed in, the caller's from here on, and its
 * token; -1: no more. What is no such message is thrown away. */
int share_door_take(int door, uint64_t *token);

/* What is left of it when the receiver has ended. */
void share_door_remove(const char *endpoint);

/* The sender's side: 0, or -1. */
int share_door_hand_in(const char *endpoint, int fd, uint64_t token) MUST_CHECK;

#endif
