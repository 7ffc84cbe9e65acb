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
	int32_t n = DAYS_1210_01_01;
	for (int y = JALALI_YEAR_MIN; y < c.year; y++)
		n += 365 + jalali_leap(y);
	for (int m = 1; m < c.month; m++)
		n += month_days(c.year, m);
	*days = n + c.day - 1;
	return 0;
}
