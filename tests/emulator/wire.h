/* SPDX-License-Identifier: MIT */
/*
 * A small HTTP client on a plain socket, so that the emulator is not tested with the client it is
 * there to test.
 */
#ifndef PASSERELLE_TESTS_EMULATOR_WIRE_H
#define PASSERELLE_TESTS_EMULATOR_WIRE_H

#include "emulator/emulator.h"

#include <arpa/inet.h>
#include <check.h>
#include <jansson.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct wire_reply {
	GString *raw;    /* every byte until the end */
	unsigned status; /* 0: not a byte came */
	char *body;      /* lent: in raw; "" without a reply */
	gsize size;      /* of the body, as it came */
	gint64 promised; /* Content-Length; -1: none */
	bool is_closed;  /* the server closed the connection */
};

static inline void wire_reply_free(struct wire_reply *self)
{
	if (self != NULL) {
		g_string_free(self->raw, TRUE);
		g_free(self);
	}
}
DEFINE_OWNED(wire_reply, wire_reply_free);

/* With CK_FORK=no a failed test leaves its server behind: it says so by its failure. */
static inline struct emulator *wire_start(struct emulator_options options)
{
	g_autoptr(GError) error = NULL;
	struct emulator *server = emulator_start(&options, &error);
	ck_assert_msg(server != NULL, "%s", error == NULL ? "" : error->message);
	return server;
}

static inline int wire_connect(const struct emulator *server)
{
	int wire = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_port = htons((in_port_t)emulator_port(server)),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	ck_assert_int_eq(connect(wire, (struct sockaddr *)&address, sizeof address), 0);
	return wire;
}

static inline void wire_send(int wire, const void *bytes, gsize size)
{
	ck_assert_int_eq(send(wire, bytes, size, MSG_NOSIGNAL), (gssize)size);
}

static inline void wire_find_body(struct wire_reply *reply)
{
	const char *end = strstr(reply->raw->str, "\r\n\r\n");
	if (end == NULL || reply->body != NULL) {
		return;
	}
	reply->body = (char *)end + 4;
	reply->status = (unsigned)strtoul(reply->raw->str + strlen("HTTP/1.1 "), NULL, 10);
	const char *length = strstr(reply->raw->str, "Content-Length: ");
	if (length != NULL && length < end) {
		reply->promised = strtoll(length + strlen("Content-Length: "), NULL, 10);
	}
}

/*
 * Until the promised bytes are there, the server closes, or nothing comes for patience
 * milliseconds.
 */
static inline struct wire_reply *wire_read(int wire, int patience)
{
	struct wire_reply *reply = g_new0(struct wire_reply, 1);
	reply->raw = g_string_new(NULL);
	reply->promised = -1;
	for (;;) {
		char piece[65536];
		struct pollfd ready = {.fd = wire, .events = POLLIN};
		if (poll(&ready, 1, patience) == 0) {
			break;
		}
		ssize_t size = recv(wire, piece, sizeof piece, 0);
		if (size <= 0) {
			reply->is_closed = true;
			break;
		}
		g_string_append_len(reply->raw, piece, size);
		reply->body = NULL;
		wire_find_body(reply);
		gsize head = reply->body == NULL ? 0 : (gsize)(reply->body - reply->raw->str);
		reply->size = reply->body == NULL ? 0 : reply->raw->len - head;
		if (reply->promised >= 0 && (gint64)reply->size >= reply->promised) {
			break;
		}
	}
	if (reply->body == NULL) {
		reply->body = reply->raw->str + reply->raw->len;
	}
	return reply;
}

#define WIRE_PATIENCE 20000

/* Strict percent-encoding: every byte but the unreserved ones. */
static inline char *wire_encode(const char *text)
{
	return g_uri_escape_string(text, NULL, FALSE);
}

static inline char *wire_credentials(const char *id, const char *password)
{
	g_autofree char *pair = g_strconcat(id, ":", password, NULL);
	g_autofree char *base64 = g_base64_encode((const guchar *)pair, strlen(pair));
	return g_strdup_printf("Authorization: Basic %s\r\n", base64);
}

static inline char *wire_good_credentials(void)
{
	return wire_credentials(EMULATOR_SERVICE_ID, EMULATOR_SERVICE_PASSWORD);
}

/* "METHOD PATH" with header lines and a body. */
static inline void wire_ask(int wire, const char *method, const char *path, const char *headers,
                            const void *body, gsize size)
{
	g_autoptr(GString) text = g_string_new(NULL);
	g_string_append_printf(text, "%s %s HTTP/1.1\r\nHost: localhost\r\n%s", method, path,
	                       headers);
	if (body != NULL) {
		g_string_append_printf(text, "Content-Length: %zu\r\n", size);
	}
	g_string_append(text, "\r\n");
	g_string_append_len(text, body == NULL ? "" : body, (gssize)size);
	wire_send(wire, text->str, text->len);
}

/* One request on a connection of its own. */
static inline struct wire_reply *wire_exchange(const struct emulator *server, const char *method,
                                               const char *path, const char *headers,
                                               const void *body, gsize size)
{
	int wire = wire_connect(server);
	wire_ask(wire, method, path, headers, body, size);
	struct wire_reply *reply = wire_read(wire, WIRE_PATIENCE);
	close(wire);
	return reply;
}

/*
 * "/PersonalContacts/V1?action=…": parameters are name, value, …, NULL, and are encoded. token
 * NULL: none.
 */
static inline char *wire_address_list(const char *path, const char *token, va_list parameters)
{
	GString *address = g_string_new(path);
	char mark = '?';
	for (const char *name = va_arg(parameters, const char *); name != NULL;
	     name = va_arg(parameters, const char *)) {
		g_autofree char *value = wire_encode(va_arg(parameters, const char *));
		g_string_append_printf(address, "%c%s=%s", mark, name, value);
		mark = '&';
	}
	if (token != NULL) {
		g_autofree char *encoded = wire_encode(token);
		g_string_append_printf(address, "%ctoken=%s", mark, encoded);
	}
	return g_string_free(address, FALSE);
}

G_GNUC_NULL_TERMINATED
static inline char *wire_address(const char *path, const char *token, ...)
{
	va_list parameters;
	va_start(parameters, token);
	char *address = wire_address_list(path, token, parameters);
	va_end(parameters);
	return address;
}

/* A call with good credentials and a new token. */
G_GNUC_NULL_TERMINATED
static inline struct wire_reply *wire_call(struct emulator *server, const char *path, ...)
{
	g_autofree char *token = emulator_new_token(server);
	g_autofree char *credentials = wire_good_credentials();
	va_list parameters;
	va_start(parameters, path);
	g_autofree char *address = wire_address_list(path, token, parameters);
	va_end(parameters);
	return wire_exchange(server, "GET", address, credentials, NULL, 0);
}

#define CONTACTS "/PersonalContacts/V1"
#define CALENDAR "/PersonalCalendar/V1"
#define MESSAGES "/PersonalMessages/V2"
#define PROFILE  "/PersonalRichProfile/V1"

/* The JSON of a control request, which must succeed; json_decref it. */
static inline json_t *wire_control(struct emulator *server, const char *request)
{
	g_autoptr(GError) error = NULL;
	g_autofree char *text = emulator_control(server, request, NULL, &error);
	ck_assert_msg(text != NULL, "%s: %s", request, error == NULL ? "" : error->message);
	json_t *document = json_loads(text, 0, NULL);
	ck_assert_ptr_nonnull(document);
	return document;
}

static inline void wire_tell(struct emulator *server, const char *request)
{
	json_decref(wire_control(server, request));
}

/* The text between two marks; ck-fails where they are not. */
static inline char *wire_between(const char *text, const char *before, const char *after)
{
	const char *start = strstr(text, before);
	ck_assert_msg(start != NULL, "no %s in %s", before, text);
	start += strlen(before);
	const char *end = strstr(start, after);
	ck_assert_msg(end != NULL, "no %s in %s", after, start);
	return g_strndup(start, end - start);
}

static inline void wire_assert_has(const struct wire_reply *reply, const char *text)
{
	ck_assert_msg(strstr(reply->body, text) != NULL, "no %s in %s", text, reply->raw->str);
}

static inline void wire_assert_lacks(const struct wire_reply *reply, const char *text)
{
	ck_assert_msg(strstr(reply->body, text) == NULL, "%s in %s", text, reply->raw->str);
}

/* Of the whole body; the reason is printed on failure. */
static inline bool wire_is_well_formed(const struct wire_reply *reply, GError **error)
{
	static const GMarkupParser parser;
	GMarkupParseContext *context =
		g_markup_parse_context_new(&parser, G_MARKUP_TREAT_CDATA_AS_TEXT, NULL, NULL);
	bool is_good =
		g_markup_parse_context_parse(context, reply->body, (gssize)reply->size, error) &&
		g_markup_parse_context_end_parse(context, error);
	g_markup_parse_context_free(context);
	return is_good;
}

/* Runs one suite of one case and returns what main returns. */
static inline int wire_run(const char *name, const TTest *const *tests, size_t count)
{
	TCase *tcase = tcase_create(name);
	tcase_set_timeout(tcase, 120);
	for (size_t i = 0; i < count; i++) {
		tcase_add_test(tcase, tests[i]);
	}
	Suite *suite = suite_create(name);
	suite_add_tcase(suite, tcase);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed;
}

#endif
