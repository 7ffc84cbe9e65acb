#ifndef TESTS_UNIT_PROTO_SHARE_ENDS_H
#define TESTS_UNIT_PROTO_SHARE_ENDS_H
#include "proto/share.h"
#include "proto/share_door.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

/* Both sides are this process. */
static char folder[] = "/tmp/slshare-XXXXXX";
static char endpoint[64];

static inline int
make_folder(void **state)
{
	(void)state;
	assert_non_null(mkdtemp(folder));
	snprintf(endpoint, sizeof(endpoint), "ipc://%s/x", folder);
	return 0;
}

static inline int
remove_folder(void **state)
{
	(void)state;
	share_door_remove(endpoint);
	return rmdir(folder);
}

static inline struct share_views
open_views(void)
{
	struct share_views v = { 0 };
	share_views_open(&v, endpoint, SHARE_SLOTS);
	assert_true(v.open);
	return v;
}

static inline struct frame
frame_of(struct buf *b)
{
	struct frame f = { .bytes = buf_span(b), .owner = b->data };
	*b = (struct buf){ 0 };
	return f;
}

static inline void
offer(struct share *s, struct share_views *v)
{
	struct buf out = { 0 };
	struct err e = { 0 };

	share_offer(s, &out);
	struct frame f = frame_of(&out);
	assert_int_equal(share_receive(v, &f, &e), 0);
	assert_null(f.owner);
}

/* n bytes of value x, by way of a slot. */
static inline struct frame
pass(struct share *s, struct share_views *v, size_t n, uint8_t x)
{
	struct buf out = { 0 };
	struct err e = { 0 };
	uint32_t slot;

	uint8_t *at = share_slot(s, &slot);
	assert_non_null(at);
	memset(at, x, n);
	share_ticket(s, slot, n, &out);
	struct frame f = frame_of(&out);
	assert_int_equal(share_receive(v, &f, &e), 1);
	assert_int_equal(f.bytes.len, n);
	assert_int_equal(f.bytes.data[0], x);
	assert_int_equal(f.bytes.data[n - 1], x);
	return f;
}

#endif
