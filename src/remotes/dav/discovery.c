/* SPDX-License-Identifier: MIT */
/* From the configured address to the collections of an account. */
#include "remotes/dav/discovery.h"

#include <string.h>

#include "remotes/dav/href.h"
#include "remotes/dav/locate.h"

#define MAX_REDIRECTS 5
#define MAX_HOMES     8

static const struct {
	const char *well_known, *home_ns, *home, *words;
} KINDS[ITEM_KINDS] = {
	[ITEM_CONTACT] = {"/.well-known/carddav", NS_CARD, "addressbook-home-set",
                          "address books (CardDAV)"},
	[ITEM_EVENT] = {"/.well-known/caldav", NS_CAL, "calendar-home-set", "calendars (CalDAV)"},
};

/* Where a redirect leads, if it may be followed with credentials. NULL with CONFIG. */
static char *redirect_target(const struct dav_request *request, GError **error)
{
	g_autofree char *url = NULL;
	if (strstr(request->location, "://") != NULL) {
		url = dav_href_canonical(request->location);
	} else {
		url = dav_href_resolve(request->url, request->location, NULL);
	}
	g_autofree char *secure =
		g_str_has_prefix(request->url, "http://")
			? g_strconcat("https://", request->url + strlen("http://"), NULL)
			: NULL;
	/* of the same host the ports of http and https belong together */
	if (url != NULL && (http_is_same_server(url, request->url) ||
	                    (secure != NULL && http_is_same_server(url, secure)))) {
		return g_steal_pointer(&url);
	}
	g_autofree char *shown = http_url_for_log(request->location);
	g_set_error(error, PASSERELLE_ERROR, PASSERELLE_ERROR_CONFIG,
	            "%s: the server sends to '%s', where no password goes without being told: "
	            "configure that address, if it is meant",
	            request->what, shown);
	return NULL;
}

/* PROPFIND of all that discovery needs; url becomes the address that answered. */
static struct dav_multistatus *ask(struct dav_session *session, char **url, const char *depth,
                                   GError **error)
{
	for (guint i = 0; i <= MAX_REDIRECTS; i++) {
		OWNED(dav_request) request = dav_request_new("PROPFIND", *url);
		request->depth = depth;
		request->body = dav_collections_question();
		g_autoptr(GError) problem = NULL;
		if (dav_session_read_one(session, request, &problem)) {
			return dav_multistatus_read(*url, request->reply, error);
		}
		if (!dav_request_is_redirected(request)) {
			/* of one place, where nothing is to be seen: not of the credentials */
			if (request->status == 403) {
				problem->code = PASSERELLE_ERROR_REFUSED;
			}
			g_propagate_error(error, g_steal_pointer(&problem));
			return NULL;
		}
		char *target = redirect_target(request, error);
		if (target == NULL) {
			return NULL;
		}
		g_free(*url);
		*url = target;
	}
	g_set_error(error, PASSERELLE_ERROR, PASSERELLE_ERROR_CONFIG,
	            "the server sends from one address to the next without an end");
	return NULL;
}

/* The response about the address itself. */
static const struct dav_response *about(const struct dav_multistatus *replies, const char *url)
{
	g_autofree char *wanted = dav_href_as_collection(url);
	for (guint i = 0; i < replies->responses->len; i++) {
		const struct dav_response *response = g_ptr_array_index(replies->responses, i);
		g_autofree char *named =
			response->url == NULL ? NULL : dav_href_as_collection(response->url);
		if (g_strcmp0(named, wanted) == 0) {
			return response;
		}
	}
	return replies->responses->len == 1 ? g_ptr_array_index(replies->responses, 0) : NULL;
}

/* What is found on the way. */
struct search {
	struct dav_session *session;
	enum item_kind kind;
	GPtrArray *homes; /* char * */
	char *principal;
	GPtrArray *found; /* struct dav_collection */
};

char *dav_discover_place(const char *base, const char *address, const char *href, GError **error)
{
	g_autofree char *host = NULL;
	char *url = dav_href_resolve(base, href, &host);
	if (host != NULL && address != NULL) {
		g_autofree char *other = dav_href_canonical(href);
		if (other != NULL && dav_is_neighbour(other, base) &&
		    dav_is_neighbour(other, address)) {
			url = g_steal_pointer(&other);
		}
	}
	if (url == NULL) {
		g_autofree char *shown = http_url_for_log(href);
		g_set_error(error, PASSERELLE_ERROR, PASSERELLE_ERROR_CONFIG,
		            host != NULL
		                    ? "the server keeps the collections at '%s', where no "
		                      "password goes without being told: configure that address"
		                    : "the server names '%s', which is no address",
		            shown);
	}
	return url;
}

static char *read_place(const char *base, const char *address, const struct xml_node *href,
                        GError **error)
{
	g_autofree char *text = xml_trim(href->text);
	return dav_discover_place(base, address, text, error);
}

static bool take_homes(struct search *self, const char *base, const struct dav_response *response,
                       GError **error)
{
	const struct xml_node *set =
		dav_property(response, KINDS[self->kind].home_ns, KINDS[self->kind].home);
	for (const struct xml_node *href = dav_child(set, NS_DAV, "href");
	     href != NULL && self->homes->len < MAX_HOMES; href = href->next) {
		char *home = read_place(base, dav_session_address(self->session), href, error);
		if (home == NULL) {
			return false;
		}
		g_ptr_array_add(self->homes, home);
	}
	return true;
}

/* Of one address: is it a collection, a principal, or does it name one? */
static bool look_at(struct search *self, const char *address, GError **error)
{
	g_autofree char *url = g_strdup(address);
	OWNED(dav_multistatus) replies = ask(self->session, &url, "0", error);
	if (replies == NULL) {
		return false;
	}
	const struct dav_response *response = about(replies, url);
	if (response == NULL) {
		return true;
	}
	struct dav_collection *collection = dav_collection_read(response, self->kind);
	if (collection != NULL) {
		g_ptr_array_add(self->found, collection);
		return true;
	}
	const struct xml_node *principal =
		dav_child(dav_property(response, NS_DAV, "current-user-principal"), NS_DAV, "href");
	if (principal != NULL && self->principal == NULL) {
		self->principal = read_place(url, NULL, principal, error);
		if (self->principal == NULL) {
			return false;
		}
	}
	return take_homes(self, url, response, error);
}

/* What says that there is nothing here, rather than that nobody could be asked. */
static bool is_nothing(const GError *error)
{
	return passerelle_error_is(error, PASSERELLE_ERROR_NOT_FOUND) ||
	       passerelle_error_is(error, PASSERELLE_ERROR_UNSUPPORTED) ||
	       passerelle_error_is(error, PASSERELLE_ERROR_PROTOCOL) ||
	       passerelle_error_is(error, PASSERELLE_ERROR_REFUSED);
}

static bool is_found(const struct search *self)
{
	return self->found->len > 0 || self->homes->len > 0 || self->principal != NULL;
}

/* False with error only where it makes no sense to look elsewhere. */
static bool try_address(struct search *self, const char *address, GError **error)
{
	g_autoptr(GError) problem = NULL;
	if (look_at(self, address, &problem) || is_nothing(problem)) {
		return true;
	}
	g_propagate_error(error, g_steal_pointer(&problem));
	return false;
}

static char *well_known(const struct search *self, const char *address)
{
	g_autofree char *root = g_strndup(address, (gsize)(dav_href_path(address) - address));
	return g_strconcat(root, KINDS[self->kind].well_known, NULL);
}

/* RFC 6764, 6: of a bare domain, which need not be a web server itself. */
static bool try_dns(struct search *self, const char *address, GError **error)
{
	const char *start = strstr(address, "://") + 3;
	g_autofree char *domain = g_strndup(start, strcspn(start, "/:"));
	g_autofree char *url = NULL;
	if (strcmp(dav_href_path(address), "/") == 0 && !http_is_loopback(address)) {
		url = dav_locate(domain, self->kind);
	}
	if (url == NULL) {
		return true;
	}
	const char *host_start = url + strlen("https://");
	g_autofree char *host = g_strndup(host_start, strcspn(host_start, "/:"));
	if (!dav_is_within_domain(host, domain)) {
		g_set_error(error, PASSERELLE_ERROR, PASSERELLE_ERROR_CONFIG,
		            "DNS says that the service of '%s' is at '%s', where no password goes "
		            "without being told: configure that address, if it is meant",
		            domain, url);
		return false;
	}
	g_autofree char *known = well_known(self, url);
	return try_address(self, strcmp(dav_href_path(url), "/") == 0 ? known : url, error) &&
	       (is_found(self) || try_address(self, url, error));
}

/* The address, the place that every server keeps for this, and DNS, until one of them answers. */
static bool find_start(struct search *self, GError **error)
{
	const char *address = dav_session_address(self->session);
	if (address == NULL) {
		g_set_error(error, PASSERELLE_ERROR, PASSERELLE_ERROR_CONFIG,
		            "account '%s' has no address of its %s",
		            dav_session_settings(self->session)->account, KINDS[self->kind].words);
		return false;
	}
	g_autofree char *known = well_known(self, address);
	GError *problem = NULL;
	bool was_heard = try_address(self, address, &problem) &&
	                 (is_found(self) || try_address(self, known, &problem));
	if (is_found(self) || passerelle_error_is(problem, PASSERELLE_ERROR_AUTH) ||
	    passerelle_error_is(problem, PASSERELLE_ERROR_CONFIG) ||
	    passerelle_error_is(problem, PASSERELLE_ERROR_CANCELLED)) {
		if (problem != NULL) {
			g_propagate_error(error, problem);
		}
		return was_heard;
	}
	if (!try_dns(self, address, error)) {
		g_clear_error(&problem);
		return false;
	}
	if (is_found(self) || was_heard) {
		g_clear_error(&problem);
		return true;
	}
	g_propagate_error(error, problem);
	return false;
}

static bool list_home(struct search *self, const char *home, GError **error)
{
	g_autofree char *url = dav_href_as_collection(home);
	OWNED(dav_multistatus) replies = ask(self->session, &url, "1", error);
	if (replies == NULL) {
		return false;
	}
	for (guint i = 0; i < replies->responses->len && self->found->len < DAV_MAX_COLLECTIONS;
	     i++) {
		const struct dav_response *response = g_ptr_array_index(replies->responses, i);
		struct dav_collection *collection = dav_collection_read(response, self->kind);
		if (collection != NULL) {
			g_ptr_array_add(self->found, collection);
		}
	}
	return true;
}

static bool search(struct search *self, GError **error)
{
	if (!find_start(self, error)) {
		return false;
	}
	if (self->found->len > 0) {
		return true;
	}
	if (self->homes->len == 0 && self->principal != NULL &&
	    !look_at(self, self->principal, error)) {
		return false;
	}
	for (guint i = 0; i < self->homes->len; i++) {
		if (!list_home(self, g_ptr_array_index(self->homes, i), error)) {
			return false;
		}
	}
	if (self->homes->len == 0) {
		g_set_error(error, PASSERELLE_ERROR, PASSERELLE_ERROR_CONFIG,
		            "no %s are found at '%s': configure the address that the service gives "
		            "for other programs",
		            KINDS[self->kind].words, dav_session_address(self->session));
		return false;
	}
	return true;
}

GPtrArray *dav_discover(struct dav_session *session, GError **error)
{
	GPtrArray *known = dav_collections_recall(session);
	if (known != NULL) {
		return known;
	}
	struct search self = {
		.session = session,
		.kind = dav_session_kind(session),
		.homes = g_ptr_array_new_with_free_func(g_free),
		.found = g_ptr_array_new_with_free_func((GDestroyNotify)dav_collection_free),
	};
	const bool was_heard = search(&self, error);
	g_ptr_array_unref(self.homes);
	g_free(self.principal);
	if (!was_heard) {
		g_ptr_array_unref(self.found);
		return NULL;
	}
	dav_collections_remember(session, self.found);
	return self.found;
}

struct dav_collection *dav_discover_one(struct dav_session *session, const char *url,
                                        GError **error)
{
	g_autofree char *place = dav_href_as_collection(url);
	OWNED(dav_multistatus) replies = ask(session, &place, "0", error);
	if (replies == NULL) {
		return NULL;
	}
	const struct dav_response *response = about(replies, place);
	struct dav_collection *collection =
		response == NULL ? NULL : dav_collection_read(response, dav_session_kind(session));
	if (collection == NULL) {
		g_set_error(error, PASSERELLE_ERROR, PASSERELLE_ERROR_NOT_FOUND,
		            "'%s' is none of the %s", dav_href_path(place),
		            KINDS[dav_session_kind(session)].words);
	}
	return collection;
}
