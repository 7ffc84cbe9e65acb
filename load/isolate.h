#ifndef LOAD_ISOLATE_H
#define LOAD_ISOLATE_H
#include "load/part.h"
#include "load/target.h"

/*
 * Puts every part into the begun transaction, refusing only the rows that the
 * target will not take.
 */
int isolate_parts(struct target_table *t, struct part **parts, size_t n,
    struct err *e) MUST_CHECK;

/* A row that was refused because it refers to another one is tried once more,
 * now that others have gone in, as long as that helps. */
int isolate_orphans(struct target_table *t, struct part **parts, size_t n,
    struct err *e) MUST_CHECK;

#endif
