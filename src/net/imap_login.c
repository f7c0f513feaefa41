/* SPDX-License-Identifier: MIT */
/* Signing in: SASL (RFC 4616, RFC 7628, XOAUTH2, EXTERNAL) or LOGIN. */
#include "net/imap_parts.h"

#include <string.h>

/* ---- what is sent ---- */

/* RFC 4616: no second identity, the user, the password. */
static void compose_plain(GString *out, const struct imap_settings *settings,
                          const struct wire *wire)
{
	(void)wire;
	g_string_append_c(out, '\0');
	g_string_append(out, settings->user);
	g_string_append_c(out, '\0');
	g_string_append(out, settings->password);
}

/* RFC 5801, 4: in a user name "," and "=" are escaped. */
static void append_gs2(GString *out, const char *user)
{
	for (; *user != '\0'; user++) {
		if (*user == ',' || *user == '=') {
			g_string_append(out, *user == ',' ? "=2C" : "=3D");
		} else {
			g_string_append_c(out, *user);
		}
	}
}

/* RFC 7628, 3.1 */
static void compose_oauthbearer(GString *out, const struct imap_settings *settings,
                                const struct wire *wire)
{
	g_string_append(out, "n,a=");
	append_gs2(out, settings->user);
	g_string_append_printf(out, ",\001host=%s\001port=%ld\001auth=Bearer %s\001\001",
	                       wire->name, wire->port, settings->bearer);
}

/* Google's own, older than RFC 7628. */
static void compose_xoauth2(GString *out, const struct imap_settings *settings,
                            const struct wire *wire)
{
	(void)wire;
	g_string_append_printf(out, "user=%s\001auth=Bearer %s\001\001", settings->user,
	                       settings->bearer);
}

/* RFC 4422, A: who the certificate says. */
static void compose_external(GString *out, const struct imap_settings *settings,
                             const struct wire *wire)
{
	(void)wire;
	g_string_append(out, settings->user == NULL ? "" : settings->user);
}

enum credential { BEARER, PASSWORD, CERTIFICATE };

struct mechanism {
	const char *name;
	enum credential needs;
	void (*compose)(GString *out, const struct imap_settings *settings,
	                const struct wire *wire);
	/* To a challenge behind all that, which only tells why not: then comes the end. */
	const char *after;
};

/* In the order in which they are tried; never GSSAPI or NTLM, which nobody configured. */
static const struct mechanism MECHANISMS[] = {
	{"OAUTHBEARER", BEARER, compose_oauthbearer, "AQ=="},
	{"XOAUTH2", BEARER, compose_xoauth2, ""},
	{"PLAIN", PASSWORD, compose_plain, "*"},
	{"EXTERNAL", CERTIFICATE, compose_external, "*"},
};

static enum credential credential_of(const struct imap_settings *settings)
{
	if (settings->bearer != NULL) {
		return BEARER;
	}
	return settings->password != NULL || settings->client_certificate == NULL ? PASSWORD
	                                                                          : CERTIFICATE;
}

static const struct mechanism *choose(const struct imap *self, enum credential credential)
{
	for (gsize i = 0; i < G_N_ELEMENTS(MECHANISMS); i++) {
		g_autofree char *word = g_strconcat("AUTH=", MECHANISMS[i].name, NULL);
		if (MECHANISMS[i].needs == credential && imap_has(self, word)) {
			return &MECHANISMS[i];
		}
	}
	return NULL;
}

/* ---- the exchange ---- */

static void take_capability_reply(void *data, struct imap_cursor reply)
{
	if (imap_read_word(&reply, "CAPABILITY")) {
		imap_take_capabilities(data, reply);
	}
}

/* Base64, "=" for nothing (RFC 4959, 3); owned, and among the secrets. */
static const char *encode(struct imap *self, const struct mechanism *mechanism,
                          const struct imap_settings *settings)
{
	g_autoptr(GString) plain = g_string_new(NULL);
	mechanism->compose(plain, settings, self->wire);
	char *encoded = plain->len == 0 ? g_strdup("=")
	                                : g_base64_encode((const guchar *)plain->str, plain->len);
	explicit_bzero(plain->str, plain->len);
	g_ptr_array_add(self->secrets, encoded);
	return encoded;
}

static bool begin(struct imap *self, const char *command, char *tag, struct imap_answer *answer,
                  gint64 deadline, GError **error)
{
	return imap_say(self, command, tag, deadline, error) &&
	       imap_hear(self, tag, deadline, take_capability_reply, self, answer, error);
}

static bool go_on(struct imap *self, const char *line, const char *tag, struct imap_answer *answer,
                  gint64 deadline, GError **error)
{
	imap_answer_clear(answer);
	return imap_say_more(self, line, deadline, error) &&
	       imap_hear(self, tag, deadline, take_capability_reply, self, answer, error);
}

/* RFC 3501, 6.2.2; RFC 4959 */
static bool authenticate(struct imap *self, const struct mechanism *mechanism,
                         const struct imap_settings *settings, struct imap_answer *answer,
                         GError **error)
{
	const gint64 deadline = imap_deadline(self);
	const char *response = encode(self, mechanism, settings);
	const bool is_at_once = imap_has(self, "SASL-IR");
	char tag[IMAP_TAG_BYTES];
	char *command =
		g_strjoin(" ", "AUTHENTICATE", mechanism->name, is_at_once ? response : NULL, NULL);
	bool is_heard = begin(self, command, tag, answer, deadline, error);
	explicit_bzero(command, strlen(command));
	g_free(command);
	if (is_heard && !is_at_once && answer->end == IMAP_CONTINUE) {
		is_heard = go_on(self, strcmp(response, "=") == 0 ? "" : response, tag, answer,
		                 deadline, error);
	}
	if (is_heard && answer->end == IMAP_CONTINUE) {
		is_heard = go_on(self, mechanism->after, tag, answer, deadline, error);
	}
	return is_heard;
}

static bool login_plainly(struct imap *self, const struct imap_settings *settings,
                          struct imap_answer *answer, GError **error)
{
	char tag[IMAP_TAG_BYTES];
	g_autofree char *user = imap_quote(settings->user);
	char *password = imap_quote(settings->password);
	if (user == NULL || password == NULL) {
		g_free(password);
		g_set_error(error, PASSERELLE_ERROR, PASSERELLE_ERROR_CONFIG,
		            "%s: the server only takes user names and passwords in ASCII",
		            imap_host(self));
		return false;
	}
	g_ptr_array_add(self->secrets, password);
	char *command = g_strjoin(" ", "LOGIN", user, password, NULL);
	const bool is_heard = begin(self, command, tag, answer, imap_deadline(self), error);
	explicit_bzero(command, strlen(command));
	g_free(command);
	return is_heard;
}

/* ---- choosing ---- */

static bool has_control_character(const char *text)
{
	for (; text != NULL && *text != '\0'; text++) {
		if (g_ascii_iscntrl(*text)) {
			return true;
		}
	}
	return false;
}

static bool check_credentials(const struct imap *self, const struct imap_settings *settings,
                              enum credential credential, GError **error)
{
	const char *words = NULL;
	if (credential == PASSWORD && settings->password == NULL) {
		words = "a password or a token is missing";
	} else if (credential != CERTIFICATE && settings->user == NULL) {
		words = "the user name is missing";
	} else if (has_control_character(settings->user) ||
	           has_control_character(settings->bearer) ||
	           (settings->password != NULL && strpbrk(settings->password, "\r\n") != NULL)) {
		words = "a user name, password or token with a control character cannot be sent";
	}
	if (words != NULL) {
		g_set_error(error, PASSERELLE_ERROR, PASSERELLE_ERROR_CONFIG, "%s: %s",
		            imap_host(self), words);
	}
	return words == NULL;
}

static bool sign_in(struct imap *self, const struct imap_settings *settings,
                    enum credential credential, struct imap_answer *answer, GError **error)
{
	static const char *const NAMES[] = {
		[BEARER] = "token", [PASSWORD] = "password", [CERTIFICATE] = "certificate"};
	const struct mechanism *mechanism = choose(self, credential);
	if (mechanism != NULL) {
		return authenticate(self, mechanism, settings, answer, error);
	}
	if (credential == PASSWORD && !imap_has(self, "LOGINDISABLED")) {
		return login_plainly(self, settings, answer, error);
	}
	g_set_error(error, PASSERELLE_ERROR, PASSERELLE_ERROR_CONFIG,
	            "%s: the server takes no %s here", imap_host(self), NAMES[credential]);
	return false;
}

static bool ask_capabilities(struct imap *self, GError **error)
{
	return imap_command(self, "CAPABILITY", take_capability_reply, self, error);
}

/* What it offers before the sign-in is not what it offers behind. */
static bool settle(struct imap *self, const struct imap_answer *answer, GError **error)
{
	if (answer->end == IMAP_CONTINUE) {
		self->is_lost = true;
		g_set_error(error, PASSERELLE_ERROR, PASSERELLE_ERROR_PROTOCOL,
		            "%s: the server asks on and on", imap_host(self));
		return false;
	}
	if (answer->end == IMAP_OK) {
		return ask_capabilities(self, error);
	}
	imap_set_error(self, answer, PASSERELLE_ERROR_AUTH, error);
	return false;
}

bool imap_login(struct imap *self, const struct imap_settings *settings, GError **error)
{
	const enum credential credential = credential_of(settings);
	struct imap_answer answer = {IMAP_BAD, NULL, NULL};
	if (!ask_capabilities(self, error)) {
		return false;
	}
	if (self->wire->is_preauthenticated) {
		return true;
	}
	if (!check_credentials(self, settings, credential, error)) {
		return false;
	}
	const bool is_in =
		sign_in(self, settings, credential, &answer, error) && settle(self, &answer, error);
	imap_answer_clear(&answer);
	return is_in;
}
