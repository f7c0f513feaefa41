/* SPDX-License-Identifier: MIT */
/* A small IMAP server on loopback: signs in "ada" with SECRET, by password or token, and leaves the
 * rest to a test's function. Every line that it hears is kept. */
#ifndef TESTS_NET_IMAP_SERVER_H
#define TESTS_NET_IMAP_SERVER_H

#include "net/scripted_server.h"

#include <stdarg.h>

#define SECRET "SECRETword"

enum imap_step {
	IMAP_USUAL,   /* as a usual server does */
	IMAP_HANDLED, /* the function has answered */
	IMAP_GONE,    /* close the connection */
};

struct imap_peer;
/* tag NULL: the connection is new, and no greeting was sent. */
typedef enum imap_step (*imap_script)(struct imap_peer *peer, const char *tag, const char *command);

struct imap_world {
	struct server *server;
	const char *before, *after; /* capabilities, before and behind the sign-in */
	imap_script script;         /* nullable */
	void *data;
	gnutls_certificate_credentials_t starttls; /* NULL = not offered by the usual server */
	GMutex mutex;
	GCond changed;
	GPtrArray *lines; /* char *, of all connections, without line breaks */
	guint n_sign_ins;
};

struct imap_peer {
	struct imap_world *world;
	struct connection *connection;
	GString *heard; /* and not yet read */
	guint n_commands;
	bool is_signed_in;
};

static inline bool imap_tell(struct imap_peer *peer, const char *format, ...) G_GNUC_PRINTF(2, 3);
static inline bool imap_tell(struct imap_peer *peer, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	g_autofree char *text = g_strdup_vprintf(format, arguments);
	va_end(arguments);
	g_autofree char *line = g_strconcat(text, "\r\n", NULL);
	return connection_send(peer->connection, line);
}

/* Owned; NULL: the client has gone. */
static inline char *imap_hear_line(struct imap_peer *peer)
{
	char buffer[4096];
	const char *feed = NULL;
	while ((feed = memchr(peer->heard->str, '\n', peer->heard->len)) == NULL) {
		const gssize got = connection_receive(peer->connection, buffer, sizeof(buffer));
		if (got <= 0) {
			return NULL;
		}
		g_string_append_len(peer->heard, buffer, got);
	}
	char *line = g_strndup(peer->heard->str, (gsize)(feed - peer->heard->str));
	g_string_erase(peer->heard, 0, feed + 1 - peer->heard->str);
	g_strchomp(line);
	g_mutex_lock(&peer->world->mutex);
	g_ptr_array_add(peer->world->lines, g_strdup(line));
	g_cond_broadcast(&peer->world->changed);
	g_mutex_unlock(&peer->world->mutex);
	return line;
}

/* Until so many lines were heard that begin so behind their tag; at most 20 seconds. */
static inline bool imap_world_await(struct imap_world *world, const char *command, guint count)
{
	const gint64 deadline = g_get_monotonic_time() + 20 * G_TIME_SPAN_SECOND;
	guint seen = 0;
	g_mutex_lock(&world->mutex);
	for (bool waits = true; waits;) {
		seen = 0;
		for (guint i = 0; i < world->lines->len; i++) {
			const char *line = g_ptr_array_index(world->lines, i);
			const char *blank = strchr(line, ' ');
			seen += g_str_has_prefix(blank == NULL ? line : blank + 1, command);
		}
		waits = seen < count && g_cond_wait_until(&world->changed, &world->mutex, deadline);
	}
	g_mutex_unlock(&world->mutex);
	return seen >= count;
}

static inline bool imap_start_tls(struct imap_peer *peer)
{
	struct connection *connection = peer->connection;
	int result;
	tls.gnutls_init(&connection->session, GNUTLS_SERVER);
	tls.gnutls_set_default_priority(connection->session);
	tls.gnutls_credentials_set(connection->session, GNUTLS_CRD_CERTIFICATE,
	                           peer->world->starttls);
	tls.gnutls_transport_set_int2(connection->session, connection->socket, connection->socket);
	do {
		result = tls.gnutls_handshake(connection->session);
	} while (result == GNUTLS_E_INTERRUPTED || result == GNUTLS_E_AGAIN);
	return result == 0;
}

/* ---- the usual server ---- */

static inline bool imap_is_right(const char *mechanism, const char *response)
{
	gsize size = 0;
	g_autofree char *plain = (char *)g_base64_decode(response, &size);
	if (strcmp(mechanism, "PLAIN") == 0) {
		return size == sizeof("\0ada\0" SECRET) - 1 &&
		       memcmp(plain, "\0ada\0" SECRET, size) == 0;
	}
	if (strcmp(mechanism, "XOAUTH2") == 0) {
		return strcmp(plain, "user=ada\001auth=Bearer " SECRET "\001\001") == 0;
	}
	if (strcmp(mechanism, "EXTERNAL") == 0) { /* whoever the certificate says, or "ada" */
		return strcmp(response, "=") == 0 || (size == 3 && memcmp(plain, "ada", 3) == 0);
	}
	return strcmp(mechanism, "OAUTHBEARER") == 0 &&
	       g_str_has_prefix(plain, "n,a=ada,\001host=127.0.0.1\001port=") &&
	       g_str_has_suffix(plain, "\001auth=Bearer " SECRET "\001\001");
}

static inline bool imap_judge(struct imap_peer *peer, const char *tag, bool is_right)
{
	peer->is_signed_in = is_right;
	peer->world->n_sign_ins += is_right;
	return imap_tell(peer, is_right ? "%s OK welcome" : "%s NO [AUTHENTICATIONFAILED] wrong",
	                 tag);
}

static inline bool imap_authenticate(struct imap_peer *peer, const char *tag, const char *rest)
{
	g_auto(GStrv) words = g_strsplit(rest, " ", 2);
	g_autofree char *response = NULL;
	if (words[0] != NULL && words[1] != NULL) {
		response = g_strdup(words[1]);
	} else {
		imap_tell(peer, "+ ");
		response = imap_hear_line(peer);
	}
	if (response == NULL) {
		return false;
	}
	const bool is_right = imap_is_right(words[0], response);
	if (!is_right && strcmp(words[0], "PLAIN") != 0) {
		imap_tell(peer, "+ eyJzdGF0dXMiOiI0MDEifQ=="); /* RFC 7628, 3.2.2 */
		g_free(imap_hear_line(peer));
	}
	return imap_judge(peer, tag, is_right);
}

static inline bool imap_usual(struct imap_peer *peer, const char *tag, const char *command)
{
	const struct imap_world *world = peer->world;
	if (tag == NULL) {
		return imap_tell(peer, "* OK ready");
	}
	if (strcmp(command, "CAPABILITY") == 0) {
		const bool offers_tls =
			world->starttls != NULL && peer->connection->session == NULL;
		imap_tell(peer, "* CAPABILITY IMAP4rev1 %s%s",
		          peer->is_signed_in ? world->after : world->before,
		          offers_tls ? " STARTTLS" : "");
		return imap_tell(peer, "%s OK done", tag);
	}
	if (strcmp(command, "STARTTLS") == 0 && world->starttls != NULL) {
		imap_tell(peer, "%s OK go on", tag);
		return imap_start_tls(peer);
	}
	if (g_str_has_prefix(command, "AUTHENTICATE ")) {
		return imap_authenticate(peer, tag, command + strlen("AUTHENTICATE "));
	}
	if (g_str_has_prefix(command, "LOGIN ")) {
		return imap_judge(peer, tag, strcmp(command, "LOGIN \"ada\" \"" SECRET "\"") == 0);
	}
	if (strcmp(command, "LOGOUT") == 0) {
		imap_tell(peer, "* BYE");
		imap_tell(peer, "%s OK done", tag);
		return false;
	}
	if (strcmp(command, "NOOP") == 0 || g_str_has_prefix(command, "EXAMINE ")) {
		return imap_tell(peer, "%s OK done", tag);
	}
	return imap_tell(peer, "%s BAD unknown", tag);
}

static inline bool imap_step(struct imap_peer *peer, const char *tag, const char *command)
{
	const imap_script script = peer->world->script;
	const enum imap_step step = script == NULL ? IMAP_USUAL : script(peer, tag, command);
	return step == IMAP_HANDLED || (step == IMAP_USUAL && imap_usual(peer, tag, command));
}

static inline void imap_talk(struct connection *connection)
{
	struct imap_peer peer = {connection->server->data, connection, g_string_new(NULL), 0,
	                         false};
	bool goes_on = imap_step(&peer, NULL, "");
	while (goes_on) {
		g_autofree char *line = imap_hear_line(&peer);
		char *command = line == NULL ? NULL : strchr(line, ' ');
		goes_on = line != NULL;
		if (goes_on && command != NULL) {
			*command++ = '\0';
			peer.n_commands++;
			goes_on = imap_step(&peer, line, command);
		}
	}
	g_string_free(peer.heard, TRUE);
}

/* ---- start and stop ---- */

enum imap_security { IMAP_PLAIN, IMAP_STARTTLS, IMAP_TLS };

static inline void imap_world_start(struct imap_world *world, enum imap_security security)
{
	world->before = world->before == NULL ? "AUTH=PLAIN SASL-IR" : world->before;
	world->after = world->after == NULL ? "IDLE" : world->after;
	world->lines = g_ptr_array_new_with_free_func(g_free);
	g_mutex_init(&world->mutex);
	g_cond_init(&world->changed);
	if (security == IMAP_STARTTLS) {
		tls.gnutls_certificate_allocate_credentials(&world->starttls);
		ck_assert_int_eq(tls.gnutls_certificate_set_x509_key_file(
					 world->starttls, TEST_FIXTURES "/tls/loopback.pem",
					 TEST_FIXTURES "/tls/loopback.key", GNUTLS_X509_FMT_PEM),
		                 0);
	}
	world->server = server_start(NULL, world, security == IMAP_TLS);
	world->server->talk = imap_talk;
}

static inline void imap_world_stop(struct imap_world *world)
{
	server_stop(world->server);
	if (world->starttls != NULL) {
		tls.gnutls_certificate_free_credentials(world->starttls);
	}
	g_ptr_array_unref(world->lines);
	g_mutex_clear(&world->mutex);
	g_cond_clear(&world->changed);
}

/* Freed by g_free. */
static inline char *imap_world_url(const struct imap_world *world)
{
	return g_strdup_printf("%s://127.0.0.1:%u",
	                       world->server->credentials == NULL ? "imap" : "imaps",
	                       world->server->port);
}

/* Did any line hold this? */
static inline bool imap_world_heard(struct imap_world *world, const char *text)
{
	bool is_heard = false;
	g_mutex_lock(&world->mutex);
	for (guint i = 0; i < world->lines->len; i++) {
		is_heard |= strstr(g_ptr_array_index(world->lines, i), text) != NULL;
	}
	g_mutex_unlock(&world->mutex);
	return is_heard;
}

#endif
