/* SPDX-License-Identifier: MIT */
/* A calendar at a scripted server, and what was asked of it. */
#ifndef PASSERELLE_TESTS_REMOTES_CALENDAR_WORLD_H
#define PASSERELLE_TESTS_REMOTES_CALENDAR_WORLD_H

#include "formats/icalendar.h"
#include "journal/ledger.h"
#include "journal/records.h"
#include "remotes/canned_server.h"
#include "remotes/orange/orange.h"
#include "remotes/orange/session.h"

#define DAY (24 * 3600)
#define ERROR_FOUR                                                                                 \
	"<command><result>-4</result><error subtype=\"1\" type=\"4\">unknown</error></command>"
#define BAD_TOKEN "<error><code>-1</code><detail>InvalidTokenException</detail></error>"
#define REFUSED   "<command><result>-2</result><error subtype=\"1\" type=\"2\">bad</error></command>"
#define CLOSE     ""

/* One event at the server that can list. */
struct there {
	const char *id, *title, *date, *starts, *ends;
};

/* What the server says to each action; NULL = done. CLOSE = hangs up. */
struct script {
	const char *addevent, *offline, *list;
	const struct there *events; /* list NULL: these, two per page */
	unsigned adds;
};

static inline int day_number(const char *date) /* dd/MM/yyyy, or as escaped */
{
	g_auto(GStrv) parts = g_strsplit(date, strstr(date, "%2F") != NULL ? "%2F" : "/", 3);
	return atoi(parts[2]) * 10000 + atoi(parts[1]) * 100 + atoi(parts[0]);
}

static inline char *parameter(const char *request, const char *name)
{
	g_autofree char *key = g_strdup_printf("&%s=", name);
	const char *start = strstr(request, key);
	ck_assert_msg(start != NULL, "no %s in %s", name, request);
	start += strlen(key);
	g_autofree char *raw = g_strndup(start, strcspn(start, "& "));
	return g_uri_unescape_string(raw, NULL);
}

static inline char *list_body(const struct script *self, const char *request)
{
	g_autofree char *first = parameter(request, "startdate");
	g_autofree char *last = parameter(request, "enddate");
	g_autoptr(GString) data = g_string_new(NULL);
	unsigned total = 0, shown = 0;
	for (const struct there *event = self->events; event != NULL && event->id != NULL;
	     event++) {
		if (day_number(event->date) < day_number(first) ||
		    day_number(event->date) > day_number(last)) {
			continue;
		}
		if (total++ >= 2) {
			continue;
		}
		shown++;
		g_string_append_printf(
			data,
			"<data view=\"deep\" id=\"%s\" "
			"type=\"event\"><eventid>%s</eventid><title>%s</title>"
			"<location>Lyon</location><description/><startdate>%s</startdate>"
			"<starttime>%s</starttime><enddate>%s</enddate><endtime>%s</endtime></"
			"data>",
			event->id, event->id, event->title, event->date, event->starts, event->date,
			event->ends);
	}
	return g_strdup_printf(
		"<xpage><command-list><command action=\"caugeteventlist\"><data-list "
		"total-data=\"%u\" nbpage=\"%u\" page=\"1\" nbentries=\"%u\">%s"
		"</data-list><result>0</result></command></command-list></xpage>",
		total, total > 2 ? (total + 1) / 2 : 1, shown, data->str);
}

static inline char *say(void *data, const char *request, unsigned number)
{
	struct script *self = data;
	(void)number;
	const bool is_offline = strstr(request, "action=addeventoffline&") != NULL;
	const bool is_list = strstr(request, "action=geteventlist&") != NULL;
	const char *body = is_list ? self->list : is_offline ? self->offline : self->addevent;
	if (body != NULL) {
		return strcmp(body, CLOSE) == 0 ? NULL : canned_http(500, "", body);
	}
	g_autofree char *made =
		is_list ? list_body(self, request)
			: g_strdup_printf(
				  "<command><event-data><eventid>%u</eventid><id>10012000</id>"
				  "</event-data><result>0</result></command>",
				  4790 + self->adds++);
	return canned_http(200, "", made);
}

struct world {
	struct script script;
	struct canned server;
	struct account account;
	struct session *session;
	struct endpoint *side;
	GPtrArray *texts, *items, *changes;
};

static inline void world_open(struct world *self)
{
	g_autoptr(GError) error = NULL;
	self->session = session_open(&self->account.settings, self->account.journal, &error);
	ck_assert_msg(self->session != NULL, "%s", error == NULL ? "" : error->message);
	self->side = orange_calendar_new(self->session);
}

static inline void world_init(struct world *self)
{
	memset(self, 0, sizeof *self);
	self->script.list = ERROR_FOUR;
	canned_listen(&self->server, say, &self->script);
	canned_start(&self->server);
	account_init(&self->account, self->server.port);
	account_open(&self->account, JOURNAL_CREATE);
	self->items = g_ptr_array_new_with_free_func((GDestroyNotify)g_ptr_array_unref);
	self->changes = g_ptr_array_new_with_free_func((GDestroyNotify)change_free);
	world_open(self);
}

/* The next cycle: another process, the same journal. */
static inline void world_reopen(struct world *self)
{
	g_ptr_array_set_size(self->changes, 0);
	self->side->functions->close(self->side);
	session_close(self->session);
	world_open(self);
}

static inline void world_clear(struct world *self)
{
	g_ptr_array_unref(self->changes);
	g_ptr_array_unref(self->items);
	self->side->functions->close(self->side);
	session_close(self->session);
	canned_stop(&self->server);
	account_clear(&self->account);
}

static inline GPtrArray *project(struct world *self, const char *text, gint64 *due)
{
	g_autoptr(GError) error = NULL;
	GPtrArray *items =
		self->side->functions->project(self->side, text, "file.ics", due, &error);
	ck_assert_msg(items != NULL, "%s", error == NULL ? "" : error->message);
	return items;
}

static inline char *calendar_text(const char *lines)
{
	return g_strconcat(
		"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//test//EN\r\nBEGIN:VEVENT\r\n"
		"DTSTAMP:20261101T000000Z\r\n",
		lines, "END:VEVENT\r\nEND:VCALENDAR\r\n", NULL);
}

static inline GPtrArray *project_lines(struct world *self, const char *lines, gint64 *due)
{
	g_autofree char *text = calendar_text(lines);
	return project(self, text, due);
}

static inline const struct item *item_at(GPtrArray *items, guint index)
{
	ck_assert_uint_gt(items->len, index);
	return g_ptr_array_index(items, index);
}

static inline struct change *want(struct world *self, const char *lines)
{
	GPtrArray *items = project_lines(self, lines, NULL);
	g_ptr_array_add(self->items, items);
	ck_assert_uint_eq(items->len, 1);
	struct item *item = g_ptr_array_index(items, 0);
	struct change *change = change_new(item->uid, NULL);
	change->text = g_strdup(item->text);
	change->item = item;
	g_ptr_array_add(self->changes, change);
	return change;
}

static inline bool create(struct world *self, GError **error)
{
	return self->side->functions->create(self->side, self->changes, error);
}

static inline guint count_requests(struct world *self, const char *action)
{
	g_autofree char *word = g_strdup_printf("?action=%s&", action);
	guint count = 0;
	for (guint i = 0; i < canned_count(&self->server); i++) {
		count += strstr(g_ptr_array_index(self->server.requests, i), word) != NULL;
	}
	return count;
}

static inline const char *last_request(struct world *self)
{
	return g_ptr_array_index(self->server.requests, canned_count(&self->server) - 1);
}

static inline void check_parameter(const char *request, const char *name, const char *value)
{
	g_autofree char *found = parameter(request, name);
	ck_assert_str_eq(found, value);
}

#define DENTIST                                                                                    \
	"UID:dentist\r\nSUMMARY:Dentist\r\nLOCATION:Lyon\r\nDTSTART:20261123T080000Z\r\n"          \
	"DTEND:20261123T083000Z\r\n"

#endif
