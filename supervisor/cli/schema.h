#ifndef SUPERVISOR_CLI_SCHEMA_H
#define SUPERVISOR_CLI_SCHEMA_H
#include "proto/buf.h"

/* Appends the JSON Schema of the pipeline file, made from the tables that
 * read it, for editors and other programs: `syncline config schema`. */
void schema_pipeline(struct buf *out);

#endif
