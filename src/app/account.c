/* SPDX-License-Identifier: MIT */
/* An account at work: lock, journal, secrets and the remote behind it. */
#include "app/account.h"

#include "app/account_journal.h"
#include "app/paths.h"
#include "app/service.h"
#include "journal/records.h"
#include "stores/vdir.h"

#include <unistd.h>

const char *account_folder(const struct account_config *config, enum item_kind kind)
{
	return kind == ITEM_CONTACT ? config->contacts : config->calendar;
}

bool account_has_part(const struct account_config *config, enum part part)
{
	const bool is_off =
		(part == PART_CONTACTS && config->contacts_direction == DIRECTION_OFF) ||
		(part == PART_CALENDAR && config->calendar_direction == DIRECTION_OFF);
	return service_is_wanted(config, part) && !is_off;
}

gint64 account_interval(const struct account_config *config, enum part part)
{
	const gint64 intervals[] = {
		[PART_CONTACTS] = config->contacts_interval,
		[PART_CALENDAR] = config->calendar_interval,
		[PART_MESSAGES] = config->messages_interval,
	};
	return intervals[part];
}

/* ---- a journal to try on ---- */

static bool make_scratch(struct account *self, GError **error)
{
	g_autoptr(GError) why = NULL;
	self->scratch = g_dir_make_tmp("passerelle-XXXXXX", &why);
	if (self->scratch == NULL) {
		g_set_error(error, PASSERELLE_ERROR, PASSERELLE_ERROR_STORAGE,
		            "cannot make a temporary folder: %s", why->message);
	}
	return self->scratch != NULL;
}

/* What SQLite has not yet carried over stands in the -wal file; -shm is made anew. */
static bool copy_journal(const char *from, const char *to, GError **error)
{
	static const char *const suffixes[] = {"", "-wal"};
	for (guint i = 0; i < G_N_ELEMENTS(suffixes); i++) {
		g_autofree char *source = g_strconcat(from, suffixes[i], NULL);
		g_autofree char *target = g_strconcat(to, suffixes[i], NULL);
		g_autofree char *data = NULL;
		gsize size = 0;
		g_autoptr(GError) why = NULL;
		if (g_file_get_contents(source, &data, &size, &why) &&
		    g_file_set_contents_full(target, data, (gssize)size, G_FILE_SET_CONTENTS_NONE,
		                             0600, &why)) {
			continue;
		}
		if (!g_error_matches(why, G_FILE_ERROR, G_FILE_ERROR_NOENT)) {
			g_set_error(error, PASSERELLE_ERROR, PASSERELLE_ERROR_STORAGE,
			            "cannot copy the journal: %s", why->message);
			return false;
		}
	}
	return true;
}

static void remove_tree(const char *folder)
{
	g_autoptr(GDir) names = g_dir_open(folder, 0, NULL);
	const char *name = names != NULL ? g_dir_read_name(names) : NULL;
	for (; name != NULL; name = g_dir_read_name(names)) {
		g_autofree char *path = g_build_filename(folder, name, NULL);
		bool is_folder = g_file_test(path, G_FILE_TEST_IS_DIR) &&
		                 !g_file_test(path, G_FILE_TEST_IS_SYMLINK);
		if (is_folder) {
			remove_tree(path);
		} else {
			unlink(path);
		}
	}
	rmdir(folder);
}

static bool take_lock(struct account *self, GError **error)
{
	g_autofree char *path = paths_of_account(self->config->name, ".lock");
	if (!paths_make_state(error)) {
		return false;
	}
	self->lock = durable_lock_take(path, error);
	return self->lock != NULL;
}

static bool open_own(struct account *self, GError **error)
{
	self->journal = account_journal_open(self->config->name, &self->hold, error);
	return self->journal != NULL;
}

static bool open_copy(struct account *self, const char *path, GError **error)
{
	bool is_there = g_file_test(path, G_FILE_TEST_EXISTS);
	if ((is_there && !take_lock(self, error)) || !make_scratch(self, error)) {
		return false;
	}
	g_autofree char *copy = g_build_filename(self->scratch, "journal", NULL);
	if (copy_journal(path, copy, error)) {
		self->journal = journal_open(copy, JOURNAL_CREATE, error);
	}
	return self->journal != NULL;
}

struct account *account_open(const struct account_config *config, bool is_dry_run, GError **error)
{
	OWNED(account) self = g_new0(struct account, 1);
	self->config = config;
	self->connections = connections_new(config);
	g_autofree char *path = paths_of_account(config->name, ".journal");
	bool is_open = is_dry_run ? open_copy(self, path, error)
	                          : take_lock(self, error) && open_own(self, error);
	return is_open ? g_steal_pointer(&self) : NULL;
}

void account_close(struct account *self)
{
	if (self == NULL) {
		return;
	}
	g_clear_pointer(&self->connections, g_ptr_array_unref);
	journal_close(self->journal);
	durable_lock_release(self->lock);
	g_free(self->hold);
	if (self->scratch != NULL) {
		remove_tree(self->scratch);
		g_free(self->scratch);
	}
	g_free(self);
}

struct account *account_open_to_look(const struct account_config *config)
{
	struct account *self = g_new0(struct account, 1);
	g_autofree char *path = paths_of_account(config->name, ".journal");
	self->config = config;
	self->connections = connections_new(config);
	self->journal = journal_open(path, JOURNAL_READ_ONLY, NULL);
	return self;
}

static bool is_wanted(const struct connection *connection, const bool parts[HEALTH_PARTS])
{
	bool is_one = false;
	for (enum part part = 0; part < HEALTH_PARTS; part++) {
		is_one |= connection->serves[part] && parts[part];
	}
	return is_one;
}

void account_read_secrets(struct account *self, const bool parts[HEALTH_PARTS], bool needs_token)
{
	for (guint i = 0; i < self->connections->len; i++) {
		struct connection *connection = g_ptr_array_index(self->connections, i);
		connection->is_ready = is_wanted(connection, parts) &&
		                       connection_read_secrets(connection, needs_token);
	}
}

void account_connect(struct account *self, gint64 now)
{
	for (guint i = 0; i < self->connections->len; i++) {
		struct connection *connection = g_ptr_array_index(self->connections, i);
		if (connection->is_ready) {
			connection_open(connection, self->journal, self->is_full, now);
		}
	}
}

const char *account_token(const struct account *self)
{
	const char *token = NULL;
	for (guint i = 0; token == NULL && i < self->connections->len; i++) {
		const struct connection *connection = g_ptr_array_index(self->connections, i);
		token = connection->token;
	}
	return token;
}

struct connection *account_connection(const struct account *self, enum part part)
{
	return connections_find(self->connections, part);
}

/* A folder that held items and is no longer there (a disk that is not mounted) is not made anew:
 * that would read as a deletion. */
static bool is_folder_missed(struct journal *journal, const char *folder, enum item_kind kind,
                             GError **error)
{
	if (journal == NULL || g_file_test(folder, G_FILE_TEST_EXISTS)) {
		return false;
	}
	g_autoptr(GHashTable) known = sources_load(journal, kind, NULL);
	if (known == NULL || g_hash_table_size(known) == 0) {
		return false;
	}
	g_set_error(error, PASSERELLE_ERROR, PASSERELLE_ERROR_STORAGE,
	            "\"%s\" is gone, and %u files were in it; mount it, or make it anew if it is "
	            "meant to be empty",
	            folder, g_hash_table_size(known));
	return true;
}

/* Below folder for the collection of that name, folder itself where it has none. */
static char *path_of_collection(const char *folder, const char *name)
{
	return name != NULL ? g_build_filename(folder, name, NULL) : g_strdup(folder);
}

struct endpoint *account_open_collection(const struct account *self, enum item_kind kind,
                                         const char *path, const char *name,
                                         struct journal *journal, gint64 now, GError **error)
{
	if (is_folder_missed(journal, path, kind, error)) {
		return NULL;
	}
	g_autofree char *trash_folder =
		self->scratch != NULL
			? g_build_filename(self->scratch, "trash", item_kind_name(kind), NULL)
			: paths_trash(self->config->name, kind);
	g_autofree char *trash = path_of_collection(trash_folder, name);
	g_autofree char *empty = NULL;
	if (self->scratch != NULL && !g_file_test(path, G_FILE_TEST_IS_DIR)) {
		g_autofree char *folder =
			g_build_filename(self->scratch, item_kind_name(kind), NULL);
		path = empty = path_of_collection(folder, name);
	}
	const struct vdir_settings settings = {
		.folder = path,
		.trash = trash,
		.kind = kind,
		.now = now,
	};
	return vdir_open(&settings, error);
}

struct endpoint *account_open_folder(const struct account *self, enum item_kind kind, gint64 now,
                                     GError **error)
{
	return account_open_collection(self, kind, account_folder(self->config, kind), NULL,
	                               self->journal, now, error);
}
