/* SPDX-License-Identifier: MIT */
/* One request on its way: options, callbacks, and its fate. */
#include "net/http_transfer.h"

#include "base/limits.h"

#include <string.h>

#define CONNECT_TIMEOUT_MS 10000
#define STATUS_PROXY_AUTH  407
/* Servers drop idle connections after 5 s and more: what is sent on one just then is in doubt. */
#define IDLE_SECONDS    4
#define MAX_RETRY_AFTER (366 * 24 * 3600)

enum stop {
	STOP_NONE,
	STOP_CANCELLED,
	STOP_SENT_ONCE, /* libcurl was about to send a write again */
	STOP_BODY_SIZE,
	STOP_HEADER_SIZE,
};

struct transfer {
	const struct http_settings *settings; /* lent */
	struct http_request *request;         /* lent */
	guint64 *sent;                        /* lent */
	CURL *easy;
	struct curl_slist *headers;
	curl_mime *mime;
	char *host; /* for messages */
	GByteArray *body;
	gsize header_bytes;
	bool has_headers; /* the blank line behind them came */
	bool is_on_wire;  /* from here on nothing proves that it was not sent */
	enum stop stop;   /* why we stopped it */
	char message[CURL_ERROR_SIZE];
};

struct transport transport_of(const struct http_settings *settings)
{
	return (struct transport){
		.ca_file = settings->ca_file,
		.proxy = settings->proxy,
		.client_certificate = settings->client_certificate,
		.client_key = settings->client_key,
		.pinned_key = settings->pinned_key,
	};
}

CURL *transfer_handle(const struct transfer *self)
{
	return self->easy;
}

bool transfer_is_write_under_way(const struct transfer *self)
{
	return self->request->is_write && self->is_on_wire;
}

static bool is_cancelled(const struct http_settings *settings)
{
	return settings->cancelled != NULL && *settings->cancelled != 0;
}

static size_t receive_body(char *data, size_t size, size_t count, void *user)
{
	struct transfer *self = user;
	if (self->body->len + size * count > LIMIT_REPLY_BYTES) {
		self->stop = STOP_BODY_SIZE;
		return 0;
	}
	g_byte_array_append(self->body, (const guint8 *)data, (guint)(size * count));
	return size * count;
}

/* libcurl is content with headers that the end of the connection cuts; their blank line tells. */
static size_t receive_header(char *data, size_t size, size_t count, void *user)
{
	struct transfer *self = user;
	const gsize length = size * count;
	self->header_bytes += length;
	if (self->header_bytes > LIMIT_HEADER_BYTES) {
		self->stop = STOP_HEADER_SIZE;
		return 0;
	}
	if (length >= 5 && memcmp(data, "HTTP/", 5) == 0) {
		self->has_headers = false;
	} else if (length > 0 && (data[0] == '\r' || data[0] == '\n')) {
		self->has_headers = true;
	}
	return length;
}

/* RFC 9112, 8: intact headers, and a body as long as they say, which libcurl has checked. */
static bool is_reply_whole(const struct transfer *self)
{
	long status = 0;
	curl_easy_getinfo(self->easy, CURLINFO_RESPONSE_CODE, &status);
	return self->has_headers && status >= 200;
}

/*
 * Called with a connection at hand, before the first byte of the request. When a reused connection
 * dies before the first byte of the reply, libcurl comes here a second time: a write would be done
 * twice.
 */
static int about_to_send(void *user, char *remote_ip, char *local_ip, int remote_port,
                         int local_port)
{
	(void)remote_ip, (void)local_ip, (void)remote_port, (void)local_port;
	struct transfer *self = user;
	if (is_cancelled(self->settings)) {
		self->stop = STOP_CANCELLED;
		return CURL_PREREQFUNC_ABORT;
	}
	if (self->request->is_write && self->is_on_wire) {
		self->stop = STOP_SENT_ONCE;
		return CURL_PREREQFUNC_ABORT;
	}
	self->is_on_wire = true;
	self->has_headers = false;
	(*self->sent)++;
	return CURL_PREREQFUNC_OK;
}

static void set_security(struct transfer *self, const char *url)
{
	const struct http_settings *settings = self->settings;
	CURL *easy = self->easy;
	curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
	const struct transport transport = transport_of(settings);
	transport_secure(&transport, easy, http_is_loopback(url));
	if (settings->user != NULL) {
		curl_easy_setopt(easy, CURLOPT_HTTPAUTH, (long)CURLAUTH_BASIC);
		curl_easy_setopt(easy, CURLOPT_USERNAME, settings->user);
		curl_easy_setopt(easy, CURLOPT_PASSWORD,
		                 settings->password == NULL ? "" : settings->password);
	} else if (settings->bearer != NULL) {
		curl_easy_setopt(easy, CURLOPT_HTTPAUTH, (long)CURLAUTH_BEARER);
		curl_easy_setopt(easy, CURLOPT_XOAUTH2_BEARER, settings->bearer);
	}
}

/* By default a connection carries one request at a time, and its end tells about that one. */
static void set_version(struct transfer *self)
{
	const bool is_shared = self->settings->shares_connections;
	curl_easy_setopt(self->easy, CURLOPT_HTTP_VERSION,
	                 (long)(is_shared ? CURL_HTTP_VERSION_2TLS : CURL_HTTP_VERSION_1_1));
	curl_easy_setopt(self->easy, CURLOPT_PIPEWAIT, is_shared ? 1L : 0L);
}

static void set_bounds(struct transfer *self)
{
	CURL *easy = self->easy;
	const gint64 timeout = self->settings->timeout_ms;
	curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)timeout);
	curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)MIN(timeout, CONNECT_TIMEOUT_MS));
	curl_easy_setopt(easy, CURLOPT_MAXAGE_CONN, (long)IDLE_SECONDS);
	curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(easy, CURLOPT_QUICK_EXIT,
	                 1L); /* a cancelled name look-up is not waited for */
	curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, receive_body);
	curl_easy_setopt(easy, CURLOPT_WRITEDATA, self);
	curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, receive_header);
	curl_easy_setopt(easy, CURLOPT_HEADERDATA, self);
	curl_easy_setopt(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
	curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, about_to_send);
	curl_easy_setopt(easy, CURLOPT_PREREQDATA, self);
	curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, self->message);
}

static void add_header(struct transfer *self, const char *line)
{
	struct curl_slist *longer = curl_slist_append(self->headers, line);
	g_assert(longer != NULL);
	self->headers = longer;
}

/* A line break in a header would begin another one. */
static bool is_header_text(const char *text)
{
	return strpbrk(text, "\r\n") == NULL;
}

static bool set_headers(struct transfer *self, GError **error)
{
	bool has_type = false;
	for (gsize i = 0; i < self->request->n_headers; i++) {
		const struct http_pair *header = &self->request->headers[i];
		if (!is_header_text(header->name) || !is_header_text(header->value)) {
			g_set_error(error, PASSERELLE_ERROR, PASSERELLE_ERROR_PROTOCOL,
			            "%s: a header with a line break cannot be sent", self->host);
			return false;
		}
		/* libcurl: "name;" is a header without value, "name:" would be none at all. */
		g_autofree char *line =
			*header->value == '\0'
				? g_strconcat(header->name, ";", NULL)
				: g_strconcat(header->name, ": ", header->value, NULL);
		add_header(self, line);
		has_type = has_type || g_ascii_strcasecmp(header->name, "Content-Type") == 0;
	}
	add_header(self, "Expect:");
	if (self->request->body != NULL && !has_type) {
		add_header(self, "Content-Type:");
	}
	curl_easy_setopt(self->easy, CURLOPT_HTTPHEADER, self->headers);
	curl_easy_setopt(self->easy, CURLOPT_USERAGENT, "passerelle/" PASSERELLE_VERSION);
	return true;
}

static void set_parts(struct transfer *self)
{
	self->mime = curl_mime_init(self->easy);
	g_assert(self->mime != NULL);
	for (gsize i = 0; i < self->request->n_parts; i++) {
		const struct http_part *part = &self->request->parts[i];
		curl_mimepart *mime = curl_mime_addpart(self->mime);
		curl_mime_name(mime, part->name);
		curl_mime_data(mime, part->size == 0 ? "" : part->data, part->size);
		curl_mime_filename(mime, part->file_name);
		curl_mime_type(mime, part->content_type);
	}
	curl_easy_setopt(self->easy, CURLOPT_MIMEPOST, self->mime);
}

static void set_method(struct transfer *self)
{
	const struct http_request *request = self->request;
	const char *method = request->method;
	const bool carries = g_strcmp0(method, "POST") == 0 || g_strcmp0(method, "PUT") == 0;
	if (request->parts != NULL) {
		set_parts(self);
	} else if (request->body != NULL || carries) {
		const gsize size = request->body == NULL ? 0 : request->body_size;
		curl_easy_setopt(self->easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)size);
		curl_easy_setopt(self->easy, CURLOPT_POSTFIELDS, size == 0 ? "" : request->body);
	} else if (g_strcmp0(method, "HEAD") == 0) {
		curl_easy_setopt(self->easy, CURLOPT_NOBODY, 1L);
		return;
	} else {
		curl_easy_setopt(self->easy, CURLOPT_HTTPGET, 1L);
	}
	if (method != NULL) {
		curl_easy_setopt(self->easy, CURLOPT_CUSTOMREQUEST, method);
	}
}

struct transfer *transfer_new(const struct http_settings *settings, struct http_request *request,
                              guint64 *sent, GError **error)
{
	char *host = NULL;
	g_autofree char *url = address_compose(request, &host, error);
	if (url == NULL) {
		return NULL;
	}
	struct transfer *self = g_new0(struct transfer, 1);
	self->settings = settings;
	self->request = request;
	self->sent = sent;
	self->host = host;
	self->body = g_byte_array_new();
	self->easy = curl_easy_init();
	g_assert(self->easy != NULL);
	curl_easy_setopt(self->easy, CURLOPT_URL, url);
	curl_easy_setopt(self->easy, CURLOPT_PRIVATE, self);
	set_security(self, url);
	set_bounds(self);
	set_version(self);
	set_method(self);
	if (!set_headers(self, error)) {
		g_clear_pointer(&self, transfer_free);
	}
	return self;
}

void transfer_free(struct transfer *self)
{
	if (self == NULL) {
		return;
	}
	curl_easy_cleanup(self->easy);
	curl_mime_free(self->mime);
	curl_slist_free_all(self->headers);
	g_byte_array_unref(self->body);
	g_free(self->host);
	g_free(self);
}

/* RFC 9110, 10.2.3: seconds or a date, which is compared with the server's own clock where it tells
 * it. */
static gint64 read_retry_after(CURL *easy)
{
	struct curl_header *header = NULL;
	if (curl_easy_header(easy, "Retry-After", 0, CURLH_HEADER, -1, &header) != CURLHE_OK) {
		return -1;
	}
	guint64 seconds = 0;
	if (g_ascii_isdigit(header->value[0])) {
		seconds = g_ascii_strtoull(header->value, NULL, 10);
		return (gint64)MIN(seconds, MAX_RETRY_AFTER);
	}
	const time_t until = curl_getdate(header->value, NULL);
	if (until == -1) {
		return -1;
	}
	time_t now = -1;
	if (curl_easy_header(easy, "Date", 0, CURLH_HEADER, -1, &header) == CURLHE_OK) {
		now = curl_getdate(header->value, NULL);
	}
	now = now == -1 ? time(NULL) : now;
	return CLAMP((gint64)until - (gint64)now, 0, MAX_RETRY_AFTER);
}

/* All that is told under a name; the bound on headers bounds it. */
static char *read_header(CURL *easy, const char *name)
{
	GString *text = NULL;
	struct curl_header *header = NULL;
	for (size_t i = 0; curl_easy_header(easy, name, i, CURLH_HEADER, -1, &header) == CURLHE_OK;
	     i++) {
		if (text == NULL) {
			text = g_string_new(header->value);
		} else {
			g_string_append_printf(text, ", %s", header->value);
		}
	}
	return text == NULL ? NULL : g_strstrip(g_string_free(text, FALSE));
}

static void take_headers(struct transfer *self)
{
	struct http_request *request = self->request;
	if (request->n_wanted == 0) {
		return;
	}
	request->headers_out = g_new0(char *, request->n_wanted);
	for (gsize i = 0; i < request->n_wanted; i++) {
		request->headers_out[i] = read_header(self->easy, request->wanted_headers[i]);
	}
}

static void settle_answered(struct transfer *self)
{
	struct http_request *request = self->request;
	const char *type = NULL;
	curl_easy_getinfo(self->easy, CURLINFO_RESPONSE_CODE, &request->status);
	curl_easy_getinfo(self->easy, CURLINFO_CONTENT_TYPE, &type);
	request->fate = HTTP_ANSWERED;
	request->content_type = g_strdup(type);
	request->retry_after = read_retry_after(self->easy);
	take_headers(self);
	const gsize size = self->body->len;
	g_byte_array_append(self->body, (const guint8 *)"", 1);
	g_autoptr(GBytes) whole = g_byte_array_free_to_bytes(g_steal_pointer(&self->body));
	request->body_out = g_bytes_new_from_bytes(whole, 0, size);
	self->body = g_byte_array_new();
}

static char *time_out_words(const struct transfer *self)
{
	const gint64 limit = self->is_on_wire ? self->settings->timeout_ms
	                                      : MIN(self->settings->timeout_ms, CONNECT_TIMEOUT_MS);
	const char *what = self->is_on_wire ? "no whole reply" : "no connection";
	if (limit % 1000 == 0) {
		return g_strdup_printf("%s within %" G_GINT64_FORMAT " s", what, limit / 1000);
	}
	return g_strdup_printf("%s within %" G_GINT64_FORMAT " ms", what, limit);
}

static const struct {
	CURLcode code;
	enum passerelle_error kind;
	const char *words;
} failures[] = {
	{CURLE_COULDNT_RESOLVE_PROXY, PASSERELLE_ERROR_NETWORK, "the proxy's name cannot be found"},
	{CURLE_COULDNT_RESOLVE_HOST, PASSERELLE_ERROR_NETWORK, "the host's name cannot be found"},
	{CURLE_SSL_CONNECT_ERROR, PASSERELLE_ERROR_NETWORK, "no secure connection could be made"},
	{CURLE_SSL_CACERT_BADFILE, PASSERELLE_ERROR_CONFIG, "ca_file holds no certificate"},
	{CURLE_SSL_CERTPROBLEM, PASSERELLE_ERROR_CONFIG,
         "client_certificate and client_key cannot be used"},
	{CURLE_SSL_PINNEDPUBKEYNOTMATCH, PASSERELLE_ERROR_CONFIG,
         "the server's key is not the one of pinned_key: it was replaced, or this is not the "
         "server"},
	{CURLE_GOT_NOTHING, PASSERELLE_ERROR_NETWORK, "the connection was closed without a reply"},
	{CURLE_SEND_ERROR, PASSERELLE_ERROR_NETWORK, "the connection was lost while sending"},
	{CURLE_RECV_ERROR, PASSERELLE_ERROR_NETWORK, "the connection was lost"},
	{CURLE_PARTIAL_FILE, PASSERELLE_ERROR_NETWORK, "the reply was cut short"},
	{CURLE_WEIRD_SERVER_REPLY, PASSERELLE_ERROR_PROTOCOL, "the reply is not HTTP"},
	{CURLE_UNSUPPORTED_PROTOCOL, PASSERELLE_ERROR_PROTOCOL, "the reply is not HTTP"},
};

static GError *error_of_code(const struct transfer *self, CURLcode code)
{
	enum passerelle_error kind = PASSERELLE_ERROR_NETWORK;
	g_autofree char *words = NULL;
	long proxy_status = 0;
	curl_easy_getinfo(self->easy, CURLINFO_HTTP_CONNECTCODE, &proxy_status);
	if (!self->is_on_wire && proxy_status >= 300) {
		kind = proxy_status == STATUS_PROXY_AUTH ? PASSERELLE_ERROR_CONFIG : kind;
		words = g_strdup_printf("the proxy answers %ld", proxy_status);
	} else if (code == CURLE_OPERATION_TIMEDOUT) {
		words = time_out_words(self);
	} else if (code == CURLE_COULDNT_CONNECT) {
		words = g_strdup(transport_connect_words(self->easy));
	} else if (code == CURLE_PEER_FAILED_VERIFICATION) {
		words = transport_certificate_words(self->message);
	}
	for (gsize i = 0; words == NULL && i < G_N_ELEMENTS(failures); i++) {
		if (failures[i].code == code) {
			kind = failures[i].kind;
			words = g_strdup(failures[i].words);
		}
	}
	return g_error_new(PASSERELLE_ERROR, (int)kind, "%s: %s", self->host,
	                   words == NULL ? curl_easy_strerror(code) : words);
}

static GError *error_of_stop(const struct transfer *self)
{
	static const struct {
		enum passerelle_error kind;
		const char *words;
	} reasons[] = {
		[STOP_CANCELLED] = {PASSERELLE_ERROR_CANCELLED, "stopped before the reply"},
		[STOP_SENT_ONCE] = {PASSERELLE_ERROR_NETWORK,
	                            "the connection was lost before the reply; not sent again"},
		[STOP_BODY_SIZE] = {PASSERELLE_ERROR_PROTOCOL, "the reply is too large"},
		[STOP_HEADER_SIZE] = {PASSERELLE_ERROR_PROTOCOL, "the reply has too many headers"},
	};
	return g_error_new(PASSERELLE_ERROR, (int)reasons[self->stop].kind, "%s: %s", self->host,
	                   reasons[self->stop].words);
}

/* Before the wire, all that can go out to an https address is a proxy's CONNECT, which libcurl
 * counts too. */
static bool is_proven_unsent(const struct transfer *self)
{
	long bytes = 0;
	const char *url = NULL;
	curl_easy_getinfo(self->easy, CURLINFO_REQUEST_SIZE, &bytes);
	curl_easy_getinfo(self->easy, CURLINFO_EFFECTIVE_URL, &url);
	return !self->is_on_wire &&
	       (bytes == 0 || (url != NULL && g_ascii_strncasecmp(url, "https:", 6) == 0));
}

void transfer_settle(struct transfer *self, CURLcode code)
{
	if (code == CURLE_OK && self->stop == STOP_NONE) {
		if (is_reply_whole(self)) {
			settle_answered(self);
			return;
		}
		code = CURLE_PARTIAL_FILE;
	}
	self->request->fate = is_proven_unsent(self) ? HTTP_NOT_SENT : HTTP_UNKNOWN;
	self->request->error =
		self->stop == STOP_NONE ? error_of_code(self, code) : error_of_stop(self);
}

void transfer_settle_cancelled(struct transfer *self)
{
	self->stop = STOP_CANCELLED;
	transfer_settle(self, CURLE_ABORTED_BY_CALLBACK);
}

void request_settle_not_sent(struct http_request *request, GError *error)
{
	request->fate = HTTP_NOT_SENT;
	request->error = error;
}
