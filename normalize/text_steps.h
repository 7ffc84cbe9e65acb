#ifndef NORMALIZE_TEXT_STEPS_H
#define NORMALIZE_TEXT_STEPS_H
#include "proto/buf.h"
#include "proto/pipeline.h"
#include <stdint.h>

enum { TEXT_MEMO_SIZE = 256, TEXT_MEMO_SHIFT = 64 - 8 };

/*
 * The steps of layer 2 on one valid UTF-8 text. A step returns its input
 * where nothing changes, else a view into the work, good until the step after
 * next. A zeroed work is empty.
 */
struct text_work {
	struct buf
	    out[2]; /* written in turn: a step reads one, fills the other */
	int turn;
	int32_t *points; /* decomposed text; owned */
	size_t points_cap;
	struct text_memo {
		uint64_t segment, form; /* packed; 0: none */
	} memo[TEXT_MEMO_SIZE];         /* of text_compose.c */
};
void text_work_free(struct text_work *w);
/* The buffer that holds no input, emptied. */
struct buf *text_work_next(struct text_work *w);

/* For texts that are not valid: U+FFFD for each broken character. */
struct span text_step_replace(struct span s, struct text_work *w);

/* Line ends to LF; controls but tab, LF and CR dropped, NUL included. */
struct span text_step_controls(
    struct span s, const struct text_options *o, struct text_work *w);

/* invisible, persian, digits: character by character. */
struct span text_step_characters(
    struct span s, const struct text_options *o, struct text_work *w);
/* What they make of one character; -1 drops it. */
int32_t text_map_character(int32_t cp, const struct text_options *o);

struct span text_step_collapse(struct span s, struct text_work *w);

enum text_case { TEXT_UPPER, TEXT_LOWER, TEXT_TITLE };
struct span text_step_case(
    struct span s, enum text_case c, struct text_work *w);

#endif
