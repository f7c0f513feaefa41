/* SPDX-License-Identifier: MIT */
/* The connection under imap.c: how libcurl makes it, and why it could not. */
#include "net/imap_wire.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <string.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/memory.h"

#define LOOK_MS            50
#define KEEP_ALIVE_SECONDS 120L /* a connection that is asleep: is the other end still there? */
#define KEEP_ALIVE_AGAIN   30L

static gpointer initialise_curl(gpointer data)
{
	(void)data;
	/* The same as in http.c, in whichever order: the first call decides for both. */
	g_assert(curl_global_init_mem(CURL_GLOBAL_DEFAULT, memory_allocate, g_free, memory_resize,
	                              g_strdup, memory_allocate_zeroed) == CURLE_OK);
	return NULL;
}

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

static char *get_part(CURLU *parts, CURLUPart part, unsigned flags)
{
	char *value = NULL;
	if (curl_url_get(parts, part, &value, flags) != CURLUE_OK) {
		return NULL;
	}
	char *copy = g_strdup(value);
	curl_free(value);
	return copy;
}

/* By libcurl's own parser, so that what is checked is what is called. */
static bool address_read(struct address *self, const char *url)
{
	CURLU *parts = curl_url();
	*self = (struct address){NULL, NULL, NULL};
	if (parts != NULL &&
	    curl_url_set(parts, CURLUPART_URL, url,
	                 CURLU_NON_SUPPORT_SCHEME | CURLU_DISALLOW_USER) == CURLUE_OK) {
		self->scheme = get_part(parts, CURLUPART_SCHEME, 0);
		self->host = get_part(parts, CURLUPART_HOST, 0);
		self->port = get_part(parts, CURLUPART_PORT, 0);
	}
	curl_url_cleanup(parts);
	return self->host != NULL && self->host[0] != '\0' &&
	       (strcmp(self->scheme, "imap") == 0 || strcmp(self->scheme, "imaps") == 0);
}

static bool is_loopback_host(const char *host)
{
	struct in_addr v4;
	if (inet_pton(AF_INET, host, &v4) == 1) {
		return ntohl(v4.s_addr) >> 24 == 127;
	}
	g_autofree char *bare = g_strdup(host + (*host == '['));
	g_strdelimit(bare, "]", '\0');
	struct in6_addr v6;
	if (inet_pton(AF_INET6, bare, &v6) == 1) {
		return IN6_IS_ADDR_LOOPBACK(&v6);
	}
	return g_ascii_strcasecmp(host, "localhost") == 0;
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
	return !is_loopback_host(address->host) || settings->ca_file != NULL ||
	       settings->pinned_key != NULL || settings->client_certificate != NULL;
}

static void set_security(CURL *easy, const struct imap_settings *settings,
                         const struct address *address)
{
	const bool needs_tls = wants_tls(settings, address);
	curl_easy_setopt(easy, CURLOPT_USE_SSL,
	                 (long)(needs_tls ? CURLUSESSL_ALL : CURLUSESSL_NONE));
	curl_easy_setopt(easy, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
	curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L);
	curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L);
	curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	if (settings->ca_file != NULL) {
		curl_easy_setopt(easy, CURLOPT_CAINFO, settings->ca_file);
		curl_easy_setopt(easy, CURLOPT_CAPATH, NULL);
	}
	if (settings->client_certificate != NULL) {
		curl_easy_setopt(easy, CURLOPT_SSLCERT, settings->client_certificate);
		curl_easy_setopt(easy, CURLOPT_SSLKEY,
		                 settings->client_key != NULL ? settings->client_key
		                                              : settings->client_certificate);
	}
	if (settings->pinned_key != NULL) {
		curl_easy_setopt(easy, CURLOPT_PINNEDPUBLICKEY, settings->pinned_key);
	}
	if (is_loopback_host(address->host)) {
		curl_easy_setopt(easy, CURLOPT_PROXY, ""); /* the environment's neither */
	} else if (settings->proxy != NULL) {
		curl_easy_setopt(easy, CURLOPT_PROXY, settings->proxy);
	}
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

/* libcurl would only say that a file cannot be used, or nothing at all. */
static bool check_files(const struct imap_settings *settings, GError **error)
{
	const struct {
		const char *option, *path;
	} files[] = {{"ca_file", settings->ca_file},
	             {"client_certificate", settings->client_certificate},
	             {"client_key", settings->client_key}};
	for (gsize i = 0; i < G_N_ELEMENTS(files); i++) {
		const int file =
			files[i].path == NULL ? -1 : open(files[i].path, O_RDONLY | O_CLOEXEC);
		if (files[i].path != NULL && (file < 0 || close(file) != 0)) {
			g_set_error(error, PASSERELLE_ERROR, PASSERELLE_ERROR_CONFIG,
			            "%s \"%s\" cannot be read", files[i].option, files[i].path);
			return false;
		}
	}
	return true;
}

/* ---- why not ---- */

static const char *connect_words(CURL *easy)
{
	static const struct {
		int number;
		const char *words;
	} REASONS[] = {
		{ECONNREFUSED, "connection refused"},
		{ENETUNREACH, "the network cannot be reached"},
		{EHOSTUNREACH, "the host cannot be reached"},
		{ENETDOWN, "the network is down"},
		{ETIMEDOUT, "the host does not answer"},
	};
	long number = 0;
	curl_easy_getinfo(easy, CURLINFO_OS_ERRNO, &number);
	for (gsize i = 0; i < G_N_ELEMENTS(REASONS); i++) {
		if (REASONS[i].number == number) {
			return REASONS[i].words;
		}
	}
	return "cannot connect";
}

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
		words = connect_words(self->easy);
	} else if (code == CURLE_PEER_FAILED_VERIFICATION) {
		static const char prefix[] = "SSL certificate problem: ";
		const gsize skip = g_str_has_prefix(self->message, prefix) ? strlen(prefix) : 0;
		return g_error_new(PASSERELLE_ERROR, (int)kind,
		                   "%s: the certificate cannot be verified: %s", self->host,
		                   self->message + skip);
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
	static GOnce once = G_ONCE_INIT;
	struct address address;
	struct wire *self = NULL;
	g_once(&once, initialise_curl, NULL);
	if (!address_read(&address, settings->url)) {
		g_set_error(
			error, PASSERELLE_ERROR, PASSERELLE_ERROR_CONFIG,
			"the address of the mailbox is no imaps:// or imap:// address, or holds "
			"a user name");
	} else if (check_files(settings, error)) {
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
