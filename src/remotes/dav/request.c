/* SPDX-License-Identifier: MIT */
/* One request of WebDAV and what its answer means. */
#include "remotes/dav/request.h"

#include <string.h>

#include "remotes/dav/href.h"
#include "remotes/dav/multistatus.h"

#define STATUS_FULL 507

struct dav_request *dav_request_new(const char *method, const char *url)
{
	struct dav_request *self = g_new0(struct dav_request, 1);
	self->method = method;
	self->url = g_strdup(url);
	const char *path = dav_href_path(url);
	const char *name = strrchr(path, '/') + 1;
	self->what = g_strdup_printf("%s '%s'", method, *name == '\0' ? path : name);
	return self;
}

void dav_request_reset(struct dav_request *self)
{
	self->fate = HTTP_NOT_SENT;
	self->status = 0;
	g_clear_pointer(&self->reply, g_bytes_unref);
	g_clear_pointer(&self->etag, g_free);
	g_clear_pointer(&self->location, g_free);
	g_clear_pointer(&self->dav, g_free);
	g_clear_pointer(&self->condition, g_free);
	g_clear_pointer(&self->condition_href, g_free);
	g_clear_error(&self->error);
}

void dav_request_free(struct dav_request *self)
{
	if (self == NULL) {
		return;
	}
	dav_request_reset(self);
	g_clear_pointer(&self->body, g_bytes_unref);
	g_free(self->url);
	g_free(self->if_match);
	g_free(self->what);
	g_free(self);
}

bool dav_method_is_write(const char *method)
{
	static const char *const reads[] = {"GET", "HEAD", "OPTIONS", "PROPFIND", "REPORT", NULL};
	return !g_strv_contains(reads, method);
}

void dav_request_fail(struct dav_request *self, GError *error_taken)
{
	g_clear_error(&self->error);
	self->error = error_taken;
}

bool dav_request_is_heard(const struct dav_request *self)
{
	return self->fate == HTTP_ANSWERED && self->status != 429 &&
	       (self->status < 502 || self->status > 504);
}

bool dav_request_is_redirected(const struct dav_request *self)
{
	return self->location != NULL && (self->status == 301 || self->status == 302 ||
	                                  self->status == 307 || self->status == 308);
}

/* What a status means for a read and for a write; ledger: of a write. */
static const struct meaning {
	long status;
	enum passerelle_error read, write;
	enum ledger_state ledger;
	const char *words;
} MEANINGS[] = {
	{400, PASSERELLE_ERROR_PROTOCOL, PASSERELLE_ERROR_REFUSED, LEDGER_REFUSED,
         "the server cannot read it"},
	{401, PASSERELLE_ERROR_AUTH, PASSERELLE_ERROR_AUTH, LEDGER_NOT_SENT,
         "the server does not accept the user and password, or the token"},
	{403, PASSERELLE_ERROR_AUTH, PASSERELLE_ERROR_REFUSED, LEDGER_REFUSED,
         "the server forbids it"},
	{404, PASSERELLE_ERROR_NOT_FOUND, PASSERELLE_ERROR_NOT_FOUND, LEDGER_NOT_SENT,
         "it is not there"},
	{405, PASSERELLE_ERROR_UNSUPPORTED, PASSERELLE_ERROR_UNSUPPORTED, LEDGER_NOT_SENT,
         "the server cannot do that there"},
	{407, PASSERELLE_ERROR_CONFIG, PASSERELLE_ERROR_CONFIG, LEDGER_NOT_SENT,
         "the proxy wants a user and password"},
	{409, PASSERELLE_ERROR_REFUSED, PASSERELLE_ERROR_REFUSED, LEDGER_REFUSED,
         "the server sees a conflict"},
	{410, PASSERELLE_ERROR_NOT_FOUND, PASSERELLE_ERROR_NOT_FOUND, LEDGER_NOT_SENT,
         "it is no longer there"},
	{412, PASSERELLE_ERROR_STALE, PASSERELLE_ERROR_STALE, LEDGER_NOT_SENT,
         "it was changed meanwhile"},
	{413, PASSERELLE_ERROR_REFUSED, PASSERELLE_ERROR_REFUSED, LEDGER_REFUSED,
         "it is too large for the server"},
	{414, PASSERELLE_ERROR_REFUSED, PASSERELLE_ERROR_REFUSED, LEDGER_REFUSED,
         "its name is too long for the server"},
	{415, PASSERELLE_ERROR_UNSUPPORTED, PASSERELLE_ERROR_REFUSED, LEDGER_REFUSED,
         "the server does not take this kind of text"},
	{422, PASSERELLE_ERROR_REFUSED, PASSERELLE_ERROR_REFUSED, LEDGER_REFUSED,
         "the server does not take what is in it"},
	{423, PASSERELLE_ERROR_NETWORK, PASSERELLE_ERROR_NETWORK, LEDGER_NOT_SENT,
         "it is locked there for now"},
	{429, PASSERELLE_ERROR_NETWORK, PASSERELLE_ERROR_NETWORK, LEDGER_NOT_SENT,
         "the server asks to wait"},
	{501, PASSERELLE_ERROR_UNSUPPORTED, PASSERELLE_ERROR_UNSUPPORTED, LEDGER_NOT_SENT,
         "the server cannot do that"},
	{STATUS_FULL, PASSERELLE_ERROR_NETWORK, PASSERELLE_ERROR_NETWORK, LEDGER_NOT_SENT,
         "there is no room for it at the server"},
};

/* Of what is not in the table, by its first digit. */
static const struct meaning CLASSES[] = {
	[0] = {0, PASSERELLE_ERROR_PROTOCOL, PASSERELLE_ERROR_IN_DOUBT, LEDGER_IN_DOUBT, NULL},
	[1] = {0, PASSERELLE_ERROR_PROTOCOL, PASSERELLE_ERROR_IN_DOUBT, LEDGER_IN_DOUBT, NULL},
	[2] = {0, PASSERELLE_ERROR_PROTOCOL, PASSERELLE_ERROR_IN_DOUBT, LEDGER_DONE, NULL},
	[3] = {0, PASSERELLE_ERROR_CONFIG, PASSERELLE_ERROR_CONFIG, LEDGER_NOT_SENT,
               "the server says that it has moved"},
	[4] = {0, PASSERELLE_ERROR_REFUSED, PASSERELLE_ERROR_REFUSED, LEDGER_REFUSED,
               "the server refuses it"},
	[5] = {0, PASSERELLE_ERROR_NETWORK, PASSERELLE_ERROR_IN_DOUBT, LEDGER_IN_DOUBT,
               "the server is out of order"},
};

/* RFC 4331, 6: of which there may be some again, whatever the status is. */
static bool lacks_room(const struct dav_request *self)
{
	return self->status < 500 && (g_strcmp0(self->condition, "quota-not-exceeded") == 0 ||
	                              g_strcmp0(self->condition, "sufficient-disk-space") == 0);
}

static const struct meaning *meaning_of(const struct dav_request *self)
{
	const long status = lacks_room(self) ? STATUS_FULL : self->status;
	for (gsize i = 0; i < G_N_ELEMENTS(MEANINGS); i++) {
		if (MEANINGS[i].status == status) {
			return &MEANINGS[i];
		}
	}
	return &CLASSES[status >= 100 && status < 600 ? status / 100 : 0];
}

/* What a person can make of a precondition; the others are named as they are. */
static const char *condition_words(const char *condition)
{
	static const struct {
		const char *name, *words;
	} known[] = {
		{"no-uid-conflict", "another item there has its UID"},
		{"valid-calendar-data", "the server cannot read it as a calendar"},
		{"valid-address-data", "the server cannot read it as a card"},
		{"valid-calendar-object-resource", "the server does not take such a calendar text"},
		{"supported-calendar-data", "the server does not take this kind of text"},
		{"supported-address-data", "the server does not take this version of a card"},
		{"supported-calendar-component", "the calendar does not take this kind of entry"},
		{"max-resource-size", "it is too large for the server"},
		{"max-instances", "it repeats too often for the server"},
		{"max-attendees-per-instance", "it has too many attendees for the server"},
		{"min-date-time", "it lies too far back for the server"},
		{"max-date-time", "it lies too far ahead for the server"},
		{"need-privileges", "nothing may be changed there with these credentials"},
		{"quota-not-exceeded", "there is no room for it at the server"},
		{"sufficient-disk-space", "there is no room for it at the server"},
		{"number-of-matches-within-limits", "it is more than the server tells at once"},
	};
	for (gsize i = 0; i < G_N_ELEMENTS(known); i++) {
		if (strcmp(known[i].name, condition) == 0) {
			return known[i].words;
		}
	}
	return condition;
}

static void judge(struct dav_request *self)
{
	const bool is_write = dav_method_is_write(self->method);
	const struct meaning *meaning = meaning_of(self);
	if (self->status >= 200 && self->status < 300) {
		return;
	}
	const enum passerelle_error code = is_write ? meaning->write : meaning->read;
	const char *words =
		self->condition != NULL ? condition_words(self->condition) : meaning->words;
	self->error = g_error_new(PASSERELLE_ERROR, (int)code, "%s: %s (%ld)", self->what,
	                          words == NULL ? "the reply makes no sense" : words, self->status);
}

static void take_headers(struct dav_request *self, struct http_request *wire)
{
	char **targets[] = {&self->etag, &self->location, &self->dav};
	for (gsize i = 0; i < G_N_ELEMENTS(targets) && wire->headers_out != NULL; i++) {
		char *text = g_steal_pointer(&wire->headers_out[i]);
		if (text != NULL && *text == '\0') {
			g_clear_pointer(&text, g_free);
		}
		*targets[i] = text;
	}
}

void dav_request_take(struct dav_request *self, struct http_request *wire)
{
	dav_request_reset(self);
	self->fate = wire->fate;
	if (wire->fate == HTTP_ANSWERED) {
		self->status = wire->status;
		self->reply = g_steal_pointer(&wire->body_out);
		take_headers(self, wire);
		if (self->status >= 400) {
			self->condition = dav_read_condition(self->reply, &self->condition_href);
		}
		judge(self);
		return;
	}
	GError *error = g_steal_pointer(&wire->error);
	if (dav_method_is_write(self->method) && wire->fate == HTTP_UNKNOWN) {
		self->error = g_error_new(PASSERELLE_ERROR, PASSERELLE_ERROR_IN_DOUBT,
		                          "%s: outcome unknown: %s", self->what, error->message);
		g_error_free(error);
		return;
	}
	g_prefix_error(&error, "%s: ", self->what);
	self->error = error;
}

enum ledger_state dav_request_outcome(const struct dav_request *self)
{
	switch (self->fate) {
	case HTTP_ANSWERED:
		return meaning_of(self)->ledger;
	case HTTP_NOT_SENT:
		return LEDGER_NOT_SENT;
	default:
		return LEDGER_IN_DOUBT;
	}
}
