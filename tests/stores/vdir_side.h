/* SPDX-License-Identifier: MIT */
/* A folder as a side, made anew for each test. */
#ifndef PASSERELLE_TESTS_STORES_VDIR_SIDE_H
#define PASSERELLE_TESTS_STORES_VDIR_SIDE_H

#include "stores/vdir.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "base/limits.h"
#include "scratch.h"

#define NOW 1795230857 /* 20261121T031417Z */

#define CARD(uid, name, rest)                                                                      \
	"BEGIN:VCARD\r\nVERSION:3.0\r\nUID:" uid "\r\nFN:" name "\r\nN:" name ";;;;\r\n" rest      \
	"END:VCARD\r\n"
#define EVENT(uid, title)                                                                          \
	"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//test//EN\r\nBEGIN:VEVENT\r\nUID:" uid         \
	"\r\nDTSTAMP:20261101T000000Z\r\nDTSTART:20261123T080000Z\r\nDTEND:20261123T090000Z\r\n"   \
	"SUMMARY:" title "\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"

static struct endpoint *side;
static GPtrArray *changes;

static inline void free_change(gpointer change)
{
	change_free(change);
}

static inline struct endpoint *open_kind(enum item_kind kind, GError **error)
{
	g_autofree char *folder = scratch_path("items");
	g_autofree char *trash = scratch_path("state/trash");
	const struct vdir_settings settings = {folder, trash, kind, NOW};
	return vdir_open(&settings, error);
}

static inline void setup(void)
{
	scratch_setup();
	side = open_kind(ITEM_CONTACT, NULL);
	ck_assert_ptr_nonnull(side);
	changes = g_ptr_array_new_with_free_func(free_change);
}

static inline void teardown(void)
{
	g_clear_pointer(&changes, g_ptr_array_unref);
	side->functions->close(side);
	scratch_teardown();
}

static inline void use_events(void)
{
	side->functions->close(side);
	side = open_kind(ITEM_EVENT, NULL);
	ck_assert_ptr_nonnull(side);
}

static inline struct change *add_change(const char *uid, const char *ref, const char *base,
                                        const char *text)
{
	struct change *change = change_new(uid, ref);
	change->base = g_strdup(base);
	change->text = g_strdup(text);
	g_ptr_array_add(changes, change);
	return change;
}

static inline void write_item(const char *name, const char *text)
{
	g_autofree char *path = g_build_filename("items", name, NULL);
	scratch_write(path, text);
}

static inline void expect_item(const char *name, const char *text)
{
	g_autofree char *path = g_build_filename("items", name, NULL);
	scratch_expect(path, text);
}

static inline char *revision_of(const char *name)
{
	OWNED(snapshot) snapshot = side->functions->list(side, NULL, NULL);
	for (guint i = 0; i < snapshot->entries->len; i++) {
		const struct entry *entry = snapshot->entries->pdata[i];
		if (strcmp(entry->ref, name) == 0) {
			return g_strdup(entry->revision);
		}
	}
	return NULL;
}

static inline void expect_verdict(const struct change *change, enum verdict verdict)
{
	ck_assert_msg(change->verdict == verdict, "%s: %s", verdict_name(change->verdict),
	              change->error == NULL ? "" : change->error->message);
	ck_assert_int_eq(change->error == NULL, verdict == VERDICT_DONE ||
	                                                verdict == VERDICT_ADOPTED ||
	                                                verdict == VERDICT_PENDING);
}

static inline void expect_list(const char *const *names)
{
	g_autoptr(GError) error = NULL;
	OWNED(snapshot) snapshot = side->functions->list(side, NULL, &error);
	expect_no_error(error);
	ck_assert(snapshot->is_complete);
	ck_assert_uint_eq(snapshot->entries->len, g_strv_length((char **)names));
	for (guint i = 0; i < snapshot->entries->len; i++) {
		const struct entry *entry = snapshot->entries->pdata[i];
		ck_assert_str_eq(entry->ref, names[i]);
		ck_assert_ptr_nonnull(entry->revision);
		ck_assert_ptr_null(entry->text);
	}
}

static inline bool trash_is_empty(void)
{
	g_autofree char *path = scratch_path("state/trash");
	return !g_file_test(path, G_FILE_TEST_EXISTS) || scratch_count("state/trash") == 0;
}

#endif
