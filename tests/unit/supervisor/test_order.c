#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "proto/log.h"
#include "supervisor/order.h"
#include <string.h>

enum { MOST = 4 };

static const struct {
	const char *label;
	struct {
		const char *name, *parent;
		int64_t priority;
	} file[MOST];
	const char *names[MOST];
	const char *order; /* or the message */
} orders[] = {
	{ "as in the file",
	    { { .name = "a" }, { .name = "b" }, { .name = "c" } }, { NULL },
	    "a b c" },
	{ "by priority",
	    { { .name = "a" }, { .name = "b", .priority = 2 },
		{ .name = "c", .priority = 1 } },
	    { NULL }, "b c a" },
	{ "below none", { { .name = "a", .priority = -1 }, { .name = "b" } },
	    { NULL }, "b a" },
	{ "parents first",
	    { { .name = "line", .parent = "order" },
		{ .name = "order", .parent = "customer" },
		{ .name = "customer" } },
	    { NULL }, "customer order line" },
	{ "a parent goes before any priority",
	    { { .name = "a", .parent = "b", .priority = 9 }, { .name = "b" },
		{ .name = "c", .priority = 5 } },
	    { NULL }, "b a c" },
	{ "its own parent",
	    { { .name = "tree", .parent = "tree" }, { .name = "b" } }, { NULL },
	    "tree b" },
	{ "a cycle still has an order",
	    { { .name = "a", .parent = "b" }, { .name = "b", .parent = "a" } },
	    { NULL }, "b a" },
	{ "only what is named",
	    { { .name = "a" }, { .name = "b", .parent = "a" },
		{ .name = "c" } },
	    { "c", "b" }, "b c" },
	{ "named twice", { { .name = "a" }, { .name = "b" } }, { "b", "b" },
	    "b" },
	{ "a parent that is not named stays out",
	    { { .name = "b", .parent = "a" }, { .name = "a" } }, { "b" }, "b" },
	{ "a slip of the pen", { { .name = "orders" }, { .name = "lines" } },
	    { "odrers" },
	    "p.yaml has no entity \"odrers\": did you mean orders?" },
	{ "unknown", { { .name = "orders" } }, { "zzz" },
	    "p.yaml has no entity \"zzz\": 'syncline status' lists them" },
};

static void
one_order(size_t i)
{
	struct entity entities[MOST] = { 0 };
	struct parent parents[MOST] = { 0 };
	struct pipeline p = { .path = "p.yaml", .entities = entities };
	const struct entity *out[MOST];
	struct order_names names = { orders[i].names, 0 };
	size_t n = 0;
	struct err e = { 0 };
	struct buf got = { 0 };
	for (size_t k = 0; k < MOST && orders[i].file[k].name; k++) {
		parents[k].entity = orders[i].file[k].parent;
		entities[k].name = orders[i].file[k].name;
		entities[k].priority = orders[i].file[k].priority;
		entities[k].parents = &parents[k];
		entities[k].nparents = parents[k].entity != NULL;
		p.nentities++;
	}
	while (names.n < MOST && names.v[names.n])
		names.n++;
	if (order_entities(&p, names, out, &n, &e) < 0)
		buf_puts(&got, e.msg);
	for (size_t k = 0; k < n; k++)
		buf_printf(&got, "%s%s", k ? " " : "", out[k]->name);
	assert_string_equal(buf_str(&got), orders[i].order);
	buf_free(&got);
}

static void
entities_have_an_order(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(orders); i++) {
		print_message("  %s\n", orders[i].label);
		one_order(i);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(entities_have_an_order),
	};
	log_init("test", LOG_LEVEL_ERROR);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
