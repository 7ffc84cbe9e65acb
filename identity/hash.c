#include "identity/hash.h"
#include <blake3.h>
/* A key takes less time than a call of the library. */
#define XXH_INLINE_ALL
#include <string.h>
#include <xxhash.h>

void
hash_bk(struct span in, uint8_t out[BK_BYTES])
{
	XXH128_canonical_t bytes;
	_Static_assert(sizeof(bytes.digest) == BK_BYTES, "128 bits");

	XXH128_canonicalFromHash(&bytes, XXH3_128bits(in.data, in.len));
	memcpy(out, bytes.digest, BK_BYTES);
}

void
hash_data(struct span in, uint8_t out[DATA_BYTES])
{
	blake3_hasher h;

	blake3_hasher_init(&h);
	blake3_hasher_update(&h, in.data, in.len);
	blake3_hasher_finalize(&h, out, DATA_BYTES);
}
