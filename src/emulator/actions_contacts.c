/* SPDX-License-Identifier: MIT */
/* Personal Contacts API: findcontactlist, getcontact, addcontact, adddevice. */
#include "emulator/actions.h"
#include "emulator/search.h"

#include <string.h>

/* As lists show it: the wire knows three spellings. */
static char *contact_id(const struct call *call, const struct contact *contact)
{
	static const char *const marks[] = {"", "c", "C"};
	return g_strdup_printf("%s%u", marks[call->emulator->options.id_style], contact->id);
}

static void write_shallow(const struct call *call, struct xml_writer *writer,
                          const struct contact *contact)
{
	g_autofree char *id = contact_id(call, contact);
	emu_xml_open(writer, "data", "view", "shallow", "id", id, "type", "contact", NULL);
	const enum contact_field names[] = {FIELD_FIRSTNAME, FIELD_LASTNAME};
	for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
		if (contact->fields[names[i]] != NULL) {
			emu_xml_leaf(writer, emu_contact_field_names[names[i]],
			             contact->fields[names[i]], NULL);
		}
	}
	emu_xml_close(writer);
}

static struct reply *perform_findcontactlist(struct call *call)
{
	g_autofree char *prefix = emu_search_read(emu_call_get(call, "search"));
	if (prefix == NULL) {
		return emu_call_refuse_parameter(call, "search");
	}
	if (*prefix == '\0') {
		return emu_call_refuse(call, 1, "'search' is missing.");
	}
	g_autoptr(GPtrArray) found = emu_search_contacts(call->emulator->store, prefix);
	struct xml_writer writer;
	struct reply *reply = emu_command_begin(&writer, "ctcfindcontactlist", "g10");
	guint shown = emu_command_open_list(call, &writer, found->len);
	for (guint i = 0; i < shown; i++) {
		write_shallow(call, &writer, found->pdata[i]);
	}
	emu_xml_close(&writer);
	emu_xml_leaf_number(&writer, "result", 0);
	emu_xml_end(&writer);
	if (call->emulator->options.quirks) {
		g_string_replace(reply->body, "          </command-list>\n", "", 1);
		g_string_replace(reply->body, "     </command-list>\n", "", 1);
	}
	return reply;
}

/* The page of getcontact says "cell" where that of adddevice says "mobile". */
static const char *shown_subtype(const struct call *call, const struct device *device)
{
	bool is_mobile =
		strcmp(device->type, "phone") == 0 &&
		(strcmp(device->subtype, "mobile") == 0 || strcmp(device->subtype, "cell") == 0);
	return is_mobile ? call->emulator->options.mobile_subtype : device->subtype;
}

static void write_device(const struct call *call, struct xml_writer *writer,
                         const struct device *device)
{
	g_autofree char *id = g_strdup_printf("%u", device->id);
	g_autofree char *order = g_strdup_printf("%d", device->order);
	emu_xml_leaf(writer, "device", device->value, "display",
	             device->is_displayed ? "true" : "false", "id", id, "info-type",
	             device->info_type, "order", order, "subtype", shown_subtype(call, device),
	             "type", device->type, NULL);
}

static void write_address(struct xml_writer *writer, const struct address *address)
{
	emu_xml_open(writer, "address", "info-type", address->info_type, NULL);
	for (int i = 0; i < ADDRESS_PARTS; i++) {
		if (address->parts[i] != NULL) {
			emu_xml_leaf(writer, emu_address_part_names[i], address->parts[i], NULL);
		}
	}
	emu_xml_close(writer);
}

static void write_deep(const struct call *call, struct xml_writer *writer,
                       const struct contact *contact)
{
	g_autofree char *id = contact_id(call, contact);
	emu_xml_open(writer, "data", "view", "deep", "id", id, "type", "contact", NULL);
	for (int i = 0; i < FIELD_COUNT; i++) {
		bool is_code = i == FIELD_CIVILITY || i == FIELD_MARITALSTATUS;
		const char *value =
			contact->fields[i] == NULL && is_code ? "0" : contact->fields[i];
		if (value != NULL) {
			emu_xml_leaf(writer, emu_contact_field_names[i], value, NULL);
		}
	}
	emu_xml_open(writer, "device-list", NULL);
	for (guint i = 0; i < contact->devices->len; i++) {
		write_device(call, writer, contact->devices->pdata[i]);
	}
	emu_xml_close(writer);
	emu_xml_open(writer, "address-list", NULL);
	for (guint i = 0; i < contact->addresses->len; i++) {
		write_address(writer, contact->addresses->pdata[i]);
	}
	emu_xml_close(writer);
	emu_xml_close(writer);
}

/* As in the sample, without a result; the quirk shows the document twice, as the page does. */
static struct reply *perform_getcontact(struct call *call)
{
	struct reply *refusal;
	const struct contact *contact = emu_call_find_contact(call, &refusal);
	if (contact == NULL) {
		return refusal;
	}
	struct xml_writer writer;
	struct reply *reply = emu_command_begin(&writer, "ctcgetcontact", "g10");
	emu_xml_open(&writer, "data-list", NULL);
	write_deep(call, &writer, contact);
	emu_xml_end(&writer);
	if (call->emulator->options.quirks) {
		g_autofree char *again = g_strdup(reply->body->str);
		g_string_truncate(reply->body, reply->body->len - 1);
		g_string_append(reply->body, again);
	}
	return reply;
}

static bool is_civility(const char *value)
{
	return strlen(value) == 1 && *value >= '0' && *value <= '3';
}

/* ISO 8601: 1951-01-31 or 19510131, a time of day behind it is let pass. NULL if it is not that. */
static char *read_birthday(const char *text)
{
	g_autofree char *day = g_strndup(text, strcspn(text, "T"));
	g_autoptr(GString) digits = g_string_new(day);
	if (digits->len == 10 && day[4] == '-' && day[7] == '-') {
		g_string_replace(digits, "-", "", 0);
	}
	if (digits->len != 8 || strspn(digits->str, "0123456789") != 8) {
		return NULL;
	}
	long number = strtol(digits->str, NULL, 10);
	int year = (int)(number / 10000), month = (int)(number / 100 % 100);
	int day_of_month = (int)(number % 100);
	if (!g_date_valid_dmy((GDateDay)day_of_month, (GDateMonth)month, (GDateYear)year)) {
		return NULL;
	}
	return g_strdup_printf("%04d-%02d-%02d", year, month, day_of_month);
}

static bool is_birthday(const char *value)
{
	g_autofree char *day = read_birthday(value);
	return day != NULL;
}

static struct reply *write_contact_reply(const struct contact *contact)
{
	g_autofree char *id = g_strdup_printf("c%u", contact->id);
	struct xml_writer writer;
	struct reply *reply = emu_command_begin(&writer, "ctcupdatecontact", "g10");
	emu_xml_leaf_number(&writer, "result", 0);
	emu_xml_leaf(&writer, "id", id, NULL);
	emu_xml_end(&writer);
	return reply;
}

static struct reply *perform_addcontact(struct call *call)
{
	const enum contact_field one_of[] = {FIELD_LASTNAME, FIELD_FIRSTNAME, FIELD_NICKNAME,
	                                     FIELD_COMPANY};
	bool has_name = false;
	for (size_t i = 0; i < G_N_ELEMENTS(one_of); i++) {
		has_name =
			has_name || *emu_call_get(call, emu_contact_field_names[one_of[i]]) != '\0';
	}
	if (!has_name) {
		return emu_call_refuse(call, 1, "'lastname' is missing.");
	}
	struct store *store = call->emulator->store;
	struct contact *contact = emu_contact_new();
	for (int i = 0; i < FIELD_COUNT; i++) {
		if (i != FIELD_MARITALSTATUS) {
			emu_contact_set(contact, (enum contact_field)i,
			                emu_call_get(call, emu_contact_field_names[i]));
		}
	}
	g_autofree char *birthday = read_birthday(emu_call_get(call, "birthday"));
	emu_contact_set(contact, FIELD_BIRTHDAY, birthday);
	emu_store_take_contact(store, contact);
	if (*emu_call_get(call, "emailperso") != '\0') {
		emu_store_add_device(store, contact, "email", "internet", "perso", 1,
		                     emu_call_get(call, "emailperso"));
	}
	g_autofree char *id = g_strdup_printf("%u", contact->id);
	emu_call_note_write(call, id);
	return write_contact_reply(contact);
}

/* Personal Contacts API, adddevice: the device types and their subtypes. */
static const struct {
	const char *type, *subtype;
} device_types[] = {
	{"email", "internet"}, {"phone", "voice"}, {"phone", "mobile"},
	{"phone", "fax"},      {"phone", "video"}, {"url", "web"},
};

static bool is_device_type(const char *value)
{
	return strcmp(value, "email") == 0 || strcmp(value, "phone") == 0 ||
	       strcmp(value, "url") == 0;
}

static bool is_subtype_of(const char *type, const char *subtype)
{
	for (size_t i = 0; i < G_N_ELEMENTS(device_types); i++) {
		if (strcmp(device_types[i].type, type) == 0 &&
		    strcmp(device_types[i].subtype, subtype) == 0) {
			return true;
		}
	}
	return false;
}

static bool is_order(const char *value)
{
	guint64 number;
	return g_ascii_string_to_unsigned(value, 10, 0, 9999, &number, NULL);
}

static struct reply *perform_adddevice(struct call *call)
{
	struct reply *refusal;
	struct contact *contact = emu_call_find_contact(call, &refusal);
	if (contact == NULL) {
		return refusal;
	}
	const char *type = emu_call_get(call, "type"), *subtype = emu_call_get(call, "subtype");
	if (!is_subtype_of(type, subtype)) {
		return emu_call_refuse_parameter(call, "subtype");
	}
	int order = (int)g_ascii_strtoll(emu_call_get(call, "order"), NULL, 10);
	struct device *device = emu_store_add_device(call->emulator->store, contact, type, subtype,
	                                             "perso", order, emu_call_get(call, "value"));
	g_autofree char *id = g_strdup_printf("%u", device->id);
	emu_call_note_write(call, id);
	struct xml_writer writer;
	struct reply *reply = emu_command_begin(&writer, "cdvupdatedevice", "g10");
	emu_xml_leaf_number(&writer, "result", 0);
	emu_xml_end(&writer);
	return reply;
}

static const struct parameter_rule findcontactlist_rules[] = {
	{"search", NEED_VALUE, NULL},
	{NULL, NEED_NOT, NULL},
};

static const struct parameter_rule getcontact_rules[] = {
	{"cid", NEED_VALUE, NULL},
	{NULL, NEED_NOT, NULL},
};

static const struct parameter_rule addcontact_rules[] = {
	{"civility", NEED_NOT, is_civility},
	{"birthday", NEED_NOT, is_birthday},
	{NULL, NEED_NOT, NULL},
};

static const struct parameter_rule adddevice_rules[] = {
	{"cid", NEED_VALUE, NULL},     {"type", NEED_VALUE, is_device_type},
	{"subtype", NEED_VALUE, NULL}, {"order", NEED_VALUE, is_order},
	{"value", NEED_VALUE, NULL},   {NULL, NEED_NOT, NULL},
};

const struct action emu_contacts_actions[] = {
	{.name = "findcontactlist",
         .api = API_CONTACTS,
         .family = "contact",
         .attribute = "see",
         .rules = findcontactlist_rules,
         .perform = perform_findcontactlist},
	{.name = "getcontact",
         .api = API_CONTACTS,
         .family = "contact",
         .attribute = "see",
         .rules = getcontact_rules,
         .perform = perform_getcontact},
	{.name = "addcontact",
         .api = API_CONTACTS,
         .family = "contact",
         .attribute = "add",
         .rules = addcontact_rules,
         .perform = perform_addcontact},
	{.name = "adddevice",
         .api = API_CONTACTS,
         .family = "contact",
         .attribute = "add",
         .rules = adddevice_rules,
         .perform = perform_adddevice},
	{.name = NULL},
};
