#include "proto/share_impl.h"
#include "tests/unit/proto/share_ends.h"
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>

static void
two_senders_are_told_apart(void **state)
{
	struct share_views v = open_views();
	struct share *a = share_new(endpoint), *b = share_new(endpoint);

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
receive_ticket(
    struct share_views *v, uint64_t token, uint64_t slot, uint64_t bytes)
{
	char text[128];
	struct buf out = { 0 };
	struct err e = { 0 };
	const struct {
		const char *key;
		uint64_t v;
	} pairs[] = { { "share", SHARE_VERSION }, { "pid", (uint64_t)getpid() },
		{ "token", token }, { "slot", slot }, { "bytes", bytes } };

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

/* Memory of so many bytes that says it has that token. */
static int
make_memory(size_t bytes, uint64_t token)
{
	struct share_head head = { .token = token, .pid = (uint32_t)getpid() };
	int fd = memfd_create("t", MFD_ALLOW_SEALING);
	assert_int_equal(ftruncate(fd, (off_t)bytes), 0);
	assert_int_equal(pwrite(fd, &head, sizeof(head), 0), sizeof(head));
	return fd;
}

/* Handed in, and offered. */
static int
offer_memory(struct share_views *v, int fd, uint64_t said)
{
	assert_int_equal(share_door_hand_in(endpoint, fd, said), 0);
	return receive_ticket(v, said, 0, 0);
}

static void
tickets_that_lie_are_refused(void **state)
{
	struct share_views v = open_views();

	(void)state;
	int fd = make_memory(SHARE_BYTES, 9);
	/* Not there, not sealed, no memory, no such token: offers that are
	 * not taken. */
	assert_int_equal(receive_ticket(&v, 9, 0, 0), 0);
	assert_int_equal(offer_memory(&v, fd, 9), 0);
	assert_int_equal(offer_memory(&v, STDIN_FILENO, 9), 0);
	assert_null(v.head);
	assert_int_equal(fcntl(fd, F_ADD_SEALS, SHARE_SEALS), 0);
	assert_int_equal(offer_memory(&v, fd, 8), 0);
	assert_null(v.head);
	assert_int_equal(receive_ticket(&v, 9, 0, 10), -1);
	assert_int_equal(offer_memory(&v, fd, 9), 0);
	assert_non_null(v.head);
	assert_int_equal(receive_ticket(&v, 9, 0, 10), 1);
	assert_int_equal(receive_ticket(&v, 8, 0, 10), -1);
	assert_int_equal(receive_ticket(&v, 9, SHARE_SLOTS, 10), -1);
	assert_int_equal(
	    receive_ticket(&v, 9, 0, (uint64_t)SHARE_SLOT_BYTES + 1), -1);
	close(fd);
	share_views_free(&v);
}

static void
memory_of_another_size_is_not_mapped(void **state)
{
	struct share_views v = open_views();

	(void)state;
	int fd = make_memory(SHARE_HEAD_BYTES, 9);
	assert_int_equal(fcntl(fd, F_ADD_SEALS, SHARE_SEALS), 0);
	assert_int_equal(offer_memory(&v, fd, 9), 0);
	assert_null(v.head);
	close(fd);
	share_views_free(&v);
}

/* Datagrams of another kind are thrown away, and what comes after is found. */
static void
rubbish_at_the_door_is_cleared_away(void **state)
{
	struct share_views v = open_views();
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	int s = socket(AF_UNIX, SOCK_DGRAM, 0);

	(void)state;
	snprintf(at.sun_path, sizeof(at.sun_path), "%s/x.memory", folder);
	for (size_t n = 0; n < 5; n++)
		assert_int_equal(sendto(s, "rubbish!", n * 2, 0,
				     (struct sockaddr *)&at, sizeof(at)),
		    n * 2);
	close(s);
	struct share *sender = share_new(endpoint);
	assert_non_null(sender);
	offer(sender, &v);
	struct frame f = pass(sender, &v, 100, 'x');
	frame_free(&f);
	share_free(&sender);
	share_views_free(&v);
}

/* A sender that makes new memory over and over does not fill the receiver; a
 * frame that it still has stands. */
static void
memory_given_up_is_forgotten(void **state)
{
	struct share_views v = open_views();
	struct share *s = share_new(endpoint);
	struct buf late = { 0 };
	struct err e = { 0 };

	(void)state;
	offer(s, &v);
	share_ticket(s, 0, 100, &late);
	struct frame f = pass(s, &v, 100, 'x');
	share_free(&s);
	s = share_new(endpoint);
	offer(s, &v);
	assert_int_equal(f.bytes.data[99], 'x');
	frame_free(&f);
	share_free(&s);
	s = share_new(endpoint);
	offer(s, &v);
	struct frame g = frame_of(&late);
	assert_int_equal(share_receive(&v, &g, &e), -1);
	assert_string_equal(e.code, "bad_ticket");
	frame_free(&g);
	share_views_free(&v);
	share_free(&s);
}

/* Its memory was given up with the ticket on its way, and somebody else's
 * offer came first. */
static void
a_ticket_may_come_after_another_offer(void **state)
{
	struct share_views v = open_views();
	struct share *s = share_new(endpoint), *other = share_new(endpoint);
	struct buf late = { 0 };
	struct err e = { 0 };
	uint32_t slot;

	(void)state;
	offer(s, &v);
	uint8_t *at = share_slot(s, &slot);
	memset(at, 'x', 100);
	share_ticket(s, slot, 100, &late);
	share_free(&s);
	offer(other, &v);
	struct frame f = frame_of(&late);
	assert_int_equal(share_receive(&v, &f, &e), 1);
	assert_int_equal(f.bytes.data[99], 'x');
	frame_free(&f);
	share_views_free(&v);
	share_free(&other);
}

static void
say(int to, struct buf *out)
{
	if (send(to, out->data, out->len, 0) != (ssize_t)out->len)
		abort();
	buf_clear(out);
}

/* In a process that ends: its offer and its last ticket. */
static void
leave_behind(int to)
{
	struct share *s = share_new(endpoint);
	struct buf out = { 0 };

	share_offer(s, &out);
	say(to, &out);
	share_ticket(s, 0, 100, &out);
	say(to, &out);
	_exit(0);
}

static int
hear(int from, struct share_views *v)
{
	struct buf in = { 0 };
	struct err e = { 0 };
	ssize_t n = recv(from, buf_extend(&in, 100), 100, 0);

	assert_true(n > 0);
	struct frame f = { .bytes = { in.data, (size_t)n }, .owner = in.data };
	int r = share_receive(v, &f, &e);
	frame_free(&f);
	return r;
}

/* What a dead sender sent last is void: it is thrown away. */
static void
a_dead_senders_ticket_is_no_error(void **state)
{
	struct share_views v = open_views();
	struct share *other = share_new(endpoint);
	int way[2];

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_DGRAM, 0, way), 0);
	pid_t pid = fork();
	assert_true(pid >= 0);
	if (pid == 0)
		leave_behind(way[1]);
	assert_int_equal(hear(way[0], &v), 0);
	assert_non_null(v.head);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	offer(other, &v);
	assert_int_equal(hear(way[0], &v), 0);
	close(way[0]);
	close(way[1]);
	share_views_free(&v);
	share_free(&other);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(two_senders_are_told_apart),
		cmocka_unit_test(tickets_that_lie_are_refused),
		cmocka_unit_test(memory_of_another_size_is_not_mapped),
		cmocka_unit_test(rubbish_at_the_door_is_cleared_away),
		cmocka_unit_test(memory_given_up_is_forgotten),
		cmocka_unit_test(a_ticket_may_come_after_another_offer),
		cmocka_unit_test(a_dead_senders_ticket_is_no_error),
	};
	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
