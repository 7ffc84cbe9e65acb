#include "proto/address.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

static const struct {
	const char *text;
	int port; /* -1: refused */
	bool loopback;
} rows[] = {
	{ "127.0.0.1:9700", 9700, true },
	{ "127.9.9.9:1", 1, true },
	{ "0.0.0.0:65535", 65535, false },
	{ "192.168.1.2:0", 0, false },
	{ "[::1]:9700", 9700, true },
	{ "[::]:9700", 9700, false },
	{ "[2001:db8::7]:80", 80, false },
	{ "", -1, false },
	{ ":9700", -1, false },
	{ "9700", -1, false },
	{ "127.0.0.1", -1, false },
	{ "127.0.0.1:", -1, false },
	{ "127.0.0.1:65536", -1, false },
	{ "127.0.0.1:97x", -1, false },
	{ "127.0.0.1:-1", -1, false },
	{ "127.0.0.1: 1", -1, false },
	{ "127.0.0.1:000001", -1, false },
	{ "127.1:9700", -1, false },
	{ "localhost:9700", -1, false },
	{ "::1:9700", -1, false },
	{ "[::1:9700", -1, false },
	{ "[]:9700", -1, false },
	{ "[:1", -1, false },
	{ "[127.0.0.1]:9700", -1, false },
	{ "[0000:0000:0000:0000:0000:0000:0000:0000:0000:0000]:1", -1, false },
};

static void
addresses(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct address a;
		struct err e = { 0 };
		char text[ADDRESS_TEXT];
		int r = address_parse(rows[i].text, &a, &e);
		if (r != (rows[i].port < 0 ? -1 : 0))
			fail_msg("%s: %d %s", rows[i].text, r, e.msg);
		if (r < 0) {
			assert_string_equal(e.code, "bad_address");
			continue;
		}
		assert_int_equal(a.port, rows[i].port);
		assert_int_equal(a.loopback, rows[i].loopback);
		address_text(&a, 0, text);
		assert_string_equal(text, rows[i].text);
	}
}

static void
the_next_ports(void **state)
{
	(void)state;
	struct address a;
	struct err e = { 0 };
	char text[ADDRESS_TEXT];
	assert_int_equal(address_parse("[::1]:9700", &a, &e), 0);
	address_text(&a, 12, text);
	assert_string_equal(text, "[::1]:9712");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(addresses),
		cmocka_unit_test(the_next_ports),
	};
	return cmocka_run_group_tests_name("proto/address", tests, NULL, NULL);
}
