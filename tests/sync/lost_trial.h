/* SPDX-License-Identifier: MIT */
/* The world of one trial of the lost replies: three items on their way, and one call that fails. */
#ifndef PASSERELLE_TESTS_SYNC_LOST_TRIAL_H
#define PASSERELLE_TESTS_SYNC_LOST_TRIAL_H

#include "learnt.h"
#include "lost_table.h"
#include "wire_ledger.h"

#define PEOPLE      3
#define GIF         "R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7"
#define CERTIFICATE TEST_FIXTURES "/tls/loopback.pem"
#define KEY         TEST_FIXTURES "/tls/loopback.key"

struct trial {
	const struct lost_fault *fault;
	const struct lost_action *action;
	guint place;
	bool is_secure, is_reused;
	gint64 grace;
	char *name;
};

static const char *const people[PEOPLE] = {"Anna", "Bert", "Carl"};

static inline void write_people(struct bridge *bridge)
{
	for (int i = 0; i < PEOPLE; i++) {
		g_autofree char *more = g_strdup_printf(
			"EMAIL:a%d@example.org\r\nEMAIL:b%d@example.org\r\n"
			"TEL;TYPE=CELL:+3361122334%d\r\nPHOTO;ENCODING=b;TYPE=GIF:" GIF "\r\n",
			i, i, i);
		g_autofree char *name = g_strdup_printf("%d.vcf", i);
		g_autofree char *card = bridge_card(people[i], people[i], "Example", more);
		bridge_write(bridge, name, card);
	}
}

static inline void write_event(struct bridge *bridge, int number, const char *title)
{
	g_autoptr(GDateTime) day =
		g_date_time_new_from_unix_utc(bridge->now + (number + 5) * 86400);
	g_autofree char *date = g_date_time_format(day, "%Y%m%d");
	g_autofree char *text = g_strdup_printf(
		"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//test//EN\r\nBEGIN:VEVENT\r\n"
		"UID:e%d\r\nDTSTAMP:20260101T000000Z\r\nDTSTART:%sT100000Z\r\n"
		"DTEND:%sT110000Z\r\nSUMMARY:%s\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n",
		number, date, date, title);
	g_autofree char *name = g_strdup_printf("%d.ics", number);
	bridge_write(bridge, name, text);
}

static inline void write_items(struct bridge *bridge, enum item_kind kind)
{
	for (int i = 0; kind == ITEM_EVENT && i < PEOPLE; i++) {
		write_event(bridge, i, people[i]);
	}
	if (kind == ITEM_CONTACT) {
		write_people(bridge);
	}
}

static inline struct bridge *begin_trial(const struct trial *trial)
{
	const struct emulator_options options = {
		.with_event_list = trial->action->with_list,
		.close_connections = !trial->is_reused,
		.tls_cert = trial->is_secure ? CERTIFICATE : NULL,
		.tls_key = trial->is_secure ? KEY : NULL,
	};
	struct bridge *bridge = bridge_new(BRIDGE_ORANGE, &options);
	bridge->settings.ca_file = trial->is_secure ? CERTIFICATE : NULL;
	bridge->settings.in_doubt_grace = trial->grace;
	bridge->settings.timeout = trial->fault->is_slow ? 3 : 20;
	/* of calls at the same time only the first would come over a connection that was used */
	bridge->settings.max_connections = trial->is_reused ? 1 : 4;
	begin_learnt(bridge);
	write_items(bridge, trial->action->kind);
	fault(bridge, trial->action->name, lost_place(trial->action, trial->place),
	      trial->fault->name);
	if (strcmp(trial->action->name, "addeventoffline") == 0) {
		order(bridge, "expire-token");
	}
	return bridge;
}

/* ---- what the emulator says of the call ---- */

/* The call that failed, a new reference; is_reused: others came over its connection before. */
static inline json_t *failed_call(struct bridge *bridge, bool *is_reused)
{
	json_t *calls = control(bridge, "calls", NULL);
	json_t *log = json_object_get(calls, "log");
	size_t i;
	json_t *call, *failed = NULL;
	g_autoptr(GHashTable) connections = g_hash_table_new(NULL, NULL);
	json_array_foreach(log, i, call)
	{
		const gpointer connection =
			GSIZE_TO_POINTER(json_integer_value(json_object_get(call, "connection")));
		if (json_object_get(call, "fault") != NULL) {
			ck_assert_ptr_null(failed);
			failed = json_incref(call);
			*is_reused = g_hash_table_contains(connections, connection);
		}
		g_hash_table_add(connections, connection);
	}
	json_decref(calls);
	return failed;
}

static inline bool is_parameter_same(json_t *call, json_t *content, const char *name)
{
	json_t *sent = json_object_get(json_object_get(call, "parameters"), name);
	return sent == NULL || json_equal(sent, json_object_get(content, name));
}

/* Is this the announcement of that call? */
static inline bool is_row_of(const struct ledger_call *row, json_t *call)
{
	static const char *const names[] = {"lastname", "firstname", "cid",
	                                    "type",     "value",     "title"};
	bool is_same = strcmp(row->action, json_string_value(json_object_get(call, "action"))) == 0;
	json_t *content = json_loads(row->content, 0, NULL);
	for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
		is_same = is_same && is_parameter_same(call, content, names[i]);
	}
	json_decref(content);
	return is_same;
}

/* Did the call come? On a busy machine another one can take longer than a client that does not wait
 * long, and be the end of the cycle. */
static inline bool is_met(struct bridge *bridge)
{
	bool is_reused = false;
	json_t *call = failed_call(bridge, &is_reused);
	json_decref(call);
	return call != NULL;
}

/* The oldest row that announced it. */
static inline struct ledger_call *row_of(struct bridge *bridge, enum item_kind kind, json_t *call)
{
	OWNED(journal) journal = open_journal(bridge);
	g_autoptr(GPtrArray) records = records_load(journal, kind, NULL);
	for (guint i = 0; i < records->len; i++) {
		const struct record *record = records->pdata[i];
		g_autoptr(GPtrArray) rows = ledger_for_item(journal, kind, record->uid, NULL);
		for (guint j = 0; j < rows->len; j++) {
			if (is_row_of(rows->pdata[j], call)) {
				return g_ptr_array_steal_index(rows, j);
			}
		}
	}
	return NULL;
}

/* After the cycle in which it failed. */
static inline void assert_verdict(struct bridge *bridge, const struct trial *trial)
{
	bool is_reused = false;
	json_t *call = failed_call(bridge, &is_reused);
	ck_assert_msg(call != NULL, "%s: never happened", trial->name);
	ck_assert_msg(is_reused == trial->is_reused, "%s: over a %s connection", trial->name,
	              is_reused ? "used" : "new");
	OWNED(ledger_call) row = row_of(bridge, trial->action->kind, call);
	ck_assert_msg(row != NULL, "%s: no row in the ledger", trial->name);
	ck_assert_msg(row->state == trial->fault->verdict, "%s: %s, not %s", trial->name,
	              ledger_state_name(row->state), ledger_state_name(trial->fault->verdict));
	json_decref(call);
}

/* ---- what the journal says in the end ---- */

static inline void assert_journal_sound(struct bridge *bridge, const char *what)
{
	OWNED(journal) journal = open_journal(bridge);
	g_autoptr(GPtrArray) problems = g_ptr_array_new_with_free_func(g_free);
	ck_assert(journal_verify(journal, problems, NULL));
	ck_assert_msg(problems->len == 0, "%s: %s", what,
	              problems->len == 0 ? "" : (const char *)problems->pdata[0]);
}

#endif
