/* SPDX-License-Identifier: MIT */
/* What DNS says of the CardDAV or CalDAV service of a domain. */
#include "remotes/dav/locate.h"

#include <arpa/nameser.h>
#include <netinet/in.h>
#include <resolv.h>
#include <string.h>

#include "remotes/dav/href.h"

#define ANSWER_BYTES 8192
#define SRV_FIXED    6 /* priority, weight, port */
#define WAIT_SECONDS 5

static const char *const SERVICES[ITEM_KINDS] = {
	[ITEM_CONTACT] = "_carddavs._tcp.",
	[ITEM_EVENT] = "_caldavs._tcp.",
};

bool dav_is_within_domain(const char *host, const char *domain)
{
	const gsize size = strlen(domain), length = strlen(host);
	if (length < size || g_ascii_strcasecmp(host + length - size, domain) != 0) {
		return false;
	}
	return length == size || (size > 0 && host[length - size - 1] == '.');
}

/* Letters, digits, dots and dashes: what can stand in an address without meaning anything else. */
static bool is_host(const char *text)
{
	for (const char *at = text; *at != '\0'; at++) {
		if (!g_ascii_isalnum(*at) && *at != '.' && *at != '-') {
			return false;
		}
	}
	return *text != '\0' && *text != '.';
}

/* The host of an https address; NULL = it is none, or its host has no name. */
static char *secure_host(const char *url)
{
	if (!g_str_has_prefix(url, "https://")) {
		return NULL;
	}
	const char *start = url + strlen("https://");
	g_autofree char *host = g_strndup(start, strcspn(start, "/:"));
	const bool is_name =
		is_host(host) && !g_str_has_suffix(host, ".") && !g_hostname_is_ip_address(host);
	return is_name ? g_steal_pointer(&host) : NULL;
}

/* The last labels of a name, count of them; all where there are no more. NULL: there are fewer. */
static const char *last_labels(const char *host, guint count)
{
	const char *start = host + strlen(host);
	for (guint i = 0; i < count; i++) {
		const gssize size = i == 0 ? start - host : start - host - 1;
		if (size <= 0) {
			return NULL;
		}
		const char *dot = g_strrstr_len(host, size, ".");
		start = dot == NULL ? host : dot + 1;
	}
	return start;
}

bool dav_is_neighbour(const char *url, const char *address)
{
	g_autofree char *host = secure_host(url);
	g_autofree char *known = secure_host(address);
	const char *two = host == NULL || known == NULL ? NULL : last_labels(known, 2);
	if (two == NULL) {
		return false;
	}
	/* under "co.uk" and "com.au" everybody has a name */
	const gsize first = strcspn(two, ".");
	const bool is_shared = first <= 3 && strlen(two + first) == strlen(".uk");
	const char *domain = is_shared ? last_labels(known, 3) : two;
	return domain != NULL && dav_is_within_domain(host, domain);
}

char *dav_locate_read_srv(const guint8 *answer, gsize size)
{
	ns_msg message;
	char *found = NULL;
	guint best_priority = 0, best_weight = 0;
	if (ns_initparse(answer, (int)size, &message) != 0) {
		return NULL;
	}
	for (int i = 0; i < ns_msg_count(message, ns_s_an); i++) {
		ns_rr record;
		char host[NS_MAXDNAME];
		if (ns_parserr(&message, ns_s_an, i, &record) != 0 ||
		    ns_rr_type(record) != ns_t_srv || ns_rr_rdlen(record) <= SRV_FIXED ||
		    dn_expand(ns_msg_base(message), ns_msg_end(message),
		              ns_rr_rdata(record) + SRV_FIXED, host, sizeof host) < 0 ||
		    !is_host(host)) {
			continue;
		}
		const guint priority = ns_get16(ns_rr_rdata(record));
		const guint weight = ns_get16(ns_rr_rdata(record) + 2);
		const guint port = ns_get16(ns_rr_rdata(record) + 4);
		const bool is_better = found == NULL || priority < best_priority ||
		                       (priority == best_priority && weight > best_weight);
		if (is_better && port != 0) {
			g_free(found);
			found = g_strdup_printf("%s:%u", host, port);
			best_priority = priority;
			best_weight = weight;
		}
	}
	return found;
}

/* RFC 6763, 6: a TXT record is a list of counted strings "name=value". */
static char *path_in(const guint8 *data, gsize size)
{
	static const char name[] = "path=";
	for (gsize at = 0; at < size;) {
		const gsize length = data[at++];
		if (length > size - at) {
			return NULL;
		}
		if (length > strlen(name) &&
		    g_ascii_strncasecmp((const char *)data + at, name, strlen(name)) == 0) {
			return g_strndup((const char *)data + at + strlen(name),
			                 length - strlen(name));
		}
		at += length;
	}
	return NULL;
}

char *dav_locate_read_path(const guint8 *answer, gsize size)
{
	ns_msg message;
	char *path = NULL;
	if (ns_initparse(answer, (int)size, &message) != 0) {
		return NULL;
	}
	for (int i = 0; path == NULL && i < ns_msg_count(message, ns_s_an); i++) {
		ns_rr record;
		if (ns_parserr(&message, ns_s_an, i, &record) == 0 &&
		    ns_rr_type(record) == ns_t_txt) {
			path = path_in(ns_rr_rdata(record), ns_rr_rdlen(record));
		}
	}
	if (path != NULL && *path != '/') {
		g_clear_pointer(&path, g_free);
	}
	return path;
}

static gsize ask(const char *name, int type, guint8 *answer)
{
	struct __res_state state = {0};
	if (res_ninit(&state) != 0) {
		return 0;
	}
	state.retry = 1;
	state.retrans = WAIT_SECONDS;
	const int size = res_nquery(&state, name, ns_c_in, type, answer, ANSWER_BYTES);
	res_nclose(&state);
	return size < 0 ? 0 : MIN((gsize)size, ANSWER_BYTES);
}

char *dav_locate(const char *domain, enum item_kind kind)
{
	if (!is_host(domain) || strlen(domain) + strlen(SERVICES[kind]) >= NS_MAXDNAME) {
		return NULL;
	}
	g_autofree guint8 *answer = g_malloc0(ANSWER_BYTES);
	g_autofree char *name = g_strconcat(SERVICES[kind], domain, NULL);
	gsize size = ask(name, ns_t_srv, answer);
	g_autofree char *server = dav_locate_read_srv(answer, size);
	if (server == NULL) {
		return NULL;
	}
	size = ask(name, ns_t_txt, answer);
	g_autofree char *path = dav_locate_read_path(answer, size);
	g_autofree char *url = g_strconcat("https://", server, path == NULL ? "/" : path, NULL);
	return dav_href_canonical(url);
}
