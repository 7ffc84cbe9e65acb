/* Rows that are too large: why, and how what was put of them goes again. */
#include "extract/emit.h"
#include <string.h>

void
emit_too_large(const struct emit_column *c, uint64_t n, struct err *why)
{
	if (n > LIMIT_VALUE_BYTES)
		err_data(why, "value_too_large",
		    "a value of %llu bytes, more than the %d that can be handled; leave the column out of the mapping, or cut it in a query",
		    (unsigned long long)n, LIMIT_VALUE_BYTES);
	else
		err_data(why, "row_too_large",
		    "with this value of %llu bytes the row takes more than the %d that one message can hold; leave the column out of the mapping, or cut it in a query",
		    (unsigned long long)n, EMIT_ROW_BYTES_MAX);
	(void)err_field(why, c->name);
}

/* Takes the last value back; there is one. */
static void
take_back(struct column_builder *b)
{
	uint8_t bit = (uint8_t)(1u << (--b->rows & 7));
	uint8_t *nulls = b->nulls + (b->rows >> 3);
	uint32_t off;

	if (b->width) {
		b->bytes -= b->width;
	} else {
		memcpy(&off, b->offs + 4 * b->rows, sizeof(off));
		b->bytes = off;
	}
	if (!(*nulls & bit))
		return;
	*nulls &= (uint8_t)~bit;
	b->any_null = false;
	for (size_t i = 0; i < b->rows; i += 8)
		b->any_null |= b->nulls[i >> 3] != 0;
}

void
emit_take_back(struct emit *em, size_t n)
{
	while (n > 0)
		take_back(&em->cols[--n].values);
}
