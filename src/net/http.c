/* SPDX-License-Identifier: MIT */
/* Batches: a queue before libcurl's multi interface, with a bound on connections, a rate and a way
 * to stop. */
#include "net/http.h"

#include "net/http_transfer.h"

#include <string.h>

#define POLL_MS         100 /* how late we may notice that we are to stop */
#define STOP_GRACE_USEC (500 * 1000)
#define MINUTE_USEC     (60 * G_USEC_PER_SEC)

struct http_client {
	struct http_settings settings; /* strings are owned copies */
	CURLM *multi;
	guint64 sent;
	double tokens;      /* requests that may start now */
	gint64 refilled_at; /* monotonic */
};

struct batch {
	struct http_client *client;
	struct http_request **requests; /* lent */
	gsize count, next, done;
	GPtrArray *under_way; /* struct transfer * */
	http_progress progress;
	void *data;
	gint64 stopped_at; /* monotonic; 0 = not told to stop */
};

static bool has_control_character(const char *text)
{
	for (; text != NULL && *text != '\0'; text++) {
		if (g_ascii_iscntrl(*text)) {
			return true;
		}
	}
	return false;
}

static bool check_settings(const struct http_settings *settings, GError **error)
{
	if (settings->user != NULL && strchr(settings->user, ':') != NULL) {
		g_set_error(error, PASSERELLE_ERROR, PASSERELLE_ERROR_CONFIG,
		            "a user name with a colon cannot be sent"); /* RFC 7617, 2 */
		return false;
	}
	if (has_control_character(settings->bearer)) {
		g_set_error(error, PASSERELLE_ERROR, PASSERELLE_ERROR_CONFIG,
		            "a token with a control character cannot be sent");
		return false;
	}
	const struct transport transport = transport_of(settings);
	return transport_check(&transport, error);
}

struct http_client *http_client_new(const struct http_settings *settings, GError **error)
{
	transport_start();
	g_assert(settings->max_connections >= 1 && settings->timeout_ms > 0);
	if (!check_settings(settings, error)) {
		return NULL;
	}
	struct http_client *self = g_new0(struct http_client, 1);
	self->settings = *settings;
	self->settings.user = g_strdup(settings->user);
	self->settings.password = g_strdup(settings->password);
	self->settings.bearer = g_strdup(settings->bearer);
	self->settings.ca_file = g_strdup(settings->ca_file);
	self->settings.proxy = g_strdup(settings->proxy);
	self->settings.client_certificate = g_strdup(settings->client_certificate);
	self->settings.client_key = g_strdup(settings->client_key);
	self->settings.pinned_key = g_strdup(settings->pinned_key);
	self->tokens = settings->requests_per_minute;
	self->refilled_at = g_get_monotonic_time();
	self->multi = curl_multi_init();
	g_assert(self->multi != NULL);
	curl_multi_setopt(self->multi, CURLMOPT_MAXCONNECTS, (long)settings->max_connections);
	curl_multi_setopt(self->multi, CURLMOPT_MAX_TOTAL_CONNECTIONS,
	                  (long)settings->max_connections);
	return self;
}

static void free_string(const char *text, bool is_secret)
{
	if (text != NULL && is_secret) {
		explicit_bzero((char *)text, strlen(text));
	}
	g_free((char *)text);
}

void http_client_free(struct http_client *self)
{
	if (self == NULL) {
		return;
	}
	curl_multi_cleanup(self->multi);
	free_string(self->settings.user, false);
	free_string(self->settings.password, true);
	free_string(self->settings.bearer, true);
	free_string(self->settings.ca_file, false);
	free_string(self->settings.proxy, true);
	free_string(self->settings.client_certificate, false);
	free_string(self->settings.client_key, false);
	free_string(self->settings.pinned_key, false);
	g_free(self);
}

guint64 http_client_count(const struct http_client *self)
{
	return self->sent;
}

void http_request_clear(struct http_request *request)
{
	g_clear_pointer(&request->body_out, g_bytes_unref);
	g_clear_pointer(&request->content_type, g_free);
	for (gsize i = 0; request->headers_out != NULL && i < request->n_wanted; i++) {
		g_free(request->headers_out[i]);
	}
	g_clear_pointer(&request->headers_out, g_free);
	g_clear_error(&request->error);
	request->fate = HTTP_NOT_SENT;
	request->status = 0;
	request->retry_after = -1;
}

static double tokens_per_usec(const struct http_client *self)
{
	return (double)self->settings.requests_per_minute / (double)MINUTE_USEC;
}

static void refill(struct http_client *self)
{
	const gint64 now = g_get_monotonic_time();
	self->tokens += (double)(now - self->refilled_at) * tokens_per_usec(self);
	self->tokens = MIN(self->tokens, (double)self->settings.requests_per_minute);
	self->refilled_at = now;
}

double http_client_level(struct http_client *self)
{
	refill(self);
	return self->tokens;
}

void http_client_set_level(struct http_client *self, double level)
{
	refill(self);
	self->tokens = CLAMP(level, 0, self->tokens);
}

static bool take_token(struct http_client *self)
{
	if (self->settings.requests_per_minute == 0) {
		return true;
	}
	refill(self);
	if (self->tokens < 1) {
		return false;
	}
	self->tokens -= 1;
	return true;
}

static void count_done(struct batch *self)
{
	self->done++;
	if (self->progress != NULL) {
		self->progress(self->data, self->done, self->count);
	}
}

static void start(struct batch *self, struct http_request *request)
{
	GError *error = NULL;
	struct http_client *client = self->client;
	struct transfer *transfer = transfer_new(&client->settings, request, &client->sent, &error);
	if (transfer == NULL) {
		request_settle_not_sent(request, error);
		count_done(self);
		return;
	}
	g_ptr_array_add(self->under_way, transfer);
	const CURLMcode code = curl_multi_add_handle(client->multi, transfer_handle(transfer));
	g_assert(code == CURLM_OK);
}

/* No more at a time than there are connections: a request that waits inside libcurl would already
 * be timed. */
static void start_some(struct batch *self)
{
	while (self->next < self->count &&
	       self->under_way->len < self->client->settings.max_connections &&
	       take_token(self->client)) {
		start(self, self->requests[self->next++]);
	}
}

/* It is settled; forget it. */
static void finish(struct batch *self, struct transfer *transfer)
{
	curl_multi_remove_handle(self->client->multi, transfer_handle(transfer));
	g_ptr_array_remove(self->under_way, transfer);
	transfer_free(transfer);
	count_done(self);
}

static void finish_done(struct batch *self)
{
	CURLMsg *message = NULL;
	int left = 0;
	while ((message = curl_multi_info_read(self->client->multi, &left)) != NULL) {
		char *private = NULL;
		const CURLcode code =
			message->data.result; /* message is gone once the handle is removed */
		curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &private);
		struct transfer *transfer = (struct transfer *)(void *)private;
		transfer_settle(transfer, code);
		finish(self, transfer);
	}
}

static void drop_queue(struct batch *self)
{
	while (self->next < self->count) {
		GError *error = g_error_new(PASSERELLE_ERROR, PASSERELLE_ERROR_CANCELLED,
		                            "stopped before it was sent");
		request_settle_not_sent(self->requests[self->next++], error);
		count_done(self);
	}
}

/* Nothing new; reads at once; writes that may have reached the server get a moment to tell. */
static void stop(struct batch *self)
{
	const gint64 now = g_get_monotonic_time();
	self->stopped_at = self->stopped_at == 0 ? now : self->stopped_at;
	const bool is_over = now - self->stopped_at >= STOP_GRACE_USEC;
	drop_queue(self);
	for (guint i = self->under_way->len; i > 0; i--) {
		struct transfer *transfer = g_ptr_array_index(self->under_way, i - 1);
		if (is_over || !transfer_is_write_under_way(transfer)) {
			transfer_settle_cancelled(transfer);
			finish(self, transfer);
		}
	}
}

/* Until a socket is ready, at most POLL_MS, and no longer than until the next token. */
static int wait_ms(const struct batch *self)
{
	const struct http_client *client = self->client;
	const bool is_full = self->under_way->len >= client->settings.max_connections;
	if (self->next == self->count || is_full) {
		return POLL_MS;
	}
	if (client->settings.requests_per_minute == 0) {
		return 0; /* a place is free */
	}
	const double usec = (1 - client->tokens) / tokens_per_usec(client);
	return (int)CLAMP(usec / 1000 + 1, 1, POLL_MS);
}

void http_client_batch(struct http_client *self, struct http_request **requests, gsize count,
                       http_progress progress, void *data)
{
	const volatile sig_atomic_t *cancelled = self->settings.cancelled;
	struct batch batch = {.client = self,
	                      .requests = requests,
	                      .count = count,
	                      .under_way = g_ptr_array_new(),
	                      .progress = progress,
	                      .data = data};
	for (gsize i = 0; i < count; i++) {
		http_request_clear(requests[i]);
	}
	while (batch.done < count) {
		if (cancelled != NULL && *cancelled != 0) {
			stop(&batch);
		} else {
			start_some(&batch);
		}
		int running = 0;
		curl_multi_perform(self->multi, &running);
		finish_done(&batch);
		if (batch.under_way->len > 0 || batch.next < count) {
			curl_multi_poll(self->multi, NULL, 0, wait_ms(&batch), NULL);
		}
	}
	g_ptr_array_unref(batch.under_way);
}
