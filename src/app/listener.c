/* SPDX-License-Identifier: MIT */
/* The loopback page to which a browser comes back from the provider. */
#include "app/listener.h"

#include "app/interrupt.h"
#include "app/listener_rules.h"
#include "app/peer.h"
#include "app/secrets.h"

#include <arpa/inet.h>
#include <errno.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#define STATE_BYTES        32 /* random; nobody guesses it in five minutes */
#define CONNECTIONS        16
#define CONNECTION_SECONDS 10
#define CONNECTION_MEMORY  (32 * 1024) /* request line and headers: a token of 8 KB, encoded */
#define FREE_PORT_TRIES    8
#define SIDES              2    /* 127.0.0.1 and ::1 */
#define FAREWELL_MS        2000 /* for the last page to arrive */
#define TICK_MS            200  /* how soon a signal is seen */

struct listener {
	const struct listener_settings *settings; /* lent */
	struct listener_rules rules;
	char *state, *address;
	int sockets[SIDES]; /* -1 = none */
	struct MHD_Daemon *daemons[SIDES];
	listener_take take;
	void *take_data;
	bool is_over, is_told; /* the awaited request came; its page has been sent */
	GError *error;         /* of the awaited request */
};

/* One request on its way. */
struct visit {
	GString *form;
	bool is_too_large, is_last;
};

/* ---- the pages ---- */

static const struct {
	unsigned status;
	const char *title, *text;
} PAGES[] = {
	[LISTENER_NO_TOKEN] = {MHD_HTTP_BAD_REQUEST, "Not signed in",
                               "The provider sent no token back. You can close this page."},
	[LISTENER_NOT_FOUND] = {MHD_HTTP_NOT_FOUND, "Not found", "There is nothing here."},
	[LISTENER_FORBIDDEN] = {MHD_HTTP_FORBIDDEN, "Refused",
                                "This does not belong to what was begun here."},
	[LISTENER_BAD_METHOD] = {MHD_HTTP_METHOD_NOT_ALLOWED, "Refused",
                                 "This kind of request is not taken here."},
	[LISTENER_TOO_LARGE] = {MHD_HTTP_CONTENT_TOO_LARGE, "Refused", "This is too large."},
	[LISTENER_BAD_TYPE] = {MHD_HTTP_UNSUPPORTED_MEDIA_TYPE, "Refused",
                               "Only a posted form is taken here."},
};

static const struct {
	const char *name, *value;
} HEADERS[] = {
	{"Content-Type", "text/html; charset=utf-8"},
	{"Cache-Control", "no-store"},
	{"Referrer-Policy", "no-referrer"}, /* the address of this page may hold the token */
	{"Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"},
	{"X-Content-Type-Options", "nosniff"},
	{"Connection", "close"},
};

static enum MHD_Result send_page(struct MHD_Connection *connection, unsigned status,
                                 const char *title, const char *text)
{
	g_autofree char *safe = g_markup_escape_text(text, -1);
	g_autofree char *page = g_strdup_printf(
		"<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>%s - "
		"passerelle</title></head>\n<body><h1>%s</h1>\n<p>%s</p>\n</body></html>\n",
		title, title, safe);
	struct MHD_Response *response =
		MHD_create_response_from_buffer(strlen(page), page, MHD_RESPMEM_MUST_COPY);
	for (gsize i = 0; i < G_N_ELEMENTS(HEADERS); i++) {
		MHD_add_response_header(response, HEADERS[i].name, HEADERS[i].value);
	}
	const enum MHD_Result result = MHD_queue_response(connection, status, response);
	MHD_destroy_response(response);
	return result;
}

/* ---- a request ---- */

static enum MHD_Result add_argument(void *data, enum MHD_ValueKind kind, const char *name,
                                    const char *value)
{
	(void)kind;
	g_hash_table_insert(data, g_strdup(name), g_strdup(value != NULL ? value : ""));
	return MHD_YES;
}

static const char *header(struct MHD_Connection *connection, const char *name)
{
	return MHD_lookup_connection_value(connection, MHD_HEADER_KIND, name);
}

static enum MHD_Result take(struct listener *self, struct MHD_Connection *connection,
                            struct visit *visit, const char *token)
{
	self->is_over = visit->is_last = true;
	if (self->take(self->take_data, token, &self->error)) {
		return send_page(connection, MHD_HTTP_OK, "Done", self->settings->done_text);
	}
	return send_page(connection, MHD_HTTP_INTERNAL_SERVER_ERROR, "Not done",
	                 self->error->message);
}

static enum MHD_Result answer(struct listener *self, struct MHD_Connection *connection,
                              struct visit *visit, const char *method, const char *path)
{
	g_autoptr(GHashTable) query =
		g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	MHD_get_connection_values(connection, MHD_GET_ARGUMENT_KIND, add_argument, query);
	const struct listener_request request = {
		.method = method,
		.path = path,
		.host = header(connection, MHD_HTTP_HEADER_HOST),
		.origin = header(connection, MHD_HTTP_HEADER_ORIGIN),
		.content_type = header(connection, MHD_HTTP_HEADER_CONTENT_TYPE),
		.fetch_destination = header(connection, "Sec-Fetch-Dest"),
		.query = query,
		.form = visit->form->len > 0 ? visit->form->str : NULL,
		.is_too_large = visit->is_too_large,
	};
	char *token = NULL;
	enum listener_verdict verdict = listener_judge(&self->rules, &request, &token);
	if (self->is_over) {
		verdict = LISTENER_FORBIDDEN; /* one is enough */
	}
	enum MHD_Result result = MHD_NO;
	if (verdict == LISTENER_TAKE) {
		result = take(self, connection, visit, token);
	} else {
		if (verdict == LISTENER_NO_TOKEN) {
			self->is_over = visit->is_last = true;
			g_set_error_literal(&self->error, PASSERELLE_ERROR, PASSERELLE_ERROR_AUTH,
			                    "the browser came back without a token");
		}
		result = send_page(connection, PAGES[verdict].status, PAGES[verdict].title,
		                   PAGES[verdict].text);
	}
	secret_free(token);
	return result;
}

static enum MHD_Result handle(void *data, struct MHD_Connection *connection, const char *path,
                              const char *method, const char *version, const char *upload,
                              size_t *upload_size, void **context)
{
	struct visit *visit = *context;
	(void)version;
	if (visit == NULL) {
		visit = g_new0(struct visit, 1);
		visit->form = g_string_new(NULL);
		*context = visit;
		return MHD_YES;
	}
	if (*upload_size > 0) {
		visit->is_too_large |= visit->form->len + *upload_size > LISTENER_FORM_BYTES;
		if (!visit->is_too_large) {
			g_string_append_len(visit->form, upload, (gssize)*upload_size);
		}
		*upload_size = 0;
		return MHD_YES;
	}
	return answer(data, connection, visit, method, path);
}

static void end_visit(void *data, struct MHD_Connection *connection, void **context,
                      enum MHD_RequestTerminationCode code)
{
	struct listener *self = data;
	struct visit *visit = *context;
	(void)connection;
	(void)code;
	if (visit != NULL) {
		self->is_told |= visit->is_last;
		explicit_bzero(visit->form->str, visit->form->len);
		g_string_free(visit->form, TRUE);
		g_free(visit);
		*context = NULL;
	}
}

static enum MHD_Result admit(void *data, const struct sockaddr *client, socklen_t size)
{
	(void)data;
	(void)size;
	return peer_is_own(client) ? MHD_YES : MHD_NO;
}

/* ---- listening ---- */

/* Binds to loopback; -1 with errno. */
static int bind_socket(bool is_six, unsigned port)
{
	struct sockaddr_in6 six = {.sin6_family = AF_INET6,
	                           .sin6_port = htons((guint16)port),
	                           .sin6_addr = IN6ADDR_LOOPBACK_INIT};
	struct sockaddr_in four = {.sin_family = AF_INET,
	                           .sin_port = htons((guint16)port),
	                           .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	const int on = 1;
	const int file =
		socket(is_six ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (file < 0) {
		return -1;
	}
	setsockopt(file, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
	if (is_six) {
		setsockopt(file, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
	}
	const struct sockaddr *address =
		is_six ? (struct sockaddr *)&six : (struct sockaddr *)&four;
	if (bind(file, address, is_six ? sizeof six : sizeof four) != 0 ||
	    listen(file, CONNECTIONS) != 0) {
		const int problem = errno;
		close(file);
		errno = problem;
		return -1;
	}
	return file;
}

static unsigned port_of(int file)
{
	struct sockaddr_in four = {0};
	socklen_t size = sizeof four;
	getsockname(file, (struct sockaddr *)&four, &size);
	return ntohs(four.sin_port);
}

static void close_sockets(struct listener *self)
{
	for (guint i = 0; i < SIDES; i++) {
		if (self->sockets[i] >= 0) {
			close(self->sockets[i]);
			self->sockets[i] = -1;
		}
	}
}

/* The same port on both, where there is IPv6: what somebody else listens to is not ours. */
static bool bind_both(struct listener *self, unsigned port)
{
	self->sockets[0] = bind_socket(false, port);
	if (self->sockets[0] < 0) {
		return false;
	}
	self->rules.port = port_of(self->sockets[0]);
	self->sockets[1] = bind_socket(true, self->rules.port);
	if (self->sockets[1] < 0 && errno == EADDRINUSE) {
		close_sockets(self);
		errno = EADDRINUSE;
		return false;
	}
	return true;
}

static bool bind_sockets(struct listener *self, GError **error)
{
	const unsigned wanted = self->settings->port;
	bool is_bound = bind_both(self, wanted);
	for (guint i = 1; i < FREE_PORT_TRIES && !is_bound && wanted == 0; i++) {
		is_bound = bind_both(self, wanted);
	}
	if (!is_bound) {
		g_set_error(error, PASSERELLE_ERROR, PASSERELLE_ERROR_NETWORK,
		            "cannot listen on port %u of this machine: %s", wanted,
		            g_strerror(errno));
	}
	return is_bound;
}

static bool start(struct listener *self, GError **error)
{
	for (guint i = 0; i < SIDES; i++) {
		if (self->sockets[i] < 0) {
			continue;
		}
		self->daemons[i] = MHD_start_daemon(
			MHD_USE_EPOLL | (i == 1 ? MHD_USE_IPv6 : 0), 0, admit, self, handle, self,
			MHD_OPTION_LISTEN_SOCKET, self->sockets[i], MHD_OPTION_NOTIFY_COMPLETED,
			end_visit, self, MHD_OPTION_CONNECTION_LIMIT, (unsigned)CONNECTIONS,
			MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)CONNECTION_SECONDS,
			MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_MEMORY,
			MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_END);
		if (self->daemons[i] == NULL) {
			g_set_error_literal(error, PASSERELLE_ERROR, PASSERELLE_ERROR_NETWORK,
			                    "cannot listen on this machine");
			return false;
		}
		self->sockets[i] = -1; /* the daemon's now */
	}
	return true;
}

static char *random_state(void)
{
	guchar bytes[STATE_BYTES];
	gsize got = 0;
	while (got < sizeof bytes) {
		const gssize more = getrandom(bytes + got, sizeof bytes - got, 0);
		got += more > 0 ? (gsize)more : 0;
	}
	GString *text = g_string_new(NULL);
	for (gsize i = 0; i < sizeof bytes; i++) {
		g_string_append_printf(text, "%02x", bytes[i]);
	}
	return g_string_free(text, FALSE);
}

struct listener *listener_open(const struct listener_settings *settings, GError **error)
{
	OWNED(listener) self = g_new0(struct listener, 1);
	self->settings = settings;
	self->sockets[0] = self->sockets[1] = -1;
	self->state = random_state();
	self->rules.settings = settings;
	self->rules.state = self->state;
	if (!bind_sockets(self, error) || !start(self, error)) {
		return NULL;
	}
	g_autofree char *path = listener_path(&self->rules);
	self->address = g_strdup_printf("http://127.0.0.1:%u%s", self->rules.port, path);
	return g_steal_pointer(&self);
}

void listener_close(struct listener *self)
{
	if (self == NULL) {
		return;
	}
	for (guint i = 0; i < SIDES; i++) {
		if (self->daemons[i] != NULL) {
			MHD_stop_daemon(self->daemons[i]);
		}
	}
	close_sockets(self);
	g_clear_error(&self->error);
	g_free(self->state);
	g_free(self->address);
	g_free(self);
}

const char *listener_address(const struct listener *self)
{
	return self->address;
}

const char *listener_state(const struct listener *self)
{
	return self->state;
}

/* ---- waiting ---- */

static void step(struct listener *self)
{
	struct pollfd files[SIDES];
	nfds_t count = 0;
	int wait = TICK_MS;
	for (guint i = 0; i < SIDES; i++) {
		MHD_UNSIGNED_LONG_LONG limit = 0;
		if (self->daemons[i] == NULL) {
			continue;
		}
		const union MHD_DaemonInfo *info =
			MHD_get_daemon_info(self->daemons[i], MHD_DAEMON_INFO_EPOLL_FD);
		files[count++] = (struct pollfd){.fd = info->epoll_fd, .events = POLLIN};
		if (MHD_get_timeout(self->daemons[i], &limit) == MHD_YES) {
			wait = (int)MIN((guint64)wait, limit);
		}
	}
	poll(files, count, wait);
	for (guint i = 0; i < SIDES; i++) {
		if (self->daemons[i] != NULL) {
			MHD_run(self->daemons[i]);
		}
	}
}

static void step_until(struct listener *self, const bool *is_reached, gint64 deadline)
{
	while (!*is_reached && !interrupt_is_raised() && g_get_monotonic_time() < deadline) {
		step(self);
	}
}

bool listener_wait(struct listener *self, unsigned seconds, listener_take take_function, void *data,
                   GError **error)
{
	self->take = take_function;
	self->take_data = data;
	step_until(self, &self->is_over, g_get_monotonic_time() + seconds * G_USEC_PER_SEC);
	if (self->is_over) {
		step_until(self, &self->is_told, g_get_monotonic_time() + FAREWELL_MS * 1000);
	} else if (interrupt_is_raised()) {
		g_set_error_literal(&self->error, PASSERELLE_ERROR, PASSERELLE_ERROR_CANCELLED,
		                    "told to stop");
	} else {
		g_set_error(&self->error, PASSERELLE_ERROR, PASSERELLE_ERROR_AUTH,
		            "nobody came back from the page within %u seconds", seconds);
	}
	if (self->error != NULL) {
		g_propagate_error(error, g_steal_pointer(&self->error));
		return false;
	}
	return true;
}
