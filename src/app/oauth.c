/* SPDX-License-Identifier: MIT */
/* OAuth 2: the page, the tokens, and where they lie. */
#include "app/oauth.h"

#include "app/address.h"
#include "app/interrupt.h"
#include "app/paths.h"
#include "app/service.h"
#include "base/durable.h"
#include "net/http.h"

#include <jansson.h>
#include <string.h>
#include <sys/random.h>

#define VERIFIER_BYTES  32   /* 43 characters, the least that RFC 7636, 4.1 allows */
#define GOOD_FOR        60   /* seconds: a request takes some */
#define CLOCK_SLACK     60   /* seconds by which a clock may be set back */
#define FRESH_FOR       300  /* seconds: refused so soon, it is not for its age */
#define LIFETIME_UNTOLD 3600 /* RFC 6749, 5.1: expires_in is only recommended */
#define GRANT_BYTES     65536
#define LOCK_TRIES      300 /* of a tenth of a second: as long as a request may take */

/* What the server gave. Secret. */
struct grant {
	char *access, *refresh;
	gint64 since;    /* UTC seconds: access was given */
	gint64 until;    /* UTC seconds: access is good; 0 = there is none */
	bool is_refused; /* a service did not take access when it was fresh */
	bool is_foreign; /* there is one, of another client or server: nothing of it is here */
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

bool oauth_serves(const struct account_config *account, enum part part)
{
	const struct service service = service_of(account, part);
	return oauth_is_used(account) && service.driver != NULL && service.driver->knows_users &&
	       !secret_source_is_given(&service.password);
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

/* A token is shown to nobody but who gave it, and for whom. */
static bool is_own(const json_t *json, const struct account_config *account)
{
	const char *client = json_string_value(json_object_get(json, "client"));
	const char *server = json_string_value(json_object_get(json, "server"));
	return g_strcmp0(client, account->oauth_client_id) == 0 &&
	       g_strcmp0(server, account->oauth_token_url) == 0;
}

static void grant_read(struct grant *self, const json_t *json)
{
	self->access = copy_text(json, "access");
	self->refresh = copy_text(json, "refresh");
	self->since = json_integer_value(json_object_get(json, "since"));
	self->until = json_integer_value(json_object_get(json, "until"));
	self->is_refused = json_is_true(json_object_get(json, "refused"));
}

static bool grant_load(struct grant *self, const struct account_config *account, GError **error)
{
	*self = (struct grant){0};
	g_autofree char *path = paths_of_account(account->name, ".oauth");
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
	if (is_own(json, account)) {
		grant_read(self, json);
	} else {
		self->is_foreign = json_is_object(json);
	}
	json_decref(json);
	return true;
}

static bool grant_store(const struct grant *self, const struct account_config *account,
                        GError **error)
{
	g_autofree char *path = paths_of_account(account->name, ".oauth");
	json_t *json =
		json_pack("{s:s, s:s, s:s?, s:s?, s:I, s:I, s:b}", "client",
	                  account->oauth_client_id, "server", account->oauth_token_url, "access",
	                  self->access, "refresh", self->refresh, "since", (json_int_t)self->since,
	                  "until", (json_int_t)self->until, "refused", (int)self->is_refused);
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
	struct grant grant = {0};
	const bool is_there = grant_load(&grant, account, NULL) && grant.refresh != NULL;
	grant_clear(&grant);
	return is_there;
}

/*
 * A server may take each refresh token once: two processes at the same time would end the sign-in.
 * Nor may a refresh that began before a sign-in end after it, and be stored in its place.
 */
static struct durable_lock *lock_grant(const struct account_config *account, GError **error)
{
	g_autofree char *path = paths_of_account(account->name, ".oauth.lock");
	g_autoptr(GError) why = NULL;
	struct durable_lock *lock = NULL;
	if (!paths_make_state(error)) {
		return NULL;
	}
	for (int i = 0; lock == NULL && i < LOCK_TRIES && !interrupt_is_raised(); i++) {
		g_clear_error(&why);
		lock = durable_lock_take(path, &why);
		if (lock == NULL && !passerelle_error_is(why, PASSERELLE_ERROR_BUSY)) {
			break;
		}
		if (lock == NULL) {
			g_usleep(G_USEC_PER_SEC / 10);
		}
	}
	if (lock == NULL && interrupt_is_raised()) {
		g_set_error_literal(error, PASSERELLE_ERROR, PASSERELLE_ERROR_CANCELLED,
		                    "told to stop");
	} else if (lock == NULL) {
		g_propagate_error(error, g_steal_pointer(&why));
	}
	return lock;
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
		grant->since = now;
		grant->until = now + (lasts > 0 ? MIN(lasts, 366 * 24 * 3600) : LIFETIME_UNTOLD);
		grant->is_refused = false;
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

/* Stored, it would end within the hour, and in the place of one that lasts. */
static bool is_lasting(const struct grant *grant, GError **error)
{
	if (grant->refresh == NULL) {
		g_set_error_literal(error, PASSERELLE_ERROR, PASSERELLE_ERROR_CONFIG,
		                    "no lasting sign-in was given: add what the provider wants for "
		                    "one, such as access_type=offline&prompt=consent to the query "
		                    "of login_url, or offline_access to oauth_scope");
	}
	return grant->refresh != NULL;
}

bool oauth_redeem(const struct account_config *account, const char *secret,
                  const struct oauth_request *request, const char *code, gint64 now, GError **error)
{
	struct durable_lock *lock = lock_grant(account, error);
	if (lock == NULL) {
		return false;
	}
	struct grant grant = {0};
	GString *form = g_string_new(NULL);
	add_field(form, "grant_type", "authorization_code");
	add_field(form, "code", code);
	add_field(form, "redirect_uri", request->redirect);
	add_field(form, "code_verifier", request->verifier);
	const bool is_stored = ask(account, secret, form, &grant, now, error) &&
	                       is_lasting(&grant, error) && grant_store(&grant, account, error);
	free_form(form);
	grant_clear(&grant);
	durable_lock_release(lock);
	return is_stored;
}

/* ---- an access token ---- */

static bool refresh(const struct account_config *account, const char *secret, struct grant *grant,
                    gint64 now, GError **error)
{
	if (grant->refresh == NULL) {
		const char *words = grant->is_foreign
		                            ? "the sign-in was one of another oauth_client_id or "
		                              "oauth_token_url"
		                            : "there is no sign-in yet, or it has ended";
		g_set_error(error, PASSERELLE_ERROR, PASSERELLE_ERROR_AUTH,
		            "%s: type passerelle login %s", words, account->name);
		return false;
	}
	GString *form = g_string_new(NULL);
	add_field(form, "grant_type", "refresh_token");
	add_field(form, "refresh_token", grant->refresh);
	const bool is_given =
		ask(account, secret, form, grant, now, error) && grant_store(grant, account, error);
	free_form(form);
	return is_given;
}

/* What a clock has noted that was wrong then says nothing of the end. */
static bool is_good(const struct grant *grant, gint64 now)
{
	return grant->access != NULL && grant->until > now + GOOD_FOR &&
	       grant->since <= now + CLOCK_SLACK;
}

char *oauth_access(const struct account_config *account, const char *secret, gint64 now,
                   GError **error)
{
	struct durable_lock *lock = lock_grant(account, error);
	if (lock == NULL) {
		return NULL;
	}
	struct grant grant = {0};
	char *access = NULL;
	if (grant_load(&grant, account, error) &&
	    (is_good(&grant, now) || refresh(account, secret, &grant, now, error))) {
		access = g_steal_pointer(&grant.access);
	}
	grant_clear(&grant);
	durable_lock_release(lock);
	return access;
}

static bool is_fresh(const struct grant *grant, gint64 now)
{
	return grant->since > now - FRESH_FOR && grant->since <= now + CLOCK_SLACK;
}

/* Without the memory of a fresh one that was refused, each cycle would fetch another. */
static bool take_refusal(struct grant *grant, const struct account_config *account,
                         const char *access, gint64 now)
{
	if (grant->access == NULL || grant->is_refused) {
		return false;
	}
	if (strcmp(grant->access, access) != 0 || grant->until == 0) {
		return true; /* another process was faster */
	}
	grant->is_refused = is_fresh(grant, now);
	grant->until = grant->is_refused ? grant->until : 0;
	return grant_store(grant, account, NULL) && !grant->is_refused;
}

bool oauth_distrust(const struct account_config *account, const char *access, gint64 now)
{
	struct durable_lock *lock = lock_grant(account, NULL);
	if (lock == NULL) {
		return false;
	}
	struct grant grant = {0};
	const bool is_worth_it =
		grant_load(&grant, account, NULL) && take_refusal(&grant, account, access, now);
	grant_clear(&grant);
	durable_lock_release(lock);
	return is_worth_it;
}
