/* SPDX-License-Identifier: MIT */
/* User tokens: opaque to the client, signed, and with an end. */
#include "emulator/tokens.h"

#include <string.h>

void emu_tokens_init(struct tokens *self, const char *service_id, const char *password,
                     int lifetime, int offline_lifetime)
{
	*self = (struct tokens){
		.key = g_strconcat(service_id, "\n", password, NULL),
		.lifetime = lifetime,
		.offline_lifetime = offline_lifetime,
	};
}

void emu_tokens_clear(struct tokens *self)
{
	g_clear_pointer(&self->key, g_free);
}

static char *signature_of(const struct tokens *self, const char *text)
{
	guint8 digest[32];
	gsize size = sizeof digest;
	g_autoptr(GHmac) hmac =
		g_hmac_new(G_CHECKSUM_SHA256, (const guchar *)self->key, strlen(self->key));
	g_hmac_update(hmac, (const guchar *)text, (gssize)strlen(text));
	g_hmac_get_digest(hmac, digest, &size);
	return g_base64_encode(digest, size);
}

/*
 * Real tokens hold "+", "/", "=" and "|", and look like "B64…|sau=|ted=<epoch>|…": so do ours,
 * always.
 */
char *emu_tokens_issue(struct tokens *self, const char *user, gint64 now)
{
	guint32 noise[4];
	for (size_t i = 0; i < G_N_ELEMENTS(noise); i++) {
		noise[i] = g_random_int();
	}
	g_autofree char *nonce = g_base64_encode((const guchar *)noise, sizeof noise);
	g_autofree char *claim =
		g_strdup_printf("B64%s|sau=|ted=%" G_GINT64_FORMAT "|usr=%s|seq=%u", nonce,
	                        now + self->lifetime, user, ++self->issued);
	g_autofree char *signature = signature_of(self, claim);
	return g_strdup_printf("%s|x=+/%s", claim, signature);
}

static bool has_true_signature(const struct tokens *self, const char *token)
{
	const char *mark = g_strrstr(token, "|x=+/");
	if (mark == NULL) {
		return false;
	}
	g_autofree char *claim = g_strndup(token, mark - token);
	g_autofree char *signature = signature_of(self, claim);
	return strcmp(mark + strlen("|x=+/"), signature) == 0;
}

static char *claim_value(const char *token, const char *name)
{
	g_autofree char *mark = g_strdup_printf("|%s=", name);
	const char *start = strstr(token, mark);
	if (start == NULL) {
		return NULL;
	}
	start += strlen(mark);
	return g_strndup(start, strcspn(start, "|"));
}

enum token_state emu_tokens_check(const struct tokens *self, const char *token, gint64 now,
                                  char **user)
{
	if (token == NULL || !has_true_signature(self, token)) {
		return TOKEN_INVALID;
	}
	g_autofree char *end_text = claim_value(token, "ted");
	g_autofree char *number_text = claim_value(token, "seq");
	g_autofree char *owner = claim_value(token, "usr");
	if (end_text == NULL || number_text == NULL || owner == NULL) {
		return TOKEN_INVALID;
	}
	gint64 end = g_ascii_strtoll(end_text, NULL, 10);
	guint64 number = g_ascii_strtoull(number_text, NULL, 10);
	bool is_dead = number <= self->dead_through || now >= end + self->offline_lifetime;
	bool is_expired = number <= self->expired_through || now >= end;
	if (is_expired && is_dead) {
		return TOKEN_INVALID;
	}
	*user = g_steal_pointer(&owner);
	return is_expired ? TOKEN_OFFLINE : TOKEN_VALID;
}
