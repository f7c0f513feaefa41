/* SPDX-License-Identifier: MIT */
/* The listening socket, TLS, and the way from bytes to a request and from a reply to bytes. */
#include "emulator/server.h"
#include "emulator/actions.h"
#include "emulator/certificate.h"
#include "emulator/control.h"
#include "emulator/delivery.h"
#include "emulator/listen.h"
#include "emulator/pages.h"

#include "base/limits.h"

#include <microhttpd.h>
#include <string.h>
#include <unistd.h>

/* An address with eight fields of the largest size, every byte percent-encoded. */
#define CONNECTION_MEMORY (256 * 1024)
#define POST_BUFFER       4096

struct server {
	struct MHD_Daemon *daemon;
	unsigned last_connection;
	char *key, *certificate; /* PEM, or NULL */
};

/* One request on its way. */
struct visit {
	struct request *request;
	struct MHD_PostProcessor *form; /* NULL: the body is not a form */
};

static enum MHD_Result take_argument(void *user_data, enum MHD_ValueKind kind, const char *name,
                                     size_t name_size, const char *value, size_t value_size)
{
	(void)kind, (void)name_size;
	emu_request_add_parameter(user_data, name, value, value_size);
	return MHD_YES;
}

/* A field of a form may come in pieces: offset tells. */
static enum MHD_Result take_field(void *user_data, enum MHD_ValueKind kind, const char *name,
                                  const char *file_name, const char *type, const char *encoding,
                                  const char *data, uint64_t offset, size_t size)
{
	(void)kind, (void)encoding;
	struct request *request = user_data;
	if (strcmp(name, "file") == 0) {
		if (request->file == NULL) {
			request->file = g_byte_array_new();
			request->file_name = g_strdup(file_name);
			request->file_type = g_strdup(type);
		}
		g_byte_array_append(request->file, (const guint8 *)data, (guint)size);
		return MHD_YES;
	}
	if (offset == 0) {
		emu_request_add_parameter(request, name, data, size);
		return MHD_YES;
	}
	struct parameter *last = request->parameters->pdata[request->parameters->len - 1];
	g_autofree char *before = last->value;
	g_autofree char *piece = g_strndup(data, size);
	last->value = g_strconcat(before, piece, NULL);
	return MHD_YES;
}

static void take_upload(struct visit *visit, const char *data, size_t size)
{
	struct request *request = visit->request;
	gsize so_far = request->body->len + (request->file == NULL ? 0 : request->file->len);
	if (so_far + size > LIMIT_REPLY_BYTES) {
		request->is_too_large = true;
	} else if (visit->form != NULL) {
		MHD_post_process(visit->form, data, size);
	} else {
		g_byte_array_append(request->body, (const guint8 *)data, (guint)size);
	}
}

static bool is_from_loopback(struct MHD_Connection *connection)
{
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
	return info != NULL && info->client_addr != NULL &&
	       emu_address_is_loopback(info->client_addr);
}

static struct visit *visit_begin(struct MHD_Connection *connection, const char *path, bool is_post)
{
	struct visit *visit = g_new0(struct visit, 1);
	visit->request = emu_request_new(path, is_post);
	visit->request->is_from_loopback = is_from_loopback(connection);
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
	visit->request->connection = GPOINTER_TO_UINT(info->socket_context);
	emu_request_set_authorization(visit->request,
	                              MHD_lookup_connection_value(connection, MHD_HEADER_KIND,
	                                                          MHD_HTTP_HEADER_AUTHORIZATION));
	MHD_get_connection_values_n(connection, MHD_GET_ARGUMENT_KIND, take_argument,
	                            visit->request);
	if (is_post && !g_str_has_prefix(path, CONTROL_PREFIX)) {
		visit->form = MHD_create_post_processor(connection, POST_BUFFER, take_field,
		                                        visit->request);
	}
	return visit;
}

static struct reply *answer(struct emulator *self, struct request *request)
{
	struct reply *reply = emu_api_answer(self, request);
	if (reply == NULL) {
		reply = emu_pages_answer(self, request);
	}
	if (reply == NULL && !self->options.no_control) {
		reply = emu_control_answer(self, request);
	}
	return reply != NULL
	               ? reply
	               : emu_reply_page(404, "Not found", "There is nothing at this address.", "");
}

/* Never the token, and of other paths than the APIs' only the path. */
static void log_visit(struct emulator *self, const struct request *request,
                      const struct reply *reply)
{
	if (self->options.log == NULL) {
		return;
	}
	g_autoptr(GString) line = g_string_new(NULL);
	g_string_append_printf(line, "#%u %s %s", request->connection,
	                       request->is_post ? "POST" : "GET", request->path);
	for (guint i = 0; request->log_entry != NULL && i < request->parameters->len; i++) {
		const struct parameter *parameter = request->parameters->pdata[i];
		if (strcmp(parameter->name, "token") != 0) {
			g_autofree char *name = g_strescape(parameter->name, NULL);
			g_autofree char *value = g_strescape(parameter->value, NULL);
			g_string_append_printf(line, " %s=\"%s\"", name, value);
		}
	}
	const char *fault = json_string_value(json_object_get(request->log_entry, "fault"));
	g_string_append_printf(line, " -> %u%s%s", reply->status, fault == NULL ? "" : " fault ",
	                       fault == NULL ? "" : fault);
	self->options.log(line->str, self->options.log_user_data);
}

static enum MHD_Result handle(void *user_data, struct MHD_Connection *connection, const char *path,
                              const char *method, const char *version, const char *data,
                              size_t *size, void **context)
{
	(void)version;
	struct emulator *self = user_data;
	bool is_post = strcmp(method, MHD_HTTP_METHOD_POST) == 0;
	if (!is_post && strcmp(method, MHD_HTTP_METHOD_GET) != 0) {
		OWNED(reply)
		refusal = emu_reply_page(405, "Method not allowed", "GET or POST.", "");
		return emu_delivery_send(self, connection, refusal);
	}
	if (*context == NULL) {
		*context = visit_begin(connection, path, is_post);
		return MHD_YES;
	}
	struct visit *visit = *context;
	if (*size > 0) {
		take_upload(visit, data, *size);
		*size = 0;
		return MHD_YES;
	}
	OWNED(reply) reply = answer(self, visit->request);
	log_visit(self, visit->request, reply);
	return emu_delivery_send(self, connection, reply);
}

static void end_visit(void *user_data, struct MHD_Connection *connection, void **context,
                      enum MHD_RequestTerminationCode code)
{
	(void)connection, (void)code;
	struct emulator *self = user_data;
	struct visit *visit = *context;
	if (visit == NULL) {
		return;
	}
	g_mutex_lock(&self->lock);
	emu_calls_end(&self->calls, visit->request);
	g_mutex_unlock(&self->lock);
	if (visit->form != NULL) {
		MHD_destroy_post_processor(visit->form);
	}
	emu_request_free(visit->request);
	g_free(visit);
	*context = NULL;
}

static void number_connection(void *user_data, struct MHD_Connection *connection, void **context,
                              enum MHD_ConnectionNotificationCode code)
{
	(void)connection;
	struct emulator *self = user_data;
	if (code == MHD_CONNECTION_NOTIFY_STARTED) {
		unsigned number =
			__atomic_add_fetch(&self->server->last_connection, 1, __ATOMIC_RELAXED);
		*context = GUINT_TO_POINTER(number);
	}
}

static bool read_pem(const char *path, char **text, GError **error)
{
	g_autoptr(GError) reason = NULL;
	if (!g_file_get_contents(path, text, NULL, &reason)) {
		g_set_error(error, PASSERELLE_ERROR, PASSERELLE_ERROR_INPUT, "%s", reason->message);
		return false;
	}
	return true;
}

/* Plain http is refused beyond loopback, as the reading says. */
static bool prepare_tls(struct emulator *self, const struct listener *listener, GError **error)
{
	struct emulator_options *options = &self->options;
	if (options->tls_self_signed != NULL) {
		if (!emu_certificate_make(options->tls_self_signed, error)) {
			return false;
		}
		g_autofree char *cert =
			g_build_filename(options->tls_self_signed, "server.pem", NULL);
		g_autofree char *key =
			g_build_filename(options->tls_self_signed, "server.key", NULL);
		self->ca_file = g_build_filename(options->tls_self_signed, "ca.pem", NULL);
		options->tls_cert = g_string_chunk_insert(self->texts, cert);
		options->tls_key = g_string_chunk_insert(self->texts, key);
	}
	if ((options->tls_cert == NULL) != (options->tls_key == NULL)) {
		g_set_error(error, PASSERELLE_ERROR, PASSERELLE_ERROR_CONFIG,
		            "tls-cert and tls-key go together");
		return false;
	}
	if (options->tls_cert != NULL) {
		return read_pem(options->tls_cert, &self->server->certificate, error) &&
		       read_pem(options->tls_key, &self->server->key, error);
	}
	if (!listener->is_loopback) {
		g_set_error(error, PASSERELLE_ERROR, PASSERELLE_ERROR_CONFIG,
		            "listen: plain http is for loopback only, \"%s\" needs a certificate",
		            listener->host);
		return false;
	}
	return true;
}

static bool start_daemon(struct emulator *self, const struct listener *listener, GError **error)
{
	struct server *server = self->server;
	bool is_tls = server->certificate != NULL;
	unsigned flags = MHD_USE_AUTO | MHD_USE_INTERNAL_POLLING_THREAD |
	                 MHD_USE_THREAD_PER_CONNECTION | (listener->is_six ? MHD_USE_IPv6 : 0) |
	                 (is_tls ? MHD_USE_TLS : 0);
	struct MHD_OptionItem tls[] = {
		{MHD_OPTION_HTTPS_MEM_CERT, 0, server->certificate},
		{MHD_OPTION_HTTPS_MEM_KEY, 0, server->key},
		{MHD_OPTION_END, 0, NULL},
	};
	server->daemon =
		MHD_start_daemon(flags, 0, NULL, NULL, handle, self, MHD_OPTION_LISTEN_SOCKET,
	                         listener->socket, MHD_OPTION_NOTIFY_COMPLETED, end_visit, self,
	                         MHD_OPTION_NOTIFY_CONNECTION, number_connection, self,
	                         MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_MEMORY,
	                         MHD_OPTION_ARRAY, is_tls ? tls : &tls[2], MHD_OPTION_END);
	if (server->daemon == NULL) {
		g_set_error(error, PASSERELLE_ERROR, PASSERELLE_ERROR_CONFIG,
		            is_tls ? "cannot serve with this certificate and key"
		                   : "cannot start the server");
	}
	return server->daemon != NULL;
}

bool emu_server_start(struct emulator *self, GError **error)
{
	const char *address = self->options.listen;
	struct listener listener;
	if (!emu_listener_open(&listener, address == NULL ? "127.0.0.1:0" : address, error)) {
		return false;
	}
	self->server = g_new0(struct server, 1);
	if (!prepare_tls(self, &listener, error)) {
		close(listener.socket);
		return false;
	}
	self->port = listener.port;
	self->url =
		g_strdup_printf("%s://%s:%u", self->server->certificate == NULL ? "http" : "https",
	                        listener.host, listener.port);
	if (!start_daemon(self, &listener, error)) {
		close(listener.socket);
		return false;
	}
	return true;
}

void emu_server_stop(struct emulator *self)
{
	struct server *server = self->server;
	if (server == NULL) {
		return;
	}
	if (server->daemon != NULL) {
		MHD_stop_daemon(server->daemon);
	}
	g_free(server->key);
	g_free(server->certificate);
	g_clear_pointer(&self->server, g_free);
}
