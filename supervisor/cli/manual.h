#ifndef SUPERVISOR_CLI_MANUAL_H
#define SUPERVISOR_CLI_MANUAL_H
#include "proto/buf.h"

/* Appends the key reference of syncline.yaml(5) as mdoc subsections, made
 * from the tables that read the file: `syncline config keys-mdoc`. */
void manual_keys(struct buf *out);

#endif
