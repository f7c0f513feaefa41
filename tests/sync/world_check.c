/* SPDX-License-Identifier: MIT */
/* What must be true of contacts and their files after every cycle, and at the end. */
#include "world.h"

#include <string.h>

#define A_DAY (24 * 60 * 60 + 60) /* and the minute that a cycle takes */

static bool is_calm(const struct world *self)
{
	return !self->kind.has_faults && !self->kind.has_kills;
}

static bool has_value(GPtrArray *values, const char *value)
{
	return g_ptr_array_find_with_equal_func(values, value, g_str_equal, NULL);
}

static bool is_at_remote(json_t *contacts, const char *value)
{
	size_t i;
	json_t *contact;
	json_array_foreach(contacts, i, contact)
	{
		const char *picture = json_string_value(json_object_get(contact, "picture"));
		if (world_has_device(contact, value) || g_strcmp0(picture, value) == 0) {
			return true;
		}
	}
	return false;
}

/* ---- files after a cycle ---- */

static bool may_be_removed(const struct world *self, const struct somebody *one)
{
	if (self->bridge->options.on_remote_delete != REMOTE_DELETE_TRASH || one == NULL) {
		return false;
	}
	for (guint i = 0; i < self->people->len; i++) {
		const struct somebody *other = self->people->pdata[i];
		if (other->deletions > 0 && (other->names & one->names) != 0) {
			return true; /* a namesake's contact may have been taken for theirs */
		}
	}
	return false;
}

static bool may_line_change(struct world *self, const struct somebody *one, const char *line)
{
	static const char *const names[] = {"N:", "FN:"};
	for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
		if (g_str_has_prefix(line, names[i])) {
			return one->is_renamed_there || !world_is_alone(self, one);
		}
	}
	/* of a namesake that was adopted */
	return (g_str_has_prefix(line, "TITLE") || g_str_has_prefix(line, "BDAY") ||
	        g_str_has_prefix(line, "ORG")) &&
	       !world_is_alone(self, one);
}

static void check_kept_lines(struct world *self, const char *name, const char *old, const char *new,
                             const struct somebody *one)
{
	g_autoptr(GPtrArray) was = world_values(old);
	g_autoptr(GPtrArray) is = world_values(new);
	for (guint i = 0; i < was->len; i++) {
		const struct token *token = world_token(self, was->pdata[i]);
		if (!has_value(is, was->pdata[i]) &&
		    !(token->is_device && token->is_removed_there)) {
			world_fail(self, "%s lost '%s'", name, (char *)was->pdata[i]);
		}
	}
	g_auto(GStrv) lines = g_strsplit(old, "\n", -1);
	g_auto(GStrv) there = g_strsplit(new, "\n", -1);
	for (gsize i = 0; lines[i] != NULL; i++) {
		g_autofree char *line = g_strchomp(g_strdup(lines[i]));
		g_autofree char *other = g_strconcat(line, "\r", NULL);
		const bool is_there = g_strv_contains((const char *const *)there, line) ||
		                      g_strv_contains((const char *const *)there, other);
		if (!is_there && !has_value(was, world_line_value(line)) &&
		    !may_line_change(self, one, line)) {
			world_fail(self, "%s lost the line '%s'", name, line);
		}
	}
}

static void check_new_values(struct world *self, const char *name, const char *old, const char *new,
                             json_t *contacts)
{
	g_autoptr(GPtrArray) was = world_values(old);
	g_autoptr(GPtrArray) is = world_values(new);
	for (guint i = 0; i < is->len; i++) {
		const char *value = is->pdata[i];
		const struct token *token = world_token(self, value);
		if (has_value(was, value)) {
			continue;
		}
		if (token->is_device && !is_at_remote(contacts, value)) {
			world_fail(self, "%s got '%s' from nowhere", name, value);
		}
		if (is_calm(self) && token->is_removed_here) {
			world_fail(self, "%s got '%s' back, which was removed here", name, value);
		}
	}
}

static void check_changed(struct world *self, const char *name, const char *old, const char *new,
                          json_t *contacts)
{
	const struct somebody *one = world_of_text(self, old);
	world_log(self, "  the cycle made %s\n%s", name, new);
	if (self->bridge->options.direction == DIRECTION_PUSH || one == NULL ||
	    /* what was in doubt may come back into a card from which it was removed meanwhile */
	    (is_calm(self) && !one->is_touched_there && world_is_alone(self, one))) {
		world_fail(self, "%s was changed for nothing", name);
		return;
	}
	if (!world_is_in_trash(self, old)) {
		world_fail(self, "%s was overwritten, and the trash lacks it", name);
	}
	check_kept_lines(self, name, old, new, one);
	check_new_values(self, name, old, new, contacts);
}

static bool may_come_back(const struct world *self, const struct somebody *one)
{
	if (one->touched_turn == one->deleted_turn) {
		return true; /* seen for the first time, or changed there meanwhile */
	}
	/* a change that was not yet seen when it was deleted: details are read once a day */
	const bool is_unseen =
		one->is_touched_there && one->seen_before_deleted < one->touched_at + A_DAY;
	return is_unseen || (!is_calm(self) && (one->adds == 0 || one->is_touched_there));
}

static void check_new_file(struct world *self, const char *name, const char *text, json_t *contacts)
{
	struct somebody *one = world_of_text(self, text);
	world_log(self, "  the cycle wrote %s\n%s", name, text);
	if (self->bridge->options.direction == DIRECTION_PUSH || one == NULL ||
	    world_contact_of(contacts, one) == NULL) {
		world_fail(self, "%s came from nowhere", name);
		return;
	}
	if (!world_is_alone(self, one) || one->is_split || one->is_renamed_there) {
		return;
	}
	if (one->is_deleted_here && !may_come_back(self, one)) {
		world_fail(self, "P%u was deleted here and came back as %s", one->number, name);
	}
	GHashTableIter iterator;
	gpointer other = NULL, other_text = NULL;
	g_hash_table_iter_init(&iterator, self->left[ITEM_CONTACT]);
	while (g_hash_table_iter_next(&iterator, &other, &other_text)) {
		/* who stands in a file that cannot be read is not known */
		if (world_of_text(self, other_text) == one &&
		    !g_hash_table_contains(self->broken, other)) {
			world_fail(self, "P%u has %s and got a second file %s", one->number,
			           (char *)other, name);
		}
	}
}

static void check_files(struct world *self, GHashTable *after, json_t *contacts)
{
	GHashTable *before = self->left[ITEM_CONTACT];
	g_autoptr(GPtrArray) names = world_names(before);
	for (guint i = 0; i < names->len; i++) {
		const char *name = names->pdata[i];
		const char *old = g_hash_table_lookup(before, name);
		const char *new = g_hash_table_lookup(after, name);
		if (new != NULL && strcmp(old, new) != 0) {
			check_changed(self, name, old, new, contacts);
		} else if (new == NULL && !may_be_removed(self, world_of_text(self, old))) {
			world_fail(self, "%s is gone", name);
		} else if (new == NULL) {
			world_log(self, "  the cycle removed %s", name);
			if (!world_is_in_trash(self, old)) {
				world_fail(self, "%s is gone, and the trash lacks it", name);
			}
		}
	}
	g_autoptr(GPtrArray) now = world_names(after);
	for (guint i = 0; i < now->len; i++) {
		if (!g_hash_table_contains(before, now->pdata[i])) {
			check_new_file(self, now->pdata[i],
			               g_hash_table_lookup(after, now->pdata[i]), contacts);
		}
	}
}

/* ---- the remote after a cycle ---- */

/*
 * Never twice in one contact; and in two only of who may be two: of another name than their other
 * card at first sight (renamed there, and copied from a card with the old name), they are another
 * person, whatever else they share.
 */
static void check_values_there(struct world *self, json_t *contacts)
{
	g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	size_t i, j;
	json_t *contact, *device;
	json_array_foreach(contacts, i, contact)
	{
		const struct somebody *one = world_of_contact(self, contact);
		const bool may_be_two = one == NULL || one->is_split ||
		                        !world_is_alone(self, one) ||
		                        (one->is_renamed_there && one->uids > 1);
		json_array_foreach(json_object_get(contact, "devices"), j, device)
		{
			const char *value = json_string_value(json_object_get(device, "value"));
			if (!g_hash_table_add(
				    seen,
				    g_strdup_printf("%zu %s", may_be_two ? i + 1 : 0, value))) {
				world_fail(self, "'%s' is there twice", value);
			}
		}
	}
}

static void check_people_there(struct world *self, json_t *contacts)
{
	for (guint number = 0; number < self->people->len; number++) {
		const struct somebody *one = self->people->pdata[number];
		guint count = 0;
		size_t i;
		json_t *contact;
		json_array_foreach(contacts, i, contact)
		{
			count += world_of_contact(self, contact) == one;
		}
		/* a namesake may have been given the contact that others wrote */
		const bool is_known = world_is_alone(self, one) || !one->is_touched_there;
		if (is_known && !one->is_renamed_there &&
		    count > (one->is_split ? MAX(one->uids, 1) : 1)) {
			world_fail(self, "P%u is there %u times", number, count);
		}
	}
}

void world_check_contacts(struct world *self)
{
	json_t *contacts = world_control(self, "contacts", NULL);
	GHashTable *after = world_files(self, ITEM_CONTACT);
	check_people_there(self, contacts);
	check_values_there(self, contacts);
	check_files(self, after, contacts);
	json_decref(contacts);
	g_hash_table_unref(self->left[ITEM_CONTACT]);
	self->left[ITEM_CONTACT] = after;
}

/* ---- at the end ---- */

static bool is_sent_whole(struct world *self, const char *text, json_t *contact)
{
	g_autoptr(GPtrArray) values = world_values(text);
	for (guint i = 0; i < values->len; i++) {
		const struct token *token = world_token(self, values->pdata[i]);
		if (token->is_device && !token->is_removed_there &&
		    !world_has_device(contact, values->pdata[i])) {
			return false;
		}
	}
	g_autofree char *photo = world_property(text, "PHOTO");
	return photo == NULL || g_strcmp0(json_string_value(json_object_get(contact, "picture")),
	                                  world_line_value(photo)) == 0;
}

static void check_sent(struct world *self, struct somebody *one, json_t *contacts)
{
	guint files = 0;
	bool is_sent = false;
	json_t *contact = world_contact_of(contacts, one);
	GHashTableIter iterator;
	gpointer text = NULL;
	g_hash_table_iter_init(&iterator, self->left[ITEM_CONTACT]);
	while (g_hash_table_iter_next(&iterator, NULL, &text)) {
		if (world_of_text(self, text) == one) {
			files++;
			is_sent =
				is_sent || (contact != NULL && is_sent_whole(self, text, contact));
		}
	}
	if (files == 0 || one->deletions > 0 || one->is_split || !world_is_alone(self, one) ||
	    self->kind.has_refusals) {
		return;
	}
	if (contact == NULL) {
		world_fail(self, "P%u never came there", one->number);
	} else if (!is_sent) {
		world_fail(self, "no card of P%u is there whole", one->number);
	}
}

static bool begins_with(const char *name, const char *prefix)
{
	g_autofree char *text = g_utf8_casefold(name, -1);
	g_autofree char *start = g_utf8_casefold(prefix, -1);
	return g_str_has_prefix(text, start);
}

/* Searched by the whole of one of its names it stands among more than a page shows. */
static bool is_out_of_sight(const struct world *self, json_t *contacts, json_t *contact)
{
	static const char *const fields[] = {"lastname", "firstname"};
	const int page = self->kind.remote.page_size == 0 ? 100 : self->kind.remote.page_size;
	for (gsize i = 0; i < G_N_ELEMENTS(fields); i++) {
		const char *name = json_string_value(json_object_get(contact, fields[i]));
		int count = 0;
		size_t j;
		json_t *other;
		json_array_foreach(contacts, j, other)
		{
			bool is_hit = false;
			for (gsize k = 0; k < G_N_ELEMENTS(fields); k++) {
				const char *text =
					json_string_value(json_object_get(other, fields[k]));
				is_hit = is_hit || begins_with(text, name);
			}
			count += is_hit;
		}
		if (count <= page) {
			return false;
		}
	}
	return true;
}

static void check_fetched(struct world *self, json_t *contact, json_t *contacts)
{
	const struct somebody *one = world_of_contact(self, contact);
	if (one == NULL || one->is_deleted_here || one->is_split || !world_is_alone(self, one) ||
	    one->is_renamed_there || is_out_of_sight(self, contacts, contact)) {
		return;
	}
	bool is_here = false;
	GString *all = g_string_new(NULL);
	GHashTableIter iterator;
	gpointer text = NULL;
	g_hash_table_iter_init(&iterator, self->left[ITEM_CONTACT]);
	while (g_hash_table_iter_next(&iterator, NULL, &text)) {
		if (world_of_text(self, text) == one) {
			is_here = true;
			g_string_append(all, text);
		}
	}
	if (!is_here) {
		world_fail(self, "P%u is there and has no file", one->number);
	}
	size_t i;
	json_t *device;
	json_array_foreach(json_object_get(contact, "devices"), i, device)
	{
		const char *value = json_string_value(json_object_get(device, "value"));
		if (is_here && strstr(all->str, value) == NULL &&
		    !world_token(self, value)->is_removed_here) {
			world_fail(self, "'%s' is there and in no file of P%u", value, one->number);
		}
	}
	g_string_free(all, TRUE);
}

void world_check_contacts_at_end(struct world *self)
{
	json_t *contacts = world_control(self, "contacts", NULL);
	const enum direction direction = self->bridge->options.direction;
	/* without a memory, letters of new names come round in time; and who is told that a page
	 * is all does not ask further */
	const bool is_found = !self->kind.is_first && self->kind.remote.untrue_total >= 0;
	for (guint i = 0; i < self->people->len && direction != DIRECTION_PULL; i++) {
		check_sent(self, self->people->pdata[i], contacts);
	}
	size_t i;
	json_t *contact;
	json_array_foreach(contacts, i, contact)
	{
		if (direction != DIRECTION_PUSH && is_found) {
			check_fetched(self, contact, contacts);
		}
	}
	json_decref(contacts);
}
