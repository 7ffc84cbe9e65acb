#include "supervisor/orphans.h"
#include "proto/buf.h"
#include "proto/file.h"
#include "proto/log.h"
#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/stat.h>
#include <unistd.h>

/* A process that was killed and does not go waits for a disk. */
enum { GONE_MS = 10000, ARGUMENTS_MAX = 65536 };

static bool
has_word(struct span words, const char *word)
{
	size_t n = strlen(word) + 1;
	const uint8_t *p = words.data, *end = words.data + words.len;
	while (p < end) {
		const uint8_t *nul = memchr(p, '\0', (size_t)(end - p));
		if (!nul)
			return false;
		if ((size_t)(nul - p) + 1 == n && memcmp(p, word, n) == 0)
			return true;
		p = nul + 1;
	}
	return false;
}

/* Our user's, and with this word among its arguments. */
static bool
matches(int proc, const char *pid, const char *word)
{
	char name[64];
	struct stat st;
	struct buf words = { 0 };
	snprintf(name, sizeof(name), "%s/cmdline", pid);
	int fd = openat(proc, name, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	/* Of the folder, because the files of a process that closed itself to
	 * others are root's. */
	bool found = fstatat(proc, pid, &st, 0) == 0 &&
		     st.st_uid == geteuid() &&
		     file_read(fd, ARGUMENTS_MAX, &words) == 0 &&
		     has_word(buf_span(&words), word);
	close(fd);
	buf_free(&words);
	return found;
}

static void
end(int proc, const char *pid, const char *word)
{
	if (!matches(proc, pid, word))
		return;
	/* From here on it is this process and no other that has the number:
	 * then it has to be looked at again. */
	int fd = pidfd_open((pid_t)strtol(pid, NULL, 10), 0);
	if (fd < 0)
		return;
	if (matches(proc, pid, word)) {
		struct pollfd gone = { .fd = fd, .events = POLLIN };
		log_warn("a stage of an earlier supervisor is ended", "process",
		    pid, NULL);
		pidfd_send_signal(fd, SIGKILL, NULL, 0);
		poll(&gone, 1, GONE_MS);
	}
	close(fd);
}

void
orphans_end(const char *control_endpoint)
{
	DIR *proc = opendir("/proc");
	if (!proc)
		return;
	for (struct dirent *x; (x = readdir(proc));)
		if (isdigit((unsigned char)x->d_name[0]))
			end(dirfd(proc), x->d_name, control_endpoint);
	closedir(proc);
}
