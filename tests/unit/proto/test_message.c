#include "proto/message.h"
#include "proto/stream.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static const uint8_t bytes[] = { 0, 1, 0xff };

static struct message
sample(void)
{
	return (struct message){ .kind = MSG_ACK,
		.stage = "load",
		.instance = 3,
		.pid = 99,
		.endpoint = "ipc:///tmp/x",
		.run = 1,
		.entity = "orders",
		.mode = MODE_SWEEP,
		.strategy = 2,
		.chunk = CHUNK_DELETES,
		.attempt = 2,
		.seq = 5,
		.part = 6,
		.counts = { 1, 2, 3, 4, 5, 6, 7 },
		.held = 8,
		.rows = UINT64_C(1) << 40,
		.bytes = 9,
		.flag = true,
		.version = { bytes, 3 },
		.cls = ERR_RETRY,
		.code = "40001",
		.text = "try again",
		.body = { bytes, 2 },
		.body2 = { bytes, 1 } };
}

static void
test_round_trip(void **state)
{
	(void)state;
	struct message m = sample(), d;
	struct buf out = { 0 }, again = { 0 };
	struct arena a = { 0 };
	struct err e = { 0 };
	message_encode(&m, &out);
	assert_false(message_is_batch(buf_span(&out)));
	assert_int_equal(message_decode(buf_span(&out), &a, &d, &e), 0);
	assert_string_equal(d.endpoint, "ipc:///tmp/x");
	assert_int_equal(d.mode, MODE_SWEEP);
	assert_int_equal(d.counts[6], 7);
	assert_int_equal(d.cls, ERR_RETRY);
	assert_int_equal(d.body.len, 2);
	/* Every field came through: encoding again gives the same bytes. */
	message_encode(&d, &again);
	assert_int_equal(again.len, out.len);
	assert_memory_equal(again.data, out.data, out.len);
	arena_free(&a);
	buf_free(&out);
	buf_free(&again);
}

static void
test_refuses(void **state)
{
	(void)state;
	static const struct {
		const char *name;
		const char *bytes;
		size_t n;
	} rows[] = {
		{ "nothing", "", 0 },
		{ "not a map", "\x93\x01\x02\x03", 4 },
		{ "no kind", "\x81\xa3run\x01", 6 },
		{ "unknown kind", "\x81\xa4kind\x1f", 7 },
		{ "unknown field", "\x82\xa4kind\x01\xa1x\x01", 10 },
		{ "wrong type", "\x82\xa4kind\x01\xa3run\xa1x", 13 },
		{ "NUL in a text", "\x82\xa4kind\x01\xa4text\xa1\0", 14 },
		{ "trailing byte", "\x81\xa4kind\x01\xc0", 8 },
		{ "class out of range",
		    "\x82\xa4kind\x01\xa5"
		    "class\x63",
		    14 },
	};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct arena a = { 0 };
		struct message m;
		struct err e = { 0 };
		struct span in = { (const uint8_t *)rows[i].bytes, rows[i].n };
		print_message("%s\n", rows[i].name);
		assert_int_equal(message_decode(in, &a, &m, &e), -1);
		assert_string_equal(e.code, "bad_message");
		arena_free(&a);
	}
}

static void
test_torn(void **state)
{
	(void)state;
	struct message m = sample(), d;
	struct buf out = { 0 };
	struct arena a = { 0 };
	message_encode(&m, &out);
	for (size_t n = 0; n < out.len; n++) {
		struct err e = { 0 };
		struct span in = { out.data, n };
		assert_int_equal(message_decode(in, &a, &d, &e), -1);
	}
	arena_free(&a);
	buf_free(&out);
}

/* Frames of a stream come out whole whatever pieces they come in. */
static void
test_stream(void **state)
{
	(void)state;
	struct message m = sample();
	struct buf out = { 0 };
	struct err e = { 0 };
	message_encode(&m, &out);
	size_t one = out.len;
	message_encode(&m, &out);
	int fds[2];
	assert_int_equal(pipe(fds), 0);
	assert_int_equal(stream_write(fds[1], buf_span(&out), &e), 0);
	assert_int_equal(write(fds[1], out.data, 10), 10);
	close(fds[1]);
	struct stream s = { .fd = fds[0] };
	for (int i = 0; i < 2; i++) {
		struct frame f = { 0 };
		assert_int_equal(stream_read(&s, &f, &e), 1);
		assert_int_equal(f.bytes.len, one);
		assert_memory_equal(f.bytes.data, out.data, one);
		frame_free(&f);
	}
	struct frame f = { 0 };
	assert_int_equal(stream_read(&s, &f, &e), -1);
	assert_string_equal(e.code, "bad_stream");
	close(fds[0]);
	buf_free(&s.in);
	buf_free(&out);
}

static void
test_stream_lengths(void **state)
{
	(void)state;
	static const struct {
		const char *name, *bytes;
		size_t have;
		int want;
		size_t n;
	} rows[] = {
		{ "nil", "\xc0", 1, 1, 1 },
		{ "small int", "\x05", 1, 1, 1 },
		{ "negative", "\xff", 1, 1, 1 },
		{ "text",
		    "\xa3"
		    "abcd",
		    5, 1, 4 },
		{ "text cut",
		    "\xa3"
		    "ab",
		    3, 0, 0 },
		{ "map with one pair", "\x81\x01\x02\x03", 4, 1, 3 },
		{ "map cut", "\x81\x01", 2, 0, 0 },
		{ "array of arrays", "\x92\x91\x01\x90", 4, 1, 4 },
		{ "bin 8", "\xc4\x02xy", 4, 1, 4 },
		{ "float", "\xcb\0\0\0\0\0\0\0\0", 9, 1, 9 },
		{ "reserved", "\xc1", 1, -1, 0 },
		{ "extension", "\xd4\x01\x01", 3, -1, 0 },
		{ "bin over the limit", "\xc6\xff\xff\xff\xff", 5, -1, 0 },
	};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		size_t n = 0;
		struct span in = { (const uint8_t *)rows[i].bytes,
			rows[i].have };
		print_message("%s\n", rows[i].name);
		assert_int_equal(stream_frame_length(in, &n), rows[i].want);
		if (rows[i].want == 1)
			assert_int_equal(n, rows[i].n);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_refuses),
		cmocka_unit_test(test_torn),
		cmocka_unit_test(test_stream),
		cmocka_unit_test(test_stream_lengths),
	};
	return cmocka_run_group_tests_name("proto/message", tests, NULL, NULL);
}
