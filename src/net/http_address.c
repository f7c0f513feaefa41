/* SPDX-License-Identifier: MIT */
/* Addresses: which may be called, how a query is encoded, what of them may be shown. */
#include "net/http_transfer.h"

#include <string.h>

/* By libcurl's own parser, so that what is checked is what is called. NULL = not an address. */
static CURLU *parse(const char *url, unsigned flags)
{
	CURLU *parts = curl_url();
	if (parts == NULL || curl_url_set(parts, CURLUPART_URL, url, flags) != CURLUE_OK) {
		curl_url_cleanup(parts);
		return NULL;
	}
	return parts;
}

bool http_is_loopback(const char *url)
{
	CURLU *parts = parse(url, CURLU_NON_SUPPORT_SCHEME);
	if (parts == NULL) {
		return false;
	}
	g_autofree char *scheme = transport_part(parts, CURLUPART_SCHEME);
	g_autofree char *host = transport_part(parts, CURLUPART_HOST);
	curl_url_cleanup(parts);
	return host != NULL && (g_str_equal(scheme, "http") || g_str_equal(scheme, "https")) &&
	       transport_is_loopback(host);
}

/* RFC 3986, 6.2.2.1: case does not matter in scheme and host. NULL: nothing to compare. */
static char *server_of(const char *url)
{
	CURLU *parts = parse(url, CURLU_NON_SUPPORT_SCHEME | CURLU_DISALLOW_USER);
	g_autofree char *scheme = parts == NULL ? NULL : transport_part(parts, CURLUPART_SCHEME);
	g_autofree char *host = parts == NULL ? NULL : transport_part(parts, CURLUPART_HOST);
	char *port = NULL;
	if (g_strcmp0(scheme, "http") == 0 || g_strcmp0(scheme, "https") == 0) {
		curl_url_get(parts, CURLUPART_PORT, &port, CURLU_DEFAULT_PORT);
	}
	char *server = host == NULL || port == NULL
	                       ? NULL
	                       : g_strconcat(scheme, "://", host, ":", port, NULL);
	curl_free(port);
	curl_url_cleanup(parts);
	if (server == NULL) {
		return NULL;
	}
	g_autofree char *mixed = server;
	return g_ascii_strdown(mixed, -1);
}

bool http_is_same_server(const char *url, const char *other)
{
	g_autofree char *one = server_of(url);
	g_autofree char *two = server_of(other);
	return one != NULL && g_strcmp0(one, two) == 0;
}

static char *path_of(const char *url)
{
	CURLU *parts = parse(url, CURLU_NON_SUPPORT_SCHEME);
	char *path = NULL;
	if (parts == NULL ||
	    curl_url_get(parts, CURLUPART_PATH, &path, CURLU_URLDECODE) != CURLUE_OK) {
		curl_url_cleanup(parts);
		return NULL;
	}
	GString *plain = g_string_new(path);
	curl_free(path);
	curl_url_cleanup(parts);
	while (g_string_replace(plain, "//", "/", 0) > 0) {
	}
	if (plain->len > 0 && plain->str[plain->len - 1] == '/') {
		g_string_truncate(plain, plain->len - 1);
	}
	return g_string_free(plain, FALSE);
}

bool http_is_same_address(const char *url, const char *other)
{
	g_autofree char *one = path_of(url);
	g_autofree char *two = path_of(other);
	return http_is_same_server(url, other) && g_strcmp0(one, two) == 0;
}

char *http_url_for_log(const char *url)
{
	static const CURLUPart secret[] = {CURLUPART_USER, CURLUPART_PASSWORD, CURLUPART_OPTIONS,
	                                   CURLUPART_QUERY, CURLUPART_FRAGMENT};
	CURLU *parts = parse(url, CURLU_NON_SUPPORT_SCHEME);
	if (parts == NULL) {
		return g_strdup("(no address)");
	}
	for (gsize i = 0; i < G_N_ELEMENTS(secret); i++) {
		curl_url_set(parts, secret[i], NULL, 0);
	}
	char *shown = transport_part(parts, CURLUPART_URL);
	curl_url_cleanup(parts);
	return shown == NULL ? g_strdup("(no address)") : shown;
}

/* RFC 3986, 2.1 and 2.3: all but the unreserved characters as %XX. */
static void append_query(GString *url, const struct http_request *request)
{
	char separator = strchr(url->str, '?') == NULL ? '?' : '&';
	for (gsize i = 0; i < request->n_query; i++) {
		g_autofree char *name = g_uri_escape_string(request->query[i].name, NULL, FALSE);
		g_autofree char *value = g_uri_escape_string(request->query[i].value, NULL, FALSE);
		g_string_append_c(url, separator);
		g_string_append(url, name);
		g_string_append_c(url, '=');
		g_string_append(url, value);
		separator = '&';
	}
}

static bool check_scheme(CURLU *parts, const char *host, GError **error)
{
	g_autofree char *scheme = transport_part(parts, CURLUPART_SCHEME);
	if (g_strcmp0(scheme, "https") == 0) {
		return true;
	}
	if (g_strcmp0(scheme, "http") != 0) {
		g_set_error(error, PASSERELLE_ERROR, PASSERELLE_ERROR_CONFIG,
		            "%s: the address is not an https address", host);
		return false;
	}
	if (!transport_is_loopback(host)) {
		g_set_error(error, PASSERELLE_ERROR, PASSERELLE_ERROR_CONFIG,
		            "%s: plain http is only used to this machine itself: use https", host);
		return false;
	}
	return true;
}

char *address_compose(const struct http_request *request, char **host, GError **error)
{
	CURLU *parts = parse(request->url, CURLU_NON_SUPPORT_SCHEME | CURLU_DISALLOW_USER);
	g_autofree char *name = parts == NULL ? NULL : transport_part(parts, CURLUPART_HOST);
	if (name == NULL) {
		curl_url_cleanup(parts);
		g_autofree char *shown = http_url_for_log(request->url);
		g_set_error(error, PASSERELLE_ERROR, PASSERELLE_ERROR_CONFIG,
		            "\"%s\" is no address to send to, or holds a user name", shown);
		return NULL;
	}
	char *composed = NULL;
	if (check_scheme(parts, name, error)) {
		curl_url_set(parts, CURLUPART_FRAGMENT, NULL, 0);
		g_autofree char *port = transport_part(parts, CURLUPART_PORT);
		g_autofree char *base = transport_part(parts, CURLUPART_URL);
		GString *url = g_string_new(base);
		append_query(url, request);
		composed = g_string_free(url, FALSE);
		*host = port == NULL ? g_strdup(name) : g_strdup_printf("%s:%s", name, port);
	}
	curl_url_cleanup(parts);
	return composed;
}
