/* The Persian calendar, against almanacs and day by day. */
#include "normalize/jalali.h"
#include "tests/unit/normalize/rig.h"

/* New Year's days as almanacs have them. */
static void
nowruz(void **state)
{
	(void)state;
	static const struct {
		int year;
		struct civil day;
	} rows[] = { { 1300, { 1921, 3, 21 } }, { 1320, { 1941, 3, 21 } },
		{ 1340, { 1961, 3, 21 } }, { 1354, { 1975, 3, 21 } },
		{ 1355, { 1976, 3, 21 } }, { 1358, { 1979, 3, 21 } },
		{ 1370, { 1991, 3, 21 } }, { 1371, { 1992, 3, 21 } },
		{ 1375, { 1996, 3, 20 } }, { 1376, { 1997, 3, 21 } },
		{ 1379, { 2000, 3, 20 } }, { 1387, { 2008, 3, 20 } },
		{ 1391, { 2012, 3, 20 } }, { 1395, { 2016, 3, 20 } },
		{ 1399, { 2020, 3, 20 } }, { 1400, { 2021, 3, 21 } },
		{ 1403, { 2024, 3, 20 } }, { 1404, { 2025, 3, 21 } },
		{ 1405, { 2026, 3, 21 } }, { 1408, { 2029, 3, 20 } },
		{ 1409, { 2030, 3, 21 } } };
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		int32_t days;
		struct civil c = { rows[i].year, 1, 1 };
		assert_int_equal(jalali_days(c, &days), 0);
		if (days != datetime_days(rows[i].day))
			fail_msg("1 Farvardin %d", rows[i].year);
	}
	/* 22 Bahman 1357 was 11 February 1979 */
	int32_t days;
	assert_int_equal(jalali_days((struct civil){ 1357, 11, 22 }, &days), 0);
	assert_int_equal(days, datetime_days((struct civil){ 1979, 2, 11 }));
}

/* From the first day to the last each day follows the one before. */
static void
persian_days_follow(void **state)
{
	(void)state;
	int32_t last = datetime_days((struct civil){ 1831, 3, 20 });
	int years = 0, leaps = 0;
	for (int y = JALALI_YEAR_MIN; y <= JALALI_YEAR_MAX; y++, years++) {
		leaps += jalali_leap(y);
		for (int m = 1; m <= 12; m++) {
			for (int d = 1; d <= 32; d++) {
				int32_t day;
				struct civil c = { y, m, d };
				if (jalali_days(c, &day) < 0) {
					assert_true(d > 29);
					break;
				}
				assert_int_equal(day, ++last);
			}
		}
	}
	assert_int_equal(last, datetime_days((struct civil){ 2122, 3, 20 }));
	assert_int_equal(years, 291);
	assert_int_equal(leaps, 71);
	int32_t day;
	assert_int_equal(jalali_days((struct civil){ 1209, 12, 29 }, &day), -1);
	assert_int_equal(jalali_days((struct civil){ 1501, 1, 1 }, &day), -1);
	assert_int_equal(jalali_days((struct civil){ 1404, 0, 1 }, &day), -1);
	assert_int_equal(jalali_days((struct civil){ 1404, 1, 0 }, &day), -1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nowruz),
		cmocka_unit_test(persian_days_follow),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
