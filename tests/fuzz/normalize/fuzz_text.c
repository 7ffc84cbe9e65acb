/*
 * A raw text through layer 2 and the transforms, by the options the first byte
 * chooses. What comes out is valid UTF-8, a second run keeps it, and taking
 * every step gives the same.
 */
#include "normalize/transform.h"
#include "normalize/utf8.h"
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { SETS = 16 };

/* One of some sets of options that differ in much. */
static struct text_options
options(unsigned set)
{
	uint32_t d = (set + 1) * UINT32_C(2654435761) >> 8;
	return (struct text_options){ .trim = d & 1,
		.collapse = d >> 1 & 1,
		.persian = d >> 2 & 1,
		.control = d >> 3 & 1,
		.newlines = d >> 4 & 1,
		.unicode = (d >> 5) % 3,
		.invalid_utf8 = d >> 7 & 1,
		.invisible = d >> 8 & 1,
		.digits = d >> 9 & 1,
		.letter_case = (d >> 10) % 3,
		.empty = d >> 12 & 1 };
}

static void
transform(struct span s)
{
	static const char *texts[] = { "a", "bb" };
	struct layer_work w = { 0 };
	for (int kind = 0; kind < TR_COUNT; kind++) {
		struct transform t = { .kind = (enum transform_kind)kind,
			.num = { 1, 2 },
			.text = { 2, texts } };
		struct transform_step step = { .t = &t,
			.a = { (const uint8_t *)"a", 1 },
			.b = { (const uint8_t *)"bb", 2 } };
		struct span out;
		if (transform_apply(&step, 1, s, &out, &w) == VERDICT_OK &&
		    !utf8_valid(out))
			abort();
	}
	layer_work_free(&w);
}

static void
same_as_plain(const struct text_rules *r, struct span in)
{
	struct layer_work w = { 0 }, w2 = { 0 };
	struct span quick, plain;
	enum verdict v = layer_text(r, in, &quick, &w);
	if (layer_text_plain(r, in, &plain, &w2) != v)
		abort();
	if (v == VERDICT_OK &&
	    (quick.len != plain.len ||
		(quick.len && memcmp(quick.data, plain.data, quick.len) != 0)))
		abort();
	layer_work_free(&w);
	layer_work_free(&w2);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct text_rules made[SETS];
	static struct arena arena;
	if (!arena.used) {
		for (unsigned i = 0; i < SETS; i++) {
			struct text_options o = options(i);
			layer_text_init(&made[i], &o, &arena);
		}
	}
	if (!size)
		return 0;
	struct layer_work w = { 0 }, w2 = { 0 };
	const struct text_rules *r = &made[data[0] % SETS];
	struct span in = { data + 1, size - 1 }, once, twice;
	if (layer_text(r, in, &once, &w) == VERDICT_OK) {
		if (!utf8_valid(once) ||
		    (once.len && memchr(once.data, 0, once.len)))
			abort();
		/* Full case mapping may need more than one run: it makes
		 * letters that have a case again. */
		if (r->opt.letter_case == CASE_KEEP &&
		    (layer_text(r, once, &twice, &w2) != VERDICT_OK ||
			twice.len != once.len ||
			(once.len &&
			    memcmp(once.data, twice.data, once.len) != 0)))
			abort();
		transform(once);
	}
	same_as_plain(r, in);
	layer_work_free(&w);
	layer_work_free(&w2);
	return 0;
}
