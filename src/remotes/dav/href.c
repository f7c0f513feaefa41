/* SPDX-License-Identifier: MIT */
/* Addresses as servers write them. */
#include "remotes/dav/href.h"

#include <string.h>

/* RFC 3986, 3.3: what stands in a segment as it is. */
#define PLAIN "-._~!$&'()*+,;=:@"

/* Length of "https://" or "http://"; 0 = neither. */
static gsize scheme_size(const char *text)
{
	static const char *const schemes[] = {"https://", "http://"};
	for (gsize i = 0; i < G_N_ELEMENTS(schemes); i++) {
		if (g_ascii_strncasecmp(text, schemes[i], strlen(schemes[i])) == 0) {
			return strlen(schemes[i]);
		}
	}
	return 0;
}

/* Its bytes; NULL where one is NUL. A percent sign that begins nothing is itself. */
static GString *decode(const char *segment, gsize size)
{
	GString *bytes = g_string_sized_new(size);
	for (gsize i = 0; i < size; i++) {
		const bool is_code = segment[i] == '%' && i + 2 < size &&
		                     g_ascii_isxdigit(segment[i + 1]) &&
		                     g_ascii_isxdigit(segment[i + 2]);
		const char byte = is_code ? (char)(g_ascii_xdigit_value(segment[i + 1]) * 16 +
		                                   g_ascii_xdigit_value(segment[i + 2]))
		                          : segment[i];
		if (byte == '\0') {
			g_string_free(bytes, TRUE);
			return NULL;
		}
		g_string_append_c(bytes, byte);
		i += is_code ? 2 : 0;
	}
	return bytes;
}

static bool append_segment(GString *out, const char *segment, gsize size)
{
	g_autoptr(GString) bytes = decode(segment, size);
	if (bytes == NULL || strcmp(bytes->str, ".") == 0 || strcmp(bytes->str, "..") == 0) {
		return false;
	}
	for (gsize i = 0; i < bytes->len; i++) {
		const char byte = bytes->str[i];
		if (g_ascii_isalnum(byte) || strchr(PLAIN, byte) != NULL) {
			g_string_append_c(out, byte);
		} else {
			g_string_append_printf(out, "%%%02X", (guchar)byte);
		}
	}
	return true;
}

/* path begins with a slash, or is empty. */
static bool append_path(GString *out, const char *path)
{
	const gsize size = strcspn(path, "?#");
	gsize at = 0;
	while (at < size) {
		while (at < size && path[at] == '/') {
			at++;
		}
		g_string_append_c(out, '/');
		const gsize from = at;
		while (at < size && path[at] != '/') {
			at++;
		}
		if (at > from && !append_segment(out, path + from, at - from)) {
			return false;
		}
	}
	if (size == 0) {
		g_string_append_c(out, '/');
	}
	return path[size] != '?'; /* names with a query are nothing that a collection holds */
}

/* "host" or "host:port" in lower case without the default port; NULL = none. */
static char *authority_of(const char *url, gsize scheme)
{
	const char *start = url + scheme;
	g_autofree char *text = g_ascii_strdown(start, (gssize)strcspn(start, "/?#"));
	const bool is_secure = g_ascii_tolower(url[4]) == 's';
	if (*text == '\0' || strpbrk(text, "@\\ \t\r\n") != NULL) {
		return NULL;
	}
	if (g_str_has_suffix(text, is_secure ? ":443" : ":80")) {
		*strrchr(text, ':') = '\0';
	}
	return g_steal_pointer(&text);
}

/* Without the port. */
static char *host_of(const char *authority)
{
	const char *port = strrchr(authority, ':');
	const bool has_port = port != NULL && strchr(port, ']') == NULL;
	return has_port ? g_strndup(authority, (gsize)(port - authority)) : g_strdup(authority);
}

char *dav_href_canonical(const char *url)
{
	const gsize scheme = scheme_size(url);
	if (scheme == 0 || strlen(url) > DAV_LIMIT_HREF) {
		return NULL;
	}
	g_autofree char *authority = authority_of(url, scheme);
	if (authority == NULL) {
		return NULL;
	}
	g_autoptr(GString) out = g_string_new_len(url, (gssize)scheme);
	g_string_ascii_down(out);
	g_string_append(out, authority);
	const char *path = url + scheme + strcspn(url + scheme, "/?#");
	return append_path(out, path) ? g_string_free(g_steal_pointer(&out), FALSE) : NULL;
}

const char *dav_href_path(const char *canonical)
{
	const char *path = strchr(canonical + scheme_size(canonical), '/');
	return path == NULL ? "/" : path;
}

/* An href with a host of its own, cut to its path; NULL: it is another's. */
static const char *path_on_host(const char *base, const char *href, char **host)
{
	const bool is_short = g_str_has_prefix(href, "//");
	const gsize scheme = is_short ? 2 : scheme_size(href);
	g_autofree char *ours = authority_of(base, scheme_size(base));
	const char *rest = href + scheme;
	g_autofree char *text = g_ascii_strdown(rest, (gssize)strcspn(rest, "/?#"));
	g_autofree char *one = ours == NULL ? NULL : host_of(ours);
	g_autofree char *other = host_of(text);
	if (g_strcmp0(one, other) == 0) {
		return rest + strcspn(rest, "/?#");
	}
	if (host != NULL) {
		*host = g_strdup(other);
	}
	return NULL;
}

char *dav_href_resolve(const char *base, const char *href, char **host)
{
	if (host != NULL) {
		*host = NULL;
	}
	g_autofree char *trimmed = g_strstrip(g_strndup(href, DAV_LIMIT_HREF + 1));
	if (*trimmed == '\0' || strlen(trimmed) > DAV_LIMIT_HREF) {
		return NULL;
	}
	const char *path = trimmed;
	if (scheme_size(trimmed) > 0 || g_str_has_prefix(trimmed, "//")) {
		path = path_on_host(base, trimmed, host);
	} else if (strstr(trimmed, "://") != NULL && strcspn(trimmed, "/?#%") > 0 &&
	           strchr(trimmed, ':') < strchr(trimmed, '/')) {
		return NULL; /* of another scheme */
	}
	if (path == NULL) {
		return NULL;
	}
	const gsize root = (gsize)(dav_href_path(base) - base);
	g_autoptr(GString) whole = g_string_new_len(base, (gssize)root);
	if (path != trimmed || *path == '/') {
		return append_path(whole, path) ? g_string_free(g_steal_pointer(&whole), FALSE)
		                                : NULL;
	}
	/* RFC 3986, 5.2.3: in place of what stands behind the last slash */
	const gsize folder = (gsize)(strrchr(base, '/') - base) + 1;
	g_autofree char *joined =
		g_strdup_printf("%.*s%s", (int)(folder - root), base + root, path);
	return append_path(whole, joined) ? g_string_free(g_steal_pointer(&whole), FALSE) : NULL;
}

char *dav_href_as_collection(const char *canonical)
{
	return g_str_has_suffix(canonical, "/") ? g_strdup(canonical)
	                                        : g_strconcat(canonical, "/", NULL);
}

char *dav_href_ref(const char *collection, const char *member)
{
	g_autofree char *folder = dav_href_as_collection(collection);
	const gsize size = strlen(folder);
	if (g_str_has_suffix(member, "/") ||
	    strncmp(member, folder, MAX(size - 1, strlen(member))) == 0) {
		return NULL;
	}
	const bool is_inside =
		g_str_has_prefix(member, folder) && strchr(member + size, '/') == NULL;
	return g_strdup(is_inside ? member + size : dav_href_path(member));
}

char *dav_href_of_ref(const char *collection, const char *ref)
{
	g_autofree char *folder = dav_href_as_collection(collection);
	if (*ref == '/') {
		return dav_href_resolve(folder, ref, NULL);
	}
	if (*ref == '\0' || strchr(ref, '/') != NULL) {
		return NULL;
	}
	g_autofree char *url = g_strconcat(folder, ref, NULL);
	return dav_href_canonical(url);
}
