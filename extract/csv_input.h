#ifndef EXTRACT_CSV_INPUT_H
#define EXTRACT_CSV_INPUT_H
#include "proto/attr.h"
#include "proto/err.h"
#include <stddef.h>
#include <stdint.h>

/*
 * The bytes of a file, decompressed: gzip and zstd are known by their first
 * bytes, whatever the file is called, and may hold several members. The end
 * of the input is only reported when the last member is complete and the file
 * is still the one that was opened: same inode, size and time.
 */
struct csv_input;

int csv_input_open(
    const char *path, struct csv_input **out, struct err *e) MUST_CHECK;
void csv_input_close(struct csv_input **in);

/* Up to n bytes; *got 0 is the proper end. Cut short or changed while being
 * read: ERR_RETRY. Damaged: ERR_CONFIG. */
int csv_input_read(struct csv_input *in, uint8_t *to, size_t n, size_t *got,
    struct err *e) MUST_CHECK;

#endif
