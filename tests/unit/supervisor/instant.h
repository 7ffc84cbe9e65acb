#ifndef TESTS_UNIT_SUPERVISOR_INSTANT_H
#define TESTS_UNIT_SUPERVISOR_INSTANT_H
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/datetime.h"
#include <cmocka.h>
#include <string.h>

/* Instants as tests write them: ISO text, UTC. */
static inline int64_t
micros_of(const char *iso)
{
	struct datetime_iso t;
	int64_t micros;
	struct span text = { (const uint8_t *)iso, strlen(iso) };
	assert_int_equal(datetime_parse_iso(text, &t), 0);
	assert_int_equal(datetime_iso_micros(&t, &micros), 0);
	return micros;
}

static inline int64_t
secs_of(const char *iso)
{
	return micros_of(iso) / MICROS_PER_SEC;
}

#endif
