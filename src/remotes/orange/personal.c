/* SPDX-License-Identifier: MIT */
/* What a call sends of a person, kept out of what is told of it. */
#include "remotes/orange/personal.h"

#include "base/text.h"
#include "remotes/orange/call.h"

#include <string.h>

#define SHORT_CHARACTERS 3 /* such a word counts only as a whole one: "de", "Léo" */

/* Of the protocol: a detail that names them says what is wrong. */
static const char *const OF_NOBODY[] = {"type",        "subtype",     "order", "cid",
                                        "datepattern", "timepattern", "infos"};

static bool is_of_nobody(const char *name)
{
	for (gsize i = 0; i < G_N_ELEMENTS(OF_NOBODY); i++) {
		if (strcmp(name, OF_NOBODY[i]) == 0) {
			return true;
		}
	}
	return false;
}

static bool is_of_word(const char *at)
{
	const gunichar character = g_utf8_get_char(at);
	return g_unichar_isalnum(character) || g_unichar_ismark(character);
}

/* As two spellings of one word compare. */
static char *fold(const char *text)
{
	g_autofree char *folded = g_utf8_casefold(text, -1);
	return text_normalize(folded, G_NORMALIZE_ALL);
}

/* Appends the words of a value, folded, each between blanks. */
static void add_words(GString *words, const char *value)
{
	g_autofree char *folded = fold(value);
	for (const char *at = folded; *at != '\0'; at = g_utf8_next_char(at)) {
		g_string_append_unichar(words, is_of_word(at) ? g_utf8_get_char(at) : ' ');
	}
	g_string_append_c(words, ' ');
}

static bool is_among(const char *word, const char *words)
{
	const glong length = g_utf8_strlen(word, -1);
	g_autofree char *folded = fold(word);
	g_autofree char *whole = g_strconcat(" ", folded, " ", NULL);
	return length > 1 && strstr(words, length > SHORT_CHARACTERS ? folded : whole) != NULL;
}

/* A percent-encoded blank between two words is no part of the second. */
static const char *skip_escape(const char *at)
{
	const bool is_escape = at[0] == '%' && g_ascii_isxdigit(at[1]) && g_ascii_isxdigit(at[2]);
	return is_escape ? at + 3 : g_utf8_next_char(at);
}

static char *without_words(const char *text, const char *words)
{
	g_autoptr(GString) out = g_string_new(NULL);
	while (*text != '\0') {
		const char *end = text;
		while (*end != '\0' && is_of_word(end)) {
			end = g_utf8_next_char(end);
		}
		g_autofree char *word = g_strndup(text, (gsize)(end - text));
		g_string_append(out, is_among(word, words) ? TEXT_HIDDEN : word);
		text = *end == '\0' ? end : skip_escape(end);
		g_string_append_len(out, end, text - end);
	}
	return g_strdup(out->str);
}

void personal_hide(char **text, GPtrArray *parameters)
{
	g_autoptr(GString) words = g_string_new(" ");
	for (guint i = 0; *text != NULL && i + 1 < parameters->len; i += 2) {
		g_autofree char *value =
			g_utf8_make_valid(g_ptr_array_index(parameters, i + 1), -1);
		if (!is_of_nobody(g_ptr_array_index(parameters, i))) {
			text_hide(text, g_utf8_strlen(value, -1) > SHORT_CHARACTERS ? value : NULL);
			add_words(words, value);
		}
	}
	if (*text != NULL) {
		char *hidden = without_words(*text, words->str);
		g_free(*text);
		*text = hidden;
	}
}

/* The server may quote any part of its request, in any of its forms. */
static void hide_secrets(const struct remote_settings *settings, char **text)
{
	if (*text == NULL) {
		return;
	}
	g_autofree char *pair =
		g_strconcat(settings->service_id, ":", settings->service_password, NULL);
	g_autofree char *basic = g_base64_encode((const guchar *)pair, strlen(pair));
	g_autofree char *one_line = text_line(settings->service_password, G_MAXSIZE);
	const char *const secrets[] = {settings->token, basic, settings->service_password,
	                               one_line};
	for (gsize i = 0; i < G_N_ELEMENTS(secrets); i++) {
		text_hide(text, secrets[i]);
	}
}

void personal_take_words(struct call *call, const struct remote_settings *settings, bool is_write)
{
	hide_secrets(settings, &call->reply->detail);
	hide_secrets(settings, &call->reply->url);
	if (call->reply->url != NULL && strstr(call->reply->url, TEXT_HIDDEN) != NULL) {
		g_clear_pointer(&call->reply->url, g_free); /* it opens nothing any more */
	}
	g_autoptr(GError) whole = reply_error(call->reply, call_what(call), is_write);
	call->told = whole == NULL ? NULL : g_strdup(whole->message);
	if (call->reply->envelope != REPLY_NONE) { /* else the words are ours */
		personal_hide(&call->reply->detail, call->parameters);
	}
	call_fail(call, reply_error(call->reply, call_what(call), is_write));
}
