/* SPDX-License-Identifier: MIT */
/* The connection under imap.c: how libcurl makes it, and why it could not. */
#include "net/imap_wire.h"

#include <string.h>

#include "base/limits.h"
#include "net/transport.h"

#define LOOK_MS            50
#define KEEP_ALIVE_SECONDS 120L /* a connection that is asleep: is the other end still there? */
#define KEEP_ALIVE_AGAIN   30L

/* ---- addresses ---- */

struct address {
	char *scheme, *host, *port;
};

static void address_clear(struct address *self)
{
	g_free(self->scheme);
	g_free(self->host);
	g_free(self->port);
}

/* By libcurl's own parser, so that what is checked is what is called. */
static bool address_read(struct address *self, const char *url)
{
	CURLU *parts = curl_url();
	*self = (struct address){NULL, NULL, NULL};
	if (parts != NULL &&
	    curl_url_set(parts, CURLUPART_URL, url,
	                 CURLU_NON_SUPPORT_SCHEME | CURLU_DISALLOW_USER) == CURLUE_OK) {
		self->scheme = transport_part(parts, CURLUPART_SCHEME);
		self->host = transport_part(parts, CURLUPART_HOST);
		self->port = transport_part(parts, CURLUPART_PORT);
	}
	curl_url_cleanup(parts);
	return self->host != NULL && self->host[0] != '\0' &&
	       (strcmp(self->scheme, "imap") == 0 || strcmp(self->scheme, "imaps") == 0);
}

bool imap_is_address(const char *url)
{
	struct address address;
	const bool is = address_read(&address, url);
	address_clear(&address);
	return is;
}

/* ---- options ---- */

/* What is said before the sign-in: libcurl reads it too, but tells little of it. */
static size_t hear(char *data, size_t size, size_t count, void *user)
{
	struct wire *self = user;
	struct imap_cursor line = {data, data + size * count};
	self->heard += size * count;
	if (self->heard > LIMIT_HEADER_BYTES) {
		return 0;
	}
	(void)imap_skip_value(&line); /* "*", or the tag of libcurl's own command */
	if (imap_read_word(&line, "PREAUTH")) {
		self->is_preauthenticated = true;
	} else if (imap_read_word(&line, "BYE") || imap_read_word(&line, "NO") ||
	           imap_read_word(&line, "BAD")) {
		g_free(self->refusal);
		self->refusal = imap_clean_words(line.at, (gsize)(line.end - line.at));
	}
	return size * count;
}

static bool wants_tls(const struct imap_settings *settings, const struct address *address)
{
	return !transport_is_loopback(address->host) || settings->ca_file != NULL ||
	       settings->pinned_key != NULL || settings->client_certificate != NULL;
}

static struct transport transport_of_mail(const struct imap_settings *settings)
{
	return (struct transport){
		.ca_file = settings->ca_file,
		.proxy = settings->proxy,
		.client_certificate = settings->client_certificate,
		.client_key = settings->client_key,
		.pinned_key = settings->pinned_key,
	};
}

static void set_security(CURL *easy, const struct imap_settings *settings,
                         const struct address *address)
{
	const bool needs_tls = wants_tls(settings, address);
	curl_easy_setopt(easy, CURLOPT_USE_SSL,
	                 (long)(needs_tls ? CURLUSESSL_ALL : CURLUSESSL_NONE));
	const struct transport transport = transport_of_mail(settings);
	transport_secure(&transport, easy, transport_is_loopback(address->host));
	curl_easy_setopt(easy, CURLOPT_HTTPPROXYTUNNEL, 1L);
}

static void set_options(struct wire *self, const struct imap_settings *settings,
                        const struct address *address)
{
	CURL *easy = self->easy;
	g_autofree char *url = g_strdup_printf("%s://%s/", address->scheme, self->host);
	curl_easy_setopt(easy, CURLOPT_URL, url);
	curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "imap,imaps");
	/* Up to TLS and no further: without a user, libcurl's own sign-in does nothing. */
	curl_easy_setopt(easy, CURLOPT_CONNECT_ONLY, 1L);
	curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)settings->timeout_ms);
	curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
	curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
	curl_easy_setopt(easy, CURLOPT_TCP_KEEPIDLE, KEEP_ALIVE_SECONDS);
	curl_easy_setopt(easy, CURLOPT_TCP_KEEPINTVL, KEEP_ALIVE_AGAIN);
	curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, hear);
	curl_easy_setopt(easy, CURLOPT_HEADERDATA, self);
	curl_easy_setopt(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
	curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, self->message);
	set_security(easy, settings, address);
}

/* ---- why not ---- */

/* A missing STARTTLS is NETWORK, as a wrong certificate is: somebody on the way can take either
 * away for a while, and must not stop the account for good. */
static const struct {
	CURLcode code;
	enum passerelle_error kind;
	const char *words;
} FAILURES[] = {
	{CURLE_COULDNT_RESOLVE_PROXY, PASSERELLE_ERROR_NETWORK, "the proxy's name cannot be found"},
	{CURLE_COULDNT_RESOLVE_HOST, PASSERELLE_ERROR_NETWORK, "the host's name cannot be found"},
	{CURLE_OPERATION_TIMEDOUT, PASSERELLE_ERROR_NETWORK, "no connection in time"},
	{CURLE_USE_SSL_FAILED, PASSERELLE_ERROR_NETWORK,
         "the server offers no secure connection (STARTTLS): not signed in"},
	{CURLE_SSL_CONNECT_ERROR, PASSERELLE_ERROR_NETWORK, "no secure connection could be made"},
	{CURLE_SSL_PINNEDPUBKEYNOTMATCH, PASSERELLE_ERROR_CONFIG,
         "the server's key is not the one of pinned_key: it was replaced, or this is not the "
         "server"},
	{CURLE_SSL_CACERT_BADFILE, PASSERELLE_ERROR_CONFIG, "ca_file holds no certificate"},
	{CURLE_SSL_CERTPROBLEM, PASSERELLE_ERROR_CONFIG,
         "the client certificate or its key cannot be used"},
	{CURLE_UNSUPPORTED_PROTOCOL, PASSERELLE_ERROR_CONFIG, "this libcurl knows no IMAP"},
	{CURLE_GOT_NOTHING, PASSERELLE_ERROR_NETWORK, "the server closed the connection"},
	{CURLE_SEND_ERROR, PASSERELLE_ERROR_NETWORK, "the connection was lost"},
	{CURLE_RECV_ERROR, PASSERELLE_ERROR_NETWORK, "the connection was lost"},
	{CURLE_WEIRD_SERVER_REPLY, PASSERELLE_ERROR_PROTOCOL, "the reply is not IMAP"},
	{CURLE_WRITE_ERROR, PASSERELLE_ERROR_PROTOCOL, "the server says too much"},
};

static GError *error_of_code(const struct wire *self, CURLcode code)
{
	enum passerelle_error kind = PASSERELLE_ERROR_NETWORK;
	const char *words = curl_easy_strerror(code);
	for (gsize i = 0; i < G_N_ELEMENTS(FAILURES); i++) {
		if (FAILURES[i].code == code) {
			kind = FAILURES[i].kind;
			words = FAILURES[i].words;
		}
	}
	if (self->refusal != NULL && code != CURLE_USE_SSL_FAILED) {
		return g_error_new(PASSERELLE_ERROR, PASSERELLE_ERROR_NETWORK,
		                   "%s: the server turns us away: %s", self->host, self->refusal);
	}
	if (code == CURLE_COULDNT_CONNECT) {
		words = transport_connect_words(self->easy);
	} else if (code == CURLE_PEER_FAILED_VERIFICATION) {
		g_autofree char *why = transport_certificate_words(self->message);
		return g_error_new(PASSERELLE_ERROR, (int)kind, "%s: %s", self->host, why);
	}
	return g_error_new(PASSERELLE_ERROR, (int)kind, "%s: %s", self->host, words);
}

/* ---- the connection ---- */

static bool find_outcome(CURLM *multi, CURLcode *code)
{
	int left = 0;
	const CURLMsg *message = curl_multi_info_read(multi, &left);
	if (message != NULL) {
		*code = message->data.result;
	}
	return message != NULL;
}

static bool connect_wire(struct wire *self, gint64 timeout_ms, GError **error)
{
	const gint64 deadline = g_get_monotonic_time() + timeout_ms * 1000;
	CURLcode code = CURLE_OPERATION_TIMEDOUT;
	while (g_get_monotonic_time() < deadline) {
		int running = 0;
		if (self->cancelled != NULL && *self->cancelled != 0) {
			g_set_error(error, PASSERELLE_ERROR, PASSERELLE_ERROR_CANCELLED,
			            "%s: stopped while connecting", self->host);
			return false;
		}
		curl_multi_perform(self->multi, &running);
		if (find_outcome(self->multi, &code)) {
			break;
		}
		curl_multi_poll(self->multi, NULL, 0, LOOK_MS, NULL);
	}
	if (code != CURLE_OK) {
		g_propagate_error(error, error_of_code(self, code));
	}
	return code == CURLE_OK;
}

static struct wire *wire_new(const struct imap_settings *settings, const struct address *address)
{
	struct wire *self = g_new0(struct wire, 1);
	const char *usual = strcmp(address->scheme, "imaps") == 0 ? "993" : "143";
	self->name = g_strdup(address->host);
	self->port = strtol(address->port != NULL ? address->port : usual, NULL, 10);
	self->host = address->port == NULL ? g_strdup(address->host)
	                                   : g_strdup_printf("%s:%ld", self->name, self->port);
	self->is_secure = strcmp(usual, "993") == 0 || wants_tls(settings, address);
	self->cancelled = settings->cancelled;
	self->line = g_byte_array_new();
	self->multi = curl_multi_init();
	self->easy = curl_easy_init();
	g_assert(self->multi != NULL && self->easy != NULL);
	set_options(self, settings, address);
	const CURLMcode code = curl_multi_add_handle(self->multi, self->easy);
	g_assert(code == CURLM_OK);
	return self;
}

struct wire *wire_open(const struct imap_settings *settings, GError **error)
{
	const struct transport transport = transport_of_mail(settings);
	struct address address;
	struct wire *self = NULL;
	transport_start();
	if (!address_read(&address, settings->url)) {
		g_set_error(
			error, PASSERELLE_ERROR, PASSERELLE_ERROR_CONFIG,
			"the address of the mailbox is no imaps:// or imap:// address, or holds "
			"a user name");
	} else if (transport_check(&transport, error)) {
		self = wire_new(settings, &address);
		if (!connect_wire(self, settings->timeout_ms, error)) {
			g_clear_pointer(&self, wire_close);
		}
	}
	address_clear(&address);
	return self;
}

/* A handle with CONNECT_ONLY takes its connection along, without a word. */
void wire_close(struct wire *self)
{
	if (self == NULL) {
		return;
	}
	curl_multi_remove_handle(self->multi, self->easy);
	curl_easy_cleanup(self->easy);
	curl_multi_cleanup(self->multi);
	explicit_bzero(self->in, sizeof(self->in));
	g_byte_array_unref(self->line);
	g_free(self->host);
	g_free(self->name);
	g_free(self->refusal);
	g_free(self);
}
