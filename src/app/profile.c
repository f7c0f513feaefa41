/* SPDX-License-Identifier: MIT */
/* The file with the person's own card, as the service tells it. */
#include "app/profile.h"

#include "app/interrupt.h"
#include "app/log.h"
#include "app/paths.h"
#include "base/limits.h"
#include "formats/vcard.h"
#include "stores/trash.h"

#include <fcntl.h>
#include <jansson.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MEMORY_KEY "app.profile"

#define DAY        (24 * 60 * 60)
#define AFTER_FAIL (60 * 60)
#define AFTER_AWAY (15 * 60) /* the network comes back by itself */

#define NEW_FILE_MODE 0600

/* What the journal remembers from one time to the next. */
struct memory {
	gint64 next;    /* when it is due; 0 = at once */
	bool is_failed; /* the last time */
	char *path;     /* of the file that was written last; NULL = none */
	char *digest;   /* SHA-256 of its text */
};

static void memory_clear(struct memory *self)
{
	g_free(self->path);
	g_free(self->digest);
}

static void memory_load(struct memory *self, struct journal *journal)
{
	g_autofree char *text = journal_memory_get(journal, MEMORY_KEY, NULL);
	json_t *root = text != NULL ? json_loads(text, JSON_REJECT_DUPLICATES, NULL) : NULL;
	self->next = json_integer_value(json_object_get(root, "next"));
	self->is_failed = json_is_true(json_object_get(root, "failed"));
	self->path = g_strdup(json_string_value(json_object_get(root, "path")));
	self->digest = g_strdup(json_string_value(json_object_get(root, "digest")));
	json_decref(root);
}

static bool memory_save(const struct memory *self, struct journal *journal, GError **error)
{
	json_t *root = json_pack("{s:I, s:b, s:s*, s:s*}", "next", (json_int_t)self->next, "failed",
	                         self->is_failed, "path", self->path, "digest", self->digest);
	char *text = json_dumps(root, JSON_COMPACT);
	json_decref(root);
	const bool is_saved = journal_memory_set(journal, MEMORY_KEY, text, error);
	free(text);
	return is_saved;
}

static bool is_due(const struct memory *memory, const char *path, const struct sync_wish *wish,
                   gint64 now)
{
	const bool is_missing =
		g_strcmp0(memory->path, path) != 0 || !g_file_test(path, G_FILE_TEST_EXISTS);
	return wish->is_full || wish->is_for_profile ||
	       (!wish->is_for_service && memory->is_failed) || /* a person waits */
	       (is_missing && !memory->is_failed) || memory->next <= now ||
	       memory->next - now > DAY; /* the clock went back */
}

/* ---- the file ---- */

static char *digest_of(const void *data, gsize size)
{
	return g_compute_checksum_for_data(G_CHECKSUM_SHA256, data, size);
}

static bool keep_in_trash(const char *account, const char *name, GBytes *data, gint64 now,
                          GError **error)
{
	g_autofree char *state = paths_state();
	g_autofree char *path = g_build_filename(state, "trash", account, "profile", NULL);
	if (!durable_make_folder(path, 0700, error)) {
		return false;
	}
	const int trash = durable_open_folder(path, error);
	const bool is_kept = trash >= 0 && trash_keep_at(trash, name, data, now, error);
	if (trash >= 0) {
		close(trash);
	}
	return is_kept;
}

/* What a file holds is read with its mark: an edit made since then wins. */
static bool replace_in(int folder, const char *name, const char *text, const char *digest,
                       const struct account *account, gint64 now, GError **error)
{
	g_autoptr(GError) failure = NULL;
	g_autofree char *revision = NULL;
	const gsize size = strlen(text);
	g_autoptr(GBytes) present =
		durable_read_at(folder, name, LIMIT_FILE_BYTES, &revision, &failure);
	if (present == NULL && !passerelle_error_is(failure, PASSERELLE_ERROR_NOT_FOUND)) {
		g_propagate_error(error, g_steal_pointer(&failure));
		return false;
	}
	if (present != NULL) {
		gsize present_size = 0;
		const void *bytes = g_bytes_get_data(present, &present_size);
		if (present_size == size && memcmp(bytes, text, size) == 0) {
			return true;
		}
		g_autofree char *found = digest_of(bytes, present_size);
		if (g_strcmp0(found, digest) != 0 &&
		    !keep_in_trash(account->config->name, name, present, now, error)) {
			return false;
		}
	}
	struct stat about;
	const mode_t mode = fstatat(folder, name, &about, AT_SYMLINK_NOFOLLOW) == 0
	                            ? about.st_mode & 0777
	                            : NEW_FILE_MODE;
	return durable_replace_at(folder, name, text, size, mode, revision, NULL, error);
}

static bool write_card(const struct account *account, struct memory *memory, const char *text,
                       gint64 now, GError **error)
{
	const char *path = account->config->profile;
	g_autofree char *around = g_path_get_dirname(path);
	g_autofree char *name = g_path_get_basename(path);
	if (!durable_make_folder(around, 0700, error)) {
		return false;
	}
	const int folder = durable_open_folder(around, error);
	if (folder < 0) {
		return false;
	}
	const bool is_ours = g_strcmp0(memory->path, path) == 0;
	const bool is_written = replace_in(folder, name, text, is_ours ? memory->digest : NULL,
	                                   account, now, error);
	close(folder);
	if (is_written) {
		g_free(memory->path);
		g_free(memory->digest);
		memory->path = g_strdup(path);
		memory->digest = digest_of(text, strlen(text));
	}
	return is_written;
}

/* ---- the whole ---- */

static bool refresh(const struct account *account, struct memory *memory, gint64 now,
                    GError **error)
{
	const struct connection *connection = account_connection(account, PART_PROFILE);
	if (connection == NULL) {
		g_set_error(error, PASSERELLE_ERROR, PASSERELLE_ERROR_UNSUPPORTED,
		            "profile: the service tells nothing of you");
		return false;
	}
	OWNED(profile) profile = connection->driver->read_profile(connection->remote, error);
	if (profile == NULL) {
		return false;
	}
	if (profile->withheld[0] != NULL) {
		g_autofree char *names = g_strjoinv(", ", profile->withheld);
		log_say(LOG_LEVEL_INFO, account->config->name,
		        "profile: you have not allowed %s: left out", names);
	}
	g_autofree char *text =
		vcard_write(profile->contact, (unsigned)account->config->vcard_version);
	const bool is_written = write_card(account, memory, text, now, error);
	if (!is_written) {
		g_prefix_error(error, "profile: ");
	}
	return is_written;
}

/* Of the network and of the token the other parts tell, and when they are well again. */
static void judge(const struct account *account, const GError *error, gint64 now,
                  struct part_health *health)
{
	if (!passerelle_error_is(error, PASSERELLE_ERROR_NETWORK) &&
	    !passerelle_error_is(error, PASSERELLE_ERROR_AUTH)) {
		health_set_error(health, account->config, PART_PROFILE, error, now);
	}
}

static gint64 next_after(const GError *error, gint64 now)
{
	return error == NULL                                              ? now + DAY
	       : passerelle_error_is(error, PASSERELLE_ERROR_AUTH)        ? now
	       : passerelle_error_is(error, PASSERELLE_ERROR_NETWORK)     ? now + AFTER_AWAY
	       : passerelle_error_is(error, PASSERELLE_ERROR_UNSUPPORTED) ? now + DAY
	                                                                  : now + AFTER_FAIL;
}

/* The card has no time of its own. Another service's sign-in is none of its concerns. */
static bool is_wanted(const struct account *account, const struct sync_wish *wish,
                      const struct cycle_end *end)
{
	const struct connection *connection = account_connection(account, PART_PROFILE);
	enum part first = PARTS;
	for (enum part part = PARTS; part-- > 0;) {
		if (connection != NULL && connection->serves[part] && end->parts[part].is_told &&
		    end->parts[part].end == PART_LOGIN) {
			return false;
		}
		first = account_has_part(account->config, part) ? part : first;
	}
	return connection != NULL && connection->remote != NULL && !wish->is_dry_run &&
	       !interrupt_is_raised() &&
	       (wish->is_for_profile || (first < PARTS && wish->wants[first]));
}

static enum exit_status refresh_due(struct account *account, struct memory *memory, gint64 now,
                                    struct part_health *health)
{
	const char *name = account->config->name;
	enum exit_status status = EXIT_DONE;
	g_autoptr(GError) error = NULL;
	g_autoptr(GError) forgotten = NULL;
	refresh(account, memory, now, &error);
	memory->is_failed = error != NULL;
	memory->next = next_after(error, now);
	if (error != NULL && !interrupt_is_raised()) {
		log_say(LOG_LEVEL_ERROR, name, "%s", error->message);
		status = exit_status_of(error);
	}
	judge(account, error, now, health);
	if (!memory_save(memory, account->journal, &forgotten)) {
		log_say(LOG_LEVEL_ERROR, name, "journal: %s", forgotten->message);
		status = exit_status_worse(status, exit_status_of(forgotten));
	}
	return status;
}

enum exit_status profile_refresh(struct account *account, const struct sync_wish *wish,
                                 const struct cycle_end *end, gint64 now, struct health *health)
{
	const char *path = account->config->profile;
	struct part_health *own = &health->parts[PART_PROFILE];
	enum exit_status status = EXIT_DONE;
	if (path == NULL) {
		health_set(own, STATUS_OK, NULL, NULL, NULL, now);
	} else if (is_wanted(account, wish, end)) {
		struct memory memory = {0};
		memory_load(&memory, account->journal);
		if (is_due(&memory, path, wish, now)) {
			status = refresh_due(account, &memory, now, own);
		}
		memory_clear(&memory);
	}
	return status;
}
