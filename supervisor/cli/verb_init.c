#include "proto/file.h"
#include "supervisor/cli/sample.h"
#include "supervisor/cli/verb.h"
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

static int
write_sample(const char *path, struct err *e)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	if (fd < 0 && errno == EEXIST)
		return err_config(e, "exists",
		    "%s is there already and is left as it is: name another "
		    "file, or remove it first",
		    path);
	if (fd < 0) {
		err_errno(e, "cannot write %s", path);
		e->cls = ERR_CONFIG;
		return -1;
	}
	const struct span text = { (const uint8_t *)sample_pipeline,
		strlen(sample_pipeline) };
	int rc = file_write(fd, text);
	if (close(fd) < 0)
		rc = -1;
	if (rc < 0) {
		err_errno(e, "cannot write %s", path);
		unlink(path); /* half a sample helps nobody */
	}
	return rc;
}

static int
init(struct cli *c, struct err *e)
{
	if (c->nwords > 1)
		return cli_usage(e, "init", "name one file, or none");
	const char *path = c->nwords ? c->words[0] : c->config;
	if (write_sample(path, e) < 0)
		return -1;
	cli_say(c,
	    "%s is written: say in it what to read and where to write, "
	    "then 'syncline%s%s check'",
	    path, strcmp(path, "syncline.yaml") ? " -c " : "",
	    strcmp(path, "syncline.yaml") ? path : "");
	return 0;
}

const struct verb verb_init = {
	.name = "init",
	.args = "[FILE]",
	.summary = "write a sample pipeline file",
	.detail = "Writes a pipeline file with comments to start from, "
		  "syncline.yaml by default. A file that exists is never "
		  "written over",
	.run = init,
};
