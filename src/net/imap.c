/* SPDX-License-Identifier: MIT */
/* A conversation with an IMAP server: commands, their replies, their end. */
#include "net/imap_parts.h"

#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "base/text.h"

gint64 imap_deadline(const struct imap *self)
{
	return g_get_monotonic_time() + self->timeout_usec;
}

void imap_answer_clear(struct imap_answer *self)
{
	g_clear_pointer(&self->code, g_free);
	g_clear_pointer(&self->words, g_free);
}

/* ---- words ---- */

static char *said(const struct imap *self, struct imap_cursor text)
{
	char *words = imap_clean_words(text.at, (gsize)(text.end - text.at));
	/* Dovecot ends with how long it took: "… (0.001 + 0.000 secs).", never the same twice. */
	char *took = g_str_has_suffix(words, " secs).") ? strrchr(words, '(') : NULL;
	if (took != NULL) {
		*took = '\0';
		g_strchomp(words);
	}
	for (guint i = 0; i < self->secrets->len; i++) {
		text_hide(&words, g_ptr_array_index(self->secrets, i));
	}
	return words;
}

/* RFC 3501, 7.1: "[CODE …] words" */
static char *read_code(struct imap_cursor text)
{
	while (text.at < text.end && *text.at == ' ') {
		text.at++;
	}
	if (text.at == text.end || *text.at != '[') {
		return NULL;
	}
	const char *start = ++text.at;
	while (text.at < text.end && *text.at != ' ' && *text.at != ']') {
		text.at++;
	}
	return g_ascii_strup(start, text.at - start);
}

/* RFC 5530, and what servers say without it: the account is well, now or here it cannot be had. */
static const struct {
	const char *code;
	enum passerelle_error kind;
} CODES[] = {
	{"UNAVAILABLE", PASSERELLE_ERROR_NETWORK}, {"INUSE", PASSERELLE_ERROR_NETWORK},
	{"LIMIT", PASSERELLE_ERROR_NETWORK},       {"SERVERBUG", PASSERELLE_ERROR_NETWORK},
	{"THROTTLED", PASSERELLE_ERROR_NETWORK},   {"NONEXISTENT", PASSERELLE_ERROR_NOT_FOUND},
	{"NOPERM", PASSERELLE_ERROR_REFUSED},      {"CANNOT", PASSERELLE_ERROR_REFUSED},
};

static enum passerelle_error kind_of(const struct imap_answer *answer, enum passerelle_error other)
{
	if (answer->end != IMAP_NO) {
		return PASSERELLE_ERROR_PROTOCOL;
	}
	for (gsize i = 0; i < G_N_ELEMENTS(CODES); i++) {
		if (g_strcmp0(answer->code, CODES[i].code) == 0) {
			return CODES[i].kind;
		}
	}
	/* Gmail: "[ALERT] Too many simultaneous connections. (Failure)" to a right password */
	return strcasestr(answer->words, "too many") != NULL ? PASSERELLE_ERROR_NETWORK : other;
}

void imap_set_error(const struct imap *self, const struct imap_answer *answer,
                    enum passerelle_error other, GError **error)
{
	g_set_error(error, PASSERELLE_ERROR, (int)kind_of(answer, other), "%s: the server says: %s",
	            self->wire->host, answer->words[0] == '\0' ? "no" : answer->words);
}

void imap_take_capabilities(struct imap *self, struct imap_cursor words)
{
	g_autofree char *list = g_ascii_strup(words.at, words.end - words.at);
	g_strdelimit(list, "]", '\0');
	g_free(self->capabilities);
	self->capabilities = g_strconcat(" ", list, " ", NULL);
}

bool imap_has(const struct imap *self, const char *capability)
{
	g_autofree char *word = g_strconcat(" ", capability, " ", NULL);
	return strstr(self->capabilities, word) != NULL;
}

bool imap_is_secure(const struct imap *self)
{
	return self->wire->is_secure;
}

const char *imap_host(const struct imap *self)
{
	return self->wire->host;
}

bool imap_is_lost(const struct imap *self)
{
	return self->is_lost;
}

/* ---- saying ---- */

static bool send_line(struct imap *self, const char *first, const char *rest, gint64 deadline,
                      GError **error)
{
	char *line = g_strconcat(first, rest, "\r\n", NULL);
	const gsize size = strlen(line);
	const bool is_sent = wire_send(self->wire, line, size, deadline, error);
	explicit_bzero(line, size);
	g_free(line);
	self->is_lost |= !is_sent;
	return is_sent;
}

bool imap_say(struct imap *self, const char *command, char tag[IMAP_TAG_BYTES], gint64 deadline,
              GError **error)
{
	g_assert(strpbrk(command, "\r\n") == NULL);
	snprintf(tag, IMAP_TAG_BYTES, "P%u ", ++self->commands);
	return send_line(self, tag, command, deadline, error);
}

bool imap_say_more(struct imap *self, const char *line, gint64 deadline, GError **error)
{
	g_assert(strpbrk(line, "\r\n") == NULL);
	return send_line(self, "", line, deadline, error);
}

/* ---- hearing ---- */

static bool fail(struct imap *self, enum passerelle_error kind, const char *words, GError **error)
{
	self->is_lost = true;
	g_set_error(error, PASSERELLE_ERROR, (int)kind, "%s: %s", self->wire->host, words);
	return false;
}

static bool read_end(const struct imap *self, struct imap_cursor text, struct imap_answer *answer)
{
	static const char *const ENDS[] = {[IMAP_OK] = "OK", [IMAP_NO] = "NO", [IMAP_BAD] = "BAD"};
	for (guint i = 0; i < G_N_ELEMENTS(ENDS); i++) {
		if (imap_read_word(&text, ENDS[i])) {
			*answer = (struct imap_answer){i, read_code(text), said(self, text)};
			return true;
		}
	}
	return false;
}

static bool is_bye(struct imap *self, struct imap_cursor reply, GError **error)
{
	if (!imap_read_word(&reply, "BYE")) {
		return false;
	}
	g_autofree char *words = said(self, reply);
	g_autofree char *message = g_strconcat("the server ends the connection: ", words, NULL);
	fail(self, PASSERELLE_ERROR_NETWORK, message, error);
	return true;
}

/* One line: an end, a "+", or a reply for take. False: it is the last, or an error. */
static bool hear_line(struct imap *self, const char *tag, struct imap_cursor line, imap_take take,
                      void *data, struct imap_answer *answer, GError **error)
{
	const gsize size = (gsize)(line.end - line.at);
	const gsize tag_size = tag == NULL ? 0 : strlen(tag);
	if (size >= 2 && memcmp(line.at, "* ", 2) == 0) {
		const struct imap_cursor reply = {line.at + 2, line.end};
		if (is_bye(self, reply, error)) {
			return false;
		}
		if (take != NULL) {
			take(data, reply);
		}
		return true;
	}
	if (size >= 1 && line.at[0] == '+') {
		const struct imap_cursor text = {line.at + 1, line.end};
		*answer = (struct imap_answer){IMAP_CONTINUE, NULL, said(self, text)};
		return false;
	}
	if (tag != NULL && size >= tag_size && memcmp(line.at, tag, tag_size) == 0 &&
	    read_end(self, (struct imap_cursor){line.at + tag_size, line.end}, answer)) {
		return false;
	}
	return fail(self, PASSERELLE_ERROR_PROTOCOL, "the reply makes no sense", error);
}

bool imap_hear(struct imap *self, const char *tag, gint64 deadline, imap_take take, void *data,
               struct imap_answer *answer, GError **error)
{
	g_autoptr(GError) why = NULL;
	gsize bytes = 0;
	*answer = (struct imap_answer){IMAP_BAD, NULL, NULL};
	for (guint i = 0; i < LIMIT_IMAP_REPLIES && bytes < LIMIT_REPLY_BYTES; i++) {
		struct imap_cursor line;
		if (!wire_read_line(self->wire, deadline, &line, error)) {
			self->is_lost = true;
			return false;
		}
		bytes += (gsize)(line.end - line.at);
		if (!hear_line(self, tag, line, take, data, answer, &why)) {
			if (why != NULL) {
				g_propagate_error(error, g_steal_pointer(&why));
			}
			return answer->words != NULL;
		}
	}
	return fail(self, PASSERELLE_ERROR_PROTOCOL, "the server says too much", error);
}

/* ---- commands ---- */

bool imap_command(struct imap *self, const char *command, imap_take take, void *data,
                  GError **error)
{
	char tag[IMAP_TAG_BYTES];
	const gint64 deadline = imap_deadline(self);
	struct imap_answer answer;
	g_assert(!self->is_lost);
	if (!imap_say(self, command, tag, deadline, error) ||
	    !imap_hear(self, tag, deadline, take, data, &answer, error)) {
		return false;
	}
	const bool is_ok = answer.end == IMAP_OK;
	if (answer.end == IMAP_CONTINUE) {
		fail(self, PASSERELLE_ERROR_PROTOCOL, "the reply makes no sense", error);
	} else if (!is_ok) {
		imap_set_error(self, &answer, PASSERELLE_ERROR_REFUSED, error);
	}
	imap_answer_clear(&answer);
	return is_ok;
}

/* ---- waiting ---- */

/* RFC 3501, 7.3 and 7.4: "12 EXISTS", "3 EXPUNGE", "5 FETCH (FLAGS …)" */
static void look_for_news(void *data, struct imap_cursor reply)
{
	static const char *const NEWS[] = {"EXISTS", "EXPUNGE", "FETCH"};
	bool *has_news = data;
	guint64 number = 0;
	if (!imap_read_number(&reply, &number)) {
		return;
	}
	for (gsize i = 0; i < G_N_ELEMENTS(NEWS); i++) {
		*has_news |= imap_read_word(&reply, NEWS[i]);
	}
}

/* Until the server is in IDLE; what it owes us it tells before. */
static bool begin_idle(struct imap *self, char *tag, bool *has_news, GError **error)
{
	const gint64 deadline = imap_deadline(self);
	struct imap_answer answer;
	if (!imap_say(self, "IDLE", tag, deadline, error) ||
	    !imap_hear(self, tag, deadline, look_for_news, has_news, &answer, error)) {
		return false;
	}
	const bool is_idle = answer.end == IMAP_CONTINUE;
	if (!is_idle) {
		g_set_error(error, PASSERELLE_ERROR, PASSERELLE_ERROR_UNSUPPORTED,
		            "%s: the server does not tell of new mail: %s", self->wire->host,
		            answer.words);
	}
	imap_answer_clear(&answer);
	return is_idle;
}

static bool end_idle(struct imap *self, const char *tag, bool *has_news, GError **error)
{
	const gint64 deadline = imap_deadline(self);
	struct imap_answer answer;
	if (!imap_say_more(self, "DONE", deadline, error) ||
	    !imap_hear(self, tag, deadline, look_for_news, has_news, &answer, error)) {
		return false;
	}
	const bool is_ok = answer.end == IMAP_OK;
	if (!is_ok) {
		self->is_lost = true;
		imap_set_error(self, &answer, PASSERELLE_ERROR_NETWORK, error);
	}
	imap_answer_clear(&answer);
	return is_ok;
}

/* One line of the server while it is in IDLE. */
static bool hear_news(struct imap *self, bool *has_news, GError **error)
{
	g_autoptr(GError) why = NULL;
	struct imap_cursor line;
	struct imap_answer answer = {IMAP_BAD, NULL, NULL};
	if (!wire_read_line(self->wire, imap_deadline(self), &line, error)) {
		self->is_lost = true;
		return false;
	}
	const bool goes_on = hear_line(self, NULL, line, look_for_news, has_news, &answer, &why);
	const bool is_continue = answer.words != NULL; /* some say "+ Still here" */
	imap_answer_clear(&answer);
	if (why != NULL) {
		g_propagate_error(error, g_steal_pointer(&why));
	}
	return goes_on || is_continue;
}

bool imap_idle(struct imap *self, gint64 wait_ms, GError **error)
{
	const gint64 deadline = g_get_monotonic_time() + wait_ms * 1000;
	g_autoptr(GError) why = NULL;
	char tag[IMAP_TAG_BYTES];
	bool has_news = false;
	g_assert(!self->is_lost);
	if (!imap_has(self, "IDLE")) {
		g_set_error(error, PASSERELLE_ERROR, PASSERELLE_ERROR_UNSUPPORTED,
		            "%s: the server does not tell of new mail (no IDLE)", self->wire->host);
		return false;
	}
	if (!begin_idle(self, tag, &has_news, error)) {
		return false;
	}
	while (!has_news && wire_await(self->wire, deadline, &why)) {
		if (!hear_news(self, &has_news, error)) {
			return false;
		}
	}
	if (why != NULL) {
		self->is_lost = true;
		g_propagate_error(error, g_steal_pointer(&why));
		return false;
	}
	return end_idle(self, tag, &has_news, error) && has_news;
}

/* ---- opening ---- */

static void add_secret(struct imap *self, const char *secret)
{
	if (secret != NULL && secret[0] != '\0') {
		g_ptr_array_add(self->secrets, g_strdup(secret));
	}
}

struct imap *imap_open(const struct imap_settings *settings, GError **error)
{
	g_assert(settings->timeout_ms > 0);
	struct wire *wire = wire_open(settings, error);
	if (wire == NULL) {
		return NULL;
	}
	struct imap *self = g_new0(struct imap, 1);
	self->wire = wire;
	self->timeout_usec = settings->timeout_ms * 1000;
	self->capabilities = g_strdup("");
	self->secrets = g_ptr_array_new();
	add_secret(self, settings->password);
	add_secret(self, settings->bearer);
	if (!imap_login(self, settings, error)) {
		g_clear_pointer(&self, imap_close);
	}
	return self;
}

void imap_close(struct imap *self)
{
	if (self == NULL) {
		return;
	}
	if (!self->is_lost) {
		g_autofree char *line = g_strdup_printf("P%u LOGOUT\r\n", ++self->commands);
		wire_send_some(self->wire, line, strlen(line));
	}
	wire_close(self->wire);
	for (guint i = 0; i < self->secrets->len; i++) {
		char *secret = g_ptr_array_index(self->secrets, i);
		explicit_bzero(secret, strlen(secret));
		g_free(secret);
	}
	g_ptr_array_unref(self->secrets);
	g_free(self->capabilities);
	g_free(self);
}
