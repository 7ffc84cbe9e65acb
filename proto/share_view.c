#include "proto/arena.h"
#include "proto/limits.h"
#include "proto/log.h"
#include "proto/share.h"
#include "proto/share_door.h"
#include "proto/share_impl.h"
#include "proto/unpack.h"
#include <errno.h>
#include <linux/futex.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* What one sender offered, for as long as it is listed or a frame lives. */
struct share_view {
	struct share_view *next;
	struct share_head *head;
	uint64_t token;
	uint32_t pid;
	size_t users; /* frames, and the list */
};

/* No ticket is longer; no batch is that short. Nobody has more senders. */
enum {
	TICKET_BYTES_MAX = 100,
	TICKET_DEPTH = 1,
	VIEWS_MAX = 2 * LIMIT_WORKERS
};

struct ticket {
	uint64_t version, pid, token, slot, bytes;
};

static int
ticket_pair(const msgpack_object_kv *kv, struct ticket *t)
{
	const msgpack_object *k = &kv->key, *v = &kv->val;

	if (unpack_key_is(k, "share"))
		return unpack_uint(v, SHARE_VERSION, &t->version);
	if (unpack_key_is(k, "pid"))
		return unpack_uint(v, INT32_MAX, &t->pid);
	if (unpack_key_is(k, "token"))
		return unpack_uint(v, UINT64_MAX, &t->token);
	if (unpack_key_is(k, "slot"))
		return unpack_uint(v, SHARE_SLOTS - 1, &t->slot);
	if (unpack_key_is(k, "bytes"))
		return unpack_uint(v, SHARE_SLOT_BYTES, &t->bytes);
	return -1;
}

static bool
is_ticket(struct span in)
{
	/* A map of five, of which the first is `share`. */
	static const uint8_t start[] = "\x85\xa5share";
	size_t n = sizeof(start) - 1;
	return in.len > n && in.len <= TICKET_BYTES_MAX &&
	       memcmp(in.data, start, n) == 0;
}

static int
read_ticket(struct span in, struct ticket *t, struct err *e)
{
	struct unpack u;
	int r = 0;

	*t = (struct ticket){ 0 };
	if (unpack_one(in, TICKET_DEPTH, "bad_ticket", &u, e) < 0)
		return -1;
	for (uint32_t i = 0; i < u.root.via.map.size && r == 0; i++)
		r = ticket_pair(&u.root.via.map.ptr[i], t);
	unpack_free(&u);
	if (r < 0 || t->version != SHARE_VERSION)
		return err_data(e, "bad_ticket", "a ticket with a bad entry");
	return 0;
}

static void
drop(struct share_view *v)
{
	if (--v->users)
		return;
	munmap(v->head, SHARE_BYTES);
	free(v);
}

void
share_views_free(struct share_views *all)
{
	for (struct share_view *v = all->head, *next; v; v = next) {
		next = v->next;
		drop(v);
	}
	if (all->open)
		close(all->door);
	*all = (struct share_views){ 0 };
}

void
share_views_open(struct share_views *v, const char *endpoint, uint32_t slots)
{
	v->slots = slots;
	v->door = share_door_open(endpoint);
	v->open = v->door >= 0;
}

static bool
is_dead(uint64_t pid)
{
	return kill((pid_t)pid, 0) < 0 && errno == ESRCH;
}

/* A ticket of one that lives may still be on its way. */
static bool
is_over(const struct share_view *v)
{
	if (is_dead(v->pid))
		return true;
	/* Acquire: what it has taken by then is all it ever takes. */
	if (!atomic_load_explicit(&v->head->closed, memory_order_acquire))
		return false;
	for (uint32_t i = 0; i < SHARE_SLOTS; i++)
		if (atomic_load_explicit(
			&v->head->taken[i], memory_order_relaxed))
			return false;
	return true;
}

/* Those that their sender gave up, or left behind when it died. */
static void
forget_old(struct share_views *all)
{
	for (struct share_view **at = &all->head; *at;) {
		struct share_view *v = *at;
		if (!is_over(v)) {
			at = &v->next;
			continue;
		}
		*at = v->next;
		drop(v);
	}
}

/* It may be any file of any process: only what was made for this is mapped. */
static bool
is_ours(int fd)
{
	struct stat st;

	return fcntl(fd, F_GET_SEALS) == SHARE_SEALS && fstat(fd, &st) == 0 &&
	       (size_t)st.st_size == SHARE_BYTES;
}

static struct share_head *
map_memory(int fd, uint64_t token)
{
	void *at = is_ours(fd) ? mmap(NULL, SHARE_BYTES, PROT_READ | PROT_WRITE,
				     MAP_SHARED, fd, 0)
			       : MAP_FAILED;
	if (at == MAP_FAILED)
		return NULL;
	struct share_head *head = at;
	/* What stands in the slots is only read. */
	if (head->token == token &&
	    mprotect(share_at(head, 0), SHARE_BYTES - SHARE_HEAD_BYTES,
		PROT_READ) == 0)
		return head;
	munmap(at, SHARE_BYTES);
	return NULL;
}

static struct share_view *
find_view(const struct share_views *all, const struct ticket *t)
{
	struct share_view *v = all->head;

	while (v && (v->pid != t->pid || v->token != t->token))
		v = v->next;
	return v;
}

/* What was handed in at the door, by whomever: its offer may be the next. */
static void
take_all_memory(struct share_views *all)
{
	uint64_t token;
	size_t n = 0;
	int fd;

	for (const struct share_view *v = all->head; v; v = v->next)
		n++;
	while (all->open && (fd = share_door_take(all->door, &token)) >= 0) {
		struct share_head *head =
		    n < VIEWS_MAX ? map_memory(fd, token) : NULL;
		close(fd);
		if (!head)
			continue;
		struct share_view *v = mem_zalloc(sizeof(*v));
		*v = (struct share_view){ .next = all->head,
			.head = head,
			.token = token,
			.pid = head->pid,
			.users = 1 };
		all->head = v;
		n++;
	}
}

/* The memory was handed in before the offer was sent. */
static int
take_offer(struct share_views *all, const struct ticket *t)
{
	forget_old(all);
	take_all_memory(all);
	struct share_view *v = find_view(all, t);
	if (v)
		atomic_store_explicit(
		    &v->head->attached, all->slots, memory_order_release);
	log_debug(v ? "batches come through shared memory"
		    : "batches come through the socket",
	    "pid", log_u64(t->pid), NULL);
	return 0;
}

/* A slot in use. */
struct slot_frame {
	struct share_view *view;
	uint32_t slot;
};

static void
release_slot(void *owner)
{
	struct slot_frame *s = owner;

	struct share_head *h = s->view->head;

	atomic_store_explicit(&h->taken[s->slot], 0, memory_order_release);
	atomic_fetch_add(&h->freed, 1);
	if (atomic_load(&h->waiting))
		(void)syscall(
		    SYS_futex, &h->freed, FUTEX_WAKE, 1, NULL, NULL, 0);
	drop(s->view);
	free(s);
}

/* 1 and the frame; 0: there is nothing to be had from it. */
static int
take_slot(struct share_views *all, const struct ticket *t, struct frame *f,
    struct err *e)
{
	struct share_view *v = find_view(all, t);

	/* What a process that is dead had sent is void. */
	if (!v && is_dead(t->pid))
		return 0;
	if (!v)
		return err_data(
		    e, "bad_ticket", "a ticket for memory that was not taken");
	struct slot_frame *s = mem_zalloc(sizeof(*s));
	*s = (struct slot_frame){ .view = v, .slot = (uint32_t)t->slot };
	v->users++;
	*f = (struct frame){
		.bytes = { share_at(v->head, s->slot), t->bytes },
		.owner = s,
		.release = release_slot,
	};
	return 1;
}

int
share_receive(struct share_views *all, struct frame *f, struct err *e)
{
	struct frame slot;
	struct ticket t;

	if (!is_ticket(f->bytes))
		return 1;
	if (read_ticket(f->bytes, &t, e) < 0)
		return -1;
	int r = t.bytes ? take_slot(all, &t, &slot, e) : take_offer(all, &t);
	if (r < 0)
		return -1;
	frame_free(f);
	if (r)
		*f = slot;
	return r;
}
