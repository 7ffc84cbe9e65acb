/* Where metrics are served. */
#include "proto/pipeline_spec.h"
#include "proto/spec_text.h"
#include <stdint.h>

void
pipeline_metrics_read(struct spec *sp, const struct node *n, void *owner)
{
	struct pipeline *p = owner;
	struct err e = { 0 };
	const char *text =
	    spec_text(sp, n, "an address and a port such as 127.0.0.1:9700");
	if (text && address_parse(text, &p->metrics, &e) < 0)
		spec_problem(sp, n, "%s", e.msg);
}

/* A port for the supervisor and one for every worker there may be. */
static int64_t
ports(const struct pipeline *p)
{
	return 1 + p->workers_extract + p->workers_normalize +
	       p->workers_identity + p->workers_delta + p->workers_resolver +
	       p->workers_load;
}

void
pipeline_metrics_check(
    struct spec *sp, const struct node *root, const struct pipeline *p)
{
	const struct address *at = &p->metrics;
	if (!at->port)
		return;
	if (!at->loopback && !p->metrics_public)
		spec_problem_key(sp, root, "metrics",
		    "%s can be reached from other machines, and metrics are "
		    "served without password and encryption: serve them at "
		    "127.0.0.1 or [::1], or say metrics_public: yes",
		    at->host);
	if (at->port + ports(p) - 1 > UINT16_MAX)
		spec_problem_key(sp, root, "metrics",
		    "supervisor and workers need %lld ports from %u on, and "
		    "ports end at %d",
		    (long long)ports(p), at->port, UINT16_MAX);
}
