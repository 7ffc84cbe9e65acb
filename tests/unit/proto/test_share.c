#include "proto/share.h"
#include "proto/share_impl.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

/* Both sides are this process: it may open its own descriptors. */

static struct frame
frame_of(struct buf *b)
{
	struct frame f = { .bytes = buf_span(b), .owner = b->data };
	*b = (struct buf){ 0 };
	return f;
}

static void
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
static struct frame
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

static void
nothing_is_shared_with_who_has_not_mapped_it(void **state)
{
	struct share *s = share_new();
	uint32_t slot;

	(void)state;
	assert_non_null(s);
	assert_null(share_slot(s, &slot));
	share_free(&s);
	assert_null(s);
}

static void
slots_come_back_when_frames_are_freed(void **state)
{
	struct share *s = share_new();
	struct share_views v = { 0 };
	struct frame f[SHARE_SLOTS];
	uint32_t slot;

	(void)state;
	offer(s, &v);
	for (int round = 0; round < 3; round++) {
		for (size_t i = 0; i < SHARE_SLOTS; i++)
			f[i] = pass(s, &v, SHARE_SLOT_BYTES, (uint8_t)(i + 1));
		assert_null(share_slot(s, &slot));
		for (size_t i = 0; i < SHARE_SLOTS; i++) {
			assert_int_equal(f[i].bytes.data[77], i + 1);
			frame_free(&f[i]);
		}
	}
	assert_non_null(share_slot(s, &slot));
	share_return(s, slot);
	share_views_free(&v);
	share_free(&s);
}

static void
a_frame_outlives_both_sides(void **state)
{
	struct share *s = share_new();
	struct share_views v = { 0 };

	(void)state;
	offer(s, &v);
	struct frame f = pass(s, &v, 5000, 'x');
	share_free(&s);
	share_views_free(&v);
	for (size_t i = 0; i < f.bytes.len; i++)
		assert_int_equal(f.bytes.data[i], 'x');
	frame_free(&f);
}

static void
two_senders_are_told_apart(void **state)
{
	struct share *a = share_new(), *b = share_new();
	struct share_views v = { 0 };

	(void)state;
	offer(a, &v);
	offer(b, &v);
	struct frame fa = pass(a, &v, 100, 'a'), fb = pass(b, &v, 100, 'b');
	assert_int_equal(fa.bytes.data[50], 'a');
	frame_free(&fa);
	frame_free(&fb);
	share_views_free(&v);
	share_free(&a);
	share_free(&b);
}

/* A ticket like share_ticket's, with what may be wrong with it. */
static int
receive_ticket(struct share_views *v, uint64_t fd, uint64_t token,
    uint64_t slot, uint64_t bytes)
{
	char text[128];
	struct buf out = { 0 };
	struct err e = { 0 };
	const struct {
		const char *key;
		uint64_t v;
	} pairs[] = { { "share", SHARE_VERSION }, { "pid", (uint64_t)getpid() },
		{ "fd", fd }, { "token", token }, { "slot", slot },
		{ "bytes", bytes } };

	buf_putc(&out, 0x80 | ARRAY_LEN(pairs));
	for (size_t i = 0; i < ARRAY_LEN(pairs); i++) {
		snprintf(text, sizeof(text), "%c%s\xcf",
		    (char)(0xa0 | strlen(pairs[i].key)), pairs[i].key);
		buf_puts(&out, text);
		for (int shift = 56; shift >= 0; shift -= 8)
			buf_putc(&out, (uint8_t)(pairs[i].v >> shift));
	}
	struct frame f = frame_of(&out);
	int r = share_receive(v, &f, &e);
	if (r < 0)
		assert_string_equal(e.code, "bad_ticket");
	frame_free(&f);
	return r;
}

static void
tickets_that_lie_are_refused(void **state)
{
	struct share_views v = { 0 };

	(void)state;
	int fd = memfd_create("t", MFD_ALLOW_SEALING);
	assert_int_equal(ftruncate(fd, (off_t)SHARE_BYTES), 0);
	assert_int_equal(pwrite(fd, &(uint64_t){ 9 }, 8, 0), 8);
	const uint64_t n = (uint64_t)fd;
	/* Not sealed, not there, no such token: offers that are not taken. */
	assert_int_equal(receive_ticket(&v, n, 9, 0, 0), 0);
	assert_null(v.head);
	assert_int_equal(fcntl(fd, F_ADD_SEALS, SHARE_SEALS), 0);
	assert_int_equal(receive_ticket(&v, 100000, 9, 0, 0), 0);
	assert_int_equal(receive_ticket(&v, n, 8, 0, 0), 0);
	assert_null(v.head);
	assert_int_equal(receive_ticket(&v, n, 9, 0, 10), -1);
	assert_int_equal(receive_ticket(&v, n, 9, 0, 0), 0);
	assert_non_null(v.head);
	assert_int_equal(receive_ticket(&v, n, 9, 0, 10), 1);
	assert_int_equal(receive_ticket(&v, n, 8, 0, 10), -1);
	assert_int_equal(receive_ticket(&v, n, 9, SHARE_SLOTS, 10), -1);
	assert_int_equal(
	    receive_ticket(&v, n, 9, 0, (uint64_t)SHARE_SLOT_BYTES + 1), -1);
	close(fd);
	share_views_free(&v);
}

static void
memory_of_another_size_is_not_mapped(void **state)
{
	struct share_views v = { 0 };

	(void)state;
	int fd = memfd_create("t", MFD_ALLOW_SEALING);
	assert_int_equal(ftruncate(fd, SHARE_HEAD_BYTES), 0);
	assert_int_equal(pwrite(fd, &(uint64_t){ 9 }, 8, 0), 8);
	assert_int_equal(fcntl(fd, F_ADD_SEALS, SHARE_SEALS), 0);
	assert_int_equal(receive_ticket(&v, (uint64_t)fd, 9, 0, 0), 0);
	assert_null(v.head);
	close(fd);
}

/* A sender that makes new memory over and over does not fill the receiver; a
 * frame that it still has stands. */
static void
memory_given_up_is_forgotten(void **state)
{
	struct share_views v = { 0 };
	struct share *s = share_new();
	struct buf late = { 0 };
	struct err e = { 0 };

	(void)state;
	offer(s, &v);
	share_ticket(s, 0, 100, &late);
	struct frame f = pass(s, &v, 100, 'x');
	share_free(&s);
	s = share_new();
	offer(s, &v);
	struct frame g = frame_of(&late);
	assert_int_equal(share_receive(&v, &g, &e), -1);
	assert_string_equal(e.code, "bad_ticket");
	assert_int_equal(f.bytes.data[99], 'x');
	frame_free(&f);
	frame_free(&g);
	share_views_free(&v);
	share_free(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_is_shared_with_who_has_not_mapped_it),
		cmocka_unit_test(slots_come_back_when_frames_are_freed),
		cmocka_unit_test(a_frame_outlives_both_sides),
		cmocka_unit_test(two_senders_are_told_apart),
		cmocka_unit_test(tickets_that_lie_are_refused),
		cmocka_unit_test(memory_of_another_size_is_not_mapped),
		cmocka_unit_test(memory_given_up_is_forgotten),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
