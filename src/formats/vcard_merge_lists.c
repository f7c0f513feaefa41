/* SPDX-License-Identifier: MIT */
/* Three-way merge of what a card has many of: devices by their key, addresses by their content. */
#include <string.h>

#include "formats/vcard_merge_parts.h"

/* A device of the card with the line it stands in. */
struct device_entry {
	const struct content_line *line;
	const struct content_line *label; /* X-ABLabel of its group, or NULL */
	struct device *device;
	struct device_entry *next; /* another line with the same key; owned */
};

static void free_entry(gpointer data)
{
	struct device_entry *entry = data;
	while (entry) {
		struct device_entry *next = entry->next;
		device_free(entry->device);
		g_free(entry);
		entry = next;
	}
}

static GHashTable *label_lines(const struct vcard_editor *editor)
{
	GHashTable *labels = g_hash_table_new(g_str_hash, g_str_equal);
	for (guint i = 0; i < editor->span->properties->len; i++) {
		struct content_line *line = g_ptr_array_index(editor->span->properties, i);
		if (line->group && strcmp(line->name, "X-ABLABEL") == 0) {
			g_hash_table_replace(labels, line->group, line);
		}
	}
	return labels;
}

/* Key -> entries in the order of the card. */
static GHashTable *entries_of(const struct vcard_editor *editor)
{
	g_autoptr(GHashTable) labels = label_lines(editor);
	GHashTable *entries = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, free_entry);
	for (guint i = editor->span->properties->len; i-- > 0;) {
		const struct content_line *line = g_ptr_array_index(editor->span->properties, i);
		const struct content_line *label =
			line->group ? g_hash_table_lookup(labels, line->group) : NULL;
		bool is_guessed = false;
		g_autofree char *text = vcard_line_text(line, &is_guessed);
		struct device *device = vcard_line_device(line, text, label ? label->value : NULL);
		if (!device) {
			continue;
		}
		struct device_entry *entry = g_new0(struct device_entry, 1);
		entry->line = line;
		entry->label = label;
		entry->device = device;
		char *key = device_key(device);
		char *old_key = NULL;
		gpointer next = NULL;
		if (g_hash_table_steal_extended(entries, key, (gpointer *)&old_key, &next)) {
			entry->next = next;
			g_free(old_key);
		}
		g_hash_table_insert(entries, key, entry);
	}
	return entries;
}

/* Key -> device (lent) of a contact. */
static GHashTable *devices_by_key(const struct contact *contact)
{
	GHashTable *devices = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	for (guint i = 0; contact && i < contact->devices->len; i++) {
		struct device *device = g_ptr_array_index(contact->devices, i);
		char *key = device_key(device);
		if (g_hash_table_contains(devices, key)) {
			g_free(key);
		} else {
			g_hash_table_insert(devices, key, device);
		}
	}
	return devices;
}

static gboolean is_one_of(const char *word, const char *const *words)
{
	for (; *words; words++) {
		if (g_ascii_strcasecmp(word, *words) == 0) {
			return TRUE;
		}
	}
	return FALSE;
}

/* The words of one kind in a line's types: the first one found is replaced, the others go. */
struct type_change {
	const char *const *family;
	const char *word; /* NULL: only take away */
	gboolean is_done;
};

static const char *const subtype_family[] = {"CELL",  "MOBILE", "IPHONE", "FAX",
                                             "VIDEO", "VOICE",  NULL};
static const char *const info_family[] = {"HOME", "WORK", NULL};
static const char *const preference_family[] = {"PREF", NULL};

static char *styled(const struct card_merge *self, const char *word, const char *model)
{
	const gboolean is_lower =
		model ? g_ascii_islower(*model) : self->editor->span->version >= 4;
	return is_lower ? g_ascii_strdown(word, -1) : g_ascii_strup(word, -1);
}

/* A list of types as written, without quotes; "" where none is left. */
static char *changed_types(const struct card_merge *self, const char *list,
                           struct type_change *change)
{
	g_autofree char *plain = g_strdup(list);
	g_strdelimit(plain, "\"", ' ');
	g_auto(GStrv) words = g_strsplit(plain, ",", -1);
	GString *out = g_string_new(NULL);
	for (char **word = words; *word; word++) {
		g_strstrip(*word);
		g_autofree char *replacement = NULL;
		if (is_one_of(*word, change->family)) {
			if (change->word && !change->is_done) {
				replacement = styled(self, change->word, *word);
			}
			change->is_done = TRUE;
		} else {
			replacement = g_strdup(*word);
		}
		if (replacement && *replacement) {
			g_string_append_printf(out, "%s%s", out->len ? "," : "", replacement);
		}
	}
	return g_string_free(out, FALSE);
}

static gboolean is_type_list(const char *token, const char **list)
{
	const char *equals = strchr(token, '=');
	if (!equals) {
		*list = token; /* vCard 2.1 */
		return TRUE;
	}
	*list = equals + 1;
	return equals - token == 4 && g_ascii_strncasecmp(token, "TYPE", 4) == 0;
}

static void change_types(const struct card_merge *self, GPtrArray *head, struct type_change change)
{
	for (guint i = 1; i < head->len; i++) {
		const char *token = head->pdata[i];
		const char *list = NULL;
		if (!is_type_list(token, &list)) {
			continue;
		}
		const gboolean was_done = change.is_done;
		change.is_done = FALSE;
		struct type_change here = change;
		here.word = was_done ? NULL : change.word;
		g_autofree char *types = changed_types(self, list, &here);
		change.is_done = was_done || here.is_done;
		if (!here.is_done) {
			continue;
		}
		if (*types) {
			char *changed =
				g_strdup_printf("%.*s%s", (int)(list - token), token, types);
			g_free(head->pdata[i]);
			head->pdata[i] = changed;
		} else {
			g_ptr_array_remove_index(head, i--);
		}
	}
	if (change.word && !change.is_done) {
		g_autofree char *word = styled(self, change.word, NULL);
		g_autofree char *token =
			g_strconcat(self->editor->span->version >= 3 ? "TYPE=" : "", word, NULL);
		vcard_head_add(head, token);
	}
}

static void change_preference(const struct card_merge *self, GPtrArray *head, bool is_preferred)
{
	const gboolean is_4 = self->editor->span->version >= 4;
	vcard_head_drop(head, "PREF");
	change_types(self, head,
	             (struct type_change){preference_family, is_preferred && !is_4 ? "PREF" : NULL,
	                                  FALSE});
	if (is_preferred && is_4) {
		vcard_head_add(head, "PREF=1");
	}
}

/* Which attributes of a device are to change. */
struct device_change {
	bool subtype, info, preferred, value;
};

/* Is one attribute to be taken over? Tells a conflict. Never agreed: what mine says stays. */
static bool takes_attribute(const struct card_merge *self, const struct device *mine, int of_base,
                            int of_mine, int of_theirs)
{
	if (of_base == of_theirs || of_mine == of_theirs) {
		return false;
	}
	if (of_base != of_mine) {
		card_merge_add_conflict(self, "type", mine->value, "another type");
		return false;
	}
	return true;
}

static const char *subtype_word(enum device_subtype subtype)
{
	static const char *const words[] = {
		[DEVICE_VOICE] = "VOICE", [DEVICE_MOBILE] = "CELL", [DEVICE_FAX] = "FAX",
		[DEVICE_VIDEO] = "VIDEO", [DEVICE_INTERNET] = NULL, [DEVICE_WEB] = NULL};
	return words[subtype];
}

static const char *info_word(enum info_type info)
{
	static const char *const words[] = {
		[INFO_UNKNOWN] = NULL, [INFO_HOME] = "HOME", [INFO_WORK] = "WORK"};
	return words[info];
}

/* Apple's own labels ("_$!<Mobile>!$_") say a type again: the label goes, and its type is written
 * out. */
static bool label_says_type(const struct content_line *label)
{
	return label && g_str_has_prefix(label->value, "_$!<");
}

static void retype(struct card_merge *self, const struct device_entry *entry,
                   const struct device *theirs, struct device_change change)
{
	g_autoptr(GPtrArray) head = vcard_editor_head(self->editor, entry->line);
	const bool drops_label = (change.subtype || change.info) && label_says_type(entry->label);
	const struct device *mine = entry->device;
	if (drops_label) {
		vcard_editor_delete(self->editor, entry->label);
	}
	if (mine->type == DEVICE_PHONE && (change.subtype || drops_label)) {
		const char *word = subtype_word(change.subtype ? theirs->subtype : mine->subtype);
		change_types(self, head, (struct type_change){subtype_family, word, FALSE});
	}
	if (change.info || drops_label) {
		const char *word = info_word(change.info ? theirs->info : mine->info);
		change_types(self, head, (struct type_change){info_family, word, FALSE});
	}
	if (change.preferred) {
		change_preference(self, head, theirs->preferred);
	}
	bool is_guessed = false;
	g_autofree char *text = vcard_line_text(entry->line, &is_guessed);
	if (change.value) {
		vcard_head_drop(head, "VALUE");
		g_autofree char *line = vcard_device_line(theirs, self->editor->span->version);
		g_free(text);
		text = g_strdup(strchr(line, ':') + 1);
	}
	vcard_editor_put(self->editor, entry->line, head, text);
}

static void merge_known_device(struct card_merge *self, const struct device_entry *entry,
                               const struct device *base, const struct device *theirs)
{
	const struct device *mine = entry->device;
	/* A card that names none claims none. */
	const enum info_type info_here = mine->info == INFO_UNKNOWN ? base->info : mine->info;
	const struct device_change change = {
		.subtype = takes_attribute(self, mine, (int)base->subtype, (int)mine->subtype,
	                                   (int)theirs->subtype),
		.info = takes_attribute(self, mine, (int)base->info, (int)info_here,
	                                (int)theirs->info),
		.preferred = takes_attribute(self, mine, base->preferred, mine->preferred,
	                                     theirs->preferred),
		.value = strcmp(base->value, theirs->value) != 0 &&
	                 strcmp(base->value, mine->value) == 0,
	};
	if (change.subtype || change.info || change.preferred || change.value) {
		retype(self, entry, theirs, change);
	}
}

/* The info type says nothing: the other side may not hold the one that stands here. */
static gboolean is_unchanged(const struct device *mine, const struct device *base)
{
	return mine->subtype == base->subtype;
}

static void delete_lines(struct card_merge *self, const struct device_entry *entry)
{
	for (; entry; entry = entry->next) {
		vcard_editor_delete(self->editor, entry->line);
		if (entry->label) {
			vcard_editor_delete(self->editor, entry->label);
		}
	}
}

/* Entries that are gone there and as agreed here, in the order of base. */
struct gone_device {
	const struct device_entry *entry;
	const struct device *base;
};

static GArray *gone_devices(struct card_merge *self, GHashTable *mine, GHashTable *base,
                            GHashTable *theirs)
{
	GArray *gone = g_array_new(FALSE, FALSE, sizeof(struct gone_device));
	for (guint i = 0; self->base && i < self->base->devices->len; i++) {
		const struct device *device = g_ptr_array_index(self->base->devices, i);
		g_autofree char *key = device_key(device);
		const struct device_entry *entry = g_hash_table_lookup(mine, key);
		if (!entry || g_hash_table_contains(theirs, key) ||
		    g_hash_table_lookup(base, key) != device) {
			continue;
		}
		if (is_unchanged(entry->device, device)) {
			const struct gone_device one = {entry, device};
			g_array_append_val(gone, one);
		} else {
			card_merge_add_conflict(self, "device", entry->device->value, "");
		}
	}
	return gone;
}

/* One that changed there changes in its line, where its group, label and place stay; a new one
 * comes behind the last. */
static void put_device(struct card_merge *self, const struct device *device, GArray *gone)
{
	for (guint i = 0; i < gone->len; i++) {
		const struct gone_device one = g_array_index(gone, struct gone_device, i);
		if (one.base->type == device->type && one.base->subtype == device->subtype &&
		    one.base->info == device->info) {
			const bool is_other = one.base->preferred != device->preferred;
			retype(self, one.entry, device,
			       (struct device_change){.value = true, .preferred = is_other});
			delete_lines(self, one.entry->next);
			g_array_remove_index(gone, i);
			return;
		}
	}
	g_autofree char *line = vcard_device_line(device, self->editor->span->version);
	vcard_editor_insert(self->editor, line);
}

void card_merge_devices(struct card_merge *self)
{
	g_autoptr(GHashTable) mine = entries_of(self->editor);
	g_autoptr(GHashTable) base = devices_by_key(self->base);
	g_autoptr(GHashTable) theirs = devices_by_key(self->theirs);
	g_autoptr(GArray) gone = gone_devices(self, mine, base, theirs);
	for (guint i = 0; i < self->theirs->devices->len; i++) {
		const struct device *device = g_ptr_array_index(self->theirs->devices, i);
		g_autofree char *key = device_key(device);
		const struct device_entry *entry = g_hash_table_lookup(mine, key);
		const struct device *agreed = g_hash_table_lookup(base, key);
		if (g_hash_table_lookup(theirs, key) != device) {
			continue;
		}
		if (!agreed && !entry) {
			put_device(self, device, gone);
		} else if (agreed && entry) {
			merge_known_device(self, entry, agreed, device);
		}
	}
	for (guint i = 0; i < gone->len; i++) {
		delete_lines(self, g_array_index(gone, struct gone_device, i).entry);
	}
}

/* Content of an address, whatever kind it is of. */
static char *address_key(const struct postal_address *address)
{
	const char *const fields[] = {address->po_box, address->extended, address->street,
	                              address->city,   address->region,   address->postal_code,
	                              address->country};
	GString *key = g_string_new(NULL);
	for (gsize i = 0; i < G_N_ELEMENTS(fields); i++) {
		g_autofree char *folded = name_fold(fields[i]);
		g_string_append_printf(key, "%s\x1f", folded);
	}
	return g_string_free(key, FALSE);
}

static GHashTable *address_lines(const struct vcard_editor *editor)
{
	GHashTable *lines = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	for (guint i = 0; i < editor->span->properties->len; i++) {
		struct content_line *line = g_ptr_array_index(editor->span->properties, i);
		if (strcmp(line->name, "ADR") != 0) {
			continue;
		}
		bool is_guessed = false;
		g_autofree char *text = vcard_line_text(line, &is_guessed);
		OWNED(postal_address) address = vcard_line_address(line, text);
		if (address) {
			g_hash_table_insert(lines, address_key(address), line);
		}
	}
	return lines;
}

static GHashTable *addresses_by_key(const struct contact *contact)
{
	GHashTable *addresses = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	for (guint i = 0; contact && i < contact->addresses->len; i++) {
		struct postal_address *address = g_ptr_array_index(contact->addresses, i);
		g_hash_table_insert(addresses, address_key(address), address);
	}
	return addresses;
}

/* Lines of addresses that are gone there and as agreed here, one queue per info type. */
static void collect_gone(const struct card_merge *self, GHashTable *mine, GHashTable *theirs,
                         GQueue *gone)
{
	g_autoptr(GHashTable) seen = g_hash_table_new(NULL, NULL);
	for (guint i = 0; self->base && i < self->base->addresses->len; i++) {
		const struct postal_address *address = g_ptr_array_index(self->base->addresses, i);
		g_autofree char *key = address_key(address);
		gpointer line = g_hash_table_lookup(mine, key);
		if (line && !g_hash_table_contains(theirs, key) && g_hash_table_add(seen, line)) {
			g_queue_push_tail(&gone[address->info], line);
		}
	}
}

/* An address that changed there changes in its line; a new one comes behind the last. */
static void put_address(struct card_merge *self, const struct postal_address *address, GQueue *gone)
{
	g_autofree char *unfolded = vcard_address_line(address, self->editor->span->version);
	const struct content_line *line = g_queue_pop_head(&gone[address->info]);
	if (line) {
		g_autoptr(GPtrArray) head = vcard_editor_head(self->editor, line);
		vcard_head_drop(head, "LABEL"); /* the old address once more, in words */
		vcard_editor_put(self->editor, line, head, strchr(unfolded, ':') + 1);
	} else {
		vcard_editor_insert(self->editor, unfolded);
	}
}

/* The usual case, without the cost of folding every field. */
static bool has_same_addresses(const struct contact *left, const struct contact *right)
{
	if (!left || left->addresses->len != right->addresses->len) {
		return false;
	}
	for (guint i = 0; i < left->addresses->len; i++) {
		g_autofree char *a = vcard_address_line(g_ptr_array_index(left->addresses, i), 4);
		g_autofree char *b = vcard_address_line(g_ptr_array_index(right->addresses, i), 4);
		if (strcmp(a, b) != 0) {
			return false;
		}
	}
	return true;
}

void card_merge_addresses(struct card_merge *self)
{
	if (has_same_addresses(self->base, self->theirs)) {
		return;
	}
	g_autoptr(GHashTable) mine = address_lines(self->editor);
	g_autoptr(GHashTable) base = addresses_by_key(self->base);
	g_autoptr(GHashTable) theirs = addresses_by_key(self->theirs);
	GQueue gone[] = {G_QUEUE_INIT, G_QUEUE_INIT, G_QUEUE_INIT};
	collect_gone(self, mine, theirs, gone);
	for (guint i = 0; i < self->theirs->addresses->len; i++) {
		const struct postal_address *address =
			g_ptr_array_index(self->theirs->addresses, i);
		g_autofree char *key = address_key(address);
		if (g_hash_table_lookup(theirs, key) == address &&
		    !g_hash_table_contains(base, key) && !g_hash_table_contains(mine, key)) {
			put_address(self, address, gone);
		}
	}
	for (gsize i = 0; i < G_N_ELEMENTS(gone); i++) {
		const struct content_line *line = NULL;
		while ((line = g_queue_pop_head(&gone[i]))) {
			vcard_editor_delete(self->editor, line);
		}
	}
}
