/* SPDX-License-Identifier: MIT */
/* The one list of all options. */
#include "app/config_options.h"

#include "app/config.h"

#include <stddef.h>
#include <string.h>

#define MINUTE 60
#define HOUR   (60 * MINUTE)
#define DAY    (24 * HOUR)

static const struct option_choice log_levels[] = {
	{"error", LOG_LEVEL_ERROR},
	{"warning", LOG_LEVEL_WARNING},
	{"info", LOG_LEVEL_INFO},
	{"debug", LOG_LEVEL_DEBUG},
	{NULL, 0},
};
static const struct option_choice directions[] = {
	{"both", DIRECTION_BOTH},
	{"pull", DIRECTION_PULL},
	{"push", DIRECTION_PUSH},
	{"off", DIRECTION_OFF},
	{NULL, 0},
};
static const struct option_choice remote_deletes[] = {
	{"keep", REMOTE_DELETE_KEEP},
	{"trash", REMOTE_DELETE_TRASH},
	{"usual", REMOTE_DELETE_USUAL},
	{NULL, 0},
};
static const struct option_choice conflicts[] = {
	{"report", CONFLICT_POLICY_REPORT},
	{"local", CONFLICT_POLICY_LOCAL},
	{"remote", CONFLICT_POLICY_REMOTE},
	{"both", CONFLICT_POLICY_BOTH},
	{NULL, 0},
};
static const struct option_choice in_doubts[] = {
	{"hold", IN_DOUBT_HOLD},
	{"assume-done", IN_DOUBT_ASSUME_DONE},
	{"send-again", IN_DOUBT_SEND_AGAIN},
	{NULL, 0},
};
static const struct option_choice vcard_versions[] = {{"3.0", 3}, {"4.0", 4}, {NULL, 0}};

#define IN_GENERAL(name) SECTION_GENERAL, #name
#define IN_ACCOUNT(name) SECTION_ACCOUNT, #name
#define GENERAL(name)    offsetof(struct general_config, name)
#define ACCOUNT(name)    offsetof(struct account_config, name)
#define TEXT(name, type, fallback, help)                                                           \
	{                                                                                          \
		IN_ACCOUNT(name), type, fallback, 0, 0, ACCOUNT(name), NULL, help                  \
	}
#define CHOICE(name, fallback, choices, help)                                                      \
	{                                                                                          \
		IN_ACCOUNT(name), OPTION_CHOICE, fallback, 0, 0, ACCOUNT(name), choices, help      \
	}
#define AMOUNT(name, type, fallback, minimum, maximum, help)                                       \
	{                                                                                          \
		IN_ACCOUNT(name), type, fallback, minimum, maximum, ACCOUNT(name), NULL, help      \
	}
#define PASSWORD_OF(part, whose)                                                                   \
	TEXT(part##user, OPTION_TEXT, NULL, "the name of " whose),                                 \
		TEXT(part##password_command, OPTION_TEXT, NULL,                                    \
	             "shell command that prints the password of " whose),                          \
		TEXT(part##password_file, OPTION_SECRET_FILE, NULL,                                \
	             "file with the password of " whose ", or credential:NAME of systemd")

const struct option config_options[] = {
	{IN_GENERAL(interval), OPTION_DURATION, "5m", 30, 7 * DAY, GENERAL(interval), NULL,
         "time between two cycles, where an account does not say otherwise"},
	{IN_GENERAL(log_level), OPTION_CHOICE, "info", 0, 0, GENERAL(log_level), log_levels,
         "how much is logged: error, warning, info or debug"},

	TEXT(remote, OPTION_TEXT, "orange", "the driver of the remote service"),
	TEXT(contacts_remote, OPTION_TEXT, NULL, "the driver of the service of the contacts"),
	TEXT(calendar_remote, OPTION_TEXT, NULL, "the driver of the service of the events"),
	TEXT(mail_remote, OPTION_TEXT, NULL, "the driver of the service of the mail counts"),
	TEXT(endpoint, OPTION_URL, NULL, "address of the service; the APIs are found below it"),
	TEXT(contacts_url, OPTION_URL, NULL, "address of the contacts alone"),
	TEXT(calendar_url, OPTION_URL, NULL, "address of the calendar alone"),
	TEXT(messages_url, OPTION_URL, NULL, "address of the messages API alone"),
	TEXT(mail_url, OPTION_MAIL_URL, NULL, "address of the mail server"),
	TEXT(mail_folders, OPTION_TEXT, "INBOX", "mail folders to count, with commas between them"),
	PASSWORD_OF(, "you"),
	PASSWORD_OF(contacts_, "you, at the service of the contacts"),
	PASSWORD_OF(calendar_, "you, at the service of the events"),
	PASSWORD_OF(mail_, "you, at the mail server"),
	TEXT(oauth_client_id, OPTION_TEXT, NULL,
             "name of the client with which you sign in by OAuth 2, instead of a password"),
	TEXT(oauth_client_secret_command, OPTION_TEXT, NULL,
             "shell command that prints the secret of that client"),
	TEXT(oauth_client_secret_file, OPTION_SECRET_FILE, NULL,
             "file with the secret of that client, or credential:NAME of systemd"),
	TEXT(oauth_token_url, OPTION_URL, NULL, "address that gives the tokens of OAuth 2"),
	TEXT(oauth_scope, OPTION_TEXT, NULL, "what that sign-in is asked for"),
	TEXT(client_certificate, OPTION_PATH, NULL,
             "certificate that proves to the server who asks, as PEM"),
	TEXT(client_key, OPTION_PATH, NULL, "key of that certificate, as PEM"),
	TEXT(pinned_key, OPTION_PIN, NULL,
             "the only key of the server to trust, as sha256//BASE64="),
	TEXT(login_url, OPTION_PAGE, NULL, "page where a person signs in"),
	TEXT(login_return_parameter, OPTION_WORD, "urlRetour",
             "parameter of that page that names where the browser goes next"),
	TEXT(login_token_parameter, OPTION_WORD, "token",
             "parameter in which the token comes back"),
	TEXT(login_state_parameter, OPTION_WORD, NULL,
             "parameter of that page whose value comes back as it was"),
	TEXT(consent_hosts, OPTION_HOSTS, "orange.fr",
             "hosts, with their sub-domains, whose pages a person is sent to"),
	TEXT(service_id, OPTION_TEXT, NULL, "name of your service, as the provider gave it"),
	TEXT(service_password_command, OPTION_TEXT, NULL,
             "shell command that prints the password of your service"),
	TEXT(service_password_file, OPTION_SECRET_FILE, NULL,
             "file with the password of your service, or credential:NAME of systemd"),
	TEXT(token_command, OPTION_TEXT, NULL,
             "shell command that prints the token of the person, instead of passerelle login"),
	TEXT(on_action_command, OPTION_TEXT, NULL,
             "shell command that is run when something new needs a person"),
	TEXT(on_change_command, OPTION_TEXT, NULL,
             "shell command that is told what a cycle changed"),
	TEXT(contacts, OPTION_PATH, NULL, "folder of contacts, one .vcf per contact"),
	TEXT(calendar, OPTION_PATH, NULL, "folder of events, one .ics per event"),
	TEXT(contacts_collections, OPTION_NAMES, NULL,
             "address books to have a folder each below that one, or all"),
	TEXT(calendar_collections, OPTION_NAMES, NULL,
             "calendars to have a folder each below that one, or all"),
	TEXT(contacts_export, OPTION_PATH, NULL, "file that always holds all contacts"),
	TEXT(calendar_export, OPTION_PATH, NULL, "file that always holds all events"),
	TEXT(freebusy_export, OPTION_PATH, NULL,
             "file that tells when you are busy, and nothing else"),
	TEXT(profile, OPTION_PATH, NULL, "file that holds the card of the person, read once a day"),
	TEXT(status, OPTION_PATH, NULL, "where the status document is written"),
	AMOUNT(contacts_interval, OPTION_DURATION, NULL, 30, 7 * DAY,
               "time between two cycles of contacts"),
	AMOUNT(calendar_interval, OPTION_DURATION, NULL, 30, 7 * DAY,
               "time between two cycles of events"),
	AMOUNT(messages_interval, OPTION_DURATION, NULL, 30, 7 * DAY,
               "time between two looks at the mail counts"),
	CHOICE(contacts_direction, "both", directions,
               "which way contacts go: both, pull, push or off"),
	CHOICE(calendar_direction, "both", directions,
               "which way events go: both, pull, push or off"),
	AMOUNT(messages, OPTION_SWITCH, "on", 0, 1, "read the mail counts"),
	TEXT(timezone, OPTION_ZONE, "Europe/Paris", "time zone of the account"),
	AMOUNT(push_past_events, OPTION_SWITCH, "no", 0, 1,
               "send events that ended before the account was first synchronised"),
	AMOUNT(recurrence_horizon, OPTION_DURATION, "90d", DAY, 3650 * DAY,
               "how far ahead repeating events are sent"),
	AMOUNT(max_adds, OPTION_NUMBER, "50", 0, 100000,
               "more new items than this in one cycle wait for your word"),
	AMOUNT(max_deletes, OPTION_NUMBER, "20", 0, 100000,
               "more removals than this in one cycle wait for your word"),
	CHOICE(conflict, "report", conflicts,
               "an item that was changed on both sides: report, local, remote or both"),
	CHOICE(on_remote_delete, "usual", remote_deletes,
               "what becomes of a local item that is gone there: keep or trash"),
	CHOICE(in_doubt, "hold", in_doubts,
               "a write of unknown outcome that cannot be read back: hold, assume-done or "
               "send-again"),
	AMOUNT(in_doubt_grace, OPTION_DURATION, "2m", 1, DAY,
               "a request this old can no longer be under way"),
	CHOICE(vcard_version, "3.0", vcard_versions, "version of new .vcf files: 3.0 or 4.0"),
	AMOUNT(max_connections, OPTION_NUMBER, "4", 1, 32, "connections at the same time"),
	AMOUNT(requests_per_minute, OPTION_NUMBER, NULL, 1, 100000, "requests per minute at most"),
	AMOUNT(timeout, OPTION_DURATION, "30s", 1, HOUR, "how long one request may take"),
	TEXT(ca_file, OPTION_PATH, NULL, "certificates to trust instead of those of the system"),
	TEXT(proxy, OPTION_TEXT, NULL, "proxy for all requests, as http://HOST:PORT"),
	{SECTION_GENERAL, NULL, OPTION_TEXT, NULL, 0, 0, 0, NULL, NULL},
};

const struct option *option_find(enum option_section section, const char *name)
{
	for (const struct option *option = config_options; option->name != NULL; option++) {
		if (option->section == section && strcmp(option->name, name) == 0) {
			return option;
		}
	}
	return NULL;
}

const char *option_nearest(enum option_section section, const char *typed)
{
	g_autoptr(GPtrArray) names = g_ptr_array_new();
	for (const struct option *option = config_options; option->name != NULL; option++) {
		if (option->section == section) {
			g_ptr_array_add(names, (gpointer)option->name);
		}
	}
	g_ptr_array_add(names, NULL);
	return word_nearest((const char *const *)names->pdata, typed);
}

#define WORD_BYTES 64 /* longer than any word of ours */

/* Levenshtein's distance, case ignored, in one row. */
static guint distance(const char *left, const char *right)
{
	guint row[WORD_BYTES + 1];
	gsize length = strlen(right);
	for (guint j = 0; j <= length; j++) {
		row[j] = j;
	}
	for (guint i = 1; left[i - 1] != '\0'; i++) {
		guint diagonal = row[0];
		row[0] = i;
		for (guint j = 1; j <= length; j++) {
			bool is_same =
				g_ascii_tolower(left[i - 1]) == g_ascii_tolower(right[j - 1]);
			guint replaced = diagonal + (is_same ? 0 : 1);
			diagonal = row[j];
			row[j] = MIN(replaced, MIN(row[j], row[j - 1]) + 1);
		}
	}
	return row[length];
}

const char *word_nearest(const char *const *words, const char *typed)
{
	gsize length = strlen(typed);
	if (length == 0 || length > WORD_BYTES) {
		return NULL;
	}
	const char *nearest = NULL;
	guint best = MAX(2, (guint)length / 3) + 1;
	for (; *words != NULL; words++) {
		guint steps = distance(typed, *words);
		if (steps < best && steps < strlen(*words)) {
			best = steps;
			nearest = *words;
		}
	}
	return nearest;
}
