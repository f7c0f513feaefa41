/* SPDX-License-Identifier: MIT */
/* Three-way merge of cards: single-valued properties here, devices and addresses in
 * vcard_merge_lists.c. */
#include "formats/vcard.h"

#include <string.h>

#include "formats/vcard_merge_parts.h"

static gboolean is_same(const char *left, const char *right)
{
	return strcmp(left ? left : "", right ? right : "") == 0;
}

void card_merge_add_conflict(const struct card_merge *self, const char *what, const char *mine,
                             const char *theirs)
{
	if (self->conflicts) {
		g_ptr_array_add(self->conflicts,
		                g_strdup_printf("%s changed on both sides: \"%s\" kept, not \"%s\"",
		                                what, mine ? mine : "", theirs ? theirs : ""));
	}
}

bool card_merge_takes(const struct card_merge *self, const char *what, const char *base,
                      const char *mine, const char *theirs)
{
	if (!self->base) {
		return is_same(mine, NULL) && !is_same(theirs, NULL);
	}
	if (is_same(base, theirs) || is_same(mine, theirs)) {
		return false;
	}
	if (is_same(base, mine)) {
		return true;
	}
	card_merge_add_conflict(self, what, mine, theirs);
	return false;
}

static const char *text_at(const struct contact *contact, gsize offset)
{
	return contact ? *(char **)(void *)((char *)(gsize)contact + offset) : NULL;
}

static GPtrArray *head_of(const struct card_merge *self, const struct content_line *line,
                          const char *name)
{
	if (line) {
		return vcard_editor_head(self->editor, line);
	}
	GPtrArray *head = g_ptr_array_new_with_free_func(g_free);
	vcard_head_add(head, name);
	return head;
}

/* In place of line, or as a new line; without a text the line goes. */
static void put_text(struct card_merge *self, const struct content_line *line, const char *name,
                     const char *text)
{
	if (text && *text) {
		g_autoptr(GPtrArray) head = head_of(self, line, name);
		g_autoptr(GString) value = g_string_new(NULL);
		vcard_editor_append_value(self->editor, value, text);
		vcard_editor_put(self->editor, line, head, value->str);
	} else if (line) {
		vcard_editor_delete(self->editor, line);
	}
}

/* The parts of a structured value as they stand, at least count of them. */
static GPtrArray *parts_of(const struct content_line *line, char separator, guint count)
{
	GPtrArray *parts = g_ptr_array_new_with_free_func(g_free);
	bool is_guessed = false;
	g_autofree char *text = line ? vcard_line_text(line, &is_guessed) : NULL;
	char **split = content_value_split(text ? text : "", separator);
	for (char **part = split; *part; part++) {
		g_ptr_array_add(parts, *part);
	}
	g_free(split);
	while (parts->len < count) {
		g_ptr_array_add(parts, g_strdup(""));
	}
	return parts;
}

static void set_part(const struct card_merge *self, GPtrArray *parts, guint index, const char *text)
{
	g_autoptr(GString) escaped = g_string_new(NULL);
	vcard_editor_append_value(self->editor, escaped, text ? text : "");
	g_free(parts->pdata[index]);
	parts->pdata[index] = g_string_free(g_steal_pointer(&escaped), FALSE);
}

static void put_parts(struct card_merge *self, const struct content_line *line, const char *name,
                      GPtrArray *parts, char separator)
{
	g_autoptr(GPtrArray) head = head_of(self, line, name);
	g_autoptr(GString) value = g_string_new(NULL);
	for (guint i = 0; i < parts->len; i++) {
		if (i > 0) {
			g_string_append_c(value, separator);
		}
		g_string_append(value, parts->pdata[i]);
	}
	vcard_editor_put(self->editor, line, head, value->str);
}

/* The line of a property that a card has once, even an empty one ("N:;;;;", "FN:"); NULL where
 * there is none. */
static const struct content_line *line_of(const struct card_merge *self, const char *name)
{
	const struct content_line *line = vcard_editor_find(self->editor, name);
	const guint last = GPOINTER_TO_UINT(g_hash_table_lookup(self->editor->last_of_name, name));
	return line || last == 0 ? line : g_ptr_array_index(self->editor->lines, last - 1);
}

/* N, RFC 6350, 6.2.2. The prefix has rules of its own. */
static const struct {
	const char *name;
	gsize field;
} name_rows[] = {
	{"family name", offsetof(struct contact, family)},
	{"given name", offsetof(struct contact, given)},
	{"additional names", offsetof(struct contact, additional)},
	{"prefix", offsetof(struct contact, prefix)},
	{"suffix", offsetof(struct contact, suffix)},
};
#define PREFIX_ROW 3

static const char *prefix_of(const struct contact *contact)
{
	return contact->prefix ? contact->prefix : vcard_civility_word(contact->civility);
}

/* Nothing but a civility: then "Mme" and "Mrs" are the same, and a side without prefixes may hold
 * it too. */
static gboolean is_only_civility(const struct contact *contact)
{
	return !contact->prefix ||
	       (contact->civility != CIVILITY_UNKNOWN && !strpbrk(contact->prefix, " ,/"));
}

static gboolean is_same_prefix(const struct contact *left, const struct contact *right)
{
	return is_same(prefix_of(left), prefix_of(right)) ||
	       (left->civility == right->civility && is_only_civility(left) &&
	        is_only_civility(right));
}

/* "Dr. Mme" with another civility: the word that was one is exchanged, the others stay. */
static char *prefix_with_civility(const char *prefix, enum civility civility)
{
	const char *word = vcard_civility_word(civility);
	g_auto(GStrv) words = g_strsplit(prefix, " ", -1);
	GString *out = g_string_new(NULL);
	for (char **at = words; *at; at++) {
		const gboolean is_civility = vcard_civility_of_prefix(*at) != CIVILITY_UNKNOWN;
		const char *text = is_civility ? word : *at;
		if (is_civility) {
			word = NULL;
		}
		if (text) {
			g_string_append_printf(out, "%s%s", out->len ? " " : "", text);
		}
	}
	return g_string_free(out, FALSE);
}

/* What the prefix of mine becomes, or NULL where it stays. */
static char *merged_prefix(const struct card_merge *self)
{
	const struct contact *base = self->base;
	const struct contact *mine = self->mine;
	const char *theirs = prefix_of(self->theirs);
	if (!base) {
		return mine->prefix ? NULL : g_strdup(theirs);
	}
	if (is_same_prefix(base, self->theirs) || is_same_prefix(mine, self->theirs)) {
		return NULL;
	}
	if (is_same_prefix(base, mine)) {
		return g_strdup(theirs ? theirs : "");
	}
	if (is_only_civility(base) && is_only_civility(self->theirs) && mine->prefix &&
	    mine->civility == base->civility && mine->civility != CIVILITY_UNKNOWN) {
		return prefix_with_civility(mine->prefix, self->theirs->civility);
	}
	card_merge_add_conflict(self, "prefix", mine->prefix, theirs);
	return NULL;
}

static void merge_name(struct card_merge *self)
{
	const struct content_line *line = vcard_editor_find(self->editor, "N");
	g_autoptr(GPtrArray) parts = parts_of(line, ';', G_N_ELEMENTS(name_rows));
	bool is_changed = false;
	for (guint i = 0; i < G_N_ELEMENTS(name_rows); i++) {
		const char *mine = text_at(self->mine, name_rows[i].field);
		const char *theirs = text_at(self->theirs, name_rows[i].field);
		g_autofree char *prefix = i == PREFIX_ROW ? merged_prefix(self) : NULL;
		if (i == PREFIX_ROW ? prefix != NULL
		                    : card_merge_takes(self, name_rows[i].name,
		                                       text_at(self->base, name_rows[i].field),
		                                       mine, theirs)) {
			set_part(self, parts, i, prefix ? prefix : theirs);
			is_changed = true;
		} else if (!line) {
			set_part(self, parts, i, mine); /* what was made from FN */
		}
	}
	if (is_changed) {
		put_parts(self, line_of(self, "N"), "N", parts, ';');
	}
}

/* FN that the other fields imply. */
static char *implied_name(const struct contact *contact)
{
	struct contact nameless = *contact; /* lent fields, never freed */
	nameless.full_name = NULL;
	return contact_display_name(&nameless);
}

/* A full name that was only made from the name follows it; one that the person chose stays. */
static void merge_full_name(struct card_merge *self)
{
	const struct content_line *line = line_of(self, "FN");
	const char *mine = self->mine->full_name;
	g_autofree char *theirs = contact_display_name(self->theirs);
	if (!self->base) {
		if (is_same(mine, NULL)) {
			put_text(self, line, "FN", theirs);
		}
		return;
	}
	g_autofree char *base = contact_display_name(self->base);
	g_autofree char *implied = implied_name(*base ? self->base : self->mine);
	if (!*theirs || is_same(base, theirs) || is_same(mine, theirs)) {
		return;
	}
	const bool follows = is_same(mine, implied) && (*base || self->theirs->full_name);
	if (is_same(mine, base) || follows) {
		put_text(self, line, "FN", theirs);
	} else if (self->theirs->full_name && self->base->full_name) {
		card_merge_add_conflict(self, "full name", mine, theirs);
	}
}

static gboolean is_blank(const char *text)
{
	return text[strspn(text, " \t")] == '\0';
}

static void merge_nickname(struct card_merge *self)
{
	const char *mine = self->mine->nickname;
	const char *theirs = self->theirs->nickname;
	if (!card_merge_takes(self, "nickname",
	                      text_at(self->base, offsetof(struct contact, nickname)), mine,
	                      theirs)) {
		return;
	}
	const struct content_line *line = vcard_editor_find(self->editor, "NICKNAME");
	g_autoptr(GPtrArray) parts = parts_of(line, ',', 1);
	guint first = 0;
	while (first + 1 < parts->len && is_blank(parts->pdata[first])) {
		first++;
	}
	if (theirs && *theirs) {
		g_autoptr(GString) escaped = g_string_new(NULL);
		content_text_append_escaped(escaped, theirs);
		g_free(parts->pdata[first]);
		parts->pdata[first] = g_string_free(g_steal_pointer(&escaped), FALSE);
		put_parts(self, line, "NICKNAME", parts, ',');
	} else if (parts->len > 1) {
		g_ptr_array_remove_index(parts, first);
		put_parts(self, line, "NICKNAME", parts, ',');
	} else if (line) {
		vcard_editor_delete(self->editor, line);
	}
}

static void merge_organization(struct card_merge *self)
{
	const struct contact *base = self->base;
	const struct contact *theirs = self->theirs;
	const bool takes_company = card_merge_takes(self, "company", base ? base->company : NULL,
	                                            self->mine->company, theirs->company);
	const bool takes_department =
		card_merge_takes(self, "department", base ? base->department : NULL,
	                         self->mine->department, theirs->department);
	if (!takes_company && !takes_department) {
		return;
	}
	const struct content_line *line = vcard_editor_find(self->editor, "ORG");
	g_autoptr(GPtrArray) parts = parts_of(line, ';', 1);
	if (takes_company) {
		set_part(self, parts, 0, theirs->company);
	}
	if (takes_department) {
		g_ptr_array_set_size(parts, 1);
		if (theirs->department) {
			g_ptr_array_add(parts, g_strdup(""));
			set_part(self, parts, 1, theirs->department);
		}
	}
	if (!*(char *)parts->pdata[0] && parts->len == 1) {
		put_text(self, line, "ORG", NULL);
	} else {
		put_parts(self, line, "ORG", parts, ';');
	}
}

static void merge_function(struct card_merge *self)
{
	if (card_merge_takes(self, "function",
	                     text_at(self->base, offsetof(struct contact, function)),
	                     self->mine->function, self->theirs->function)) {
		const struct content_line *title = vcard_editor_find(self->editor, "TITLE");
		const struct content_line *role = vcard_editor_find(self->editor, "ROLE");
		put_text(self, title ? title : role, "TITLE", self->theirs->function);
	}
}

static void merge_note(struct card_merge *self)
{
	if (card_merge_takes(self, "note", text_at(self->base, offsetof(struct contact, note)),
	                     self->mine->note, self->theirs->note)) {
		put_text(self, vcard_editor_find(self->editor, "NOTE"), "NOTE", self->theirs->note);
	}
}

static const char *birthday_of(const struct contact *contact)
{
	return !contact ? NULL : contact->birthday ? contact->birthday : contact->birthday_text;
}

static void merge_birthday(struct card_merge *self)
{
	const struct contact *theirs = self->theirs;
	if (!card_merge_takes(self, "birthday", birthday_of(self->base), birthday_of(self->mine),
	                      birthday_of(theirs))) {
		return;
	}
	const struct content_line *line = vcard_editor_find(self->editor, "BDAY");
	if (!birthday_of(theirs)) {
		put_text(self, line, "BDAY", NULL);
		return;
	}
	g_autoptr(GPtrArray) head = head_of(self, line, "BDAY");
	vcard_head_drop(head, "VALUE");
	vcard_head_drop(head, "CALSCALE");
	vcard_head_drop(head, "X-APPLE-OMIT-YEAR");
	g_autofree char *date = theirs->birthday ? vcard_birthday_write(theirs->birthday,
	                                                                self->editor->span->version)
	                                         : g_strdup(theirs->birthday_text);
	if (!theirs->birthday) {
		vcard_head_add(head, "VALUE=text");
	}
	g_autoptr(GString) value = g_string_new(NULL);
	vcard_editor_append_value(self->editor, value, date);
	vcard_editor_put(self->editor, line, head, value->str);
}

static gboolean is_same_picture(GBytes *left, GBytes *right)
{
	return left && right ? g_bytes_equal(left, right) : left == right;
}

static const struct content_line *find_picture(const struct card_merge *self)
{
	GPtrArray *properties = self->editor->span->properties;
	for (guint i = 0; self->mine->picture && i < properties->len; i++) {
		const struct content_line *line = g_ptr_array_index(properties, i);
		if (strcmp(line->name, "PHOTO") == 0) {
			const char *reason = NULL;
			g_autofree char *url = NULL;
			g_autoptr(GBytes) picture = vcard_photo_read(line, &url, &reason);
			if (picture) {
				return line;
			}
		}
	}
	return NULL;
}

static void put_picture(struct card_merge *self, const struct content_line *line)
{
	g_autofree char *unfolded =
		vcard_photo_line(self->theirs->picture, self->editor->span->version);
	if (!line) {
		vcard_editor_insert(self->editor, unfolded);
		return;
	}
	static const char *const replaced[] = {"ENCODING", "VALUE", "TYPE", "MEDIATYPE",
	                                       "X-ABCROP-RECTANGLE"};
	g_autoptr(GPtrArray) head = vcard_editor_head(self->editor, line);
	for (gsize i = 0; i < G_N_ELEMENTS(replaced); i++) {
		vcard_head_drop(head, replaced[i]);
	}
	g_auto(GStrv) tokens = content_line_head_split(unfolded);
	gsize size = 0;
	for (char **token = tokens; *token; token++) {
		size += strlen(*token) + 1;
		if (token != tokens) {
			vcard_head_add(head, *token);
		}
	}
	vcard_editor_put(self->editor, line, head, unfolded + size);
}

static void merge_picture(struct card_merge *self)
{
	GBytes *base = self->base ? self->base->picture : NULL;
	GBytes *mine = self->mine->picture;
	GBytes *theirs = self->theirs->picture;
	if (is_same_picture(base, theirs) || is_same_picture(mine, theirs)) {
		return;
	}
	const struct content_line *line = find_picture(self);
	if (!is_same_picture(base, mine)) {
		if (self->base) {
			card_merge_add_conflict(self, "picture", "picture here", "picture there");
		}
	} else if (theirs) {
		put_picture(self, line);
	} else if (line) {
		vcard_editor_delete(self->editor, line);
	}
}

/* text: what is edited; mine: what the card said before it was converted, if it was. */
static char *merge_text(const char *text, const struct contact *mine, const struct contact *base,
                        const struct contact *theirs, GPtrArray *conflicts, GError **error)
{
	OWNED(vcard_editor) editor = vcard_editor_open(text, error);
	if (!editor) {
		return NULL;
	}
	struct card_merge merge = {.editor = editor,
	                           .base = base,
	                           .mine = mine,
	                           .theirs = theirs,
	                           .conflicts = conflicts};
	merge_full_name(&merge);
	merge_name(&merge);
	merge_nickname(&merge);
	merge_organization(&merge);
	merge_function(&merge);
	merge_birthday(&merge);
	card_merge_devices(&merge);
	card_merge_addresses(&merge);
	merge_picture(&merge);
	merge_note(&merge);
	return editor->is_changed ? vcard_editor_result(editor) : NULL;
}

/* 2.1 says its charset per line, and new lines are plain ASCII there: only later versions need one
 * encoding. */
static gboolean needs_utf8(const char *text)
{
	g_autoptr(GPtrArray) lines = content_lines_read(text, strlen(text), NULL);
	guint position = 0;
	OWNED(vcard_span) span = lines ? vcard_span_next(lines, &position) : NULL;
	if (!span || span->version < 3) {
		return FALSE;
	}
	g_autoptr(GString) bytes = vcard_unfolded_bytes(text, strlen(text));
	return !g_utf8_validate(bytes->str, (gssize)bytes->len, NULL);
}

char *vcard_merge(const char *mine, const struct contact *base, const struct contact *theirs,
                  GPtrArray *conflicts, GError **error)
{
	g_autofree char *converted = !g_utf8_validate(mine, -1, NULL) && needs_utf8(mine)
	                                     ? vcard_to_utf8(mine, strlen(mine))
	                                     : NULL;
	OWNED(contact) read = vcard_read(mine, strlen(mine), NULL, error);
	if (!read) {
		return NULL;
	}
	GError *problem = NULL;
	char *merged =
		merge_text(converted ? converted : mine, read, base, theirs, conflicts, &problem);
	if (problem) {
		g_propagate_error(error, problem);
		return NULL;
	}
	return merged ? merged : g_strdup(mine);
}
