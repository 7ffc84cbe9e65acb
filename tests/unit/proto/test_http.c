/* The little HTTP server, by real sockets. Nothing here looks at a clock. */
#include "proto/http_request.h"
#include "proto/limits.h"
#include "tests/unit/proto/http_client.h"

enum { LONG = 8 << 20 };

/* --- the head ------------------------------------------------------------- */

#define H "Host: x\r\n\r\n"
static const struct {
	const char *in;
	int status;
	const char *path;
} heads[] = {
	{ "GET / HTTP/1.1\r\n" H, 200, "/" },
	{ "GET /metrics HTTP/1.0\r\n\r\n", 200, "/metrics" },
	{ "GET /metrics?a=b?c HTTP/1.1\r\n" H, 200, "/metrics" },
	{ "", 0, NULL },
	{ "GET", 0, NULL },
	{ "GET / HTTP/1.1\r\nHost: x\r\n", 0, NULL },
	{ "POST /metrics HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc", 405, NULL },
	{ "HEAD / HTTP/1.1\r\n" H, 405, NULL },
	{ "get / HTTP/1.1\r\n" H, 405, NULL },
	{ "GET / HTTP/2.0\r\n" H, 505, NULL },
	{ "GET / HTTP/1.1 \r\n" H, 505, NULL },
	{ "GET / FTP/1.1\r\n" H, 400, NULL },
	{ "GET /\r\n" H, 400, NULL },
	{ "GET  / HTTP/1.1\r\n" H, 400, NULL },
	{ "GET http://x/ HTTP/1.1\r\n" H, 400, NULL },
	{ "GET /\x80 HTTP/1.1\r\n" H, 400, NULL },
	{ "G\x01T / HTTP/1.1\r\n" H, 400, NULL },
	{ "\r\n\r\n", 400, NULL },
	{ "\x16\x03\x01\x02\r\n\r\n", 400, NULL },
};

static void
heads_are_read(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(heads); i++) {
		struct span in = { (const uint8_t *)heads[i].in,
			strlen(heads[i].in) };
		struct http_request r = http_request_parse(in);
		if (r.status != heads[i].status)
			fail_msg("%s: %d", heads[i].in, r.status);
		if (heads[i].path)
			assert_string_equal(r.path, heads[i].path);
	}
}

static int
status_of(const char *before, size_t filler, const char *after)
{
	struct buf in = { 0 };
	buf_puts(&in, before);
	memset(buf_extend(&in, filler), 'a', filler);
	buf_puts(&in, after);
	int status = http_request_parse(buf_span(&in)).status;
	buf_free(&in);
	return status;
}

static void
heads_are_bounded(void **state)
{
	(void)state;
	const char *end = " HTTP/1.1\r\n\r\n";
	assert_int_equal(status_of("GET /", HTTP_PATH_BYTES - 2, end), 200);
	assert_int_equal(status_of("GET /", HTTP_PATH_BYTES - 1, end), 404);
	assert_int_equal(status_of("GET /", LIMIT_HTTP_HEAD - 5, ""), 0);
	assert_int_equal(status_of("GET /", LIMIT_HTTP_HEAD - 4, ""), 431);
	assert_int_equal(status_of("GET /", LIMIT_HTTP_HEAD, end), 431);
	struct span nul = { (const uint8_t *)"GET /\0", 6 };
	assert_int_equal(http_request_parse(nul).status, 400);
}

/* --- the server ----------------------------------------------------------- */

struct fixture {
	struct address at;
	struct http *h;
	struct err e;
	int gets;
};

static void
get(void *ctx, const char *path, struct http_answer *a)
{
	struct fixture *f = ctx;
	f->gets++;
	if (strcmp(path, "/here") == 0) {
		a->status = 200;
		buf_puts(&a->body, "yes\n");
	} else if (strcmp(path, "/long") == 0) {
		a->status = 200;
		memset(buf_extend(&a->body, LONG), 'x', LONG);
	}
}

static void
serve(struct fixture *f)
{
	const struct http_pages pages = { get, f };
	assert_int_equal(http_open(&f->at, &pages, &f->h, &f->e), 0);
	http_turn(f->h);
}

static int
setup(void **state)
{
	struct fixture *f = mem_zalloc(sizeof(*f));
	f->at = (struct address){ "127.0.0.1", http_client_port(NULL), true };
	serve(f);
	*state = f;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;
	http_close(&f->h);
	free(f);
	return 0;
}

static int
dial(struct fixture *f)
{
	return http_client_dial(f->h, f->at.port);
}

static void
answers(struct fixture *f, const char *request, const char *want)
{
	struct buf out = { 0 };
	http_client_fetch(f->h, f->at.port, request, &out);
	if (strncmp(buf_str(&out), want, strlen(want)) != 0)
		fail_msg("%s: %s", request, buf_str(&out));
	assert_non_null(strstr(buf_str(&out), "Connection: close\r\n"));
	buf_free(&out);
}

static void
pages_and_refusals(void **state)
{
	struct fixture *f = *state;
	answers(f, "GET /here HTTP/1.1\r\n" H, "HTTP/1.1 200 OK\r\n");
	answers(f, "GET /gone HTTP/1.1\r\n" H, "HTTP/1.1 404 Not Found\r\n");
	answers(f, "PUT /here HTTP/1.1\r\n" H,
	    "HTTP/1.1 405 Method Not Allowed\r\nAllow: GET\r\n");
	answers(f, "nonsense\r\n\r\n", "HTTP/1.1 400 Bad Request\r\n");
	assert_int_equal(f->gets, 2);
}

static void
a_byte_at_a_time(void **state)
{
	struct fixture *f = *state;
	struct buf out = { 0 };
	int fd = dial(f);
	for (const char *p = "GET /here HTTP/1.1\r\n" H; *p; p++)
		http_client_say(f->h, fd, (char[2]){ *p });
	http_client_hear(f->h, fd, &out);
	assert_non_null(strstr(buf_str(&out), "\r\n\r\nyes\n"));
	buf_free(&out);
	close(fd);
}

/* More than the sockets hold, and nobody waits for the reader meanwhile. */
static void
a_long_answer(void **state)
{
	struct fixture *f = *state;
	struct buf out = { 0 };
	int fd = dial(f);
	http_client_say(f->h, fd, "GET /long HTTP/1.1\r\n" H);
	answers(f, "GET /here HTTP/1.1\r\n" H, "HTTP/1.1 200 OK\r\n");
	http_client_hear(f->h, fd, &out);
	const char *body = strstr(buf_str(&out), "\r\n\r\n");
	assert_non_null(body);
	assert_int_equal(strspn(body + 4, "x"), LONG);
	buf_free(&out);
	close(fd);
}

/* A body that nobody asked for does not cost the answer. */
static void
a_body_is_read_past(void **state)
{
	struct fixture *f = *state;
	struct buf in = { 0 }, out = { 0 };
	buf_puts(&in, "POST /here HTTP/1.1\r\nContent-Length: 40000\r\n\r\n");
	memset(buf_extend(&in, 40000), 'b', 40000);
	int fd = dial(f);
	http_client_say(f->h, fd, buf_str(&in));
	http_client_hear(f->h, fd, &out);
	assert_non_null(strstr(buf_str(&out), " 405 "));
	buf_free(&in);
	buf_free(&out);
	close(fd);
}

/* Those who say nothing keep nobody out. */
static void
the_silent_give_way(void **state)
{
	struct fixture *f = *state;
	int silent[3 * HTTP_PEERS];
	for (size_t i = 0; i < ARRAY_LEN(silent); i++)
		silent[i] = dial(f);
	answers(f, "GET /here HTTP/1.1\r\n" H, "HTTP/1.1 200 OK\r\n");
	struct buf out = { 0 };
	http_client_hear(f->h, silent[0], &out); /* ended, without a word */
	assert_int_equal(out.len, 0);
	int64_t wait = http_wait_ms(f->h);
	assert_true(wait >= 0 && wait <= HTTP_PATIENCE_MS);
	for (size_t i = 0; i < ARRAY_LEN(silent); i++)
		close(silent[i]);
	http_turn(f->h);
	assert_int_equal(http_wait_ms(f->h), -1);
	buf_free(&out);
}

/* An address that is taken is tried again until it is free. */
static void
a_taken_port(void **state)
{
	struct fixture *f = *state;
	http_close(&f->h);
	int other;
	f->at.port = http_client_port(&other);
	serve(f);
	assert_true(http_wait_ms(f->h) >= 0);
	close(other);
	for (int i = 0; i < HTTP_CLIENT_TURNS && http_wait_ms(f->h) >= 0; i++) {
		poll(NULL, 0, 1);
		http_turn(f->h);
	}
	answers(f, "GET /here HTTP/1.1\r\n" H, "HTTP/1.1 200 OK\r\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(heads_are_read),
		cmocka_unit_test(heads_are_bounded),
		cmocka_unit_test_setup_teardown(
		    pages_and_refusals, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    a_byte_at_a_time, setup, teardown),
		cmocka_unit_test_setup_teardown(a_long_answer, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    a_body_is_read_past, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    the_silent_give_way, setup, teardown),
		cmocka_unit_test_setup_teardown(a_taken_port, setup, teardown),
	};
	return cmocka_run_group_tests_name("proto/http", tests, NULL, NULL);
}
