/* SPDX-License-Identifier: MIT */
/* OAuth 2: the page, the tokens, and where they lie. */
#include "app/oauth.h"

#include "app/address.h"
#include "app/interrupt.h"
#include "app/paths.h"
#include "app/secrets.h"
#include "base/durable.h"
#include "net/http.h"

#include <jansson.h>
#include <string.h>
#include <sys/random.h>

#define VERIFIER_BYTES  32   /* 43 characters, the least that RFC 7636, 4.1 allows */
#define GOOD_FOR        60   /* seconds: a request takes some */
#define LIFETIME_UNTOLD 3600 /* RFC 6749, 5.1: expires_in is only recommended */
#define GRANT_BYTES     65536
#define LOCK_TRIES      300 /* of a tenth of a second: as long as a request may take */

/* What the server gave. Secret. */
struct grant {
	char *access, *refresh;
	gint64 until; /* UTC seconds: access is good; 0 = there is none */
};

static void grant_clear(struct grant *self)
{
	secret_free(self->access);
	secret_free(self->refresh);
	*self = (struct grant){0};
}

bool oauth_is_used(const struct account_config *account)
{
	return account->oauth_client_id != NULL;
}

char *oauth_client_secret(const struct account_config *account, GError **error)
{
	const struct secret_source source = {account->oauth_client_secret_command,
	                                     account->oauth_client_secret_file,
	                                     "oauth_client_secret_command", "client secret"};
	return secret_source_is_given(&source) ? secrets_read(&source, account->name, error) : NULL;
}

/* ---- the page ---- */

/* RFC 4648, 5, without "=" */
static char *base64_of_url(const guchar *data, gsize size)
{
	char *text = g_base64_encode(data, size);
	g_strdelimit(text, "+", '-');
	g_strdelimit(text, "/", '_');
	text[strcspn(text, "=")] = '\0';
	return text;
}

static char *random_verifier(void)
{
	guchar bytes[VERIFIER_BYTES];
	gsize got = 0;
	while (got < sizeof bytes) {
		const gssize more = getrandom(bytes + got, sizeof bytes - got, 0);
		got += more > 0 ? (gsize)more : 0;
	}
	char *text = base64_of_url(bytes, sizeof bytes);
	explicit_bzero(bytes, sizeof bytes);
	return text;
}

/* RFC 7636, 4.2: S256 */
static char *challenge_of(const char *verifier)
{
	guchar digest[32];
	gsize size = sizeof digest;
	g_autoptr(GChecksum) checksum = g_checksum_new(G_CHECKSUM_SHA256);
	g_checksum_update(checksum, (const guchar *)verifier, -1);
	g_checksum_get_digest(checksum, digest, &size);
	return base64_of_url(digest, size);
}

void oauth_request_init(struct oauth_request *self, const struct account_config *account,
                        const char *redirect, const char *state)
{
	self->verifier = random_verifier();
	self->redirect = g_strdup(redirect);
	g_autofree char *challenge = challenge_of(self->verifier);
	const char *const pairs[][2] = {
		{"response_type", "code"},
		{"client_id", account->oauth_client_id},
		{"redirect_uri", redirect},
		{"scope", account->oauth_scope},
		{"state", state},
		{"code_challenge", challenge},
		{"code_challenge_method", "S256"},
	};
	self->address = g_strdup(account->login_url);
	for (guint i = 0; i < G_N_ELEMENTS(pairs); i++) {
		if (pairs[i][1] != NULL) {
			char *longer = address_add(self->address, pairs[i][0], pairs[i][1]);
			g_free(self->address);
			self->address = longer;
		}
	}
}

void oauth_request_clear(struct oauth_request *self)
{
	secret_free(self->verifier);
	g_free(self->redirect);
	g_free(self->address);
	*self = (struct oauth_request){0};
}

/* ---- where the tokens lie ---- */

static char *copy_text(const json_t *object, const char *name)
{
	const char *text = json_string_value(json_object_get(object, name));
	return text != NULL && text[0] != '\0' ? g_strdup(text) : NULL;
}

static bool grant_load(struct grant *self, const char *path, GError **error)
{
	*self = (struct grant){0};
	g_autoptr(GError) why = NULL;
	g_autoptr(GBytes) bytes = durable_read(path, GRANT_BYTES, &why);
	if (bytes == NULL && passerelle_error_is(why, PASSERELLE_ERROR_NOT_FOUND)) {
		return true;
	}
	if (bytes == NULL) {
		g_propagate_error(error, g_steal_pointer(&why));
		return false;
	}
	gsize size = 0;
	const char *data = g_bytes_get_data(bytes, &size);
	json_t *json = json_loadb(data, size, JSON_REJECT_DUPLICATES, NULL);
	self->access = copy_text(json, "access");
	self->refresh = copy_text(json, "refresh");
	self->until = json_integer_value(json_object_get(json, "until"));
	json_decref(json);
	return true;
}

static bool grant_store(const struct grant *self, const char *path, GError **error)
{
	json_t *json = json_pack("{s:s?, s:s?, s:I}", "access", self->access, "refresh",
	                         self->refresh, "until", (json_int_t)self->until);
	char *text = json_dumps(json, JSON_INDENT(1));
	json_decref(json);
	const bool is_stored =
		paths_make_state(error) && durable_replace(path, text, strlen(text), 0600, error);
	explicit_bzero(text, strlen(text));
	free(text);
	return is_stored;
}

bool oauth_is_signed_in(const struct account_config *account)
{
	g_autofree char *path = paths_of_account(account->name, ".oauth");
	struct grant grant = {0};
	const bool is_there = grant_load(&grant, path, NULL) && grant.refresh != NULL;
	grant_clear(&grant);
	return is_there;
}

/* ---- the server ---- */

/* RFC 6749, 5.2, and what servers add. Another word could be one of ours that they quote. */
static const struct {
	const char *word;
	enum passerelle_error code;
} WORDS[] = {
	{"invalid_client", PASSERELLE_ERROR_CONFIG},
	{"unauthorized_client", PASSERELLE_ERROR_CONFIG},
	{"unsupported_grant_type", PASSERELLE_ERROR_CONFIG},
	{"invalid_scope", PASSERELLE_ERROR_CONFIG},
	{"invalid_grant", PASSERELLE_ERROR_AUTH},
	{"invalid_request", PASSERELLE_ERROR_AUTH},
	{"interaction_required", PASSERELLE_ERROR_AUTH},
	{"access_denied", PASSERELLE_ERROR_AUTH},
	{"server_error", PASSERELLE_ERROR_NETWORK},
	{"temporarily_unavailable", PASSERELLE_ERROR_NETWORK},
};

static GError *refusal(const struct account_config *account, const json_t *reply, long status)
{
	const char *said = json_string_value(json_object_get(reply, "error"));
	enum passerelle_error code =
		status >= 500 || status == 429 ? PASSERELLE_ERROR_NETWORK : PASSERELLE_ERROR_AUTH;
	g_autofree char *reason = g_strdup_printf("HTTP %ld", status);
	for (guint i = 0; said != NULL && i < G_N_ELEMENTS(WORDS); i++) {
		if (strcmp(WORDS[i].word, said) == 0) {
			code = WORDS[i].code;
			g_free(reason);
			reason = g_strdup(said);
		}
	}
	if (code == PASSERELLE_ERROR_CONFIG) {
		return g_error_new(PASSERELLE_ERROR, (int)code,
		                   "the server of oauth_token_url does not take this client: %s",
		                   reason);
	}
	if (code == PASSERELLE_ERROR_NETWORK) {
		return g_error_new(PASSERELLE_ERROR, (int)code,
		                   "the server of oauth_token_url is out of order: %s", reason);
	}
	return g_error_new(PASSERELLE_ERROR, (int)code,
	                   "the sign-in is not good any more (%s): type passerelle login %s",
	                   reason, account->name);
}

static bool is_bearer(const json_t *reply)
{
	const char *type = json_string_value(json_object_get(reply, "token_type"));
	return type == NULL || g_ascii_strcasecmp(type, "bearer") == 0;
}

/* RFC 6749, 5.1; a refresh token that does not come with it stays (6). */
static bool take_reply(const struct account_config *account, struct grant *grant,
                       const struct http_request *request, gint64 now, GError **error)
{
	gsize size = 0;
	const char *data = g_bytes_get_data(request->body_out, &size);
	json_t *reply = json_loadb(data, size, JSON_REJECT_DUPLICATES, NULL);
	char *access = copy_text(reply, "access_token");
	if (request->status / 100 != 2) {
		g_propagate_error(error, refusal(account, reply, request->status));
	} else if (access == NULL || !is_bearer(reply)) {
		g_set_error_literal(error, PASSERELLE_ERROR, PASSERELLE_ERROR_PROTOCOL,
		                    "the server of oauth_token_url gives no bearer token");
	} else {
		char *refresh = copy_text(reply, "refresh_token");
		const json_int_t lasts = json_integer_value(json_object_get(reply, "expires_in"));
		secret_free(grant->access);
		grant->access = g_steal_pointer(&access);
		if (refresh != NULL) {
			secret_free(grant->refresh);
			grant->refresh = refresh;
		}
		grant->until = now + (lasts > 0 ? MIN(lasts, 366 * 24 * 3600) : LIFETIME_UNTOLD);
	}
	secret_free(access);
	json_decref(reply);
	return grant->until > now;
}

static void add_field(GString *form, const char *name, const char *value)
{
	if (value != NULL) {
		g_autofree char *escaped = g_uri_escape_string(value, NULL, FALSE);
		g_string_append_printf(form, "%s%s=%s", form->len > 0 ? "&" : "", name, escaped);
		explicit_bzero(escaped, strlen(escaped));
	}
}

/* RFC 6749, 4.1.3 and 6: the client names itself in the form, which every server takes. */
static bool ask(const struct account_config *account, const char *secret, GString *form,
                struct grant *grant, gint64 now, GError **error)
{
	const struct http_settings settings = {.ca_file = account->ca_file,
	                                       .proxy = account->proxy,
	                                       .max_connections = 1,
	                                       .timeout_ms = account->timeout * 1000,
	                                       .cancelled = interrupt_flag()};
	static const struct http_pair headers[] = {
		{"Content-Type", "application/x-www-form-urlencoded"},
		{"Accept", "application/json"}};
	struct http_client *client = http_client_new(&settings, error);
	if (client == NULL) {
		return false;
	}
	add_field(form, "client_id", account->oauth_client_id);
	add_field(form, "client_secret", secret);
	struct http_request request = {.method = "POST",
	                               .url = account->oauth_token_url,
	                               .headers = headers,
	                               .n_headers = G_N_ELEMENTS(headers),
	                               .body = form->str,
	                               .body_size = form->len,
	                               .is_write = true};
	struct http_request *list[] = {&request};
	http_client_batch(client, list, 1, NULL, NULL);
	grant->until = 0;
	bool is_given = false;
	if (request.fate == HTTP_ANSWERED) {
		is_given = take_reply(account, grant, &request, now, error);
	} else {
		g_propagate_error(error, g_steal_pointer(&request.error));
	}
	http_request_clear(&request);
	http_client_free(client);
	return is_given;
}

static void free_form(GString *form)
{
	explicit_bzero(form->str, form->len);
	g_string_free(form, TRUE);
}

bool oauth_redeem(const struct account_config *account, const char *secret,
                  const struct oauth_request *request, const char *code, gint64 now, GError **error)
{
	g_autofree char *path = paths_of_account(account->name, ".oauth");
	struct grant grant = {0};
	GString *form = g_string_new(NULL);
	add_field(form, "grant_type", "authorization_code");
	add_field(form, "code", code);
	add_field(form, "redirect_uri", request->redirect);
	add_field(form, "code_verifier", request->verifier);
	const bool is_stored =
		ask(account, secret, form, &grant, now, error) && grant_store(&grant, path, error);
	free_form(form);
	grant_clear(&grant);
	return is_stored;
}

/* ---- an access token ---- */

static bool refresh(const struct account_config *account, const char *secret, const char *path,
                    struct grant *grant, gint64 now, GError **error)
{
	if (grant->refresh == NULL) {
		g_set_error(error, PASSERELLE_ERROR, PASSERELLE_ERROR_AUTH,
		            "there is no sign-in yet, or it has ended: type passerelle login %s",
		            account->name);
		return false;
	}
	GString *form = g_string_new(NULL);
	add_field(form, "grant_type", "refresh_token");
	add_field(form, "refresh_token", grant->refresh);
	const bool is_given =
		ask(account, secret, form, grant, now, error) && grant_store(grant, path, error);
	free_form(form);
	return is_given;
}

/* A server may take each refresh token once: two processes at the same time would end the sign-in.
 */
static struct durable_lock *wait_for_lock(const char *path, GError **error)
{
	struct durable_lock *lock = NULL;
	for (int i = 0; lock == NULL && i < LOCK_TRIES && !interrupt_is_raised(); i++) {
		g_clear_error(error);
		lock = durable_lock_take(path, error);
		if (lock == NULL) {
			g_usleep(G_USEC_PER_SEC / 10);
		}
	}
	return lock;
}

char *oauth_access(const struct account_config *account, const char *secret, gint64 now,
                   GError **error)
{
	g_autofree char *path = paths_of_account(account->name, ".oauth");
	g_autofree char *lock_path = paths_of_account(account->name, ".oauth.lock");
	g_autoptr(GError) why = NULL;
	struct durable_lock *lock = paths_make_state(&why) ? wait_for_lock(lock_path, &why) : NULL;
	struct grant grant = {0};
	char *access = NULL;
	if (lock != NULL && grant_load(&grant, path, &why) &&
	    (grant.until - now > GOOD_FOR || refresh(account, secret, path, &grant, now, &why))) {
		access = g_steal_pointer(&grant.access);
	}
	if (why != NULL) {
		g_propagate_error(error, g_steal_pointer(&why));
	}
	grant_clear(&grant);
	durable_lock_release(lock);
	return access;
}
