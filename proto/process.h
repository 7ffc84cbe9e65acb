#ifndef PROTO_PROCESS_H
#define PROTO_PROCESS_H
#include <stdbool.h>
#include <stdint.h>

/*
 * The process that had this number on this host at that time of the wall clock
 * still lives, as far as can be known. Not one that is dead and was not waited
 * for; nor another one that got the number later, as after a reboot, when the
 * same few numbers are given again. INT64_MAX: whoever has the number.
 */
bool process_lives(uint32_t pid, int64_t at_micros);

#endif
