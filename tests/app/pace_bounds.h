/* SPDX-License-Identifier: MIT */
/* How often each API may be asked, and what a service in order looks like. */
#ifndef PASSERELLE_TESTS_APP_PACE_BOUNDS_H
#define PASSERELLE_TESTS_APP_PACE_BOUNDS_H

#include "app/pace_world.h"
#include "status/document.h"

#define DAY (24 * HOUR)

/* By then every part has met what is wrong, and the short pauses of the first hour are over. */
#define SETTLED (130 * MINUTE)

/* Calls of an API in any 60 minutes: at most in the first, and once it goes on like that. */
struct bound {
	unsigned first, later;
};

/*
 * In its interval ± 10 %: contacts twice within 60 minutes, with at most 260 searches
 * (passerelle.conf(5)); events every 13.5 minutes, mail every 108 seconds. A dropped event is one
 * cycle more, with a look before it is added.
 */
#define PACE_CONTACTS                                                                              \
	{                                                                                          \
		520, 520                                                                           \
	}
#define PACE_CALENDAR                                                                              \
	{                                                                                          \
		5 + 3, 5                                                                           \
	}
#define PACE_MESSAGES                                                                              \
	{                                                                                          \
		34, 34                                                                             \
	}

/*
 * Pauses of 15, 30, 60, 120, 240 and then 450 seconds at the least: 12 times in the first hour,
 * then 8. Of contacts four calls go out together, and the others do not when these fail.
 */
#define BACK_OFF(calls)                                                                            \
	{                                                                                          \
		12 * (calls), 8 * (calls)                                                          \
	}

/* After 7.5, 15 and then 30 minutes at the least: 4 times in the first hour, then 2. */
#define FOR_TOKEN(calls)                                                                           \
	{                                                                                          \
		4 * (calls), 2 * (calls)                                                           \
	}

/* The interval, doubled up to an hour, less 10 %. */
#define FOR_CONSENT_CONTACTS                                                                       \
	{                                                                                          \
		2 * 4, 2 * 4                                                                       \
	} /* every 54 minutes */
#define FOR_CONSENT_CALENDAR                                                                       \
	{                                                                                          \
		3, 2                                                                               \
	} /* after 13.5, 27, then 54 */
#define FOR_CONSENT_MESSAGES                                                                       \
	{                                                                                          \
		6, 2                                                                               \
	} /* after 1.8, 3.6, 7.2, 14.4, 28.8, then 54 */

#define AS_USUAL                                                                                   \
	{                                                                                          \
		PACE_CONTACTS, PACE_CALENDAR, PACE_MESSAGES                                        \
	}
#define OUT_OF_ORDER                                                                               \
	{                                                                                          \
		BACK_OFF(4), BACK_OFF(1), BACK_OFF(1)                                              \
	}
#define UNTIL_CONSENT                                                                              \
	{                                                                                          \
		FOR_CONSENT_CONTACTS, FOR_CONSENT_CALENDAR, FOR_CONSENT_MESSAGES                   \
	}

static const struct bound usual[PARTS] = AS_USUAL;

static inline void check_bounds(const struct world *world, const struct bound bounds[PARTS],
                                gint64 since)
{
	for (enum part part = 0; part < PARTS; part++) {
		const unsigned first = world_most(world, part, since, world->now);
		const unsigned later = world_most(world, part, since + SETTLED, world->now);
		ck_assert_msg(first <= bounds[part].first && later <= bounds[part].later,
		              "%s: %u calls in an hour, then %u; at most %u, then %u",
		              part_name(part), first, later, bounds[part].first,
		              bounds[part].later);
	}
}

/* It was asked in its interval all the time. */
static inline void check_usual_pace(const struct world *world, enum part part, gint64 since)
{
	static const gint64 intervals[PARTS] = {60 * MINUTE, 15 * MINUTE, 2 * MINUTE};
	const gint64 slowest = intervals[part] * 11 / 10 + 3 * SECOND;
	const unsigned cycles = world_cycles(world, part, since, world->now);
	ck_assert_uint_ge(cycles, (unsigned)((world->now - since) / slowest) - 1);
}

/* What a person dropped before, and the mail that came, arrived once. */
static inline void check_all_went_through(struct world *world)
{
	g_autofree char *text = scratch_read("home.json");
	ck_assert_ptr_nonnull(text);
	OWNED(status_document) document = status_document_from_json(text, strlen(text), NULL);
	ck_assert_int_eq(document->state, STATUS_OK);
	ck_assert_int_eq(document->mail.box->unread, 7);
	ck_assert_uint_eq(emulator_count_writes(world->emulator, "addcontact"), 1);
	ck_assert_uint_eq(emulator_count_writes(world->emulator, "addevent"), 1);
}

/* A service that is well, then something to do. */
static inline void begin(struct world *world, const struct emulator_options *options)
{
	world_init(world, options);
	world_pass(world, 10 * MINUTE);
	for (enum part part = 0; part < PARTS; part++) {
		ck_assert_int_eq(world->ends.parts[part].end, PART_DONE);
	}
	world_drop_card(world, "Dropped", "");
	world_drop_event(world, "Dentist", 20);
	world_do(world, "set-mail?unread=7&total=9");
}

static inline int pace_main(Suite *suite, TCase *tests)
{
	if (access("/dev/shm", W_OK) == 0) {
		g_setenv("TMPDIR", "/dev/shm", TRUE); /* thousands of commits; no disk is tried */
	}
	tcase_add_checked_fixture(tests, scratch_setup, scratch_teardown);
	tcase_set_timeout(tests, 600);
	suite_add_tcase(suite, tests);
	return scratch_run(suite);
}

#endif
