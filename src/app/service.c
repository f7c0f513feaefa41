/* SPDX-License-Identifier: MIT */
/* Which service each part of an account comes from, and how it signs in there. */
#include "app/service.h"

#include "app/drivers.h"
#include "app/oauth.h"

#include <string.h>

bool service_has(const struct remote_driver *driver, enum part part)
{
	if (driver == NULL) {
		return false;
	}
	switch (part) {
	case PART_CONTACTS:
		return driver->has_kinds[ITEM_CONTACT];
	case PART_CALENDAR:
		return driver->has_kinds[ITEM_EVENT];
	case PART_MESSAGES:
		return driver->read_mailbox != NULL;
	default:
		return driver->read_profile != NULL;
	}
}

/* What is said of a part alone, and nothing where it is said of the account. */
static struct service part_service(const struct account_config *account, enum part part)
{
	switch (part) {
	case PART_CONTACTS:
		return (struct service){
			.name = account->contacts_remote,
			.url = account->contacts_url,
			.user = account->contacts_user,
			.password = {account->contacts_password_command,
		                     account->contacts_password_file, "contacts_password_command",
		                     "password"},
		};
	case PART_CALENDAR:
		return (struct service){
			.name = account->calendar_remote,
			.url = account->calendar_url,
			.user = account->calendar_user,
			.password = {account->calendar_password_command,
		                     account->calendar_password_file, "calendar_password_command",
		                     "password"},
		};
	case PART_MESSAGES:
		return (struct service){
			.name = account->mail_remote,
			.user = account->mail_user,
			.password = {account->mail_password_command, account->mail_password_file,
		                     "mail_password_command", "password"},
		};
	default:
		return (struct service){0};
	}
}

struct service service_of(const struct account_config *account, enum part part)
{
	struct service self = part_service(account, part);
	if (self.name == NULL) {
		self.name = account->remote;
	}
	if (self.user == NULL) {
		self.user = account->user;
	}
	if (!secret_source_is_given(&self.password)) {
		self.password =
			(struct secret_source){account->password_command, account->password_file,
		                               "password_command", "password"};
	}
	self.driver = drivers_find(self.name);
	if (part == PART_MESSAGES) {
		const bool is_server = self.driver != NULL && self.driver->knows_users;
		self.url = is_server ? account->mail_url : account->messages_url;
	}
	return self;
}

bool service_is_wanted(const struct account_config *account, enum part part)
{
	switch (part) {
	case PART_CONTACTS:
		return account->contacts != NULL;
	case PART_CALENDAR:
		return account->calendar != NULL;
	case PART_MESSAGES:
		return account->messages != 0 &&
		       service_has(service_of(account, part).driver, part);
	default:
		return account->profile != NULL;
	}
}

bool service_owns_endpoint(const struct account_config *account, const struct remote_driver *driver)
{
	const struct remote_driver *owner = drivers_find(account->remote);
	bool is_used = false;
	for (enum part part = 0; part < HEALTH_PARTS; part++) {
		const struct remote_driver *one = service_of(account, part).driver;
		is_used |=
			one == owner && service_has(one, part) && service_is_wanted(account, part);
	}
	return !is_used || driver == owner;
}

char *service_sign_in_words(const struct account_config *account, enum part part)
{
	const struct service service = service_of(account, part);
	if (oauth_serves(account, part)) {
		return g_strdup_printf("type passerelle login %s", account->name);
	}
	if (service.driver == NULL || !service.driver->knows_users) {
		return secrets_login_words(account);
	}
	const char *option = service.password.option;
	if (!secret_source_is_given(&service.password)) {
		option = "client_certificate";
	}
	const int length = service.password.command != NULL || strstr(option, "_command") == NULL
	                           ? (int)strlen(option)
	                           : (int)(strlen(option) - strlen("_command"));
	return g_strdup_printf("look at user \"%s\" and at %.*s%s",
	                       service.user != NULL ? service.user : "", length, option,
	                       length < (int)strlen(option) ? "_file" : "");
}
