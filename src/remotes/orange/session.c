/* SPDX-License-Identifier: MIT */
/* Calls of the Personal APIs in batches; the only place from which a write can leave the program.
 */
#include "remotes/orange/session.h"

#include <string.h>
#include <time.h>

#include "base/text.h"
#include "remotes/orange/call.h"
#include "remotes/orange/personal.h"
#include "remotes/orange/session_memory.h"
#include "remotes/orange/wire.h"

#define READS_PER_CONNECTION  16 /* asked at once: what a bad token costs at most */
#define WRITES_PER_CONNECTION 4  /* announced at once: what a kill leaves in doubt at most */
#define CHUNK_MINIMUM         4  /* as many in a row without a reply: the remote is out of reach */

struct session {
	const struct remote_settings *settings; /* lent */
	struct journal *journal;                /* lent */
	struct http_client *client;
	char *urls[SESSION_APIS];
	struct session_memory *memory;
	bool has_been_heard[SESSION_APIS]; /* a reply made sense: what fails then is one item's */
	gint64 opened_at;                  /* see clock_now */
	bool was_allowed[SESSION_APIS][2]; /* reading, adding: a call was carried out */
};

static const struct {
	const char *path, *name;
} APIS[SESSION_APIS] = {
	[SESSION_CONTACTS] = {"/PersonalContacts/V1", "contacts"},
	[SESSION_CALENDAR] = {"/PersonalCalendar/V1", "calendar"},
	[SESSION_MESSAGES] = {"/PersonalMessages/V2", "messages"},
	[SESSION_RICHPROFILE] = {"/PersonalRichProfile/V1", "richprofile"},
	/* The pages name these four and publish no address: the form of the others. */
	[SESSION_PROFILE] = {"/PersonalProfile/V1", "profile"},
	[SESSION_PHOTOS] = {"/PersonalPhotos/V1", "photos"},
	[SESSION_FAVOURITES] = {"/PersonalFavourites/V1", "favourites"},
	[SESSION_CONTENT] = {"/PersonalContent/V1", "content"},
	[SESSION_ADDRESS] = {NULL, "address"},
};

static void set_urls(struct session *self)
{
	const struct remote_settings *settings = self->settings;
	const char *const overrides[SESSION_APIS] = {
		[SESSION_CONTACTS] = settings->contacts_url,
		[SESSION_CALENDAR] = settings->calendar_url,
		[SESSION_MESSAGES] = settings->messages_url,
	};
	for (gsize i = 0; i < SESSION_APIS; i++) {
		if (overrides[i] != NULL) {
			self->urls[i] = g_strdup(overrides[i]);
		} else if (settings->endpoint != NULL && APIS[i].path != NULL) {
			self->urls[i] = g_strconcat(settings->endpoint, APIS[i].path, NULL);
		}
	}
}

/* Microseconds since the start of the machine, suspend included: what was sent after it must not
 * look old. */
static gint64 clock_now(void)
{
	struct timespec now;
	clock_gettime(CLOCK_BOOTTIME, &now);
	return now.tv_sec * G_USEC_PER_SEC + now.tv_nsec / 1000;
}

struct session *session_open(const struct remote_settings *settings, struct journal *journal,
                             GError **error)
{
	if (settings->service_id == NULL || settings->service_password == NULL) {
		g_set_error(error, PASSERELLE_ERROR, PASSERELLE_ERROR_CONFIG,
		            "account '%s' has no service_id or no service_password",
		            settings->account);
		return NULL;
	}
	const struct http_settings http = {
		.user = settings->service_id,
		.password = settings->service_password,
		.ca_file = settings->ca_file,
		.proxy = settings->proxy,
		.max_connections = MAX(settings->max_connections, 1),
		.requests_per_minute = settings->requests_per_minute,
		.timeout_ms = settings->timeout * 1000,
		.cancelled = settings->cancelled,
	};
	struct http_client *client = http_client_new(&http, error);
	if (client == NULL) {
		return NULL;
	}
	struct session *self = g_new0(struct session, 1);
	self->settings = settings;
	self->journal = journal;
	self->client = client;
	self->opened_at = clock_now();
	self->memory = session_memory_open(settings, journal);
	http_client_set_level(client, session_memory_level(self->memory));
	set_urls(self);
	return self;
}

void session_close(struct session *self)
{
	if (self == NULL) {
		return;
	}
	const bool has_limit = self->settings->requests_per_minute > 0;
	session_memory_save(self->memory, http_client_count(self->client) > 0,
	                    has_limit ? http_client_level(self->client) : -1, session_now(self));
	session_memory_free(self->memory);
	http_client_free(self->client);
	for (gsize i = 0; i < SESSION_APIS; i++) {
		g_free(self->urls[i]);
	}
	g_free(self);
}

const struct remote_settings *session_settings(const struct session *self)
{
	return self->settings;
}

struct journal *session_journal(const struct session *self)
{
	return self->journal;
}

const char *session_url(const struct session *self, enum session_api api)
{
	return self->urls[api];
}

const char *session_api_name(enum session_api api)
{
	return APIS[api].name;
}

bool session_find_api(const char *name, enum session_api *api)
{
	for (gsize i = 0; i < SESSION_APIS; i++) {
		if (APIS[i].path != NULL && strcmp(APIS[i].name, name) == 0) {
			*api = (enum session_api)i;
			return true;
		}
	}
	return false;
}

gint64 session_now(const struct session *self)
{
	return self->settings->now + (clock_now() - self->opened_at) / G_USEC_PER_SEC;
}

static const char *url_of(const struct session *self, const struct call *call)
{
	return call->url != NULL ? call->url : self->urls[call->api];
}

static void take_no_answer(struct call *call, struct http_request *request, bool is_write)
{
	GError *error = g_steal_pointer(&request->error);
	if (is_write && request->fate == HTTP_UNKNOWN) {
		call_fail(call, g_error_new(PASSERELLE_ERROR, PASSERELLE_ERROR_IN_DOUBT,
		                            "%s: outcome unknown: %s", call_what(call),
		                            error == NULL ? "no reply" : error->message));
		g_clear_error(&error);
		return;
	}
	if (error == NULL) {
		error = g_error_new(PASSERELLE_ERROR, PASSERELLE_ERROR_NETWORK, "no reply");
	}
	g_prefix_error(&error, "%s: ", call_what(call));
	call_fail(call, error);
}

static bool names_an_item(const struct call *call)
{
	for (guint i = 0; i + 1 < call->parameters->len; i += 2) {
		if (strcmp(g_ptr_array_index(call->parameters, i), "cid") == 0) {
			return true;
		}
	}
	return false;
}

/* Not what an API says that is out of order, for everybody or for this account. */
static bool makes_sense(const struct reply *reply)
{
	return reply->meaning != MEANING_TRANSIENT && reply->meaning != MEANING_UNREADABLE &&
	       reply->meaning != MEANING_ACCOUNT && reply->meaning != MEANING_BUG;
}

/* What names an item may fail for that item alone. */
static bool is_outage(const struct call *call)
{
	return call->fate == HTTP_ANSWERED && !makes_sense(call->reply) && !names_an_item(call);
}

static void take_answer(struct session *self, struct call *call, struct http_request *request,
                        bool is_write)
{
	call->fate = request->fate;
	call->status = request->status;
	reply_free(g_steal_pointer(&call->reply));
	g_clear_pointer(&call->told, g_free);
	if (request->fate != HTTP_ANSWERED) {
		take_no_answer(call, request, is_write);
		return;
	}
	call->reply = reply_read(request, is_write);
	session_memory_learn(self->memory, call->api, url_of(self, call), request, call->reply,
	                     session_now(self));
	self->has_been_heard[call->api] |= makes_sense(call->reply);
	if (call->keeps_body) {
		call->body = g_steal_pointer(&request->body_out);
		call->content_type = g_steal_pointer(&request->content_type);
	}
	personal_take_words(call, self->settings, is_write);
	/* an unreadable 5xx is a server out of order, not one that speaks another language */
	if (!is_write && call->reply->envelope == REPLY_NONE &&
	    (request->status >= 500 || request->status == 429)) {
		call->error->code = PASSERELLE_ERROR_NETWORK;
	}
}

/* How far a batch is, for a terminal. */
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

/* Privacy page, step 5: "only for this request" is good for a single call, and the next one is
 * refused again. */
static void look_for_consent_once(struct session *self, GPtrArray *chunk, bool is_write)
{
	for (guint i = 0; i < chunk->len; i++) {
		const struct call *call = g_ptr_array_index(chunk, i);
		self->was_allowed[call->api][is_write] |= call->error == NULL;
	}
	for (guint i = 0; i < chunk->len; i++) {
		struct call *call = g_ptr_array_index(chunk, i);
		if (passerelle_error_is(call->error, PASSERELLE_ERROR_CONSENT) &&
		    self->was_allowed[call->api][is_write]) {
			char *before = call->error->message;
			call->error->message =
				g_strconcat(before, "; it was given for one request only", NULL);
			g_free(before);
		}
	}
}

static struct wire *make_wire(const struct session *self, const struct call *call, bool is_write)
{
	return wire_new(call, url_of(self, call),
	                call->is_without_token ? "" : self->settings->token, is_write);
}

static void send_chunk(struct session *self, GPtrArray *chunk, bool is_write, struct tick *tick)
{
	g_autoptr(GPtrArray) wires = g_ptr_array_new_with_free_func((GDestroyNotify)wire_free);
	g_autofree struct http_request **requests = g_new(struct http_request *, chunk->len);
	for (guint i = 0; i < chunk->len; i++) {
		struct wire *wire = make_wire(self, g_ptr_array_index(chunk, i), is_write);
		g_ptr_array_add(wires, wire);
		requests[i] = &wire->request;
	}
	http_client_batch(self->client, requests, chunk->len, on_progress, tick);
	for (guint i = 0; i < chunk->len; i++) {
		take_answer(self, g_ptr_array_index(chunk, i), requests[i], is_write);
	}
	look_for_consent_once(self, chunk, is_write);
	tick->before += chunk->len;
}

/* Of the whole side, not of one item. */
static bool is_fatal(const GError *error)
{
	return passerelle_error_is(error, PASSERELLE_ERROR_AUTH) ||
	       passerelle_error_is(error, PASSERELLE_ERROR_CONSENT) ||
	       passerelle_error_is(error, PASSERELLE_ERROR_CONFIG) ||
	       passerelle_error_is_of_storage(error) ||
	       passerelle_error_is(error, PASSERELLE_ERROR_CANCELLED);
}

/* Why a call of this kind cannot be sent now; NULL = it can. */
static GError *obstacle(const struct session *self, const struct call *call)
{
	const struct remote_settings *settings = self->settings;
	if (!call->is_without_token && (settings->token == NULL || settings->token[0] == '\0')) {
		return g_error_new(PASSERELLE_ERROR, PASSERELLE_ERROR_AUTH,
		                   "no token: run 'passerelle login %s'", settings->account);
	}
	if (call->url == NULL && self->urls[call->api] == NULL) {
		return g_error_new(PASSERELLE_ERROR, PASSERELLE_ERROR_CONFIG,
		                   "account '%s' has no address of the %s API", settings->account,
		                   APIS[call->api].name);
	}
	if (settings->cancelled != NULL && *settings->cancelled != 0) {
		return g_error_new(PASSERELLE_ERROR, PASSERELLE_ERROR_CANCELLED, "%s: told to stop",
		                   call_what(call));
	}
	return session_memory_obstacle(self->memory, call->api, url_of(self, call), call_what(call),
	                               session_now(self));
}

static GError *out_of_order(const struct session *self, const struct call *call)
{
	GError *pause = session_memory_obstacle(self->memory, call->api, url_of(self, call),
	                                        call_what(call), session_now(self));
	const bool is_ours = call->reply->meaning == MEANING_BUG;
	return pause != NULL
	               ? pause
	               : g_error_new(PASSERELLE_ERROR,
	                             is_ours ? PASSERELLE_ERROR_REFUSED : PASSERELLE_ERROR_NETWORK,
	                             "nothing more is asked for now: %s", call->error->message);
}

/* Why nothing more is to be sent after this chunk; NULL = go on. */
static GError *stop_reason(const struct session *self, GPtrArray *chunk)
{
	bool is_answered = chunk->len < CHUNK_MINIMUM;
	bool is_hopeless = chunk->len >= CHUNK_MINIMUM;
	const struct call *last = NULL;
	for (guint i = 0; i < chunk->len; i++) {
		last = g_ptr_array_index(chunk, i);
		if (is_fatal(last->error)) {
			return g_error_copy(last->error);
		}
		is_answered = is_answered || last->fate == HTTP_ANSWERED;
		is_hopeless = is_hopeless && is_outage(last) && !self->has_been_heard[last->api];
	}
	if (is_hopeless) {
		return out_of_order(self, last);
	}
	return is_answered ? NULL
	                   : g_error_new(PASSERELLE_ERROR, PASSERELLE_ERROR_NETWORK,
	                                 "not sent: the remote does not answer (%s)",
	                                 last->error->message);
}

static GPtrArray *slice(GPtrArray *all, guint first, guint count)
{
	GPtrArray *part = g_ptr_array_sized_new(count);
	for (guint i = first; i < first + count; i++) {
		g_ptr_array_add(part, g_ptr_array_index(all, i));
	}
	return part;
}

static void fail_rest(GPtrArray *calls, guint first, const GError *error)
{
	for (guint i = first; i < calls->len; i++) {
		struct call *call = g_ptr_array_index(calls, i);
		call->fate = HTTP_NOT_SENT;
		call_fail(call, g_error_copy(error));
	}
}

/* Nothing was learned of the service, unless what fails is one item of a service that is well. */
static bool is_of_side(const struct session *self, const struct call *call)
{
	const bool is_of_item = call->fate == HTTP_ANSWERED && names_an_item(call) &&
	                        self->has_been_heard[call->api];
	return passerelle_error_is(call->error, PASSERELLE_ERROR_NETWORK) && !is_of_item;
}

/* What a batch as a whole says; takes stop. */
static bool batch_result(const struct session *self, GPtrArray *calls, GError *stop, GError **error)
{
	if (is_fatal(stop)) {
		g_propagate_error(error, stop);
		return false;
	}
	g_autoptr(GError) reason = stop;
	for (guint i = 0; i < calls->len; i++) {
		const struct call *call = g_ptr_array_index(calls, i);
		const bool is_useless =
			call->error != NULL &&
			!passerelle_error_is(call->error, PASSERELLE_ERROR_IN_DOUBT);
		if (!is_of_side(self, call) && !(is_useless && reason != NULL)) {
			return true;
		}
	}
	if (calls->len == 0) {
		return true;
	}
	const struct call *first = g_ptr_array_index(calls, 0);
	g_propagate_error(error, g_error_copy(reason != NULL ? reason : first->error));
	return false;
}

static guint chunk_size(const struct session *self, guint first, guint per_connection, guint left)
{
	const guint connections = MAX(self->settings->max_connections, 1);
	const guint wanted = first == 0 ? connections : connections * per_connection;
	return MIN(MAX(wanted, CHUNK_MINIMUM), left);
}

static GError *unannounced(const struct call *call)
{
	return g_error_new(PASSERELLE_ERROR, PASSERELLE_ERROR_STORAGE,
	                   "%s: a write without an announcement is not sent", call_what(call));
}

static GError *refuse_writes(GPtrArray *calls)
{
	for (guint i = 0; i < calls->len; i++) {
		const struct call *call = g_ptr_array_index(calls, i);
		if (session_is_write(call->action) || call->file != NULL) {
			return unannounced(call);
		}
	}
	return NULL;
}

bool session_read(struct session *self, GPtrArray *calls, const char *progress_word, GError **error)
{
	struct tick tick = {self->settings, progress_word, 0, calls->len};
	GError *stop = refuse_writes(calls);
	for (guint first = 0; first < calls->len;) {
		stop = stop != NULL ? stop : obstacle(self, g_ptr_array_index(calls, first));
		if (stop != NULL) {
			fail_rest(calls, first, stop);
			break;
		}
		const guint count =
			chunk_size(self, first, READS_PER_CONNECTION, calls->len - first);
		g_autoptr(GPtrArray) chunk = slice(calls, first, count);
		send_chunk(self, chunk, false, &tick);
		stop = stop_reason(self, chunk);
		first += count;
	}
	return batch_result(self, calls, stop, error);
}

bool session_read_one(struct session *self, struct call *call, GError **error)
{
	g_autoptr(GPtrArray) calls = g_ptr_array_new();
	g_ptr_array_add(calls, call);
	if (!session_read(self, calls, NULL, error)) {
		return false;
	}
	if (call->error != NULL) {
		g_propagate_error(error, g_steal_pointer(&call->error));
		return false;
	}
	return true;
}

static const enum ledger_state OUTCOMES[] = {
	[MEANING_OK] = LEDGER_DONE,
	[MEANING_LOGIN] = LEDGER_NOT_SENT,
	[MEANING_CONSENT] = LEDGER_NOT_SENT,
	[MEANING_CONFIG] = LEDGER_NOT_SENT,
	[MEANING_BUG] = LEDGER_REFUSED,
	[MEANING_REFUSED] = LEDGER_REFUSED,
	[MEANING_UNKNOWN_ACTION] = LEDGER_NOT_SENT,
	[MEANING_ACCOUNT] = LEDGER_NOT_SENT,
	[MEANING_TRANSIENT] = LEDGER_IN_DOUBT,
	[MEANING_UNREADABLE] = LEDGER_IN_DOUBT,
};

static void judge(struct ledger_call *entry, const struct call *call)
{
	const bool is_answered = call->fate == HTTP_ANSWERED;
	entry->state = is_answered                   ? OUTCOMES[call->reply->meaning]
	               : call->fate == HTTP_NOT_SENT ? LEDGER_NOT_SENT
	                                             : LEDGER_IN_DOUBT;
	g_free(entry->detail);
	entry->detail = call->error == NULL  ? NULL
	                : call->told != NULL ? g_strdup(call->told)
	                                     : g_strdup(call->error->message);
	if (entry->state != LEDGER_IN_DOUBT && is_answered) {
		g_free(entry->settled_by);
		entry->settled_by = g_strdup("reply");
	}
	if (entry->state == LEDGER_DONE) {
		g_free(entry->result);
		entry->result = call_result_id(call);
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

static bool may_go_unlisted(GPtrArray *calls)
{
	for (guint i = 0; i < calls->len; i++) {
		enum item_kind kind;
		if (call_kind(g_ptr_array_index(calls, i), &kind)) {
			return false;
		}
	}
	return true;
}

/* NULL = go on with the next chunk. */
static GError *write_unlisted(struct session *self, GPtrArray *calls, struct tick *tick)
{
	if (!may_go_unlisted(calls)) {
		GError *error = unannounced(g_ptr_array_index(calls, 0));
		fail_rest(calls, 0, error);
		return error;
	}
	send_chunk(self, calls, true, tick);
	return stop_reason(self, calls);
}

/* NULL = go on with the next chunk. */
static GError *write_chunk(struct session *self, GPtrArray *calls, GPtrArray *entries,
                           struct tick *tick)
{
	GError *error = NULL;
	for (guint i = 0; i < calls->len; i++) {
		struct ledger_call *entry = g_ptr_array_index(entries, i);
		g_free(entry->content);
		entry->content = call_content(g_ptr_array_index(calls, i));
	}
	if (!ledger_announce(self->journal, entries, session_now(self), &error)) {
		to_storage_error(&error);
		fail_rest(calls, 0, error);
		return error;
	}
	send_chunk(self, calls, true, tick);
	for (guint i = 0; i < calls->len; i++) {
		judge(g_ptr_array_index(entries, i), g_ptr_array_index(calls, i));
	}
	if (!ledger_settle(self->journal, entries, session_now(self), &error)) {
		/* the rows stay announced: in doubt from the next cycle on */
		to_storage_error(&error);
		for (guint i = 0; i < calls->len; i++) {
			call_fail(g_ptr_array_index(calls, i), g_error_copy(error));
		}
		return error;
	}
	return stop_reason(self, calls);
}

bool session_write(struct session *self, GPtrArray *calls, GPtrArray *entries,
                   const char *progress_word, GError **error)
{
	g_assert(entries == NULL || calls->len == entries->len);
	struct tick tick = {self->settings, progress_word, 0, calls->len};
	GError *stop = NULL;
	for (guint first = 0; first < calls->len;) {
		stop = stop != NULL ? stop : obstacle(self, g_ptr_array_index(calls, first));
		if (stop != NULL) {
			fail_rest(calls, first, stop);
			break;
		}
		const guint count =
			chunk_size(self, first, WRITES_PER_CONNECTION, calls->len - first);
		g_autoptr(GPtrArray) chunk = slice(calls, first, count);
		if (entries == NULL) {
			stop = write_unlisted(self, chunk, &tick);
		} else {
			g_autoptr(GPtrArray) rows = slice(entries, first, count);
			stop = write_chunk(self, chunk, rows, &tick);
		}
		first += count;
	}
	return batch_result(self, calls, stop, error);
}
