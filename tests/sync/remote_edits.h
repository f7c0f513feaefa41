/* SPDX-License-Identifier: MIT */
/* What the tests of what comes from the remote share: edits as in the web interface, and what must
 * be left of a file. */
#ifndef PASSERELLE_TESTS_SYNC_REMOTE_EDITS_H
#define PASSERELLE_TESTS_SYNC_REMOTE_EDITS_H

#include "fakes/bridge.h"

#include "journal/records.h"

#include <check.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#define A_DAY (25 * 60 * 60)

static inline json_t *control(struct bridge *bridge, const char *request, const char *body)
{
	g_autoptr(GError) error = NULL;
	g_autofree char *text = emulator_control(bridge->emulator, request, body, &error);
	ck_assert_msg(error == NULL, "%s: %s", request, error == NULL ? "" : error->message);
	json_t *json = json_loads(text, JSON_DECODE_ANY, NULL);
	ck_assert_ptr_nonnull(json);
	return json;
}

static inline void order(struct bridge *bridge, const char *request)
{
	json_decref(control(bridge, request, NULL));
}

/* The contact at index as the emulator shows it; a new reference. */
static inline json_t *remote_contact(struct bridge *bridge, size_t index)
{
	json_t *all = control(bridge, "contacts", NULL);
	json_t *one = json_incref(json_array_get(all, index));
	json_decref(all);
	ck_assert_ptr_nonnull(one);
	return one;
}

/* cid 0: a new one. JSON text, with ' for ". */
static inline int edit_remote(struct bridge *bridge, int cid, const char *text)
{
	g_autofree char *body = g_strdup(text);
	g_strdelimit(body, "'", '"');
	g_autofree char *request =
		cid == 0 ? g_strdup("add-contact") : g_strdup_printf("edit-contact?cid=%d", cid);
	json_t *reply = control(bridge, request, body);
	const int id = (int)json_integer_value(json_object_get(reply, "id"));
	json_decref(reply);
	return id;
}

static inline int id_of(struct bridge *bridge, size_t index)
{
	json_t *contact = remote_contact(bridge, index);
	const int id = (int)json_integer_value(json_object_get(contact, "id"));
	json_decref(contact);
	return id;
}

/* One more device, or another value for the one whose value contains where. */
static inline void edit_device(struct bridge *bridge, size_t index, const char *where,
                               const char *type, const char *subtype, const char *value)
{
	json_t *contact = remote_contact(bridge, index);
	json_t *devices = json_object_get(contact, "devices");
	size_t i;
	json_t *device;
	bool is_found = where == NULL;
	json_array_foreach(devices, i, device)
	{
		const char *old = json_string_value(json_object_get(device, "value"));
		if (where != NULL && strstr(old, where) != NULL) {
			json_object_set_new(device, "value", json_string(value));
			is_found = true;
		}
	}
	ck_assert_msg(is_found, "no device with '%s'", where);
	if (where == NULL) {
		json_array_append_new(devices, json_pack("{s:s, s:s, s:s, s:s, s:i}", "type", type,
		                                         "subtype", subtype, "info_type", "perso",
		                                         "value", value, "order", 9));
	}
	json_t *change = json_pack("{s:O}", "devices", devices);
	char *body = json_dumps(change, 0);
	edit_remote(bridge, (int)json_integer_value(json_object_get(contact, "id")), body);
	free(body);
	json_decref(change);
	json_decref(contact);
}

static inline void sync_once(struct bridge *bridge)
{
	OWNED(cycle_report) report = bridge_sync(bridge, ITEM_CONTACT);
	ck_assert_msg(report->error == NULL, "%s",
	              report->error != NULL ? report->error->message : "");
}

/* Every detail is read again. */
static inline void sync_full(struct bridge *bridge)
{
	bridge->options.is_full = true;
	sync_once(bridge);
	bridge->options.is_full = false;
}

static inline void assert_at_rest(struct bridge *bridge)
{
	g_autofree char *before = bridge_marks(bridge, ITEM_CONTACT);
	const guint writes = bridge_count_writes(bridge);
	sync_once(bridge);
	bridge->now += A_DAY;
	sync_once(bridge);
	sync_full(bridge);
	g_autofree char *after = bridge_marks(bridge, ITEM_CONTACT);
	ck_assert_str_eq(before, after);
	ck_assert_uint_eq(bridge_count_writes(bridge), writes);
}

static inline struct record *only_record(struct bridge *bridge, const char *uid)
{
	g_autoptr(GError) error = NULL;
	OWNED(journal) journal = journal_open(bridge->journal, JOURNAL_CREATE, &error);
	g_assert_no_error(error);
	return records_get(journal, ITEM_CONTACT, uid, NULL);
}

/* All notes in one text. */
static inline char *notes_of(struct bridge *bridge, const char *uid)
{
	OWNED(record) record = only_record(bridge, uid);
	ck_assert_msg(record != NULL, "no record of '%s'", uid);
	return record->notes == NULL ? g_strdup("") : g_strjoinv("\n", record->notes);
}

static inline bool contains_any(const char *line, const char *const *words)
{
	for (gsize i = 0; words[i] != NULL; i++) {
		if (strstr(line, words[i]) != NULL) {
			return true;
		}
	}
	return false;
}

static inline char *lines_without(const char *text, const char *const *words)
{
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
	GString *rest = g_string_new(NULL);
	for (gsize i = 0; lines[i] != NULL; i++) {
		if (!contains_any(lines[i], words)) {
			g_string_append_printf(rest, "%s\n", lines[i]);
		}
	}
	return g_string_free(rest, FALSE);
}

/* The lines with a word of gone became lines with a word of fresh; every other byte is as it was.
 */
static inline void assert_only_changed(const char *before, const char *after,
                                       const char *const *gone, const char *const *fresh)
{
	g_autofree char *left = lines_without(before, gone);
	g_autofree char *right = lines_without(after, fresh);
	ck_assert_str_eq(left, right);
	for (gsize i = 0; fresh[i] != NULL; i++) {
		ck_assert_msg(strstr(after, fresh[i]) != NULL, "'%s' is missing in\n%s", fresh[i],
		              after);
	}
	for (gsize i = 0; gone[i] != NULL; i++) {
		ck_assert_msg(strstr(before, gone[i]) != NULL, "'%s' was not in\n%s", gone[i],
		              before);
	}
}

static inline char *replaced(const char *text, const char *old, const char *new)
{
	ck_assert_msg(strstr(text, old) != NULL, "'%s' is not in\n%s", old, text);
	g_auto(GStrv) parts = g_strsplit(text, old, -1);
	return g_strjoinv(new, parts);
}

#endif
