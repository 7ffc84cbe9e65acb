#include "supervisor/reload.h"
#include "proto/config_diff.h"
#include "proto/log.h"
#include "supervisor/runtime_dir.h"
#include <stdlib.h>
#include <string.h>

static void
log_change(void *arg, const char *path, enum config_change change)
{
	(void)arg;
	log_info("configuration", "key", path, "change",
	    config_change_name(change), NULL);
}

static int
compare(const struct pipeline *old, const struct pipeline *fresh, struct err *e)
{
	if (strcmp(old->store_dir, fresh->store_dir) != 0)
		return err_config(e, "store_moved",
		    "store.dir is now %s: a service stays with the store that "
		    "it has, restart it",
		    fresh->store_dir);
	return config_diff(old->root, fresh->root, log_change, NULL) > 0;
}

static void
log_refusal(size_t problems, const struct err *why)
{
	log_event(LOG_LEVEL_ERROR,
	    "the new configuration is refused, the old one holds", "problems",
	    log_u64(problems ? problems : 1), "error", why->msg, NULL);
}

void
reload_refused(const struct err *why)
{
	log_refusal(1, why);
}

int
reload_read(const struct pipeline *old, struct pipeline **fresh, struct err *e)
{
	struct problems problems = { 0 };
	*fresh = NULL;
	int rc = pipeline_load(old->path, NULL, fresh, &problems, e);
	if (rc == 0)
		rc = compare(old, *fresh, e);
	if (rc < 0)
		log_refusal(problems.count, e);
	if (rc != 1)
		pipeline_free(fresh);
	buf_free(&problems.text);
	return rc;
}

static bool
same_address(const struct address *a, const struct address *b)
{
	return a->port == b->port && strcmp(a->host, b->host) == 0;
}

int
reload_prepare(
    struct engine *en, const struct pipeline *fresh, struct reload *r)
{
	struct err e = { 0 };
	*r = (struct reload){ .moves = !same_address(
				  &en->pipeline->metrics, &fresh->metrics) };
	/* The copy last: from then on the stages are those of fresh. */
	if ((!r->moves || monitor_listen(en, fresh, &r->http, &e) == 0) &&
	    runtime_dir_copy_config(fresh, &r->copy, &r->hash, &e) == 0)
		return 0;
	http_close(&r->http);
	reload_refused(&e);
	return -1;
}

void
reload_engine(struct engine *en, const struct pipeline *fresh, struct reload *r)
{
	struct http *http = r->moves ? r->http : en->monitor.http;
	procs_stop(&en->procs);
	monitor_rest(en);
	if (r->moves)
		http_close(&en->monitor.http);
	struct procs_config conf = en->procs.conf;
	procs_free(&en->procs);
	free(en->config_copy);
	en->config_copy = r->copy;
	en->config_hash = r->hash;
	en->pipeline = fresh;
	en->tries = fresh->tries;
	conf.pipeline = fresh;
	conf.config_path = r->copy;
	conf.watched = fresh->metrics.port != 0;
	procs_init(&en->procs, &conf);
	meter_reload(&en->meter, fresh, en->procs.n);
	struct err e = { 0 };
	if (monitor_begin(en, http, &e) < 0)
		log_err(LOG_LEVEL_WARN, "metrics are out of date", &e);
}
