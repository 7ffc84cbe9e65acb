#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "proto/limits.h"
#include "supervisor/control_wire.h"
#include <jansson.h>
#include <string.h>

static struct span
bytes(const char *text)
{
	return (struct span){ (const uint8_t *)text, strlen(text) };
}

static const struct {
	const char *line;
	struct control_request q;
} good[] = {
	{ "{\"version\":1,\"order\":\"status\"}", { .order = CONTROL_STATUS } },
	{ "{\"order\":\"watch\",\"version\":1}", { .order = CONTROL_WATCH } },
	{ "{\"version\":1,\"order\":\"run\",\"entities\":[\"a\",\"b c\"]}",
	    { .order = CONTROL_RUN,
		.nentities = 2,
		.entities = (const char *const[]){ "a", "b c" } } },
	{ "{\"version\":1,\"order\":\"pause\",\"entities\":[]}",
	    { .order = CONTROL_PAUSE } },
	{ "  {\"version\":1, \"order\":\"resume\"}\r",
	    { .order = CONTROL_RESUME } },
	{ "{\"version\":1,\"order\":\"stop\"}", { .order = CONTROL_STOP } },
	{ "{\"version\":1,\"order\":\"cancel\",\"run\":7}",
	    { .order = CONTROL_CANCEL, .run = 7 } },
	{ "{\"version\":1,\"order\":\"approve\",\"run\":9223372036854775807}",
	    { .order = CONTROL_APPROVE, .run = INT64_MAX } },
};

static void
assert_same(const struct control_request *a, const struct control_request *b)
{
	assert_int_equal(a->order, b->order);
	assert_int_equal(a->run, b->run);
	assert_int_equal(a->nentities, b->nentities);
	for (size_t i = 0; i < a->nentities; i++)
		assert_string_equal(a->entities[i], b->entities[i]);
}

static void
every_order_both_ways(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(good); i++) {
		struct arena a = { 0 };
		struct err e = { 0 };
		struct control_request q, again;
		struct buf out = { 0 };
		if (control_request_decode(bytes(good[i].line), &a, &q, &e) < 0)
			fail_msg("%s: %s", good[i].line, e.msg);
		assert_same(&q, &good[i].q);
		control_request_encode(&q, &out);
		assert_int_equal(out.data[out.len - 1], '\n');
		assert_null(memchr(out.data, '\n', out.len - 1));
		assert_int_equal(
		    control_request_decode(buf_span(&out), &a, &again, &e), 0);
		assert_same(&again, &q);
		buf_free(&out);
		arena_free(&a);
	}
}

static void
what_is_refused(void **state)
{
	static const struct {
		const char *line, *says;
	} rows[] = {
		{ "", "not JSON" },
		{ "GET / HTTP/1.1", "not JSON" },
		{ "\xff\xfe", "not JSON" },
		{ "[]", "an object" },
		{ "7", "not JSON" },
		{ "{}", "a version" },
		{ "{\"version\":2,\"order\":\"stop\"}", "version 2" },
		{ "{\"version\":\"1\",\"order\":\"stop\"}", "version" },
		{ "{\"version\":1}", "\"order\"" },
		{ "{\"version\":1,\"order\":\"halt\"}", "\"order\"" },
		{ "{\"version\":1,\"order\":4}", "\"order\"" },
		{ "{\"version\":1,\"order\":null}", "\"order\"" },
		{ "{\"version\":1,\"order\":\"stop\",\"force\":true}",
		    "\"force\"" },
		{ "{\"version\":1,\"order\":\"stop\",\"order\":\"run\"}",
		    "not JSON" },
		{ "{\"version\":1,\"order\":\"run\"}{}", "not JSON" },
		{ "{\"version\":1,\"order\":\"run\",\"entities\":\"a\"}",
		    "an array" },
		{ "{\"version\":1,\"order\":\"run\",\"entities\":[1]}",
		    "an array" },
		{ "{\"version\":1,\"order\":\"run\",\"entities\":[\"\"]}",
		    "an array" },
		{ "{\"version\":1,\"order\":\"run\",\"entities\":[\"\\u0000\"]}",
		    "not JSON" },
		{ "{\"version\":1,\"order\":\"cancel\",\"run\":0}", "above 0" },
		{ "{\"version\":1,\"order\":\"cancel\",\"run\":-1}",
		    "above 0" },
		{ "{\"version\":1,\"order\":\"cancel\",\"run\":1.5}",
		    "above 0" },
		{ "{\"version\":1,\"order\":\"cancel\",\"run\":1e99}",
		    "above 0" },
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct arena a = { 0 };
		struct err e = { 0 };
		struct control_request q;
		if (control_request_decode(bytes(rows[i].line), &a, &q, &e) ==
		    0)
			fail_msg("%s was taken", rows[i].line);
		assert_string_equal(e.code, "bad_request");
		if (!strstr(e.msg, rows[i].says))
			fail_msg("%s: %s", rows[i].line, e.msg);
		arena_free(&a);
	}
}

static void
a_long_name_and_a_long_line(void **state)
{
	struct buf line = { 0 };
	struct arena a = { 0 };
	struct err e = { 0 };
	struct control_request q;
	(void)state;
	buf_printf(&line,
	    "{\"version\":1,\"order\":\"run\",\"entities\":[\"%0*d\"]}",
	    LIMIT_NAME_BYTES + 1, 0);
	assert_int_equal(
	    control_request_decode(buf_span(&line), &a, &q, &e), -1);
	buf_clear(&line);
	buf_puts(&line, "{\"version\":1,\"order\":\"stop\"}");
	memset(
	    buf_extend(&line, LIMIT_REQUEST_BYTES), ' ', LIMIT_REQUEST_BYTES);
	assert_int_equal(
	    control_request_decode(buf_span(&line), &a, &q, &e), -1);
	buf_free(&line);
	arena_free(&a);
}

static struct control_reply
sent(const struct control_reply *r)
{
	struct buf line = { 0 };
	struct err e = { 0 };
	struct control_reply got = { 0 };
	control_reply_encode(r, &line);
	line.len--;
	if (control_reply_decode(buf_span(&line), &got, &e) < 0)
		fail_msg("%s: %s", buf_str(&line), e.msg);
	buf_free(&line);
	return got;
}

static void
replies_both_ways(void **state)
{
	(void)state;
	struct control_reply yes = { .ok = true }, no = { 0 };
	buf_puts(&yes.text, "done \"well\"\n");
	yes.status = json_pack("{s:i}", "pid", 7);
	struct control_reply got = sent(&yes);
	assert_true(got.ok && !got.end);
	assert_string_equal(buf_str(&got.text), "done \"well\"\n");
	assert_int_equal(
	    json_integer_value(json_object_get(got.status, "pid")), 7);
	control_reply_free(&got);
	control_reply_free(&yes);

	for (int cls = ERR_RETRY; cls <= ERR_CONFIG; cls++) {
		err_config(&no.error, "paused", "by \xc3\xa9mile");
		no.error.cls = (enum err_class)cls;
		got = sent(&no);
		assert_false(got.ok);
		assert_int_equal(got.error.cls, cls);
		assert_string_equal(got.error.code, "paused");
		assert_string_equal(got.error.msg, "by \xc3\xa9mile");
		control_reply_free(&got);
	}
	err_config(&no.error, "x", "torn \xc3");
	got = sent(&no);
	assert_false(got.ok);
	assert_int_equal(got.error.cls, ERR_CONFIG);
	control_reply_free(&got);

	const struct control_reply end = { .ok = true, .end = true };
	got = sent(&end);
	assert_true(got.ok && got.end);
	control_reply_free(&got);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_order_both_ways),
		cmocka_unit_test(what_is_refused),
		cmocka_unit_test(a_long_name_and_a_long_line),
		cmocka_unit_test(replies_both_ways),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
