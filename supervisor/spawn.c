#include "supervisor/spawn.h"
#include "proto/log.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

int
spawn_bin_dir(char *out, size_t size, struct err *e)
{
	ssize_t n = readlink("/proc/self/exe", out, size - 1);
	if (n < 0)
		return err_errno(e, "/proc/self/exe");
	out[n] = '\0';
	char *slash = strrchr(out, '/');
	if (slash)
		*slash = '\0';
	return 0;
}

/* Where the child finds its page. */
enum { BOARD_FD = 3 };

/* What it allocates, not what it maps: libraries and files are no danger to
 * the host. The shadow memory of a sanitizer would count as allocated. */
static void
limit_memory(uint64_t bytes)
{
#ifndef __SANITIZE_ADDRESS__
	struct rlimit most = { bytes, bytes };
	if (bytes)
		setrlimit(RLIMIT_DATA, &most);
#else
	(void)bytes;
#endif
}

/* In the child, before exec; only async-signal-safe calls. */
static void
become(const struct spawn_stage *s, const char *path, char *const argv[],
    pid_t parent)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	/* The parent may have died before prctl took effect. */
	if (getppid() != parent)
		_exit(75);
	setpgid(0, 0);
	sigset_t none;
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	int null = open("/dev/null", O_RDONLY);
	if (null >= 0)
		dup2(null, STDIN_FILENO);
	dup2(STDERR_FILENO, STDOUT_FILENO);
	/* dup2 of a descriptor to itself would leave it closed by exec. */
	if (s->board == BOARD_FD)
		fcntl(BOARD_FD, F_SETFD, 0);
	else
		dup2(s->board, BOARD_FD);
	close_range(BOARD_FD + 1, ~0U, 0);
	limit_memory(s->memory_bytes);
	execve(path, argv, s->env);
	_exit(errno == ENOENT ? 78 : 71);
}

int
spawn_stage(const struct spawn_stage *s, pid_t *pid, struct err *e)
{
	char path[4096], instance[16], instances[16], board[16];
	snprintf(path, sizeof(path), "%s/syncline-%s", s->bin_dir, s->stage);
	snprintf(instance, sizeof(instance), "%u", s->instance);
	snprintf(instances, sizeof(instances), "%u", s->instances);
	snprintf(board, sizeof(board), "%d", BOARD_FD);
	if (access(path, X_OK) < 0) {
		err_errno(e, "%s", path);
		e->cls = ERR_CONFIG;
		return -1;
	}
	const char *argv[] = { path, "--config", s->config, "--called",
		s->called, "--base", s->base, "--control", s->control,
		"--endpoint", s->endpoint, "--instance", instance,
		"--instances", instances, "--board", board, NULL, NULL, NULL,
		NULL };
	size_t n = ARRAY_LEN(argv) - 4;
	if (log_enabled(LOG_LEVEL_DEBUG))
		argv[n++] = "--verbose";
	else if (!log_enabled(LOG_LEVEL_INFO))
		argv[n++] = "--quiet";
	if (s->metrics) {
		argv[n++] = "--metrics";
		argv[n] = s->metrics;
	}
	/* execve does not write to the words; its type is older than const. */
	char *words[ARRAY_LEN(argv)];
	memcpy(words, argv, sizeof(argv));
	pid_t parent = getpid();
	pid_t child = fork();
	if (child < 0)
		return err_errno(e, "fork");
	if (child == 0)
		become(s, path, words, parent);
	*pid = child;
	return 0;
}
