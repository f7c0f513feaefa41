/* SPDX-License-Identifier: MIT */
/* What needs a person, told once per new need to a command of theirs. */
#include "app/needs.h"

#include "app/hooks.h"
#include "app/log.h"
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

/* One sign-in and one configuration serve all parts; the other needs are each part's own. */
static char *key_of(const char *kind, const char *part)
{
	static const char *const common[] = {"login", "configure", NULL};
	return g_strv_contains(common, kind) ? g_strdup(kind) : g_strconcat(kind, " ", part, NULL);
}

struct search {
	char **known;    /* the keys of before */
	GPtrArray *keys; /* those of now; owned strings */
	GPtrArray *new;  /* struct need */
};

static void consider(struct search *self, const char *part, const char *kind, const char *message,
                     const char *url, gint64 since)
{
	if (kind == NULL) {
		return;
	}
	g_autofree char *key = key_of(kind, part);
	if (g_ptr_array_find_with_equal_func(self->keys, key, g_str_equal, NULL)) {
		return;
	}
	if (!g_strv_contains((const char *const *)self->known, key)) {
		struct need *need = g_new0(struct need, 1);
		need->kind = g_strdup(kind);
		need->message = words_clean(message, MESSAGE_CHARACTERS);
		need->url = g_strdup(url);
		need->since = since;
		g_ptr_array_add(self->new, need);
	}
	g_ptr_array_add(self->keys, g_steal_pointer(&key));
}

GPtrArray *needs_find_new(const struct health *health, const struct need *of_account,
                          struct journal *journal, GError **error)
{
	g_autofree char *before = journal_memory_get(journal, MEMORY_KEY, NULL);
	g_auto(GStrv) known = g_strsplit(before != NULL ? before : "", "\n", -1);
	g_autoptr(GPtrArray) keys = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GPtrArray) new = g_ptr_array_new_with_free_func((GDestroyNotify)need_free);
	struct search search = {known, keys, new};
	for (enum part part = 0; part < HEALTH_PARTS; part++) {
		const struct part_health *one = &health->parts[part];
		consider(&search, part_name(part), one->action_kind, one->message, one->action_url,
		         one->since);
	}
	if (of_account != NULL) {
		g_autofree char *since = g_strdup_printf("%" G_GINT64_FORMAT, of_account->since);
		consider(&search, since, of_account->kind, of_account->message, of_account->url,
		         of_account->since);
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
