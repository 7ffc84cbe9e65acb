#include "supervisor/targets.h"
#include "proto/buf.h"
#include "proto/file.h"
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

unsigned
targets_offset(const struct procs *ps, const struct proc *p)
{
	return 1 + (unsigned)(p - ps->all);
}

/* Addresses and names of workers need no quoting. */
static void
put_targets(const struct pipeline *p, const struct procs *ps,
    const bool *listed, struct buf *out)
{
	const char *mark = "[";
	for (size_t i = 0; i < ps->n; i++) {
		char at[ADDRESS_TEXT];
		if (!listed[i])
			continue;
		address_text(&p->metrics, targets_offset(ps, &ps->all[i]), at);
		buf_printf(out,
		    "%s\n  {\"targets\": [\"%s\"], \"labels\": {\"worker\": "
		    "\"%s\"}}",
		    mark, at, ps->all[i].name);
		mark = ",";
	}
	buf_puts(out, *mark == '[' ? "[]\n" : "\n]\n");
}

static int
replace(const char *path, const char *fresh, struct span text, struct err *e)
{
	int fd = open(
	    fresh, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0644);
	if (fd < 0)
		return err_errno(e, "%s", fresh);
	int r = fchmod(fd, 0644); /* whatever the umask says */
	if (r == 0)
		r = file_write(fd, text);
	if (close(fd) < 0)
		r = -1;
	if (r == 0)
		r = rename(fresh, path);
	if (r == 0)
		return 0;
	err_errno(e, "%s", path);
	unlink(fresh);
	return -1;
}

int
targets_write(const struct pipeline *p, const struct procs *ps,
    const bool *listed, struct err *e)
{
	struct buf text = { 0 }, fresh = { 0 };
	put_targets(p, ps, listed, &text);
	buf_printf(&fresh, "%s.new", p->metrics_targets);
	int r =
	    replace(p->metrics_targets, buf_str(&fresh), buf_span(&text), e);
	buf_free(&fresh);
	buf_free(&text);
	return r;
}
