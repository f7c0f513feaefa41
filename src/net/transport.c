/* SPDX-License-Identifier: MIT */
/* What every connection over libcurl has in common. */
#include "net/transport.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"

#define PIN_BYTES 32 /* SHA-256 */

static gpointer initialise(gpointer data)
{
	(void)data;
	g_assert(curl_global_init_mem(CURL_GLOBAL_DEFAULT, memory_allocate, g_free, memory_resize,
	                              g_strdup, memory_allocate_zeroed) == CURLE_OK);
	return NULL;
}

void transport_start(void)
{
	static GOnce once = G_ONCE_INIT;
	g_once(&once, initialise, NULL);
}

static bool check_file(const char *option, const char *path, GError **error)
{
	if (path == NULL) {
		return true;
	}
	const int file = open(path, O_RDONLY | O_CLOEXEC);
	if (file < 0 || close(file) != 0) {
		g_set_error(error, PASSERELLE_ERROR, PASSERELLE_ERROR_CONFIG,
		            "%s \"%s\" cannot be read", option, path);
		return false;
	}
	return true;
}

/* libcurl takes any other text for the name of a file with the key. */
static bool check_pin(const char *pins, GError **error)
{
	static const char prefix[] = "sha256//";
	g_auto(GStrv) list = pins == NULL ? NULL : g_strsplit(pins, ";", -1);
	for (gsize i = 0; list != NULL && (i == 0 || list[i] != NULL); i++) {
		gsize size = 0;
		const char *pin = list[i] == NULL ? "" : list[i];
		g_autofree guchar *digest = g_str_has_prefix(pin, prefix)
		                                    ? g_base64_decode(pin + strlen(prefix), &size)
		                                    : NULL;
		if (digest == NULL || size != PIN_BYTES) {
			g_set_error(error, PASSERELLE_ERROR, PASSERELLE_ERROR_CONFIG,
			            "pinned_key \"%s\" is not sha256//BASE64 of a key", pin);
			return false;
		}
	}
	return true;
}

bool transport_check(const struct transport *self, GError **error)
{
	return check_pin(self->pinned_key, error) && check_file("ca_file", self->ca_file, error) &&
	       check_file("client_certificate", self->client_certificate, error) &&
	       check_file("client_key", self->client_key, error);
}

void transport_secure(const struct transport *self, CURL *easy, bool is_loopback)
{
	const char *key = self->client_key != NULL ? self->client_key : self->client_certificate;
	curl_easy_setopt(easy, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
	curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L);
	curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L);
	curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	if (self->ca_file != NULL) {
		curl_easy_setopt(easy, CURLOPT_CAINFO, self->ca_file);
		curl_easy_setopt(easy, CURLOPT_CAPATH, NULL);
	}
	curl_easy_setopt(easy, CURLOPT_SSLCERT, self->client_certificate);
	curl_easy_setopt(easy, CURLOPT_SSLKEY, key);
	curl_easy_setopt(easy, CURLOPT_PINNEDPUBLICKEY, self->pinned_key);
	if (is_loopback) {
		curl_easy_setopt(easy, CURLOPT_PROXY, ""); /* the environment's neither */
	} else if (self->proxy != NULL) {
		curl_easy_setopt(easy, CURLOPT_PROXY, self->proxy);
	}
}

bool transport_is_loopback(const char *host)
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

char *transport_part(CURLU *parts, CURLUPart part)
{
	char *value = NULL;
	if (curl_url_get(parts, part, &value, 0) != CURLUE_OK) {
		return NULL;
	}
	char *copy = g_strdup(value);
	curl_free(value);
	return copy;
}

const char *transport_connect_words(CURL *easy)
{
	static const struct {
		int number;
		const char *words;
	} reasons[] = {
		{ECONNREFUSED, "connection refused"},
		{ENETUNREACH, "the network cannot be reached"},
		{EHOSTUNREACH, "the host cannot be reached"},
		{ENETDOWN, "the network is down"},
		{ETIMEDOUT, "the host does not answer"},
	};
	long number = 0;
	curl_easy_getinfo(easy, CURLINFO_OS_ERRNO, &number);
	for (gsize i = 0; i < G_N_ELEMENTS(reasons); i++) {
		if (reasons[i].number == number) {
			return reasons[i].words;
		}
	}
	return "cannot connect";
}

char *transport_certificate_words(const char *message)
{
	static const char prefix[] = "SSL certificate problem: ";
	const gsize skip = g_str_has_prefix(message, prefix) ? strlen(prefix) : 0;
	return g_strdup_printf("the certificate cannot be verified: %s", message + skip);
}
