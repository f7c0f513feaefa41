/* SPDX-License-Identifier: MIT */
/* What needs a person, told once per new need to a command of theirs. */
#include "app/needs.h"

#include "app/hooks.h"
#include "app/log.h"
#include "app/oauth.h"
#include "app/service.h"
#include "status/words.h"

#include <string.h>

#define MEMORY_KEY         "app.needs"
#define MESSAGE_CHARACTERS 500

static void need_free(struct need *self)
{
	g_free(self->kind);
	g_free(self->message);
	g_free(self->url);
	g_free(self);
}

/* Those that a service has as a whole, whichever of its parts finds them. */
static bool is_common(const char *kind)
{
	return strcmp(kind, "login") == 0 || strcmp(kind, "configure") == 0;
}

/* Who has that need: "login imap marie"; "login oauth", one for all; "consent contacts". */
static char *key_of(const struct account_config *account, enum part part, const char *kind)
{
	if (!is_common(kind)) {
		return g_strconcat(kind, " ", part_name(part), NULL);
	}
	if (strcmp(kind, "login") == 0 && oauth_serves(account, part)) {
		return g_strconcat(kind, " oauth", NULL);
	}
	const struct service service = service_of(account, part);
	const bool has_user =
		service.driver != NULL && service.driver->knows_users && service.user != NULL;
	return g_strjoin(" ", kind, service.name != NULL ? service.name : "",
	                 has_user ? service.user : NULL, NULL);
}

struct search {
	char **known;    /* the keys of before */
	GPtrArray *keys; /* those of now; owned strings */
	GPtrArray *new;  /* struct need */
};

/* An earlier version noted a sign-in or the configuration by its kind alone. */
static bool is_known(const struct search *self, const char *key, const char *kind)
{
	const char *const *known = (const char *const *)self->known;
	return g_strv_contains(known, key) || (is_common(kind) && g_strv_contains(known, kind));
}

/* As a client of OAuth 2 that is not taken: each service finds the same. */
static bool is_repeated(const struct search *self, const struct need *need)
{
	bool is_found = false;
	for (guint i = 0; i < self->new->len; i++) {
		const struct need *other = g_ptr_array_index(self->new, i);
		is_found |= is_common(need->kind) && strcmp(other->kind, need->kind) == 0 &&
		            strcmp(other->message, need->message) == 0;
	}
	return is_found;
}

static void add(struct search *self, const struct need *need)
{
	struct need *copy = g_new0(struct need, 1);
	copy->kind = g_strdup(need->kind);
	copy->message = words_clean(need->message, MESSAGE_CHARACTERS);
	copy->url = g_strdup(need->url);
	copy->since = need->since;
	if (is_repeated(self, copy)) {
		need_free(copy);
	} else {
		g_ptr_array_add(self->new, copy);
	}
}

static void consider(struct search *self, char *key_taken, const struct need *need)
{
	g_autofree char *key = key_taken;
	if (g_ptr_array_find_with_equal_func(self->keys, key, g_str_equal, NULL)) {
		return;
	}
	if (!is_known(self, key, need->kind)) {
		add(self, need);
	}
	g_ptr_array_add(self->keys, g_steal_pointer(&key));
}

static void consider_parts(struct search *self, const struct account_config *account,
                           const struct health *health)
{
	for (enum part part = 0; part < HEALTH_PARTS; part++) {
		const struct part_health *one = &health->parts[part];
		const struct need need = {one->action_kind, one->message, one->action_url,
		                          one->since};
		if (need.kind != NULL) {
			consider(self, key_of(account, part, need.kind), &need);
		}
	}
}

GPtrArray *needs_find_new(const struct account_config *account, const struct health *health,
                          const struct need *of_account, struct journal *journal, GError **error)
{
	g_autofree char *before = journal_memory_get(journal, MEMORY_KEY, NULL);
	g_auto(GStrv) known = g_strsplit(before != NULL ? before : "", "\n", -1);
	g_autoptr(GPtrArray) keys = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GPtrArray) new = g_ptr_array_new_with_free_func((GDestroyNotify)need_free);
	struct search search = {known, keys, new};
	consider_parts(&search, account, health);
	if (of_account != NULL) {
		consider(&search,
		         g_strdup_printf("%s %" G_GINT64_FORMAT, of_account->kind,
		                         of_account->since),
		         of_account);
	}
	g_ptr_array_add(keys, NULL);
	g_autofree char *after = g_strjoinv("\n", (char **)keys->pdata);
	if (g_strcmp0(before != NULL ? before : "", after) != 0 &&
	    !journal_memory_set(journal, MEMORY_KEY, after, error)) {
		return NULL;
	}
	return g_steal_pointer(&new);
}

static void tell(const struct account_config *account, const struct need *need)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GDateTime) when = g_date_time_new_from_unix_utc(need->since);
	g_autofree char *since = when != NULL ? g_date_time_format(when, "%FT%TZ") : g_strdup("");
	const char *const environment[] = {
		"PASSERELLE_ACCOUNT",
		account->name,
		"PASSERELLE_ACTION",
		need->kind,
		"PASSERELLE_MESSAGE",
		need->message,
		"PASSERELLE_URL",
		need->url != NULL ? need->url : "",
		"PASSERELLE_SINCE",
		since,
		NULL,
	};
	const struct shell_command command = {.option = "on_action_command",
	                                      .account = account->name,
	                                      .line = account->on_action_command,
	                                      .environment = environment};
	if (!hooks_run(&command, &error)) {
		log_say(LOG_LEVEL_WARNING, account->name, "%s", error->message);
	}
}

void needs_tell(const struct account_config *account, GPtrArray *needs)
{
	for (guint i = 0; i < needs->len && account->on_action_command != NULL; i++) {
		tell(account, g_ptr_array_index(needs, i));
	}
}
