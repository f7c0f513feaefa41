/* SPDX-License-Identifier: MIT */
/* Which addresses a person is sent to, and how a return address is put into one. */
#include "app/address.h"

#include "status/words.h"

#include <string.h>

#define ADDRESS_BYTES   4096 /* longer ones do not fit into a window's title, nor into good sense */
#define HOST_CHARACTERS 80

/* RFC 3986: what may stand in an address. A backslash, a quote or a blank has no place in it, and
 * browsers read some of them in ways of their own. */
static bool is_clean(const char *address)
{
	static const char allowed[] =
		G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "-._~:/?#[]@!$&'()*+,;=%|";
	const gsize length = strlen(address);
	return length <= ADDRESS_BYTES && strspn(address, allowed) == length;
}

/* GLib decodes the host; not everybody does. */
static bool has_plain_authority(const char *address)
{
	const char *start = strstr(address, "://");
	return start != NULL && memchr(start + 3, '%', strcspn(start + 3, "/?#")) == NULL;
}

static bool is_host(const char *host)
{
	const bool is_six = strchr(host, ':') != NULL;
	const char *allowed = is_six ? G_CSET_DIGITS "abcdefABCDEF:"
	                             : G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "-.";
	const gsize length = strlen(host);
	return length > 0 && strspn(host, allowed) == length && host[0] != '.' && host[0] != '-' &&
	       host[length - 1] != '.';
}

static int usual_port(const char *scheme)
{
	return strcmp(scheme, "https") == 0 ? 443 : 80;
}

/* NULL: no web address. */
static GUri *parse(const char *address)
{
	if (address == NULL || !is_clean(address) || !has_plain_authority(address)) {
		return NULL;
	}
	g_autoptr(GUri) uri =
		g_uri_parse(address, G_URI_FLAGS_ENCODED | G_URI_FLAGS_HAS_PASSWORD, NULL);
	const char *scheme = uri != NULL ? g_uri_get_scheme(uri) : "";
	const bool is_web = strcmp(scheme, "http") == 0 || strcmp(scheme, "https") == 0;
	if (!is_web || g_uri_get_host(uri) == NULL || !is_host(g_uri_get_host(uri)) ||
	    g_uri_get_userinfo(uri) != NULL || g_uri_get_port(uri) == 0) {
		return NULL;
	}
	return g_steal_pointer(&uri);
}

static int port_of(GUri *uri)
{
	const int port = g_uri_get_port(uri);
	return port > 0 ? port : usual_port(g_uri_get_scheme(uri));
}

static char *origin_of(GUri *uri)
{
	g_autofree char *host = g_ascii_strdown(g_uri_get_host(uri), -1);
	const bool is_six = strchr(host, ':') != NULL;
	g_autofree char *port = port_of(uri) == usual_port(g_uri_get_scheme(uri))
	                                ? g_strdup("")
	                                : g_strdup_printf(":%d", port_of(uri));
	return g_strdup_printf("%s://%s%s%s%s", g_uri_get_scheme(uri), is_six ? "[" : "", host,
	                       is_six ? "]" : "", port);
}

char *address_origin(const char *address)
{
	g_autoptr(GUri) uri = parse(address);
	return uri != NULL ? origin_of(uri) : NULL;
}

char *address_add(const char *address, const char *name, const char *value)
{
	const gsize length = strcspn(address, "#");
	const char *question = memchr(address, '?', length);
	const bool is_open =
		question == NULL ? false
				 : question == address + length - 1 || address[length - 1] == '&';
	const char *joint = question == NULL ? "?" : is_open ? "" : "&";
	g_autofree char *encoded = g_uri_escape_string(value, NULL, FALSE);
	return g_strdup_printf("%.*s%s%s=%s%s", (int)length, address, joint, name, encoded,
	                       address + length);
}

/* ---- hosts ---- */

/* "HOST" or "HOST:PORT"; port 0 = the usual one. */
static bool split_host(const char *word, char **host, int *port)
{
	const char *colon = strchr(word, ':');
	guint64 number = 0;
	if (colon != NULL && !g_ascii_string_to_unsigned(colon + 1, 10, 1, 65535, &number, NULL)) {
		return false;
	}
	g_autofree char *name = colon != NULL ? g_strndup(word, colon - word) : g_strdup(word);
	if (!is_host(name)) {
		return false;
	}
	*host = g_ascii_strdown(name, -1);
	*port = (int)number;
	return true;
}

bool address_is_host_list(const char *list)
{
	g_auto(GStrv) words = g_strsplit_set(list, " \t,", -1);
	bool is_any = false;
	for (guint i = 0; words[i] != NULL; i++) {
		g_autofree char *host = NULL;
		int port = 0;
		if (words[i][0] != '\0' && !split_host(words[i], &host, &port)) {
			return false;
		}
		is_any = is_any || words[i][0] != '\0';
	}
	return is_any;
}

static bool is_below(const char *host, const char *domain)
{
	const gsize length = strlen(host), tail = strlen(domain);
	return length >= tail && strcmp(host + length - tail, domain) == 0 &&
	       (length == tail || host[length - tail - 1] == '.');
}

static bool is_listed(const char *list, GUri *uri)
{
	g_auto(GStrv) words = g_strsplit_set(list, " \t,", -1);
	g_autofree char *host = g_ascii_strdown(g_uri_get_host(uri), -1);
	bool is_found = false;
	for (guint i = 0; words[i] != NULL; i++) {
		g_autofree char *domain = NULL;
		int port = 0;
		if (words[i][0] == '\0' || !split_host(words[i], &domain, &port)) {
			continue;
		}
		const int wanted = port != 0 ? port : usual_port(g_uri_get_scheme(uri));
		is_found = is_found || (is_below(host, domain) && port_of(uri) == wanted);
	}
	return is_found;
}

static bool is_configured(const struct account_config *account, GUri *uri)
{
	const char *const own[] = {account->endpoint, account->contacts_url, account->calendar_url,
	                           account->messages_url, account->login_url};
	g_autofree char *origin = origin_of(uri);
	bool is_found = false;
	for (gsize i = 0; i < G_N_ELEMENTS(own); i++) {
		g_autofree char *known = address_origin(own[i]);
		is_found = is_found || g_strcmp0(known, origin) == 0;
	}
	return is_found;
}

bool address_is_trusted(const struct account_config *account, const char *address, GError **error)
{
	g_autoptr(GUri) uri = parse(address);
	if (uri == NULL) {
		g_set_error_literal(error, PASSERELLE_ERROR, PASSERELLE_ERROR_CONSENT,
		                    "the service named something that is no web address: it is not "
		                    "opened");
		return false;
	}
	if (is_listed(account->consent_hosts, uri) || is_configured(account, uri)) {
		return true;
	}
	g_autofree char *host = words_clean(g_uri_get_host(uri), HOST_CHARACTERS);
	g_set_error(error, PASSERELLE_ERROR, PASSERELLE_ERROR_CONSENT,
	            "the service named a page at \"%s:%d\", which is not one of consent_hosts: it "
	            "is not opened",
	            host, port_of(uri));
	return false;
}
