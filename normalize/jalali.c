#include "normalize/jalali.h"

/* 1 Farvardin 1210 was 21 March 1831. */
enum { DAYS_1210_01_01 = -50690, CYCLE_YEARS = 33 };

bool
jalali_leap(int year)
{
	/* The leap years of a cycle: 1, 5, 9, 13, 17, 22, 26, 30. */
	int of_cycle = year % CYCLE_YEARS;
	if (of_cycle < 18)
		return of_cycle % 4 == 1;
	return of_cycle > 18 && of_cycle % 4 == 2;
}

/* Leap years from year 0 on. */
static int32_t
leaps_before(int year)
{
	enum { CYCLE_LEAPS = 8, FIRST_PART = 18, LEAPS_OF_IT = 5 };
	int of_cycle = year % CYCLE_YEARS;
	int32_t n = year / CYCLE_YEARS * CYCLE_LEAPS;
	if (of_cycle <= FIRST_PART)
		return n + (of_cycle + 2) / 4;
	return n + LEAPS_OF_IT + (of_cycle - FIRST_PART - 1) / 4;
}

static int
month_days(int year, int month)
{
	if (month <= 6)
		return 31;
	return month < 12 || jalali_leap(year) ? 30 : 29;
}

int
jalali_days(struct civil c, int32_t *days)
{
	if (c.year < JALALI_YEAR_MIN || c.year > JALALI_YEAR_MAX ||
	    c.month < 1 || c.month > 12 || c.day < 1 ||
	    c.day > month_days(c.year, c.month))
		return -1;
	int32_t years = c.year - JALALI_YEAR_MIN;
	int32_t leaps = leaps_before(c.year) - leaps_before(JALALI_YEAR_MIN);
	int32_t months = c.month - 1;
	int32_t longer = months < 6 ? months : 6; /* those of 31 days */
	*days = DAYS_1210_01_01 + 365 * years + leaps + 30 * months + longer +
		c.day - 1;
	return 0;
}
