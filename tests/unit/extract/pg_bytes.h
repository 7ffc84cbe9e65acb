#ifndef TESTS_UNIT_EXTRACT_PG_BYTES_H
#define TESTS_UNIT_EXTRACT_PG_BYTES_H
#include "extract/pg_copy.h"
#include "tests/unit/extract/rig.h"

/* Streams of binary COPY, built byte by byte, and a reader for them. */
static inline void
put_u16(struct buf *b, unsigned v)
{
	buf_putc(b, (uint8_t)(v >> 8));
	buf_putc(b, (uint8_t)v);
}

static inline void
put_u32(struct buf *b, uint32_t v)
{
	put_u16(b, v >> 16);
	put_u16(b, v & 0xffff);
}

static inline void
put_u64(struct buf *b, uint64_t v)
{
	put_u32(b, (uint32_t)(v >> 32));
	put_u32(b, (uint32_t)v);
}

static inline void
put_head(struct buf *b)
{
	buf_put(b, "PGCOPY\n\377\r\n\0", 11);
	put_u32(b, 0);
	put_u32(b, 0);
}

struct world {
	struct entity en;
	struct rig rig;
	struct emit em;
	struct emit_column cols[2];
	struct arena arena;
	struct pg_copy copy;
	struct err e;
};

static inline void
world_open(struct world *w, size_t ncols, enum value_type first)
{
	*w = (struct world){
		.en = { .name = "x", .batch_rows = 100, .batch_bytes = 1 << 20 }
	};
	w->cols[0] = (struct emit_column){
		.name = "a", .declared = first, .field = true
	};
	w->cols[1] = (struct emit_column){
		.name = "b", .declared = VT_TEXT, .field = true
	};
	struct emit_sink sink = RIG_SINK(&w->rig);
	emit_init(&w->em, &sink, &w->en, w->cols, ncols);
	emit_begin(&w->em);
	pg_copy_init(&w->copy, &w->em, &w->arena);
}

static inline void
world_close(struct world *w)
{
	pg_copy_free(&w->copy);
	emit_free(&w->em);
	rig_free(&w->rig);
	arena_free(&w->arena);
}

#endif
