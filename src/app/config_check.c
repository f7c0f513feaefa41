/* SPDX-License-Identifier: MIT */
/* What must hold between the options of one account. */
#include "app/config_check.h"

#include "app/config_lines.h"
#include "app/config_options.h"
#include "app/drivers.h"
#include "app/folders.h"
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
} parts[HEALTH_PARTS] = {
	[PART_CONTACTS] = {"contacts_remote", "contacts_url", "contacts"},
	[PART_CALENDAR] = {"calendar_remote", "calendar_url", "events"},
	[PART_MESSAGES] = {"mail_remote", "messages_url", "mail counts"},
	[PART_PROFILE] = {NULL, NULL, "profile"},
};

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
	for (enum part part = 0; part < HEALTH_PARTS; part++) {
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
	const bool is_asked =
		is_named(self->account, part) || service_is_wanted(self->account, part);
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

/* Does the service of that part ask for a user, whether the part is wanted just now or not? */
static bool knows_user(const struct account_config *account, enum part part)
{
	const struct remote_driver *driver = service_of(account, part).driver;
	return service_has(driver, part) && driver->knows_users;
}

static bool has_user(const struct account_config *account)
{
	bool has = false;
	for (enum part part = 0; part < PARTS; part++) {
		has |= knows_user(account, part);
	}
	return has;
}

static void tell_useless(const struct checker *self, const char *option, const char *service)
{
	tell(self, ": \"%s\" is of no use to the remote \"%s\"", option, service);
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
		{account->oauth_client_id, "oauth_client_id"},
		{account->client_certificate, "client_certificate"},
		{account->client_key, "client_key"},
		{account->pinned_key, "pinned_key"},
	};
	for (guint i = 0; i < G_N_ELEMENTS(rows) && !has_user(account); i++) {
		if (rows[i].value != NULL) {
			tell_useless(self, rows[i].name, account->remote);
		}
	}
	if (account->profile != NULL &&
	    !service_has(service_of(account, PART_PROFILE).driver, PART_PROFILE)) {
		tell_useless(self, "profile", account->remote);
	}
}

/* NULL where it is what it would be anyway. */
static const char *other_than_usual(const char *value, const char *name)
{
	const char *usual = option_find(SECTION_ACCOUNT, name)->fallback;
	return g_strcmp0(value, usual) != 0 ? value : NULL;
}

/* The same of what is said of one part alone. */
static void check_unused_of_parts(const struct checker *self)
{
	const struct account_config *account = self->account;
	const struct {
		const char *value, *name;
		enum part part;
	} rows[] = {
		{account->contacts_user, "contacts_user", PART_CONTACTS},
		{account->contacts_password_command, "contacts_password_command", PART_CONTACTS},
		{account->contacts_password_file, "contacts_password_file", PART_CONTACTS},
		{account->calendar_user, "calendar_user", PART_CALENDAR},
		{account->calendar_password_command, "calendar_password_command", PART_CALENDAR},
		{account->calendar_password_file, "calendar_password_file", PART_CALENDAR},
		{account->mail_url, "mail_url", PART_MESSAGES},
		{other_than_usual(account->mail_folders, "mail_folders"), "mail_folders",
	         PART_MESSAGES},
		{account->mail_user, "mail_user", PART_MESSAGES},
		{account->mail_password_command, "mail_password_command", PART_MESSAGES},
		{account->mail_password_file, "mail_password_file", PART_MESSAGES},
	};
	for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
		if (rows[i].value != NULL && !knows_user(account, rows[i].part)) {
			tell_useless(self, rows[i].name, service_of(account, rows[i].part).name);
		}
	}
}

/* Watches and exports would look below the folder, and the cycle into it. */
static void check_collections(const struct checker *self)
{
	static const char *const names[ITEM_KINDS] = {"contacts_collections",
	                                              "calendar_collections"};
	static const enum part part_of[ITEM_KINDS] = {PART_CONTACTS, PART_CALENDAR};
	for (enum item_kind kind = 0; kind < ITEM_KINDS; kind++) {
		const struct service service = service_of(self->account, part_of[kind]);
		if (folders_collections(self->account, kind) != NULL &&
		    service.driver->list_collections == NULL) {
			tell_useless(self, names[kind], service.name);
		}
	}
}

/* A password goes before it, that of the account as well. */
static void check_sign_in(const struct checker *self)
{
	const struct account_config *account = self->account;
	bool is_needed = false;
	for (enum part part = 0; part < PARTS; part++) {
		const struct service service = service_of(account, part);
		is_needed |=
			knows_user(account, part) && !secret_source_is_given(&service.password);
	}
	if (oauth_is_used(account) && has_user(account) && !is_needed) {
		tell(self, ": \"oauth_client_id\" is of no use where everything has a password");
	}
}

static void check_services(const struct checker *self)
{
	const struct account_config *account = self->account;
	bool has_service = false;
	for (enum part part = 0; part < HEALTH_PARTS; part++) {
		const struct remote_driver *driver = service_of(account, part).driver;
		if (!service_is_wanted(account, part) || !service_has(driver, part)) {
			continue;
		}
		if (driver->knows_users) {
			check_user(self, part);
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
	check_unused(self);
	check_unused_of_parts(self);
	check_collections(self);
	check_sign_in(self);
}

/* ---- addresses, files and folders ---- */

/* False: the same would be told of the next part. */
static bool check_address(const struct checker *self, enum part part)
{
	const struct service service = service_of(self->account, part);
	const bool is_server = part == PART_MESSAGES && service.driver->knows_users;
	const bool is_owner = service_owns_endpoint(self->account, service.driver);
	if (service.url != NULL || (!is_server && is_owner && self->account->endpoint != NULL)) {
		return true;
	}
	if (is_server) {
		tell(self, "needs \"mail_url\"");
	} else if (is_owner) {
		tell(self, "needs \"endpoint\" (or \"%s\")", parts[part].url_option);
		return false;
	} else {
		tell(self, "needs \"%s\": \"endpoint\" is the address of the remote \"%s\"",
		     parts[part].url_option, self->account->remote);
	}
	return true;
}

static void check_addresses(const struct checker *self)
{
	for (enum part part = 0; part < PARTS; part++) {
		if (service_is_wanted(self->account, part) &&
		    service_has(service_of(self->account, part).driver, part) &&
		    !check_address(self, part)) {
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

static bool is_below(const char *path, const char *folder)
{
	g_autofree char *one = g_canonicalize_filename(path, "/");
	g_autofree char *above = g_canonicalize_filename(folder, "/");
	g_autofree char *start = g_strconcat(above, "/", NULL);
	return g_str_has_prefix(one, start);
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
	} else if (account->contacts != NULL && account->contacts_collections != NULL &&
	           is_below(account->profile, account->contacts)) {
		tell(self, ": \"profile\" lies below the folder of \"contacts\", among those of "
		           "\"contacts_collections\"");
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
		is_wanting |= service_is_wanted(account, part);
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
