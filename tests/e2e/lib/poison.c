/* Makes a program die when certain bytes reach a library that it calls, as a
 * bug in that library would: for LD_PRELOAD. POISON_STAGE names the program,
 * POISON_MARK the bytes. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void
look(const void *p, size_t n)
{
	const char *stage = getenv("POISON_STAGE");
	const char *mark = getenv("POISON_MARK");
	if (stage && mark && p &&
	    strcmp(program_invocation_short_name, stage) == 0 &&
	    memmem(p, n, mark, strlen(mark)))
		abort();
}

/* What everybody does all the time is looked at in one program only. */
static void
look_if(const char *program, const void *p, size_t n)
{
	if (strcmp(program_invocation_short_name, program) == 0)
		look(p, n);
}

#define REAL(type, name) ((type)dlsym(RTLD_NEXT, name))

/* normalize: a value goes into an expression */
void
sqlite3_result_text64(void *ctx, const char *p, uint64_t n, void (*del)(void *),
    unsigned char encoding)
{
	look(p, n);
	REAL(void (*)(void *, const char *, uint64_t, void (*)(void *),
		 unsigned char),
	    "sqlite3_result_text64")
	(ctx, p, n, del, encoding);
}

/* identity, delta: a batch goes on. Copies of other threads are ZeroMQ's. */
void *
memcpy(void *to, const void *from, size_t n)
{
	if (getpid() == gettid() && n > 1) {
		look_if("syncline-identity", from, n);
		look_if("syncline-delta", from, n);
	}
	return memmove(to, from, n);
}

/* load: a value is bound, or rows are copied */
int
sqlite3_bind_text64(void *st, int i, const char *p, uint64_t n,
    void (*del)(void *), unsigned char encoding)
{
	look(p, n);
	return REAL(int (*)(void *, int, const char *, uint64_t,
			void (*)(void *), unsigned char),
	    "sqlite3_bind_text64")(st, i, p, n, del, encoding);
}

int
PQputCopyData(void *conn, const char *p, int n)
{
	look(p, (size_t)n);
	return REAL(int (*)(void *, const char *, int), "PQputCopyData")(
	    conn, p, n);
}
