#include "delta/record.h"
#include "proto/limits.h"
#include <string.h>
#include <xxhash.h>

enum { BK = 16, DH = 32, MARK = 8, HEADER = 16, ULEB_MAX = 10 };
static const uint8_t magic[4] = { 'S', 'B', 1, 0 };

static bool
has_hash(enum record_op op)
{
	return op == RECORD_INSERT || op == RECORD_UPDATE;
}

static uint8_t *
append(uint8_t *at, const void *p, size_t n)
{
	memcpy(at, p, n);
	return at + n;
}

/* All but the key and its length; extra: how much more room to make. */
static void
put_fixed(struct buf *out, const struct record *r, size_t extra)
{
	static const uint8_t zero[DH];
	buf_reserve(out, 1 + BK + DH + MARK + extra);
	uint8_t *at = out->data + out->len;
	*at++ = (uint8_t)r->op;
	at = append(at, r->bk, BK);
	if (has_hash(r->op)) {
		at = append(at, r->dh ? r->dh : zero, DH);
		at = append(at, &r->mark, MARK);
	}
	out->len = (size_t)(at - out->data);
}

void
record_put(struct buf *out, const struct record *r)
{
	put_fixed(out, r, ULEB_MAX + r->key.len);
	buf_put_uleb(out, r->key.len);
	buf_put(out, r->key.data, r->key.len);
}

int
record_get(
    const uint8_t **at, const uint8_t *end, struct record *out, struct err *e)
{
	const uint8_t *p = *at;
	uint64_t len;

	if (p == end || *p < RECORD_INSERT || *p > RECORD_DOUBT)
		return err_data(e, "bad_blob", "record of an unknown kind");
	*out = (struct record){ .op = (enum record_op) * p++ };
	size_t fixed = BK + (has_hash(out->op) ? DH + MARK : 0);
	if ((size_t)(end - p) < fixed)
		return err_data(e, "bad_blob", "record cut short");
	out->bk = p;
	if (has_hash(out->op)) {
		out->dh = p + BK;
		memcpy(&out->mark, p + BK + DH, MARK);
	}
	p += fixed;
	if (uleb_get(&p, end, &len) || len > (size_t)(end - p))
		return err_data(e, "bad_blob", "key of a record cut short");
	out->key = (struct span){ p, (size_t)len };
	*at = p + len;
	return 0;
}

void
blob_put(struct blob *b, const struct record *r)
{
	if (!b->bytes.len)
		buf_extend(&b->bytes, HEADER);
	record_put(&b->bytes, r);
	b->records++;
}

size_t
blob_begin(struct blob *b, const struct record *r)
{
	if (!b->bytes.len)
		buf_extend(&b->bytes, HEADER);
	put_fixed(&b->bytes, r, ULEB_MAX);
	buf_extend(&b->bytes, 1); /* the length of most keys */
	return b->bytes.len;
}

void
blob_end(struct blob *b, size_t key_at)
{
	struct buf *out = &b->bytes;
	size_t len = out->len - key_at;

	b->records++;
	if (len < 0x80) {
		out->data[key_at - 1] = (uint8_t)len;
		return;
	}
	/* A longer length: written behind the key to learn its size, then
	 * both change places. */
	uint8_t length[ULEB_MAX];
	size_t end = out->len;
	buf_put_uleb(out, len);
	size_t n = out->len - end;
	memcpy(length, out->data + end, n);
	memmove(out->data + key_at - 1 + n, out->data + key_at, len);
	memcpy(out->data + key_at - 1, length, n);
	out->len--;
}

struct span
blob_finish(struct blob *b)
{
	if (!b->bytes.len)
		buf_extend(&b->bytes, HEADER);
	uint8_t *h = b->bytes.data;
	uint64_t sum = XXH3_64bits(h + HEADER, b->bytes.len - HEADER);
	memcpy(h, magic, sizeof(magic));
	memcpy(h + 4, &b->records, 4);
	memcpy(h + 8, &sum, 8);
	return buf_span(&b->bytes);
}

void
blob_clear(struct blob *b)
{
	buf_clear(&b->bytes);
	b->records = 0;
}

void
blob_free(struct blob *b)
{
	buf_free(&b->bytes);
	b->records = 0;
}

int
blob_open(struct span in, struct blob_reader *r, struct err *e)
{
	uint64_t sum;

	if (in.len < HEADER || in.len > LIMIT_FRAME_BYTES ||
	    memcmp(in.data, magic, sizeof(magic)) != 0)
		return err_data(e, "bad_blob", "not a state blob");
	memcpy(&r->left, in.data + 4, 4);
	memcpy(&sum, in.data + 8, 8);
	r->at = in.data + HEADER;
	r->end = in.data + in.len;
	if (XXH3_64bits(r->at, in.len - HEADER) != sum)
		return err_data(e, "bad_blob", "checksum does not match");
	return 0;
}

int
blob_next(struct blob_reader *r, struct record out[RECORD_RUN], size_t *n,
    struct err *e)
{
	*n = 0;
	if (!r->left && r->at != r->end)
		return err_data(e, "bad_blob", "bytes after the last record");
	for (; *n < RECORD_RUN && r->left; ++*n, r->left--)
		if (record_get(&r->at, r->end, &out[*n], e))
			return -1;
	return *n > 0;
}
