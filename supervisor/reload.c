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

int
reload_read(const struct pipeline *old, struct pipeline **fresh, struct err *e)
{
	struct problems problems = { 0 };
	*fresh = NULL;
	int rc = pipeline_load(old->path, NULL, fresh, &problems, e);
	if (rc == 0)
		rc = compare(old, *fresh, e);
	if (rc < 0)
		log_event(LOG_LEVEL_ERROR,
		    "the new configuration is refused, the old one holds",
		    "problems", log_u64(problems.count ? problems.count : 1),
		    "error", e->msg, NULL);
	if (rc != 1)
		pipeline_free(fresh);
	buf_free(&problems.text);
	return rc;
}

int
reload_engine(struct engine *en, const struct pipeline *fresh, struct err *e)
{
	char *copy;
	uint64_t hash;
	procs_stop(&en->procs);
	monitor_close(en);
	if (runtime_dir_copy_config(fresh, &copy, &hash, e) < 0)
		return -1;
	struct procs_config conf = en->procs.conf;
	procs_free(&en->procs);
	free(en->config_copy);
	en->config_copy = copy;
	en->config_hash = hash;
	en->pipeline = fresh;
	en->tries = fresh->tries;
	conf.pipeline = fresh;
	conf.config_path = copy;
	conf.watched = fresh->metrics.port != 0;
	procs_init(&en->procs, &conf);
	meter_reload(&en->meter, fresh, en->procs.n);
	return monitor_open(en, e);
}
