/* SPDX-License-Identifier: MIT */
/*
 * Every write call, failed in every way that the emulator knows, at the first, a middle and the
 * last one: nothing twice, nothing lost. The short form takes the place and the grace in turn;
 * PASSERELLE_LONG=1 takes all of them.
 */
#include "wire_ledger.h"

#include "app/journal_resolve.h"

#define PEOPLE 3
#define GIF    "R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7"

enum outcome {
	TAKES_EFFECT,
	LEAVES_NOTHING,
	IS_REFUSED, /* the item's own fault, it says: not sent again until it changes */
};

static const struct {
	const char *name;
	enum outcome outcome;
	bool is_told; /* the reply proves that nothing was done */
} kinds[] = {
	{"closed-before", LEAVES_NOTHING, false},
	{"closed-after", TAKES_EFFECT, false},
	{"silent-before", LEAVES_NOTHING, false},
	{"silent-after", TAKES_EFFECT, false},
	{"500-before", LEAVES_NOTHING, false},
	{"500-after", TAKES_EFFECT, false},
	{"503:0", LEAVES_NOTHING, false},
	{"503:1", LEAVES_NOTHING, false},
	{"503-after:1", TAKES_EFFECT, false},
	{"cut", TAKES_EFFECT, false},
	{"cut-before", LEAVES_NOTHING, false},
	{"html", TAKES_EFFECT, false},
	{"html-before", LEAVES_NOTHING, false},
	{"drip:1", TAKES_EFFECT, false},
	{"drip:50", TAKES_EFFECT, false},
	{"garbage", TAKES_EFFECT, false},
	{"garbage-before", LEAVES_NOTHING, false},
	{"internal", LEAVES_NOTHING, false},
	{"internal-after", TAKES_EFFECT, false},
	{"token", LEAVES_NOTHING, true},
	{"code:-2", LEAVES_NOTHING, false},
	{"code:-3", LEAVES_NOTHING, true},
	{"code:-7", IS_REFUSED, true},
	{"code:-8", LEAVES_NOTHING, true},
	{"code:-10", LEAVES_NOTHING, true},
	{"code:2", IS_REFUSED, true},
	{"code:5", LEAVES_NOTHING, false},
	{"code:100", LEAVES_NOTHING, true},
};

/* How many calls of each there are, and where the middle one is. */
static const struct {
	const char *name;
	enum item_kind kind;
	unsigned middle, last;
	bool with_list;
} actions[] = {
	{"addcontact", ITEM_CONTACT, 2, 3, false}, {"adddevice", ITEM_CONTACT, 3, 6, false},
	{"addpicture", ITEM_CONTACT, 2, 3, false}, {"addevent", ITEM_EVENT, 2, 3, false},
	{"addevent", ITEM_EVENT, 2, 3, true},      {"addeventoffline", ITEM_EVENT, 2, 3, false},
};

#define KINDS   ((int)G_N_ELEMENTS(kinds))
#define ACTIONS ((int)G_N_ELEMENTS(actions))
#define PLACES  3
#define GRACES  2

static const char *const people[PEOPLE] = {"Anna", "Bert", "Carl"};

struct trial {
	int kind, action, place;
	gint64 grace;
	char *name;
};

static void write_people(struct bridge *bridge)
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

static void write_events(struct bridge *bridge)
{
	for (int i = 0; i < PEOPLE; i++) {
		g_autoptr(GDateTime) day =
			g_date_time_new_from_unix_utc(bridge->now + (i + 5) * 86400);
		g_autofree char *date = g_date_time_format(day, "%Y%m%d");
		g_autofree char *text = g_strdup_printf(
			"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//test//EN\r\nBEGIN:VEVENT\r\n"
			"UID:e%d\r\nDTSTAMP:20260101T000000Z\r\nDTSTART:%sT100000Z\r\n"
			"DTEND:%sT110000Z\r\nSUMMARY:%s\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n",
			i, date, date, people[i]);
		g_autofree char *name = g_strdup_printf("%d.ics", i);
		bridge_write(bridge, name, text);
	}
}

static void cycle(struct bridge *bridge, const struct trial *trial, gint64 later)
{
	bridge->now += later;
	cycle_report_free(bridge_sync(bridge, actions[trial->action].kind));
	assert_nothing_twice(bridge, trial->name);
}

/* The last word: what is held and refused once the fault is long over. */
static void last_cycle(struct bridge *bridge, const struct trial *trial, gint64 *held,
                       gint64 *refused)
{
	const guint writes = bridge_count_writes(bridge);
	bridge->now += A_DAY;
	OWNED(cycle_report) report = bridge_sync(bridge, actions[trial->action].kind);
	const bool is_offline = strcmp(actions[trial->action].name, "addeventoffline") == 0;
	ck_assert_msg(report->error == NULL || is_offline, "%s: %s", trial->name,
	              report->error == NULL ? "" : report->error->message);
	ck_assert_msg(writes == bridge_count_writes(bridge), "%s: not at rest", trial->name);
	ck_assert_msg(report->pending == 0, "%s: pending", trial->name);
	*held = report->held;
	*refused = report->refused;
}

/* A part that was refused stays in the file, and the notes name it. */
static void assert_parts_told(struct bridge *bridge, const struct trial *trial, bool is_part)
{
	guint told = 0;
	for (int i = 0; i < PEOPLE; i++) {
		g_autofree char *notes = notes_of(bridge, people[i]);
		told += strstr(notes, "local only") != NULL;
	}
	ck_assert_msg(told == is_part, "%s: %u cards keep a part", trial->name, told);
}

static void assert_people_arrived(struct bridge *bridge, const struct trial *trial)
{
	gint64 held = 0, refused = 0;
	last_cycle(bridge, trial, &held, &refused);
	const bool is_refused = kinds[trial->kind].outcome == IS_REFUSED;
	ck_assert_msg(held == 0, "%s: held", trial->name);
	guint contacts = 0, devices = 0, pictures = 0;
	for (int i = 0; i < PEOPLE; i++) {
		guint one = 0, its_devices = 0, its_pictures = 0;
		count_of(bridge, people[i], &one, &its_devices, &its_pictures);
		ck_assert_msg(one <= 1, "%s: %u of %s", trial->name, one, people[i]);
		contacts += one;
		devices += its_devices;
		pictures += its_pictures;
	}
	const bool lacks_contact =
		is_refused && strcmp(actions[trial->action].name, "addcontact") == 0;
	const bool lacks_device =
		is_refused && strcmp(actions[trial->action].name, "adddevice") == 0;
	const bool lacks_picture = is_refused && !lacks_contact && !lacks_device;
	ck_assert_msg(refused == lacks_contact, "%s: %d refused", trial->name, (int)refused);
	assert_parts_told(bridge, trial, lacks_device || lacks_picture);
	ck_assert_msg(contacts == PEOPLE - (lacks_contact ? 1 : 0), "%s: %u contacts", trial->name,
	              contacts);
	ck_assert_msg(devices == 3 * contacts - (lacks_device ? 1 : 0), "%s: %u devices",
	              trial->name, devices);
	ck_assert_msg(pictures == contacts - (lacks_picture ? 1 : 0), "%s: %u pictures",
	              trial->name, pictures);
	ck_assert_uint_eq(bridge_count_files(bridge, ITEM_CONTACT), PEOPLE);
}

static void resolve_all(struct bridge *bridge, enum resolution resolution)
{
	g_autoptr(GError) error = NULL;
	guint settled = 0;
	OWNED(journal) journal = journal_open(bridge->journal, JOURNAL_CREATE, &error);
	g_assert_no_error(error);
	ck_assert(journal_resolve_all(journal, resolution, &settled, &error));
	ck_assert_uint_eq(settled, 1);
}

static void assert_events_arrived(struct bridge *bridge, const struct trial *trial)
{
	const enum outcome outcome = kinds[trial->kind].outcome;
	gint64 held = 0, refused = 0;
	last_cycle(bridge, trial, &held, &refused);
	const guint there = bridge_count_remote(bridge, ITEM_EVENT);
	ck_assert_msg(refused == (outcome == IS_REFUSED), "%s: %d refused", trial->name,
	              (int)refused);
	if (actions[trial->action].with_list || kinds[trial->kind].is_told) {
		ck_assert_msg(held == 0, "%s: held", trial->name);
	}
	ck_assert_msg(held <= 1, "%s: %d held", trial->name, (int)held);
	if (held == 1) {
		const bool is_there = outcome == TAKES_EFFECT;
		ck_assert_msg(there == PEOPLE - (is_there ? 0 : 1), "%s: %u there", trial->name,
		              there);
		resolve_all(bridge, is_there ? RESOLUTION_DONE : RESOLUTION_AGAIN);
		cycle(bridge, trial, A_DAY);
		last_cycle(bridge, trial, &held, &refused);
		ck_assert_msg(held == 0, "%s: held after the person's word", trial->name);
	}
	ck_assert_msg(bridge_count_remote(bridge, ITEM_EVENT) ==
	                      PEOPLE - (outcome == IS_REFUSED ? 1 : 0),
	              "%s: %u events", trial->name, bridge_count_remote(bridge, ITEM_EVENT));
}

static void run_trial(const struct trial *trial)
{
	const struct emulator_options options = {.with_event_list =
	                                                 actions[trial->action].with_list};
	struct bridge *bridge = bridge_new(BRIDGE_ORANGE, &options);
	const unsigned places[PLACES] = {1, actions[trial->action].middle,
	                                 actions[trial->action].last};
	bridge->settings.in_doubt_grace = trial->grace;
	bridge->settings.timeout = 1;
	if (actions[trial->action].kind == ITEM_CONTACT) {
		write_people(bridge);
	} else {
		write_events(bridge);
	}
	fault(bridge, actions[trial->action].name, places[trial->place], kinds[trial->kind].name);
	if (strcmp(actions[trial->action].name, "addeventoffline") == 0) {
		order(bridge, "expire-token");
	}
	for (int i = 0; i < 3; i++) {
		cycle(bridge, trial, i == 1 ? 0 : 60);
	}
	json_t *faults = control(bridge, "faults", NULL);
	ck_assert_msg(json_integer_value(json_object_get(json_array_get(faults, 0), "hits")) == 1,
	              "%s: never happened", trial->name);
	json_decref(faults);
	for (int i = 0; i < 2; i++) {
		cycle(bridge, trial, 2 * 60 * 60);
	}
	if (actions[trial->action].kind == ITEM_CONTACT) {
		assert_people_arrived(bridge, trial);
	} else {
		assert_events_arrived(bridge, trial);
	}
	bridge_free(bridge);
}

START_TEST(nothing_twice_and_nothing_lost)
{
	const bool is_long = g_getenv("PASSERELLE_LONG") != NULL;
	for (int i = 0; i < PLACES * GRACES; i++) {
		struct trial trial = {.kind = _i % KINDS, .action = _i / KINDS};
		const bool is_turn = (trial.kind + trial.action) % 2 == 0 &&
		                     i == (trial.kind / 2 + trial.action) % (PLACES * GRACES);
		if (!is_long && !is_turn) {
			continue;
		}
		trial.place = i % PLACES;
		trial.grace = i / PLACES % GRACES == 0 ? 0 : 120;
		trial.name =
			g_strdup_printf("%s%s, %s, place %d, grace %d", actions[trial.action].name,
		                        actions[trial.action].with_list ? " with a list" : "",
		                        kinds[trial.kind].name, trial.place, (int)trial.grace);
		run_trial(&trial);
		g_free(trial.name);
	}
}
END_TEST

static Suite *make_suite(void)
{
	Suite *suite = suite_create("lost replies");
	TCase *table = tcase_create("table");
	tcase_set_timeout(table, 280);
	tcase_add_loop_test(table, nothing_twice_and_nothing_lost, 0, KINDS * ACTIONS);
	suite_add_tcase(suite, table);
	return suite;
}

int main(void)
{
	SRunner *runner = srunner_create(make_suite());
	srunner_run_all(runner, CK_ENV);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
