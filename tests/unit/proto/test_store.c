/* Opening, modes, the lock, transactions, readers beside the writer. */
#include "proto/store.h"
#include "proto/store_entity.h"
#include "tests/unit/proto/store_night.h"
#include "tests/unit/proto/store_raw.h"
#include <fcntl.h>
#include <sys/wait.h>

static unsigned
mode_of(const struct fixture *f, const char *name)
{
	char path[256];
	struct stat st;
	snprintf(path, sizeof(path), "%s/%s", f->dir, name);
	assert_int_equal(stat(path, &st), 0);
	return st.st_mode & 0777;
}

static void
test_created_private(void **state)
{
	struct fixture *f = *state;
	mode_t old = umask(0);
	snprintf(f->dir, sizeof(f->dir), "%s/a/b/store", f->top);
	fixture_open(f, STORE_WRITE);
	umask(old);
	assert_int_equal(mode_of(f, "."), 0700);
	assert_int_equal(mode_of(f, ".."), 0700);
	assert_int_equal(mode_of(f, "control.db"), 0600);
	assert_int_equal(mode_of(f, "control.db-wal"), 0600);
	assert_int_equal(mode_of(f, "lock"), 0600);
	assert_string_equal(fixture_text(f, "PRAGMA journal_mode"), "wal");
}

static void
test_reader_needs_a_store(void **state)
{
	struct fixture *f = *state;
	FAILS(f, "no_store", store_open(f->dir, STORE_READ, &f->s, &f->e));
	assert_int_equal(f->e.cls, ERR_CONFIG);
	assert_non_null(strstr(f->e.msg, f->dir));
	assert_null(f->s);
	FAILS(f, "no_store", store_open(f->dir, STORE_INSPECT, &f->s, &f->e));
	assert_int_equal(access(f->dir, F_OK), -1); /* nothing was made */
}

static void
test_folder_cannot_be_made(void **state)
{
	struct fixture *f = *state;
	char file[100];
	snprintf(file, sizeof(file), "%s/file", f->top);
	close(open(file, O_CREAT | O_WRONLY, 0600));
	snprintf(f->dir, sizeof(f->dir), "%s/file/store", f->top);
	FAILS(f, "ENOTDIR", store_open(f->dir, STORE_WRITE, &f->s, &f->e));
	assert_int_equal(f->e.cls, ERR_CONFIG);
	assert_non_null(strstr(f->e.msg, f->dir));
}

static void
test_not_our_file(void **state)
{
	struct fixture *f = *state;
	mkdir(f->dir, 0700);
	fixture_raw(f, "CREATE TABLE orders (id INTEGER)");
	FAILS(f, "not_a_store", store_open(f->dir, STORE_WRITE, &f->s, &f->e));
	assert_int_equal(f->e.cls, ERR_CONFIG);
	FAILS(f, "not_a_store", store_open(f->dir, STORE_READ, &f->s, &f->e));
	assert_string_equal(
	    fixture_text(f, "SELECT count(*) FROM sqlite_schema"), "1");
}

static void
test_not_sqlite(void **state)
{
	struct fixture *f = *state;
	char path[160];
	mkdir(f->dir, 0700);
	snprintf(path, sizeof(path), "%s/control.db", f->dir);
	FILE *file = fopen(path, "w");
	assert_non_null(file);
	for (int i = 0; i < 1000; i++)
		fputs("this is a text file\n", file);
	fclose(file);
	FAILS(
	    f, "SQLITE_NOTADB", store_open(f->dir, STORE_WRITE, &f->s, &f->e));
	assert_int_equal(f->e.cls, ERR_CONFIG);
	assert_non_null(strstr(f->e.msg, path));
}

/* --- the lock --------------------------------------------------------------
 */

static void
test_second_writer(void **state)
{
	struct fixture *f = *state;
	struct store *second = NULL;
	char pid[40];
	snprintf(pid, sizeof(pid), "process %ld ", (long)getpid());
	for (int i = 0; i < 2; i++) {
		enum store_mode mode = i ? STORE_MAINTAIN : STORE_WRITE;
		FAILS(f, "already_running",
		    store_open(f->dir, mode, &second, &f->e));
		assert_int_equal(f->e.cls, ERR_RETRY);
		assert_non_null(strstr(f->e.msg, pid));
		assert_non_null(strstr(f->e.msg, f->dir));
	}
	store_close(&f->s);
	OK(f, store_open(f->dir, STORE_WRITE, &second, &f->e));
	store_close(&second);
}

/* A stage that outlives a killed supervisor must not hold its lock. */
static void
test_lock_is_not_inherited(void **state)
{
	struct fixture *f = *state;
	int gate[2], ready[2];
	char byte;
	assert_int_equal(pipe(gate) | pipe(ready), 0);
	pid_t child = fork();
	if (child == 0) {
		dup2(gate[0], STDIN_FILENO);
		dup2(ready[1], STDOUT_FILENO);
		close(gate[1]);
		execlp("sh", "sh", "-c", "echo; exec cat >/dev/null", NULL);
		_exit(127);
	}
	assert_int_equal(read(ready[0], &byte, 1), 1); /* it has been execed */
	fixture_reopen(f, STORE_WRITE);
	close(gate[0]);
	close(gate[1]);
	assert_int_equal(waitpid(child, NULL, 0), child);
	close(ready[0]);
	close(ready[1]);
}

static void
test_reader_needs_no_lock(void **state)
{
	struct fixture *f = *state;
	struct store *reader = NULL;
	OK(f, store_open(f->dir, STORE_READ, &reader, &f->e));
	struct store_run r = { .entity = "parts" };
	assert_int_equal(store_run_create(reader, &r, &f->e), -1);
	assert_int_equal(f->e.cls, ERR_BUG);
	store_close(&reader);
}

/* --- transactions ----------------------------------------------------------
 */

static void
test_rollback_and_commit(void **state)
{
	struct fixture *f = *state;
	OK(f, store_begin(f->s, STORE_DURABLE, &f->e));
	fixture_run(f, "parts");
	store_rollback(f->s);
	store_rollback(f->s);
	assert_string_equal(fixture_text(f, "SELECT count(*) FROM runs"), "0");

	OK(f, store_begin(f->s, STORE_CHEAP, &f->e));
	fixture_run(f, "parts");
	assert_string_equal(fixture_text(f, "SELECT count(*) FROM runs"), "0");
	OK(f, store_commit(f->s, &f->e));
	assert_string_equal(fixture_text(f, "SELECT count(*) FROM runs"), "1");
}

static void
test_close_rolls_back(void **state)
{
	struct fixture *f = *state;
	OK(f, store_begin(f->s, STORE_DURABLE, &f->e));
	fixture_run(f, "parts");
	fixture_reopen(f, STORE_WRITE);
	assert_string_equal(fixture_text(f, "SELECT count(*) FROM runs"), "0");
}

/* Half of a group of writes is never kept, even if the caller insists. */
static void
test_commit_after_a_failure(void **state)
{
	struct fixture *f = *state;
	OK(f, store_begin(f->s, STORE_DURABLE, &f->e));
	fixture_run(f, "parts");
	struct store_run second = { .entity = "parts" };
	FAILS(f, "live_run", store_run_create(f->s, &second, &f->e));
	struct store_audit entry = { .actor = "me", .verb = "run" };
	FAILS(f, "bug", store_audit_add(f->s, &entry, &f->e));
	FAILS(f, "bug", store_commit(f->s, &f->e));
	assert_string_equal(fixture_text(f, "SELECT count(*) FROM runs"), "0");
	OK(f, store_begin(f->s, STORE_DURABLE, &f->e)); /* and it goes on */
	OK(f, store_audit_add(f->s, &entry, &f->e));
	OK(f, store_commit(f->s, &f->e));
	assert_string_equal(fixture_text(f, "SELECT count(*) FROM audit"), "1");
}

static void
test_transactions_do_not_nest(void **state)
{
	struct fixture *f = *state;
	FAILS(f, "bug", store_commit(f->s, &f->e));
	OK(f, store_begin(f->s, STORE_DURABLE, &f->e));
	FAILS(f, "bug", store_begin(f->s, STORE_DURABLE, &f->e));
	OK(f, store_commit(f->s, &f->e));
}

/* A reader in the middle of a long look neither blocks the writer nor sees
 * what it writes meanwhile. */
static void
test_reader_and_writer(void **state)
{
	struct fixture *f = *state;
	struct store *reader = NULL;
	struct store_runs runs;
	struct store_run_filter all = { .limit = 10 };
	fixture_run(f, "parts");
	OK(f, store_open(f->dir, STORE_READ, &reader, &f->e));
	OK(f, store_begin(reader, STORE_CHEAP, &f->e));
	OK(f, store_run_list(reader, &all, &f->a, &runs, &f->e));
	assert_int_equal(runs.n, 1);

	fixture_run(f, "orders");
	OK(f, store_run_list(reader, &all, &f->a, &runs, &f->e));
	assert_int_equal(runs.n, 1);
	OK(f, store_commit(reader, &f->e));
	OK(f, store_run_list(reader, &all, &f->a, &runs, &f->e));
	assert_int_equal(runs.n, 2);
	store_close(&reader);
}

/* A reader comes after a writer that was killed: the log is still there. */
static void
test_reader_after_a_crash(void **state)
{
	struct fixture *f = *state;
	pid_t child = fork();
	if (child == 0) {
		fixture_open(f, STORE_WRITE);
		fixture_run(f, "parts");
		raise(SIGKILL);
	}
	int status;
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status));
	fixture_open(f, STORE_READ);
	struct store_run r;
	RETURNS(f, 1, store_run_find_live(f->s, "parts", &f->a, &r, &f->e));
	assert_string_equal(r.host, "here");
	fixture_reopen(f, STORE_WRITE); /* the lock went with the process */
}

/* --- entities, watermarks, audit -------------------------------------------
 */

static void
test_entities(void **state)
{
	struct fixture *f = *state;
	struct store_entity out, en = { .name = "parts",
		.strategy = STRATEGY_ROWVERSION,
		.swept_at = 12345,
		.config_digest = SPAN("\0\1\2") };
	RETURNS(f, 0, store_entity_get(f->s, "parts", &f->a, &out, &f->e));
	OK(f, store_entity_put(f->s, &en, &f->e));
	RETURNS(f, 1, store_entity_get(f->s, "parts", &f->a, &out, &f->e));
	assert_string_equal(out.name, "parts");
	assert_int_equal(out.strategy, STRATEGY_ROWVERSION);
	assert_int_equal(out.swept_at, 12345);
	assert_int_equal(out.config_digest.len, 3);
	assert_memory_equal(out.config_digest.data, "\0\1\2", 3);

	uint64_t run = fixture_run(f, "parts"); /* the same row */
	en = (struct store_entity){ .name = "parts" };
	OK(f, store_entity_put(f->s, &en, &f->e));
	RETURNS(f, 1, store_entity_get(f->s, "parts", &f->a, &out, &f->e));
	assert_int_equal(out.config_digest.len, 0);
	struct store_run r;
	RETURNS(f, 1, store_run_get(f->s, run, &f->a, &r, &f->e));
	assert_string_equal(r.entity, "parts");
}

static void
test_watermarks(void **state)
{
	struct fixture *f = *state;
	uint64_t run = fixture_run(f, "parts");
	struct store_watermark w, mark = {
		.version = SPAN("\1\0\xff"), .text = "2025-01-15", .run = run
	};
	RETURNS(f, 0, store_watermark_get(f->s, "parts", &f->a, &w, &f->e));
	OK(f, store_watermark_set(f->s, "parts", &mark, &f->e));
	mark.version = SPAN("\2\0");
	OK(f, store_watermark_set(f->s, "parts", &mark, &f->e));
	RETURNS(f, 1, store_watermark_get(f->s, "parts", &f->a, &w, &f->e));
	assert_int_equal(w.version.len, 2);
	assert_memory_equal(w.version.data, "\2\0", 2);
	assert_string_equal(w.text, "2025-01-15");
	assert_int_equal(w.run, run);
	assert_true(w.at > 0);
	RETURNS(f, 0, store_watermark_get(f->s, "orders", &f->a, &w, &f->e));
}

static void
test_audit(void **state)
{
	struct fixture *f = *state;
	struct store_audit entry = {
		.actor = "reza", .verb = "failed drop", .detail = "number 1"
	};
	OK(f, store_audit_add(f->s, &entry, &f->e));
	entry.detail = NULL;
	OK(f, store_audit_add(f->s, &entry, &f->e));
	assert_string_equal(
	    fixture_text(f, "SELECT group_concat(actor || '/' || verb || '/' "
			    "|| detail || '/' || (at > 0), ' ') FROM audit"),
	    "reza/failed drop/number 1/1 reza/failed drop//1");
}

#define IN_NEW(t)                                                              \
	cmocka_unit_test_setup_teardown(t, fixture_setup, fixture_teardown)
#define IN_OPEN(t)                                                             \
	cmocka_unit_test_setup_teardown(t, fixture_setup_open, fixture_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		IN_NEW(test_created_private),
		IN_NEW(test_reader_needs_a_store),
		IN_NEW(test_folder_cannot_be_made),
		IN_NEW(test_not_our_file),
		IN_NEW(test_not_sqlite),
		IN_OPEN(test_second_writer),
		IN_OPEN(test_lock_is_not_inherited),
		IN_OPEN(test_reader_needs_no_lock),
		IN_OPEN(test_rollback_and_commit),
		IN_OPEN(test_close_rolls_back),
		IN_OPEN(test_commit_after_a_failure),
		IN_OPEN(test_transactions_do_not_nest),
		IN_OPEN(test_reader_and_writer),
		IN_NEW(test_reader_after_a_crash),
		IN_OPEN(test_entities),
		IN_OPEN(test_watermarks),
		IN_OPEN(test_audit),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
