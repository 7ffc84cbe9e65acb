#include "supervisor/ledger.h"
#include "proto/canon.h"
#include "proto/clock.h"
#include "proto/log.h"
#include "proto/reject.h"
#include "proto/rowversion.h"
#include "proto/store_approval.h"
#include "proto/store_chunk.h"
#include "proto/store_entity.h"
#include "proto/store_lease.h"
#include "proto/store_probe.h"
#include "proto/store_reject.h"
#include "proto/store_run.h"
#include "supervisor/engine.h"
#include "supervisor/exit_code.h"
#include "supervisor/run_pass.h"
#include "supervisor/run_probe.h"
#include <string.h>
#include <unistd.h>

enum { EXCEPT_PAGE = 65536 };

static struct store *
store_of(const struct run *r)
{
	return r->engine->store;
}

static int
update_run(struct run *r, struct err *e)
{
	char host[256] = "";
	gethostname(host, sizeof(host) - 1);
	struct store_run row = { .id = r->id,
		.strategy = r->strategy,
		.reason = r->reason,
		.rows_read = r->rows_read,
		.deletes_withheld = r->withheld,
		.snapshot = r->snapshot && !r->resumed,
		.interrupted = pass_owes_sweep(r),
		.stable = r->stable,
		.config = r->engine->config_hash,
		.resumed_at = r->resumed_at,
		.pid = (uint32_t)getpid(),
		.host = host };
	memcpy(row.counts, r->counts, sizeof(row.counts));
	return store_run_update(store_of(r), &row, e);
}

int
ledger_planned(struct run *r, struct err *e)
{
	if (store_begin(store_of(r), STORE_CHEAP, e) < 0)
		return -1;
	int result = update_run(r, e);
	/* From here on the target and the state may change. */
	if (result == 0 && r->probe.last.len && !r->probe.same)
		result = store_probe_set(
		    store_of(r), r->entity->name, (struct span){ 0 }, e);
	for (size_t i = 0; result == 0 && !r->resumed && i < r->nchunks; i++) {
		struct store_chunk c = { .run = r->id,
			.chunk = r->chunks[i].no,
			.range = buf_span(&r->chunks[i].range) };
		result = store_chunk_add(store_of(r), &c, e);
	}
	if (result == 0)
		return store_commit(store_of(r), e);
	store_rollback(store_of(r));
	return -1;
}

int
ledger_paused(struct run *r, bool paused, struct err *e)
{
	enum store_run_state to = paused ? STORE_RUN_PAUSED : STORE_RUN_RUNNING;
	if (store_begin(store_of(r), STORE_DURABLE, e) < 0)
		return -1;
	if (update_run(r, e) == 0 &&
	    store_run_move(store_of(r), r->id, to, NULL, e) == 0)
		return store_commit(store_of(r), e);
	store_rollback(store_of(r));
	return -1;
}

int
ledger_assigned(struct run *r, struct chunk *c, struct err *e)
{
	struct store_chunk row = { .run = r->id, .chunk = c->no };
	if (c->no == CHUNK_DELETES && store_chunk_add(store_of(r), &row, e) < 0)
		return -1;
	if (store_chunk_assign(store_of(r), &row, e) < 0)
		return -1;
	c->attempt = row.attempt;
	return 0;
}

/* "42, S1": the key's values, for people. */
static const char *
key_text(struct span key, size_t nkeys, struct arena *a)
{
	struct err e = { 0 };
	struct value *v = arena_alloc(a, (nkeys + 1) * sizeof(*v));
	if (key.len == 0 || canon_unpack(key, v, nkeys, &e) < 0)
		return "";
	struct buf out = { 0 };
	for (size_t i = 0; i < nkeys; i++) {
		if (i)
			buf_puts(&out, ", ");
		value_text(&v[i], &out);
	}
	char *text = arena_strndup(a, (const char *)out.data, out.len);
	buf_free(&out);
	return text;
}

/* A row without a key is in nobody's way: a NULL is no known row's key. */
static bool
hides_key(const struct reject *x)
{
	return x->key.len == 0 && x->bk_hash.len == 0 &&
	       strcmp(x->code, "null_business_key") != 0;
}

int
ledger_rejects(
    struct run *r, struct chunk *c, const struct message *m, struct err *e)
{
	struct arena a = { 0 };
	struct reject *rows;
	size_t n;
	int result = reject_list_decode(m->body, &a, &rows, &n, e);
	if (result == 0)
		result = store_begin(store_of(r), STORE_CHEAP, e);
	for (size_t i = 0; result == 0 && i < n; i++) {
		struct store_reject x = { .entity = r->entity->name,
			.run = r->id,
			.chunk = m->chunk,
			.attempt = m->attempt,
			.what = rows[i],
			.key_text =
			    key_text(rows[i].key, r->entity->key.n, &a) };
		c->told++;
		c->keyless += hides_key(&rows[i]);
		result = store_reject_add(store_of(r), &x, e);
	}
	if (result == 0)
		result = store_commit(store_of(r), e);
	else
		store_rollback(store_of(r));
	arena_free(&a);
	return result;
}

int
ledger_not_applied(struct run *r, const struct chunk *c, uint64_t *from,
    struct buf *page, struct err *e)
{
	/* The upper half of *from says which stage, the lower where in it. */
	static const char *const stages[] = { "resolver", "load" };
	buf_clear(page);
	for (size_t i = *from >> 48; i < ARRAY_LEN(stages); i++) {
		struct store_reject_hashes at = { .run = r->id,
			.chunk = c->no,
			.attempt = c->attempt,
			.stage = stages[i],
			.after = *from & ((UINT64_C(1) << 48) - 1) };
		if (store_reject_hashes(
			store_of(r), &at, EXCEPT_PAGE, page, e) < 0)
			return -1;
		*from = (uint64_t)i << 48 | at.after;
		if (page->len)
			return 1;
		*from = (uint64_t)(i + 1) << 48;
	}
	return 0;
}

int
ledger_done(struct run *r, const struct chunk *c, struct err *e)
{
	struct store_chunk row = { .run = r->id,
		.chunk = c->no,
		.attempt = c->attempt,
		.rows = c->rows,
		.batches = c->batches,
		.bytes = c->bytes,
		.version = buf_span(&c->version) };
	memcpy(row.counts, c->counts, sizeof(row.counts));
	if (store_begin(store_of(r), STORE_DURABLE, e) < 0)
		return -1;
	if (store_chunk_read(store_of(r), &row, e) == 0 &&
	    store_chunk_done(store_of(r), &row, e) == 0 &&
	    update_run(r, e) == 0)
		return store_commit(store_of(r), e);
	store_rollback(store_of(r));
	return -1;
}

/* The highest version that was read; never past a row that is not in. Of a
 * pass over several nights the first one's: what changed later in a range that
 * was done has a higher version, however much of it the others read. */
static int
move_watermark(struct run *r, struct arena *a, struct err *e)
{
	struct span high = { 0 }, low;
	for (size_t i = 0; i < r->nchunks; i++) {
		struct span v = buf_span(&r->chunks[i].version);
		bool counts = !r->resumed || !r->chunks[i].later;
		if (counts && v.len &&
		    (!high.len || rowversion_compare(v, high) > 0))
			high = v;
	}
	if (!high.len)
		return 0;
	int found =
	    store_reject_lowest(store_of(r), r->entity->name, a, &low, e);
	if (found < 0)
		return -1;
	if (found && !low.len) /* a row that is not in has no version */
		return 0;
	if (found && rowversion_compare(low, high) < 0)
		high = low;
	struct buf bytes = { 0 }, text = { 0 };
	struct value v;
	if (rowversion_decode(high, &bytes, &v, e) < 0)
		return -1;
	value_text(&v, &text);
	struct store_watermark w = {
		.version = high, .text = buf_str(&text), .run = r->id
	};
	int result = store_watermark_set(store_of(r), r->entity->name, &w, e);
	buf_free(&bytes);
	buf_free(&text);
	return result;
}

static bool
completed(const struct run *r)
{
	return r->end == END_COMPLETED || r->end == END_REJECTS;
}

/* Rejects of earlier runs whose rows this one has read, and not rejected. From
 * a watermark on that is every one with a version: it never passes them. */
static int
settle_rejects(struct run *r, struct err *e)
{
	bool newer = r->strategy == STRATEGY_ROWVERSION;
	struct store_reject_read read = { .entity = r->entity->name,
		.run = r->id };

	if (r->mode == MODE_RETRY)
		return store_reject_settle_retry(store_of(r), r->id, NULL, e);
	if (r->mode != MODE_SYNC || (newer && r->resumed))
		return 0;
	if (newer)
		read.from = buf_span(&r->watermark);
	return store_reject_settle(store_of(r), &read, NULL, e);
}

/* What a completed run settles beside itself. */
static int
settle(struct run *r, struct arena *a, struct err *e)
{
	const char *name = r->entity->name;
	bool whole = r->mode == MODE_SYNC && r->strategy != STRATEGY_ROWVERSION;
	bool seen = whole && !pass_owes_sweep(r);
	if (settle_rejects(r, e) < 0)
		return -1;
	if (r->mode == MODE_RETRY)
		return 0;
	if (probe_was_quiet(r) && store_probe_set(store_of(r), name,
				      buf_span(&r->probe.digest), e) < 0)
		return -1;
	if (r->mode == MODE_SYNC && r->entity->rowversion &&
	    move_watermark(r, a, e) < 0)
		return -1;
	if (r->approved && store_approval_set(store_of(r), name, 0, e) < 0)
		return -1;
	struct store_entity en = { .name = name, .strategy = r->strategy };
	struct store_entity old;
	int found = store_entity_get(store_of(r), name, a, &old, e);
	if (found < 0)
		return -1;
	bool swept = seen || r->mode == MODE_SWEEP;
	en.swept_at = swept ? clock_wall_micros() : found ? old.swept_at : 0;
	return store_entity_put(store_of(r), &en, e);
}

/* It ended of what may be mended by the next night: nobody was reached, or
 * what it had seen was lost. */
static bool
may_go_on(const struct run *r)
{
	bool away =
	    r->end == END_FAILED && exit_code_of(&r->error) == EXIT_UNREACHABLE;
	return (away || r->end == END_ABANDONED) && pass_goes_on(r);
}

static int
write_end(struct run *r, struct arena *a, struct err *e)
{
	static const enum store_run_state states[] = {
		[END_NONE] = STORE_RUN_FAILED,
		[END_COMPLETED] = STORE_RUN_COMPLETED,
		[END_REJECTS] = STORE_RUN_COMPLETED_WITH_REJECTS,
		[END_HALTED] = STORE_RUN_HALTED,
		[END_FAILED] = STORE_RUN_FAILED,
		[END_ABANDONED] = STORE_RUN_FAILED,
		[END_PAUSED] = STORE_RUN_PAUSED,
		[END_CANCELLED] = STORE_RUN_CANCELLED,
	};
	_Static_assert(ARRAY_LEN(states) == END_CANCELLED + 1, "one per end");
	const struct err *why = r->error.cls == ERR_NONE ? NULL : &r->error;
	if (update_run(r, e) < 0)
		return -1;
	if (completed(r) && (store_run_move(store_of(r), r->id,
				 STORE_RUN_FINISHING, NULL, e) < 0 ||
				settle(r, a, e) < 0))
		return -1;
	enum store_run_state to = states[r->end];
	if (may_go_on(r))
		to = STORE_RUN_PAUSED;
	/* One that is paused already stays so. */
	bool so_already = to == STORE_RUN_PAUSED && r->paused;
	if (!so_already && store_run_move(store_of(r), r->id, to, why, e) < 0)
		return -1;
	return store_lease_end(store_of(r), e);
}

int
ledger_end(struct run *r, struct err *e)
{
	struct arena a = { 0 };
	if (store_begin(store_of(r), STORE_DURABLE, e) < 0)
		return -1;
	int result = write_end(r, &a, e);
	arena_free(&a);
	if (result < 0) {
		store_rollback(store_of(r));
		return -1;
	}
	if (store_commit(store_of(r), e) < 0)
		return -1;
	store_lease_drop(store_of(r));
	return 0;
}
