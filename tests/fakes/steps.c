/* SPDX-License-Identifier: MIT */
/* Counts the steps of a cycle in this process, and kills the process at one of them. */
#undef _FORTIFY_SOURCE /* its own send and recv stand in front of the ones made here */

#include "fakes/steps.h"

#include <dlfcn.h>
#include <glib.h>
#include <poll.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <unistd.h>

#define MAX_SOCKETS  256
#define PATIENCE_MS  20000 /* for the replies to what is on the wire, together */
#define END_OF_HEAD  "\r\n\r\n"
#define SIZE_OF_BODY "\r\nContent-Length: "

static struct steps *watched; /* NULL: these functions do what they always do */

static struct {
	bool is_write, is_unanswered;
	size_t left; /* to be sent */
} sockets[MAX_SOCKETS];

const char *stop_kind_name(enum stop_kind kind)
{
	static const char *const names[STOP_KINDS] = {
		[STOP_NEVER] = "never",
		[STOP_ANYWHERE] = "step",
		[STOP_BEFORE_COMMIT] = "before commit",
		[STOP_AFTER_COMMIT] = "after commit",
		[STOP_BEFORE_WRITE] = "before write",
		[STOP_INSIDE_WRITE] = "inside write",
		[STOP_AFTER_WRITE] = "after write",
		[STOP_BEFORE_FILE] = "before file",
		[STOP_AFTER_FILE] = "after file",
	};
	return names[kind];
}

static void let_arrive(void)
{
	const gint64 end = g_get_monotonic_time() + PATIENCE_MS * 1000;
	for (int i = 0; i < MAX_SOCKETS; i++) {
		struct pollfd reply = {.fd = i, .events = POLLIN};
		const gint64 left = (end - g_get_monotonic_time()) / 1000;
		if (sockets[i].is_unanswered) {
			poll(&reply, 1, (int)MAX(left, 0));
		}
	}
}

static bool is_the_one(enum stop_kind kind)
{
	const unsigned of_any = ++watched->seen[STOP_ANYWHERE];
	const unsigned of_kind = ++watched->seen[kind];
	return watched->stop.kind == STOP_ANYWHERE
	               ? of_any == watched->stop.ordinal
	               : watched->stop.kind == kind && of_kind == watched->stop.ordinal;
}

static void end_here(void)
{
	let_arrive();
	watched->is_stopped = true;
	kill(getpid(), SIGKILL);
}

static void pass(enum stop_kind kind)
{
	if (watched != NULL && is_the_one(kind)) {
		end_here();
	}
}

/* A commit that writes begins; true would take it back. */
static int on_commit(void *is_committing)
{
	pass(STOP_BEFORE_COMMIT);
	*(bool *)is_committing = true;
	return 0;
}

/* A statement has ended, and the transaction with it if there was one to commit; SQLite has not yet
 * thought of a checkpoint. */
static int on_statement_end(unsigned event, void *is_committing, void *statement, void *time)
{
	(void)event;
	(void)statement;
	(void)time;
	if (*(bool *)is_committing) {
		*(bool *)is_committing = false;
		pass(STOP_AFTER_COMMIT);
	}
	return 0;
}

static int on_open(sqlite3 *database, const char **message, const void *functions)
{
	static bool is_committing; /* one journal at a time */
	(void)message;
	(void)functions;
	is_committing = false;
	sqlite3_commit_hook(database, on_commit, &is_committing);
	return sqlite3_trace_v2(database, SQLITE_TRACE_PROFILE, on_statement_end, &is_committing);
}

void steps_watch(struct steps *steps)
{
	watched = steps;
	sqlite3_auto_extension((void (*)(void))on_open);
}

static void *next_function(const char *name)
{
	void *function = dlsym(RTLD_NEXT, name);
	g_assert(function != NULL);
	return function;
}

/* The real function of the same name, of the type of this one. */
#define NEXT(name)                                                                                 \
	static __typeof__(&(name)) next;                                                           \
	if (next == NULL) {                                                                        \
		*(void **)&next = next_function(#name);                                            \
	}

static size_t size_of_request(const char *text, size_t size)
{
	const char *end = memmem(text, size, END_OF_HEAD, strlen(END_OF_HEAD));
	g_assert(end != NULL); /* libcurl sends the head at once */
	const size_t head = (size_t)(end - text) + strlen(END_OF_HEAD);
	const char *body = memmem(text, head, SIZE_OF_BODY, strlen(SIZE_OF_BODY));
	return head + (body == NULL ? 0 : strtoul(body + strlen(SIZE_OF_BODY), NULL, 10));
}

static bool is_write(const char *text, size_t size)
{
	const char *line = memchr(text, '\r', size);
	const size_t length = line == NULL ? size : (size_t)(line - text);
	return strncmp(text, "POST ", 5) == 0 || memmem(text, length, "action=add", 10) != NULL;
}

/* Before the first byte of a request. True: half of it is what shall be sent. */
static bool begin_request(int file, const char *text, size_t size)
{
	sockets[file].left = size_of_request(text, size);
	sockets[file].is_unanswered = false;
	sockets[file].is_write = is_write(text, size);
	if (!sockets[file].is_write) {
		return false;
	}
	pass(STOP_BEFORE_WRITE);
	return is_the_one(STOP_INSIDE_WRITE);
}

static void end_request(int file)
{
	sockets[file].is_unanswered = true;
	if (sockets[file].is_write) {
		pass(STOP_AFTER_WRITE);
	}
}

ssize_t send(int file, const void *data, size_t size, int flags)
{
	NEXT(send)
	const bool is_request = watched != NULL && file < MAX_SOCKETS && size > 5 &&
	                        (memcmp(data, "GET ", 4) == 0 || memcmp(data, "POST ", 5) == 0);
	if (is_request && sockets[file].left == 0 && begin_request(file, data, size)) {
		next(file, data, size / 2, flags);
		end_here();
	}
	const ssize_t sent = next(file, data, size, flags);
	if (watched != NULL && file < MAX_SOCKETS && sent > 0 && sockets[file].left > 0) {
		sockets[file].left -= MIN((size_t)sent, sockets[file].left);
		if (sockets[file].left == 0) {
			end_request(file);
		}
	}
	return sent;
}

ssize_t recv(int file, void *data, size_t size, int flags)
{
	NEXT(recv)
	const ssize_t received = next(file, data, size, flags);
	if (file < MAX_SOCKETS && received > 0 && (flags & MSG_PEEK) == 0) {
		sockets[file].is_unanswered = false;
	}
	return received;
}

/* A call that changes the names in a folder, with a step on either side. */
#define FILE_CALL(name, parameters, ...)                                                           \
	int name parameters                                                                        \
	{                                                                                          \
		NEXT(name)                                                                         \
		pass(STOP_BEFORE_FILE);                                                            \
		const int result = next(__VA_ARGS__);                                              \
		pass(STOP_AFTER_FILE);                                                             \
		return result;                                                                     \
	}

FILE_CALL(renameat2, (int from, const char *old_name, int to, const char *name, unsigned flags),
          from, old_name, to, name, flags)
FILE_CALL(linkat, (int from, const char *old_name, int to, const char *name, int flags), from,
          old_name, to, name, flags)
FILE_CALL(unlinkat, (int folder, const char *name, int flags), folder, name, flags)
FILE_CALL(unlink, (const char *name), name) /* SQLite, of its log */
