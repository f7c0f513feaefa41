/* SPDX-License-Identifier: MIT */
/* The one mapping between a person and what the Personal Contacts API says and takes. */
#include "remotes/orange/contact_fields.h"

#include <string.h>

#include "base/limits.h"
#include "formats/vcard.h"

#define DATE_LENGTH 10 /* 1951-01-31 */

enum field_form { FORM_TEXT, FORM_DATE };

/* Element of getcontact = parameter of addcontact, in the order of the page; word: for people. */
static const struct field {
	const char *name;
	const char *word;
	enum field_form form;
	gsize offset;
} fields[] = {
	{"lastname", "last name", FORM_TEXT, offsetof(struct contact, family)},
	{"firstname", "first name", FORM_TEXT, offsetof(struct contact, given)},
	{"nickname", "nickname", FORM_TEXT, offsetof(struct contact, nickname)},
	{"company", "company", FORM_TEXT, offsetof(struct contact, company)},
	{"function", "function", FORM_TEXT, offsetof(struct contact, function)},
	{"department", "department", FORM_TEXT, offsetof(struct contact, department)},
	{"birthday", "birthday", FORM_DATE, offsetof(struct contact, birthday)},
};

/* The provider is French, and so is what is written where the service tells only a number. */
static const struct {
	enum civility civility;
	const char *code, *prefix;
} civilities[] = {
	{CIVILITY_UNKNOWN, "0", NULL},
	{CIVILITY_MR, "1", "M."},
	{CIVILITY_MRS, "2", "Mme"},
	{CIVILITY_MISS, "3", "Mlle"},
};

/* The first row of a subtype is the one that is written. */
static const struct {
	const char *type, *subtype;
	enum device_type device_type;
	enum device_subtype device_subtype;
} devices[] = {
	{"email", "internet", DEVICE_EMAIL, DEVICE_INTERNET},
	{"phone", "voice", DEVICE_PHONE, DEVICE_VOICE},
	{"phone", "mobile", DEVICE_PHONE, DEVICE_MOBILE},
	{"phone", "cell", DEVICE_PHONE, DEVICE_MOBILE},
	{"phone", "fax", DEVICE_PHONE, DEVICE_FAX},
	{"phone", "video", DEVICE_PHONE, DEVICE_VIDEO},
	{"url", "web", DEVICE_URL, DEVICE_WEB},
};

static const struct {
	const char *name;
	enum info_type info;
} info_types[] = {
	{"pro", INFO_WORK},
	{"perso", INFO_HOME},
	{"work", INFO_WORK},
	{"home", INFO_HOME},
};

static const struct {
	const char *name;
	gsize offset;
} address_fields[] = {
	{"zip-code", offsetof(struct postal_address, postal_code)},
	{"city", offsetof(struct postal_address, city)},
	{"state", offsetof(struct postal_address, region)},
	{"country", offsetof(struct postal_address, country)},
};

static char **text_at(const void *base, gsize offset)
{
	return (char **)((char *)(gsize)base + offset);
}

static bool has_text(const char *text)
{
	return text != NULL && *text != '\0';
}

/* Text of a child; NULL where it is absent or empty. */
static char *child_text(const struct xml_node *node, const char *name)
{
	char *text = xml_child_text(node, name);
	if (text != NULL && *text == '\0') {
		g_clear_pointer(&text, g_free);
	}
	return text;
}

static bool is_whole_date(const char *text)
{
	static const char shape[] = "dddd-dd-dd";
	for (gsize i = 0; i < DATE_LENGTH; i++) {
		if (shape[i] == 'd' ? !g_ascii_isdigit(text[i]) : text[i] != '-') {
			return false;
		}
	}
	return g_date_valid_dmy((GDateDay)atoi(text + 8), (GDateMonth)atoi(text + 5),
	                        (GDateYear)atoi(text));
}

char *contact_read_date(const char *text)
{
	g_autofree char *extended = NULL;
	if (text == NULL) {
		return NULL;
	}
	if (strlen(text) >= 8 && strspn(text, "0123456789") >= 8) {
		extended = g_strdup_printf("%.4s-%.2s-%.2s", text, text + 4, text + 6);
		text = extended;
	}
	return is_whole_date(text) ? g_strndup(text, DATE_LENGTH) : NULL;
}

static enum civility read_civility(const char *code)
{
	for (gsize i = 0; i < G_N_ELEMENTS(civilities); i++) {
		if (code != NULL && strcmp(code, civilities[i].code) == 0) {
			return civilities[i].civility;
		}
	}
	return CIVILITY_UNKNOWN;
}

static enum info_type read_info(const struct xml_node *node)
{
	const char *name = xml_attribute(node, "info-type");
	for (gsize i = 0; i < G_N_ELEMENTS(info_types); i++) {
		if (name != NULL && g_ascii_strcasecmp(name, info_types[i].name) == 0) {
			return info_types[i].info;
		}
	}
	return INFO_UNKNOWN;
}

/* NULL for a type that is none of ours; an unknown phone is a voice phone. */
static struct device *read_device(const struct xml_node *node)
{
	const char *type = xml_attribute(node, "type");
	const char *subtype = xml_attribute(node, "subtype");
	g_autofree char *value = xml_trim(node->text);
	const gsize none = G_N_ELEMENTS(devices);
	gsize best = none;
	for (gsize i = 0; i < G_N_ELEMENTS(devices) && type != NULL; i++) {
		const bool is_type = g_ascii_strcasecmp(type, devices[i].type) == 0;
		const bool is_exact =
			subtype != NULL && g_ascii_strcasecmp(subtype, devices[i].subtype) == 0;
		if (is_type && (best == none || is_exact)) {
			best = i;
		}
	}
	if (best == none || *value == '\0') {
		return NULL;
	}
	return device_new(devices[best].device_type, devices[best].device_subtype, read_info(node),
	                  value);
}

struct ordered {
	struct device *device;
	gint64 order;
	guint position;
};

static gint compare_ordered(gconstpointer a, gconstpointer b)
{
	const struct ordered *left = a, *right = b;
	if (left->device->type != right->device->type) {
		return left->device->type < right->device->type ? -1 : 1;
	}
	if (left->order != right->order) {
		return left->order < right->order ? -1 : 1;
	}
	return left->position < right->position ? -1 : 1;
}

/* contact_add_device compares with all that are there, which a hostile reply makes too dear. */
static void add_devices(struct contact *contact, const GArray *list)
{
	g_autoptr(GHashTable) keys = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	for (guint i = 0; i < list->len; i++) {
		struct device *device = g_array_index(list, struct ordered, i).device;
		if (g_hash_table_add(keys, device_key(device))) {
			g_ptr_array_add(contact->devices, device);
		} else {
			device_free(device);
		}
	}
}

static void read_devices(const struct xml_node *data, struct contact *contact)
{
	g_autoptr(GArray) list = g_array_new(FALSE, FALSE, sizeof(struct ordered));
	const struct xml_node *parent = xml_child(data, "device-list");
	const struct xml_node *node = xml_child(parent, "device");
	for (; node != NULL; node = xml_next(node, "device")) {
		const char *order = xml_attribute(node, "order");
		struct ordered ordered = {
			.device = read_device(node),
			.order = order == NULL ? G_MAXINT64 : g_ascii_strtoll(order, NULL, 10),
			.position = list->len,
		};
		if (ordered.device != NULL) {
			g_array_append_val(list, ordered);
		}
	}
	g_array_sort(list, compare_ordered);
	add_devices(contact, list);
}

static void read_addresses(const struct xml_node *data, struct contact *contact)
{
	const struct xml_node *node = xml_child(xml_child(data, "address-list"), "address");
	for (; node != NULL; node = xml_next(node, "address")) {
		struct postal_address *address = postal_address_new();
		g_autofree char *first = child_text(node, "streetline1");
		g_autofree char *second = child_text(node, "streetline2");
		address->info = read_info(node);
		address->street = first != NULL && second != NULL
		                          ? g_strconcat(first, "\n", second, NULL)
		                  : first != NULL ? g_steal_pointer(&first)
		                                  : g_steal_pointer(&second);
		bool is_empty = address->street == NULL;
		for (gsize i = 0; i < G_N_ELEMENTS(address_fields); i++) {
			char **text = text_at(address, address_fields[i].offset);
			*text = child_text(node, address_fields[i].name);
			is_empty = is_empty && *text == NULL;
		}
		if (is_empty) {
			postal_address_free(address);
		} else {
			g_ptr_array_add(contact->addresses, address);
		}
	}
}

const struct xml_node *contact_reply_data(const struct xml_node *command)
{
	const struct xml_node *data = xml_descendant(command, "data");
	return data != NULL && data->first_child != NULL ? data : NULL;
}

void contact_set_civility(struct contact *self, enum civility civility)
{
	self->civility = civility;
	g_free(self->prefix);
	self->prefix = g_strdup(civilities[civility].prefix);
}

struct contact *contact_from_reply(const struct xml_node *data)
{
	struct contact *contact = contact_new();
	for (gsize i = 0; i < G_N_ELEMENTS(fields); i++) {
		g_autofree char *text = child_text(data, fields[i].name);
		*text_at(contact, fields[i].offset) = fields[i].form == FORM_DATE
		                                              ? contact_read_date(text)
		                                              : g_steal_pointer(&text);
	}
	g_autofree char *civility = child_text(data, "civility");
	contact_set_civility(contact, read_civility(civility));
	read_devices(data, contact);
	read_addresses(data, contact);
	contact->full_name = contact_display_name(contact);
	return contact;
}

/* API reading, section 5: in an attribute, with blanks inside; "no picture" has several forms. */
GBytes *contact_picture_from_reply(const struct xml_node *command)
{
	const struct xml_node *node = xml_descendant(command, "filename");
	const char *content = xml_attribute(node, "content");
	if (content == NULL) {
		return NULL;
	}
	gsize size = 0;
	g_autofree guchar *data = g_base64_decode(content, &size);
	if (size == 0 || size > LIMIT_PICTURE_BYTES || picture_media_type(data, size) == NULL) {
		return NULL;
	}
	return g_bytes_new_take(g_steal_pointer(&data), size);
}

static void add_parameter(GPtrArray *parameters, const char *name, const char *value)
{
	if (has_text(value)) {
		g_ptr_array_add(parameters, g_strdup(name));
		g_ptr_array_add(parameters, g_strdup(value));
	}
}

const struct device *contact_own_email(const struct contact *self)
{
	const struct device *email = NULL;
	for (guint i = 0; i < self->devices->len; i++) {
		const struct device *device = self->devices->pdata[i];
		if (device->type == DEVICE_EMAIL &&
		    (email == NULL || (device->info == INFO_HOME && email->info != INFO_HOME))) {
			email = device;
		}
	}
	return email;
}

GPtrArray *contact_parameters(const struct contact *self)
{
	GPtrArray *parameters = g_ptr_array_new_with_free_func(g_free);
	for (gsize i = 0; i < G_N_ELEMENTS(fields); i++) {
		add_parameter(parameters, fields[i].name, *text_at(self, fields[i].offset));
	}
	const struct device *email = contact_own_email(self);
	add_parameter(parameters, "emailperso", email == NULL ? NULL : email->value);
	if (self->civility != CIVILITY_UNKNOWN) {
		add_parameter(parameters, "civility", civilities[self->civility].code);
	}
	return parameters;
}

const char *device_type_name(enum device_type type)
{
	for (gsize i = 0; i < G_N_ELEMENTS(devices); i++) {
		if (devices[i].device_type == type) {
			return devices[i].type;
		}
	}
	g_assert_not_reached();
}

const char *device_subtype_name(enum device_subtype subtype)
{
	for (gsize i = 0; i < G_N_ELEMENTS(devices); i++) {
		if (devices[i].device_subtype == subtype) {
			return devices[i].subtype;
		}
	}
	g_assert_not_reached();
}

GPtrArray *device_parameters(const struct device *device, guint order)
{
	GPtrArray *parameters = g_ptr_array_new_with_free_func(g_free);
	g_autofree char *number = g_strdup_printf("%u", order);
	add_parameter(parameters, "type", device_type_name(device->type));
	add_parameter(parameters, "subtype", device_subtype_name(device->subtype));
	add_parameter(parameters, "order", number);
	add_parameter(parameters, "value", device->value);
	return parameters;
}

struct contact *contact_from_parameters(GHashTable *parameters)
{
	struct contact *contact = contact_new();
	for (gsize i = 0; i < G_N_ELEMENTS(fields); i++) {
		*text_at(contact, fields[i].offset) =
			g_strdup(g_hash_table_lookup(parameters, fields[i].name));
	}
	contact_set_civility(contact, read_civility(g_hash_table_lookup(parameters, "civility")));
	const char *email = g_hash_table_lookup(parameters, "emailperso");
	if (email != NULL) {
		contact_add_device(contact,
		                   device_new(DEVICE_EMAIL, DEVICE_INTERNET, INFO_HOME, email));
	}
	return contact;
}

static const struct device *find_device(const struct contact *self, const struct device *device)
{
	g_autofree char *key = device_key(device);
	for (guint i = 0; i < self->devices->len; i++) {
		g_autofree char *other = device_key(self->devices->pdata[i]);
		if (strcmp(key, other) == 0) {
			return self->devices->pdata[i];
		}
	}
	return NULL;
}

bool contact_has_device(const struct contact *self, const struct device *device)
{
	return find_device(self, device) != NULL;
}

static bool is_same_text(const char *left, const char *right)
{
	g_autofree char *one = name_fold(left);
	g_autofree char *other = name_fold(right);
	return strcmp(one, other) == 0;
}

bool contact_has_parameters(const struct contact *there, const struct contact *sent)
{
	for (gsize i = 0; i < G_N_ELEMENTS(fields); i++) {
		if (!is_same_text(*text_at(there, fields[i].offset),
		                  *text_at(sent, fields[i].offset))) {
			return false;
		}
	}
	const struct device *email = contact_own_email(sent);
	return there->civility == sent->civility &&
	       (email == NULL || contact_has_device(there, email));
}

char *contact_revision(const char *last, const char *first)
{
	if (!has_text(last) && !has_text(first)) {
		return g_strdup(REVISION_NAMELESS);
	}
	g_autofree char *names =
		g_strconcat(last == NULL ? "" : last, "\x1f", first == NULL ? "" : first, NULL);
	return g_compute_checksum_for_string(G_CHECKSUM_SHA1, names, -1);
}

bool contact_is_sendable(const struct contact *self, GError **error)
{
	for (gsize i = 0; i < G_N_ELEMENTS(fields); i++) {
		const char *text = *text_at(self, fields[i].offset);
		if (text != NULL && strlen(text) > LIMIT_FIELD_BYTES) {
			g_set_error(error, PASSERELLE_ERROR, PASSERELLE_ERROR_REFUSED,
			            "the %s is longer than %d bytes", fields[i].word,
			            LIMIT_FIELD_BYTES);
			return false;
		}
	}
	for (guint i = 0; i < self->devices->len; i++) {
		const struct device *device = self->devices->pdata[i];
		if (strlen(device->value) > LIMIT_FIELD_BYTES) {
			g_set_error(error, PASSERELLE_ERROR, PASSERELLE_ERROR_REFUSED,
			            "the %s is longer than %d bytes",
			            device_type_name(device->type), LIMIT_FIELD_BYTES);
			return false;
		}
	}
	return true;
}

static void note(GPtrArray *notes, const char *format, const char *word, const char *value)
{
	GString *text = g_string_new(NULL);
	g_string_append_printf(text, "local only: %s", word);
	if (has_text(value)) {
		g_string_append_printf(text, " '%s'", value);
	} else {
		g_string_append(text, format);
	}
	g_ptr_array_add(notes, g_string_free(text, FALSE));
}

static bool has_same_picture(const struct contact *left, const struct contact *right)
{
	return right->picture != NULL && g_bytes_equal(left->picture, right->picture);
}

static void note_once(GPtrArray *notes, const char *text)
{
	if (!g_ptr_array_find_with_equal_func(notes, text, g_str_equal, NULL)) {
		g_ptr_array_add(notes, g_strdup(text));
	}
}

/* adddevice takes no info-type. */
static void note_lost_info(const struct device *wanted, const struct contact *there,
                           GPtrArray *notes)
{
	static const char *const texts[] = {
		[DEVICE_EMAIL] = "not carried: home or work of EMAIL",
		[DEVICE_PHONE] = "not carried: home or work of TEL",
		[DEVICE_URL] = "not carried: home or work of URL",
	};
	const struct device *device = find_device(there, wanted);
	if (wanted->info != INFO_UNKNOWN && device != NULL && device->info != wanted->info) {
		note_once(notes, texts[wanted->type]);
	}
}

/* By what the service has words for; it names no country of its own accord. */
static bool is_same_address(const struct postal_address *left, const struct postal_address *right)
{
	return is_same_text(left->street, right->street) && is_same_text(left->city, right->city) &&
	       is_same_text(left->postal_code, right->postal_code) &&
	       is_same_text(left->region, right->region);
}

static bool has_address(const struct contact *self, const struct postal_address *address)
{
	for (guint i = 0; i < self->addresses->len; i++) {
		if (is_same_address(self->addresses->pdata[i], address)) {
			return true;
		}
	}
	return false;
}

/* No call writes one: what stands there came from elsewhere. */
static void note_addresses(const struct contact *wanted, const struct contact *there,
                           GPtrArray *notes)
{
	for (guint i = 0; i < wanted->addresses->len; i++) {
		if (!has_address(there, wanted->addresses->pdata[i])) {
			note_once(notes, "not carried: ADR");
		}
	}
}

void contact_note_differences(const struct contact *wanted, const struct contact *there,
                              GPtrArray *notes)
{
	for (gsize i = 0; i < G_N_ELEMENTS(fields); i++) {
		const char *value = *text_at(wanted, fields[i].offset);
		if (!is_same_text(value, *text_at(there, fields[i].offset))) {
			note(notes, " removed", fields[i].word, value);
		}
	}
	if (wanted->civility != there->civility) {
		note(notes, " removed", "civility", civilities[wanted->civility].prefix);
	}
	for (guint i = 0; i < wanted->devices->len; i++) {
		const struct device *device = wanted->devices->pdata[i];
		if (!contact_has_device(there, device)) {
			note(notes, "", device_type_name(device->type), device->value);
		}
		note_lost_info(device, there, notes);
	}
	note_addresses(wanted, there, notes);
	for (guint i = 0; i < there->devices->len; i++) {
		const struct device *device = there->devices->pdata[i];
		if (!contact_has_device(wanted, device)) {
			g_autofree char *word =
				g_strconcat("removal of ", device_type_name(device->type), NULL);
			note(notes, "", word, device->value);
		}
	}
	if (wanted->picture != NULL && !has_same_picture(wanted, there)) {
		note(notes, "", "picture", NULL);
	} else if (wanted->picture == NULL && there->picture != NULL) {
		note(notes, "", "none of the picture there", NULL);
	}
}
