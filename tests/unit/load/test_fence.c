#include "load/fence.h"
#include "tests/unit/load/rig.h"

static void
judges_attempts(void **state)
{
	(void)state;
	static const struct {
		uint32_t chunk, attempt;
		enum fence_verdict want;
	} steps[] = {
		{ 0, 1, FENCE_CURRENT },
		{ 0, 1, FENCE_CURRENT },
		{ 0, 2, FENCE_NEWER },
		{ 0, 1, FENCE_OLD },
		{ 0, 2, FENCE_CURRENT },
		{ 70, 3, FENCE_CURRENT },
		{ 70, 2, FENCE_OLD },
		{ 99999, 1, FENCE_CURRENT },
		{ 0, 1, FENCE_OLD },
		{ CHUNK_DELETES, 2, FENCE_CURRENT },
		{ CHUNK_DELETES, 1, FENCE_OLD },
		{ CHUNK_DELETES, 3, FENCE_NEWER },
	};
	struct fence f = { 0 };
	for (size_t i = 0; i < ARRAY_LEN(steps); i++) {
		enum fence_verdict v;
		struct err e = { 0 };
		assert_int_equal(
		    fence_admit(&f, steps[i].chunk, steps[i].attempt, &v, &e),
		    0);
		if (v != steps[i].want)
			fail_msg("step %zu: %d", i, v);
	}
	fence_free(&f);
}

static void
refuses_chunks_nobody_has(void **state)
{
	(void)state;
	struct fence f = { 0 };
	enum fence_verdict v;
	struct err e = { 0 };
	assert_int_equal(fence_admit(&f, UINT32_MAX - 1, 1, &v, &e), -1);
	assert_int_equal(e.cls, ERR_DATA);
	assert_null(f.chunks);
	fence_free(&f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(judges_attempts),
		cmocka_unit_test(refuses_chunks_nobody_has),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
