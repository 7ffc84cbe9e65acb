#include "proto/pack.h"
#include <msgpack/pack.h>
#include <string.h>

static int
append(void *data, const char *p, size_t n)
{
	buf_put(data, p, n);
	return 0;
}

static msgpack_packer
packer(struct buf *out)
{
	return (msgpack_packer){ .data = out, .callback = append };
}

void
pack_map(struct buf *out, size_t pairs)
{
	msgpack_packer pk = packer(out);
	msgpack_pack_map(&pk, pairs);
}

void
pack_array(struct buf *out, size_t items)
{
	msgpack_packer pk = packer(out);
	msgpack_pack_array(&pk, items);
}

void
pack_strn(struct buf *out, const void *s, size_t n)
{
	msgpack_packer pk = packer(out);
	msgpack_pack_str(&pk, n);
	buf_put(out, s, n);
}

void
pack_str(struct buf *out, const char *s)
{
	pack_strn(out, s, strlen(s));
}

void
pack_bin(struct buf *out, const void *p, size_t n)
{
	msgpack_packer pk = packer(out);
	msgpack_pack_bin(&pk, n);
	buf_put(out, p, n);
}

void
pack_uint(struct buf *out, uint64_t v)
{
	msgpack_packer pk = packer(out);
	msgpack_pack_uint64(&pk, v);
}

void
pack_int(struct buf *out, int64_t v)
{
	msgpack_packer pk = packer(out);
	msgpack_pack_int64(&pk, v);
}

void
pack_double(struct buf *out, double v)
{
	msgpack_packer pk = packer(out);
	msgpack_pack_double(&pk, v);
}

void
pack_bool(struct buf *out, bool v)
{
	msgpack_packer pk = packer(out);
	if (v)
		msgpack_pack_true(&pk);
	else
		msgpack_pack_false(&pk);
}

void
pack_nil(struct buf *out)
{
	msgpack_packer pk = packer(out);
	msgpack_pack_nil(&pk);
}
