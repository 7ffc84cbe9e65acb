#ifndef SUPERVISOR_CLI_SAMPLE_H
#define SUPERVISOR_CLI_SAMPLE_H
#include "proto/buf.h"
#include <stdbool.h>

/*
 * Appends the pipeline file that `syncline init` writes. Lines that begin
 * with # and go on with anything but one space and a word are settings; all
 * has them uncommented. Both forms load.
 */
void sample_pipeline(struct buf *out, bool all);

#endif
