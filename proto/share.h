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
 * no slot free for long, as a stage may keep batches for as long as it likes.
 */
enum {
	SHARE_SLOTS = 4,     /* of which the peer says how many it takes */
	SHARE_SLOTS_FEW = 2, /* for one that is done with each at once */
	SHARE_SLOT_BYTES = 8 << 20,  /* what is not touched costs nothing */
	SHARE_MIN_BYTES = 64 << 10,  /* less is not worth a ticket … */
	SHARE_WAIT_BYTES = 256 << 10 /* … or a wait for a slot */
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
/* The peer has mapped it: a slot will be free. */
bool share_is_mapped(const struct share *s);
/* Until one is, or ms are over, or for no reason. */
void share_wait(struct share *s, int ms);
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
	uint32_t slots;
	bool open;
};

/* Offers may come to the one who is fed at that endpoint, and who takes so many
 * slots of each. */
void share_views_open(
    struct share_views *v, const char *endpoint, uint32_t slots);

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
