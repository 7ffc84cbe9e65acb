#ifndef NORMALIZE_JSON_STRING_H
#define NORMALIZE_JSON_STRING_H
#include "proto/attr.h"
#include "proto/buf.h"

/* Reads the JSON string whose opening quote is at *p, appending its text as
 * UTF-8; *p moves past the closing quote. -1 if it is broken. */
int json_string_read(
    const uint8_t **p, const uint8_t *end, struct buf *to) MUST_CHECK;

#endif
