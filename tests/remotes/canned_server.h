/* SPDX-License-Identifier: MIT */
/* A server on loopback that says what a test tells it to, and an account that talks to it. */
#ifndef TESTS_REMOTES_CANNED_SERVER_H
#define TESTS_REMOTES_CANNED_SERVER_H

#include "endpoint/driver.h"
#include "journal/journal.h"

#include <arpa/inet.h>
#include <check.h>
#include <glib/gstdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define CANNED_TOKEN "B64+/=|sau=|ted=1|secret"

/* A whole HTTP response (owned), or NULL: close without a word. number counts from 1. */
typedef char *(*canned_answer)(void *data, const char *request, unsigned number);

struct canned {
	int listener;
	unsigned port;
	GThread *thread;
	GMutex mutex;
	GPtrArray *requests; /* char *: head and body */
	GPtrArray *workers;  /* GThread * */
	GArray *sockets;     /* int, open ones */
	canned_answer answer;
	void *data;
};

struct canned_connection {
	struct canned *server;
	int socket;
};

/* One request, head and body; NULL at the end of the connection. */
static inline char *canned_read(int socket)
{
	GString *text = g_string_new(NULL);
	char buffer[4096];
	for (;;) {
		const char *head_end = strstr(text->str, "\r\n\r\n");
		const char *length = strcasestr(text->str, "content-length:");
		const gsize wanted =
			head_end == NULL ? G_MAXSIZE
					 : (gsize)(head_end - text->str) + 4 +
						   (length == NULL || length > head_end
		                                            ? 0
		                                            : (gsize)g_ascii_strtoull(length + 15,
		                                                                      NULL, 10));
		if (text->len >= wanted) {
			return g_string_free(text, FALSE);
		}
		const ssize_t count = recv(socket, buffer, sizeof buffer, 0);
		if (count <= 0) {
			g_string_free(text, TRUE);
			return NULL;
		}
		g_string_append_len(text, buffer, count);
	}
}

static inline gpointer canned_serve(gpointer data)
{
	g_autofree struct canned_connection *self = data;
	char *request = NULL;
	while ((request = canned_read(self->socket)) != NULL) {
		g_mutex_lock(&self->server->mutex);
		g_ptr_array_add(self->server->requests, request);
		const unsigned number = self->server->requests->len;
		g_autofree char *copy = g_strdup(request);
		g_mutex_unlock(&self->server->mutex);
		g_autofree char *answer = self->server->answer(self->server->data, copy, number);
		if (answer == NULL ||
		    send(self->socket, answer, strlen(answer), MSG_NOSIGNAL) < 0) {
			break;
		}
	}
	shutdown(self->socket, SHUT_RDWR);
	return NULL;
}

static inline gpointer canned_accept(gpointer data)
{
	struct canned *self = data;
	int socket = -1;
	while ((socket = accept(self->listener, NULL, NULL)) >= 0) {
		struct canned_connection *connection = g_new0(struct canned_connection, 1);
		connection->server = self;
		connection->socket = socket;
		g_array_append_val(self->sockets, socket);
		g_ptr_array_add(self->workers, g_thread_new("canned", canned_serve, connection));
	}
	return NULL;
}

/* Listens; serves from canned_start on. */
static inline void canned_listen(struct canned *self, canned_answer answer, void *data)
{
	memset(self, 0, sizeof *self);
	self->answer = answer;
	self->data = data;
	self->requests = g_ptr_array_new_with_free_func(g_free);
	self->workers = g_ptr_array_new();
	self->sockets = g_array_new(FALSE, FALSE, sizeof(int));
	g_mutex_init(&self->mutex);
	self->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct sockaddr_in address = {.sin_family = AF_INET,
	                              .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t size = sizeof address;
	ck_assert_int_eq(bind(self->listener, (struct sockaddr *)&address, size), 0);
	ck_assert_int_eq(listen(self->listener, 64), 0);
	ck_assert_int_eq(getsockname(self->listener, (struct sockaddr *)&address, &size), 0);
	self->port = ntohs(address.sin_port);
}

static inline void canned_start(struct canned *self)
{
	self->thread = g_thread_new("canned accept", canned_accept, self);
}

static inline void canned_stop(struct canned *self)
{
	shutdown(self->listener, SHUT_RDWR);
	if (self->thread != NULL) {
		g_thread_join(self->thread);
	}
	close(self->listener);
	for (guint i = 0; i < self->sockets->len; i++) {
		shutdown(g_array_index(self->sockets, int, i), SHUT_RDWR);
		g_thread_join(g_ptr_array_index(self->workers, i));
		close(g_array_index(self->sockets, int, i));
	}
	g_ptr_array_unref(self->requests);
	g_ptr_array_unref(self->workers);
	g_array_unref(self->sockets);
	g_mutex_clear(&self->mutex);
}

static inline guint canned_count(struct canned *self)
{
	g_mutex_lock(&self->mutex);
	const guint count = self->requests->len;
	g_mutex_unlock(&self->mutex);
	return count;
}

/* A response with extra header lines ("Retry-After: 7\r\n" or ""). */
static inline char *canned_http(unsigned status, const char *headers, const char *body)
{
	return g_strdup_printf(
		"HTTP/1.1 %u X\r\nContent-Type: text/xml\r\nContent-Length: %zu\r\n%s\r\n%s",
		status, strlen(body), headers, body);
}

/* An account in a folder of its own. */
struct account {
	char *folder, *journal_path, *endpoint;
	struct remote_settings settings;
	struct journal *journal;
};

static inline void account_init(struct account *self, unsigned port)
{
	memset(self, 0, sizeof *self);
	self->folder = g_dir_make_tmp("passerelle-XXXXXX", NULL);
	self->journal_path = g_build_filename(self->folder, "home.journal", NULL);
	self->endpoint = g_strdup_printf("http://127.0.0.1:%u", port);
	self->settings = (struct remote_settings){
		.account = "home",
		.endpoint = self->endpoint,
		.service_id = "SERVICE",
		.service_password = "pass:word",
		.token = CANNED_TOKEN,
		.timezone = "Europe/Paris",
		.recurrence_horizon = 90 * 24 * 3600,
		.since = 1795000000,
		.now = 1795255200, /* 2026-11-21 10:00:00 UTC */
		.in_doubt_grace = 120,
		.max_connections = 4,
		.timeout = 30,
	};
}

static inline void account_open(struct account *self, enum journal_mode mode)
{
	g_autoptr(GError) error = NULL;
	self->journal = journal_open(self->journal_path, mode, &error);
	ck_assert_msg(self->journal != NULL, "%s", error == NULL ? "" : error->message);
}

static inline void account_clear(struct account *self)
{
	journal_close(self->journal);
	static const char *const ENDS[] = {"", "-wal", "-shm", "-journal"};
	for (gsize i = 0; i < G_N_ELEMENTS(ENDS); i++) {
		g_autofree char *path = g_strconcat(self->journal_path, ENDS[i], NULL);
		g_unlink(path);
	}
	g_rmdir(self->folder);
	g_free(self->folder);
	g_free(self->journal_path);
	g_free(self->endpoint);
}

#endif
