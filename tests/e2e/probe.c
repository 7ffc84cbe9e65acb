/*
 * Preloaded into the real programs: when a stage first touches a ZeroMQ
 * socket, and so has given up what it will give up, this tries what is asked
 * for in $PROBE, a list of words divided by spaces, and says on stderr for
 * each "PROBE program word outcome".
 *   r:PATH w:PATH   open it to read, to write
 *   m:PATH          make a file there, which is removed again
 *   inet unix       make a socket
 *   connect         to a port of this host at which nobody listens
 *   exec            start another program
 *   parent:FILE peer:FILE   read it in the supervisor's folder of /proc, in
 *                   another stage's
 *   kill            send a peer signal 0
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static int
opened(const char *path, int flags)
{
	int fd = open(path, flags | O_CLOEXEC, 0600);
	if (fd >= 0)
		close(fd);
	return fd;
}

/* Beside it, under a name of our own: the others try at the same time. */
static int
made(const char *path)
{
	char own[4096];
	snprintf(own, sizeof(own), "%s.%d", path, (int)getpid());
	int r = opened(own, O_WRONLY | O_CREAT | O_EXCL);
	if (r >= 0)
		unlink(own);
	return r;
}

static int
executed(void)
{
	int status = 0;
	pid_t pid = fork();
	if (pid == 0) {
		execl("/bin/true", "true", (char *)NULL);
		_exit(errno);
	}
	if (pid < 0 || waitpid(pid, &status, 0) < 0)
		return -1;
	errno = WEXITSTATUS(status);
	return errno ? -1 : 0;
}

static int
connected(void)
{
	const struct sockaddr_in nobody = { .sin_family = AF_INET,
		.sin_port = htons(1),
		.sin_addr = { htonl(INADDR_LOOPBACK) } };
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	if (fd < 0)
		return -1;
	int r = connect(fd, (const struct sockaddr *)&nobody, sizeof(nobody));
	int why = errno;
	close(fd);
	errno = why;
	return r;
}

static int
looked_into(long pid, const char *what)
{
	char path[64];
	char byte;
	snprintf(path, sizeof(path), "/proc/%ld/%s", pid, what);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	int r = read(fd, &byte, 1) == 1 ? 0 : -1;
	close(fd);
	return r;
}

/* Another stage of the same supervisor; 0: there is none (yet). */
static long
find_peer(void)
{
	long found = 0;
	DIR *d = opendir("/proc");
	for (struct dirent *x; d && (x = readdir(d));) {
		char path[300], text[256] = "";
		long pid = atol(x->d_name), parent = 0;
		snprintf(path, sizeof(path), "/proc/%ld/stat", pid);
		FILE *f = pid && pid != getpid() ? fopen(path, "re") : NULL;
		if (!f)
			continue;
		if (fgets(text, sizeof(text), f) && strrchr(text, ')') &&
		    sscanf(strrchr(text, ')') + 1, " %*c %ld", &parent) == 1 &&
		    parent == getppid())
			found = pid;
		fclose(f);
	}
	if (d)
		closedir(d);
	return found;
}

static int
try(const char *word)
{
	if (word[1] == ':')
		return word[0] == 'm'
			   ? made(word + 2)
			   : opened(word + 2,
				 word[0] == 'w' ? O_WRONLY : O_RDONLY);
	if (strcmp(word, "inet") == 0)
		return socket(AF_INET, SOCK_STREAM, 0);
	if (strcmp(word, "connect") == 0)
		return connected();
	if (strcmp(word, "unix") == 0)
		return socket(AF_UNIX, SOCK_STREAM, 0);
	if (strcmp(word, "exec") == 0)
		return executed();
	if (strncmp(word, "parent:", 7) == 0)
		return looked_into(getppid(), word + 7);
	for (int i = 0; i < 1000 && !find_peer(); i++)
		usleep(1000);
	if (strncmp(word, "peer:", 5) == 0)
		return looked_into(find_peer(), word + 5);
	return kill((pid_t)find_peer(), 0);
}

static void
probe(void)
{
	static int done;
	const char *list = getenv("PROBE");
	if (done++ || !list ||
	    strncmp(program_invocation_short_name, "syncline-", 9) != 0)
		return;
	char *words = strdup(list), *rest = NULL;
	for (char *w = strtok_r(words, " ", &rest); w;
	     w = strtok_r(NULL, " ", &rest)) {
		int r = try(w);
		fprintf(stderr, "PROBE %s %s %s\n",
		    program_invocation_short_name + 9, w,
		    r < 0 ? strerrorname_np(errno) : "ok");
	}
	free(words);
}

int
zmq_connect(void *socket, const char *endpoint)
{
	int (*next)(void *, const char *) =
	    (int (*)(void *, const char *))dlsym(RTLD_NEXT, "zmq_connect");
	probe();
	return next(socket, endpoint);
}
