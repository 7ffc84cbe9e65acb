#include "proto/message.h"
#include "proto/limits.h"
#include "proto/pack.h"
#include "proto/unpack.h"
#include <stddef.h>
#include <string.h>

/* What each field is, once, for both directions. */
enum field_type { F_U32, F_U64, F_BOOL, F_STR, F_SPAN, F_CLASS, F_MODE };

static const struct message_field {
	const char *key;
	enum field_type type;
	size_t offset;
} fields[] = {
	{ "stage", F_STR, offsetof(struct message, stage) },
	{ "instance", F_U32, offsetof(struct message, instance) },
	{ "pid", F_U32, offsetof(struct message, pid) },
	{ "endpoint", F_STR, offsetof(struct message, endpoint) },
	{ "run", F_U64, offsetof(struct message, run) },
	{ "entity", F_STR, offsetof(struct message, entity) },
	{ "mode", F_MODE, offsetof(struct message, mode) },
	{ "strategy", F_U32, offsetof(struct message, strategy) },
	{ "chunk", F_U32, offsetof(struct message, chunk) },
	{ "attempt", F_U32, offsetof(struct message, attempt) },
	{ "seq", F_U32, offsetof(struct message, seq) },
	{ "part", F_U32, offsetof(struct message, part) },
	{ "held", F_U64, offsetof(struct message, held) },
	{ "rows", F_U64, offsetof(struct message, rows) },
	{ "bytes", F_U64, offsetof(struct message, bytes) },
	{ "flag", F_BOOL, offsetof(struct message, flag) },
	{ "version", F_SPAN, offsetof(struct message, version) },
	{ "class", F_CLASS, offsetof(struct message, cls) },
	{ "code", F_STR, offsetof(struct message, code) },
	{ "text", F_STR, offsetof(struct message, text) },
	{ "body", F_SPAN, offsetof(struct message, body) },
	{ "body2", F_SPAN, offsetof(struct message, body2) },
};

static const struct {
	enum message_kind kind;
	const char *name;
} kinds[] = {
	{ MSG_HELLO, "hello" },
	{ MSG_DESCRIBED, "described" },
	{ MSG_PLANNED, "planned" },
	{ MSG_CHUNK, "chunk" },
	{ MSG_CHUNK_END, "chunk_end" },
	{ MSG_ACK, "ack" },
	{ MSG_REJECT, "reject" },
	{ MSG_OPENED, "opened" },
	{ MSG_COMMITTED, "committed" },
	{ MSG_SWEPT, "swept" },
	{ MSG_CLOSED, "closed" },
	{ MSG_ERROR, "error" },
	{ MSG_METRICS, "metrics" },
	{ MSG_CONNECTED, "connected" },
	{ MSG_PEERS, "peers" },
	{ MSG_DESCRIBE, "describe" },
	{ MSG_PLAN, "plan" },
	{ MSG_OPEN, "open" },
	{ MSG_ASSIGN, "assign" },
	{ MSG_FENCE, "fence" },
	{ MSG_EXCEPT, "except" },
	{ MSG_COMMIT, "commit" },
	{ MSG_JOIN, "join" },
	{ MSG_SWEEP, "sweep" },
	{ MSG_DELETE, "delete" },
	{ MSG_CLOSE, "close" },
	{ MSG_EXIT, "exit" },
	{ MSG_END, "end" },
};

const char *
message_kind_name(enum message_kind k)
{
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		if (kinds[i].kind == k)
			return kinds[i].name;
	return "unknown";
}

static bool
kind_known(uint64_t k)
{
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		if (kinds[i].kind == k)
			return true;
	return false;
}

static const void *
at_const(const struct message *m, const struct message_field *f)
{
	return (const uint8_t *)m + f->offset;
}

/* Absent and zero are the same thing, so zero fields are not sent. */
static bool
field_set(const struct message *m, const struct message_field *f)
{
	const void *p = at_const(m, f);
	switch (f->type) {
	case F_U32:
		return *(const uint32_t *)p != 0;
	case F_U64:
		return *(const uint64_t *)p != 0;
	case F_BOOL:
		return *(const bool *)p;
	case F_STR:
		return *(const char *const *)p != NULL;
	case F_SPAN:
		return ((const struct span *)p)->len != 0;
	case F_CLASS:
		return *(const enum err_class *)p != ERR_NONE;
	case F_MODE:
		return *(const enum run_mode *)p != MODE_SYNC;
	}
	return false;
}

static void
put_field(
    const struct message *m, const struct message_field *f, struct buf *out)
{
	const void *p = at_const(m, f);
	const struct span *s = p;
	pack_str(out, f->key);
	switch (f->type) {
	case F_U32:
		pack_uint(out, *(const uint32_t *)p);
		break;
	case F_U64:
		pack_uint(out, *(const uint64_t *)p);
		break;
	case F_BOOL:
		pack_bool(out, *(const bool *)p);
		break;
	case F_STR:
		pack_str(out, *(const char *const *)p);
		break;
	case F_SPAN:
		pack_bin(out, s->data, s->len);
		break;
	case F_CLASS:
		pack_uint(out, *(const enum err_class *)p);
		break;
	case F_MODE:
		pack_uint(out, *(const enum run_mode *)p);
		break;
	}
}

static bool
counts_set(const struct message *m)
{
	for (size_t i = 0; i < OUT_COUNT; i++)
		if (m->counts[i])
			return true;
	return false;
}

void
message_encode(const struct message *m, struct buf *out)
{
	size_t n = 1 + counts_set(m);
	for (size_t i = 0; i < ARRAY_LEN(fields); i++)
		n += field_set(m, &fields[i]);
	pack_map(out, n);
	pack_str(out, "kind");
	pack_uint(out, m->kind);
	for (size_t i = 0; i < ARRAY_LEN(fields); i++)
		if (field_set(m, &fields[i]))
			put_field(m, &fields[i], out);
	if (!counts_set(m))
		return;
	pack_str(out, "counts");
	pack_array(out, OUT_COUNT);
	for (size_t i = 0; i < OUT_COUNT; i++)
		pack_uint(out, m->counts[i]);
}

static int
get_field(const msgpack_object *o, struct arena *a,
    const struct message_field *f, struct message *m)
{
	void *p = (uint8_t *)m + f->offset;
	uint64_t u;

	switch (f->type) {
	case F_U32:
		if (unpack_uint(o, UINT32_MAX, &u) < 0)
			return -1;
		*(uint32_t *)p = (uint32_t)u;
		return 0;
	case F_U64:
		return unpack_uint(o, INT64_MAX, p);
	case F_BOOL:
		if (o->type != MSGPACK_OBJECT_BOOLEAN)
			return -1;
		*(bool *)p = o->via.boolean;
		return 0;
	case F_STR:
		return unpack_str(o, a, 4 * LIMIT_MESSAGE_TEXT, p);
	case F_SPAN:
		return unpack_bin(o, LIMIT_CONTROL_BYTES, p);
	case F_CLASS:
		if (unpack_uint(o, ERR_BUG, &u) < 0)
			return -1;
		*(enum err_class *)p = (enum err_class)u;
		return 0;
	case F_MODE:
		if (unpack_uint(o, MODE_RETRY, &u) < 0)
			return -1;
		*(enum run_mode *)p = (enum run_mode)u;
		return 0;
	}
	return -1;
}

static int
get_counts(const msgpack_object *o, struct message *m)
{
	if (o->type != MSGPACK_OBJECT_ARRAY || o->via.array.size != OUT_COUNT)
		return -1;
	for (size_t i = 0; i < OUT_COUNT; i++)
		if (unpack_uint(
			&o->via.array.ptr[i], INT64_MAX, &m->counts[i]) < 0)
			return -1;
	return 0;
}

static int
get_pair(const msgpack_object_kv *kv, struct arena *a, struct message *m)
{
	uint64_t u;
	if (unpack_key_is(&kv->key, "kind")) {
		if (unpack_uint(&kv->val, UINT32_MAX, &u) < 0 || !kind_known(u))
			return -1;
		m->kind = (enum message_kind)u;
		return 0;
	}
	if (unpack_key_is(&kv->key, "counts"))
		return get_counts(&kv->val, m);
	for (size_t i = 0; i < ARRAY_LEN(fields); i++)
		if (unpack_key_is(&kv->key, fields[i].key))
			return get_field(&kv->val, a, &fields[i], m);
	return -1;
}

int
message_decode(
    struct span in, struct arena *a, struct message *m, struct err *e)
{
	struct unpack u;
	*m = (struct message){ 0 };
	if (in.len > LIMIT_CONTROL_BYTES)
		return err_data(e, "bad_message", "message too large");
	if (unpack_one(in, 3, "bad_message", &u, e) < 0)
		return -1;
	int r = u.root.type == MSGPACK_OBJECT_MAP ? 0 : -1;
	for (uint32_t i = 0; r == 0 && i < u.root.via.map.size; i++)
		r = get_pair(&u.root.via.map.ptr[i], a, m);
	unpack_free(&u);
	if (r < 0 || m->kind == 0)
		return err_data(
		    e, "bad_message", "message with an unknown or bad entry");
	return 0;
}

bool
message_is_batch(struct span frame)
{
	/* A batch is a map of eleven whose first key is "batch"; a message's is
	 * "kind". */
	static const uint8_t head[] = { 0x8b, 0xa5, 'b', 'a', 't', 'c', 'h' };
	return frame.len > sizeof(head) &&
	       memcmp(frame.data, head, sizeof(head)) == 0;
}
