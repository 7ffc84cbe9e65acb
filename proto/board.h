#ifndef PROTO_BOARD_H
#define PROTO_BOARD_H
#include "proto/attr.h"
#include "proto/batch.h"
#include "proto/err.h"
#include "proto/words.h"
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

/*
 * What a stage process shows its supervisor, alive or dead: a page of shared
 * memory that both have mapped. The stage writes, the supervisor reads. It
 * survives a kill -9, which no message does. A thread of the stage counts
 * beats for as long as the process is given time at all, whatever its work
 * waits for: one that is stopped or frozen counts no more.
 */
enum board_doing {
	BOARD_IDLE,    /* nothing to do */
	BOARD_WORKING, /* on a batch or an order */
	BOARD_WAITING, /* for room downstream, with a batch in hand */
};

/* Batches of one attempt at a chunk that were taken and are not settled. */
struct board_hand {
	uint32_t chunk, attempt;
	uint32_t first, last; /* batch.seq: the lowest, the highest */
	uint32_t batches;
	/* The key hash of the last batch taken, if that is of one row and has
	 * one already; else zero. */
	uint8_t key[KEY_HASH_BYTES];
	bool keyed;
};
enum { BOARD_HANDS = 16 };

struct board {
	_Atomic uint64_t beats;
	_Atomic uint32_t doing; /* enum board_doing */
	uint32_t nhands;
	struct board_hand hands[BOARD_HANDS];
	char words[WORDS_BYTES];
};

/* The supervisor's side: a new, empty one; fd is for the child to inherit.
 * Close fd after it has been started. */
int board_create(struct board **b, int *fd, struct err *e) MUST_CHECK;
/* The stage's side. Closes fd; last words go there from now on. */
int board_join(int fd, struct board **b, struct err *e) MUST_CHECK;
/* NULL-safe; clears the pointer. */
void board_free(struct board **b);

/* Beats every every_ms until the process ends. */
int board_beat(struct board *b, int64_t every_ms, struct err *e) MUST_CHECK;

/* The stage's notes; nothing happens if b is NULL. A batch is in hand from
 * take to settle. */
void board_take(struct board *b, const struct batch *what);
void board_settle(struct board *b, uint32_t chunk, uint32_t attempt);
void board_clear(struct board *b); /* a run begins */
void board_do(struct board *b, enum board_doing what);

/*
 * What a process that is gone had in hand: at most BOARD_HANDS, and its last
 * words in text (WORDS_BYTES). It may have died in mid-word or written
 * nonsense: nothing that cannot be comes back.
 */
size_t board_hands(const struct board *b, struct board_hand *out);
void board_words(const struct board *b, char *text);

#endif
