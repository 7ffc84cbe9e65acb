#ifndef PROTO_CLOCK_H
#define PROTO_CLOCK_H
#include <stdint.h>

/* Time and randomness, in one place so that tests can fake them. */
int64_t clock_mono_ms(void);     /* for deadlines and rates */
int64_t clock_mono_micros(void); /* for what is measured */
int64_t clock_boot_micros(void); /* since the host booted, asleep or not */
int64_t clock_wall_micros(void); /* since the Unix epoch */
void clock_sleep_ms(int64_t ms); /* uninterrupted */
uint64_t clock_random(void);     /* for jitter, not for secrets */

/* A wall clock's time as programs read it: "2026-11-26T15:30:00Z"; "" for one
 * that no calendar has. */
void clock_iso(int64_t micros, char out[32]);

#endif
