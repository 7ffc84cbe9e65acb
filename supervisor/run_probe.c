#include "supervisor/run_probe.h"
#include "proto/log.h"
#include "supervisor/engine.h"
#include "supervisor/run_impl.h"
#include <stdio.h>
#include <xxhash.h>

static void
put_part(struct buf *out, struct span part)
{
	buf_put_uleb(out, part.len);
	buf_put(out, part.data, part.len);
}

static void
put_digest(const struct run *r, struct buf *out)
{
	struct buf all = { 0 };
	buf_puts(&all, SYNCLINE_VERSION);
	buf_put_uleb(&all, r->engine->config_hash);
	buf_put_uleb(&all, r->probe.state_revision);
	buf_put_uleb(&all, r->state_rows);
	buf_put_uleb(&all, r->probe.rows);
	put_part(&all, buf_span(&r->probe.checksum));
	put_part(&all, buf_span(&r->source_schema));
	put_part(&all, buf_span(&r->target_schema));
	XXH128_canonical_t digest;
	XXH128_canonicalFromHash(&digest, XXH3_128bits(all.data, all.len));
	buf_put(out, digest.digest, sizeof(digest.digest));
	buf_free(&all);
}

/* The state knows all that the target has, and that is all that is asked. */
static bool
nothing_open(const struct run *r)
{
	return r->mode == MODE_SYNC && !r->resumed &&
	       r->strategy == STRATEGY_HASH && !r->target_missing &&
	       !r->half_adopted && !r->unproven && !r->approved &&
	       r->state_rows == r->probe.rows;
}

void
probe_planned(struct run *r)
{
	r->probe.same = false;
	buf_clear(&r->probe.digest);
	if (!r->probe.checksum.len || !nothing_open(r))
		return;
	put_digest(r, &r->probe.digest);
	r->probe.same =
	    r->probe.last.len && span_compare(buf_span(&r->probe.digest),
				     buf_span(&r->probe.last)) == 0;
	if (!r->probe.same)
		return;
	run_forget_chunks(r);
	snprintf(r->reason, sizeof(r->reason),
	    "probe: the source has the checksum of the last night that "
	    "changed nothing, so it is not read");
	log_info(
	    "not read", "rows", log_u64(r->probe.rows), "why", r->reason, NULL);
}

void
probe_account(struct run *r)
{
	r->rows_read = r->counts[OUT_UNCHANGED] = r->probe.rows;
}

bool
probe_was_quiet(const struct run *r)
{
	return r->probe.digest.len && !r->probe.same &&
	       r->rows_read == r->probe.rows &&
	       r->counts[OUT_UNCHANGED] == r->probe.rows;
}
