#include "extract/csv_scan.h"
#include <string.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

enum { BLOCK = 64 };

struct scan {
	const uint8_t *base, *end; /* of the block, of the window */
	uint64_t bits;             /* those not yet seen of the block */
	uint8_t delimiter, quote;  /* quote: the delimiter if there is none */
};

#ifdef __SSE2__
static inline uint64_t
marks_16(const struct scan *s, const uint8_t *p)
{
	__m128i v = _mm_loadu_si128((const void *)p);
	__m128i m = _mm_cmpeq_epi8(v, _mm_set1_epi8((char)s->delimiter));

	m = _mm_or_si128(m, _mm_cmpeq_epi8(v, _mm_set1_epi8((char)s->quote)));
	m = _mm_or_si128(m, _mm_cmpeq_epi8(v, _mm_set1_epi8('\n')));
	return (uint64_t)(unsigned)_mm_movemask_epi8(m);
}

static inline uint64_t
marks(const struct scan *s, const uint8_t *p)
{
	return marks_16(s, p) | marks_16(s, p + 16) << 16 |
	       marks_16(s, p + 32) << 32 | marks_16(s, p + 48) << 48;
}
#else
static inline uint64_t
marks(const struct scan *s, const uint8_t *p)
{
	uint64_t m = 0;

	for (unsigned i = 0; i < BLOCK; i++) {
		bool mark =
		    p[i] == s->delimiter || p[i] == s->quote || p[i] == '\n';
		m |= (uint64_t)mark << i;
	}
	return m;
}
#endif

/* Those of the window's last n bytes. Out of the loop, which then needs no
 * array and no guard for it. */
static __attribute__((noinline)) uint64_t
tail_marks(const struct scan *s, size_t n)
{
	uint8_t tail[BLOCK] = { 0 };

	memcpy(tail, s->base, n);
	return marks(s, tail) & ((UINT64_C(1) << n) - 1);
}

static inline uint64_t
block_marks(const struct scan *s)
{
	size_t n = (size_t)(s->end - s->base);

	return n < BLOCK ? tail_marks(s, n) : marks(s, s->base);
}

/* The next delimiter, quote or LF, or NULL: not in this window. */
static inline const uint8_t *
next_mark(struct scan *s)
{
	while (!s->bits) {
		if (s->end - s->base <= BLOCK)
			return NULL;
		s->base += BLOCK;
		s->bits = block_marks(s);
	}
	const uint8_t *at = s->base + __builtin_ctzll(s->bits);
	s->bits &= s->bits - 1;
	return at;
}

/* Begins at start, with the block of the record before if start is in it. */
static inline void
begin(struct scan *s, struct csv *c, const uint8_t *start)
{
	size_t at = (size_t)(start - c->window.data);

	if (!c->scanned || at < c->block_at || at - c->block_at >= BLOCK) {
		s->base = start;
		s->bits = block_marks(s);
		return;
	}
	s->base = c->window.data + c->block_at;
	s->bits = c->block_marks >> (at - c->block_at) << (at - c->block_at);
}

static inline void
add_field(struct csv *c, const uint8_t *p, const uint8_t *stop, bool quoted)
{
	if (c->nfields < CSV_FIELDS_MAX)
		c->fields[c->nfields] =
		    (struct csv_field){ p, (size_t)(stop - p), quoted };
	c->nfields++;
}

/* Behind the closing quote at q: whether a field or the record ends there. */
static inline bool
closes(const struct scan *s, const uint8_t *q)
{
	if (s->end - q < 2)
		return false;
	return q[1] == s->delimiter || q[1] == '\n' ||
	       (q[1] == '\r' && s->end - q > 2 && q[2] == '\n');
}

/* Adds the quoted field at p and returns the mark behind it, or NULL. */
static inline const uint8_t *
quoted_field(struct scan *s, struct csv *c, const uint8_t *p, uint64_t *lines)
{
	const uint8_t *q;

	(void)next_mark(s); /* the opening quote */
	while ((q = next_mark(s)) && *q != s->quote)
		*lines += *q == '\n';
	if (!q || !closes(s, q))
		return NULL;
	add_field(c, p + 1, q, true);
	return next_mark(s);
}

/* The same for a field without quotes. */
static inline const uint8_t *
plain_field(struct scan *s, struct csv *c, const uint8_t *p)
{
	const uint8_t *q = next_mark(s);

	if (!q || (*q != s->delimiter && *q != '\n'))
		return NULL;
	bool cr = *q == '\n' && q > p && q[-1] == '\r';
	add_field(c, p, q - cr, false);
	return q;
}

/* Where marks would say nothing, or too much. */
static inline bool
ambiguous(const struct csv *c)
{
	return c->plain || c->delimiter == c->quote || c->delimiter == '\n' ||
	       c->delimiter == '\r' || c->quote == '\n' || c->quote == '\r';
}

const uint8_t *
csv_scan_record(struct csv *c, const uint8_t *start, const uint8_t *end)
{
	struct scan s = { .end = end,
		.delimiter = (uint8_t)c->delimiter,
		.quote = (uint8_t)(c->quote ? c->quote : c->delimiter) };
	const uint8_t *p = start, *q;
	uint64_t lines = 1;

	if (ambiguous(c))
		return NULL;
	begin(&s, c, start);
	c->nfields = 0;
	do {
		bool quoted = c->quote && p < end && *p == s.quote;
		q = quoted ? quoted_field(&s, c, p, &lines)
			   : plain_field(&s, c, p);
		if (!q)
			return NULL;
		p = q + 1;
	} while (*q != '\n');
	c->scanned = true;
	c->block_at = (size_t)(s.base - c->window.data);
	/* Marks that were seen are of no use to the record after this. */
	c->block_marks = s.bits;
	c->broken = false;
	c->raw = (struct span){ start,
		(size_t)(q - start) - (q > start && q[-1] == '\r') };
	c->line = c->next_line;
	c->next_line += lines;
	return q;
}
