/* SPDX-License-Identifier: MIT */
/* A bounded, tolerant reader of 207 replies (RFC 4918, 13; RFC 6578, 3.4). No I/O. */
#ifndef PASSERELLE_REMOTES_DAV_MULTISTATUS_H
#define PASSERELLE_REMOTES_DAV_MULTISTATUS_H

#include "base/error.h"
#include "net/xml.h"
#include "net/xml_write.h"

#define NS_DAV    "DAV:"
#define NS_CARD   "urn:ietf:params:xml:ns:carddav"
#define NS_CAL    "urn:ietf:params:xml:ns:caldav"
#define NS_SERVER "http://calendarserver.org/ns/"
#define NS_APPLE  "http://apple.com/ns/ical/"
#define NS_INF_IT "http://inf-it.com/ns/ab/"

/* For bodies: D, A (addressbooks), C (calendars), S, I, N. */
extern const struct xml_namespace dav_namespaces[];
#define DAV_NAMESPACES 6

/* What a server says of one resource. */
struct dav_response {
	char *url;           /* canonical; NULL: an href that cannot be read, or of another host */
	char *href;          /* as written; for messages and other hosts */
	long status;         /* of the resource as a whole; 0 = only of its properties */
	bool is_one_of_many; /* what is said is said of several: a status, and no property */
	const struct xml_node *node; /* lent by the document */
};

struct dav_multistatus {
	struct xml_document *document;
	GPtrArray *responses; /* struct dav_response */
	char *sync_token;     /* NULL = none */
	bool is_truncated;    /* 507 on what was asked (RFC 6578, 3.6): there is more */
};

/*
 * base: canonical address that answered. PROTOCOL where it is no multistatus. Names count by their
 * namespace, not their prefix. One response with several hrefs becomes several.
 */
struct dav_multistatus *dav_multistatus_read(const char *base, GBytes *body, GError **error);
void dav_multistatus_free(struct dav_multistatus *self);
DEFINE_OWNED(dav_multistatus, dav_multistatus_free);

/*
 * A property that the server found (in a propstat of 2xx, of no status, or beside the href); NULL =
 * it has none.
 */
const struct xml_node *dav_property(const struct dav_response *self, const char *ns,
                                    const char *name);
/* Its trimmed text; NULL where absent or empty. */
char *dav_property_text(const struct dav_response *self, const char *ns, const char *name);
/* Some property was found. */
bool dav_has_properties(const struct dav_response *self);

/* The first child of that name and namespace. */
const struct xml_node *dav_child(const struct xml_node *node, const char *ns, const char *name);

/*
 * The name of the precondition that a reply of 4xx or 507 names (RFC 4918, 16), and the href in it;
 * NULL = none. Never fails: most bodies of errors are no XML.
 */
char *dav_read_condition(GBytes *body, char **href);

#endif
