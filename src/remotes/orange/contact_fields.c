/* SPDX-License-Identifier: MIT */
/* The one mapping between a person and what the Personal Contacts API says and takes. */
#include "remotes/orange/contact_fields.h"

#include <string.h>

#include "base/limits.h"
#include "formats/vcard.h"
#include "remotes/orange/contact_notes.h"

#define DATE_LENGTH 10 /* 1951-01-31 */

/* One row of the mapping. A NULL function is how "not this way" is said. */
struct mapping {
	const char *property; /* of a card */
	const char *there;    /* element of getcontact, parameter of addcontact, or another call */
	const char *word;     /* for people */
	/* From a getcontact reply; into the parameters of addcontact; what of wanted is not there.
	 */
	void (*read)(const struct mapping *row, const struct xml_node *data,
	             struct contact *contact);
	void (*write)(const struct mapping *row, const struct contact *contact,
	              GPtrArray *parameters);
	void (*note)(const struct mapping *row, const struct contact *wanted,
	             const struct contact *there, GPtrArray *notes);
	gsize offset;            /* of a text in struct contact */
	enum device_type device; /* of a device */
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

static enum civility civility_of_code(const char *code)
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

static void read_devices(const struct mapping *row, const struct xml_node *data,
                         struct contact *contact)
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
		if (ordered.device != NULL && ordered.device->type == row->device) {
			g_array_append_val(list, ordered);
		} else {
			device_free(ordered.device);
		}
	}
	g_array_sort(list, compare_ordered);
	add_devices(contact, list);
}

static void read_addresses(const struct mapping *row G_GNUC_UNUSED, const struct xml_node *data,
                           struct contact *contact)
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

/* ---- text fields ---- */

static void read_text(const struct mapping *row, const struct xml_node *data,
                      struct contact *contact)
{
	*text_at(contact, row->offset) = child_text(data, row->there);
}

static void read_date(const struct mapping *row, const struct xml_node *data,
                      struct contact *contact)
{
	g_autofree char *text = child_text(data, row->there);
	*text_at(contact, row->offset) = contact_read_date(text);
}

static void write_text(const struct mapping *row, const struct contact *contact,
                       GPtrArray *parameters)
{
	add_parameter(parameters, row->there, *text_at(contact, row->offset));
}

static void note_text(const struct mapping *row, const struct contact *wanted,
                      const struct contact *there, GPtrArray *notes)
{
	contact_note_text(row->word, *text_at(wanted, row->offset), *text_at(there, row->offset),
	                  notes);
}

/* ---- the others ---- */

static void read_civility(const struct mapping *row, const struct xml_node *data,
                          struct contact *contact)
{
	g_autofree char *code = child_text(data, row->there);
	contact_set_civility(contact, civility_of_code(code));
}

static void write_civility(const struct mapping *row, const struct contact *contact,
                           GPtrArray *parameters)
{
	if (contact->civility != CIVILITY_UNKNOWN) {
		add_parameter(parameters, row->there, civilities[contact->civility].code);
	}
}

static void note_civility(const struct mapping *row, const struct contact *wanted,
                          const struct contact *there, GPtrArray *notes)
{
	if (wanted->civility != there->civility) {
		contact_note_local(notes, " removed", row->word,
		                   civilities[wanted->civility].prefix);
	}
}

static void read_full_name(const struct mapping *row G_GNUC_UNUSED,
                           const struct xml_node *data G_GNUC_UNUSED, struct contact *contact)
{
	contact->full_name = contact_display_name(contact);
}

/* All others go with adddevice. */
static void write_own_email(const struct mapping *row G_GNUC_UNUSED, const struct contact *contact,
                            GPtrArray *parameters)
{
	const struct device *email = contact_own_email(contact);
	add_parameter(parameters, "emailperso", email == NULL ? NULL : email->value);
}

static void note_devices(const struct mapping *row, const struct contact *wanted,
                         const struct contact *there, GPtrArray *notes)
{
	contact_note_devices(row->device, row->property, row->word, wanted, there, notes);
}

static void note_addresses(const struct mapping *row, const struct contact *wanted,
                           const struct contact *there, GPtrArray *notes)
{
	contact_note_addresses(row->property, wanted, there, notes);
}

static void note_picture(const struct mapping *row, const struct contact *wanted,
                         const struct contact *there, GPtrArray *notes)
{
	contact_note_picture(row->word, wanted, there, notes);
}

/* ---- the table ---- */

#define TEXT(property, there, word, read, member)                                                  \
	{                                                                                          \
		property, there, word, read, write_text, note_text,                                \
			offsetof(struct contact, member), 0                                        \
	}
#define DEVICE(property, word, write, type)                                                        \
	{                                                                                          \
		property, "device-list", word, read_devices, write, note_devices, 0, type          \
	}

/*
 * All that goes between a card and the service, in the order of the page; what types a device has
 * stands in devices and info_types above, the numbers of a civility in civilities. The calls that
 * are not addcontact and getcontact are made elsewhere.
 */
static const struct mapping mappings[] = {
	TEXT("N", "lastname", "last name", read_text, family),
	TEXT("N", "firstname", "first name", read_text, given),
	TEXT("NICKNAME", "nickname", "nickname", read_text, nickname),
	TEXT("ORG", "company", "company", read_text, company),
	TEXT("TITLE", "function", "function", read_text, function),
	{"ROLE", "function", NULL, NULL, NULL, NULL, 0, 0}, /* where there is no TITLE */
	TEXT("ORG", "department", "department", read_text, department),
	TEXT("BDAY", "birthday", "birthday", read_date, birthday),
	{"N", "civility", "civility", read_civility, write_civility, note_civility, 0, 0},
	DEVICE("EMAIL", "email", write_own_email, DEVICE_EMAIL),
	DEVICE("TEL", "phone", NULL, DEVICE_PHONE),
	DEVICE("URL", "url", NULL, DEVICE_URL),
	{"ADR", "address-list", NULL, read_addresses, NULL, note_addresses, 0, 0},
	{"PHOTO", "getpicture, addpicture", "picture", NULL, NULL, note_picture, 0, 0},
	{"FN", "firstname lastname", NULL, read_full_name, NULL, NULL, 0, 0},
	{"UID", "id", NULL, NULL, NULL, NULL, 0, 0}, /* contacts_uid */
	{"REV", "", NULL, NULL, NULL, NULL, 0, 0},   /* the service tells no time */
};

bool contact_is_mapped(const char *property)
{
	for (gsize i = 0; i < G_N_ELEMENTS(mappings); i++) {
		if (strcmp(mappings[i].property, property) == 0) {
			return true;
		}
	}
	return false;
}

struct contact *contact_from_reply(const struct xml_node *data)
{
	struct contact *contact = contact_new();
	for (gsize i = 0; i < G_N_ELEMENTS(mappings); i++) {
		if (mappings[i].read != NULL) {
			mappings[i].read(&mappings[i], data, contact);
		}
	}
	return contact;
}

GPtrArray *contact_parameters(const struct contact *self)
{
	GPtrArray *parameters = g_ptr_array_new_with_free_func(g_free);
	for (gsize i = 0; i < G_N_ELEMENTS(mappings); i++) {
		if (mappings[i].write != NULL) {
			mappings[i].write(&mappings[i], self, parameters);
		}
	}
	return parameters;
}

void contact_note_differences(const struct contact *wanted, const struct contact *there,
                              GPtrArray *notes)
{
	for (gsize i = 0; i < G_N_ELEMENTS(mappings); i++) {
		if (mappings[i].note != NULL) {
			mappings[i].note(&mappings[i], wanted, there, notes);
		}
	}
}

struct contact *contact_from_parameters(GHashTable *parameters)
{
	struct contact *contact = contact_new();
	for (gsize i = 0; i < G_N_ELEMENTS(mappings); i++) {
		if (mappings[i].write == write_text) {
			*text_at(contact, mappings[i].offset) =
				g_strdup(g_hash_table_lookup(parameters, mappings[i].there));
		}
	}
	const char *code = g_hash_table_lookup(parameters, "civility");
	contact_set_civility(contact, civility_of_code(code));
	const char *email = g_hash_table_lookup(parameters, "emailperso");
	if (email != NULL) {
		contact_add_device(contact,
		                   device_new(DEVICE_EMAIL, DEVICE_INTERNET, INFO_HOME, email));
	}
	return contact;
}

bool contact_has_parameters(const struct contact *there, const struct contact *sent)
{
	for (gsize i = 0; i < G_N_ELEMENTS(mappings); i++) {
		if (mappings[i].write == write_text &&
		    !contact_is_same_text(*text_at(there, mappings[i].offset),
		                          *text_at(sent, mappings[i].offset))) {
			return false;
		}
	}
	const struct device *email = contact_own_email(sent);
	return there->civility == sent->civility &&
	       (email == NULL || contact_has_device(there, email));
}

bool contact_is_sendable(const struct contact *self, GError **error)
{
	for (gsize i = 0; i < G_N_ELEMENTS(mappings); i++) {
		const char *text =
			mappings[i].write == write_text ? *text_at(self, mappings[i].offset) : NULL;
		if (text != NULL && strlen(text) > LIMIT_FIELD_BYTES) {
			g_set_error(error, PASSERELLE_ERROR, PASSERELLE_ERROR_REFUSED,
			            "the %s is longer than %d bytes", mappings[i].word,
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
