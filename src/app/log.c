/* SPDX-License-Identifier: MIT */
/* The log: one line per fact, to the journal of systemd or to standard error. */
#include "app/log.h"

#include "app/progress.h"
#include "status/words.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define DOMAIN          "passerelle"
#define LINE_CHARACTERS 1000
#define FIELDS          7 /* of a line, at most */

static enum log_level shown_level = LOG_LEVEL_INFO;

/* Priorities of syslog(3), as text for the journal. */
static const struct {
	GLogLevelFlags flag;
	const char *priority;
} levels[] = {
	[LOG_LEVEL_ERROR] = {G_LOG_LEVEL_CRITICAL, "3"},
	[LOG_LEVEL_WARNING] = {G_LOG_LEVEL_WARNING, "4"},
	[LOG_LEVEL_INFO] = {G_LOG_LEVEL_INFO, "6"},
	[LOG_LEVEL_DEBUG] = {G_LOG_LEVEL_DEBUG, "7"},
};

static enum log_level level_of(GLogLevelFlags flags)
{
	if ((flags & (G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL)) != 0) {
		return LOG_LEVEL_ERROR;
	}
	if ((flags & G_LOG_LEVEL_WARNING) != 0) {
		return LOG_LEVEL_WARNING;
	}
	return (flags & G_LOG_LEVEL_DEBUG) != 0 ? LOG_LEVEL_DEBUG : LOG_LEVEL_INFO;
}

static const char *field_text(const GLogField *fields, gsize count, const char *key)
{
	for (gsize i = 0; i < count; i++) {
		if (strcmp(fields[i].key, key) == 0 && fields[i].length < 0) {
			return fields[i].value;
		}
	}
	return NULL;
}

/* Under systemd, but not straight to its journal: sd-daemon(3) reads "<6>" in front of a line. */
static bool wants_prefix(void)
{
	return g_getenv("INVOCATION_ID") != NULL && isatty(STDERR_FILENO) == 0;
}

/* Libraries that chat at debug level are not our facts. */
static bool is_chat(enum log_level level, const char *domain)
{
	return level > LOG_LEVEL_WARNING && g_strcmp0(domain, DOMAIN) != 0;
}

static GLogWriterOutput write_line(GLogLevelFlags flags, const GLogField *fields, gsize count,
                                   gpointer data)
{
	(void)data;
	enum log_level level = level_of(flags);
	if (level > shown_level || is_chat(level, field_text(fields, count, "GLIB_DOMAIN"))) {
		return G_LOG_WRITER_HANDLED;
	}
	progress_clear();
	if (g_log_writer_is_journald(STDERR_FILENO)) {
		return g_log_writer_journald(flags, fields, count, NULL);
	}
	const char *message = field_text(fields, count, "MESSAGE");
	g_autofree char *prefix =
		wants_prefix() ? g_strdup_printf("<%s>", levels[level].priority) : g_strdup("");
	fprintf(stderr, "%spasserelle: %s\n", prefix, message != NULL ? message : "");
	return G_LOG_WRITER_HANDLED;
}

void log_open(enum log_level level)
{
	static bool is_open; /* GLib takes a second writer for a mistake */
	shown_level = level;
	if (!is_open) {
		g_log_set_writer_func(write_line, NULL, NULL);
		is_open = true;
	}
}

void log_set_level(enum log_level level)
{
	shown_level = level;
}

/* "home: contacts: " */
static char *prefix_of(const struct log_about *about)
{
	return g_strconcat(about->account != NULL ? about->account : "",
	                   about->account != NULL ? ": " : "", about->api != NULL ? about->api : "",
	                   about->api != NULL ? ": " : "", NULL);
}

static void say_line(enum log_level level, const struct log_about *about, const char *line)
{
	g_autofree char *clean = words_clean(line, LINE_CHARACTERS);
	g_autofree char *prefix = prefix_of(about);
	g_autofree char *message = g_strconcat(prefix, clean, NULL);
	GLogField fields[FIELDS] = {
		{"MESSAGE", message, -1},
		{"PRIORITY", levels[level].priority, -1},
		{"GLIB_DOMAIN", DOMAIN, -1},
		{"SYSLOG_IDENTIFIER", DOMAIN, -1},
	};
	const GLogField facts[] = {
		{"PASSERELLE_ACCOUNT", about->account, -1},
		{"PASSERELLE_API", about->api, -1},
		{"PASSERELLE_ITEM", about->item, -1},
	};
	gsize count = FIELDS - G_N_ELEMENTS(facts);
	for (gsize i = 0; i < G_N_ELEMENTS(facts); i++) {
		if (facts[i].value != NULL) {
			fields[count++] = facts[i];
		}
	}
	g_log_structured_array(levels[level].flag, fields, count);
}

G_GNUC_PRINTF(3, 0)
static void say(enum log_level level, const struct log_about *about, const char *format,
                va_list arguments)
{
	g_autofree char *text = g_strdup_vprintf(format, arguments);
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
	for (guint i = 0; lines[i] != NULL; i++) {
		say_line(level, about, lines[i]);
	}
}

void log_tell(enum log_level level, const struct log_about *about, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	say(level, about, format, arguments);
	va_end(arguments);
}

void log_say(enum log_level level, const char *account, const char *format, ...)
{
	const struct log_about about = {account, NULL, NULL};
	va_list arguments;
	va_start(arguments, format);
	say(level, &about, format, arguments);
	va_end(arguments);
}
