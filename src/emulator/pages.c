/* SPDX-License-Identifier: MIT */
/* What a person sees in a browser: the login page and the privacy page. */
#include "emulator/pages.h"

#include <string.h>

static void add_hidden(GString *form, const char *name, const char *value)
{
	g_autofree char *escaped = emu_xml_escape(value);
	g_string_append_printf(form, "<input type=\"hidden\" name=\"%s\" value=\"%s\">\n", name,
	                       escaped);
}

static void add_button(GString *form, const char *name, const char *value, const char *text)
{
	g_string_append_printf(form,
	                       "<button type=\"submit\" id=\"%s\" name=\"%s\" value=\"%s\">%s"
	                       "</button>\n",
	                       value, name, value, text);
}

/* Where the browser goes back to: a web address, or nothing. */
static const char *return_address(const struct request *request)
{
	const char *address = emu_request_get(request, "urlRetour");
	if (address == NULL) {
		address = emu_request_get(request, "return");
	}
	bool is_web = address != NULL && (g_ascii_strncasecmp(address, "http://", 7) == 0 ||
	                                  g_ascii_strncasecmp(address, "https://", 8) == 0);
	return is_web && strpbrk(address, "\r\n") == NULL ? address : NULL;
}

static char *with_parameter(const char *address, const char *name, const char *value)
{
	g_autofree char *encoded = g_uri_escape_string(value, NULL, FALSE);
	return g_strdup_printf("%s%c%s=%s", address, strchr(address, '?') == NULL ? '?' : '&', name,
	                       encoded);
}

static struct reply *login_form(const struct request *request)
{
	g_autoptr(GString) form = g_string_new("<form method=\"post\" action=\"/login\">\n");
	add_hidden(form, "urlRetour", return_address(request));
	const char *state = emu_request_get(request, "state");
	if (state != NULL) {
		add_hidden(form, "state", state);
	}
	g_string_append(form, "<label>User <select name=\"user\">"
	                      "<option value=\"" USER_COMPLETE "\">Camille (everything)</option>"
	                      "<option value=\"" USER_NOT_PROVISIONED
	                      "\">Dominique (no address book, calendar or mailbox)</option>"
	                      "</select></label>\n"
	                      "<label>Return the token <select name=\"by\">"
	                      "<option value=\"query\">in the address</option>"
	                      "<option value=\"form\">as a posted form</option>"
	                      "</select></label>\n");
	add_button(form, "answer", "login", "Sign in");
	g_string_append(form, "</form>\n");
	return emu_reply_page(200, "Sign in", "A made-up provider: choose who you are.", form->str);
}

static struct reply *posted_token(const char *address, const char *token, const char *state)
{
	g_autofree char *action = emu_xml_escape(address);
	g_autoptr(GString) form = g_string_new(NULL);
	g_string_append_printf(form, "<form method=\"post\" action=\"%s\">\n", action);
	add_hidden(form, "token", token);
	if (state != NULL) {
		add_hidden(form, "state", state);
	}
	add_button(form, "answer", "continue", "Continue");
	g_string_append(form, "</form>\n<script>document.forms[0].submit()</script>\n");
	return emu_reply_page(200, "Signed in", "Back to the service.", form->str);
}

static struct reply *login(struct emulator *self, const struct request *request)
{
	const char *user = emu_request_get_or(request, "user", USER_COMPLETE);
	if (strcmp(user, USER_COMPLETE) != 0 && strcmp(user, USER_NOT_PROVISIONED) != 0) {
		return emu_reply_page(400, "Unknown user", "There is no such user here.", "");
	}
	g_mutex_lock(&self->lock);
	g_autofree char *token =
		emu_tokens_issue(&self->tokens, user, g_get_real_time() / G_USEC_PER_SEC);
	g_mutex_unlock(&self->lock);
	const char *state = emu_request_get(request, "state");
	if (g_strcmp0(emu_request_get(request, "by"), "form") == 0) {
		return posted_token(return_address(request), token, state);
	}
	g_autofree char *address = with_parameter(return_address(request), "token", token);
	if (state == NULL) {
		return emu_reply_redirect(address);
	}
	g_autofree char *whole = with_parameter(address, "state", state);
	return emu_reply_redirect(whole);
}

static struct reply *answer_login(struct emulator *self, const struct request *request)
{
	if (return_address(request) == NULL) {
		return emu_reply_page(400, "No return address",
		                      "The parameter urlRetour (or return) must be a web address.",
		                      "");
	}
	return request->is_post ? login(self, request) : login_form(request);
}

/* The pages spell it both ways. */
static const char *family_of(const struct request *request)
{
	const char *family = emu_request_get(request, "family");
	return family != NULL ? family : emu_request_get_or(request, "familly", "");
}

static struct reply *privacy_form(const struct request *request)
{
	static const char *const kept[] = {"serviceId", "attributes", "urlRetour"};
	g_autoptr(GString) form =
		g_string_new("<form method=\"post\" action=\"/privacy/interaction.do\">\n");
	add_hidden(form, "family", family_of(request));
	for (size_t i = 0; i < G_N_ELEMENTS(kept); i++) {
		add_hidden(form, kept[i], emu_request_get_or(request, kept[i], ""));
	}
	add_button(form, "choice", "once", "Allow for this request only");
	add_button(form, "choice", "always", "Allow permanently");
	add_button(form, "choice", "none", "Refuse");
	g_string_append(form, "</form>\n");
	g_autofree char *text =
		g_strdup_printf("The service %s asks for access to your data: %s (%s).",
	                        emu_request_get_or(request, "serviceId", "?"), family_of(request),
	                        emu_request_get_or(request, "attributes", ""));
	return emu_reply_page(200, "Your privacy", text, form->str);
}

/* attributes is ",see" or ",see,add"; without a name in it the whole family is meant. */
static bool store_choice(struct emulator *self, const struct request *request, enum consent value)
{
	g_auto(GStrv) attributes =
		g_strsplit(emu_request_get_or(request, "attributes", ""), ",", -1);
	bool has_attribute = false, is_known = true;
	g_mutex_lock(&self->lock);
	for (int i = 0; attributes[i] != NULL; i++) {
		if (*g_strstrip(attributes[i]) != '\0') {
			has_attribute = true;
			is_known = emu_consent_set(self->consent, family_of(request), attributes[i],
			                           value) &&
			           is_known;
		}
	}
	if (!has_attribute) {
		is_known = emu_consent_set(self->consent, family_of(request), NULL, value);
	}
	g_mutex_unlock(&self->lock);
	return is_known;
}

static struct reply *answer_privacy(struct emulator *self, const struct request *request)
{
	if (!request->is_post) {
		return privacy_form(request);
	}
	enum consent value;
	if (!emu_consent_value_from_name(emu_request_get(request, "choice"), &value) ||
	    !store_choice(self, request, value)) {
		return emu_reply_page(400, "Unknown",
		                      "There is no such choice, family or attribute.", "");
	}
	const char *address = return_address(request);
	return address != NULL ? emu_reply_redirect(address)
	                       : emu_reply_page(200, "Your privacy", "Your choice is stored.", "");
}

static const struct {
	const char *path;
	struct reply *(*answer)(struct emulator *self, const struct request *request);
} pages[] = {
	{"/login", answer_login},
	{"/privacy/interaction.do", answer_privacy},
	{"/urm-gui/interaction.do", answer_privacy},
};

struct reply *emu_pages_answer(struct emulator *self, const struct request *request)
{
	for (size_t i = 0; i < G_N_ELEMENTS(pages); i++) {
		if (strcmp(pages[i].path, request->path) == 0) {
			return pages[i].answer(self, request);
		}
	}
	return NULL;
}
