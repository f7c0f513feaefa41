/* SPDX-License-Identifier: MIT */
/* What waits for a person: a token, a consent, a configuration. The rest goes on meanwhile. */
#include "app/pace_bounds.h"

/* ---- a token that has expired ---- */

static gint64 action_since(enum status_state state)
{
	g_autofree char *text = scratch_read("home.json");
	OWNED(status_document) document = status_document_from_json(text, strlen(text), NULL);
	ck_assert_int_eq(document->state, state);
	return document->action_since;
}

START_TEST(while_a_token_is_expired_events_go_on_and_the_others_wait_for_it)
{
	static const struct bound bounds[PARTS] = {
		FOR_TOKEN(4),
		{5 + 2, 5 + 2}, /* a look for the list, and an event now and then */
		FOR_TOKEN(1),
	};
	struct world world;
	begin(&world, &(struct emulator_options){0});
	world_pass(&world, 5 * SECOND);
	world_do(&world, "expire-token");
	const gint64 since = world.now;
	world_pass(&world, 2 * HOUR);
	const gint64 asked_since = action_since(STATUS_LOGIN_REQUIRED);
	for (int i = 0; i < 4; i++) {
		g_autofree char *name = g_strdup_printf("Late %d", i);
		world_drop_event(&world, name, 30 + i);
		world_pass(&world, 5 * SECOND);
		ck_assert_uint_eq(emulator_count_writes(world.emulator, "addeventoffline"), i + 1);
		world_pass(&world, 6 * HOUR);
	}
	check_bounds(&world, bounds, since);
	ck_assert_int_eq(action_since(STATUS_LOGIN_REQUIRED), asked_since);
	ck_assert_int_eq(world.ends.parts[PART_CONTACTS].end, PART_LOGIN);
	ck_assert_int_eq(world.ends.parts[PART_CALENDAR].end, PART_DONE);
	ck_assert_int_eq(world.ends.parts[PART_MESSAGES].end, PART_LOGIN);
	world_login(&world, NULL);
	world_pass(&world, 5 * SECOND);
	check_all_went_through(&world);
	world_clear(&world);
}
END_TEST

START_TEST(a_token_that_nobody_renews_is_tried_once_an_hour_and_works_when_it_works_again)
{
	static const struct bound bounds[PARTS] = {FOR_TOKEN(4), FOR_TOKEN(2), FOR_TOKEN(1)};
	struct world world;
	begin(&world, &(struct emulator_options){.with_event_list = true});
	for (enum part part = 0; part < PARTS; part++) {
		world_break(&world, part, "token");
	}
	const gint64 since = world.now;
	world_pass(&world, 26 * HOUR);
	check_bounds(&world, bounds, since);
	world_do(&world, "clear-faults");
	world_pass(&world, HOUR + MINUTE);
	check_all_went_through(&world);
	world_clear(&world);
}
END_TEST

/* ---- consent, apart for reading and adding ---- */

static const struct grant {
	const char *path; /* of the control request */
	enum part part;
	struct bound bound;
} GRANTS[] = {
	{"consent?family=contact&attribute=see", PART_CONTACTS, FOR_CONSENT_CONTACTS},
	/* the search goes on with each try, and one contact is refused */
	{"consent?family=contact&attribute=add", PART_CONTACTS, {522, 522}},
	/* with each try a look at the list before it, which needs no consent, and one after it */
	{"consent?family=agenda&attribute=add_event", PART_CALENDAR, {3 * 3, 2 * 3}},
};

START_TEST(a_missing_consent_is_looked_for_in_growing_pauses)
{
	const struct grant *grant = &GRANTS[_i];
	struct bound bounds[PARTS];
	struct world world;
	begin(&world, &(struct emulator_options){.with_event_list = true});
	memcpy(bounds, usual, sizeof bounds);
	bounds[grant->part] = grant->bound;
	g_autofree char *refuse = g_strconcat(grant->path, "&value=none", NULL);
	g_autofree char *allow = g_strconcat(grant->path, "&value=always", NULL);
	world_do(&world, refuse);
	const gint64 since = world.now;
	world_pass(&world, 26 * HOUR);
	check_bounds(&world, bounds, since);
	for (enum part part = 0; part < PARTS; part++) {
		const bool is_it = part == grant->part;
		ck_assert_int_eq(world.ends.parts[part].end, is_it ? PART_CONSENT : PART_DONE);
		if (!is_it) {
			check_usual_pace(&world, part, since);
		}
	}
	world_do(&world, allow);
	world_pass(&world, 67 * MINUTE);
	check_all_went_through(&world);
	world_clear(&world);
}
END_TEST

/* ---- refused credentials and addresses ---- */

/* The service is started again and again; nothing of the configuration changes. */
static void restart_often(struct world *world, int times)
{
	for (int i = 0; i < times; i++) {
		world_reload(world);
		world_pass(world, 2 * HOUR);
	}
}

START_TEST(an_api_that_refuses_us_is_asked_once_until_the_configuration_changes)
{
	struct world world;
	begin(&world, &(struct emulator_options){.with_event_list = true});
	world_break(&world, PART_CONTACTS, "code:-8");
	const gint64 since = world.now;
	restart_often(&world, 13);
	ck_assert_uint_eq(world_all(&world, PART_CONTACTS, since, world.now), 4);
	ck_assert_int_eq(world.ends.parts[PART_CONTACTS].end, PART_CONFIG);
	check_usual_pace(&world, PART_CALENDAR, since);
	check_usual_pace(&world, PART_MESSAGES, since);
	world_do(&world, "clear-faults");
	world.contacts_path = "/int/PersonalContacts/V1";
	world_reload(&world);
	world_pass(&world, MINUTE);
	check_all_went_through(&world);
	world_clear(&world);
}
END_TEST

START_TEST(a_person_can_have_it_asked_again)
{
	struct world world;
	begin(&world, &(struct emulator_options){.with_event_list = true});
	world_break(&world, PART_CONTACTS, "code:-8");
	world_pass(&world, HOUR);
	world.is_full = true;
	world_reload(&world);
	const gint64 since = world.now;
	world_pass(&world, HOUR);
	ck_assert_uint_eq(world_all(&world, PART_CONTACTS, since, world.now), 4);
	world_do(&world, "clear-faults");
	world_reload(&world);
	world_pass(&world, MINUTE);
	check_all_went_through(&world);
	world.is_full = false;
	restart_often(&world, 1);
	ck_assert_int_eq(world.ends.parts[PART_CONTACTS].end, PART_DONE);
	world_clear(&world);
}
END_TEST

START_TEST(a_wrong_address_is_asked_once)
{
	struct world world;
	begin(&world, &(struct emulator_options){.with_event_list = true});
	world.contacts_path = "/PersonalContacts/V9";
	const gint64 since = world.now;
	restart_often(&world, 12);
	ck_assert_uint_eq(world_all(&world, PART_CONTACTS, since, world.now), 4);
	check_usual_pace(&world, PART_CALENDAR, since);
	world.contacts_path = "/PersonalContacts/V1";
	world_reload(&world);
	world_pass(&world, MINUTE);
	check_all_went_through(&world);
	world_clear(&world);
}
END_TEST

START_TEST(a_wrong_password_is_tried_once_per_api_and_another_one_at_once)
{
	struct world world;
	begin(&world, &(struct emulator_options){.with_event_list = true});
	world.password = "wrong";
	const gint64 since = world.now;
	restart_often(&world, 12);
	ck_assert_uint_eq(world_all(&world, PART_CONTACTS, since, world.now), 4);
	ck_assert_uint_eq(world_all(&world, PART_CALENDAR, since, world.now), 1);
	ck_assert_uint_eq(world_all(&world, PART_MESSAGES, since, world.now), 1);
	ck_assert(schedule_needs_person(&world.schedule));
	world.password = EMULATOR_SERVICE_PASSWORD;
	world_reload(&world);
	world_pass(&world, MINUTE);
	check_all_went_through(&world);
	world_clear(&world);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("pace");
	TCase *tests = tcase_create("pace");
	tcase_add_test(tests, while_a_token_is_expired_events_go_on_and_the_others_wait_for_it);
	tcase_add_test(
		tests,
		a_token_that_nobody_renews_is_tried_once_an_hour_and_works_when_it_works_again);
	tcase_add_loop_test(tests, a_missing_consent_is_looked_for_in_growing_pauses, 0,
	                    G_N_ELEMENTS(GRANTS));
	tcase_add_test(tests, an_api_that_refuses_us_is_asked_once_until_the_configuration_changes);
	tcase_add_test(tests, a_person_can_have_it_asked_again);
	tcase_add_test(tests, a_wrong_address_is_asked_once);
	tcase_add_test(tests, a_wrong_password_is_tried_once_per_api_and_another_one_at_once);
	return pace_main(suite, tests);
}
