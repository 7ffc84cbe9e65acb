#include "proto/confine.h"
#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(__x86_64__)
#define OUR_CALLS AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define OUR_CALLS AUDIT_ARCH_AARCH64
#elif defined(__riscv) && __riscv_xlen == 64
#define OUR_CALLS AUDIT_ARCH_RISCV64
#elif defined(__powerpc64__) && defined(__LITTLE_ENDIAN__)
#define OUR_CALLS AUDIT_ARCH_PPC64LE
#endif

#ifdef OUR_CALLS
/* Calls of x86-64 with pointers of 32 bits: a second name for everything. */
enum { OTHER_NAMES = 0x40000000 };

#define LOAD(member)                                                           \
	BPF_STMT(                                                              \
	    BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, member))
#define IF(op, value, then)                                                    \
	BPF_JUMP(BPF_JMP | (op) | BPF_K, (value), 0, 1),                       \
	    BPF_STMT(BPF_RET | BPF_K, (then))
#define REFUSE(why) (SECCOMP_RET_ERRNO | (why))

/* io_uring could open sockets behind this filter's back. */
#define HEAD                                                                   \
	LOAD(arch), BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, OUR_CALLS, 1, 0),      \
	    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS), LOAD(nr),     \
	    IF(BPF_JGE, OTHER_NAMES, REFUSE(ENOSYS)),                          \
	    IF(BPF_JEQ, SYS_io_uring_setup, REFUSE(ENOSYS)),                   \
	    IF(BPF_JEQ, SYS_execve, REFUSE(EPERM)),                            \
	    IF(BPF_JEQ, SYS_execveat, REFUSE(EPERM)),                          \
	    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_socket, 1, 0),             \
	    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW), LOAD(args[0]),       \
	    IF(BPF_JEQ, AF_UNIX, SECCOMP_RET_ALLOW)
#define TAIL BPF_STMT(BPF_RET | BPF_K, REFUSE(EAFNOSUPPORT))

static int
install(struct sock_filter *filter, unsigned short n, struct err *e)
{
	const struct sock_fprog program = { .len = n, .filter = filter };
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return err_errno(e, "no_new_privs");
	if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) == 0)
		return 1;
	if (errno == ENOSYS || errno == EINVAL)
		return 0;
	return err_errno(e, "seccomp");
}

int
confine_sockets(bool internet, struct err *e)
{
	struct sock_filter local[] = { HEAD, TAIL };
	/* Names are looked up with the help of netlink. */
	struct sock_filter wide[] = { HEAD,
		IF(BPF_JEQ, AF_INET, SECCOMP_RET_ALLOW),
		IF(BPF_JEQ, AF_INET6, SECCOMP_RET_ALLOW),
		IF(BPF_JEQ, AF_NETLINK, SECCOMP_RET_ALLOW), TAIL };
	return internet ? install(wide, ARRAY_LEN(wide), e)
			: install(local, ARRAY_LEN(local), e);
}
#else
int
confine_sockets(bool internet, struct err *e)
{
	(void)internet;
	(void)e;
	return 0;
}
#endif
