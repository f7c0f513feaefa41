/* SPDX-License-Identifier: MIT */
/* Events: what is sent of them, once and for ever, and what becomes of those in doubt. */
#include "remotes/calendar_world.h"

START_TEST(a_single_event_becomes_one_item_with_what_is_lost_named)
{
	struct world world;
	world_init(&world);
	gint64 due = -1;
	g_autoptr(GPtrArray) items = project_lines(
		&world,
		DENTIST "CATEGORIES:health\r\nATTENDEE:mailto:a@b.example\r\nATTENDEE:mailto:c@d."
			"example\r\n"
			"STATUS:CONFIRMED\r\nBEGIN:VALARM\r\nACTION:DISPLAY\r\nTRIGGER:-PT5M\r\n"
			"DESCRIPTION:x\r\nATTENDEE:mailto:e@f.example\r\nEND:VALARM\r\n",
		&due);
	ck_assert_uint_eq(items->len, 1);
	const struct item *item = item_at(items, 0);
	ck_assert_str_eq(item->uid, "dentist");
	ck_assert_str_eq(item->name, "Dentist, 2026-11-23 09:00");
	ck_assert_int_eq(item->starts, 1795420800);
	ck_assert_int_eq(item->ends, 1795422600);
	g_autofree char *lost = g_strjoinv(" ", item->lost);
	ck_assert_str_eq(lost, "CATEGORIES ATTENDEE VALARM");
	ck_assert_int_eq(due, 0);
	world_clear(&world);
}
END_TEST

START_TEST(the_text_of_an_item_projects_to_the_same_item)
{
	static const char *const LINES[] = {
		DENTIST,
		"UID:day\r\nSUMMARY:Day "
		"off\r\nDTSTART;VALUE=DATE:20261124\r\nDTEND;VALUE=DATE:20261126\r\n",
		"UID:odd\r\nSUMMARY:A\\, B\\; "
		"C\\nD\r\nDESCRIPTION:x\\ny\r\nDTSTART:20261025T003059Z\r\n"
		"DURATION:PT45M\r\n",
		"UID:series\r\nSUMMARY:Yoga\r\nDTSTART;TZID=Europe/Paris:20261124T180000\r\n"
		"DURATION:PT1H\r\nRRULE:FREQ=DAILY;COUNT=1\r\n",
	};
	struct world world;
	world_init(&world);
	for (gsize i = 0; i < G_N_ELEMENTS(LINES); i++) {
		g_autoptr(GPtrArray) items = project_lines(&world, LINES[i], NULL);
		const struct item *item = item_at(items, 0);
		g_autoptr(GPtrArray) again = project(&world, item->text, NULL);
		ck_assert_uint_eq(again->len, 1);
		ck_assert_str_eq(item_at(again, 0)->uid, item->uid);
		ck_assert_str_eq(item_at(again, 0)->fingerprint, item->fingerprint);
		ck_assert_str_eq(item_at(again, 0)->match, item->match);
		ck_assert_str_ne(item->match, "");
	}
	world_clear(&world);
}
END_TEST

START_TEST(a_series_becomes_its_occurrences_between_since_and_the_horizon)
{
	struct world world;
	world_init(&world);
	gint64 due = 0;
	/* weekly for ever, since long ago; the account exists since 2026-11-18, it is the 21st, 90
	 * days ahead */
	g_autoptr(GPtrArray) items = project_lines(
		&world,
		"UID:weekly\r\nSUMMARY:Choir\r\nDTSTART;TZID=Europe/Paris:20250106T190000\r\n"
		"DURATION:PT2H\r\nRRULE:FREQ=WEEKLY\r\nEXDATE;TZID=Europe/"
		"Paris:20261130T190000\r\n",
		&due);
	ck_assert_str_eq(item_at(items, 0)->uid, "weekly/20261123T190000");
	ck_assert_str_eq(item_at(items, 1)->uid, "weekly/20261207T190000");
	ck_assert_uint_eq(items->len, 12);
	const struct item *last = item_at(items, 11);
	ck_assert_str_eq(last->name, "Choir, 2027-02-15 19:00");
	ck_assert_int_eq(due, last->starts + 7 * DAY - 90 * DAY);
	ck_assert_int_gt(due, world.account.settings.now);
	world_clear(&world);
}
END_TEST

START_TEST(a_cancelled_event_is_nothing_for_the_service)
{
	struct world world;
	world_init(&world);
	g_autoptr(GPtrArray) items = project_lines(&world, DENTIST "STATUS:CANCELLED\r\n", NULL);
	ck_assert_uint_eq(items->len, 0);
	world_clear(&world);
}
END_TEST

START_TEST(a_text_without_uid_is_known_by_the_name_of_its_file)
{
	struct world world;
	world_init(&world);
	g_autoptr(GPtrArray) items = project_lines(
		&world, "SUMMARY:X\r\nDTSTART:20261123T080000Z\r\nDTEND:20261123T090000Z\r\n",
		NULL);
	ck_assert_str_eq(item_at(items, 0)->uid, "file.ics");
	world_clear(&world);
}
END_TEST

START_TEST(a_long_description_is_cut_between_characters_and_named)
{
	struct world world;
	world_init(&world);
	g_autoptr(GString) lines = g_string_new(DENTIST "DESCRIPTION:a");
	for (int i = 0; i < 6000; i++) {
		g_string_append(lines, i % 30 == 29 ? "\r\n é" : "é");
	}
	g_string_append(lines, "\r\n");
	struct change *change = want(&world, lines->str);
	g_autofree char *lost = g_strjoinv(" ", change->item->lost);
	ck_assert_str_eq(lost, "end of DESCRIPTION");
	ck_assert(create(&world, NULL));
	g_autofree char *sent = parameter(last_request(&world), "description");
	ck_assert(g_utf8_validate(sent, -1, NULL));
	ck_assert_uint_eq(strlen(sent), 8191);
	world_clear(&world);
}
END_TEST

START_TEST(what_cannot_be_read_is_an_input_error)
{
	struct world world;
	world_init(&world);
	g_autoptr(GError) error = NULL;
	ck_assert_ptr_null(
		world.side->functions->project(world.side, "no calendar", NULL, NULL, &error));
	ck_assert(passerelle_error_is(error, PASSERELLE_ERROR_INPUT));
	world_clear(&world);
}
END_TEST

START_TEST(what_had_to_be_guessed_is_not_sent)
{
	struct world world;
	world_init(&world);
	g_autoptr(GError) error = NULL;
	static const char text[] = "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:a\r\n"
				   "DTSTART;TZID=Middle Earth:20260701T090000\r\n"
				   "END:VEVENT\r\nEND:VCALENDAR\r\n";
	ck_assert_ptr_null(world.side->functions->project(world.side, text, NULL, NULL, &error));
	ck_assert(passerelle_error_is(error, PASSERELLE_ERROR_INPUT));
	ck_assert_str_eq(error->message, "line 4: unknown time zone \"Middle Earth\"");
	world_clear(&world);
}
END_TEST

START_TEST(an_event_is_sent_in_the_time_of_the_account)
{
	struct world world;
	world_init(&world);
	struct change *change = want(&world, DENTIST "DESCRIPTION:x\\ny é & +\r\n");
	ck_assert(create(&world, NULL));
	ck_assert_int_eq(change->verdict, VERDICT_DONE);
	ck_assert_str_eq(change->ref, "4790/10012000");
	ck_assert_ptr_null(change->result);
	const char *request = last_request(&world);
	ck_assert_ptr_eq(strstr(request, "GET /PersonalCalendar/V1?action=addevent&"), request);
	check_parameter(request, "title", "Dentist");
	check_parameter(request, "location", "Lyon");
	check_parameter(request, "description", "x\ny é & +");
	check_parameter(request, "startdate", "23/11/2026");
	check_parameter(request, "starttime", "09:00");
	check_parameter(request, "enddate", "23/11/2026");
	check_parameter(request, "endtime", "09:30");
	check_parameter(request, "datepattern", "dd/MM/yyyy");
	check_parameter(request, "timepattern", "HH:mm");
	check_parameter(request, "token", CANNED_TOKEN);
	world_clear(&world);
}
END_TEST

START_TEST(a_day_event_is_sent_to_the_last_minute_of_its_last_day)
{
	struct world world;
	world_init(&world);
	want(&world, "UID:day\r\nDTSTART;VALUE=DATE:20261124\r\nDTEND;VALUE=DATE:20261126\r\n");
	ck_assert(create(&world, NULL));
	const char *request = last_request(&world);
	check_parameter(request, "title", "(no title)");
	check_parameter(request, "startdate", "24/11/2026");
	check_parameter(request, "starttime", "00:00");
	check_parameter(request, "enddate", "25/11/2026");
	check_parameter(request, "endtime", "23:59");
	world_clear(&world);
}
END_TEST

START_TEST(an_event_across_the_change_of_clocks_never_ends_before_it_starts)
{
	struct world world;
	world_init(&world);
	struct change *change =
		want(&world,
	             "UID:autumn\r\nSUMMARY:A\r\nDTSTART:20261025T003000Z\r\nDURATION:PT45M\r\n");
	ck_assert(create(&world, NULL));
	check_parameter(last_request(&world), "starttime", "02:30");
	check_parameter(last_request(&world), "endtime", "02:30");
	g_autofree char *lost = g_strjoinv(" ", change->item->lost);
	ck_assert_str_eq(lost, "the end at 02:15, which the clock shows before the start at 02:30");
	world_clear(&world);
}
END_TEST

START_TEST(an_expired_token_is_followed_by_one_offline_call)
{
	struct world world;
	world_init(&world);
	world.script.addevent = BAD_TOKEN;
	world.script.list = BAD_TOKEN;
	struct change *change = want(&world, DENTIST);
	ck_assert(create(&world, NULL));
	ck_assert_int_eq(change->verdict, VERDICT_DONE);
	ck_assert_uint_eq(count_requests(&world, "addevent"), 1);
	ck_assert_uint_eq(count_requests(&world, "addeventoffline"), 1);
	check_parameter(last_request(&world), "title", "Dentist");
	g_autoptr(GPtrArray) rows =
		ledger_for_item(world.account.journal, ITEM_EVENT, "dentist", NULL);
	ck_assert_uint_eq(rows->len, 2);
	const struct ledger_call *first = g_ptr_array_index(rows, 0);
	const struct ledger_call *second = g_ptr_array_index(rows, 1);
	ck_assert_str_eq(first->action, "addevent");
	ck_assert_int_eq(first->state, LEDGER_NOT_SENT);
	ck_assert_str_eq(second->action, "addeventoffline");
	ck_assert_int_eq(second->state, LEDGER_DONE);
	world_clear(&world);
}
END_TEST

START_TEST(a_token_too_old_for_offline_asks_for_login)
{
	struct world world;
	world_init(&world);
	world.script.addevent = world.script.offline = world.script.list = BAD_TOKEN;
	struct change *change = want(&world, DENTIST);
	g_autoptr(GError) error = NULL;
	ck_assert(!create(&world, &error));
	ck_assert(passerelle_error_is(error, PASSERELLE_ERROR_AUTH));
	ck_assert_int_eq(change->verdict, VERDICT_PENDING);
	ck_assert_uint_eq(count_requests(&world, "addeventoffline"), 1);
	world_clear(&world);
}
END_TEST

START_TEST(nothing_ambiguous_is_followed_by_anything)
{
	static const char *const AMBIGUOUS[] = {CLOSE, "<html>oops</html>",
	                                        "<error><code>-5</code></error>"};
	for (gsize i = 0; i < G_N_ELEMENTS(AMBIGUOUS); i++) {
		struct world world;
		world_init(&world);
		world.script.addevent = AMBIGUOUS[i];
		struct change *change = want(&world, DENTIST);
		ck_assert(create(&world, NULL));
		ck_assert_int_eq(change->verdict, VERDICT_IN_DOUBT);
		ck_assert(passerelle_error_is(change->error, PASSERELLE_ERROR_IN_DOUBT));
		world_reopen(&world);
		world.script.addevent = NULL;
		change = want(&world, DENTIST);
		ck_assert(create(&world, NULL));
		ck_assert_int_eq(change->verdict, VERDICT_IN_DOUBT);
		ck_assert_uint_eq(count_requests(&world, "addevent"), 1);
		ck_assert_uint_eq(count_requests(&world, "addeventoffline"), 0);
		world_clear(&world);
	}
}
END_TEST

START_TEST(what_the_ledger_knows_as_done_is_not_sent_again)
{
	struct world world;
	world_init(&world);
	want(&world, DENTIST);
	ck_assert(create(&world, NULL));
	world_reopen(&world);
	struct change *change = want(&world, DENTIST);
	ck_assert(create(&world, NULL));
	ck_assert_int_eq(change->verdict, VERDICT_DONE);
	ck_assert_str_eq(change->ref, "4790/10012000");
	ck_assert_uint_eq(count_requests(&world, "addevent"), 1);
	world_clear(&world);
}
END_TEST

START_TEST(a_refused_event_stops_no_other)
{
	struct world world;
	world_init(&world);
	world.script.addevent = REFUSED;
	struct change *first = want(&world, DENTIST);
	struct change *broken =
		want(&world, "UID:b\r\nDTSTART:20261123T080000Z\r\nDURATION:PT1H\r\n");
	g_free(broken->item->text);
	broken->item->text = g_strdup("no calendar");
	ck_assert(create(&world, NULL));
	ck_assert_int_eq(first->verdict, VERDICT_REFUSED);
	ck_assert_int_eq(broken->verdict, VERDICT_REFUSED);
	ck_assert(passerelle_error_is(broken->error, PASSERELLE_ERROR_INPUT));
	ck_assert_uint_eq(count_requests(&world, "addevent"), 1);
	world_clear(&world);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("calendar");
	TCase *projection = tcase_create("projection");
	tcase_add_test(projection, a_single_event_becomes_one_item_with_what_is_lost_named);
	tcase_add_test(projection, the_text_of_an_item_projects_to_the_same_item);
	tcase_add_test(projection, a_series_becomes_its_occurrences_between_since_and_the_horizon);
	tcase_add_test(projection, a_cancelled_event_is_nothing_for_the_service);
	tcase_add_test(projection, a_text_without_uid_is_known_by_the_name_of_its_file);
	tcase_add_test(projection, a_long_description_is_cut_between_characters_and_named);
	tcase_add_test(projection, what_cannot_be_read_is_an_input_error);
	tcase_add_test(projection, what_had_to_be_guessed_is_not_sent);
	suite_add_tcase(suite, projection);
	TCase *sending = tcase_create("sending");
	tcase_add_test(sending, an_event_is_sent_in_the_time_of_the_account);
	tcase_add_test(sending, a_day_event_is_sent_to_the_last_minute_of_its_last_day);
	tcase_add_test(sending, an_event_across_the_change_of_clocks_never_ends_before_it_starts);
	tcase_add_test(sending, an_expired_token_is_followed_by_one_offline_call);
	tcase_add_test(sending, a_token_too_old_for_offline_asks_for_login);
	tcase_add_test(sending, nothing_ambiguous_is_followed_by_anything);
	tcase_add_test(sending, what_the_ledger_knows_as_done_is_not_sent_again);
	tcase_add_test(sending, a_refused_event_stops_no_other);
	suite_add_tcase(suite, sending);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	const int failures = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failures == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
