#ifndef SUPERVISOR_FORECAST_LOG_H
#define SUPERVISOR_FORECAST_LOG_H
#include "proto/pipeline.h"
#include "proto/store.h"
#include "supervisor/window.h"
#include <stdint.h>

/* At an opening: which entities the night will not be long enough for. At a
 * closing: which are stale, and since when. What cannot be read is logged,
 * too: a forecast is no reason to stop. */
void forecast_log(const struct pipeline *p, struct store *s,
    const struct window *w, int64_t now);

#endif
