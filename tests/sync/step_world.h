/* SPDX-License-Identifier: MIT */
/* Some people and events of a bridge whose cycles are killed, and what must be true once it is at
 * rest. */
#ifndef PASSERELLE_TESTS_SYNC_STEP_WORLD_H
#define PASSERELLE_TESTS_SYNC_STEP_WORLD_H

#include "fakes/stop.h"
#include "wire_ledger.h"

#define MAX_STOPS       3
#define ROUNDS          10 /* to rest */
#define AN_HOUR         3600
#define WRITES_A_PERSON 4 /* contact with an e-mail, two devices more, a picture */
#define GIF             "R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7"

static const char *const given_names[] = {"Anna",  "Bert", "Carl", "Dora", "Emil",
                                          "Frida", "Gert", "Hans", "Ida",  "Jan"};

/* there: people that only the remote has. is_known: after an earlier cycle, which found nothing and
 * nobody. */
struct world {
	const char *name;
	guint people, events, there;
	bool with_list, is_known;
};

struct trial {
	const struct world *world;
	gint64 grace;
	struct stop stops[MAX_STOPS];
	guint n_stops;
	/* from here on its own */
	struct stopper *stopper;
	struct bridge *bridge;
	guint n_kills, n_doubts;
	char *name;
};

static inline void write_person(struct bridge *bridge, guint i)
{
	g_autofree char *more = g_strdup_printf("EMAIL:a%u@example.org\r\nEMAIL:b%u@example.org\r\n"
	                                        "TEL;TYPE=CELL:+3361122334%u\r\nNOTE:only here\r\n"
	                                        "PHOTO;ENCODING=b;TYPE=GIF:" GIF "\r\n",
	                                        i, i, i);
	g_autofree char *name = g_strdup_printf("%u.vcf", i);
	g_autofree char *card = bridge_card(given_names[i], given_names[i], "Example", more);
	bridge_write(bridge, name, card);
}

static inline void write_event(struct bridge *bridge, guint i)
{
	g_autoptr(GDateTime) day = g_date_time_new_from_unix_utc(bridge->now + (i + 9) * 86400);
	g_autofree char *date = g_date_time_format(day, "%Y%m%d");
	g_autofree char *text = g_strdup_printf(
		"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//test//EN\r\nBEGIN:VEVENT\r\n"
		"UID:e%u\r\nDTSTAMP:20260101T000000Z\r\nDTSTART:%sT100000Z\r\n"
		"DTEND:%sT110000Z\r\nSUMMARY:%s\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n",
		i, date, date, given_names[i]);
	g_autofree char *name = g_strdup_printf("%u.ics", i);
	bridge_write(bridge, name, text);
}

/* The words of a failure, for PASSERELLE_STOPS. */
static inline char *told_stops(const struct trial *trial)
{
	GString *told = g_string_new(trial->world->name);
	g_string_append_printf(told, ", grace %d", (int)trial->grace);
	for (guint i = 0; i < trial->n_stops; i++) {
		g_string_append_printf(told, ", %s %u", stop_kind_name(trial->stops[i].kind),
		                       trial->stops[i].ordinal);
	}
	return g_string_free(told, FALSE);
}

static inline struct stop stop_of(const char *told)
{
	for (enum stop_kind kind = STOP_ANYWHERE; kind < STOP_KINDS; kind++) {
		const char *name = stop_kind_name(kind);
		if (g_str_has_prefix(told, name) && told[strlen(name)] == ' ') {
			return (struct stop){kind, (unsigned)atoi(told + strlen(name))};
		}
	}
	ck_abort_msg("no step: '%s'", told);
}

/* The other way round. The world is the caller's to find; its name is returned, owned. */
static inline char *stops_of(const char *told, struct trial *trial)
{
	g_auto(GStrv) words = g_strsplit(told, ", ", -1);
	ck_assert(g_strv_length(words) >= 2 && g_str_has_prefix(words[1], "grace "));
	trial->grace = atoi(words[1] + strlen("grace "));
	for (trial->n_stops = 0; words[trial->n_stops + 2] != NULL; trial->n_stops++) {
		ck_assert_uint_lt(trial->n_stops, MAX_STOPS);
		trial->stops[trial->n_stops] = stop_of(words[trial->n_stops + 2]);
	}
	return g_strdup(words[0]);
}

static inline enum item_kind kind_of(const struct world *world)
{
	return world->people > 0 && world->events > 0 ? ITEM_KINDS
	       : world->people > 0                    ? ITEM_CONTACT
	                                              : ITEM_EVENT;
}

/* Before any thread of this process. past: of an earlier cycle; NULL for a world that is not known.
 */
static inline void trial_begin(struct trial *trial, const struct bridge_past *past)
{
	const struct world *world = trial->world;
	const struct emulator_options options = {.with_event_list = world->with_list};
	trial->name = told_stops(trial);
	trial->n_kills = trial->n_doubts = 0;
	trial->stopper = stopper_new();
	trial->bridge = bridge_new(BRIDGE_ORANGE, &options);
	trial->bridge->settings.in_doubt_grace = trial->grace;
	if (world->is_known) {
		bridge_begin_at(trial->bridge, past);
	}
	for (guint i = 0; i < world->people; i++) {
		write_person(trial->bridge, i);
	}
	for (guint i = 0; i < world->there; i++) {
		g_autofree char *email = g_strdup_printf("there%u@example.org", i);
		bridge_remote_add(trial->bridge, given_names[i], "There", email);
	}
	for (guint i = 0; i < world->events; i++) {
		write_event(trial->bridge, i);
	}
}

static inline void trial_end(struct trial *trial)
{
	bridge_free(trial->bridge);
	stopper_free(trial->stopper);
	g_free(trial->name);
}

/* One cycle each; false: the last one came to its end without a stop. */
static inline bool trial_stop(struct trial *trial)
{
	while (trial->n_kills < trial->n_stops) {
		if (!stop_cycle(trial->stopper, trial->bridge, kind_of(trial->world),
		                &trial->stops[trial->n_kills])) {
			return false;
		}
		trial->n_kills++;
	}
	return true;
}

static inline guint count_events(struct bridge *bridge, const char *title)
{
	json_t *all = control(bridge, "events", NULL);
	size_t i;
	json_t *event;
	guint count = 0;
	json_array_foreach(all, i, event)
	{
		count += g_strcmp0(json_string_value(json_object_get(event, "title")), title) == 0;
	}
	json_decref(all);
	return count;
}

/* What a person does who looks at the calendar there. */
static inline void settle_events(struct trial *trial)
{
	g_autoptr(GError) error = NULL;
	OWNED(journal) journal = open_journal(trial->bridge);
	g_autoptr(GPtrArray) records = records_load(journal, ITEM_EVENT, &error);
	g_assert_no_error(error);
	for (guint i = 0; i < records->len; i++) {
		const struct record *record = g_ptr_array_index(records, i);
		if (record->state != RECORD_IN_DOUBT) {
			continue;
		}
		const int number = atoi(record->uid + 1);
		const bool is_there = count_events(trial->bridge, given_names[number]) > 0;
		guint settled = 0;
		const bool is_settled = journal_resolve(
			journal, record->uid, is_there ? RESOLUTION_DONE : RESOLUTION_AGAIN,
			&settled, &error);
		ck_assert_msg(is_settled && settled == 1, "%s: %s", trial->name,
		              error == NULL ? "not settled" : error->message);
		trial->n_doubts++;
	}
}

/* Cycles until one has nothing left to do. */
static inline void trial_rest(struct trial *trial)
{
	g_autofree char *told = NULL;
	for (guint round = 0; round < ROUNDS; round++) {
		const guint writes = bridge_count_writes(trial->bridge);
		OWNED(cycle_report)
		report = stopper_cycle(trial->stopper, trial->bridge, kind_of(trial->world), NULL);
		ck_assert_msg(report->error == NULL, "%s: %s", trial->name,
		              report->error == NULL ? "" : report->error->message);
		ck_assert_msg(report->refused == 0, "%s: refused", trial->name);
		if (report->pending == 0 && report->held == 0 &&
		    bridge_count_writes(trial->bridge) == writes) {
			return;
		}
		g_free(told);
		told = g_strdup_printf(
			"pending %d, held %d: %s", (int)report->pending, (int)report->held,
			report->problems->len == 0
				? ""
				: ((const struct problem *)report->problems->pdata[0])->line);
		if (!trial->world->with_list) {
			settle_events(trial);
		}
		trial->bridge->now += AN_HOUR;
	}
	ck_abort_msg("%s: no rest in %u rounds: %s", trial->name, ROUNDS, told);
}

static inline void verify_remote(const struct trial *trial)
{
	const struct world *world = trial->world;
	assert_nothing_twice(trial->bridge, trial->name);
	for (guint i = 0; i < MAX(world->people, world->there); i++) {
		const guint here = i < world->people, there = i < world->there;
		guint contacts, devices, pictures;
		count_of(trial->bridge, given_names[i], &contacts, &devices, &pictures);
		ck_assert_msg(contacts == here + there && devices == 3 * here + there &&
		                      pictures == here,
		              "%s: %s is there %u times, with %u devices and %u pictures",
		              trial->name, given_names[i], contacts, devices, pictures);
	}
	for (guint i = 0; i < world->events; i++) {
		const guint count = count_events(trial->bridge, given_names[i]);
		ck_assert_msg(count == 1, "%s: event %s is there %u times", trial->name,
		              given_names[i], count);
	}
	const guint writes = bridge_count_writes(trial->bridge);
	ck_assert_msg(writes == world->people * WRITES_A_PERSON + world->events, "%s: %u writes",
	              trial->name, writes);
	ck_assert_msg(trial->n_doubts <= trial->n_kills, "%s: %u events in doubt", trial->name,
	              trial->n_doubts);
}

/* A file of the person is as it was written; each of the others holds somebody of there. */
static inline void verify_files(const struct trial *trial)
{
	const struct world *world = trial->world;
	for (guint i = 0; i < world->people; i++) {
		g_autofree char *name = g_strdup_printf("%u.vcf", i);
		g_autofree char *before = bridge_read(trial->bridge, name);
		write_person(trial->bridge, i);
		g_autofree char *after = bridge_read(trial->bridge, name);
		ck_assert_msg(g_strcmp0(before, after) == 0, "%s: %s is changed:\n%s", trial->name,
		              name, before == NULL ? "gone" : before);
	}
	const guint contacts = bridge_count_files(trial->bridge, ITEM_CONTACT);
	ck_assert_msg(contacts == world->people + world->there, "%s: %u files", trial->name,
	              contacts);
	const guint events = bridge_count_files(trial->bridge, ITEM_EVENT);
	ck_assert_msg(events == world->events, "%s: %u files", trial->name, events);
}

static inline void verify_journal(const struct trial *trial)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GPtrArray) problems = g_ptr_array_new_with_free_func(g_free);
	OWNED(journal) journal = open_journal(trial->bridge);
	ck_assert(journal_verify(journal, problems, &error));
	ck_assert_msg(problems->len == 0, "%s: %s", trial->name,
	              problems->len == 0 ? "" : (const char *)problems->pdata[0]);
}

static inline char *all_marks(struct bridge *bridge)
{
	g_autofree char *contacts = bridge_marks(bridge, ITEM_CONTACT);
	g_autofree char *events = bridge_marks(bridge, ITEM_EVENT);
	return g_strjoin("\n", contacts, events, NULL);
}

static inline void verify_rest(const struct trial *trial)
{
	g_autofree char *before = all_marks(trial->bridge);
	const guint writes = bridge_count_writes(trial->bridge);
	trial->bridge->now += A_DAY;
	stop_cycle(trial->stopper, trial->bridge, kind_of(trial->world), NULL);
	g_autofree char *after = all_marks(trial->bridge);
	ck_assert_msg(strcmp(before, after) == 0, "%s: files at rest:\n%s\n%s", trial->name, before,
	              after);
	ck_assert_msg(bridge_count_writes(trial->bridge) == writes, "%s: written at rest",
	              trial->name);
}

static inline void trial_verify(struct trial *trial)
{
	trial_rest(trial);
	verify_remote(trial);
	verify_journal(trial);
	verify_rest(trial);
	verify_files(trial);
}

#endif
