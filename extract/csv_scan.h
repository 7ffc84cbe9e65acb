#ifndef EXTRACT_CSV_SCAN_H
#define EXTRACT_CSV_SCAN_H
#include "extract/csv.h"

/*
 * Records as nearly all of them are, found by looking at 64 bytes at once:
 * whole in the window, with quotes only around fields. Any other is left to
 * csv.c, which reads byte by byte and says what is wrong with it.
 */

/* The line end of the record at start, which c then has; or NULL, and of c only
 * the fields were touched. start is before end, the window's. */
const uint8_t *csv_scan_record(
    struct csv *c, const uint8_t *start, const uint8_t *end);

#endif
