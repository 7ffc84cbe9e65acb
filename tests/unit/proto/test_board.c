/* What a process leaves behind for its supervisor, read after a kill -9. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/arena.h"
#include "proto/board.h"
#include "proto/clock.h"
#include "proto/log.h"
#include <cmocka.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MIB = 1 << 20, BEAT_MS = 1, PATIENCE_MS = 20000 };

static void
take(struct board *b, uint32_t chunk, uint32_t attempt, uint32_t seq)
{
	struct batch what = { .chunk = chunk, .attempt = attempt, .seq = seq };
	board_take(b, &what);
}

/* Runs child with the other side of a new board until it is dead. */
static struct board *
after(void (*child)(struct board *b), int *status)
{
	struct err e = { 0 };
	struct board *b = NULL;
	int fd;
	assert_int_equal(board_create(&b, &fd, &e), 0);
	pid_t pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		struct board *own = NULL;
		int null = open("/dev/null", O_WRONLY);
		dup2(null, STDERR_FILENO);
		if (board_join(fd, &own, &e) == 0)
			child(own);
		_exit(99);
	}
	close(fd);
	assert_int_equal(waitpid(pid, status, 0), pid);
	return b;
}

static void
die_with_hands_full(struct board *b)
{
	log_init("stage", LOG_LEVEL_INFO);
	take(b, 3, 1, 100);
	take(b, 3, 1, 0);
	take(b, 3, 1, 50);
	take(b, 7, 2, 8);
	take(b, 9, 1, 1);
	board_settle(b, 9, 1);
	log_warn("the last one", "row", log_u64(4), NULL);
	log_info("not this", NULL);
	kill(getpid(), SIGKILL);
}

static void
test_hands_and_words_survive(void **state)
{
	(void)state;
	int status;
	struct board *b = after(die_with_hands_full, &status);
	struct board_hand h[BOARD_HANDS];
	char words[WORDS_BYTES];
	assert_true(WIFSIGNALED(status));
	assert_int_equal(board_hands(b, h), 2);
	assert_int_equal(h[0].chunk, 3);
	assert_int_equal(h[0].first, 0);
	assert_int_equal(h[0].last, 100);
	assert_int_equal(h[1].chunk, 7);
	assert_int_equal(h[1].attempt, 2);
	board_words(b, words);
	assert_string_equal(words, "msg=\"the last one\" row=4");
	board_free(&b);
	assert_null(b);
}

static void
test_hands(void **state)
{
	(void)state;
	struct board b = { 0 };
	struct board_hand h[BOARD_HANDS];
	take(&b, 1, 1, 5);
	take(&b, 1, 1, 6);
	board_settle(&b, 1, 1);
	assert_int_equal(board_hands(&b, h), 1);
	/* A newer attempt voids the older, not the other way round. */
	take(&b, 1, 2, 9);
	take(&b, 1, 1, 7);
	assert_int_equal(board_hands(&b, h), 1);
	assert_int_equal(h[0].attempt, 2);
	assert_int_equal(h[0].first, 9);
	board_settle(&b, 1, 1);
	assert_int_equal(board_hands(&b, h), 1);
	board_settle(&b, 1, 2);
	assert_int_equal(board_hands(&b, h), 0);
	board_settle(&b, 1, 2);
	for (uint32_t i = 0; i < 2 * BOARD_HANDS; i++)
		take(&b, i, 1, 0);
	assert_int_equal(board_hands(&b, h), BOARD_HANDS);
	board_clear(&b);
	assert_int_equal(board_hands(&b, h), 0);
	/* Nobody looks. */
	take(NULL, 1, 1, 0);
	board_settle(NULL, 1, 1);
	board_clear(NULL);
	board_do(NULL, BOARD_IDLE);
}

static void
test_nonsense_is_not_believed(void **state)
{
	(void)state;
	struct board b;
	struct board_hand h[BOARD_HANDS];
	char words[WORDS_BYTES];
	memset(&b, 0xff, sizeof(b));
	assert_true(board_hands(&b, h) <= BOARD_HANDS);
	board_words(&b, words);
	assert_int_equal(strlen(words), WORDS_BYTES - 1);
	b.nhands = 1;
	b.hands[0] = (struct board_hand){ .first = 2, .last = 1, .batches = 1 };
	assert_int_equal(board_hands(&b, h), 0);
}

static void
ask_for_too_much(struct board *b)
{
	(void)b;
	struct rlimit most = { 64 * MIB, 64 * MIB };
	setrlimit(RLIMIT_DATA, &most);
	memset(mem_alloc(256 * (size_t)MIB), 1, 1);
}

static void
test_no_memory_is_said(void **state)
{
	(void)state;
#ifdef __SANITIZE_ADDRESS__
	skip(); /* its allocator is another one */
#endif
	int status;
	char words[WORDS_BYTES];
	struct board *b = after(ask_for_too_much, &status);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGABRT);
	board_words(b, words);
	assert_string_equal(words,
	    "out of memory allocating 268435456 bytes beyond the 64 MiB that "
	    "limits.memory allows");
	board_free(&b);
}

static void
test_long_words_are_cut(void **state)
{
	(void)state;
	char kept[WORDS_BYTES], longer[2 * WORDS_BYTES];
	memset(longer, 'x', sizeof(longer) - 1);
	longer[sizeof(longer) - 1] = '\0';
	words_keep(kept);
	words_say(longer);
	assert_int_equal(strlen(kept), WORDS_BYTES - 1);
	words_keep(NULL);
	words_say("nobody listens");
}

static bool
beats_reach(struct board *b, uint64_t n)
{
	int64_t until = clock_mono_ms() + PATIENCE_MS;
	while (atomic_load(&b->beats) < n)
		if (clock_mono_ms() > until)
			return false;
		else
			clock_sleep_ms(BEAT_MS);
	return true;
}

static void
beat_for_ever(struct board *b)
{
	struct err e = { 0 };
	if (board_beat(b, BEAT_MS, &e) < 0)
		return;
	for (;;) /* what it works on never ends */
		pause();
}

static void
test_beats_stop_with_the_process(void **state)
{
	(void)state;
	struct err e = { 0 };
	struct board *b = NULL, *own = NULL;
	int fd, status;
	assert_int_equal(board_create(&b, &fd, &e), 0);
	pid_t pid = fork();
	if (pid == 0) {
		if (board_join(fd, &own, &e) == 0)
			beat_for_ever(own);
		_exit(99);
	}
	close(fd);
	assert_true(beats_reach(b, 3));
	kill(pid, SIGSTOP);
	assert_int_equal(waitpid(pid, &status, WUNTRACED), pid);
	assert_true(WIFSTOPPED(status));
	uint64_t was = atomic_load(&b->beats);
	clock_sleep_ms(20 * BEAT_MS);
	assert_int_equal(atomic_load(&b->beats), was);
	kill(pid, SIGCONT);
	assert_true(beats_reach(b, was + 3));
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	board_free(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_hands_and_words_survive),
		cmocka_unit_test(test_hands),
		cmocka_unit_test(test_nonsense_is_not_believed),
		cmocka_unit_test(test_no_memory_is_said),
		cmocka_unit_test(test_long_words_are_cut),
		cmocka_unit_test(test_beats_stop_with_the_process),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
