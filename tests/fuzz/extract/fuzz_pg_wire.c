#include "extract/pg_wire.h"
#include "tests/fuzz/extract/nowhere.h"
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The server's answer, all of it received; then it has hung up. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct entity en = {
		.name = "x", .batch_rows = 4, .batch_bytes = 4096
	};
	struct emit_column cols[] = {
		{ .name = "a", .declared = VT_INT, .field = true },
		{ .name = "b", .declared = VT_TEXT, .field = true },
	};
	struct arena a = { 0 };
	struct pg_copy copy;
	struct pg_wire wire;
	struct emit em;
	struct err e = { 0 };

	emit_init(&em, &nowhere, &en, cols, 2);
	emit_begin(&em);
	pg_copy_init(&copy, &em, &a);
	pg_wire_init(&wire, -1, &copy);
	buf_put(&wire.in, data, size);
	if (pg_wire_receive(&wire, &e) < 0 && !wire.ready && !wire.broken) {
		wire.copy = NULL;
		if (pg_wire_receive(&wire, &e) == 0 && !wire.ready)
			abort();
	}
	pg_wire_free(&wire);
	pg_copy_free(&copy);
	emit_free(&em);
	arena_free(&a);
	return 0;
}
