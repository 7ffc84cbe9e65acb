#include "proto/pool.h"
#include <pthread.h>

static struct {
	pthread_mutex_t lock;
	struct buf bufs[POOL_BUFS];
	size_t count;
} pool = { .lock = PTHREAD_MUTEX_INITIALIZER };

void
pool_take(struct buf *b)
{
	pthread_mutex_lock(&pool.lock);
	if (pool.count)
		*b = pool.bufs[--pool.count];
	pthread_mutex_unlock(&pool.lock);
}

void
pool_give(struct buf *b)
{
	struct buf mine = *b;
	*b = (struct buf){ 0 };
	mine.len = 0;
	pthread_mutex_lock(&pool.lock);
	if (pool.count < POOL_BUFS && mine.cap >= POOL_MIN_BYTES &&
	    mine.cap <= POOL_MAX_BYTES) {
		pool.bufs[pool.count++] = mine;
		mine = (struct buf){ 0 };
	}
	pthread_mutex_unlock(&pool.lock);
	buf_free(&mine);
}
