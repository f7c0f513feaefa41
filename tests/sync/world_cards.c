/* SPDX-License-Identifier: MIT */
/* A person at work on files: cards written and edited, files of any kind renamed, copied, lost and
 * found. */
#include "world.h"

#include <string.h>

/* ---- files of any kind ---- */

char *world_free_name(struct world *self, GHashTable *files, const char *letter, const char *end)
{
	for (;;) {
		char *name = g_strdup_printf("%s%u%s", letter, world_random(self, 1000), end);
		if (!g_hash_table_contains(files, name)) {
			return name;
		}
		g_free(name);
	}
}

static void rename_file(struct world *self, const char *from, const char *to, const char *text)
{
	world_remove(self, from);
	world_write(self, to, text);
}

/* One that came from the remote bears another UID than the person's own that is put back later. */
static void count_uids(struct world *self, GHashTable *files, const char *text)
{
	struct somebody *one = world_of_text(self, text);
	g_autoptr(GHashTable) uids = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	GHashTableIter iterator;
	gpointer other = NULL;
	g_hash_table_iter_init(&iterator, files);
	for (other = (gpointer)text; other != NULL;) {
		char *uid = world_of_text(self, other) == one ? world_property(other, "UID") : NULL;
		if (uid != NULL) {
			g_hash_table_add(uids, uid);
		}
		other = g_hash_table_iter_next(&iterator, NULL, &other) ? other : NULL;
	}
	one->uids = MAX(one->uids, g_hash_table_size(uids));
}

/* A second file of somebody says other things than this one: a copy of either may be another
 * person, as after an edit of one of two UIDs. */
static bool is_of_two_minds(struct world *self, GHashTable *files, const char *text)
{
	GHashTableIter iterator;
	gpointer other = NULL;
	g_hash_table_iter_init(&iterator, files);
	while (g_hash_table_iter_next(&iterator, NULL, &other)) {
		if (strcmp(other, text) != 0 &&
		    world_of_text(self, other) == world_of_text(self, text)) {
			return true;
		}
	}
	return false;
}

/* Under the name it had, or another one; over what lies there now, too. Not half a file: nobody
 * would ever complete it, and what waits for it waits for ever. */
static bool restore(struct world *self, GHashTable *files, const char *end)
{
	g_autoptr(GPtrArray) fitting = g_ptr_array_new();
	for (guint i = 0; i < self->bin->len; i++) {
		const struct old_file *old = self->bin->pdata[i];
		if (g_str_has_suffix(old->name, end) && strstr(old->text, "\nEND:VC") != NULL) {
			g_ptr_array_add(fitting, (gpointer)old);
		}
	}
	if (fitting->len == 0) {
		return false;
	}
	const struct old_file *old = fitting->pdata[world_random(self, fitting->len)];
	g_autofree char *name = world_chance(self, 70) ? g_strdup(old->name)
	                                               : world_free_name(self, files, "r", end);
	const char *present = g_hash_table_lookup(files, name);
	if (present != NULL) {
		world_bin(self, name, present);
	}
	struct somebody *one = world_of_text(self, old->text);
	if (one != NULL) {
		count_uids(self, files, old->text);
		one->is_split =
			one->is_split || (one->uids > 1 && is_of_two_minds(self, files, old->text));
	}
	world_log(self, "  here: restored:");
	world_write(self, name, old->text);
	return true;
}

static void copy_under_new_uid(struct world *self, GHashTable *files, const char *text,
                               const char *end)
{
	g_autofree char *uid = g_strdup_printf("copy-%u", ++self->n_tokens);
	g_autofree char *copy = world_with_property(text, "UID", uid);
	g_autofree char *name = world_free_name(self, files, "k", end);
	struct somebody *one = world_of_text(self, text);
	if (one != NULL) {
		one->is_split = one->is_split || is_of_two_minds(self, files, text);
		one->uids = MAX(one->uids, 1) + 1;
	}
	world_write(self, name, copy);
}

/* What was new in one of two UIDs, and would tell that they are one, can then not be read. */
static void break_file(struct world *self, const char *name, const char *text)
{
	struct somebody *one = world_of_text(self, text);
	if (one != NULL) {
		one->is_split = one->is_split || one->uids > 1;
	}
	g_autofree char *half = g_strndup(text, strlen(text) / 2);
	g_hash_table_insert(self->broken, g_strdup(name), g_strdup(text));
	world_write(self, name, half);
}

void world_repair(struct world *self, bool is_all)
{
	g_autoptr(GPtrArray) names = world_names(self->broken);
	for (guint i = 0; i < names->len; i++) {
		if (is_all || world_chance(self, 50)) {
			g_autofree char *name = g_strdup(names->pdata[i]);
			world_write(self, name, g_hash_table_lookup(self->broken, name));
			g_hash_table_remove(self->broken, name);
		}
	}
}

bool world_handle_files(struct world *self, enum item_kind kind, GHashTable *files)
{
	const char *end = kind == ITEM_CONTACT ? ".vcf" : ".ics";
	const guint chosen = world_random(self, 100);
	if (chosen < 20) {
		return restore(self, files, end);
	}
	g_autofree char *name = world_any_name(self, files);
	const char *text = name == NULL ? NULL : g_hash_table_lookup(files, name);
	if (text == NULL || g_hash_table_contains(self->broken, name)) {
		return false;
	}
	g_autofree char *other = world_free_name(self, files, "f", end);
	if (chosen < 40) {
		rename_file(self, name, other, text);
	} else if (chosen < 65) {
		world_bin(self, name, text);
		world_remove(self, name);
	} else if (chosen < 75) {
		world_write(self, other, text);
	} else if (chosen < 92) {
		copy_under_new_uid(self, files, text, end);
	} else if (chosen < 96) {
		break_file(self, name, text);
	} else {
		world_write(self, name, text);
	}
	return true;
}

/* ---- cards ---- */

static char *named(const char *text, guint name)
{
	g_autofree char *family =
		g_strdup_printf("%s;%s;;;", world_family(name), world_given(name));
	g_autofree char *full = g_strdup_printf("%s %s", world_given(name), world_family(name));
	g_autofree char *half = world_with_property(text, "N", family);
	return world_with_property(half, "FN", full);
}

static char *picture_line(struct world *self)
{
	guchar bytes[] = "GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff,"
			 "\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02";
	const guint number = ++self->n_tokens;
	bytes[13] = (guchar)number;
	bytes[14] = (guchar)(number >> 8);
	g_autofree char *base64 = g_base64_encode(bytes, sizeof bytes - 1);
	return g_strdup_printf("PHOTO;ENCODING=b;TYPE=GIF:%s", base64);
}

static char *new_line(struct world *self, const struct somebody *one)
{
	switch (world_random(self, 10)) {
	case 0:
		return g_strdup_printf("NOTE:note%u", ++self->n_tokens);
	case 1:
		return g_strdup_printf("X-OWN:own%u", ++self->n_tokens);
	case 2:
		return picture_line(self);
	default:
		return world_new_device(self, one->number);
	}
}

static void add_line(char **text, const char *line)
{
	char *longer = world_with_line(*text, line);
	g_free(*text);
	*text = longer;
}

static void create(struct world *self, GHashTable *files)
{
	const bool is_homonym = self->people->len > 0 && world_chance(self, 8);
	/* a namesake of somebody, with an address of their own */
	const guint name = is_homonym ? world_random(self, 3) : world_random(self, WORLD_NAMES);
	struct somebody *one = world_new_somebody(self, name);
	one->uids = 1;
	g_autofree char *bare = g_strdup_printf(
		"BEGIN:VCARD\r\nVERSION:3.0\r\nUID:u%u\r\nTITLE:P%u\r\n%sEND:VCARD\r\n",
		one->number, one->number, one->extra);
	g_autofree char *text = named(bare, name);
	g_autofree char *email =
		g_strdup_printf("EMAIL:t%u.p%u@example.org", ++self->n_tokens, one->number);
	if (is_homonym || world_chance(self, 70)) {
		add_line(&text, email);
	}
	for (guint i = world_random(self, 4); i > 0; i--) {
		g_autofree char *line = new_line(self, one);
		g_autofree char *property = g_strndup(line, strcspn(line, ":;"));
		g_autofree char *there = world_property(text, property);
		if (there == NULL || strcmp(property, "PHOTO") != 0) {
			add_line(&text, line);
		}
	}
	if (world_chance(self, 10)) { /* as other programs end their lines */
		g_auto(GStrv) lines = g_strsplit(text, "\r\n", -1);
		g_free(text);
		text = g_strjoinv("\n", lines);
	}
	g_autofree char *file = world_free_name(self, files, "c", ".vcf");
	world_write(self, file, text);
}

/* Of those lines of a text that are a token of its own one; NULL: it has none. */
static char *any_line(struct world *self, const char *text)
{
	g_autoptr(GPtrArray) values = world_values(text);
	if (values->len == 0) {
		return NULL;
	}
	const char *value = values->pdata[world_random(self, values->len)];
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
	for (gsize i = 0; lines[i] != NULL; i++) {
		g_strchomp(lines[i]);
		if (strcmp(world_line_value(lines[i]), value) == 0) {
			return g_strdup(lines[i]);
		}
	}
	return NULL;
}

static char *edited(struct world *self, const char *text, struct somebody *one)
{
	const guint chosen = world_random(self, 100);
	if (chosen < 12) {
		const guint name = world_random(self, WORLD_NAMES);
		world_note_name(one, name);
		return named(text, name);
	}
	g_autofree char *line = new_line(self, one);
	g_autofree char *property = g_strndup(line, strcspn(line, ":;"));
	if (chosen < 50) {
		g_autofree char *old =
			strcmp(property, "PHOTO") == 0 ? world_property(text, property) : NULL;
		g_autofree char *rest =
			old == NULL ? g_strdup(text) : world_without_line(text, old);
		return world_with_line(rest, line);
	}
	g_autofree char *gone = any_line(self, text);
	if (gone == NULL) {
		return NULL;
	}
	g_autofree char *rest = world_without_line(text, gone);
	return chosen < 75 || g_str_has_prefix(line, "PHOTO") ? g_steal_pointer(&rest)
	                                                      : world_with_line(rest, line);
}

static void edit(struct world *self, GHashTable *files)
{
	g_autofree char *name = world_any_name(self, files);
	const char *text = name == NULL ? NULL : g_hash_table_lookup(files, name);
	struct somebody *one = text == NULL ? NULL : world_of_text(self, text);
	if (one == NULL || g_hash_table_contains(self->broken, name)) {
		return;
	}
	g_autofree char *changed = edited(self, text, one);
	if (changed != NULL) {
		world_bin(self, name, text);
		world_write(self, name, changed);
		count_uids(self, files, text);
		one->is_split = one->is_split || one->uids > 1;
	}
}

void world_edit_cards(struct world *self)
{
	g_autoptr(GHashTable) files = world_files(self, ITEM_CONTACT);
	const guint chosen = world_random(self, 100);
	if (chosen < 25 && self->people->len < 7) {
		create(self, files);
	} else if (chosen < 60 || !world_handle_files(self, ITEM_CONTACT, files)) {
		edit(self, files);
	}
}
