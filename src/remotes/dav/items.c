/* SPDX-License-Identifier: MIT */
/* A text of a DAV server, or for one, as what is synchronised. */
#include "remotes/dav/items.h"

#include <string.h>

#include "formats/component.h"
#include "formats/vcard.h"
#include "remotes/dav/content.h"
#include "remotes/dav/href.h"

#define UID_DIGITS 40

static bool is_entry(const struct component *component)
{
	return strcmp(component->name, "VEVENT") == 0 || strcmp(component->name, "VTODO") == 0 ||
	       strcmp(component->name, "VJOURNAL") == 0;
}

/* Events, tasks and journal entries, in order. Lent. */
static void collect(const struct component *component, GPtrArray *found)
{
	for (guint i = 0; i < component->children->len; i++) {
		struct component *child = g_ptr_array_index(component->children, i);
		if (is_entry(child)) {
			g_ptr_array_add(found, child);
		} else {
			collect(child, found);
		}
	}
}

/* The one of which the others are exceptions. */
static const struct component *master_of(const GPtrArray *entries)
{
	for (guint i = 0; i < entries->len; i++) {
		const struct component *entry = g_ptr_array_index(entries, i);
		if (component_property(entry, "RECURRENCE-ID") == NULL) {
			return entry;
		}
	}
	return g_ptr_array_index(entries, 0);
}

static bool has_one_uid(const GPtrArray *entries, GError **error)
{
	const struct component *first = g_ptr_array_index(entries, 0);
	g_autofree char *uid = component_value(first, "UID");
	for (guint i = 1; i < entries->len; i++) {
		g_autofree char *other = component_value(g_ptr_array_index(entries, i), "UID");
		if (strcmp(uid, other) != 0) {
			g_set_error(error, PASSERELLE_ERROR, PASSERELLE_ERROR_INPUT,
			            "it holds events of several UIDs; use passerelle import");
			return false;
		}
	}
	return true;
}

static void add_fact(GPtrArray *facts, const char *name, char *value_taken)
{
	if (value_taken != NULL && *value_taken != '\0') {
		g_ptr_array_add(facts, g_strconcat(name, "=", value_taken, NULL));
	}
	g_free(value_taken);
}

static gint compare_strings(gconstpointer left, gconstpointer right)
{
	return strcmp(*(char *const *)left, *(char *const *)right);
}

/* As written, with its zone: two spellings of one moment are left apart rather than taken for one
 * thing wrongly. */
static char *time_of(const struct component *entry, const char *name)
{
	const struct content_line *line = component_property(entry, name);
	const struct content_parameter *zone =
		line == NULL ? NULL : content_line_parameter(line, "TZID");
	g_autofree char *value = component_value(entry, name);
	return zone == NULL ? g_steal_pointer(&value)
	                    : g_strconcat(value, "@", zone->values[0], NULL);
}

static char *folded(char *text_taken)
{
	g_autofree char *text = text_taken;
	return name_fold(text);
}

static char **event_facts(const struct component *entry)
{
	GPtrArray *facts = g_ptr_array_new();
	add_fact(facts, "end", time_of(entry, "DTEND"));
	add_fact(facts, "lasts", component_value(entry, "DURATION"));
	add_fact(facts, "place", folded(component_text(entry, "LOCATION")));
	add_fact(facts, "rule", component_value(entry, "RRULE"));
	add_fact(facts, "start", time_of(entry, "DTSTART"));
	g_ptr_array_sort(facts, compare_strings);
	g_ptr_array_add(facts, NULL);
	return (char **)g_ptr_array_free(facts, FALSE);
}

static char *event_name(const struct component *entry)
{
	g_autofree char *summary = component_text(entry, "SUMMARY");
	g_autofree char *start = component_value(entry, "DTSTART");
	g_strdelimit(summary, "\r\n", ' ');
	if (strlen(start) < strlen("20261121")) {
		return g_strdup(summary);
	}
	return g_strdup_printf("%s%s%.4s-%.2s-%.2s", summary, *summary == '\0' ? "" : ", ", start,
	                       start + 4, start + 6);
}

/* Title and start; nothing where one of them is missing. */
static char *event_match(const struct component *entry)
{
	g_autofree char *summary = folded(component_text(entry, "SUMMARY"));
	g_autofree char *start = time_of(entry, "DTSTART");
	return *summary == '\0' || *start == '\0' ? g_strdup("")
	                                          : g_strconcat(summary, "\x1f", start, NULL);
}

static bool read_event(struct item *item, const char *text, GError **error)
{
	OWNED(component_tree) tree = component_tree_read(text, strlen(text), error);
	if (tree == NULL) {
		return false;
	}
	g_autoptr(GPtrArray) entries = g_ptr_array_new();
	collect(tree->root, entries);
	if (entries->len == 0) {
		g_set_error(error, PASSERELLE_ERROR, PASSERELLE_ERROR_INPUT,
		            "there is no event in it");
		return false;
	}
	if (!has_one_uid(entries, error)) {
		return false;
	}
	const struct component *master = master_of(entries);
	if (master->message != NULL) { /* RFC 4791, 4.1: no METHOD is stored; without it, it would
		                          be the event that it takes back or answers */
		g_set_error(error, PASSERELLE_ERROR, PASSERELLE_ERROR_INPUT,
		            "it is a message about an event (METHOD:%s), and no event",
		            master->message->value);
		return false;
	}
	item->uid = component_value(master, "UID");
	item->name = event_name(master);
	item->match = event_match(master);
	item->facts = event_facts(master);
	return true;
}

static bool read_card(struct item *item, const char *text, GError **error)
{
	OWNED(contact) contact = vcard_read(text, strlen(text), NULL, error);
	if (contact == NULL) {
		return false;
	}
	g_autoptr(GPtrArray) cards = vcard_split(text, strlen(text), error);
	if (cards == NULL) {
		return false;
	}
	if (cards->len > 1) {
		g_set_error(error, PASSERELLE_ERROR, PASSERELLE_ERROR_INPUT,
		            "it holds %u cards; use passerelle import", cards->len);
		return false;
	}
	const bool is_group = g_strcmp0(contact->kind, "group") == 0;
	item->uid = g_strdup(contact->uid);
	item->name = contact_display_name(contact);
	item->match = is_group ? g_strdup("") : contact_match_key(contact);
	item->facts = contact_facts(contact);
	return true;
}

/* Under two UIDs only what holds the same is one thing: each of the others can stand there by
 * itself, and putting them together would cost what only one of them holds. */
static void add_content_fact(struct item *self)
{
	g_autoptr(GPtrArray) facts = g_ptr_array_new();
	for (gsize i = 0; self->facts[i] != NULL; i++) {
		g_ptr_array_add(facts, self->facts[i]);
	}
	g_ptr_array_add(facts, g_strconcat("content=", self->fingerprint, NULL));
	g_ptr_array_sort(facts, compare_strings);
	g_ptr_array_add(facts, NULL);
	g_free(self->facts);
	self->facts = (char **)g_ptr_array_free(g_steal_pointer(&facts), FALSE);
}

struct item *dav_item_read(enum item_kind kind, const char *text, const char *fallback_uid,
                           GError **error)
{
	OWNED(item) item = item_new();
	item->fingerprint = dav_content_fingerprint(text, error);
	if (item->fingerprint == NULL || !(kind == ITEM_CONTACT ? read_card(item, text, error)
	                                                        : read_event(item, text, error))) {
		return NULL;
	}
	if (item->uid == NULL || *item->uid == '\0') {
		g_free(item->uid);
		item->uid = fallback_uid != NULL ? g_strdup(fallback_uid)
		                                 : g_strdup_printf("passerelle-%.*s", UID_DIGITS,
		                                                   item->fingerprint);
	}
	add_content_fact(item);
	item->text = g_strdup(text);
	item->lost = g_new0(char *, 1);
	return g_steal_pointer(&item);
}

char *dav_text_uid(enum item_kind kind, const char *text)
{
	OWNED(item) item = item_new();
	const bool is_read =
		kind == ITEM_CONTACT ? read_card(item, text, NULL) : read_event(item, text, NULL);
	return is_read && item->uid != NULL && *item->uid != '\0' ? g_steal_pointer(&item->uid)
	                                                          : NULL;
}

char *dav_uid_of_place(const char *collection, const char *name)
{
	g_autofree char *place = g_strconcat(dav_href_path(collection), "\n", name, NULL);
	g_autofree char *sum = g_compute_checksum_for_string(G_CHECKSUM_SHA256, place, -1);
	return g_strdup_printf("passerelle-%.*s", UID_DIGITS, sum);
}

char *dav_text_to_send(enum item_kind kind, const char *text)
{
	g_autoptr(GPtrArray) lines = content_lines_read(text, strlen(text), NULL);
	GString *out = g_string_new(NULL);
	gsize written = 0;
	for (guint i = 0; kind == ITEM_EVENT && lines != NULL && i < lines->len; i++) {
		const struct content_line *line = g_ptr_array_index(lines, i);
		if (strcmp(line->name, "METHOD") == 0) {
			g_string_append_len(out, text + written, (gssize)(line->offset - written));
			written = line->offset + line->length;
		}
	}
	g_string_append(out, text + written);
	return g_string_free(out, FALSE);
}
