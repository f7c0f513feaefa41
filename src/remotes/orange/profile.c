/* SPDX-License-Identifier: MIT */
/* The person's own card (Personal RichProfile API V1). */
#include "remotes/orange/orange.h"

#include "remotes/orange/contact_fields.h"
#include "remotes/orange/session.h"

#define UID_DIGITS 40

struct info {
	const char *name;
	void (*take)(const struct info *info, struct contact *contact, const char *text);
	gsize field; /* of struct contact */
	enum device_type type;
	enum device_subtype subtype;
	enum info_type info;
};

static void take_text(const struct info *info, struct contact *contact, const char *text)
{
	*(char **)G_STRUCT_MEMBER_P(contact, info->field) = g_strdup(text);
}

static void take_birthday(const struct info *info G_GNUC_UNUSED, struct contact *contact,
                          const char *text)
{
	contact->birthday = contact_read_date(text);
	contact->birthday_text = contact->birthday == NULL ? g_strdup(text) : NULL;
}

static void take_device(const struct info *info, struct contact *contact, const char *text)
{
	contact_add_device(contact, device_new(info->type, info->subtype, info->info, text));
}

/* One text: where its street ends is not told. */
static void take_address(const struct info *info, struct contact *contact, const char *text)
{
	struct postal_address *address = postal_address_new();
	address->info = info->info;
	address->street = g_strdup(text);
	g_ptr_array_add(contact->addresses, address);
}

#define TEXT(name, member)                                                                         \
	{                                                                                          \
		name, take_text, offsetof(struct contact, member), 0, 0, 0                         \
	}
#define DEVICE(name, type, subtype, info)                                                          \
	{                                                                                          \
		name, take_device, 0, type, subtype, info                                          \
	}

/* What is asked for is what a card has room for: nobody is asked to grant more. */
static const struct info infos[] = {
	TEXT("Firstname", given),
	TEXT("Lastname", family),
	DEVICE("UserEMail", DEVICE_EMAIL, DEVICE_INTERNET, INFO_UNKNOWN),
	{"DateOfBirth", take_birthday, 0, 0, 0, 0},
	DEVICE("HomePhone", DEVICE_PHONE, DEVICE_VOICE, INFO_HOME),
	DEVICE("MobilePhone", DEVICE_PHONE, DEVICE_MOBILE, INFO_UNKNOWN),
	DEVICE("OfficePhone", DEVICE_PHONE, DEVICE_VOICE, INFO_WORK),
	DEVICE("OfficeFax", DEVICE_PHONE, DEVICE_FAX, INFO_WORK),
	DEVICE("OfficeMobileNumber", DEVICE_PHONE, DEVICE_MOBILE, INFO_WORK),
	{"HomeAddress", take_address, 0, 0, 0, INFO_HOME},
	{"OfficeAddress", take_address, 0, 0, 0, INFO_WORK},
};

static char *asked_infos(void)
{
	GString *list = g_string_new(NULL);
	for (gsize i = 0; i < G_N_ELEMENTS(infos); i++) {
		g_string_append_printf(list, "%s%s", i > 0 ? "," : "", infos[i].name);
	}
	return g_string_free(list, FALSE);
}

/* The same in every reading, and nothing of the person in it. */
static char *profile_uid(const struct session *session)
{
	g_autofree char *text = g_strconcat("profile\n", session_url(session, SESSION_RICHPROFILE),
	                                    "\n", session_settings(session)->account, NULL);
	g_autofree char *sum = g_compute_checksum_for_string(G_CHECKSUM_SHA256, text, -1);
	return g_strdup_printf("passerelle-%.*s", UID_DIGITS, sum);
}

struct profile *orange_profile_from(const struct reply *reply)
{
	const struct xml_node *data = xml_child(reply->command, "Data");
	const struct xml_node *withheld = xml_child(data, "UserProtectedData");
	const struct xml_node *granted = xml_child(data, "UserAuthorizedData");
	g_autoptr(GStrvBuilder) names = g_strv_builder_new();
	struct contact *contact = contact_new();
	for (gsize i = 0; i < G_N_ELEMENTS(infos); i++) {
		const bool is_withheld = xml_child(withheld, infos[i].name) != NULL;
		g_autofree char *text = is_withheld ? NULL : xml_child_text(granted, infos[i].name);
		if (is_withheld) {
			g_strv_builder_add(names, infos[i].name);
		} else if (text != NULL && *text != '\0') {
			infos[i].take(&infos[i], contact, text);
		}
	}
	contact->full_name = contact_display_name(contact);
	return profile_new(contact, g_strv_builder_end(names));
}

static bool is_empty(const struct contact *contact)
{
	return *contact->full_name == '\0' && contact->devices->len == 0 &&
	       contact->addresses->len == 0 && contact->birthday == NULL &&
	       contact->birthday_text == NULL;
}

/* Nothing granted is no card. */
static bool holds_something(const struct profile *profile, const struct reply *reply,
                            GError **error)
{
	if (!is_empty(profile->contact)) {
		return true;
	}
	if (profile->withheld[0] != NULL) {
		passerelle_error_set_with_url(error, PASSERELLE_ERROR_CONSENT, reply->url,
		                              "profile: you have not allowed any of it");
	} else {
		g_set_error(error, PASSERELLE_ERROR, PASSERELLE_ERROR_PROTOCOL,
		            "profile: the reply holds none");
	}
	return false;
}

struct profile *orange_read_profile(struct session *session, GError **error)
{
	OWNED(call) call = call_new(SESSION_RICHPROFILE, "getPersonalRichProfile");
	g_autofree char *list = asked_infos();
	call_add(call, "infos", list);
	call->what = g_strdup("profile");
	if (!session_read_one(session, call, error)) {
		return NULL;
	}
	OWNED(profile) profile = orange_profile_from(call->reply);
	if (!holds_something(profile, call->reply, error)) {
		return NULL;
	}
	profile->contact->uid = profile_uid(session);
	return g_steal_pointer(&profile);
}
