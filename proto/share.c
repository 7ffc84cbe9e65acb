#include "proto/share.h"
#include "proto/arena.h"
#include "proto/clock.h"
#include "proto/pack.h"
#include "proto/share_door.h"
#include "proto/share_impl.h"
#include <linux/futex.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

struct share {
	struct share_head *head;
};

/* Sized and sealed, or -1. */
static int
make_memory(void)
{
	int fd =
	    memfd_create("syncline-batches", MFD_CLOEXEC | MFD_ALLOW_SEALING);

	if (fd < 0)
		return -1;
	if (ftruncate(fd, (off_t)SHARE_BYTES) == 0 &&
	    fcntl(fd, F_ADD_SEALS, SHARE_SEALS) == 0)
		return fd;
	close(fd);
	return -1;
}

/* Mapped, with its token, and handed in at the peer's; or NULL. */
static struct share_head *
map_and_hand_in(int fd, const char *endpoint)
{
	void *at =
	    mmap(NULL, SHARE_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	struct share_head *head = at;

	if (at == MAP_FAILED)
		return NULL;
	head->token = clock_random();
	head->pid = (uint32_t)getpid();
	if (share_door_hand_in(endpoint, fd, head->token) == 0)
		return head;
	munmap(at, SHARE_BYTES);
	return NULL;
}

struct share *
share_new(const char *endpoint)
{
	int fd = make_memory();

	if (fd < 0)
		return NULL;
	struct share_head *head = map_and_hand_in(fd, endpoint);
	close(fd);
	if (!head)
		return NULL;
	struct share *s = mem_zalloc(sizeof(*s));
	s->head = head;
	return s;
}

void
share_free(struct share **sp)
{
	struct share *s = *sp;

	if (!s)
		return;
	atomic_store_explicit(&s->head->closed, 1, memory_order_release);
	munmap(s->head, SHARE_BYTES);
	free(s);
	*sp = NULL;
}

uint8_t *
share_slot(struct share *s, uint32_t *slot)
{
	uint32_t n =
	    atomic_load_explicit(&s->head->attached, memory_order_acquire);

	for (uint32_t i = 0; i < n && i < SHARE_SLOTS; i++) {
		/* Acquire: the peer has read all of what stood there. */
		if (atomic_load_explicit(
			&s->head->taken[i], memory_order_acquire))
			continue;
		atomic_store_explicit(
		    &s->head->taken[i], 1, memory_order_relaxed);
		*slot = i;
		return share_at(s->head, i);
	}
	return NULL;
}

bool
share_is_mapped(const struct share *s)
{
	return atomic_load_explicit(&s->head->attached, memory_order_relaxed) >
	       0;
}

static bool
is_full(const struct share *s)
{
	uint32_t n =
	    atomic_load_explicit(&s->head->attached, memory_order_relaxed);

	for (uint32_t i = 0; i < n && i < SHARE_SLOTS; i++)
		if (!atomic_load_explicit(
			&s->head->taken[i], memory_order_relaxed))
			return false;
	return n > 0;
}

/* The kernel sleeps only if none was given back since it was looked; who gives
 * one back later sees that somebody waits. */
void
share_wait(struct share *s, int ms)
{
	struct share_head *h = s->head;
	struct timespec limit = { ms / 1000, ms % 1000 * 1000000L };

	uint32_t freed = atomic_load(&h->freed);
	atomic_store(&h->waiting, 1);
	if (is_full(s))
		(void)syscall(
		    SYS_futex, &h->freed, FUTEX_WAIT, freed, &limit, NULL, 0);
	atomic_store(&h->waiting, 0);
}

void
share_return(struct share *s, uint32_t slot)
{
	atomic_store_explicit(&s->head->taken[slot], 0, memory_order_relaxed);
}

void
share_ticket(
    const struct share *s, uint32_t slot, size_t bytes, struct buf *out)
{
	pack_map(out, 5);
	pack_str(out, "share");
	pack_uint(out, SHARE_VERSION);
	pack_str(out, "pid");
	pack_uint(out, (uint64_t)getpid());
	pack_str(out, "token");
	pack_uint(out, s->head->token);
	pack_str(out, "slot");
	pack_uint(out, slot);
	pack_str(out, "bytes");
	pack_uint(out, bytes);
}

void
share_offer(const struct share *s, struct buf *out)
{
	share_ticket(s, 0, 0, out);
}
