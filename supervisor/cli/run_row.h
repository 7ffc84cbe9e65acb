#ifndef SUPERVISOR_CLI_RUN_ROW_H
#define SUPERVISOR_CLI_RUN_ROW_H
#include "proto/store_run.h"
#include "supervisor/cli/table.h"
#include <stddef.h>

/* A run of the ledger as a row of a table. */
extern const struct table_column run_row_columns[];
extern const size_t run_row_ncolumns;
void run_row_put(struct table *t, const struct store_run *r);

/* The ledger's word for its state; "interrupted" if the ledger has it live
 * but its process, on this host, is gone. */
const char *run_row_state(const struct store_run *r);

#endif
