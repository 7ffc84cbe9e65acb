#include "proto/board.h"
#include "proto/clock.h"
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* The beating thread needs next to nothing. */
enum { STACK_BYTES = 64 << 10 };

static int
map(int fd, struct board **b, struct err *e)
{
	void *p =
	    mmap(NULL, sizeof(**b), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (p == MAP_FAILED)
		return err_errno(e, "mmap");
	*b = p;
	return 0;
}

int
board_create(struct board **b, int *fd, struct err *e)
{
	*fd = memfd_create("syncline-board", MFD_CLOEXEC);
	if (*fd < 0)
		return err_errno(e, "memfd_create");
	if (ftruncate(*fd, sizeof(**b)) == 0 && map(*fd, b, e) == 0)
		return 0;
	if (e->cls == ERR_NONE)
		err_errno(e, "ftruncate");
	close(*fd);
	*fd = -1;
	return -1;
}

int
board_join(int fd, struct board **b, struct err *e)
{
	int r = map(fd, b, e);
	close(fd);
	if (r == 0)
		words_keep((*b)->words);
	return r;
}

void
board_free(struct board **b)
{
	if (*b)
		munmap(*b, sizeof(**b));
	*b = NULL;
}

/* --- beats ---------------------------------------------------------------
 */

struct pulse {
	struct board *board;
	int64_t every_ms;
};

static void *
pulse(void *arg)
{
	const struct pulse *p = arg;
	for (;;) {
		atomic_fetch_add(&p->board->beats, 1);
		clock_sleep_ms(p->every_ms);
	}
	return NULL;
}

int
board_beat(struct board *b, int64_t every_ms, struct err *e)
{
	static struct pulse arg; /* as the thread: until the process ends */
	pthread_attr_t attr;
	pthread_t thread;
	sigset_t all, old;
	arg = (struct pulse){ b, every_ms };
	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, STACK_BYTES);
	pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	/* Signals are the main thread's. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	int r = pthread_create(&thread, &attr, pulse, &arg);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	pthread_attr_destroy(&attr);
	return r ? err_retry(e, "thread", "pthread_create: %s", strerror(r))
		 : 0;
}

/* --- what is in hand -----------------------------------------------------
 */

static struct board_hand *
find(struct board *b, uint32_t chunk)
{
	for (uint32_t i = 0; i < b->nhands; i++)
		if (b->hands[i].chunk == chunk)
			return &b->hands[i];
	return NULL;
}

static void
note_key(struct board_hand *h, const struct batch *b)
{
	const struct column *c =
	    b->nrows == 1 ? batch_find(b, ROLE_BK_HASH, NULL) : NULL;
	h->keyed = c != NULL;
	if (c)
		memcpy(h->key, c->data, sizeof(h->key));
}

void
board_take(struct board *b, const struct batch *what)
{
	if (!b)
		return;
	struct board_hand *h = find(b, what->chunk);
	bool more = h && h->attempt == what->attempt;
	if (h && what->attempt < h->attempt)
		return;
	if (!h && b->nhands < BOARD_HANDS)
		h = &b->hands[b->nhands++];
	if (!h)
		return;
	/* What an older attempt left in hand is void, and so is no news. */
	if (!more)
		*h = (struct board_hand){ .chunk = what->chunk,
			.attempt = what->attempt,
			.first = what->seq,
			.last = what->seq };
	if (what->seq < h->first)
		h->first = what->seq;
	if (what->seq > h->last)
		h->last = what->seq;
	h->batches++;
	note_key(h, what);
}

void
board_clear(struct board *b)
{
	if (b)
		b->nhands = 0;
}

void
board_settle(struct board *b, uint32_t chunk, uint32_t attempt)
{
	struct board_hand *h = b ? find(b, chunk) : NULL;
	if (h && h->attempt == attempt && --h->batches == 0)
		*h = b->hands[--b->nhands];
}

void
board_do(struct board *b, enum board_doing what)
{
	if (b)
		atomic_store(&b->doing, what);
}

size_t
board_hands(const struct board *b, struct board_hand *out)
{
	size_t n = b->nhands < BOARD_HANDS ? b->nhands : BOARD_HANDS;
	size_t good = 0;
	for (size_t i = 0; i < n; i++) {
		const struct board_hand *h = &b->hands[i];
		if (h->batches && h->first <= h->last)
			out[good++] = *h;
	}
	return good;
}

void
board_words(const struct board *b, char *text)
{
	memcpy(text, b->words, WORDS_BYTES);
	text[WORDS_BYTES - 1] = '\0';
}
