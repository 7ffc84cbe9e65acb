#ifndef SUPERVISOR_STAGE_ENV_H
#define SUPERVISOR_STAGE_ENV_H
#include "proto/pipeline.h"
#include "supervisor/proc.h"

/*
 * The environment that a stage is started with: ours, without passwords of
 * connections that it never opens and without what the service manager told
 * us. Variables that the pipeline file names elsewhere reach every stage, each
 * reads all of the file. The list is the caller's to free, its strings are
 * the environment's.
 */
char **stage_env_new(const struct pipeline *p, enum proc_kind kind);

#endif
