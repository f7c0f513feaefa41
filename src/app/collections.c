/* SPDX-License-Identifier: MIT */
/* passerelle collections: which address books and calendars the services of an account have. */
#include "app/command.h"
#include "app/folders.h"
#include "app/interrupt.h"
#include "app/oauth.h"
#include "app/places.h"
#include "app/service.h"
#include "status/words.h"

#include <stdio.h>
#include <string.h>

#define NAME_CHARACTERS 60

static const char usage[] = "ACCOUNT";
static const char summary[] =
	"List the address books and calendars that are there; * is kept in step with a folder.";

static bool is_chosen(const struct account_config *config, enum item_kind kind, const char *name,
                      guint count)
{
	if (folders_collections(config, kind) == NULL) {
		return count == 1;
	}
	g_auto(GStrv) names = folders_names(config, kind);
	return folders_are_all(config, kind) || g_strv_contains((const char *const *)names, name);
}

static void print(const struct account_config *config, enum item_kind kind,
                  const struct collection *collection, guint count)
{
	g_autofree char *name = words_clean(collection->name, NAME_CHARACTERS);
	g_autofree char *shown = words_clean(
		collection->display_name != NULL ? collection->display_name : "", NAME_CHARACTERS);
	printf("  %c %-9s %s%s%s%s%s%s%s\n",
	       is_chosen(config, kind, collection->name, count) ? '*' : ' ', item_kind_name(kind),
	       name, shown[0] != '\0' ? " (" : "", shown, shown[0] != '\0' ? ")" : "",
	       collection->color != NULL ? " " : "",
	       collection->color != NULL ? collection->color : "",
	       collection->is_read_only ? " read-only" : "");
}

static bool list_part(const struct account *account, enum part part, GError **error)
{
	const enum item_kind kind = part == PART_CONTACTS ? ITEM_CONTACT : ITEM_EVENT;
	const struct connection *connection = account_connection(account, part);
	if (connection == NULL) {
		return true;
	}
	if (connection->remote == NULL) {
		g_propagate_error(error, g_error_copy(connection->error));
		return false;
	}
	g_autoptr(GError) why = NULL;
	g_autoptr(GPtrArray) collections = places_list(account, part, &why);
	if (passerelle_error_is(why, PASSERELLE_ERROR_UNSUPPORTED)) {
		printf("  * %-9s one, without a name\n", item_kind_name(kind));
		return true;
	}
	if (collections == NULL) {
		if (passerelle_error_is(why, PASSERELLE_ERROR_AUTH) && connection->bearer != NULL) {
			oauth_distrust(account->config, connection->bearer,
			               g_get_real_time() / G_USEC_PER_SEC);
		}
		g_propagate_error(error, g_steal_pointer(&why));
		return false;
	}
	for (guint i = 0; i < collections->len; i++) {
		print(account->config, kind, g_ptr_array_index(collections, i), collections->len);
	}
	return true;
}

static enum exit_status list(const struct account_config *config)
{
	const gint64 now = g_get_real_time() / G_USEC_PER_SEC;
	bool parts[HEALTH_PARTS] = {false};
	for (enum part part = PART_CONTACTS; part <= PART_CALENDAR; part++) {
		parts[part] = service_is_wanted(config, part);
	}
	enum exit_status status = EXIT_DONE;
	interrupt_install();
	OWNED(account) account = account_open_to_look(config);
	account->is_full = true;
	account_read_secrets(account, parts, true);
	account_connect(account, now);
	printf("%s:\n", config->name);
	for (enum part part = PART_CONTACTS; part <= PART_CALENDAR; part++) {
		g_autoptr(GError) error = NULL;
		if (parts[part] && !list_part(account, part, &error)) {
			status = exit_status_worse(status, command_failed(config->name, error));
		}
	}
	return status;
}

enum exit_status command_collections(struct invocation *invocation, int argc, char **argv)
{
	g_auto(GStrv) words = NULL;
	enum exit_status status = EXIT_DONE;
	if (!command_options(NULL, usage, summary, argc, argv, &words, &status)) {
		return status;
	}
	if (g_strv_length(words) != 1) {
		return command_misused("collections takes one account");
	}
	const struct account_config *config = command_account(invocation, words[0]);
	return config != NULL ? list(config) : EXIT_BAD_USAGE;
}
