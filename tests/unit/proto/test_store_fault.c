/* Full disks, kills, damaged and forbidden files. */
#include "proto/clock.h"
#include "proto/store_migrate.h"
#include "tests/unit/proto/store_rejected.h"
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>

/* --- a full disk ------------------------------------------------------- */

/* Files may not grow beyond this, as if the disk were full; 0: no limit. */
static void
limit_files(rlim_t bytes)
{
	struct rlimit r;
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &r), 0);
	r.rlim_cur = bytes ? bytes : r.rlim_max;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &r), 0);
}

/* As many rejects as fit, one transaction each. */
static uint64_t
add_until_full(struct fixture *f, uint64_t run)
{
	static uint8_t big[50000];
	for (uint64_t n = 0;; n++) {
		memset(big, (int)n, sizeof(big));
		memcpy(big, &n, sizeof(n));
		struct store_reject r = rejected_row(run, 0, 1, 'a');
		r.what.bk_hash = (struct span){ 0 };
		r.what.original = (struct span){ big, sizeof(big) };
		if (store_reject_add(f->s, &r, &f->e) < 0)
			return n;
		assert_true(n < 10000); /* the limit must bite */
	}
}

static void
is_full(const struct fixture *f)
{
	assert_int_equal(f->e.cls, ERR_RETRY);
	if (strcmp(f->e.code, "SQLITE_FULL") != 0)
		assert_string_equal(f->e.code, "SQLITE_IOERR");
	assert_non_null(strstr(f->e.msg, f->dir));
	assert_non_null(strstr(f->e.msg, "space"));
}

static void
test_full_disk(void **state)
{
	struct fixture *f = *state;
	uint64_t run = fixture_run(f, "parts");
	fixture_chunk(f, run, 0);
	fixture_assign(f, run, 0);
	limit_files(2 << 20);
	uint64_t kept = add_until_full(f, run);
	is_full(f);
	assert_true(kept > 10);
	assert_int_equal(
	    store_run_move(f->s, run, STORE_RUN_FAILED, NULL, &f->e), -1);
	is_full(f);
	limit_files(0);

	/* What was kept is there, what was refused is not, and it goes on. */
	fixture_finish(f, run, 0, 1);
	fixture_end_run(f, run);
	fixture_reopen(f, STORE_WRITE);
	assert_int_equal(
	    rejected_count(f, (struct store_reject_filter){ 0 }), kept);
	assert_string_equal(fixture_text(f, "PRAGMA integrity_check"), "ok");
}

/* A group of writes that does not fit leaves nothing. */
static void
test_full_disk_in_a_transaction(void **state)
{
	struct fixture *f = *state;
	uint64_t run = fixture_run(f, "parts");
	fixture_chunk(f, run, 0);
	fixture_assign(f, run, 0);
	limit_files(2 << 20);
	OK(f, store_begin(f->s, STORE_DURABLE, &f->e));
	int rc = 0;
	static uint8_t big[1 << 20];
	for (int i = 0; i < 20 && rc == 0; i++) {
		struct store_reject r = rejected_row(run, 0, 1, 'a');
		r.what.original = (struct span){ big, sizeof(big) };
		rc = store_reject_add(f->s, &r, &f->e);
	}
	if (rc == 0)
		rc = store_commit(f->s, &f->e);
	else
		store_rollback(f->s);
	limit_files(0);
	assert_int_equal(rc, -1);
	is_full(f);
	assert_string_equal(
	    fixture_text(f, "SELECT count(*) FROM rejects"), "0");
	fixture_finish(f, run, 0, 1);
}

static void
test_no_room_to_begin(void **state)
{
	struct fixture *f = *state;
	limit_files(1);
	int rc = store_open(f->dir, STORE_WRITE, &f->s, &f->e);
	limit_files(0);
	assert_int_equal(rc, -1);
	assert_int_equal(f->e.cls, ERR_RETRY);
	fixture_open(f, STORE_WRITE);
	fixture_run(f, "parts");
}

static void
test_no_room_to_migrate(void **state)
{
	struct fixture *f = *state;
	char path[200];
	rejected_night(f, "abc");
	fixture_reopen(f, STORE_MAINTAIN);
	limit_files(10000);
	int rc = store_migrate(f->s, 1, &f->e);
	limit_files(0);
	assert_int_equal(rc, -1);
	assert_int_equal(f->e.cls, ERR_RETRY);
	assert_non_null(strstr(f->e.msg, "cannot copy the control store"));
	snprintf(path, sizeof(path), "%s/control.db.v%zu.bak.tmp", f->dir,
	    store_migrations_count);
	assert_int_equal(access(path, F_OK), -1);
	path[strlen(path) - 4] = '\0';
	assert_int_equal(access(path, F_OK), -1);
	uint32_t v;
	OK(f, store_version(f->s, &v, &f->e));
	assert_int_equal(v, store_migrations_count);
}

/* --- kill -9 ----------------------------------------------------------- */

enum { CHUNKS = 200 };

/* Goes through all chunks, two rejects each, and says so after each. */
_Noreturn static void
work(struct fixture *f, int out)
{
	fixture_open(f, STORE_WRITE);
	uint64_t run = fixture_run(f, "parts");
	for (uint32_t i = 0; i < CHUNKS; i++)
		fixture_chunk(f, run, i);
	for (uint32_t i = 0; i < CHUNKS; i++) {
		fixture_assign(f, run, i);
		struct store_reject r = rejected_row(run, i, 1, 'a');
		for (uint8_t k = 0; k < 2; k++) {
			uint8_t hash[16] = { (uint8_t)i, (uint8_t)(i >> 8), k };
			r.what.bk_hash = (struct span){ hash, 16 };
			rejected_add(f, r);
		}
		fixture_finish(f, run, i, 1);
		if (write(out, &i, sizeof(i)) != (ssize_t)sizeof(i))
			_exit(1);
	}
	pause(); /* done, and still holding everything */
	_exit(1);
}

/* Kills it some time after that many chunks; how many it had reported. */
static uint32_t
work_and_kill(struct fixture *f, uint32_t after, long sleep_us)
{
	int fds[2];
	uint32_t i, told = 0;
	assert_int_equal(pipe(fds), 0);
	pid_t child = fork();
	if (child == 0) {
		close(fds[0]);
		work(f, fds[1]);
	}
	close(fds[1]);
	while (told < after && read(fds[0], &i, sizeof(i)) == sizeof(i))
		told++;
	usleep((useconds_t)sleep_us);
	kill(child, SIGKILL);
	int status;
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status));
	while (read(fds[0], &i, sizeof(i)) == sizeof(i))
		told++;
	close(fds[0]);
	return told;
}

static void
check_after_kill(struct fixture *f, uint32_t told)
{
	struct store_run r;
	struct store_chunk_page at = { .limit = 1000 };
	struct store_chunks page;
	uint32_t done = 0;
	struct store_reject_filter all = { 0 };
	assert_string_equal(fixture_text(f, "PRAGMA integrity_check"), "ok");
	fixture_open(f, STORE_WRITE);
	RETURNS(f, 1, store_run_find_live(f->s, "parts", &f->a, &r, &f->e));
	at.run = r.id;
	OK(f, store_chunk_list(f->s, &at, &f->a, &page, &f->e));
	for (size_t i = 0; i < page.n; i++)
		done += page.v[i].state == STORE_CHUNK_DONE;
	/* All that was told is done; one more may be, untold. */
	assert_true(done == told || done == told + 1);
	assert_int_equal(rejected_count(f, all), 2 * done);
	for (size_t i = 0; i < page.n; i++) {
		uint32_t no = page.v[i].chunk;
		if (page.v[i].state == STORE_CHUNK_DONE)
			continue;
		fixture_finish(f, r.id, no, fixture_assign(f, r.id, no));
	}
	fixture_end_run(f, r.id);
	/* The rest was read without rejects; those of the dead are gone. */
	assert_int_equal(rejected_count(f, all), 2 * done);
	assert_string_equal(
	    fixture_text(
		f, "SELECT count(*) FROM rejects WHERE state <> 'open'"),
	    "0");
	store_close(&f->s);
}

static void
test_killed_at_work(void **state)
{
	struct fixture *f = *state;
	unsigned seed = 20250115;
	for (int i = 0; i < 12; i++) {
		snprintf(f->dir, sizeof(f->dir), "%s/store%d", f->top, i);
		uint32_t after = 1 + (uint32_t)rand_r(&seed) % (CHUNKS / 2);
		uint32_t told =
		    work_and_kill(f, after, (long)rand_r(&seed) % 3000);
		assert_true(told >= after);
		check_after_kill(f, told);
		arena_reset(&f->a);
	}
}

static off_t
size_of(const struct fixture *f, const char *name)
{
	char path[200];
	struct stat st;
	snprintf(path, sizeof(path), "%s/%s", f->dir, name);
	return stat(path, &st) == 0 ? st.st_size : 0;
}

/* A migration that never ends is killed once it has written a lot. */
static void
test_killed_in_a_migration(void **state)
{
	struct fixture *f = *state;
	rejected_night(f, "abc");
	store_close(&f->s);
	struct store_migration chain[16];
	size_t n = store_migrations_count;
	memcpy(chain, store_migrations, n * sizeof(*chain));
	chain[n] = (struct store_migration){ (uint32_t)n + 1, "endless",
		"CREATE TABLE half (a); DELETE FROM rejects;"
		"INSERT INTO half WITH RECURSIVE x (n) AS (SELECT 1 "
		"UNION ALL SELECT n + 1 FROM x) "
		"SELECT randomblob(1000) FROM x",
		"DROP TABLE half" };
	struct store_chain all = { chain, n + 1 };

	pid_t child = fork();
	if (child == 0) {
		fixture_open(f, STORE_MAINTAIN);
		_exit(store_migrate_along(f->s, &all, (uint32_t)n + 1, &f->e) ==
		      0);
	}
	int status;
	while (size_of(f, "control.db-wal") < 16 << 20) {
		assert_int_equal(waitpid(child, &status, WNOHANG), 0);
		clock_sleep_ms(1);
	}
	kill(child, SIGKILL);
	assert_int_equal(waitpid(child, &status, 0), child);

	fixture_open(f, STORE_WRITE);
	uint32_t v;
	OK(f, store_version(f->s, &v, &f->e));
	assert_int_equal(v, n);
	assert_int_equal(
	    rejected_count(f, (struct store_reject_filter){ 0 }), 3);
	assert_string_equal(
	    fixture_text(
		f, "SELECT count(*) FROM sqlite_schema WHERE name = 'half'"),
	    "0");
}

/* --- files that are wrong ---------------------------------------------- */

static void
test_damaged(void **state)
{
	struct fixture *f = *state;
	char path[200], junk[4096];
	rejected_night(f, "abcdefgh");
	store_close(&f->s);
	off_t size = size_of(f, "control.db");
	memset(junk, 0x5a, sizeof(junk));
	snprintf(path, sizeof(path), "%s/control.db", f->dir);
	int fd = open(path, O_WRONLY);
	assert_true(fd >= 0);
	for (off_t at = 4096; at < size; at += 4096)
		assert_int_equal(pwrite(fd, junk, 4096, at), 4096);
	close(fd);
	FAILS(
	    f, "SQLITE_CORRUPT", store_open(f->dir, STORE_WRITE, &f->s, &f->e));
	assert_int_equal(f->e.cls, ERR_CONFIG);
	assert_non_null(strstr(f->e.msg, path));
	assert_non_null(strstr(f->e.msg, "bak"));
}

static int
chown_one(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
	(void)st;
	(void)flag;
	(void)ftw;
	return lchown(path, 65534, 65534);
}

/* Root may do anything, so somebody else tries. */
static void
become_nobody(const struct fixture *f)
{
	if (geteuid() != 0)
		return;
	if (nftw(f->top, chown_one, 16, FTW_PHYS) < 0 ||
	    setgroups(0, NULL) < 0 || setresgid(65534, 65534, 65534) < 0 ||
	    setresuid(65534, 65534, 65534) < 0)
		_exit(100);
}

static int
open_as_nobody(struct fixture *f, enum err_class cls, const char *code)
{
	pid_t child = fork();
	if (child == 0) {
		become_nobody(f);
		int rc = store_open(f->dir, STORE_WRITE, &f->s, &f->e);
		bool right = rc == -1 && f->e.cls == cls &&
			     strcmp(f->e.code, code) == 0 &&
			     strstr(f->e.msg, f->dir) != NULL;
		if (!right)
			fprintf(stderr, "%d %s: %s\n", rc, f->e.code, f->e.msg);
		_exit(right ? 0 : 1);
	}
	int status;
	assert_int_equal(waitpid(child, &status, 0), child);
	return status;
}

static void
test_forbidden(void **state)
{
	struct fixture *f = *state;
	char path[200];
	fixture_open(f, STORE_WRITE);
	store_close(&f->s);
	snprintf(path, sizeof(path), "%s/control.db", f->dir);
	chmod(path, 0400);
	assert_int_equal(open_as_nobody(f, ERR_CONFIG, "SQLITE_READONLY"), 0);
	chmod(path, 0000);
	assert_int_equal(open_as_nobody(f, ERR_CONFIG, "SQLITE_CANTOPEN"), 0);
	snprintf(path, sizeof(path), "%s/lock", f->dir);
	chmod(path, 0400);
	assert_int_equal(open_as_nobody(f, ERR_CONFIG, "EACCES"), 0);
}

#define IN_NEW(t)                                                              \
	cmocka_unit_test_setup_teardown(t, fixture_setup, fixture_teardown)
#define IN_OPEN(t)                                                             \
	cmocka_unit_test_setup_teardown(t, fixture_setup_open, fixture_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		IN_OPEN(test_full_disk),
		IN_OPEN(test_full_disk_in_a_transaction),
		IN_NEW(test_no_room_to_begin),
		IN_OPEN(test_no_room_to_migrate),
		IN_NEW(test_killed_at_work),
		IN_OPEN(test_killed_in_a_migration),
		IN_OPEN(test_damaged),
		IN_NEW(test_forbidden),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
