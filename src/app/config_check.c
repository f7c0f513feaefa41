/* SPDX-License-Identifier: MIT */
/* What must hold between the options of one account. */
#include "app/config_check.h"

#include "app/config_lines.h"
#include "app/config_options.h"
#include "app/drivers.h"
#include "app/oauth.h"
#include "app/service.h"

#include <string.h>

struct checker {
	const struct account_config *account;
	unsigned line;
	GPtrArray *mistakes;
};

static void tell(const struct checker *self, const char *format, ...) G_GNUC_PRINTF(2, 3);
static void tell(const struct checker *self, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	g_autofree char *text = g_strdup_vprintf(format, arguments);
	va_end(arguments);
	config_mistake_add(self->mistakes, self->line, "account \"%s\"%s%s", self->account->name,
	                   g_ascii_isalpha(text[0]) ? " " : "", text);
}

/* ---- the services ---- */

static const struct {
	const char *remote_option, *url_option, *what;
} parts[PARTS] = {
	[PART_CONTACTS] = {"contacts_remote", "contacts_url", "contacts"},
	[PART_CALENDAR] = {"calendar_remote", "calendar_url", "events"},
	[PART_MESSAGES] = {"mail_remote", "messages_url", "mail counts"},
};

/* Said, or not said to be off where the service has it. */
static bool is_wanted(const struct account_config *account, enum part part)
{
	switch (part) {
	case PART_CONTACTS:
		return account->contacts != NULL;
	case PART_CALENDAR:
		return account->calendar != NULL;
	default:
		return account->messages != 0 &&
		       service_has(service_of(account, part).driver, part);
	}
}

static bool is_named(const struct account_config *account, enum part part)
{
	const char *const names[PARTS] = {account->contacts_remote, account->calendar_remote,
	                                  account->mail_remote};
	return names[part] != NULL;
}

static void tell_unknown(const struct checker *self, const char *name)
{
	const char *nearest = word_nearest(drivers_names(), name);
	if (nearest != NULL) {
		tell(self, ": no remote is called \"%s\": did you mean \"%s\"?", name, nearest);
	} else {
		g_autofree char *list = g_strjoinv(", ", (char **)drivers_names());
		tell(self, ": no remote is called \"%s\": there are %s", name, list);
	}
}

/* False: nothing more can be said of it. */
static bool check_names(const struct checker *self)
{
	const char *told = NULL;
	for (enum part part = 0; part < PARTS; part++) {
		const struct service service = service_of(self->account, part);
		if (service.driver == NULL && g_strcmp0(told, service.name) != 0) {
			told = service.name;
			tell_unknown(self, service.name);
		}
	}
	return told == NULL;
}

static void check_part(const struct checker *self, enum part part)
{
	const struct service service = service_of(self->account, part);
	const bool is_asked = is_named(self->account, part) || is_wanted(self->account, part);
	if (is_asked && !service_has(service.driver, part)) {
		tell(self, ": the remote \"%s\" has no %s: set \"%s\"", service.name,
		     parts[part].what, parts[part].remote_option);
	}
}

/* ---- who asks ---- */

static void check_source(const struct checker *self, const struct secret_source *source,
                         const char *command_option, const char *file_option)
{
	if ((source->command != NULL) == (source->file != NULL)) {
		tell(self, "needs one of \"%s\" and \"%s\"%s", command_option, file_option,
		     source->command != NULL ? ", not both" : "");
	}
}

static void check_user(const struct checker *self, enum part part)
{
	const struct service service = service_of(self->account, part);
	if (service.user == NULL) {
		tell(self, "needs \"user\" for its %s", parts[part].what);
	}
	if (!secret_source_is_given(&service.password) &&
	    (oauth_is_used(self->account) || self->account->client_certificate != NULL)) {
		return;
	}
	const char *option = service.password.option;
	g_autofree char *file =
		g_strdup_printf("%.*sfile", (int)(strlen(option) - strlen("command")), option);
	check_source(self, &service.password, option, file);
}

/* What is said of a user where nobody asks for one would be read and forgotten. */
static void check_unused(const struct checker *self)
{
	const struct account_config *account = self->account;
	const struct {
		const char *value, *name;
	} rows[] = {
		{account->user, "user"},
		{account->password_command, "password_command"},
		{account->password_file, "password_file"},
		{account->contacts_user, "contacts_user"},
		{account->contacts_password_command, "contacts_password_command"},
		{account->contacts_password_file, "contacts_password_file"},
		{account->calendar_user, "calendar_user"},
		{account->calendar_password_command, "calendar_password_command"},
		{account->calendar_password_file, "calendar_password_file"},
		{account->mail_user, "mail_user"},
		{account->mail_password_command, "mail_password_command"},
		{account->mail_password_file, "mail_password_file"},
		{account->oauth_client_id, "oauth_client_id"},
		{account->client_certificate, "client_certificate"},
		{account->client_key, "client_key"},
		{account->pinned_key, "pinned_key"},
		{account->mail_url, "mail_url"},
	};
	for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
		if (rows[i].value != NULL) {
			tell(self, ": \"%s\" is of no use to the remote \"%s\"", rows[i].name,
			     account->remote);
		}
	}
}

static void check_services(const struct checker *self)
{
	const struct account_config *account = self->account;
	bool has_service = false, has_user = false;
	for (enum part part = 0; part < PARTS; part++) {
		const struct remote_driver *driver = service_of(account, part).driver;
		if (!is_wanted(account, part) || !service_has(driver, part)) {
			continue;
		}
		if (driver->knows_users) {
			check_user(self, part);
			has_user = true;
		}
		has_service |= !driver->knows_users;
	}
	const struct secret_source source = {account->service_password_command,
	                                     account->service_password_file, NULL, NULL};
	if (has_service && account->service_id == NULL) {
		tell(self, "needs \"service_id\"");
	}
	if (has_service) {
		check_source(self, &source, "service_password_command", "service_password_file");
	}
	if (!has_user) {
		check_unused(self);
	}
}

/* ---- addresses, files and folders ---- */

static void check_addresses(const struct checker *self)
{
	for (enum part part = 0; part < PARTS; part++) {
		const struct service service = service_of(self->account, part);
		if (!is_wanted(self->account, part) || !service_has(service.driver, part) ||
		    service.url != NULL) {
			continue;
		}
		if (service.driver->knows_users && part == PART_MESSAGES) {
			tell(self, "needs \"mail_url\"");
		} else if (self->account->endpoint == NULL) {
			tell(self, "needs \"endpoint\" (or \"%s\")", parts[part].url_option);
			return;
		}
	}
}

static bool is_same_path(const char *left, const char *right)
{
	g_autofree char *one = g_canonicalize_filename(left, "/");
	g_autofree char *other = g_canonicalize_filename(right, "/");
	return strcmp(one, other) == 0;
}

/* There it would be taken for a contact, and sent. */
static void check_profile(const struct checker *self)
{
	const struct account_config *account = self->account;
	const char *const others[] = {account->contacts_export, account->calendar_export,
	                              account->freebusy_export, account->status};
	if (account->profile == NULL) {
		return;
	}
	g_autofree char *folder = g_path_get_dirname(account->profile);
	if (account->contacts != NULL && is_same_path(folder, account->contacts)) {
		tell(self, ": \"profile\" lies in the folder of \"contacts\"");
	}
	for (guint i = 0; i < G_N_ELEMENTS(others); i++) {
		if (others[i] != NULL && is_same_path(account->profile, others[i])) {
			tell(self, ": \"profile\" is the file of another option");
		}
	}
}

static void check_oauth(const struct checker *self)
{
	const struct account_config *account = self->account;
	const bool is_used = oauth_is_used(account);
	const struct {
		const char *value, *name;
		bool is_needed;
	} rows[] = {
		{account->login_url, "login_url", true},
		{account->oauth_token_url, "oauth_token_url", true},
		{account->oauth_scope, "oauth_scope", false},
		{account->oauth_client_secret_command, "oauth_client_secret_command", false},
		{account->oauth_client_secret_file, "oauth_client_secret_file", false},
	};
	for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
		if (is_used && rows[i].is_needed && rows[i].value == NULL) {
			tell(self, ": \"oauth_client_id\" needs \"%s\"", rows[i].name);
		} else if (!is_used && i > 0 && rows[i].value != NULL) {
			tell(self, ": \"%s\" needs \"oauth_client_id\"", rows[i].name);
		}
	}
	if (account->oauth_client_secret_command != NULL &&
	    account->oauth_client_secret_file != NULL) {
		tell(self, "needs one of \"oauth_client_secret_command\" and "
		           "\"oauth_client_secret_file\", not both");
	}
}

static void check_certificate(const struct checker *self)
{
	if (self->account->client_key != NULL && self->account->client_certificate == NULL) {
		tell(self, ": \"client_key\" needs \"client_certificate\"");
	}
}

static bool has_nothing(const struct account_config *account)
{
	bool is_wanting = false;
	for (enum part part = 0; part < PARTS; part++) {
		is_wanting |= is_wanted(account, part);
	}
	return !is_wanting;
}

void config_check(const struct account_config *account, unsigned line, GPtrArray *mistakes)
{
	const struct checker self = {account, line, mistakes};
	if (check_names(&self)) {
		for (enum part part = 0; part < PARTS; part++) {
			check_part(&self, part);
		}
		check_services(&self);
		check_addresses(&self);
		if (has_nothing(account)) {
			tell(&self, "has nothing to do: it needs \"contacts\" or \"calendar\"");
		}
	}
	check_oauth(&self);
	check_certificate(&self);
	check_profile(&self);
	if (g_strcmp0(account->contacts, account->calendar) == 0 && account->contacts != NULL) {
		tell(&self, ": \"contacts\" and \"calendar\" are the same folder");
	}
}
