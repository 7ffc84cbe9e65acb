#ifndef SUPERVISOR_CLI_SERVICE_VIEW_H
#define SUPERVISOR_CLI_SERVICE_VIEW_H
#include "proto/buf.h"
#include "proto/store_pause.h"
#include <stdbool.h>
#include <stdint.h>

/*
 * What a running synclined says it is doing (control_wire.h), for people:
 * lines that end, each, with a newline. status may be NULL: none runs, and
 * all there is to say is what is held back, as the store has it. Texts of it
 * are shown safely (plain.h), and what it lacks is not shown.
 */
struct json_t;
void service_view(const struct json_t *status,
    const struct store_pauses *pauses, bool bar, struct buf *out);

/* What it says of one entity; NULL and -1: nothing. */
struct service_entity {
	const char *phase; /* its live run's */
	int64_t rows_per_second, eta_s;
};
struct service_entity service_entity(
    const struct json_t *status, const char *entity);

/* Who holds it back, the service as a whole included; or NULL. */
const struct store_pause *service_pause(
    const struct store_pauses *pauses, const char *entity);

#endif
