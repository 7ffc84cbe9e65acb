#ifndef TESTS_STORE_FIXTURE_H
#define TESTS_STORE_FIXTURE_H
/* A store in a folder of its own under /tmp, removed at the end. */
#include <ftw.h>
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "proto/arena.h"
#include "proto/store.h"
#include <cmocka.h>

struct fixture {
	char top[64];  /* removed at the end */
	char dir[128]; /* the store's */
	struct store *s;
	struct arena a;
	struct err e;
};

#define SPAN(text) ((struct span){ (const uint8_t *)(text), sizeof(text) - 1 })

/* The call returns this, or the test ends with its error. */
#define RETURNS(f, expected, call)                                             \
	do {                                                                   \
		int rc_ = (call);                                              \
		if (rc_ != (expected))                                         \
			fail_msg(                                              \
			    "%s returned %d: %s", #call, rc_, (f)->e.msg);     \
	} while (0)
#define OK(f, call) RETURNS(f, 0, call)
#define FAILS(f, want, call)                                                   \
	do {                                                                   \
		RETURNS(f, -1, call);                                          \
		assert_string_equal((f)->e.code, want);                        \
	} while (0)

static inline void
fixture_open(struct fixture *f, enum store_mode mode)
{
	OK(f, store_open(f->dir, mode, &f->s, &f->e));
}

static inline void
fixture_reopen(struct fixture *f, enum store_mode mode)
{
	store_close(&f->s);
	fixture_open(f, mode);
}

static inline int
fixture_setup(void **state)
{
	struct fixture *f = mem_zalloc(sizeof(*f));
	snprintf(f->top, sizeof(f->top), "/tmp/syncline-store-XXXXXX");
	if (!mkdtemp(f->top))
		return -1;
	snprintf(f->dir, sizeof(f->dir), "%s/store", f->top);
	*state = f;
	return 0;
}

static inline int
fixture_setup_open(void **state)
{
	if (fixture_setup(state) < 0)
		return -1;
	fixture_open(*state, STORE_WRITE);
	return 0;
}

static inline int
fixture_remove_one(
    const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
	(void)st;
	(void)flag;
	(void)ftw;
	return remove(path);
}

static inline int
fixture_teardown(void **state)
{
	struct fixture *f = *state;
	store_close(&f->s);
	arena_free(&f->a);
	nftw(f->top, fixture_remove_one, 16, FTW_DEPTH | FTW_PHYS);
	free(f);
	return 0;
}

#endif
