/* SPDX-License-Identifier: MIT */
/*
 * passerelle import: the items of .vcf and .ics files, one by one, into the folders of an account.
 */
#include "app/account.h"
#include "app/command.h"
#include "app/exports.h"
#include "app/folders.h"
#include "app/import_index.h"
#include "app/log.h"
#include "app/paths.h"
#include "app/progress.h"
#include "base/limits.h"
#include "formats/icalendar.h"
#include "formats/pieces.h"
#include "formats/vcard.h"
#include "status/words.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define NAME_CHARACTERS 80
#define STANDARD_INPUT  "-"

static const char usage[] = "ACCOUNT FILE…";
static const char summary[] =
	"Put the contacts and events of these files (- is standard input) into the folders of an "
	"account.";

struct importer {
	const struct account_config *config;
	bool is_dry_run, is_quiet;
	const char *collection;  /* NULL = none was named */
	struct journal *journal; /* nullable: only looked into */
	struct import_index *known[ITEM_KINDS];
	struct endpoint *folders[ITEM_KINDS];
	bool is_stopped; /* the disk takes no more */
	enum exit_status status;
	guint taken, same, different, refused;
};

/* Where an item stands in the file that is read. */
struct position {
	const char *file;
	guint item;
	unsigned line;
	enum item_kind kind;
};

/* ---- what is told ---- */

/* On standard output with the name; the log, which others may read, gets only what went wrong. */
static void tell(const struct importer *self, const struct position *position, const char *name,
                 const char *what, const char *detail)
{
	if (self->is_quiet) {
		return;
	}
	progress_clear();
	g_autofree char *file = words_clean(position->file, NAME_CHARACTERS);
	g_autofree char *clean = words_clean(name, NAME_CHARACTERS);
	printf("%s: item %u, line %u%s%s%s: %s%s\n", file, position->item, position->line,
	       clean[0] != '\0' ? ", \"" : "", clean, clean[0] != '\0' ? "\"" : "", what, detail);
}

static void refuse(struct importer *self, const struct position *position, const char *name,
                   const char *reason)
{
	self->refused++;
	if (self->is_quiet) {
		log_say(LOG_LEVEL_ERROR, self->config->name, "%s: item %u, line %u: not taken: %s",
		        position->file, position->item, position->line, reason);
	}
	tell(self, position, name, "not taken: ", reason);
}

/* ---- one item ---- */

/* The text of one item as a file of its own holds it. */
static char *text_of(const struct pieces *pieces, guint index, GError **error)
{
	const struct piece *piece = pieces_get(pieces, index);
	if (piece->flaw != NULL) {
		g_set_error_literal(error, PASSERELLE_ERROR, PASSERELLE_ERROR_INPUT, piece->flaw);
		return NULL;
	}
	gsize size = 0;
	g_autoptr(GBytes) bytes = pieces_text(pieces, index);
	const char *data = g_bytes_get_data(bytes, &size);
	if (size > LIMIT_FILE_BYTES) {
		g_set_error(error, PASSERELLE_ERROR, PASSERELLE_ERROR_INPUT,
		            "it has more than %d bytes", LIMIT_FILE_BYTES);
		return NULL;
	}
	g_autoptr(GPtrArray) texts = piece->kind == ITEM_CONTACT
	                                     ? vcard_split(data, size, error)
	                                     : calendar_split(data, size, error);
	if (texts != NULL && texts->len != 1) {
		g_set_error_literal(error, PASSERELLE_ERROR, PASSERELLE_ERROR_INPUT,
		                    "it is not one item");
	}
	return texts != NULL && texts->len == 1 ? g_strdup(g_ptr_array_index(texts, 0)) : NULL;
}

/* What is known of that folder; NULL = nothing. */
static struct journal *section_of(const struct importer *self, enum item_kind kind)
{
	if (self->collection == NULL || self->journal == NULL) {
		return self->journal;
	}
	g_autofree char *name = g_strdup_printf("%s/%s", item_kind_name(kind), self->collection);
	return journal_section(self->journal, name, NULL);
}

/* Opened when the first item comes: a folder of which nothing is wanted is not made. */
static struct endpoint *folder_of(struct importer *self, enum item_kind kind, GError **error)
{
	if (self->folders[kind] == NULL) {
		const struct account account = {.config = self->config, .journal = self->journal};
		const gint64 now = g_get_real_time() / G_USEC_PER_SEC;
		g_autofree char *path = folders_path(self->config, kind, self->collection);
		self->folders[kind] = account_open_collection(
			&account, kind, path, self->collection, section_of(self, kind), now, error);
	}
	return self->folders[kind];
}

/* As a sync would write it: whole or not at all, over no other file. An item without a UID is named
 * after its content. */
static bool write_item(struct importer *self, const struct position *position, struct known *item,
                       const char *text, GError **error)
{
	struct endpoint *folder = folder_of(self, position->kind, error);
	if (folder == NULL) {
		return false;
	}
	g_autoptr(GPtrArray) changes = g_ptr_array_new_with_free_func((GDestroyNotify)change_free);
	struct change *change = change_new(item->uid != NULL ? item->uid : item->content, NULL);
	change->text = g_strdup(text);
	g_ptr_array_add(changes, change);
	if (!folder->functions->create(folder, changes, error)) {
		return false;
	}
	if (change->ref == NULL) {
		g_propagate_error(error, g_steal_pointer(&change->error));
		return false;
	}
	item->where = g_strdup(change->ref);
	return true;
}

static void take(struct importer *self, const struct position *position, struct known *item_taken,
                 const char *text)
{
	g_autoptr(GError) error = NULL;
	if (self->is_dry_run) {
		item_taken->where = g_strdup_printf("item %u", position->item);
		tell(self, position, item_taken->name, "would be taken", "");
	} else if (write_item(self, position, item_taken, text, &error)) {
		tell(self, position, item_taken->name, "taken as ", item_taken->where);
	} else {
		refuse(self, position, item_taken->name, error->message);
		self->status = exit_status_worse(self->status, exit_status_of(error));
		self->is_stopped = passerelle_error_is_of_storage(error);
		known_free(item_taken);
		return;
	}
	self->taken++;
	import_index_add(self->known[position->kind], item_taken);
}

static void import_piece(struct importer *self, const struct position *position,
                         const struct pieces *pieces, guint index)
{
	g_autoptr(GError) error = NULL;
	const struct known *other = NULL;
	g_autofree char *text = text_of(pieces, index, &error);
	OWNED(known)
	item = text != NULL ? known_read(position->kind, text, self->config->timezone, &error)
	                    : NULL;
	if (item == NULL) {
		refuse(self, position, NULL, error->message);
		return;
	}
	switch (import_index_find(self->known[position->kind], item, &other)) {
	case LIKENESS_SAME:
		self->same++;
		tell(self, position, item->name, "is there already: ", other->where);
		break;
	case LIKENESS_OTHER_TEXT:
		self->different++;
		tell(self, position, item->name,
		     "not taken: it stands there with other content: ", other->where);
		break;
	default:
		take(self, position, g_steal_pointer(&item), text);
	}
}

/* ---- files ---- */

static GBytes *read_descriptor(int file, GError **error)
{
	g_autoptr(GByteArray) bytes = g_byte_array_new();
	guint8 buffer[64 * 1024];
	for (;;) {
		const gssize got = read(file, buffer, sizeof buffer);
		if (got < 0 && errno == EINTR) {
			continue;
		}
		if (got < 0 || bytes->len + (gsize)MAX(got, 0) > LIMIT_IMPORT_BYTES) {
			g_set_error(error, PASSERELLE_ERROR, PASSERELLE_ERROR_INPUT, "%s",
			            got < 0 ? g_strerror(errno) : "it is too large");
			return NULL;
		}
		if (got == 0) {
			return g_byte_array_free_to_bytes(g_steal_pointer(&bytes));
		}
		g_byte_array_append(bytes, buffer, (guint)got);
	}
}

static GBytes *read_file(const char *path, GError **error)
{
	if (strcmp(path, STANDARD_INPUT) == 0) {
		return read_descriptor(STDIN_FILENO, error);
	}
	const int file = open(path, O_RDONLY | O_CLOEXEC);
	if (file < 0) {
		g_set_error(error, PASSERELLE_ERROR, PASSERELLE_ERROR_INPUT, "%s",
		            g_strerror(errno));
		return NULL;
	}
	GBytes *bytes = read_descriptor(file, error);
	close(file);
	return bytes;
}

/* A file that says what it is holds nothing else; any other may hold both. */
static bool may_hold(const char *path, enum item_kind kind)
{
	g_autofree char *lower = g_ascii_strdown(path, -1);
	return !g_str_has_suffix(lower, kind == ITEM_CONTACT ? ".ics" : ".vcf");
}

/* A folder of another name would be one that no collection belongs to. */
static bool is_there(const struct importer *self, enum item_kind kind)
{
	g_autofree char *path = folders_path(self->config, kind, self->collection);
	return folders_is_name(self->collection) && g_file_test(path, G_FILE_TEST_IS_DIR);
}

/* Of several folders one has to be named, of one none. */
static bool has_place(const struct importer *self, enum item_kind kind, GError **error)
{
	const bool has_several = folders_collections(self->config, kind) != NULL;
	g_auto(GStrv) names = folders_names(self->config, kind);
	const bool is_one =
		self->collection != NULL &&
		(folders_are_all(self->config, kind)
	                 ? is_there(self, kind)
	                 : g_strv_contains((const char *const *)names, self->collection));
	if (has_several ? is_one : self->collection == NULL) {
		return true;
	}
	g_set_error(error, PASSERELLE_ERROR, PASSERELLE_ERROR_USAGE,
	            !has_several ? "the account has one folder of %s: --collection names none"
	            : self->collection == NULL
	                    ? "the account has several folders of %s: name one by --collection"
	                    : "no chosen collection of %s has that name",
	            item_kind_name(kind));
	return false;
}

/* The folder of every kind that stands in the file must be known before one item is taken. */
static bool has_folders(struct importer *self, const struct pieces *pieces, const char *path,
                        GError **error)
{
	guint counts[ITEM_KINDS] = {0};
	for (guint i = 0; i < pieces_count(pieces); i++) {
		const enum item_kind kind = pieces_get(pieces, i)->kind;
		counts[kind] += may_hold(path, kind);
	}
	if (counts[ITEM_CONTACT] + counts[ITEM_EVENT] == 0) {
		g_set_error_literal(error, PASSERELLE_ERROR, PASSERELLE_ERROR_INPUT,
		                    "there is no contact and no event in it");
		return false;
	}
	for (enum item_kind kind = 0; kind < ITEM_KINDS; kind++) {
		if (counts[kind] > 0 && !has_place(self, kind, error)) {
			return false;
		}
		if (counts[kind] > 0 && account_folder(self->config, kind) == NULL) {
			g_set_error(error, PASSERELLE_ERROR, PASSERELLE_ERROR_CONFIG,
			            "the configuration names no folder of %s",
			            item_kind_name(kind));
			return false;
		}
		if (counts[kind] > 0 && self->known[kind] == NULL) {
			self->known[kind] = import_index_new();
			g_autofree char *folder =
				folders_path(self->config, kind, self->collection);
			import_index_read(self->known[kind], folder, kind, self->config->timezone);
		}
	}
	return true;
}

static bool import_file(struct importer *self, const char *path, GError **error)
{
	g_autoptr(GBytes) bytes = read_file(path, error);
	OWNED(pieces)
	pieces = bytes != NULL
	                 ? pieces_cut(g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes), error)
	                 : NULL;
	if (pieces == NULL || !has_folders(self, pieces, path, error)) {
		return false;
	}
	for (guint i = 0; i < pieces_count(pieces) && !self->is_stopped; i++) {
		const struct piece *piece = pieces_get(pieces, i);
		const struct position position = {path, i + 1, piece->line, piece->kind};
		if (may_hold(path, piece->kind)) {
			import_piece(self, &position, pieces, i);
			progress_show(self->config->name, "importing", i + 1, pieces_count(pieces));
		}
	}
	return true;
}

static void import_all(struct importer *self, char *const *paths)
{
	bool has_failed = false;
	for (; *paths != NULL && !self->is_stopped; paths++) {
		g_autoptr(GError) error = NULL;
		if (import_file(self, *paths, &error)) {
			continue;
		}
		g_prefix_error(&error, "\"%s\": ", *paths);
		const enum exit_status status = command_failed(self->config->name, error);
		has_failed = true;
		self->status = status == EXIT_BAD_INPUT ? self->status
		                                        : exit_status_worse(self->status, status);
	}
	const bool has_read = self->taken + self->same + self->different > 0;
	if (!has_read && (has_failed || self->refused > 0)) {
		self->status = exit_status_worse(self->status, EXIT_BAD_INPUT);
	} else if (has_failed || self->refused + self->different > 0) {
		self->status = exit_status_worse(self->status, EXIT_HELD);
	}
}

/* Where no service runs, the next cycle may be far away. */
static void refresh_exports(struct importer *self)
{
	for (enum item_kind kind = 0; kind < ITEM_KINDS; kind++) {
		g_autoptr(GError) error = NULL;
		if (self->folders[kind] != NULL && !exports_write_now(self->config, kind, &error)) {
			self->status = exit_status_worse(self->status,
			                                 command_failed(self->config->name, error));
		}
	}
}

static void clear(struct importer *self)
{
	for (enum item_kind kind = 0; kind < ITEM_KINDS; kind++) {
		import_index_free(self->known[kind]);
		if (self->folders[kind] != NULL) {
			self->folders[kind]->functions->close(self->folders[kind]);
		}
	}
	journal_close(self->journal);
}

enum exit_status command_import(struct invocation *invocation, int argc, char **argv)
{
	gboolean is_dry_run = FALSE;
	g_autofree char *collection = NULL;
	const GOptionEntry entries[] = {
		{"dry-run", 'n', 0, G_OPTION_ARG_NONE, &is_dry_run,
	         "Print what would be taken, and do nothing", NULL},
		{"collection", 0, 0, G_OPTION_ARG_STRING, &collection,
	         "Which address book or calendar, where the account has several", "NAME"},
		G_OPTION_ENTRY_NULL,
	};
	g_auto(GStrv) words = NULL;
	enum exit_status status = EXIT_DONE;
	if (!command_options(entries, usage, summary, argc, argv, &words, &status)) {
		return status;
	}
	if (g_strv_length(words) < 2) {
		return command_misused("import takes an account and files");
	}
	const struct account_config *config = command_account(invocation, words[0]);
	if (config == NULL) {
		return EXIT_BAD_USAGE;
	}
	g_autofree char *journal = paths_of_account(config->name, ".journal");
	struct importer importer = {.config = config,
	                            .is_dry_run = is_dry_run,
	                            .collection = collection,
	                            .is_quiet = invocation->verbosity < 0,
	                            .journal = journal_open(journal, JOURNAL_READ_ONLY, NULL)};
	progress_enable(!importer.is_quiet);
	import_all(&importer, words + 1);
	refresh_exports(&importer);
	progress_clear();
	if (!importer.is_quiet) {
		printf("%s: %u %s, %u there already, %u differ, %u not taken\n", config->name,
		       importer.taken, is_dry_run ? "would be taken" : "taken", importer.same,
		       importer.different, importer.refused);
	}
	clear(&importer);
	return importer.status;
}
