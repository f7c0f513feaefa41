/* SPDX-License-Identifier: MIT */
/* Requests of WebDAV in batches. */
#include "remotes/dav/session.h"

#include <string.h>
#include <time.h>

#include "remotes/dav/href.h"
#include "remotes/dav/pace.h"
#include "remotes/dav/wire.h"

#define READS_PER_CONNECTION  16 /* asked at once */
#define WRITES_PER_CONNECTION 4  /* announced at once: what a kill leaves in doubt at most */
#define CHUNK_MINIMUM         4  /* as many without a reply: the server is out of reach */

struct dav_session {
	const struct remote_settings *settings; /* lent */
	struct journal *journal;                /* lent */
	enum item_kind kind;
	struct http_client *client;
	struct dav_pace *pace;
	char *address;
	gint64 opened_at; /* see clock_now */
};

/* Microseconds since the start of the machine, suspend included. */
static gint64 clock_now(void)
{
	struct timespec now;
	clock_gettime(CLOCK_BOOTTIME, &now);
	return now.tv_sec * G_USEC_PER_SEC + now.tv_nsec / 1000;
}

static const char *configured(const struct remote_settings *settings, enum item_kind kind)
{
	const char *own = kind == ITEM_CONTACT ? settings->contacts_url : settings->calendar_url;
	return own != NULL ? own : settings->endpoint;
}

struct dav_session *dav_session_open(const struct remote_settings *settings, enum item_kind kind,
                                     struct journal *journal, GError **error)
{
	const struct http_settings http = {
		.user = settings->bearer == NULL ? settings->user : NULL,
		.password = settings->password,
		.bearer = settings->bearer,
		.ca_file = settings->ca_file,
		.proxy = settings->proxy,
		.client_certificate = settings->client_certificate,
		.client_key = settings->client_key,
		.pinned_key = settings->pinned_key,
		.max_connections = MAX(settings->max_connections, 1),
		.shares_connections = true, /* a PUT that is repeated adds nothing */
		.requests_per_minute = settings->requests_per_minute,
		.timeout_ms = settings->timeout * 1000,
		.cancelled = settings->cancelled,
	};
	struct http_client *client = http_client_new(&http, error);
	if (client == NULL) {
		return NULL;
	}
	struct dav_session *self = g_new0(struct dav_session, 1);
	self->settings = settings;
	self->journal = journal;
	self->kind = kind;
	self->client = client;
	self->opened_at = clock_now();
	self->pace = dav_pace_open(settings, item_kind_name(kind), journal);
	http_client_set_level(client, dav_pace_level(self->pace));
	const char *address = configured(settings, kind);
	g_autofree char *whole = address != NULL && strstr(address, "://") == NULL
	                                 ? g_strconcat("https://", address, NULL)
	                                 : g_strdup(address); /* a bare domain */
	self->address = whole == NULL ? NULL : dav_href_canonical(whole);
	return self;
}

void dav_session_close(struct dav_session *self)
{
	if (self == NULL) {
		return;
	}
	const bool has_limit = self->settings->requests_per_minute > 0;
	dav_pace_save(self->pace, http_client_count(self->client) > 0,
	              has_limit ? http_client_level(self->client) : -1, dav_session_now(self));
	dav_pace_free(self->pace);
	http_client_free(self->client);
	g_free(self->address);
	g_free(self);
}

const struct remote_settings *dav_session_settings(const struct dav_session *self)
{
	return self->settings;
}

struct journal *dav_session_journal(const struct dav_session *self)
{
	return self->journal;
}

enum item_kind dav_session_kind(const struct dav_session *self)
{
	return self->kind;
}

const char *dav_session_address(const struct dav_session *self)
{
	return self->address;
}

gint64 dav_session_now(const struct dav_session *self)
{
	return self->settings->now + (clock_now() - self->opened_at) / G_USEC_PER_SEC;
}

/* ---- a chunk on the wire ---- */

struct tick {
	const struct remote_settings *settings;
	const char *word;
	gsize before, total;
};

static void on_progress(void *data, gsize done, gsize total)
{
	const struct tick *tick = data;
	(void)total;
	if (tick->word != NULL && tick->settings->progress != NULL) {
		tick->settings->progress(tick->settings->progress_data, tick->word,
		                         tick->before + done, tick->total);
	}
}

static void send_chunk(struct dav_session *self, GPtrArray *chunk, struct tick *tick)
{
	g_autofree struct dav_wire *wires = g_new0(struct dav_wire, chunk->len);
	g_autofree struct http_request **requests = g_new(struct http_request *, chunk->len);
	for (guint i = 0; i < chunk->len; i++) {
		dav_wire_fill(&wires[i], g_ptr_array_index(chunk, i));
		requests[i] = &wires[i].http;
	}
	http_client_batch(self->client, requests, chunk->len, on_progress, tick);
	for (guint i = 0; i < chunk->len; i++) {
		if (requests[i]->fate == HTTP_ANSWERED) {
			dav_pace_learn(self->pace, requests[i], dav_session_now(self));
		}
		dav_request_take(g_ptr_array_index(chunk, i), requests[i]);
		http_request_clear(requests[i]);
	}
	tick->before += chunk->len;
}

/* ---- when to stop ---- */

static bool is_fatal(const GError *error)
{
	return passerelle_error_is(error, PASSERELLE_ERROR_AUTH) ||
	       passerelle_error_is(error, PASSERELLE_ERROR_CONFIG) ||
	       passerelle_error_is_of_storage(error) ||
	       passerelle_error_is(error, PASSERELLE_ERROR_CANCELLED);
}

/* Why nothing can be sent now; NULL = it can. */
static GError *obstacle(const struct dav_session *self)
{
	const struct remote_settings *settings = self->settings;
	if (settings->cancelled != NULL && *settings->cancelled != 0) {
		return g_error_new(PASSERELLE_ERROR, PASSERELLE_ERROR_CANCELLED, "told to stop");
	}
	return dav_pace_obstacle(self->pace, dav_session_now(self));
}

/* 403 on one resource says nothing of the others. */
static bool is_of_all(const struct dav_request *request)
{
	return is_fatal(request->error) && request->status != 403;
}

/* Why nothing more is to be sent after this chunk; NULL = go on. */
static GError *stop_reason(const struct dav_session *self, GPtrArray *chunk)
{
	bool is_answered = chunk->len < CHUNK_MINIMUM;
	const struct dav_request *last = NULL;
	for (guint i = 0; i < chunk->len; i++) {
		last = g_ptr_array_index(chunk, i);
		if (is_of_all(last)) {
			return g_error_copy(last->error);
		}
		is_answered = is_answered || last->fate == HTTP_ANSWERED;
	}
	if (is_answered) {
		return obstacle(self);
	}
	return g_error_new(PASSERELLE_ERROR, PASSERELLE_ERROR_NETWORK,
	                   "not sent: the server does not answer (%s)", last->error->message);
}

static GPtrArray *slice(GPtrArray *all, guint first, guint count)
{
	GPtrArray *part = g_ptr_array_sized_new(count);
	for (guint i = first; i < first + count; i++) {
		g_ptr_array_add(part, g_ptr_array_index(all, i));
	}
	return part;
}

static void fail_rest(GPtrArray *requests, guint first, const GError *error)
{
	for (guint i = first; i < requests->len; i++) {
		struct dav_request *request = g_ptr_array_index(requests, i);
		request->fate = HTTP_NOT_SENT;
		dav_request_fail(request, g_error_copy(error));
	}
}

/* What a batch as a whole says; takes stop. */
static bool batch_result(GPtrArray *requests, GError *stop, GError **error)
{
	if (is_fatal(stop)) {
		g_propagate_error(error, stop);
		return false;
	}
	g_autoptr(GError) reason = stop;
	for (guint i = 0; i < requests->len; i++) {
		const struct dav_request *request = g_ptr_array_index(requests, i);
		if (dav_request_is_heard(request) ||
		    !passerelle_error_is(request->error, PASSERELLE_ERROR_NETWORK)) {
			return true;
		}
	}
	if (requests->len == 0) {
		return true;
	}
	const struct dav_request *first = g_ptr_array_index(requests, 0);
	g_propagate_error(error, g_error_copy(reason != NULL ? reason : first->error));
	return false;
}

static guint chunk_size(const struct dav_session *self, guint first, guint per_connection,
                        guint left)
{
	const guint connections = MAX(self->settings->max_connections, 1);
	const guint wanted = first == 0 ? connections : connections * per_connection;
	return MIN(MAX(wanted, CHUNK_MINIMUM), left);
}

/* ---- reads ---- */

/* What makes no item, and says the same however often it is sent (RFC 4918, 9.2). */
static bool is_harmless(const struct dav_request *request)
{
	return !dav_method_is_write(request->method) || strcmp(request->method, "PROPPATCH") == 0;
}

static GError *refuse_writes(GPtrArray *requests)
{
	for (guint i = 0; i < requests->len; i++) {
		const struct dav_request *request = g_ptr_array_index(requests, i);
		if (!is_harmless(request)) {
			return g_error_new(PASSERELLE_ERROR, PASSERELLE_ERROR_STORAGE,
			                   "%s: a write without an announcement is not sent",
			                   request->what);
		}
	}
	return NULL;
}

bool dav_session_read(struct dav_session *self, GPtrArray *requests, const char *progress_word,
                      GError **error)
{
	struct tick tick = {self->settings, progress_word, 0, requests->len};
	GError *stop = refuse_writes(requests);
	stop = stop != NULL ? stop : obstacle(self);
	for (guint first = 0; first < requests->len;) {
		if (stop != NULL) {
			fail_rest(requests, first, stop);
			break;
		}
		const guint count =
			chunk_size(self, first, READS_PER_CONNECTION, requests->len - first);
		g_autoptr(GPtrArray) chunk = slice(requests, first, count);
		send_chunk(self, chunk, &tick);
		stop = stop_reason(self, chunk);
		first += count;
	}
	return batch_result(requests, stop, error);
}

bool dav_session_read_one(struct dav_session *self, struct dav_request *request, GError **error)
{
	g_autoptr(GPtrArray) requests = g_ptr_array_new();
	g_ptr_array_add(requests, request);
	GError *problem = NULL;
	const bool was_heard = dav_session_read(self, requests, NULL, &problem);
	if (was_heard && request->error == NULL) {
		return true;
	}
	if (request->error != NULL) { /* the pause that it brings is for the next one */
		g_clear_error(&problem);
		problem = g_error_copy(request->error);
	}
	g_propagate_error(error, problem);
	return false;
}

/* ---- writes ---- */

static void judge(const char *collection, struct ledger_call *row,
                  const struct dav_request *request)
{
	row->state = dav_request_outcome(request);
	g_free(row->detail);
	row->detail = request->error == NULL ? NULL : g_strdup(request->error->message);
	if (row->state == LEDGER_DONE && g_str_equal(request->method, "PUT")) {
		/* without its mark nothing shows that it stands there, and as it was sent */
		row->state = request->etag == NULL ? LEDGER_IN_DOUBT : LEDGER_DONE;
		g_autofree char *place =
			request->location == NULL
				? NULL
				: dav_href_resolve(request->url, request->location, NULL);
		g_free(row->result);
		row->result = place == NULL ? NULL : dav_href_ref(collection, place);
		if (row->result == NULL) {
			row->result = dav_href_ref(collection, request->url);
		}
	}
	if (row->state != LEDGER_IN_DOUBT && request->fate == HTTP_ANSWERED) {
		g_free(row->settled_by);
		row->settled_by = g_strdup("reply");
	}
}

static void to_storage_error(GError **error)
{
	g_prefix_error(error, "journal: ");
	if (*error != NULL && (*error)->domain == PASSERELLE_ERROR &&
	    !passerelle_error_is(*error, PASSERELLE_ERROR_DAMAGED)) {
		(*error)->code = PASSERELLE_ERROR_STORAGE;
	}
}

/* NULL = go on with the next chunk. */
static GError *write_chunk(struct dav_session *self, struct journal *journal,
                           const char *collection, GPtrArray *requests, GPtrArray *rows,
                           struct tick *tick)
{
	GError *error = NULL;
	if (!ledger_announce(journal, rows, dav_session_now(self), &error)) {
		to_storage_error(&error);
		fail_rest(requests, 0, error);
		return error;
	}
	send_chunk(self, requests, tick);
	for (guint i = 0; i < requests->len; i++) {
		judge(collection, g_ptr_array_index(rows, i), g_ptr_array_index(requests, i));
	}
	if (!ledger_settle(journal, rows, dav_session_now(self), &error)) {
		/* the rows stay announced: in doubt from the next cycle on */
		to_storage_error(&error);
		for (guint i = 0; i < requests->len; i++) {
			dav_request_fail(g_ptr_array_index(requests, i), g_error_copy(error));
		}
		return error;
	}
	return stop_reason(self, requests);
}

bool dav_session_write(struct dav_session *self, struct journal *journal, const char *collection,
                       GPtrArray *requests, GPtrArray *rows, const char *progress_word,
                       GError **error)
{
	g_assert(journal != NULL && requests->len == rows->len);
	struct tick tick = {self->settings, progress_word, 0, requests->len};
	GError *stop = obstacle(self);
	for (guint first = 0; first < requests->len;) {
		if (stop != NULL) {
			fail_rest(requests, first, stop);
			break;
		}
		const guint count =
			chunk_size(self, first, WRITES_PER_CONNECTION, requests->len - first);
		g_autoptr(GPtrArray) chunk = slice(requests, first, count);
		g_autoptr(GPtrArray) part = slice(rows, first, count);
		stop = write_chunk(self, journal, collection, chunk, part, &tick);
		first += count;
	}
	return batch_result(requests, stop, error);
}
