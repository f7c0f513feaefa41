/* SPDX-License-Identifier: MIT */
/* Which request to the loopback page is the awaited one. */
#include "app/listener_rules.h"

#include "app/address.h"

#include <string.h>

#define RETURN_PATH "/return"
#define FORM_TYPE   "application/x-www-form-urlencoded"

char *listener_path(const struct listener_rules *rules)
{
	return rules->settings->state_parameter != NULL
	               ? g_strdup(RETURN_PATH)
	               : g_strconcat(RETURN_PATH "/", rules->state, NULL);
}

/* In a time that does not tell how much of it was right. */
static bool is_equal(const char *expected, const char *given)
{
	const gsize length = strlen(expected);
	if (given == NULL || strlen(given) != length) {
		return false;
	}
	guchar difference = 0;
	for (gsize i = 0; i < length; i++) {
		difference |= (guchar)(expected[i] ^ given[i]);
	}
	return difference == 0;
}

/* A page that has its own name resolved to 127.0.0.1 still sends that name. */
static bool is_our_host(const struct listener_rules *rules, const char *host)
{
	static const char *const names[] = {"127.0.0.1", "[::1]", "localhost"};
	bool is_ours = false;
	for (gsize i = 0; i < G_N_ELEMENTS(names) && host != NULL; i++) {
		g_autofree char *whole = g_strdup_printf("%s:%u", names[i], rules->port);
		is_ours = is_ours || g_ascii_strcasecmp(host, whole) == 0;
	}
	return is_ours;
}

/* A browser that follows a link or a redirect sends no origin; one that posts a form does. */
static bool is_allowed_origin(const struct listener_rules *rules, const char *origin)
{
	return origin == NULL || address_is_trusted(rules->settings->account, origin, NULL);
}

/* Fetch Metadata, Sec-Fetch-Dest: an image, a frame or a script of another page is no return. */
static bool is_a_page(const char *destination)
{
	return destination == NULL || g_ascii_strcasecmp(destination, "document") == 0;
}

static bool is_form(const char *content_type)
{
	const gsize length = strlen(FORM_TYPE);
	return content_type != NULL && g_ascii_strncasecmp(content_type, FORM_TYPE, length) == 0 &&
	       (content_type[length] == '\0' || content_type[length] == ';' ||
	        content_type[length] == ' ');
}

static const char *value_of(const struct listener_request *request, GHashTable *form,
                            const char *name)
{
	const char *value = form != NULL ? g_hash_table_lookup(form, name) : NULL;
	return value != NULL ? value : g_hash_table_lookup(request->query, name);
}

static bool has_state(const struct listener_rules *rules, const struct listener_request *request,
                      GHashTable *form)
{
	const char *name = rules->settings->state_parameter;
	if (name != NULL) {
		return is_equal(rules->state, value_of(request, form, name));
	}
	return g_str_has_prefix(request->path, RETURN_PATH "/") &&
	       is_equal(rules->state, request->path + strlen(RETURN_PATH "/"));
}

/* A token has no blanks: one is a "+" that the provider did not encode. */
static char *clean_token(const char *given)
{
	g_autofree char *token = g_strdup(given != NULL ? given : "");
	g_strstrip(token);
	g_strdelimit(token, " ", '+');
	return token[0] != '\0' ? g_steal_pointer(&token) : NULL;
}

static bool is_return_path(const char *path)
{
	const gsize length = strlen(RETURN_PATH);
	return strncmp(path, RETURN_PATH, length) == 0 &&
	       (path[length] == '\0' || path[length] == '/');
}

static enum listener_verdict judge_form(const struct listener_request *request, GHashTable **form)
{
	if (request->is_too_large) {
		return LISTENER_TOO_LARGE;
	}
	if (!is_form(request->content_type)) {
		return LISTENER_BAD_TYPE;
	}
	if (request->form != NULL) {
		*form = g_uri_parse_params(request->form, -1, "&", G_URI_PARAMS_WWW_FORM, NULL);
	}
	return *form != NULL ? LISTENER_TAKE : LISTENER_FORBIDDEN;
}

enum listener_verdict listener_judge(const struct listener_rules *rules,
                                     const struct listener_request *request, char **token)
{
	const bool is_post = strcmp(request->method, "POST") == 0;
	g_autoptr(GHashTable) form = NULL;
	if (!is_post && strcmp(request->method, "GET") != 0) {
		return LISTENER_BAD_METHOD;
	}
	if (!is_return_path(request->path)) {
		return LISTENER_NOT_FOUND;
	}
	const enum listener_verdict about_form =
		is_post ? judge_form(request, &form) : LISTENER_TAKE;
	if (about_form != LISTENER_TAKE) {
		return about_form;
	}
	if (!is_our_host(rules, request->host) || !is_allowed_origin(rules, request->origin) ||
	    !is_a_page(request->fetch_destination) || !has_state(rules, request, form)) {
		return LISTENER_FORBIDDEN;
	}
	const char *name = rules->settings->token_parameter;
	if (name == NULL) {
		return LISTENER_TAKE;
	}
	*token = clean_token(value_of(request, form, name));
	return *token != NULL ? LISTENER_TAKE : LISTENER_NO_TOKEN;
}
