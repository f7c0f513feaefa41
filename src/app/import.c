/* SPDX-License-Identifier: MIT */
/*
 * passerelle import: the items of .vcf and .ics files, one by one, into the folders of an account.
 */
#include "app/account.h"
#include "app/command.h"
#include "app/log.h"
#include "base/durable.h"
#include "base/limits.h"
#include "formats/icalendar.h"
#include "formats/vcard.h"
#include "stores/vdir.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const char usage[] = "ACCOUNT FILE…";
static const char summary[] =
	"Put the contacts and events of these files into the folders of an account.";

struct importer {
	const struct account_config *config;
	enum exit_status status;
	guint taken, known, refused;
};

static enum item_kind kind_of(const char *path)
{
	g_autofree char *lower = g_ascii_strdown(path, -1);
	if (g_str_has_suffix(lower, ".vcf")) {
		return ITEM_CONTACT;
	}
	return g_str_has_suffix(lower, ".ics") ? ITEM_EVENT : ITEM_KINDS;
}

static char *contact_uid(const char *text)
{
	OWNED(contact) contact = vcard_read(text, strlen(text), NULL, NULL);
	return contact != NULL ? g_strdup(contact->uid) : NULL;
}

static char *event_uid(const char *text)
{
	OWNED(calendar) calendar = calendar_read(text, strlen(text), NULL);
	return calendar != NULL ? g_strdup(calendar_uid(calendar)) : NULL;
}

/* An item without a UID is known by its text: importing the same file twice adds nothing. Owned. */
static char *identity_of(enum item_kind kind, const char *text)
{
	char *uid = kind == ITEM_CONTACT ? contact_uid(text) : event_uid(text);
	if (uid == NULL || uid[0] == '\0') {
		g_free(uid);
		uid = g_compute_checksum_for_string(G_CHECKSUM_SHA256, text, -1);
	}
	return uid;
}

/* The identities of what lies in the folder, under whatever file names. */
static GHashTable *read_known(const char *path, int folder, enum item_kind kind)
{
	GHashTable *known = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	g_autoptr(GDir) names = g_dir_open(path, 0, NULL);
	const char *name = names != NULL ? g_dir_read_name(names) : NULL;
	for (; name != NULL; name = g_dir_read_name(names)) {
		g_autoptr(GBytes) bytes =
			vdir_is_item_name(name, kind)
				? durable_read_at(folder, name, LIMIT_FILE_BYTES, NULL, NULL)
				: NULL;
		if (bytes != NULL) {
			const char *data = g_bytes_get_data(bytes, NULL);
			g_hash_table_add(known, identity_of(kind, data != NULL ? data : ""));
		}
	}
	return known;
}

/* The name of a new file; where another item has taken it, one that nobody has. */
static char *free_name(int folder, const char *uid, enum item_kind kind)
{
	g_autofree char *name = vdir_safe_name(uid, kind);
	g_autofree char *there = durable_revision_at(folder, name);
	if (there == NULL) {
		return g_steal_pointer(&name);
	}
	g_autofree char *digest = g_compute_checksum_for_string(G_CHECKSUM_SHA256, uid, -1);
	return vdir_safe_name(digest, kind);
}

static void import_text(struct importer *self, int folder, GHashTable *known, enum item_kind kind,
                        const char *text)
{
	g_autoptr(GError) error = NULL;
	g_autofree char *uid = identity_of(kind, text);
	if (g_hash_table_contains(known, uid)) {
		self->known++;
		log_say(LOG_LEVEL_INFO, self->config->name, "\"%s\" is there already", uid);
		return;
	}
	g_autofree char *name = free_name(folder, uid, kind);
	if (durable_replace_at(folder, name, text, strlen(text), 0600, NULL, NULL, &error)) {
		g_hash_table_add(known, g_steal_pointer(&uid));
		self->taken++;
	} else {
		self->refused++;
		self->status =
			exit_status_worse(self->status, command_failed(self->config->name, error));
	}
}

/* Read first: cutting alone would put BEGIN and END around anything. */
static GPtrArray *split_cards(const char *data, gsize size, GError **error)
{
	OWNED(contact) contact = vcard_read(data, size, NULL, error);
	return contact != NULL ? vcard_split(data, size, error) : NULL;
}

static GPtrArray *read_items(const char *path, enum item_kind kind, GError **error)
{
	g_autofree char *data = NULL;
	gsize size = 0;
	g_autoptr(GError) why = NULL;
	if (!g_file_get_contents(path, &data, &size, &why)) {
		g_set_error(error, PASSERELLE_ERROR, PASSERELLE_ERROR_INPUT, "%s", why->message);
		return NULL;
	}
	GPtrArray *texts = kind == ITEM_CONTACT ? split_cards(data, size, error)
	                                        : calendar_split(data, size, error);
	if (texts == NULL) {
		g_prefix_error(error, "\"%s\": ", path);
	} else if (texts->len == 0) {
		g_set_error(error, PASSERELLE_ERROR, PASSERELLE_ERROR_INPUT,
		            "\"%s\": there is no item in it", path);
		g_clear_pointer(&texts, g_ptr_array_unref);
	}
	return texts;
}

static bool import_file(struct importer *self, const char *path, GError **error)
{
	enum item_kind kind = kind_of(path);
	if (kind == ITEM_KINDS) {
		g_set_error(error, PASSERELLE_ERROR, PASSERELLE_ERROR_INPUT,
		            "\"%s\" ends neither with .vcf nor with .ics", path);
		return false;
	}
	const char *folder = account_folder(self->config, kind);
	if (folder == NULL) {
		g_set_error(error, PASSERELLE_ERROR, PASSERELLE_ERROR_CONFIG,
		            "\"%s\": the configuration names no folder of %s", path,
		            item_kind_name(kind));
		return false;
	}
	g_autoptr(GPtrArray) texts = read_items(path, kind, error);
	int descriptor = texts != NULL && durable_make_folder(folder, 0700, error)
	                         ? durable_open_folder(folder, error)
	                         : -1;
	if (descriptor >= 0) {
		g_autoptr(GHashTable) known = read_known(folder, descriptor, kind);
		for (guint i = 0; i < texts->len; i++) {
			import_text(self, descriptor, known, kind, g_ptr_array_index(texts, i));
		}
		close(descriptor);
	}
	return descriptor >= 0;
}

enum exit_status command_import(struct invocation *invocation, int argc, char **argv)
{
	g_auto(GStrv) words = NULL;
	enum exit_status status = EXIT_DONE;
	if (!command_options(NULL, usage, summary, argc, argv, &words, &status)) {
		return status;
	}
	if (g_strv_length(words) < 2) {
		return command_misused("import takes an account and files");
	}
	struct importer importer = {.config = command_account(invocation, words[0])};
	if (importer.config == NULL) {
		return EXIT_BAD_USAGE;
	}
	for (guint i = 1; words[i] != NULL; i++) {
		g_autoptr(GError) error = NULL;
		if (!import_file(&importer, words[i], &error)) {
			importer.status = exit_status_worse(
				importer.status, command_failed(importer.config->name, error));
		}
	}
	if (invocation->verbosity >= 0) {
		printf("%s: %u taken, %u there already, %u not taken\n", importer.config->name,
		       importer.taken, importer.known, importer.refused);
	}
	return importer.status;
}
