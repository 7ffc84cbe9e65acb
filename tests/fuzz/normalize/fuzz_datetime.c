/*
 * A date or time as text, in every type and by every named format; and a
 * format of the input's own. What comes out reads back as itself.
 */
#include "normalize/layers.h"
#include "proto/datetime.h"
#include "proto/zone.h"
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const enum value_type types[] = { VT_DATE, VT_TIME, VT_TIMESTAMP,
	VT_TIMESTAMPTZ };

static void
check(enum value_type t, int64_t v)
{
	struct value value = { .type = t, .i = v };
	struct buf text = { 0 };
	struct layer_work w = { 0 };
	struct datetime_rules iso = { 0 };
	int64_t back;
	value_text(&value, &text);
	if (layer_datetime(&iso, t, buf_span(&text), &back, &w) != VERDICT_OK ||
	    back != v)
		abort();
	buf_free(&text);
	layer_work_free(&w);
}

static void
try(const struct datetime_rules *r, struct span in)
{
	struct layer_work w = { 0 };
	int64_t v;
	for (size_t i = 0; i < ARRAY_LEN(types); i++)
		if (layer_datetime(r, types[i], in, &v, &w) == VERDICT_OK)
			check(types[i], v);
	layer_work_free(&w);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const named[] = { "oracle", "us", "eu", "epoch",
		"epoch_ms" };
	static struct zone *zone;
	struct err e = { 0 };
	if (!zone && zone_open("Europe/Berlin", &zone, &e) < 0)
		abort();
	if (!size)
		return 0;
	struct arena a = { 0 };
	const char *format = named[data[0] % ARRAY_LEN(named)];
	const uint8_t *line = memchr(data, '\n', size);
	struct span in = { data + 1, size - 1 };
	if (data[0] & 0x80 && line && line > data) {
		format = arena_strndup(
		    &a, (const char *)data + 1, (size_t)(line - data) - 1);
		in =
		    (struct span){ line + 1, size - (size_t)(line + 1 - data) };
	}
	struct datetime_rules r = { .opt = { .calendar = data[0] >> 5 & 1,
					.dst = (data[0] >> 3) % 3 } };
	r.zone = data[0] & 0x40 ? zone : NULL;
	if (data[0] & 4)
		r.opt.formats = (struct strings){ 1, &format };
	if (datetime_format_compile(&r.opt, &a, &r.formats, &r.nformats, &e) ==
	    0)
		try(&r, in);
	arena_free(&a);
	return 0;
}
