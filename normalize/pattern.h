#ifndef NORMALIZE_PATTERN_H
#define NORMALIZE_PATTERN_H
#include <stdint.h>

/*
 * How large a POSIX extended regular expression becomes when its repetitions
 * are written out, which is what compiling it costs in time and memory:
 * "(a{1,9}b){5}" is 50. At most PATTERN_SIZE_MAX + 1, also for one that is
 * nested too deeply; what is no expression at all is left to regcomp.
 */
enum { PATTERN_SIZE_MAX = 3000, PATTERN_DEPTH_MAX = 100 };

uint32_t pattern_size(const char *pattern);

#endif
