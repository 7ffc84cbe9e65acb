#ifndef PROTO_SHARE_IMPL_H
#define PROTO_SHARE_IMPL_H
#include "proto/share.h"
#include <fcntl.h>
#include <stdatomic.h>

/*
 * How the memory is laid out; for share*.c alone. Sender and receiver are of
 * one build: the ticket's version changes with this.
 */
enum { SHARE_VERSION = 2, SHARE_HEAD_BYTES = 4096 };
#define SHARE_BYTES (SHARE_HEAD_BYTES + (size_t)SHARE_SLOTS * SHARE_SLOT_BYTES)

/* Nobody can make it smaller under the one who reads it. */
#define SHARE_SEALS (F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL)

struct share_head {
	uint64_t token; /* as in every ticket … */
	uint32_t pid;   /* … and the sender */
	/* How many slots may be used; set once by the receiver. */
	_Atomic uint32_t attached;
	_Atomic uint32_t closed;  /* set once by the sender */
	_Atomic uint32_t waiting; /* the sender, for a slot: wake it up … */
	_Atomic uint32_t freed; /* … here; how often a slot was given back */
	/* Set by the sender, cleared by the receiver. */
	_Atomic uint32_t taken[SHARE_SLOTS];
};
_Static_assert(sizeof(struct share_head) <= SHARE_HEAD_BYTES, "one page");

static inline uint8_t *
share_at(struct share_head *head, uint32_t slot)
{
	return (uint8_t *)head + SHARE_HEAD_BYTES +
	       (size_t)slot * SHARE_SLOT_BYTES;
}

#endif
