/* SPDX-License-Identifier: MIT */
/* A DAV server in memory, on loopback, that can be told to behave as oddly as real ones do. */
#ifndef TESTS_DAV_DAV_SERVER_H
#define TESTS_DAV_DAV_SERVER_H

#include "remotes/canned_server.h"

#define BOOK "/user/book/"
#define HOME "/user/"

struct stored {
	char *text;
	guint version;    /* its mark */
	guint changed_at; /* of the collection's steps */
	bool is_gone;
};

enum loss { LOSS_NONE, LOSS_BEFORE, LOSS_AFTER };

struct dav_server {
	struct canned canned;
	GMutex mutex;
	GHashTable *items; /* name -> struct stored */
	guint step, versions, names;
	enum item_kind kind;
	/* oddities */
	bool has_no_sync, has_no_ctag, has_no_etags, has_weak_etags, has_no_multiget;
	bool tells_no_etag_on_put, mends_texts, gives_names, gives_names_silently, drops_uids;
	bool has_absolute_hrefs, has_odd_hrefs, ignores_conditions, forgets_changes;
	bool is_read_only, forgets_tokens, has_foreign_href;
	guint forgets_each;           /* of a multiget every so manieth item; 0 = none */
	gulong multiget_delay;        /* microseconds per item */
	guint page;                   /* members per reply; 0 = all */
	guint most;                   /* more are only told in such parts; 0 = all at once */
	unsigned too_much;            /* how the rest is refused; 0 = by more than can be taken */
	bool cuts_silently;           /* parts are as large as asked for, and not told as such */
	const char *fail_method;      /* these … */
	guint fail_first, fail_count; /* … from this one on (from 1), so many */
	guint failed_seen;
	unsigned fail_status;
	const char *fail_headers, *fail_body;
	enum loss loss;
};

struct asked {
	char *method, *path, *name; /* name: of a member; NULL = none */
	const char *head, *body;
};

static inline void stored_free(gpointer data)
{
	struct stored *self = data;
	g_free(self->text);
	g_free(self);
}

static inline void server_put(struct dav_server *self, const char *name, const char *text)
{
	g_mutex_lock(&self->mutex);
	struct stored *item = g_new0(struct stored, 1);
	item->text = g_strdup(text);
	item->version = ++self->versions;
	item->changed_at = ++self->step;
	g_hash_table_insert(self->items, g_strdup(name), item);
	g_mutex_unlock(&self->mutex);
}

static inline void server_remove(struct dav_server *self, const char *name)
{
	g_mutex_lock(&self->mutex);
	struct stored *item = g_hash_table_lookup(self->items, name);
	ck_assert_ptr_nonnull(item);
	item->is_gone = true;
	item->changed_at = ++self->step;
	g_mutex_unlock(&self->mutex);
}

/* Lent; NULL = not there. */
static inline const char *server_text(struct dav_server *self, const char *name)
{
	const struct stored *item = g_hash_table_lookup(self->items, name);
	return item == NULL || item->is_gone ? NULL : item->text;
}

static inline guint server_size(struct dav_server *self)
{
	guint count = 0;
	GHashTableIter iterator;
	gpointer item = NULL;
	g_hash_table_iter_init(&iterator, self->items);
	while (g_hash_table_iter_next(&iterator, NULL, &item)) {
		count += !((struct stored *)item)->is_gone;
	}
	return count;
}

/* How many requests have that at their beginning, or anywhere. */
static inline guint server_asked(struct dav_server *self, const char *text)
{
	guint count = 0;
	g_mutex_lock(&self->canned.mutex);
	for (guint i = 0; i < self->canned.requests->len; i++) {
		count += strstr(g_ptr_array_index(self->canned.requests, i), text) != NULL;
	}
	g_mutex_unlock(&self->canned.mutex);
	return count;
}

static inline void server_forget_requests(struct dav_server *self)
{
	g_mutex_lock(&self->canned.mutex);
	g_ptr_array_set_size(self->canned.requests, 0);
	g_mutex_unlock(&self->canned.mutex);
}

static inline char *server_href(const struct dav_server *self, const char *name)
{
	GString *href = g_string_new(NULL);
	if (self->has_absolute_hrefs) {
		g_string_append_printf(href, "http://127.0.0.1:%u", self->canned.port);
	}
	g_string_append(href, BOOK);
	for (const char *at = name; *at != '\0'; at++) {
		if (self->has_odd_hrefs) {
			g_string_append_printf(href, "%%%02x", (guchar)*at);
		} else {
			g_string_append_c(href, *at);
		}
	}
	return g_string_free(href, FALSE);
}

/* As in a header; NULL = none. */
static inline char *server_etag(const struct dav_server *self, const struct stored *item)
{
	return self->has_no_etags ? NULL
	                          : g_strdup_printf("%s\"v%u\"", self->has_weak_etags ? "W/" : "",
	                                            item->version);
}

static inline void append_item(struct dav_server *self, GString *out, const char *name,
                               const struct stored *item, bool has_data)
{
	const char *data = self->kind == ITEM_CONTACT ? "A:address-data" : "C:calendar-data";
	g_autofree char *href = server_href(self, name);
	g_string_append_printf(out, "<D:response><D:href>%s</D:href>", href);
	if (item == NULL || item->is_gone) {
		g_string_append(out, "<D:status>HTTP/1.1 404 Not Found</D:status></D:response>");
		return;
	}
	g_autofree char *etag = server_etag(self, item);
	g_string_append(out, "<D:propstat><D:prop><D:resourcetype/>");
	if (etag != NULL) {
		g_autofree char *escaped = g_markup_escape_text(etag, -1);
		g_string_append_printf(out, "<D:getetag>%s</D:getetag>", escaped);
	}
	if (has_data) {
		g_autofree char *escaped = g_markup_escape_text(item->text, -1);
		g_string_append_printf(out, "<%s>%s</%s>", data, escaped, data);
	}
	g_string_append(out, "</D:prop><D:status>HTTP/1.1 200 OK</D:status></D:propstat>"
	                     "</D:response>");
}

#define MULTISTATUS                                                                                \
	"<?xml version=\"1.0\"?><D:multistatus xmlns:D=\"DAV:\" "                                  \
	"xmlns:A=\"urn:ietf:params:xml:ns:carddav\" xmlns:C=\"urn:ietf:params:xml:ns:caldav\" "    \
	"xmlns:S=\"http://calendarserver.org/ns/\" xmlns:I=\"http://apple.com/ns/ical/\" "         \
	"xmlns:N=\"http://inf-it.com/ns/ab/\">"

static inline char *finish(GString *out)
{
	g_string_append(out, "</D:multistatus>");
	g_autofree char *body = g_string_free(out, FALSE);
	return canned_http(207, "", body);
}

static inline void append_collection(struct dav_server *self, GString *out)
{
	const bool is_cards = self->kind == ITEM_CONTACT;
	g_string_append_printf(
		out,
		"<D:response><D:href>" BOOK "</D:href><D:propstat><D:prop><D:resourcetype>"
		"<D:collection/><%s/></D:resourcetype><D:displayname>My &amp; book"
		"</D:displayname><I:calendar-color>#ff0000ff</I:calendar-color>"
		"<N:addressbook-color>#00ff00</N:addressbook-color><D:current-user-privilege-set>"
		"<D:privilege><D:read/></D:privilege>%s</D:current-user-privilege-set>"
		"<D:supported-report-set>%s%s</D:supported-report-set>",
		is_cards ? "A:addressbook" : "C:calendar",
		self->is_read_only ? "" : "<D:privilege><D:write/></D:privilege>",
		self->has_no_sync ? ""
				  : "<D:supported-report><D:report><D:sync-collection/></D:report>"
				    "</D:supported-report>",
		self->has_no_multiget ? "<D:supported-report><D:report><D:x/></D:report>"
					"</D:supported-report>"
		: is_cards ? "<D:supported-report><D:report><A:addressbook-multiget/></D:report>"
			     "</D:supported-report>"
			   : "<D:supported-report><D:report><C:calendar-multiget/></D:report>"
			     "</D:supported-report>");
	if (!self->has_no_ctag) {
		g_string_append_printf(out, "<S:getctag>c%u</S:getctag>", self->step);
	}
	g_string_append(out, "</D:prop><D:status>HTTP/1.1 200 OK</D:status></D:propstat>"
	                     "</D:response>");
}

/* One that nobody can make sense of. */
static inline void append_foreign(const struct dav_server *self, GString *out)
{
	if (self->has_foreign_href) {
		g_string_append(out, "<D:response><D:href>https://elsewhere.example.org/x.vcf"
		                     "</D:href><D:propstat><D:prop><D:getetag>\"1\"</D:getetag>"
		                     "</D:prop></D:propstat></D:response>");
	}
}

/* A whole listing is more than this server tells, or than anybody takes, at once. */
static inline char *answer_too_much(const struct dav_server *self, GString *out)
{
	if (self->too_much != 0) {
		g_string_free(out, TRUE);
		return canned_http(self->too_much, "",
		                   "<D:error xmlns:D='DAV:'><D:number-of-matches-within-limits/>"
		                   "</D:error>");
	}
	g_autofree char *blanks = g_strnfill(17 * 1024 * 1024, ' ');
	g_string_append(out, blanks);
	return finish(out);
}

static inline char *answer_propfind(struct dav_server *self, const struct asked *asked)
{
	GString *out = g_string_new(MULTISTATUS);
	const bool is_deep = strcasestr(asked->head, "\r\ndepth: 1") != NULL;
	if (strcmp(asked->path, "/") == 0) {
		g_string_append(out, "<D:response><D:href>/</D:href><D:propstat><D:prop>"
		                     "<D:current-user-principal><D:href>" HOME "</D:href>"
		                     "</D:current-user-principal></D:prop></D:propstat>"
		                     "</D:response>");
	} else if (strcmp(asked->path, HOME) == 0) {
		g_string_append(out, "<D:response><D:href>" HOME "</D:href><D:propstat><D:prop>"
		                     "<D:resourcetype><D:collection/></D:resourcetype>"
		                     "<A:addressbook-home-set><D:href>" HOME "</D:href>"
		                     "</A:addressbook-home-set><C:calendar-home-set><D:href>" HOME
		                     "</D:href></C:calendar-home-set></D:prop></D:propstat>"
		                     "</D:response>");
		if (is_deep) {
			append_collection(self, out);
		}
	} else if (strcmp(asked->path, BOOK) == 0) {
		append_collection(self, out);
		GHashTableIter iterator;
		gpointer name = NULL, item = NULL;
		g_hash_table_iter_init(&iterator, self->items);
		while (is_deep && g_hash_table_iter_next(&iterator, &name, &item)) {
			if (!((struct stored *)item)->is_gone) {
				append_item(self, out, name, item, false);
			}
		}
		if (is_deep) {
			append_foreign(self, out);
		}
		if (is_deep && self->most > 0 && !self->cuts_silently &&
		    server_size(self) > self->most) {
			return answer_too_much(self, out);
		}
	} else {
		g_string_free(out, TRUE);
		return canned_http(404, "", "");
	}
	return finish(out);
}

static inline gint by_step(gconstpointer left, gconstpointer right, gpointer items)
{
	const struct stored *one = g_hash_table_lookup(items, *(char *const *)left);
	const struct stored *other = g_hash_table_lookup(items, *(char *const *)right);
	return (one->changed_at > other->changed_at) - (one->changed_at < other->changed_at);
}

static inline char *answer_sync(struct dav_server *self, const struct asked *asked)
{
	const char *token = strstr(asked->body, "<D:sync-token>");
	if (token == NULL || self->has_no_sync) {
		return canned_http(403, "",
		                   "<D:error xmlns:D='DAV:'><D:supported-report/>"
		                   "</D:error>");
	}
	token += strlen("<D:sync-token>");
	const bool is_first = *token == '<';
	guint since = 0;
	if (!is_first && (self->forgets_tokens || sscanf(token, "urn:step:%u<", &since) != 1)) {
		return canned_http(403, "",
		                   "<D:error xmlns:D='DAV:'><D:valid-sync-token/>"
		                   "</D:error>");
	}
	g_autoptr(GPtrArray) names = g_ptr_array_new();
	GHashTableIter iterator;
	gpointer name = NULL, data = NULL;
	g_hash_table_iter_init(&iterator, self->items);
	while (g_hash_table_iter_next(&iterator, &name, &data)) {
		const struct stored *item = data;
		const bool is_told = is_first ? !item->is_gone
		                              : item->changed_at > since && !self->forgets_changes;
		if (is_told) {
			g_ptr_array_add(names, name);
		}
	}
	g_ptr_array_sort_with_data(names, by_step, self->items);
	GString *out = g_string_new(MULTISTATUS);
	const char *limit = strstr(asked->body, "<D:nresults>");
	if (self->most > 0 && names->len > self->most && limit == NULL) {
		return answer_too_much(self, out);
	}
	if (limit != NULL && self->cuts_silently) {
		g_ptr_array_set_size(names,
		                     MIN((gint)names->len, atoi(limit + strlen("<D:nresults>"))));
	}
	const guint page = limit == NULL ? self->page : self->cuts_silently ? 0 : self->most;
	guint reached = self->step;
	for (guint i = 0; i < names->len; i++) {
		const struct stored *item = g_hash_table_lookup(self->items, names->pdata[i]);
		if (page > 0 && i == page) {
			const struct stored *last =
				g_hash_table_lookup(self->items, names->pdata[i - 1]);
			reached = last->changed_at;
			g_string_append(out, "<D:response><D:href>" BOOK "</D:href><D:status>"
			                     "HTTP/1.1 507 Insufficient Storage</D:status>"
			                     "</D:response>");
			break;
		}
		append_item(self, out, names->pdata[i], item, false);
	}
	g_string_append_printf(out, "<D:sync-token>urn:step:%u</D:sync-token>", reached);
	append_foreign(self, out);
	return finish(out);
}

static inline char *answer_multiget(struct dav_server *self, const struct asked *asked)
{
	if (self->has_no_multiget) {
		return canned_http(415, "", "");
	}
	GString *out = g_string_new(MULTISTATUS);
	guint count = 0;
	for (const char *at = strstr(asked->body, "<D:href>"); at != NULL;
	     at = strstr(at, "<D:href>")) {
		at += strlen("<D:href>");
		g_autofree char *href = g_strndup(at, (gsize)(strchr(at, '<') - at));
		g_autofree char *path = g_uri_unescape_string(href, NULL);
		const char *name = strrchr(path, '/') + 1;
		g_usleep(self->multiget_delay);
		if (self->forgets_each > 0 && ++count % self->forgets_each == 0) {
			continue;
		}
		append_item(self, out, name, g_hash_table_lookup(self->items, name), true);
	}
	return finish(out);
}

static inline char *header_of(const struct asked *asked, const char *name)
{
	g_autofree char *start = g_strdup_printf("\r\n%s: ", name);
	const char *found = strcasestr(asked->head, start);
	return found == NULL
	               ? NULL
	               : g_strndup(found + strlen(start), strcspn(found + strlen(start), "\r"));
}

/* NULL: go on. */
static inline char *check_conditions(struct dav_server *self, const struct asked *asked,
                                     const struct stored *item)
{
	g_autofree char *match = header_of(asked, "If-Match");
	g_autofree char *none = header_of(asked, "If-None-Match");
	g_autofree char *etag = item == NULL ? NULL : server_etag(self, item);
	if (self->ignores_conditions) {
		return NULL;
	}
	if (none != NULL && item != NULL) {
		return canned_http(412, "", "");
	}
	if (match != NULL &&
	    (item == NULL || (strcmp(match, "*") != 0 && g_strcmp0(match, etag) != 0))) {
		return canned_http(412, "", "");
	}
	return NULL;
}

static inline char *mend(const char *text)
{
	GString *mended = g_string_new(text);
	g_string_replace(mended, "\r\n", "\n", 0);
	g_string_replace(mended, "\nUID:", "\nPRODID:-//server\nX-RADICALE-NAME:x\nUID:", 1);
	g_string_replace(mended, "\nBEGIN:VCARD", "\nbegin:vcard", 0);
	return g_string_free(mended, FALSE);
}

static inline char *without_uid(const char *text)
{
	const char *uid = strstr(text, "\nUID:");
	return uid == NULL
	               ? g_strdup(text)
	               : g_strdup_printf("%.*s%s", (int)(uid - text), text, strchr(uid + 1, '\n'));
}

static inline char *answer_put(struct dav_server *self, const struct asked *asked)
{
	struct stored *old = g_hash_table_lookup(self->items, asked->name);
	old = old == NULL || old->is_gone ? NULL : old;
	char *refusal = check_conditions(self, asked, old);
	if (refusal != NULL) {
		return refusal;
	}
	g_autofree char *name = g_strdup(asked->name);
	const bool gives = (self->gives_names || self->gives_names_silently) && old == NULL;
	if (gives) {
		g_free(name);
		name = g_strdup_printf("given-%u", ++self->names);
	}
	struct stored *item = g_new0(struct stored, 1);
	item->text = self->mends_texts  ? mend(asked->body)
	             : self->drops_uids ? without_uid(asked->body)
	                                : g_strdup(asked->body);
	item->version = ++self->versions;
	item->changed_at = ++self->step;
	GString *headers = g_string_new(NULL);
	g_autofree char *etag = server_etag(self, item);
	if (etag != NULL && !self->tells_no_etag_on_put && !self->mends_texts &&
	    !self->drops_uids && !self->gives_names_silently) {
		g_string_append_printf(headers, "ETag: %s\r\n", etag);
	}
	if (self->gives_names && gives) {
		g_string_append_printf(headers, "Location: " BOOK "%s\r\n", name);
	}
	g_hash_table_insert(self->items, g_steal_pointer(&name), item);
	char *answer = canned_http(old == NULL ? 201 : 204, headers->str, "");
	g_string_free(headers, TRUE);
	return answer;
}

static inline char *answer_member(struct dav_server *self, const struct asked *asked)
{
	struct stored *item = g_hash_table_lookup(self->items, asked->name);
	if (strcmp(asked->method, "PUT") == 0) {
		return answer_put(self, asked);
	}
	if (item == NULL || item->is_gone) {
		return canned_http(404, "", "");
	}
	if (strcmp(asked->method, "DELETE") == 0) {
		char *refusal = check_conditions(self, asked, item);
		if (refusal == NULL) {
			item->is_gone = true;
			item->changed_at = ++self->step;
			refusal = canned_http(204, "", "");
		}
		return refusal;
	}
	g_autofree char *etag = server_etag(self, item);
	g_autofree char *header =
		etag == NULL ? g_strdup("") : g_strdup_printf("ETag: %s\r\n", etag);
	return canned_http(200, header, item->text);
}

static inline char *answer(struct dav_server *self, const struct asked *asked)
{
	if (strcmp(asked->method, "PROPFIND") == 0) {
		return answer_propfind(self, asked);
	}
	if (strcmp(asked->method, "REPORT") == 0 && strcmp(asked->path, BOOK) == 0) {
		return strstr(asked->body, "sync-collection") != NULL
		               ? answer_sync(self, asked)
		               : answer_multiget(self, asked);
	}
	return asked->name == NULL ? canned_http(404, "", "") : answer_member(self, asked);
}

/* Does this one meet with what the test ordered? */
static inline bool is_to_fail(struct dav_server *self, const struct asked *asked)
{
	if (self->fail_method == NULL || strcmp(asked->method, self->fail_method) != 0) {
		return false;
	}
	const guint number = ++self->failed_seen;
	return number >= MAX(self->fail_first, 1) &&
	       number < MAX(self->fail_first, 1) + self->fail_count;
}

static inline char *answer_whole(void *data, const char *request, unsigned number)
{
	struct dav_server *self = data;
	(void)number;
	g_auto(GStrv) words = g_strsplit_set(request, " \r", 3);
	g_autofree char *path = g_uri_unescape_string(words[1], NULL);
	const char *blank = strstr(request, "\r\n\r\n");
	g_autofree char *head = g_strndup(request, (gsize)(blank - request) + 2);
	struct asked asked = {.method = words[0], .path = path, .head = head, .body = blank + 4};
	if (g_str_has_prefix(path, BOOK) && path[strlen(BOOK)] != '\0') {
		asked.name = path + strlen(BOOK);
	}
	g_mutex_lock(&self->mutex);
	char *reply = NULL;
	if (!is_to_fail(self, &asked)) {
		reply = answer(self, &asked);
	} else if (self->loss == LOSS_AFTER) {
		g_free(answer(self, &asked));
	} else if (self->loss == LOSS_NONE) {
		reply = canned_http(self->fail_status,
		                    self->fail_headers == NULL ? "" : self->fail_headers,
		                    self->fail_body == NULL ? "" : self->fail_body);
	}
	g_mutex_unlock(&self->mutex);
	return reply;
}

static inline void dav_server_start(struct dav_server *self, enum item_kind kind)
{
	memset(self, 0, sizeof *self);
	self->kind = kind;
	g_mutex_init(&self->mutex);
	self->items = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, stored_free);
	canned_listen(&self->canned, answer_whole, self);
	canned_start(&self->canned);
}

static inline void dav_server_stop(struct dav_server *self)
{
	canned_stop(&self->canned);
	g_hash_table_unref(self->items);
	g_mutex_clear(&self->mutex);
}

#endif
