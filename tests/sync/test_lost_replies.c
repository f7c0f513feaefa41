/* SPDX-License-Identifier: MIT */
/*
 * Every write call, failed in every way that the emulator knows, at the first, a middle and the
 * last one, over http and https, on a new and on a used connection: the ledger says what can be
 * known, nothing is done twice, nothing lost, nothing stuck. The short form takes half of the
 * calls with a fault, each once, at one place and over one connection; PASSERELLE_LONG=1 takes all
 * of them.
 */
#include "lost_trial.h"
#include "sweep.h"

#define SAMPLE_PAIRS 2 /* the short form takes one of so many */

static GArray *trials; /* struct trial */

/* The API is not asked again by itself. */
static bool is_stopped(const struct trial *trial)
{
	return strcmp(trial->fault->name, "code:-8") == 0 ||
	       strcmp(trial->fault->name, "code:-10") == 0;
}

/* 0 seconds later a person asks for it. */
static void cycle(struct bridge *bridge, const struct trial *trial, gint64 later)
{
	bridge->now += later;
	bridge->settings.is_full = later == 0 && is_stopped(trial);
	cycle_report_free(bridge_sync(bridge, trial->action->kind));
	assert_nothing_twice(bridge, trial->name);
}

static bool is_offline(const struct trial *trial)
{
	return strcmp(trial->action->name, "addeventoffline") == 0;
}

/* The item's own fault, it was said: not sent again until it changes. An action that the service
 * does not know is never sent again, but pictures have a second spelling. */
static bool is_refused(const struct trial *trial)
{
	return trial->fault->verdict == LEDGER_REFUSED ||
	       (strcmp(trial->fault->name, "code:4") == 0 && trial->action->kind == ITEM_EVENT);
}

/* The last word, once the fault is long over: nothing is sent, no file written, nothing waits. */
static void last_cycle(struct bridge *bridge, const struct trial *trial, gint64 *held,
                       gint64 *refused)
{
	const enum item_kind kind = trial->action->kind;
	const guint writes = bridge_count_writes(bridge);
	g_autofree char *before = bridge_marks(bridge, kind);
	bridge->now += A_DAY;
	OWNED(cycle_report) report = bridge_sync(bridge, kind);
	ck_assert_msg(report->error == NULL || is_offline(trial), "%s: %s", trial->name,
	              report->error == NULL ? "" : report->error->message);
	g_autofree char *after = bridge_marks(bridge, kind);
	ck_assert_msg(writes == bridge_count_writes(bridge), "%s: not at rest", trial->name);
	ck_assert_msg(strcmp(before, after) == 0, "%s: files were written", trial->name);
	ck_assert_msg(report->pending == 0, "%s: pending", trial->name);
	*held = report->held;
	*refused = report->refused;
	ck_assert_msg(*held == count_in_doubt(bridge, kind), "%s: in doubt and not shown",
	              trial->name);
	assert_journal_sound(bridge, trial->name);
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

static bool lacks(const struct trial *trial, const char *action)
{
	return is_refused(trial) && strcmp(trial->action->name, action) == 0;
}

static void assert_people_arrived(struct bridge *bridge, const struct trial *trial)
{
	gint64 held = 0, refused = 0;
	last_cycle(bridge, trial, &held, &refused);
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
	const guint lacks_contact = lacks(trial, "addcontact");
	const guint lacks_device = lacks(trial, "adddevice");
	const guint lacks_picture = lacks(trial, "addpicture");
	ck_assert_msg(refused == lacks_contact, "%s: %d refused", trial->name, (int)refused);
	assert_parts_told(bridge, trial, lacks_device || lacks_picture);
	ck_assert_msg(contacts == PEOPLE - lacks_contact, "%s: %u contacts", trial->name, contacts);
	ck_assert_msg(devices == 3 * contacts - lacks_device, "%s: %u devices", trial->name,
	              devices);
	ck_assert_msg(pictures == contacts - lacks_picture, "%s: %u pictures", trial->name,
	              pictures);
	ck_assert_uint_eq(bridge_count_files(bridge, ITEM_CONTACT), PEOPLE);
}

static void resolve_all(struct bridge *bridge, enum resolution resolution)
{
	g_autoptr(GError) error = NULL;
	guint settled = 0;
	OWNED(journal) journal = open_journal(bridge);
	ck_assert(journal_resolve_all(journal, resolution, &settled, &error));
	ck_assert_uint_eq(settled, 1);
}

static void assert_events_arrived(struct bridge *bridge, const struct trial *trial)
{
	gint64 held = 0, refused = 0;
	last_cycle(bridge, trial, &held, &refused);
	const guint there = bridge_count_remote(bridge, ITEM_EVENT);
	const guint is_lacking = is_refused(trial);
	ck_assert_msg(refused == is_lacking, "%s: %d refused", trial->name, (int)refused);
	const bool is_unknowable =
		trial->fault->verdict == LEDGER_IN_DOUBT && !trial->action->with_list;
	ck_assert_msg(held == is_unknowable, "%s: %d held", trial->name, (int)held);
	if (is_unknowable) {
		const bool is_there = trial->fault->has_effect;
		ck_assert_msg(there == PEOPLE - (is_there ? 0 : 1), "%s: %u there", trial->name,
		              there);
		resolve_all(bridge, is_there ? RESOLUTION_DONE : RESOLUTION_AGAIN);
		cycle(bridge, trial, A_DAY);
		last_cycle(bridge, trial, &held, &refused);
		ck_assert_msg(held == 0, "%s: held after the person's word", trial->name);
	}
	ck_assert_msg(bridge_count_remote(bridge, ITEM_EVENT) == PEOPLE - is_lacking,
	              "%s: %u events", trial->name, bridge_count_remote(bridge, ITEM_EVENT));
}

START_TEST(nothing_twice_and_nothing_lost)
{
	const struct trial *trial = &g_array_index(trials, struct trial, sweep_trial(_i));
	struct bridge *bridge = begin_trial(trial);
	for (int i = 0; i < 3 && !is_met(bridge); i++) {
		cycle(bridge, trial, 60);
	}
	assert_verdict(bridge, trial);
	bridge->settings.timeout = 20;
	order(bridge, "close-connections?on=0");
	cycle(bridge, trial, 0);
	for (int i = 0; i < 3; i++) {
		cycle(bridge, trial, i == 0 ? 60 : 2 * 60 * 60);
	}
	if (trial->action->kind == ITEM_CONTACT) {
		assert_people_arrived(bridge, trial);
	} else {
		assert_events_arrived(bridge, trial);
	}
	bridge_free(bridge);
}
END_TEST

START_TEST(no_fault_and_no_write_is_missing)
{
	assert_table_is_whole();
}
END_TEST

static Suite *make_suite(void)
{
	Suite *suite = suite_create("lost replies");
	TCase *table = tcase_create("table");
	tcase_set_timeout(table, 120);
	tcase_add_loop_test(table, nothing_twice_and_nothing_lost, 0, sweep_share(trials->len));
	suite_add_tcase(suite, table);
	if (sweep_worker == 0) {
		tcase_add_test(table, no_fault_and_no_write_is_missing);
	}
	return suite;
}

static void add_trial(const struct lost_action *action, const struct lost_fault *fault, guint place,
                      bool is_secure, bool is_reused)
{
	struct trial trial = {fault, action, place, is_secure, is_reused, 0, NULL};
	trial.grace = (trials->len + place) % 2 == 0 ? 0 : 120;
	trial.name = g_strdup_printf("%s%s, %s, call %u, %s, %s connection, grace %d", action->name,
	                             action->with_list ? " with a list" : "", fault->name,
	                             lost_place(action, place), is_secure ? "https" : "http",
	                             is_reused ? "used" : "new", (int)trial.grace);
	g_array_append_val(trials, trial);
}

/* All; or every second pair of call and fault once, so that transports and connections come up
 * alike. */
static void choose_trials(GRand *random)
{
	trials = g_array_new(FALSE, FALSE, sizeof(struct trial));
	guint pairs = (guint)g_rand_int_range(random, 0, 4);
	for (gsize i = 0; i < LOST_ACTIONS * LOST_FAULTS; i++) {
		const struct lost_action *action = &lost_actions[i / LOST_FAULTS];
		const struct lost_fault *fault = &lost_faults[i % LOST_FAULTS];
		for (guint j = 0; sweep_is_long() && j < 4 * LOST_PLACES; j++) {
			add_trial(action, fault, j / 4, j % 2 == 0, j / 2 % 2 == 0);
		}
		if (!sweep_is_long() && sweep_takes("lost replies", (guint)i, SAMPLE_PAIRS)) {
			const guint place = (guint)g_rand_int_range(random, 0, LOST_PLACES);
			pairs += (guint)g_rand_int_range(random, 1, 4);
			add_trial(action, fault, place, pairs % 2 == 0, pairs / 2 % 2 == 0);
		}
	}
	sweep_shuffle(random, trials, sizeof(struct trial));
}

int main(void)
{
	const guint32 seed = sweep_seed();
	g_autoptr(GRand) random = g_rand_new_with_seed(seed);
	choose_trials(random);
	learn();
	printf("%u trials, seed %u\n", trials->len, seed);
	const struct sweep_counts counts = sweep_run(make_suite);
	printf("count: lost replies: %d trials of %zu calls, %zu faults, 3 places, http and https, "
	       "new and used connections, %d violations (seed %u)\n",
	       counts.run - 1, LOST_ACTIONS, LOST_FAULTS, counts.failed, seed);
	for (guint i = 0; i < trials->len; i++) {
		g_free(g_array_index(trials, struct trial, i).name);
	}
	g_array_unref(trials);
	g_free(learnt_alphabet);
	return counts.failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
