/* SPDX-License-Identifier: MIT */
/* A folder of cards, a journal and a DAV server, between which whole cycles run. */
#ifndef TESTS_DAV_DAV_WORLD_H
#define TESTS_DAV_DAV_WORLD_H

#include "dav/dav_server.h"
#include "journal/ledger.h"
#include "journal/records.h"
#include "remotes/dav/dav.h"
#include "stores/vdir.h"
#include "sync/cycle.h"

struct world {
	struct dav_server server;
	struct account account;
	char *folder, *trash, *address;
	enum item_kind kind;
	enum conflict_policy conflict;
	struct cycle_report *report; /* of the last cycle */
};

static inline void world_start(struct world *self, enum item_kind kind)
{
	memset(self, 0, sizeof *self);
	self->kind = kind;
	dav_server_start(&self->server, kind);
	account_init(&self->account, self->server.canned.port);
	account_open(&self->account, JOURNAL_CREATE);
	self->folder = g_build_filename(self->account.folder, "items", NULL);
	self->trash = g_build_filename(self->account.folder, "trash", NULL);
	self->address = g_strconcat(self->account.endpoint, BOOK, NULL);
	self->account.settings.user = "user";
	self->account.settings.password = "secret";
	self->account.settings.contacts_url = self->address;
	self->account.settings.calendar_url = self->address;
	g_mkdir(self->folder, 0700);
}

static inline void remove_folder(const char *path)
{
	GDir *dir = g_dir_open(path, 0, NULL);
	for (const char *name = dir == NULL ? NULL : g_dir_read_name(dir); name != NULL;
	     name = g_dir_read_name(dir)) {
		g_autofree char *file = g_build_filename(path, name, NULL);
		g_remove(file);
	}
	if (dir != NULL) {
		g_dir_close(dir);
		g_rmdir(path);
	}
}

static inline void world_stop(struct world *self)
{
	cycle_report_free(self->report);
	dav_server_stop(&self->server);
	remove_folder(self->folder);
	remove_folder(self->trash);
	account_clear(&self->account);
	g_free(self->folder);
	g_free(self->trash);
	g_free(self->address);
}

static inline const struct remote_driver *world_driver(const struct world *self)
{
	return self->kind == ITEM_CONTACT ? &carddav_driver : &caldav_driver;
}

static inline struct remote *world_open(struct world *self)
{
	GError *error = NULL;
	struct remote *remote =
		world_driver(self)->open(&self->account.settings, self->account.journal, &error);
	ck_assert_msg(remote != NULL, "%s", error == NULL ? "" : error->message);
	return remote;
}

/* One cycle, some minutes after the one before. */
static inline void world_cycle(struct world *self)
{
	self->account.settings.now += 300;
	struct remote *remote = world_open(self);
	GError *error = NULL;
	const struct vdir_settings vdir = {.folder = self->folder,
	                                   .trash = self->trash,
	                                   .kind = self->kind,
	                                   .now = self->account.settings.now};
	struct endpoint *local = vdir_open(&vdir, &error);
	ck_assert_msg(local != NULL, "%s", error == NULL ? "" : error->message);
	const struct cycle_settings settings = {
		.kind = self->kind,
		.local = local,
		.remote = world_driver(self)->endpoint(remote, self->kind),
		.journal = self->account.journal,
		.direction = DIRECTION_BOTH,
		.on_remote_delete = REMOTE_DELETE_TRASH,
		.conflict = self->conflict,
		.max_adds = 1000,
		.max_deletes = 1000,
		.is_confirmed = true, /* of few items most are removed */
		.account = "home",
		.now = self->account.settings.now,
		.push_since = G_MININT64,
		.stamp = "1",
	};
	cycle_report_free(self->report);
	self->report = cycle_run(&settings);
	local->functions->close(local);
	world_driver(self)->close(remote);
}

static inline void world_cycle_well(struct world *self)
{
	world_cycle(self);
	ck_assert_msg(self->report->error == NULL, "%s",
	              self->report->error == NULL ? "" : self->report->error->message);
}

static inline char *world_path(const struct world *self, const char *name)
{
	return g_build_filename(self->folder, name, NULL);
}

static inline void world_write(const struct world *self, const char *name, const char *text)
{
	g_autofree char *path = world_path(self, name);
	ck_assert(g_file_set_contents(path, text, -1, NULL));
}

/* NULL = not there. */
static inline char *world_read(const struct world *self, const char *name)
{
	g_autofree char *path = world_path(self, name);
	char *text = NULL;
	return g_file_get_contents(path, &text, NULL, NULL) ? text : NULL;
}

static inline guint world_files(const struct world *self)
{
	guint count = 0;
	GDir *dir = g_dir_open(self->folder, 0, NULL);
	for (const char *name = g_dir_read_name(dir); name != NULL; name = g_dir_read_name(dir)) {
		count += name[0] != '.';
	}
	g_dir_close(dir);
	return count;
}

static inline char *card_text(const char *uid, const char *name, const char *note)
{
	return g_strdup_printf("BEGIN:VCARD\r\nVERSION:3.0\r\nUID:%s\r\nFN:%s\r\nN:%s;;;;\r\n"
	                       "NOTE:%s\r\nEND:VCARD\r\n",
	                       uid, name, name, note);
}

static inline char *event_text(const char *uid, const char *name, const char *note)
{
	return g_strdup_printf("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VEVENT\r\n"
	                       "UID:%s\r\nDTSTAMP:20260101T000000Z\r\nDTSTART:20261201T100000Z\r\n"
	                       "SUMMARY:%s\r\nDESCRIPTION:%s\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n",
	                       uid, name, note);
}

static inline char *item_text(const struct world *self, const char *uid, const char *name,
                              const char *note)
{
	return self->kind == ITEM_CONTACT ? card_text(uid, name, note)
	                                  : event_text(uid, name, note);
}

static inline char *item_name(const struct world *self, const char *uid)
{
	return g_strconcat(uid, self->kind == ITEM_CONTACT ? ".vcf" : ".ics", NULL);
}

static inline void put_here(struct world *self, const char *uid, const char *name, const char *note)
{
	g_autofree char *text = item_text(self, uid, name, note);
	g_autofree char *file = item_name(self, uid);
	world_write(self, file, text);
}

static inline void put_there(struct world *self, const char *uid, const char *name,
                             const char *note)
{
	g_autofree char *text = item_text(self, uid, name, note);
	g_autofree char *file = item_name(self, uid);
	server_put(&self->server, file, text);
}

/* How many items there hold that text. */
static inline guint count_there(struct world *self, const char *text)
{
	guint count = 0;
	GHashTableIter iterator;
	gpointer data = NULL;
	g_hash_table_iter_init(&iterator, self->server.items);
	while (g_hash_table_iter_next(&iterator, NULL, &data)) {
		const struct stored *item = data;
		count += !item->is_gone && strstr(item->text, text) != NULL;
	}
	return count;
}

#endif
