/* SPDX-License-Identifier: MIT */
/* A card in any version and encoding to a contact: one table says which property becomes which
 * field. */
#include "formats/vcard.h"

#include <string.h>

#include "base/limits.h"
#include "formats/vcard_parts.h"

#define REPAIRS_MAX 50 /* a hostile file must not be answered with as many sentences */

struct card_reader {
	struct contact *contact;
	GHashTable *labels;   /* group -> X-ABLabel */
	GHashTable *keys;     /* of the devices so far: a look-up per line, not a scan */
	GHashTable *variants; /* "NAME ALTID" seen: RFC 6350, 5.4: alternatives of one property */
	GPtrArray *repairs;   /* nullable */
	char *role;
	bool has_name; /* an N line, even an empty one */
	bool is_cut;   /* there are more addresses */
};

static void add_repair(const struct card_reader *self, const char *format, ...) G_GNUC_PRINTF(2, 3);
static void add_repair(const struct card_reader *self, const char *format, ...)
{
	if (self->repairs && self->repairs->len < REPAIRS_MAX) {
		va_list arguments;
		va_start(arguments, format);
		g_ptr_array_add(self->repairs, g_strdup_vprintf(format, arguments));
		va_end(arguments);
	}
}

char *vcard_stripped(char *text)
{
	g_strstrip(text);
	if (*text) {
		return text;
	}
	g_free(text);
	return NULL;
}

static char *stripped_text(const char *raw)
{
	return vcard_stripped(content_text_unescape(raw, strlen(raw)));
}

char *vcard_component(char **parts, guint index)
{
	return index < g_strv_length(parts) ? stripped_text(parts[index]) : NULL;
}

char *vcard_department(char **parts)
{
	GString *joined = g_string_new(NULL);
	for (guint i = 1; parts[0] && parts[i]; i++) {
		g_autofree char *unit = stripped_text(parts[i]);
		if (unit) {
			g_string_append_printf(joined, "%s%s", joined->len ? " / " : "", unit);
		}
	}
	return vcard_stripped(g_string_free(joined, FALSE));
}

/* A field that is set stays: of several lines the first one counts. */
static void set_once(char **field, char *taken)
{
	if (*field) {
		g_free(taken);
	} else {
		*field = taken;
	}
}

static void read_name(struct card_reader *self, const struct content_line *line G_GNUC_UNUSED,
                      const char *text)
{
	struct contact *contact = self->contact;
	char **const fields[] = {&contact->family, &contact->given, &contact->additional,
	                         &contact->prefix, &contact->suffix};
	for (gsize i = 0; i < G_N_ELEMENTS(fields); i++) {
		if (*fields[i]) {
			return;
		}
	}
	g_auto(GStrv) parts = content_value_split(text, ';');
	for (guint i = 0; i < G_N_ELEMENTS(fields); i++) {
		*fields[i] = vcard_component(parts, i);
	}
	self->has_name = true;
	contact->civility = vcard_civility_of_prefix(contact->prefix);
}

static void read_nickname(struct card_reader *self, const struct content_line *line G_GNUC_UNUSED,
                          const char *text)
{
	g_auto(GStrv) parts = content_value_split(text, ',');
	for (char **part = parts; *part && !self->contact->nickname; part++) {
		self->contact->nickname = stripped_text(*part);
	}
}

static void read_organization(struct card_reader *self,
                              const struct content_line *line G_GNUC_UNUSED, const char *text)
{
	g_auto(GStrv) parts = content_value_split(text, ';');
	if (!self->contact->company && !self->contact->department) {
		self->contact->company = vcard_component(parts, 0);
		self->contact->department = vcard_department(parts);
	}
}

static const char *parameter_text(const struct content_line *line, const char *name)
{
	const struct content_parameter *parameter = content_line_parameter(line, name);
	return parameter ? parameter->values[0] : "";
}

/* Apple's address book writes a birthday without a year under a year that it names beside it. */
static void drop_omitted_year(char **birthday, const char *year)
{
	if (*birthday && strlen(year) == 4 && g_str_has_prefix(*birthday, year) &&
	    strlen(*birthday) == strlen("1604-01-31")) {
		char *partial = g_strconcat("-", *birthday + 4, NULL);
		g_free(*birthday);
		*birthday = partial;
	}
}

static void read_birthday(struct card_reader *self, const struct content_line *line,
                          const char *text)
{
	struct contact *contact = self->contact;
	if (contact->birthday || contact->birthday_text) {
		return;
	}
	const bool is_text = g_ascii_strcasecmp(parameter_text(line, "VALUE"), "text") == 0;
	g_autofree char *value = stripped_text(text);
	if (!value) {
		return;
	}
	contact->birthday = is_text ? NULL : vcard_birthday_read(value);
	drop_omitted_year(&contact->birthday, parameter_text(line, "X-APPLE-OMIT-YEAR"));
	if (!contact->birthday) {
		contact->birthday_text = g_steal_pointer(&value);
		if (!is_text) {
			add_repair(self, "line %u: BDAY is no date, kept as text", line->number);
		}
	}
}

static void read_device(struct card_reader *self, const struct content_line *line, const char *text)
{
	const char *label = line->group ? g_hash_table_lookup(self->labels, line->group) : NULL;
	struct device *device = vcard_line_device(line, text, label);
	if (!device) {
		return;
	}
	if (g_hash_table_add(self->keys, device_key(device))) {
		g_ptr_array_add(self->contact->devices, device);
	} else {
		device_free(device);
	}
}

static void read_address(struct card_reader *self, const struct content_line *line,
                         const char *text)
{
	if (self->contact->addresses->len >= LIMIT_ADDRESSES) {
		if (!self->is_cut) {
			add_repair(self,
			           "line %u: one address too many, left out with those behind it",
			           line->number);
		}
		self->is_cut = true;
		return;
	}
	struct postal_address *address = vcard_line_address(line, text);
	if (address) {
		g_ptr_array_add(self->contact->addresses, address);
	}
}

static void read_photo(struct card_reader *self, const struct content_line *line,
                       const char *text G_GNUC_UNUSED)
{
	const char *reason = NULL;
	g_autofree char *url = NULL;
	g_autoptr(GBytes) picture = vcard_photo_read(line, &url, &reason);
	if (picture && !self->contact->picture) {
		self->contact->picture = g_steal_pointer(&picture);
	} else if (url) {
		set_once(&self->contact->picture_url, g_steal_pointer(&url));
	} else if (reason && *line->value) {
		add_repair(self, "line %u: PHOTO %s, left out", line->number, reason);
	}
}

static void read_note(struct card_reader *self, const struct content_line *line G_GNUC_UNUSED,
                      const char *text)
{
	g_autofree char *note = content_text_unescape(text, strlen(text));
	if (!note[strspn(note, " \t\n")]) {
		return;
	}
	set_once(&self->contact->note, g_steal_pointer(&note));
}

static void read_kind(struct card_reader *self, const struct content_line *line G_GNUC_UNUSED,
                      const char *text)
{
	g_autofree char *kind = stripped_text(text);
	g_autofree char *folded = kind ? g_ascii_strdown(kind, -1) : NULL;
	if (g_strcmp0(folded, "individual") != 0) {
		set_once(&self->contact->kind, g_steal_pointer(&folded));
	}
}

/* The mapping of properties to fields: either a text field as it is, or a function. */
static const struct property_row {
	const char *name;
	void (*read)(struct card_reader *self, const struct content_line *line, const char *text);
	gsize field; /* of struct contact, where there is no function */
} property_rows[] = {
	{"ADR", read_address, 0},
	{"BDAY", read_birthday, 0},
	{"EMAIL", read_device, 0},
	{"FN", NULL, offsetof(struct contact, full_name)},
	{"KIND", read_kind, 0},
	{"N", read_name, 0},
	{"NICKNAME", read_nickname, 0},
	{"NOTE", read_note, 0},
	{"ORG", read_organization, 0},
	{"PHOTO", read_photo, 0},
	{"REV", NULL, offsetof(struct contact, revision)},
	{"TEL", read_device, 0},
	{"TITLE", NULL, offsetof(struct contact, function)},
	{"UID", NULL, offsetof(struct contact, uid)},
	{"URL", read_device, 0},
	{"X-ADDRESSBOOKSERVER-KIND", read_kind, 0},
};

static const struct property_row *find_row(const char *name)
{
	for (gsize i = 0; i < G_N_ELEMENTS(property_rows); i++) {
		if (strcmp(property_rows[i].name, name) == 0) {
			return &property_rows[i];
		}
	}
	return NULL;
}

static bool is_variant(struct card_reader *self, const struct content_line *line)
{
	const struct content_parameter *variant = content_line_parameter(line, "ALTID");
	return variant && !g_hash_table_add(self->variants,
	                                    g_strconcat(line->name, " ", variant->values[0], NULL));
}

static void read_property(struct card_reader *self, const struct content_line *line)
{
	if (!*line->name && line->value[strspn(line->value, " \t")]) {
		add_repair(self, "line %u is no property, left out", line->number);
	}
	const bool is_role = strcmp(line->name, "ROLE") == 0;
	const struct property_row *row = find_row(line->name);
	if ((!row && !is_role) || is_variant(self, line)) {
		return;
	}
	bool is_guessed = false;
	g_autofree char *text =
		row && row->read == read_photo ? NULL : vcard_line_text(line, &is_guessed);
	if (is_guessed) {
		add_repair(self, "line %u is not UTF-8, read as windows-1252", line->number);
	}
	if (is_role) {
		set_once(&self->role, stripped_text(text));
	} else if (row->read) {
		row->read(self, line, text);
	} else {
		char **field = (char **)(void *)((char *)self->contact + row->field);
		set_once(field, stripped_text(text));
	}
}

static void collect_labels(struct card_reader *self, const struct vcard_span *span)
{
	for (guint i = 0; i < span->properties->len; i++) {
		const struct content_line *line = g_ptr_array_index(span->properties, i);
		if (line->group && strcmp(line->name, "X-ABLABEL") == 0) {
			g_hash_table_replace(self->labels, line->group, line->value);
		}
	}
}

/* Without N: the last word of FN is the family name. A card that is its company, or a group, has
 * none. */
static void make_name(struct card_reader *self)
{
	struct contact *contact = self->contact;
	if (self->has_name || !contact->full_name || contact->kind ||
	    g_strcmp0(contact->company, contact->full_name) == 0) {
		return;
	}
	const char *last_blank = strrchr(contact->full_name, ' ');
	contact->family = g_strdup(last_blank ? last_blank + 1 : contact->full_name);
	if (last_blank) {
		contact->given = vcard_stripped(
			g_strndup(contact->full_name, (gsize)(last_blank - contact->full_name)));
	}
	add_repair(self, "N is missing, made from FN");
}

static void complete(struct card_reader *self, const struct vcard_span *span)
{
	struct contact *contact = self->contact;
	if (!span->has_begin) {
		add_repair(self, "BEGIN:VCARD is missing");
	}
	if (!span->has_end) {
		add_repair(self, "END:VCARD is missing");
	}
	set_once(&contact->function, g_steal_pointer(&self->role));
	make_name(self);
	if (!contact->full_name) {
		contact->full_name = vcard_stripped(contact_display_name(contact));
		if (contact->full_name) {
			add_repair(self, "FN is missing, made from what there is");
		}
	}
}

static bool has_content(const struct contact *contact)
{
	return contact->full_name || contact->devices->len > 0;
}

static struct contact *read_span(const struct vcard_span *span, GPtrArray *repairs)
{
	OWNED(contact) contact = contact_new();
	g_autoptr(GHashTable) labels = g_hash_table_new(g_str_hash, g_str_equal);
	g_autoptr(GHashTable) keys = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	g_autoptr(GHashTable) variants =
		g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	struct card_reader reader = {.contact = contact,
	                             .labels = labels,
	                             .keys = keys,
	                             .variants = variants,
	                             .repairs = repairs};
	collect_labels(&reader, span);
	for (guint i = 0; i < span->properties->len; i++) {
		read_property(&reader, g_ptr_array_index(span->properties, i));
	}
	complete(&reader, span);
	return span->has_begin || has_content(contact) ? g_steal_pointer(&contact) : NULL;
}

struct contact *vcard_read(const void *data, gsize size, GPtrArray *repairs, GError **error)
{
	if (size > LIMIT_FILE_BYTES) {
		g_set_error(error, PASSERELLE_ERROR, PASSERELLE_ERROR_INPUT,
		            "a card of more than %d bytes", LIMIT_FILE_BYTES);
		return NULL;
	}
	gsize text_size = size;
	g_autofree char *converted = vcard_utf16_to_utf8(data, size, &text_size);
	g_autoptr(GPtrArray) lines =
		content_lines_read(converted ? converted : data, text_size, error);
	if (!lines) {
		return NULL;
	}
	guint position = 0;
	OWNED(vcard_span) span = vcard_span_next(lines, &position);
	struct contact *contact = span ? read_span(span, repairs) : NULL;
	if (!contact) {
		g_set_error_literal(error, PASSERELLE_ERROR, PASSERELLE_ERROR_INPUT,
		                    "no vCard in it");
	}
	return contact;
}
