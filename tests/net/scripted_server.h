/* SPDX-License-Identifier: MIT */
/* A small HTTP server on loopback, with or without TLS, that does to each request what a test's
 * function says; or a server of anything else, whose function talks as long as it likes. */
#ifndef TESTS_NET_SCRIPTED_SERVER_H
#define TESTS_NET_SCRIPTED_SERVER_H

#include <arpa/inet.h>
#include <check.h>
#include <errno.h>
#include <dlfcn.h>
#include <glib.h>
#include <gnutls/gnutls.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* Looked up at run time, so that a test needs no other libraries than the program. */
#define TLS_FUNCTIONS(APPLY)                                                                       \
	APPLY(gnutls_certificate_allocate_credentials)                                             \
	APPLY(gnutls_certificate_free_credentials)                                                 \
	APPLY(gnutls_certificate_set_x509_key_file)                                                \
	APPLY(gnutls_init)                                                                         \
	APPLY(gnutls_deinit)                                                                       \
	APPLY(gnutls_set_default_priority)                                                         \
	APPLY(gnutls_credentials_set)                                                              \
	APPLY(gnutls_transport_set_int2)                                                           \
	APPLY(gnutls_certificate_server_set_request)                                               \
	APPLY(gnutls_handshake)                                                                    \
	APPLY(gnutls_record_recv)                                                                  \
	APPLY(gnutls_record_send)

#define TLS_FIELD(name) __typeof__(name) *name;
static struct {
	TLS_FUNCTIONS(TLS_FIELD)
} tls;

struct server;

struct connection {
	struct server *server;
	int socket;
	gnutls_session_t session; /* NULL = plain */
	guint n_requests;         /* on this connection, this one included */
};

/* What to do with a request (head and body as received). False: close the connection. */
typedef bool (*server_script)(struct connection *connection, const GString *request);

struct server {
	int listener;
	guint16 port;
	gnutls_certificate_credentials_t credentials; /* NULL = plain */
	server_script script;
	void (*talk)(struct connection *connection); /* instead of the script; NULL = HTTP */
	void *data;
	GThread *acceptor;
	GMutex mutex;
	GCond changed;
	GPtrArray *threads;  /* of connections */
	GArray *sockets;     /* of connections; -1 = closed */
	GPtrArray *requests; /* GString *, as they came */
	guint n_open, most_open;
	bool is_stopping;
	bool wants_certificate; /* of the client, any */
};

static inline bool server_load_tls(void)
{
	void *library = dlopen("libgnutls.so.30", RTLD_NOW);
	if (library == NULL) {
		return false;
	}
#define TLS_LOAD(name)                                                                             \
	*(void **)&tls.name = dlsym(library, #name);                                               \
	if (tls.name == NULL) {                                                                    \
		return false;                                                                      \
	}
	TLS_FUNCTIONS(TLS_LOAD)
	return true;
}

static inline gssize connection_receive(struct connection *self, char *data, gsize size)
{
	if (self->session != NULL) {
		return tls.gnutls_record_recv(self->session, data, size);
	}
	return recv(self->socket, data, size, 0);
}

/* False when the client has gone. */
static inline bool connection_send_bytes(struct connection *self, const char *data, gsize size)
{
	while (size > 0) {
		const gssize sent = self->session != NULL
		                            ? tls.gnutls_record_send(self->session, data, size)
		                            : send(self->socket, data, size, MSG_NOSIGNAL);
		if (sent <= 0) {
			return false;
		}
		data += sent;
		size -= (gsize)sent;
	}
	return true;
}

static inline bool connection_send(struct connection *self, const char *text)
{
	return connection_send_bytes(self, text, strlen(text));
}

static inline bool connection_reply(struct connection *self, const char *status,
                                    const char *headers, const char *body)
{
	g_autofree char *reply = g_strdup_printf("HTTP/1.1 %s\r\n%sContent-Length: %zu\r\n\r\n%s",
	                                         status, headers, strlen(body), body);
	return connection_send(self, reply);
}

/* Says nothing until the client goes. */
static inline void connection_wait_gone(struct connection *self)
{
	char byte;
	while (recv(self->socket, &byte, 1, 0) > 0) {
	}
}

/* The length that the head says, 0 without. */
static inline gsize body_size(const GString *request)
{
	const char *header = strcasestr(request->str, "\r\ncontent-length:");
	return header == NULL ? 0 : (gsize)g_ascii_strtoull(header + 17, NULL, 10);
}

static inline bool connection_read_request(struct connection *self, GString *request)
{
	char buffer[16384];
	for (;;) {
		const char *blank = strstr(request->str, "\r\n\r\n");
		if (blank != NULL &&
		    request->len >= (gsize)(blank + 4 - request->str) + body_size(request)) {
			return true;
		}
		const gssize got = connection_receive(self, buffer, sizeof(buffer));
		if (got <= 0) {
			return false;
		}
		g_string_append_len(request, buffer, got);
	}
}

static inline void server_count(struct server *self, int change, GString *request)
{
	g_mutex_lock(&self->mutex);
	self->n_open = (guint)((int)self->n_open + change);
	self->most_open = MAX(self->most_open, self->n_open);
	if (request != NULL) {
		g_ptr_array_add(self->requests, request);
	}
	g_cond_broadcast(&self->changed);
	g_mutex_unlock(&self->mutex);
}

static inline bool connection_begin(struct connection *self)
{
	struct server *server = self->server;
	if (server->credentials == NULL) {
		return true;
	}
	tls.gnutls_init(&self->session, GNUTLS_SERVER);
	tls.gnutls_set_default_priority(self->session);
	tls.gnutls_credentials_set(self->session, GNUTLS_CRD_CERTIFICATE, server->credentials);
	tls.gnutls_transport_set_int2(self->session, self->socket, self->socket);
	if (server->wants_certificate) {
		tls.gnutls_certificate_server_set_request(self->session, GNUTLS_CERT_REQUIRE);
	}
	int result;
	do {
		result = tls.gnutls_handshake(self->session);
	} while (result == GNUTLS_E_INTERRUPTED || result == GNUTLS_E_AGAIN);
	return result == 0;
}

static inline gpointer connection_run(gpointer data)
{
	struct connection *self = data;
	struct server *server = self->server;
	server_count(server, 1, NULL);
	bool goes_on = connection_begin(self);
	if (goes_on && server->talk != NULL) {
		server->talk(self);
		goes_on = false;
	}
	while (goes_on) {
		GString *request = g_string_new(NULL);
		goes_on = connection_read_request(self, request);
		if (!goes_on) {
			g_string_free(request, TRUE);
			break;
		}
		self->n_requests++;
		server_count(server, 0, request);
		goes_on = server->script(self, request);
	}
	if (self->session != NULL) {
		tls.gnutls_deinit(self->session);
	}
	g_mutex_lock(&server->mutex);
	for (guint i = 0; i < server->sockets->len; i++) {
		int *socket = &g_array_index(server->sockets, int, i);
		*socket = *socket == self->socket ? -1 : *socket;
	}
	close(self->socket);
	g_mutex_unlock(&server->mutex);
	server_count(server, -1, NULL);
	g_free(self);
	return NULL;
}

static inline gpointer server_accept(gpointer data)
{
	struct server *self = data;
	for (;;) {
		const int socket = accept(self->listener, NULL, NULL);
		g_mutex_lock(&self->mutex);
		if (socket < 0 || self->is_stopping) {
			g_mutex_unlock(&self->mutex);
			if (socket >= 0) {
				close(socket);
			}
			return NULL;
		}
		struct connection *connection = g_new0(struct connection, 1);
		connection->server = self;
		connection->socket = socket;
		g_array_append_val(self->sockets, socket);
		g_ptr_array_add(self->threads,
		                g_thread_new("connection", connection_run, connection));
		g_mutex_unlock(&self->mutex);
	}
}

static inline void free_string(gpointer data)
{
	g_string_free(data, TRUE);
}

static inline struct server *server_start(server_script script, void *data, bool with_tls)
{
	signal(SIGPIPE, SIG_IGN); /* of the server's own TLS writes */
	struct server *self = g_new0(struct server, 1);
	self->script = script;
	self->data = data;
	g_mutex_init(&self->mutex);
	g_cond_init(&self->changed);
	self->threads = g_ptr_array_new();
	self->sockets = g_array_new(FALSE, FALSE, sizeof(int));
	self->requests = g_ptr_array_new_with_free_func(free_string);
	if (with_tls) {
		tls.gnutls_certificate_allocate_credentials(&self->credentials);
		ck_assert_int_eq(tls.gnutls_certificate_set_x509_key_file(
					 self->credentials, TEST_FIXTURES "/tls/loopback.pem",
					 TEST_FIXTURES "/tls/loopback.key", GNUTLS_X509_FMT_PEM),
		                 0);
	}
	struct sockaddr_in address = {.sin_family = AF_INET,
	                              .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t size = sizeof(address);
	self->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	ck_assert_int_eq(bind(self->listener, (struct sockaddr *)&address, size), 0);
	ck_assert_int_eq(listen(self->listener, 64), 0);
	ck_assert_int_eq(getsockname(self->listener, (struct sockaddr *)&address, &size), 0);
	self->port = ntohs(address.sin_port);
	self->acceptor = g_thread_new("acceptor", server_accept, self);
	return self;
}

static inline void server_stop(struct server *self)
{
	g_mutex_lock(&self->mutex);
	self->is_stopping = true;
	g_cond_broadcast(&self->changed);
	for (guint i = 0; i < self->sockets->len; i++) {
		const int socket = g_array_index(self->sockets, int, i);
		if (socket >= 0) {
			shutdown(socket, SHUT_RDWR);
		}
	}
	shutdown(self->listener, SHUT_RDWR);
	g_mutex_unlock(&self->mutex);
	g_thread_join(self->acceptor);
	for (guint i = 0; i < self->threads->len; i++) {
		g_thread_join(g_ptr_array_index(self->threads, i));
	}
	close(self->listener);
	if (self->credentials != NULL) {
		tls.gnutls_certificate_free_credentials(self->credentials);
	}
	g_ptr_array_unref(self->threads);
	g_array_unref(self->sockets);
	g_ptr_array_unref(self->requests);
	g_mutex_clear(&self->mutex);
	g_cond_clear(&self->changed);
	g_free(self);
}

static inline const char *server_request(const struct server *self, guint index)
{
	ck_assert_uint_lt(index, self->requests->len);
	return ((const GString *)g_ptr_array_index(self->requests, index))->str;
}

/* How many of the requests hold that text. */
static inline guint server_count_requests(struct server *self, const char *text)
{
	guint count = 0;
	g_mutex_lock(&self->mutex);
	for (guint i = 0; i < self->requests->len; i++) {
		count += strstr(server_request(self, i), text) != NULL;
	}
	g_mutex_unlock(&self->mutex);
	return count;
}

/* How many connections, or requests, there were, once they are that many: a client can be done with
 * one that the server, on a busy machine, has not yet taken. At most a minute. */
static inline guint server_await(struct server *self, const GPtrArray *things, guint count)
{
	const gint64 deadline = g_get_monotonic_time() + 60 * G_TIME_SPAN_SECOND;
	g_mutex_lock(&self->mutex);
	while (things->len < count && g_cond_wait_until(&self->changed, &self->mutex, deadline)) {
	}
	const guint there = things->len;
	g_mutex_unlock(&self->mutex);
	return there;
}

/* Freed by g_free. */
static inline char *server_url(const struct server *server, const char *path)
{
	return g_strdup_printf("%s://127.0.0.1:%u%s",
	                       server->credentials == NULL ? "http" : "https", server->port, path);
}

/* Two scripts for everybody. */
static inline bool server_answers(struct connection *connection, const GString *request)
{
	(void)request;
	return connection_reply(connection, "200 OK", "Content-Type: text/xml\r\n", "<ok/>");
}

static inline bool server_is_silent(struct connection *connection, const GString *request)
{
	(void)request;
	connection_wait_gone(connection);
	return false;
}

#endif
