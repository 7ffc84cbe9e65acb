#include "tests/unit/proto/share_ends.h"
#include <pthread.h>

static void
nothing_is_shared_with_who_has_not_mapped_it(void **state)
{
	struct share_views v = open_views();
	struct share *s = share_new(endpoint);
	uint32_t slot;

	(void)state;
	assert_non_null(s);
	assert_null(share_slot(s, &slot));
	share_free(&s);
	assert_null(s);
	share_views_free(&v);
}

static void
nothing_is_shared_where_nobody_opens(void **state)
{
	(void)state;
	share_door_remove(endpoint);
	assert_null(share_new(endpoint));
	assert_null(share_new("tcp://127.0.0.1:1"));
	char text[200] = "ipc:///";
	memset(text + 7, 'x', 150);
	assert_null(share_new(text));
}

/* Whoever finds no memory for an offer leaves it. */
static void
an_offer_without_its_memory_is_left(void **state)
{
	struct share_views v = open_views(), other = { 0 };
	struct share *s = share_new(endpoint);
	uint32_t slot;

	(void)state;
	offer(s, &other);
	assert_null(share_slot(s, &slot));
	offer(s, &v);
	assert_non_null(share_slot(s, &slot));
	share_free(&s);
	share_views_free(&v);
}

static void
slots_come_back_when_frames_are_freed(void **state)
{
	struct share_views v = open_views();
	struct share *s = share_new(endpoint);
	struct frame f[SHARE_SLOTS];
	uint32_t slot;

	(void)state;
	offer(s, &v);
	for (int round = 0; round < 3; round++) {
		for (size_t i = 0; i < SHARE_SLOTS; i++)
			f[i] = pass(s, &v, SHARE_SLOT_BYTES, (uint8_t)(i + 1));
		assert_null(share_slot(s, &slot));
		for (size_t i = 0; i < SHARE_SLOTS; i++) {
			assert_int_equal(f[i].bytes.data[77], i + 1);
			frame_free(&f[i]);
		}
	}
	assert_non_null(share_slot(s, &slot));
	share_return(s, slot);
	share_views_free(&v);
	share_free(&s);
}

static void
the_receiver_says_how_many_slots(void **state)
{
	struct share_views v = { 0 };
	struct share *s = share_new(endpoint);
	uint32_t slot;

	(void)state;
	share_free(&s);
	share_views_open(&v, endpoint, SHARE_SLOTS_FEW);
	s = share_new(endpoint);
	assert_false(share_is_mapped(s));
	offer(s, &v);
	assert_true(share_is_mapped(s));
	for (size_t i = 0; i < SHARE_SLOTS_FEW; i++)
		assert_non_null(share_slot(s, &slot));
	assert_null(share_slot(s, &slot));
	share_views_free(&v);
	share_free(&s);
}

static void *
free_one(void *frame)
{
	frame_free(frame);
	return NULL;
}

/* It is woken up, whenever the other side gives a slot back; who is not sleeps
 * for an hour. */
static void
who_waits_for_a_slot_gets_it(void **state)
{
	enum { HOUR_MS = 3600000, WAKES = 500 };
	struct share_views v = open_views();
	struct share *s = share_new(endpoint);
	struct frame f[SHARE_SLOTS];
	pthread_t other;

	(void)state;
	offer(s, &v);
	share_wait(s, HOUR_MS);
	for (size_t i = 0; i < SHARE_SLOTS; i++)
		f[i] = pass(s, &v, 100, 'a');
	share_wait(s, 1); /* for nothing */
	for (size_t i = 0; i < WAKES; i++) {
		struct frame *one = &f[i % SHARE_SLOTS];
		struct frame given = *one;
		uint32_t slot;
		assert_int_equal(
		    pthread_create(&other, NULL, free_one, &given), 0);
		share_wait(s, HOUR_MS);
		assert_non_null(share_slot(s, &slot));
		share_return(s, slot);
		assert_int_equal(pthread_join(other, NULL), 0);
		*one = pass(s, &v, 100, 'b');
	}
	for (size_t i = 0; i < SHARE_SLOTS; i++)
		frame_free(&f[i]);
	share_views_free(&v);
	share_free(&s);
}

static void
a_frame_outlives_both_sides(void **state)
{
	struct share_views v = open_views();
	struct share *s = share_new(endpoint);

	(void)state;
	offer(s, &v);
	struct frame f = pass(s, &v, 5000, 'x');
	share_free(&s);
	share_views_free(&v);
	for (size_t i = 0; i < f.bytes.len; i++)
		assert_int_equal(f.bytes.data[i], 'x');
	frame_free(&f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_is_shared_with_who_has_not_mapped_it),
		cmocka_unit_test(nothing_is_shared_where_nobody_opens),
		cmocka_unit_test(an_offer_without_its_memory_is_left),
		cmocka_unit_test(slots_come_back_when_frames_are_freed),
		cmocka_unit_test(the_receiver_says_how_many_slots),
		cmocka_unit_test(who_waits_for_a_slot_gets_it),
		cmocka_unit_test(a_frame_outlives_both_sides),
	};
	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
