/* SPDX-License-Identifier: MIT */
/* A whole bridge for tests: a folder, a journal, and a remote of either driver. */
#include "fakes/bridge.h"

#include "base/durable.h"
#include "fakes/memory_remote.h"
#include "remotes/orange/orange.h"
#include "stores/vdir.h"

#include <gio/gio.h>
#include <glib/gstdio.h>
#include <jansson.h>
#include <string.h>

struct bridge *bridge_new(enum bridge_remote remote, const struct emulator_options *options)
{
	struct bridge *self = g_new0(struct bridge, 1);
	self->remote = remote;
	self->root = g_dir_make_tmp("passerelle-test-XXXXXX", NULL);
	self->contacts = g_build_filename(self->root, "contacts", NULL);
	self->calendar = g_build_filename(self->root, "calendar", NULL);
	self->trash = g_build_filename(self->root, "trash", NULL);
	self->journal = g_build_filename(self->root, "test.journal", NULL);
	self->now = g_get_real_time() / G_USEC_PER_SEC;
	self->since = self->now;
	g_mkdir(self->contacts, 0700);
	g_mkdir(self->calendar, 0700);
	if (remote == BRIDGE_ORANGE) {
		static const struct emulator_options none;
		g_autoptr(GError) error = NULL;
		self->emulator = emulator_start(options != NULL ? options : &none, &error);
		g_assert_no_error(error);
		self->token = emulator_new_token(self->emulator);
		self->url = g_strdup(emulator_url(self->emulator));
	} else {
		memory_world_reset();
		self->url = g_strdup("https://memory");
	}
	self->options = (struct cycle_settings){.direction = DIRECTION_BOTH,
	                                        .max_adds = 10000,
	                                        .max_deletes = 10000,
	                                        .stamp = "test"};
	self->settings = (struct remote_settings){
		.account = "test",
		.service_id = options != NULL && options->service_id ? options->service_id
	                                                             : EMULATOR_SERVICE_ID,
		.service_password = EMULATOR_SERVICE_PASSWORD,
		.timezone = "Europe/Paris",
		.recurrence_horizon = 90 * 86400,
		.in_doubt = IN_DOUBT_HOLD,
		.in_doubt_grace = 0,
		.vcard_major = 3,
		.max_connections = 4,
		.timeout = 30,
	};
	return self;
}

void bridge_remove_tree(const char *path)
{
	g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
	const char *name = NULL;
	while (dir != NULL && (name = g_dir_read_name(dir)) != NULL) {
		g_autofree char *child = g_build_filename(path, name, NULL);
		bridge_remove_tree(child);
	}
	g_remove(path);
}

static void copy_tree(const char *from, const char *to)
{
	g_autoptr(GDir) dir = g_dir_open(from, 0, NULL);
	if (dir == NULL) {
		g_autofree char *content = NULL;
		gsize size = 0;
		g_assert_true(g_file_get_contents(from, &content, &size, NULL));
		g_assert_true(g_file_set_contents_full(to, content, (gssize)size,
		                                       G_FILE_SET_CONTENTS_NONE, 0600, NULL));
		return;
	}
	g_mkdir(to, 0700);
	const char *name = NULL;
	while ((name = g_dir_read_name(dir)) != NULL) {
		g_autofree char *old_path = g_build_filename(from, name, NULL);
		g_autofree char *new_path = g_build_filename(to, name, NULL);
		copy_tree(old_path, new_path);
	}
}

struct bridge_past *bridge_keep(const struct bridge *self)
{
	struct bridge_past *past = g_new0(struct bridge_past, 1);
	past->root = g_dir_make_tmp("passerelle-past-XXXXXX", NULL);
	past->now = self->now;
	past->since = self->since;
	copy_tree(self->root, past->root);
	return past;
}

void bridge_past_free(struct bridge_past *self)
{
	if (self == NULL) {
		return;
	}
	bridge_remove_tree(self->root);
	g_free(self->root);
	g_free(self);
}

void bridge_begin_at(struct bridge *self, const struct bridge_past *past)
{
	copy_tree(past->root, self->root);
	self->now = past->now;
	self->since = past->since;
}

void bridge_free(struct bridge *self)
{
	emulator_stop(self->emulator);
	memory_world_reset();
	bridge_remove_tree(self->root);
	g_free(self->root);
	g_free(self->contacts);
	g_free(self->calendar);
	g_free(self->trash);
	g_free(self->journal);
	g_free(self->url);
	g_free(self->token);
	g_free(self);
}

static const char *folder_of(const struct bridge *self, enum item_kind kind)
{
	return kind == ITEM_CONTACT ? self->contacts : self->calendar;
}

struct cycle_report *bridge_sync(struct bridge *self, enum item_kind kind)
{
	g_autoptr(GError) error = NULL;
	self->now += 60;
	const struct remote_driver *driver =
		self->remote == BRIDGE_ORANGE ? &orange_driver : &memory_driver;
	struct journal *journal = journal_open(self->journal, JOURNAL_CREATE, &error);
	g_assert_no_error(error);
	self->settings.now = self->now;
	self->settings.since = self->since;
	self->settings.token = self->token;
	self->settings.endpoint = self->url;
	struct remote *remote = driver->open(&self->settings, journal, &error);
	g_assert_no_error(error);
	const struct vdir_settings vdir = {.folder = folder_of(self, kind),
	                                   .trash = self->trash,
	                                   .kind = kind,
	                                   .now = self->now};
	struct endpoint *local = vdir_open(&vdir, &error);
	g_assert_no_error(error);
	struct cycle_settings settings = self->options;
	settings.kind = kind;
	settings.local = local;
	settings.remote = driver->endpoint(remote, kind);
	settings.journal = journal;
	settings.now = self->now;
	settings.push_since = self->settings.push_past_events ? G_MININT64 : self->since;
	struct cycle_report *report = cycle_run(&settings);
	local->functions->close(local);
	driver->close(remote);
	journal_close(journal);
	return report;
}

static char *path_of(const struct bridge *self, const char *name)
{
	return g_build_filename(g_str_has_suffix(name, ".ics") ? self->calendar : self->contacts,
	                        name, NULL);
}

void bridge_write(struct bridge *self, const char *name, const char *text)
{
	g_autofree char *path = path_of(self, name);
	g_autoptr(GError) error = NULL;
	g_file_set_contents(path, text, -1, &error);
	g_assert_no_error(error);
}

char *bridge_read(struct bridge *self, const char *name)
{
	g_autofree char *path = path_of(self, name);
	char *text = NULL;
	g_file_get_contents(path, &text, NULL, NULL);
	return text;
}

void bridge_delete(struct bridge *self, const char *name)
{
	g_autofree char *path = path_of(self, name);
	g_assert_cmpint(g_remove(path), ==, 0);
}

static gint by_text(gconstpointer a, gconstpointer b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static GPtrArray *marks(struct bridge *self, enum item_kind kind)
{
	GPtrArray *list = g_ptr_array_new_with_free_func(g_free);
	int folder = durable_open_folder(folder_of(self, kind), NULL);
	g_autoptr(GDir) dir = g_dir_open(folder_of(self, kind), 0, NULL);
	const char *name = NULL;
	while ((name = g_dir_read_name(dir)) != NULL) {
		if (name[0] == '.') {
			continue;
		}
		g_autofree char *mark = durable_revision_at(folder, name);
		g_ptr_array_add(list, g_strdup_printf("%s %s", name, mark));
	}
	g_close(folder, NULL);
	g_ptr_array_sort(list, by_text);
	return list;
}

guint bridge_count_files(struct bridge *self, enum item_kind kind)
{
	g_autoptr(GPtrArray) list = marks(self, kind);
	return list->len;
}

char *bridge_marks(struct bridge *self, enum item_kind kind)
{
	g_autoptr(GPtrArray) list = marks(self, kind);
	g_ptr_array_add(list, NULL);
	return g_strjoinv("\n", (char **)list->pdata);
}

static json_t *ask_emulator(struct bridge *self, const char *request, const char *body)
{
	g_autoptr(GError) error = NULL;
	g_autofree char *text = emulator_control(self->emulator, request, body, &error);
	g_assert_no_error(error);
	json_t *json = json_loads(text, JSON_DECODE_ANY, NULL);
	g_assert_nonnull(json);
	return json;
}

guint bridge_count_remote(struct bridge *self, enum item_kind kind)
{
	if (self->remote == BRIDGE_MEMORY) {
		return memory_world()->items[kind]->len;
	}
	json_t *json = ask_emulator(self, kind == ITEM_CONTACT ? "contacts" : "events", NULL);
	g_assert_true(json_is_array(json));
	guint count = (guint)json_array_size(json);
	json_decref(json);
	return count;
}

guint bridge_count_writes(struct bridge *self)
{
	return self->remote == BRIDGE_MEMORY ? memory_world()->writes
	                                     : emulator_count_writes(self->emulator, NULL);
}

char *bridge_card(const char *uid, const char *given, const char *family, const char *more_lines)
{
	return g_strdup_printf(
		"BEGIN:VCARD\r\nVERSION:3.0\r\nUID:%s\r\nFN:%s %s\r\nN:%s;%s;;;\r\n%sEND:VCARD\r\n",
		uid, given, family, family, given, more_lines);
}

void bridge_remote_add(struct bridge *self, const char *given, const char *family,
                       const char *email)
{
	if (self->remote == BRIDGE_MEMORY) {
		g_autofree char *uid = g_uuid_string_random();
		g_autofree char *line = g_strdup_printf("EMAIL:%s\r\n", email);
		g_autofree char *card = bridge_card(uid, given, family, line);
		g_free(memory_add(ITEM_CONTACT, card));
		return;
	}
	json_t *device = json_pack("{s:s, s:s, s:s, s:s, s:i}", "type", "email", "subtype",
	                           "internet", "info_type", "perso", "value", email, "order", 1);
	json_t *contact = json_pack("{s:s, s:s, s:[o]}", "firstname", given, "lastname", family,
	                            "devices", device);
	char *body = json_dumps(contact, 0);
	json_decref(contact);
	json_decref(ask_emulator(self, "add-contact", body));
	free(body);
}
