#ifndef PROTO_SHARE_H
#define PROTO_SHARE_H
#include "proto/attr.h"
#include "proto/batch.h"
#include "proto/buf.h"
#include "proto/err.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Memory that a sender shares with the one process its batches go to, so that
 * a large frame does not go through a socket, which copies it twice: the frame
 * is written into a slot, and the message is a ticket that says which
 * (proto/README.md). It is an offer. A peer that cannot map the memory never
 * says that it has, and frames go through the socket; so does one that finds
 * no slot free: nobody waits for a slot, as a stage may keep batches for as
 * long as it likes.
 */
enum {
	SHARE_SLOTS = 2,            /* more saved no time */
	SHARE_SLOT_BYTES = 8 << 20, /* what is not touched costs nothing */
	SHARE_MIN_BYTES = 64 << 10  /* less is not worth a ticket */
};

/* The sender's side, one for each peer. */
struct share;

/* For the peer that is fed at that endpoint. NULL: there is no such memory to
 * be had here. */
struct share *share_new(const char *endpoint);
/* Slots that the peer has stay its own. NULL-safe; clears the pointer. */
void share_free(struct share **s);

/* The message to send before any ticket, on the same way. */
void share_offer(const struct share *s, struct buf *out);

/* SHARE_SLOT_BYTES to write a frame into; NULL unless the peer has mapped the
 * memory and a slot is free. */
uint8_t *share_slot(struct share *s, uint32_t *slot);
/* The message that hands a slot and its first bytes over. */
void share_ticket(
    const struct share *s, uint32_t slot, size_t bytes, struct buf *out);
/* Takes a slot back whose ticket was not sent. */
void share_return(struct share *s, uint32_t slot);

/* The receiver's side: what others offered. A zeroed one is empty, and takes
 * no offers. */
struct share_views {
	struct share_view *head;
	int door; /* share_door.h */
	bool open;
};

/* Offers may come to the one who is fed at that endpoint. */
void share_views_open(struct share_views *v, const char *endpoint);

/*
 * Looks at a frame that came: 1 and *f is the frame to work on, from a slot if
 * it was a ticket; 0 and *f is freed, an offer, or a ticket of somebody who is
 * dead, whose rows are read again; -1, *f untouched. The slot is
 * the sender's again when the frame is freed, which may be after the views.
 */
int share_receive(
    struct share_views *v, struct frame *f, struct err *e) MUST_CHECK;
void share_views_free(struct share_views *v);

#endif
