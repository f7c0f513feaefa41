/* SPDX-License-Identifier: MIT */
/*
 * Kills a program before one system call of its own choosing: kill_at CALL NUMBER PROGRAM… ends it
 * with SIGKILL when any of its threads is about to make its NUMBERth CALL (from 1; "*": any call),
 * and then exits with 137; otherwise with what the program exits with. kill_at --trace FILE
 * PROGRAM… kills nothing and writes every call, one line each: its name and, of what is sent, the
 * beginning. A filter in the kernel stops the program at the calls in question alone, before they
 * are made: this is what strace(1) lacks, which stops twice and tells every call.
 */
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#define STATUS_BROKEN  125 /* like env(1): this program failed, not the other */
#define STATUS_SIGNAL  128 /* and the number of the signal */
#define ANY_CALL       -1L
#define SENT_BYTES     80 /* the action of a request stands before it, its token behind */
#define EVENT(status)  ((status) >> 16)
#define PREFIX         "call_" /* of the name of a call that the table lacks */
#define FOLLOW_OPTIONS (PTRACE_O_TRACECLONE | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK)

struct watch {
	long call;
	unsigned long wanted, seen;
	FILE *trace; /* NULL = kill */
	pid_t program;
	bool is_killed;
	int status;
};

/* What a person would want to read; the others have numbers. */
static const struct {
	const char *name;
	long number;
} calls[] = {
	{"close", SYS_close},
	{"connect", SYS_connect},
	{"exit_group", SYS_exit_group},
	{"fcntl", SYS_fcntl},
	{"fdatasync", SYS_fdatasync},
	{"flock", SYS_flock},
	{"fsync", SYS_fsync},
	{"ftruncate", SYS_ftruncate},
	{"futex", SYS_futex},
	{"getdents64", SYS_getdents64},
	{"mmap", SYS_mmap},
	{"munmap", SYS_munmap},
	{"newfstatat", SYS_newfstatat},
	{"openat", SYS_openat},
	{"pread64", SYS_pread64},
	{"pwrite64", SYS_pwrite64},
	{"read", SYS_read},
	{"recvfrom", SYS_recvfrom},
	{"renameat", SYS_renameat},
	{"renameat2", SYS_renameat2},
	{"sendto", SYS_sendto},
	{"unlinkat", SYS_unlinkat},
	{"write", SYS_write},
#ifdef SYS_poll /* younger machines lack these */
	{"mkdir", SYS_mkdir},
	{"poll", SYS_poll},
	{"rename", SYS_rename},
	{"unlink", SYS_unlink},
#endif
};

static void fail(const char *what)
{
	fprintf(stderr, "kill_at: %s: %s\n", what, strerror(errno));
	exit(STATUS_BROKEN);
}

static long number_of(const char *name)
{
	if (strcmp(name, "*") == 0) {
		return ANY_CALL;
	}
	for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) {
		if (strcmp(calls[i].name, name) == 0) {
			return calls[i].number;
		}
	}
	char *end = NULL;
	const size_t length = strlen(PREFIX);
	const long number =
		strncmp(name, PREFIX, length) == 0 ? strtol(name + length, &end, 10) : 0;
	if (end == NULL || *end != '\0') {
		errno = EINVAL;
		fail(name);
	}
	return number;
}

static void print_name(FILE *out, long number)
{
	for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) {
		if (calls[i].number == number) {
			fputs(calls[i].name, out);
			return;
		}
	}
	fprintf(out, PREFIX "%ld", number);
}

static void install_filter(long call)
{
	const unsigned other = call == ANY_CALL ? SECCOMP_RET_TRACE : SECCOMP_RET_ALLOW;
	struct sock_filter lines[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned)call, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRACE),
		BPF_STMT(BPF_RET | BPF_K, other),
	};
	const struct sock_fprog filter = {.len = sizeof lines / sizeof *lines, .filter = lines};
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) != 0) {
		fail("seccomp");
	}
}

static pid_t start(char *const *words, long call)
{
	const pid_t child = fork();
	if (child != 0) {
		return child;
	}
	if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) != 0) {
		fail("ptrace");
	}
	raise(SIGSTOP); /* until the options are set: without them a call of the filter fails */
	install_filter(call);
	execvp(words[0], words);
	fail(words[0]);
	return -1;
}

static void write_sent(FILE *out, pid_t thread, unsigned long address, unsigned long length)
{
	char bytes[SENT_BYTES];
	const struct iovec here = {bytes, length < sizeof bytes ? length : sizeof bytes};
	const struct iovec there = {(void *)address, here.iov_len};
	const ssize_t got = process_vm_readv(thread, &here, 1, &there, 1, 0);
	fputc(' ', out);
	for (ssize_t i = 0; i < got && bytes[i] != '\r'; i++) {
		fputc(bytes[i] >= ' ' && bytes[i] <= '~' ? bytes[i] : '.', out);
	}
}

/* A thread stands before a call: is it the one? */
static void on_call(struct watch *self, pid_t thread)
{
	struct __ptrace_syscall_info info = {0};
	if (ptrace(PTRACE_GET_SYSCALL_INFO, thread, sizeof info, &info) < 0) {
		return; /* it has just been killed */
	}
	self->seen++;
	if (self->trace != NULL) {
		print_name(self->trace, (long)info.seccomp.nr);
		if (info.seccomp.nr == SYS_sendto) {
			write_sent(self->trace, thread, info.seccomp.args[1], info.seccomp.args[2]);
		}
		fputc('\n', self->trace);
	} else if (self->seen == self->wanted) {
		self->is_killed = kill(self->program, SIGKILL) == 0;
	}
}

/* Killed by another hand is no result. */
static int result_of(const struct watch *self, int status)
{
	if (WIFEXITED(status)) {
		return self->is_killed ? STATUS_BROKEN : WEXITSTATUS(status);
	}
	const int number = WTERMSIG(status);
	return self->is_killed == (number == SIGKILL) ? STATUS_SIGNAL + number : STATUS_BROKEN;
}

/* Which signal the thread is to have as it goes on. */
static int signal_of(int status)
{
	const int number = WSTOPSIG(status);
	return EVENT(status) != 0 || number == SIGTRAP || number == SIGSTOP ? 0 : number;
}

/* Until the last of its threads and children is gone. */
static void follow(struct watch *self)
{
	for (;;) {
		int status;
		const pid_t thread = waitpid(-1, &status, __WALL);
		if (thread < 0) {
			return;
		}
		if (WIFSTOPPED(status)) {
			if (EVENT(status) == PTRACE_EVENT_SECCOMP) {
				on_call(self, thread);
			}
			ptrace(PTRACE_CONT, thread, NULL, (void *)(long)signal_of(status));
		} else if (thread == self->program) {
			self->status = result_of(self, status);
		}
	}
}

int main(int argc, char **argv)
{
	if (argc < 4) {
		fputs("usage: kill_at CALL NUMBER PROGRAM… | kill_at --trace FILE PROGRAM…\n",
		      stderr);
		return STATUS_BROKEN;
	}
	const bool is_trace = strcmp(argv[1], "--trace") == 0;
	struct watch watch = {
		.call = is_trace ? ANY_CALL : number_of(argv[1]),
		.wanted = is_trace ? 0 : strtoul(argv[2], NULL, 10),
		.trace = is_trace ? fopen(argv[2], "we") : NULL,
	};
	if (is_trace && watch.trace == NULL) {
		fail(argv[2]);
	}
	watch.program = start(argv + 3, watch.call);
	int status;
	if (waitpid(watch.program, &status, 0) < 0 || !WIFSTOPPED(status)) {
		return STATUS_BROKEN;
	}
	const long options = FOLLOW_OPTIONS | PTRACE_O_TRACESECCOMP | PTRACE_O_EXITKILL;
	if (ptrace(PTRACE_SETOPTIONS, watch.program, NULL, (void *)options) != 0) {
		fail("ptrace");
	}
	ptrace(PTRACE_CONT, watch.program, NULL, NULL);
	follow(&watch);
	if (is_trace && fclose(watch.trace) != 0) {
		fail(argv[2]);
	}
	return watch.status;
}
