/* Answers to a COPY as they stand on the socket, sound and false. */
#include "extract/pg_wire.h"
#include "tests/unit/extract/pg_bytes.h"
#include <sys/socket.h>

/* A message whose type and bytes are given. */
static void
put(struct buf *b, char type, const void *body, size_t n)
{
	buf_putc(b, (uint8_t)type);
	put_u32(b, (uint32_t)n + 4);
	buf_put(b, body, n);
}

static void
put_row(struct buf *b, bool head, int a, const char *text)
{
	struct buf row = { 0 };

	if (head)
		put_head(&row);
	put_u16(&row, 2);
	put_u32(&row, 4);
	put_u32(&row, (uint32_t)a);
	put_u32(&row, (uint32_t)strlen(text));
	buf_puts(&row, text);
	put(b, 'd', row.data, row.len);
	buf_free(&row);
}

static const char error_row[] = "SERROR\0C22012\0Mdivision by zero\0\0Hnone\0";
static const char error_fatal[] = "SFATAL\0C57P01\0Mterminating connection\0";

/* What stands before and behind the rows of most answers. */
static void
put_start(struct buf *b)
{
	put(b, 'N', "SNOTICE\0Mhello\0", 16);
	put(b, 'H', "\1\0\2\0\1\0\1", 7);
	put_row(b, true, 1, "one");
	put_row(b, false, 2, "");
}

static void
put_trailer(struct buf *b)
{
	put(b, 'd', "\xff\xff", 2);
	put(b, 'c', NULL, 0);
}

static void
put_end(struct buf *b)
{
	put_trailer(b);
	put(b, 'C', "COPY 2", 7);
	put(b, 'Z', "T", 1);
}

static const char rows[] = "0|0 a=int:1 b=text:one\n0|1 a=int:2 b=text:\n";

/* Each packet is what one call receives; then the server hangs up. */
static int
receive(
    struct world *w, struct pg_wire *wire, const struct buf *in, size_t step)
{
	int fds[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, fds), 0);
	world_open(w, 2, VT_INT);
	pg_wire_init(wire, fds[0], &w->copy);
	int r = 0;
	size_t sent = 0;
	/* As many packets as a socket holds, and the rest when it was read. */
	for (size_t at = 0; at < in->len; at += step, sent++) {
		size_t n = in->len - at < step ? in->len - at : step;
		if (send(fds[1], in->data + at, n, MSG_DONTWAIT) < 0)
			break;
	}
	assert_true(sent == (in->len + step - 1) / step);
	close(fds[1]);
	r = pg_wire_receive(wire, &w->e);
	close(fds[0]);
	return r;
}

static void
an_answer_may_be_cut_anywhere(void **state)
{
	struct buf in = { 0 };
	struct world w;
	struct pg_wire wire;

	(void)state;
	put_start(&in);
	put_end(&in);
	put(&in, 'S', "work_mem\0008MB\0", 14);
	for (size_t step = 1; step <= in.len; step++) {
		assert_int_equal(receive(&w, &wire, &in, step), 0);
		assert_true(wire.ready && !wire.broken);
		assert_int_equal(wire.tuples, 2);
		assert_int_equal(pg_copy_end(&w.copy, &w.e), 0);
		assert_int_equal(emit_flush(&w.em, &w.e), 0);
		assert_string_equal(buf_str(&w.rig.text), rows);
		pg_wire_free(&wire);
		world_close(&w);
	}
	buf_free(&in);
}

static void
a_row_may_be_larger_than_what_is_received_at_once(void **state)
{
	enum { BYTES = 180000 };
	struct buf in = { 0 };
	struct world w;
	struct pg_wire wire;
	char *text = calloc(1, BYTES + 1);

	(void)state;
	memset(text, 'x', BYTES);
	put(&in, 'H', "\1\0\2\0\1\0\1", 7);
	put_row(&in, true, 1, text);
	put_end(&in);
	assert_int_equal(receive(&w, &wire, &in, 50000), 0);
	assert_int_equal(w.em.rows, 1);
	assert_int_equal(w.em.cols[1].values.bytes, BYTES);
	pg_wire_free(&wire);
	world_close(&w);
	buf_free(&in);
	free(text);
}

struct ending {
	const char *label, *code;
	enum err_class cls;
	bool ready, broken;
	void (*put)(struct buf *b);
};

static void
refused_at_once(struct buf *b)
{
	put(b, 'E', "C42501\0Mno\0", 12);
	put(b, 'Z', "E", 1);
}
static void
refused_midway(struct buf *b)
{
	put_start(b);
	put(b, 'E', error_row, sizeof(error_row));
	put(b, 'Z', "E", 1);
}
static void
shut_down(struct buf *b)
{
	put_start(b);
	put(b, 'E', error_fatal, sizeof(error_fatal));
}
static void
hangs_up(struct buf *b)
{
	put_start(b);
	buf_puts(b, "d");
}
static void
hangs_up_at_the_end(struct buf *b)
{
	put_start(b);
	put_trailer(b);
}
static void
unknown_message(struct buf *b)
{
	put(b, '?', "", 0);
}
static void
unannounced_rows(struct buf *b)
{
	put_row(b, true, 1, "x");
}
static void
length_too_small(struct buf *b)
{
	put_start(b);
	buf_put(b, "d\0\0\0\3", 5);
}
static void
length_too_large(struct buf *b)
{
	put_start(b);
	buf_put(b, "d\x7f\0\0\3", 5);
}
static void
endless_error(struct buf *b)
{
	put(b, 'E', "C42501\0Mno", 10);
}
static void
another_command(struct buf *b)
{
	put_start(b);
	put(b, 'C', "INSERT 0 1", 11);
}
static void
tag_without_end(struct buf *b)
{
	put_start(b);
	put(b, 'C', "COPY 12", 7);
}
static void
more_rows_after_the_end(struct buf *b)
{
	put_start(b);
	put_end(b);
	put_row(b, false, 3, "x");
}
static void
false_row(struct buf *b)
{
	put(b, 'H', "\1\0\2\0\1\0\1", 7);
	put(b, 'd', "no signature at all", 19);
}

static void
answers_end_as_they_say(void **state)
{
	static const struct ending endings[] = {
		{ "refused at once", "42501", ERR_CONFIG, true, false,
		    refused_at_once },
		{ "refused midway", "22012", ERR_DATA, true, false,
		    refused_midway },
		{ "shut down", "57P01", ERR_RETRY, false, true, shut_down },
		{ "hangs up", "08006", ERR_RETRY, false, true, hangs_up },
		{ "hangs up at the end", "08006", ERR_RETRY, false, true,
		    hangs_up_at_the_end },
		{ "unknown message", "08P01", ERR_RETRY, false, true,
		    unknown_message },
		{ "unannounced rows", "08P01", ERR_RETRY, false, true,
		    unannounced_rows },
		{ "length too small", "08P01", ERR_RETRY, false, true,
		    length_too_small },
		{ "length too large", "08P01", ERR_RETRY, false, true,
		    length_too_large },
		{ "endless error", "08P01", ERR_RETRY, false, true,
		    endless_error },
		{ "another command", "08P01", ERR_RETRY, false, true,
		    another_command },
		{ "tag without end", "08P01", ERR_RETRY, false, true,
		    tag_without_end },
		{ "more rows after the end", "08P01", ERR_RETRY, true, true,
		    more_rows_after_the_end },
		{ "false row", "bad_copy", ERR_DATA, false, false, false_row },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(endings); i++) {
		const struct ending *end = &endings[i];
		struct buf in = { 0 };
		struct world w;
		struct pg_wire wire;
		end->put(&in);
		print_message("%s\n", end->label);
		assert_int_equal(receive(&w, &wire, &in, 7), -1);
		assert_string_equal(w.e.code, end->code);
		assert_int_equal(w.e.cls, end->cls);
		assert_int_equal(wire.ready, end->ready);
		assert_int_equal(wire.broken, end->broken);
		pg_wire_free(&wire);
		world_close(&w);
		buf_free(&in);
	}
}

/* After rows that could not be taken the rest of the answer is read away. */
static void
an_answer_can_be_read_away(void **state)
{
	struct world w;
	struct pg_wire wire;
	struct buf in = { 0 };
	int fds[2];

	(void)state;
	put(&in, 'H', "\1\0\2\0\1\0\1", 7);
	put(&in, 'd', "no signature at all", 19);
	put_row(&in, false, 2, "two");
	put(&in, 'E', "C57014\0Mcanceled\0", 18);
	put(&in, 'Z', "E", 1);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
	world_open(&w, 2, VT_INT);
	pg_wire_init(&wire, fds[0], &w.copy);
	assert_int_equal(send(fds[1], in.data, in.len, 0), in.len);
	assert_int_equal(pg_wire_receive(&wire, &w.e), -1);
	assert_string_equal(w.e.code, "bad_copy");
	wire.copy = NULL;
	assert_int_equal(pg_wire_receive(&wire, &w.e), -1);
	assert_string_equal(w.e.code, "57014");
	assert_true(wire.ready && !wire.broken);
	close(fds[0]);
	close(fds[1]);
	pg_wire_free(&wire);
	world_close(&w);
	buf_free(&in);
}

static void
a_query_is_one_message(void **state)
{
	struct pg_wire wire;
	struct err e = { 0 };
	char got[64];
	int fds[2];

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
	pg_wire_init(&wire, fds[0], NULL);
	assert_int_equal(pg_wire_send(&wire, "COPY x", &e), 0);
	assert_int_equal(recv(fds[1], got, sizeof(got), 0), 12);
	assert_memory_equal(got, "Q\0\0\0\013COPY x", 12);
	close(fds[1]);
	assert_int_equal(pg_wire_send(&wire, "COPY x", &e), -1);
	assert_string_equal(e.code, "08006");
	assert_true(wire.broken);
	close(fds[0]);
	pg_wire_free(&wire);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_answer_may_be_cut_anywhere),
		cmocka_unit_test(
		    a_row_may_be_larger_than_what_is_received_at_once),
		cmocka_unit_test(answers_end_as_they_say),
		cmocka_unit_test(an_answer_can_be_read_away),
		cmocka_unit_test(a_query_is_one_message),
	};
	return cmocka_run_group_tests_name("pg_wire", tests, NULL, NULL);
}
