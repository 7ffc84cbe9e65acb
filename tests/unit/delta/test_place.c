#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "delta/place.h"
#include "tests/unit/delta/world.h"

static const struct {
	const char *entity, *folder;
} names[] = {
	{ "orders", "/s/state/orders" },
	{ "Order-Lines_2", "/s/state/Order-Lines_2" },
	{ "a/b", "/s/state/a%2Fb" },
	{ "..", "/s/state/%2E%2E" },
	{ "a%2Fb", "/s/state/a%252Fb" },
	{ "سفارش", "/s/state/%D8%B3%D9%81%D8%A7%D8%B1%D8%B4" },
	{ "with space", "/s/state/with%20space" },
};

static void
entities_become_safe_folders(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		struct place p = { "/s", names[i].entity, 3, 8 };
		struct buf out = { 0 };
		place_dir(&p, &out);
		assert_string_equal(buf_str(&out), names[i].folder);
		buf_free(&out);
	}
}

static void
long_names_stay_apart_and_short(void **state)
{
	char a[256], b[256];
	struct place p = { "", a, 0, 1 }, q = { "", b, 0, 1 };
	struct buf x = { 0 }, y = { 0 };
	(void)state;
	memset(a, '/', 255);
	a[255] = '\0';
	memcpy(b, a, 256);
	b[254] = 'x';
	place_dir(&p, &x);
	place_dir(&q, &y);
	assert_true(x.len < 7 + 255);
	assert_string_not_equal(buf_str(&x), buf_str(&y));
	buf_free(&x);
	buf_free(&y);
}

static void
intents_read_back_from_their_names(void **state)
{
	struct place p = { "/s", "things", 3, 8 };
	struct intent_id id = { UINT64_MAX, UINT32_MAX, 17 }, back;
	struct buf out = { 0 };
	(void)state;
	place_intent(&p, &id, &out);
	assert_string_equal(buf_str(&out),
	    "/s/state/things/"
	    "p3of8.18446744073709551615.4294967295.17.intent");
	assert_int_equal(
	    place_parse_intent(&p, strrchr(buf_str(&out), '/') + 1, &back), 1);
	assert_true(back.run == id.run);
	assert_int_equal(back.chunk, id.chunk);
	assert_int_equal(back.attempt, id.attempt);
	buf_free(&out);
}

static void
other_files_are_no_intents(void **state)
{
	static const char *const others[] = { "p3of8.db", "p3of8.db-journal",
		"p2of8.1.2.3.intent", "p3of4.1.2.3.intent", "p3of8.1.2.intent",
		"p3of8.1.2.3.4.intent", "p3of8.1.2.3.intent~",
		"p3of8.-1.2.3.intent", "p3of8.1.99999999999.3.intent", "", ".",
		"p", "px" };
	struct place p = { "/s", "things", 3, 8 };
	struct intent_id id;
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(others); i++)
		assert_int_equal(place_parse_intent(&p, others[i], &id), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(entities_become_safe_folders),
		cmocka_unit_test(long_names_stay_apart_and_short),
		cmocka_unit_test(intents_read_back_from_their_names),
		cmocka_unit_test(other_files_are_no_intents),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
