#include "normalize/outcome.h"
#include "proto/message.h"
#include "proto/stream.h"
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

void
outcome_error(const struct mapping_reject *r, struct err *e)
{
	(void)err_data(e, r->code, "%s", r->text);
	(void)err_field(e, r->field);
}

/* The key fields of the refused rows whose key is known, or NULL. */
static struct batch *
known_keys(const struct mapping *m, const struct batch *b,
    const struct mapping_result *res, struct arena *a)
{
	uint32_t *rows = arena_alloc(a, (res->nrejects + 1) * sizeof(*rows));
	size_t n = 0;
	for (size_t i = 0; i < res->nrejects; i++)
		if (res->rejects[i].key_known)
			rows[n++] = res->rejects[i].row;
	if (n == 0)
		return NULL;
	struct batch narrow = *b;
	narrow.cols = arena_alloc(a, (b->ncols + 1) * sizeof(*narrow.cols));
	narrow.ncols = 0;
	for (size_t i = 0; i < b->ncols; i++)
		if (b->cols[i].role == ROLE_FIELD &&
		    mapping_is_key(m, b->cols[i].name))
			narrow.cols[narrow.ncols++] = b->cols[i];
	struct batch *keys = batch_gather(&narrow, rows, n);
	keys->keys_only = true;
	keys->left[OUT_REJECTED] = n;
	return keys;
}

static struct batch *
kept_rows(
    const struct batch *b, const struct mapping_result *res, struct arena *a)
{
	uint32_t *rows = arena_alloc(a, (b->nrows + 1) * sizeof(*rows));
	size_t n = 0, next = 0;
	for (size_t i = 0; i < b->nrows; i++) {
		if (next < res->nrejects && res->rejects[next].row == i)
			next++;
		else
			rows[n++] = (uint32_t)i;
	}
	return n ? batch_gather(b, rows, n) : NULL;
}

void
outcome_split(const struct mapping *m, const struct batch *b,
    const struct mapping_result *res, struct batch **keys, struct batch **kept)
{
	struct arena a = { 0 };
	*keys = known_keys(m, b, res, &a);
	*kept = kept_rows(b, res, &a);
	arena_free(&a);
	/* What left earlier goes with one of the two. */
	struct batch *rest = *kept ? *kept : *keys;
	if (!rest)
		return;
	uint64_t counted = *keys ? (*keys)->left[OUT_REJECTED] : 0;
	batch_inherit_left(rest, b);
	if (rest != *keys)
		rest->left[OUT_REJECTED] -= counted;
}

static int
decode_described(
    struct frame *f, struct arena *a, struct schema *out, struct err *e)
{
	struct message m;
	if (message_decode(f->bytes, a, &m, e) < 0)
		return -1;
	if (m.kind != MSG_DESCRIBED)
		return err_config(e, "bad_target",
		    "expected what syncline-load --describe writes, found %s",
		    message_kind_name(m.kind));
	return schema_decode(m.body, a, out, e);
}

int
outcome_read_target(
    const char *path, struct arena *a, struct schema *out, struct err *e)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return err_config(e, "bad_target",
		    "--target: cannot open %s: %s", path, strerror(errno));
	struct stream s = { .fd = fd };
	struct frame f = { 0 };
	int r = stream_read(&s, &f, e);
	if (r == 0)
		r = err_config(e, "bad_target", "the file is empty");
	else if (r > 0)
		r = decode_described(&f, a, out, e);
	if (r < 0) {
		e->cls = ERR_CONFIG;
		(void)err_wrap(e, "--target: %s", path);
	}
	frame_free(&f);
	buf_free(&s.in);
	close(fd);
	return r;
}
