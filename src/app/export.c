/* SPDX-License-Identifier: MIT */
/* passerelle export: all contacts or events of an account as one text. */
#include "app/account.h"
#include "app/command.h"
#include "app/folders.h"
#include "app/log.h"
#include "stores/export.h"

#include <stdio.h>
#include <string.h>

static const char usage[] = "ACCOUNT contacts|calendar [FILE]";
static const char summary[] =
	"Write all contacts or events of an account to FILE, or to standard output.";

static enum exit_status export_kind(const struct account_config *config, enum item_kind kind,
                                    const char *path)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GPtrArray) problems = g_ptr_array_new_with_free_func(g_free);
	g_auto(GStrv) folders = folders_of(config, kind);
	if (account_folder(config, kind) == NULL) {
		return command_misused("%s: the configuration names no folder of %s", config->name,
		                       item_kind_name(kind));
	}
	if (path != NULL) {
		export_write((const char *const *)folders, kind, path, problems, &error);
	} else {
		g_autofree char *text =
			export_text((const char *const *)folders, kind, problems, &error);
		fputs(text != NULL ? text : "", stdout);
	}
	for (guint i = 0; i < problems->len; i++) {
		log_say(LOG_LEVEL_WARNING, config->name, "left out: %s",
		        (const char *)g_ptr_array_index(problems, i));
	}
	if (error != NULL) {
		return command_failed(config->name, error);
	}
	return problems->len > 0 ? EXIT_HELD : EXIT_DONE;
}

enum exit_status command_export(struct invocation *invocation, int argc, char **argv)
{
	g_auto(GStrv) words = NULL;
	enum exit_status status = EXIT_DONE;
	if (!command_options(NULL, usage, summary, argc, argv, &words, &status)) {
		return status;
	}
	guint count = g_strv_length(words);
	enum item_kind kind = 0;
	while (count >= 2 && kind < ITEM_KINDS && strcmp(words[1], item_kind_name(kind)) != 0) {
		kind++;
	}
	if (count < 2 || count > 3 || kind == ITEM_KINDS) {
		return command_misused(
			"export takes an account, \"contacts\" or \"calendar\", and a file");
	}
	const struct account_config *config = command_account(invocation, words[0]);
	return config != NULL ? export_kind(config, kind, words[2]) : EXIT_BAD_USAGE;
}
