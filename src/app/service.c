/* SPDX-License-Identifier: MIT */
/* Which service each part of an account comes from, and how it signs in there. */
#include "app/service.h"

#include "app/drivers.h"

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
			.url = account->mail_url != NULL ? account->mail_url
		                                         : account->messages_url,
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
	return self;
}
