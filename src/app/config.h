/* SPDX-License-Identifier: MIT */
/* The configuration file: one struct per account, every value checked. */
#ifndef PASSERELLE_APP_CONFIG_H
#define PASSERELLE_APP_CONFIG_H

#include "base/error.h"
#include "endpoint/driver.h"
#include "plan/policy.h"
#include "sync/cycle.h"

enum log_level { LOG_LEVEL_ERROR, LOG_LEVEL_WARNING, LOG_LEVEL_INFO, LOG_LEVEL_DEBUG };

/*
 * [account NAME]. Paths are absolute; strings NULL where not given; intervals and spans in
 * seconds.
 */
struct account_config {
	char *name;
	char *remote, *contacts_remote, *calendar_remote, *mail_remote; /* see service.h */
	char *endpoint, *contacts_url, *calendar_url, *messages_url, *mail_url;
	char *user, *password_command, *password_file;
	char *contacts_user, *contacts_password_command, *contacts_password_file;
	char *calendar_user, *calendar_password_command, *calendar_password_file;
	char *mail_user, *mail_password_command, *mail_password_file;
	char *client_certificate, *client_key, *pinned_key;
	char *oauth_client_id, *oauth_client_secret_command, *oauth_client_secret_file;
	char *oauth_token_url, *oauth_scope;
	char *login_url, *login_return_parameter, *login_token_parameter, *login_state_parameter;
	char *consent_hosts; /* see address.h */
	char *service_id, *service_password_command, *service_password_file, *token_command;
	char *on_action_command, *on_change_command;
	char *contacts_collections, *calendar_collections; /* see folders.h */
	char *mail_folders;                                /* with commas between them */
	char *contacts, *calendar, *contacts_export, *calendar_export, *freebusy_export, *profile;
	char *status;
	gint64 contacts_interval, calendar_interval,
		messages_interval;                     /* 0 = general interval, until loaded */
	gint64 contacts_direction, calendar_direction; /* enum direction */
	gint64 messages;                               /* bool */
	char *timezone;
	gint64 push_past_events; /* bool */
	gint64 recurrence_horizon, max_adds, max_deletes;
	gint64 conflict;         /* enum conflict_policy */
	gint64 on_remote_delete; /* enum on_remote_delete */
	gint64 in_doubt;         /* enum in_doubt_policy */
	gint64 in_doubt_grace;
	gint64 vcard_version; /* 3 or 4 */
	gint64 max_connections, requests_per_minute, timeout;
	char *ca_file, *proxy;
};

struct general_config {
	gint64 interval;  /* seconds */
	gint64 log_level; /* enum log_level */
};

struct config {
	char *path;
	GBytes *text; /* as it was read: what a child of the service gets */
	struct general_config general;
	GPtrArray *accounts; /* struct account_config, in the order of the file */
};

/*
 * CONFIG: the message has one line "FILE:LINE: what" for every mistake. NOT_FOUND where there is
 * no file.
 */
struct config *config_load(const char *path, GError **error);
/* The same from bytes; path is only for messages. */
struct config *config_parse(const char *data, gsize size, const char *path, GError **error);
void config_free(struct config *self);
DEFINE_OWNED(config, config_free);

/* An account as a value (config_account.c). Equal: all that is configured is, so that nothing has
 * to start anew. */
struct account_config *config_account_copy(const struct account_config *self);
void config_account_free(struct account_config *self);
bool config_account_equal(const struct account_config *self, const struct account_config *other);

/* NULL where there is none. */
struct account_config *config_account(const struct config *self, const char *name);

#endif
