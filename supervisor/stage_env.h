#ifndef SUPERVISOR_STAGE_ENV_H
#define SUPERVISOR_STAGE_ENV_H
#include "proto/pipeline.h"
#include "supervisor/proc.h"

/*
 * The environment that a stage is started with: ours, without the variables
 * that hold passwords of connections it never opens. The list is the
 * caller's to free, its strings are the environment's.
 */
char **stage_env_new(const struct pipeline *p, enum proc_kind kind);

#endif
