#ifndef PROTO_BUF_H
#define PROTO_BUF_H
#include "proto/attr.h"
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

/* A growing run of bytes. A zeroed buf is empty. Growth never fails: the
 * process dies first, so limits are checked by whoever appends. */
struct buf {
	uint8_t *data; /* owned; NULL while cap is 0 */
	size_t len;
	size_t cap;
};

/* A borrowed run of bytes. */
struct span {
	const uint8_t *data;
	size_t len;
};

void buf_reserve(struct buf *b, size_t extra); /* room for extra more */
uint8_t *buf_extend(struct buf *b, size_t n);  /* appends n unset bytes */
void buf_put(struct buf *b, const void *p, size_t n);
void buf_puts(struct buf *b, const char *s); /* without the NUL */
void buf_putc(struct buf *b, uint8_t c);
void buf_printf(struct buf *b, const char *fmt, ...) PRINTF(2, 3);
void buf_vprintf(struct buf *b, const char *fmt, va_list ap) PRINTF(2, 0);
void buf_put_uleb(struct buf *b, uint64_t v);
const char *buf_str(struct buf *b); /* NUL-terminated view, len unchanged */
void buf_clear(struct buf *b);      /* len 0, keeps the memory */
void buf_free(struct buf *b);       /* back to the zeroed state */

/* Reads a ULEB128 at *p, before end; 0, or -1 if cut short or over 64 bit. */
int uleb_get(const uint8_t **p, const uint8_t *end, uint64_t *v) MUST_CHECK;

/* Below, at or above 0, as memcmp; a prefix comes before what it begins. */
int span_compare(struct span a, struct span b);

static inline struct span
buf_span(const struct buf *b)
{
	return (struct span){ b->data, b->len };
}

#endif
