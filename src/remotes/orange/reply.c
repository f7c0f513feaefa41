/* SPDX-License-Identifier: MIT */
/* What a reply of the Personal APIs says: its envelope, its number, and what to do about it. */
#include "remotes/orange/reply.h"

#include <string.h>

#include "base/text.h"
#include "remotes/orange/overview.h"
#include "remotes/orange/words.h"

#define DETAIL_BYTES 200 /* a line of a log */

static const struct {
	enum reply_envelope envelope;
	int code;
	enum reply_meaning meaning;
} NUMBERS[] = {
	/* Personal APIs, general error codes */
	{REPLY_GATEWAY, -1, MEANING_LOGIN},
	{REPLY_GATEWAY, -2, MEANING_TRANSIENT},
	{REPLY_GATEWAY, -3, MEANING_CONSENT},
	{REPLY_GATEWAY, -4, MEANING_TRANSIENT},
	{REPLY_GATEWAY, -5, MEANING_TRANSIENT},
	{REPLY_GATEWAY, -6, MEANING_TRANSIENT},
	{REPLY_GATEWAY, -7, MEANING_BUG},
	{REPLY_GATEWAY, -8, MEANING_CONFIG},
	{REPLY_GATEWAY, -9, MEANING_TRANSIENT},
	{REPLY_GATEWAY, -10, MEANING_CONFIG},
	/* Personal Calendar and Contacts APIs, error codes (by the Message column) */
	{REPLY_COMMAND, 1, MEANING_REFUSED},
	{REPLY_COMMAND, 2, MEANING_REFUSED},
	{REPLY_COMMAND, 4, MEANING_UNKNOWN_ACTION},
	{REPLY_COMMAND, 5, MEANING_ACCOUNT},
	{REPLY_COMMAND, 100, MEANING_ACCOUNT},
	/* Personal Messages API, error codes */
	{REPLY_MESSAGES, 102, MEANING_ACCOUNT},
	{REPLY_MESSAGES, 103, MEANING_ACCOUNT},
	{REPLY_MESSAGES, 203, MEANING_TRANSIENT},
	{REPLY_MESSAGES, 204, MEANING_TRANSIENT},
	{REPLY_MESSAGES, 501, MEANING_TRANSIENT},
	{REPLY_MESSAGES, 503, MEANING_TRANSIENT},
	{REPLY_MESSAGES, 504, MEANING_TRANSIENT},
	{REPLY_MESSAGES, 505, MEANING_TRANSIENT},
	{REPLY_MESSAGES, 900, MEANING_TRANSIENT},
};

enum reply_meaning reply_lookup(enum reply_envelope envelope, int code, bool is_write)
{
	if (envelope == REPLY_SUCCESS) {
		return MEANING_OK;
	}
	if (envelope == REPLY_NONE) {
		return MEANING_UNREADABLE;
	}
	for (gsize i = 0; i < G_N_ELEMENTS(NUMBERS); i++) {
		if (NUMBERS[i].envelope == envelope && NUMBERS[i].code == code) {
			return NUMBERS[i].meaning;
		}
	}
	return is_write ? MEANING_REFUSED : MEANING_TRANSIENT;
}

void reply_free(struct reply *self)
{
	if (self == NULL) {
		return;
	}
	g_free(self->subtype);
	g_free(self->detail);
	g_free(self->url);
	g_free(self->overview);
	xml_document_free(self->document);
	g_free(self);
}

static bool read_number(const char *text, int *out)
{
	gint64 number = 0;
	if (text == NULL || !g_ascii_string_to_signed(text + (text[0] == '+'), 10, -G_MAXINT,
	                                              G_MAXINT, &number, NULL)) {
		return false;
	}
	*out = (int)number;
	return true;
}

static bool is_named(const struct xml_node *node, const char *name)
{
	return g_ascii_strcasecmp(node->name, name) == 0;
}

static void set_error(struct reply *self, enum reply_envelope envelope, int code, bool is_write)
{
	self->envelope = envelope;
	self->code = code;
	self->meaning = reply_lookup(envelope, code, is_write);
}

static void set_success(struct reply *self, const struct xml_node *command)
{
	self->envelope = REPLY_SUCCESS;
	self->meaning = MEANING_OK;
	self->command = command;
}

/* Envelopes (a), (b) and the inside of (d): code, detail, url. */
static bool read_coded(struct reply *self, const struct xml_node *error,
                       enum reply_envelope envelope, bool is_write)
{
	g_autofree char *code = xml_child_text(error, "code");
	int number = 0;
	if (!read_number(code, &number)) {
		return false;
	}
	set_error(self, envelope, number, is_write);
	const struct xml_node *detail = xml_child(error, "detail");
	const struct xml_node *url = xml_child(error, "url");
	self->detail = detail == NULL ? NULL : text_line(detail->text, DETAIL_BYTES);
	self->url = url == NULL ? NULL : words_address(url->text);
	return true;
}

static bool read_gateway(struct reply *self, const struct xml_node *root, bool is_write)
{
	return read_coded(self, root, REPLY_GATEWAY, is_write);
}

/* getPersonalMessagesReturn, getPersonalRichProfileReturn … */
static bool read_personal(struct reply *self, const struct xml_node *root, bool is_write)
{
	const struct xml_node *error = xml_child(root, "error");
	if (error != NULL) {
		return read_coded(self, error, REPLY_MESSAGES, is_write);
	}
	const struct xml_node *data = xml_child(root, "Data");
	if (data == NULL) {
		return false;
	}
	const struct xml_node *url = xml_child(data, "PrivacyDashboardURL");
	self->url = url == NULL ? NULL : words_address(url->text);
	set_success(self, root);
	return true;
}

/* A write without a result counts as done only where it brought the id of what it made. */
static bool has_data(const struct xml_node *command, bool is_write)
{
	static const char *const OF_WRITES[] = {"eventid", "id"};
	static const char *const OF_READS[] = {"data", "data-list", "available"};
	for (gsize i = 0; is_write && i < G_N_ELEMENTS(OF_WRITES); i++) {
		const struct xml_node *node = xml_descendant(command, OF_WRITES[i]);
		g_autofree char *text = node == NULL ? NULL : xml_trim(node->text);
		if (text != NULL && text[0] != '\0') {
			return true;
		}
	}
	for (gsize i = 0; !is_write && i < G_N_ELEMENTS(OF_READS); i++) {
		if (xml_descendant(command, OF_READS[i]) != NULL) {
			return true;
		}
	}
	return false;
}

/* Envelope (c): the error's type, or the result without its sign where there is none. */
static bool read_refusal(struct reply *self, const struct xml_node *error, int result,
                         bool has_result, bool is_write)
{
	int type = 0;
	if (!read_number(xml_attribute(error, "type"), &type) || type == 0) {
		if (!has_result) {
			return false;
		}
		type = result;
	}
	set_error(self, REPLY_COMMAND, ABS(type), is_write);
	if (error != NULL) {
		self->detail = text_line(error->text, DETAIL_BYTES);
		self->subtype = text_line(xml_attribute(error, "subtype"), DETAIL_BYTES);
	}
	return true;
}

static bool read_command(struct reply *self, const struct xml_node *root, bool is_write)
{
	const struct xml_node *command =
		is_named(root, "command") ? root : xml_descendant(root, "command");
	if (command == NULL) {
		return false;
	}
	const struct xml_node *error = xml_child(command, "error");
	const struct xml_node *result_node = xml_child(command, "result");
	g_autofree char *text = xml_child_text(command, "result");
	int result = 0;
	const bool has_result = read_number(text, &result);
	if (result_node != NULL && text[0] != '\0' && !has_result) {
		return false;
	}
	if ((has_result && result == 0) ||
	    (!has_result && error == NULL && has_data(command, is_write))) {
		set_success(self, command);
		return true;
	}
	return (has_result || error != NULL) &&
	       read_refusal(self, error, result, has_result, is_write);
}

static const struct {
	const char *first, *last; /* of the root's name; case ignored */
	bool (*read)(struct reply *self, const struct xml_node *root, bool is_write);
} ENVELOPES[] = {
	{"error", "error", read_gateway},
	{"xpage", "xpage", read_command},
	{"command-list", "command-list", read_command},
	{"command", "command", read_command},
	{"getPersonal", "Return", read_personal},
};

static bool is_between(const char *name, const char *first, const char *last)
{
	const gsize size = strlen(name);
	const bool is_whole = strcmp(first, last) == 0;
	if (is_whole || size < strlen(first) + strlen(last)) {
		return is_whole && g_ascii_strcasecmp(name, first) == 0;
	}
	return g_ascii_strncasecmp(name, first, strlen(first)) == 0 &&
	       g_ascii_strcasecmp(name + size - strlen(last), last) == 0;
}

static bool read_envelope(struct reply *self, const struct xml_node *root, bool is_write)
{
	for (gsize i = 0; i < G_N_ELEMENTS(ENVELOPES); i++) {
		if (is_between(root->name, ENVELOPES[i].first, ENVELOPES[i].last)) {
			return ENVELOPES[i].read(self, root, is_write);
		}
	}
	return false;
}

static bool is_html(const struct http_request *request)
{
	gsize size = 0;
	const char *data = g_bytes_get_data(request->body_out, &size);
	g_autofree char *start = g_ascii_strdown(data == NULL ? "" : data, (gssize)MIN(size, 512));
	const char *type = request->content_type;
	return strstr(start, "<html") != NULL || strstr(start, "<!doctype html") != NULL ||
	       (type != NULL && g_ascii_strncasecmp(type, "text/html", 9) == 0);
}

static void set_unreadable(struct reply *self, const struct http_request *request,
                           const char *reason)
{
	g_autofree char *words =
		is_html(request) ? g_strdup_printf("HTTP %ld with an HTML page", request->status)
				 : g_strdup_printf("HTTP %ld, %s", request->status, reason);
	self->detail = text_line(words, DETAIL_BYTES);
}

struct reply *reply_read(const struct http_request *request, bool is_write)
{
	struct reply *self = g_new0(struct reply, 1);
	self->envelope = REPLY_NONE;
	self->meaning = MEANING_UNREADABLE;
	if (g_bytes_get_size(request->body_out) == 0) {
		set_unreadable(self, request, "an empty reply");
		return self;
	}
	g_autoptr(GBytes) body = overview_cut(request->body_out, &self->overview);
	g_autoptr(GError) error = NULL;
	OWNED(xml_document)
	document = xml_parse(g_bytes_get_data(body, NULL), g_bytes_get_size(body), &error);
	if (document == NULL) {
		set_unreadable(self, request, error->message);
	} else if (!read_envelope(self, xml_root(document), is_write)) {
		set_unreadable(self, request, "no reply of the Personal APIs");
	} else if (self->envelope == REPLY_SUCCESS) {
		self->document = g_steal_pointer(&document);
	}
	return self;
}

static const struct {
	enum passerelle_error on_read, on_write;
	const char *read_words, *write_words;
} MEANINGS[] = {
	[MEANING_LOGIN] = {PASSERELLE_ERROR_AUTH, PASSERELLE_ERROR_AUTH,
                           "the token is invalid or has expired", NULL},
	[MEANING_CONSENT] = {PASSERELLE_ERROR_CONSENT, PASSERELLE_ERROR_CONSENT,
                             "the consent of the person is missing", NULL},
	[MEANING_CONFIG] = {PASSERELLE_ERROR_CONFIG, PASSERELLE_ERROR_CONFIG,
                            "the service refuses the credentials, the subscription or the address",
                            NULL},
	[MEANING_BUG] = {PASSERELLE_ERROR_REFUSED, PASSERELLE_ERROR_REFUSED,
                         "the service finds the request malformed", NULL},
	[MEANING_REFUSED] = {PASSERELLE_ERROR_REFUSED, PASSERELLE_ERROR_REFUSED,
                             "the service refuses it", NULL},
	[MEANING_UNKNOWN_ACTION] = {PASSERELLE_ERROR_UNSUPPORTED, PASSERELLE_ERROR_UNSUPPORTED,
                                    "the service does not offer this action", NULL},
	[MEANING_ACCOUNT] = {PASSERELLE_ERROR_NETWORK, PASSERELLE_ERROR_NETWORK,
                             "the service reports a problem with the account", NULL},
	[MEANING_TRANSIENT] = {PASSERELLE_ERROR_NETWORK, PASSERELLE_ERROR_IN_DOUBT,
                               "the service is out of order",
                               "the service failed, and may have carried it out"},
	[MEANING_UNREADABLE] = {PASSERELLE_ERROR_PROTOCOL, PASSERELLE_ERROR_IN_DOUBT,
                                "the reply cannot be read",
                                "the reply cannot be read; it may have been carried out"},
};

GError *reply_error(const struct reply *self, const char *what, bool is_write)
{
	if (self->meaning == MEANING_OK) {
		return NULL;
	}
	const char *words = is_write && MEANINGS[self->meaning].write_words != NULL
	                            ? MEANINGS[self->meaning].write_words
	                            : MEANINGS[self->meaning].read_words;
	g_autofree char *number = self->envelope == REPLY_NONE
	                                  ? g_strdup("")
	                                  : g_strdup_printf("error %d", self->code);
	const char *comma = self->detail != NULL && number[0] != '\0' ? ", " : "";
	GError *error = NULL;
	passerelle_error_set_with_url(&error,
	                              is_write ? MEANINGS[self->meaning].on_write
	                                       : MEANINGS[self->meaning].on_read,
	                              self->url, "%s: %s (%s%s%s)", what, words, number, comma,
	                              self->detail == NULL ? "" : self->detail);
	return error;
}

bool reply_is_about_consent(const char *message)
{
	return message != NULL && strstr(message, MEANINGS[MEANING_CONSENT].read_words) != NULL;
}
