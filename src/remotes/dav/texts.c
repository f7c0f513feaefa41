/* SPDX-License-Identifier: MIT */
/* Reads the texts of many items, by whichever request costs the server least. */
#include "remotes/dav/texts.h"

#include <string.h>

#include "base/limits.h"
#include "formats/vcard.h"
#include "remotes/dav/etag.h"
#include "remotes/dav/href.h"

#define BATCH_FIRST   50
#define BATCH_LARGEST 250
#define TRIAL_GETS    16
#define MULTIGET_DEAR 5000.0 /* microseconds per item: a GET may be cheaper */
#define BATCH_SLOW    (4 * G_USEC_PER_SEC)
#define BATCH_BYTES   (4 * 1024 * 1024)

#define STATUS_TOO_LARGE 413
#define STATUS_NOT_KNOWN 501

static const struct {
	const char *report, *data, *ns, *name;
} KINDS[ITEM_KINDS] = {
	[ITEM_CONTACT] = {"A:addressbook-multiget", "A:address-data", NS_CARD, "address-data"},
	[ITEM_EVENT] = {"C:calendar-multiget", "C:calendar-data", NS_CAL, "calendar-data"},
};

struct dav_text *dav_text_new(const char *ref)
{
	struct dav_text *self = g_new0(struct dav_text, 1);
	self->ref = g_strdup(ref);
	return self;
}

void dav_text_free(struct dav_text *self)
{
	if (self == NULL) {
		return;
	}
	g_free(self->ref);
	g_free(self->text);
	g_free(self->etag);
	g_clear_error(&self->error);
	g_free(self);
}

/* RFC 6350, 3.2; RFC 5545, 3.1: lines end with CRLF, of which XML leaves the LF alone. */
static char *with_line_ends(const char *text)
{
	GString *out = g_string_sized_new(strlen(text) + strlen(text) / 16);
	for (const char *at = text; *at != '\0';) {
		const gsize size = strcspn(at, "\r\n");
		g_string_append_len(out, at, (gssize)size);
		at += size;
		if (*at != '\0') {
			g_string_append(out, "\r\n");
			at += g_str_has_prefix(at, "\r\n") ? 2 : 1;
		}
	}
	return g_string_free(out, FALSE);
}

static void take_text(struct dav_text *self, const char *text, const char *etag)
{
	g_clear_error(&self->error);
	self->text = with_line_ends(text);
	self->etag = dav_etag_read(etag);
	if (self->etag == NULL) {
		self->etag = dav_etag_of_text(self->text);
	}
}

static void fail(struct dav_text *self, enum passerelle_error code, const char *words)
{
	g_clear_error(&self->error);
	self->error = g_error_new(PASSERELLE_ERROR, (int)code, "'%s': %s", self->ref, words);
}

static bool is_answered(const struct dav_text *self)
{
	return self->text != NULL || self->error != NULL;
}

/* ---- multiget: RFC 6352, 8.7; RFC 4791, 7.9 ---- */

static struct dav_request *make_multiget(struct dav_side *self, GPtrArray *texts, guint first,
                                         guint count)
{
	const enum item_kind kind = dav_session_kind(self->session);
	OWNED(xml_writer) writer = xml_writer_new(dav_namespaces, DAV_NAMESPACES);
	xml_write_open(writer, KINDS[kind].report);
	xml_write_open(writer, "D:prop");
	xml_write_empty(writer, "D:getetag");
	xml_write_empty(writer, KINDS[kind].data);
	xml_write_close(writer);
	for (guint i = first; i < first + count; i++) {
		const struct dav_text *text = g_ptr_array_index(texts, i);
		g_autofree char *url = dav_href_of_ref(self->collection->url, text->ref);
		if (url != NULL) {
			xml_write_text(writer, "D:href", dav_href_path(url));
		}
	}
	struct dav_request *request = dav_request_new("REPORT", self->collection->url);
	request->depth = "0";
	request->body = xml_writer_end(writer);
	return request;
}

static void take_response(struct dav_side *self, GHashTable *wanted,
                          const struct dav_response *response)
{
	const enum item_kind kind = dav_session_kind(self->session);
	g_autofree char *ref =
		response->url == NULL ? NULL : dav_href_ref(self->collection->url, response->url);
	struct dav_text *text = ref == NULL ? NULL : g_hash_table_lookup(wanted, ref);
	if (text == NULL || text->text != NULL) {
		return; /* nobody asked */
	}
	const struct xml_node *data = dav_property(response, KINDS[kind].ns, KINDS[kind].name);
	if (data != NULL && *data->text != '\0') {
		g_autofree char *etag = dav_property_text(response, NS_DAV, "getetag");
		take_text(text, data->text, etag);
	} else if (response->status == 404 || response->status == 410) {
		fail(text, PASSERELLE_ERROR_NOT_FOUND, "it is not there");
	}
}

/* What the reply does not tell of stays open, and is asked for alone. False: it is of no use. */
static bool take_multiget(struct dav_side *self, GPtrArray *texts, guint first, guint count,
                          const struct dav_request *request)
{
	if (request->error != NULL) {
		return false;
	}
	OWNED(dav_multistatus)
	replies = dav_multistatus_read(self->collection->url, request->reply, NULL);
	if (replies == NULL) {
		return false;
	}
	g_autoptr(GHashTable) wanted = g_hash_table_new(g_str_hash, g_str_equal);
	for (guint i = first; i < first + count; i++) {
		struct dav_text *text = g_ptr_array_index(texts, i);
		g_hash_table_insert(wanted, text->ref, text);
	}
	for (guint i = 0; i < replies->responses->len; i++) {
		take_response(self, wanted, g_ptr_array_index(replies->responses, i));
	}
	return true;
}

static gsize reply_size(const struct dav_request *request)
{
	return request->reply == NULL ? 0 : g_bytes_get_size(request->reply);
}

/* Larger batches while they are cheap to hold and quickly answered. */
static void adapt(struct dav_side *self, guint n_items, gint64 usec, gsize largest)
{
	self->multiget_cost = (double)usec / (double)n_items;
	if (usec > BATCH_SLOW || largest > BATCH_BYTES) {
		self->batch = MAX(self->batch / 2, 1);
	} else if (largest * 2 < BATCH_BYTES && usec * 2 < BATCH_SLOW) {
		self->batch = MIN(self->batch * 2, BATCH_LARGEST);
	}
}

/* None of them was of use: fewer at once where that may help, else each by itself. */
static void shrink(struct dav_side *self, const struct dav_request *request)
{
	const bool is_too_much = request->fate == HTTP_UNKNOWN ||
	                         request->status == STATUS_TOO_LARGE ||
	                         (request->status >= 500 && request->status != STATUS_NOT_KNOWN);
	if (request->fate == HTTP_NOT_SENT) {
		return;
	}
	if (is_too_much && self->batch > 1) {
		self->batch = MAX(self->batch / 4, 1);
	} else {
		self->collection->has_multiget = false;
	}
}

/* One batch, or one per connection once the first told what it costs. Returns how many were asked
 * for; 0: the server does not take it. */
static guint read_multigets(struct dav_side *self, GPtrArray *texts, guint first, GError **error)
{
	const guint connections =
		self->multiget_cost > 0
			? MAX(dav_session_settings(self->session)->max_connections, 1)
			: 1;
	g_autoptr(GPtrArray) requests =
		g_ptr_array_new_with_free_func((GDestroyNotify)dav_request_free);
	guint end = first;
	for (guint i = 0; i < connections && end < texts->len; i++) {
		const guint count = MIN(self->batch, texts->len - end);
		g_ptr_array_add(requests, make_multiget(self, texts, end, count));
		end += count;
	}
	const gint64 start = g_get_monotonic_time();
	const bool was_heard = dav_session_read(self->session, requests, NULL, error);
	const gint64 usec = g_get_monotonic_time() - start;
	gsize largest = 0;
	bool is_any_good = false;
	for (guint i = 0, at = first; was_heard && i < requests->len; i++) {
		const struct dav_request *request = g_ptr_array_index(requests, i);
		const guint count = MIN(self->batch, texts->len - at);
		is_any_good |= take_multiget(self, texts, at, count, request);
		largest = MAX(largest, reply_size(request));
		at += count;
	}
	if (!is_any_good) {
		shrink(self, g_ptr_array_index(requests, requests->len - 1));
		return 0;
	}
	adapt(self, end - first, usec, largest);
	return end - first;
}

/* ---- GET ---- */

static void take_get(struct dav_text *text, const struct dav_request *request)
{
	if (request->error != NULL) {
		g_clear_error(&text->error);
		text->error = g_error_copy(request->error);
		return;
	}
	gsize size = 0;
	const void *data = g_bytes_get_data(request->reply, &size);
	if (size == 0) {
		fail(text, PASSERELLE_ERROR_PROTOCOL, "the server says nothing of it");
		return;
	}
	g_autofree char *utf8 = vcard_to_utf8(data, size);
	take_text(text, utf8, request->etag);
}

/* Those of the part that are not answered yet. */
static bool read_gets(struct dav_side *self, GPtrArray *texts, guint first, guint count,
                      GError **error)
{
	g_autoptr(GPtrArray) requests =
		g_ptr_array_new_with_free_func((GDestroyNotify)dav_request_free);
	for (guint i = first; i < first + count; i++) {
		struct dav_text *text = g_ptr_array_index(texts, i);
		g_autofree char *url = dav_href_of_ref(self->collection->url, text->ref);
		if (url == NULL) {
			fail(text, PASSERELLE_ERROR_NOT_FOUND, "it is no address there");
		} else if (!is_answered(text)) {
			struct dav_request *request = dav_request_new("GET", url);
			request->context = text;
			g_ptr_array_add(requests, request);
		}
	}
	const gint64 start = g_get_monotonic_time();
	const bool was_heard = dav_session_read(self->session, requests, NULL, error);
	if (requests->len >= TRIAL_GETS) {
		self->get_cost = (double)(g_get_monotonic_time() - start) / requests->len;
	}
	for (guint i = 0; i < requests->len; i++) {
		struct dav_request *request = g_ptr_array_index(requests, i);
		take_get(request->context, request);
	}
	return was_heard;
}

/* ---- both ---- */

static bool prefers_get(const struct dav_side *self, guint left)
{
	if (!self->collection->has_multiget || left == 1) {
		return true;
	}
	if (self->multiget_cost <= MULTIGET_DEAR) {
		return false;
	}
	return self->get_cost == 0 ? left >= TRIAL_GETS : self->get_cost < self->multiget_cost;
}

static void progress(const struct dav_side *self, const char *word, guint done, guint total)
{
	const struct remote_settings *settings = dav_session_settings(self->session);
	if (word != NULL && settings->progress != NULL) {
		settings->progress(settings->progress_data, word, done, total);
	}
}

/* Returns how many were looked at; 0 with error: the side failed. */
static guint read_some(struct dav_side *self, GPtrArray *texts, guint first, GError **error)
{
	const guint left = texts->len - first;
	if (!prefers_get(self, left)) {
		GError *problem = NULL;
		const guint count = read_multigets(self, texts, first, &problem);
		if (problem != NULL && !passerelle_error_is(problem, PASSERELLE_ERROR_NETWORK)) {
			g_propagate_error(error, problem);
			return 0;
		}
		g_clear_error(&problem); /* one item may be what the server stumbles over */
		if (count > 0) {
			return read_gets(self, texts, first, count, error) ? count : 0;
		}
	}
	const guint connections = MAX(dav_session_settings(self->session)->max_connections, 1);
	const guint wanted = self->get_cost == 0 ? TRIAL_GETS : TRIAL_GETS * connections;
	const guint count = MIN(wanted, left);
	return read_gets(self, texts, first, count, error) ? count : 0;
}

bool dav_texts_read(struct dav_side *self, GPtrArray *texts, const char *progress_word,
                    GError **error)
{
	self->batch = self->batch == 0 ? BATCH_FIRST : self->batch;
	for (guint done = 0; done < texts->len;) {
		const guint count = read_some(self, texts, done, error);
		if (count == 0) {
			return false;
		}
		done += count;
		progress(self, progress_word, done, texts->len);
	}
	return true;
}
