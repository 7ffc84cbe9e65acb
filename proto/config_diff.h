#ifndef PROTO_CONFIG_DIFF_H
#define PROTO_CONFIG_DIFF_H
#include "proto/config.h"

/*
 * What differs between two trees, by path: "schedule.window.end",
 * "entities[orders].key". Items of a list that all have a name are known by
 * it, wherever they stand. Values are not told: they may be nobody's business.
 */
enum config_change { CONFIG_ADDED, CONFIG_REMOVED, CONFIG_CHANGED };
typedef void config_change_fn(
    void *arg, const char *path, enum config_change change);

/* How many differences fn was told of. */
size_t config_diff(const struct node *was, const struct node *is,
    config_change_fn *fn, void *arg);

const char *config_change_name(enum config_change change);

#endif
