/* SPDX-License-Identifier: MIT */
/* The calendar actions of the emulator, over the wire. */
#include "emulator/wire.h"

/* The event of the published example, on the action given. */
static struct wire_reply *add_event(struct emulator *server, const char *token, const char *action,
                                    const char *title, const char *start, const char *end)
{
	g_autofree char *good = wire_good_credentials();
	g_autofree char *address = wire_address(
		CALENDAR, token, "action", action, "title", title, "location", "", "description",
		"", "startdate", start, "starttime", "20:00", "enddate", end, "endtime", "21:00",
		"datepattern", "dd/MM/yyyy", "timepattern", "HH:mm", NULL);
	return wire_exchange(server, "GET", address, good, NULL, 0);
}

START_TEST(addevent_answers_with_both_ids)
{
	OWNED(emulator) server = wire_start((struct emulator_options){0});
	g_autofree char *token = emulator_new_token(server);
	OWNED(wire_reply)
	reply = add_event(server, token, "addevent", "Hello World", "21/06/2008", "21/06/2008");
	ck_assert_uint_eq(reply->status, 200);
	wire_assert_has(reply, "action=\"cauupdate\"");
	wire_assert_has(reply, "<eventid>1</eventid>");
	wire_assert_has(reply, "<id>21062008</id>");
	wire_assert_has(reply, "<result>0</result>");
	wire_assert_has(reply, "<parameter-list/>");
	json_t *events = wire_control(server, "events");
	const json_t *event = json_array_get(events, 0);
	ck_assert_str_eq(json_string_value(json_object_get(event, "title")), "Hello World");
	ck_assert_str_eq(json_string_value(json_object_get(event, "location")), "");
	ck_assert_str_eq(json_string_value(json_object_get(event, "starttime")), "20:00");
	json_decref(events);
}
END_TEST

START_TEST(the_same_event_twice_is_two_events)
{
	OWNED(emulator) server = wire_start((struct emulator_options){0});
	g_autofree char *token = emulator_new_token(server);
	for (int i = 0; i < 2; i++) {
		OWNED(wire_reply)
		reply = add_event(server, token, "addevent", "A", "01/02/2009", "01/02/2009");
		wire_assert_has(reply, "<result>0</result>");
	}
	ck_assert_uint_eq(emulator_count_writes(server, "addevent"), 2);
	json_t *events = wire_control(server, "events");
	ck_assert_uint_eq(json_array_size(events), 2);
	json_decref(events);
}
END_TEST

START_TEST(only_addeventoffline_takes_an_expired_token_and_not_for_ever)
{
	OWNED(emulator) server = wire_start((struct emulator_options){0});
	g_autofree char *token = emulator_new_token(server);
	wire_tell(server, "expire-token");
	OWNED(wire_reply)
	online = add_event(server, token, "addevent", "A", "01/02/2009", "01/02/2009");
	ck_assert_uint_eq(online->status, 500);
	wire_assert_has(online, "<code>-1</code>");
	OWNED(wire_reply)
	offline = add_event(server, token, "addeventoffline", "A", "01/02/2009", "01/02/2009");
	wire_assert_has(offline, "<result>0</result>");
	wire_tell(server, "expire-token?offline=1");
	OWNED(wire_reply)
	late = add_event(server, token, "addeventoffline", "A", "01/02/2009", "01/02/2009");
	wire_assert_has(late, "<code>-1</code>");
	ck_assert_uint_eq(emulator_count_writes(server, NULL), 1);
	ck_assert_uint_eq(emulator_count_writes(server, "addeventoffline"), 1);
}
END_TEST

START_TEST(events_that_make_no_sense_are_error_2)
{
	static const struct {
		const char *start, *end;
	} spans[] = {
		{"31/02/2009", "01/03/2009"}, {"2009-02-01", "2009-02-01"},
		{"1/2/2009", "01/02/2009"},   {"02/02/2009", "01/02/2009"},
		{"01/02/09", "01/02/2009"},
	};
	OWNED(emulator) server = wire_start((struct emulator_options){0});
	g_autofree char *token = emulator_new_token(server);
	for (size_t i = 0; i < G_N_ELEMENTS(spans); i++) {
		OWNED(wire_reply)
		reply = add_event(server, token, "addevent", "A", spans[i].start, spans[i].end);
		wire_assert_has(reply, "<result>-2</result>");
		wire_assert_has(reply, " type=\"2\">");
	}
	ck_assert_uint_eq(emulator_count_writes(server, NULL), 0);
}
END_TEST

START_TEST(every_mandatory_parameter_of_addevent_is_wanted)
{
	static const char *const names[] = {
		"title",   "location", "description", "startdate",   "starttime",
		"enddate", "endtime",  "datepattern", "timepattern",
	};
	static const char *const values[] = {
		"A", "", "", "01/02/2009", "10:00", "01/02/2009", "11:00", "dd/MM/yyyy", "HH:mm",
	};
	OWNED(emulator) server = wire_start((struct emulator_options){0});
	g_autofree char *token = emulator_new_token(server);
	g_autofree char *encoded = wire_encode(token);
	g_autofree char *good = wire_good_credentials();
	for (size_t missing = 0; missing < G_N_ELEMENTS(names); missing++) {
		g_autoptr(GString) address = g_string_new(CALENDAR "?action=addevent&token=");
		g_string_append(address, encoded);
		for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
			g_autofree char *value = wire_encode(values[i]);
			if (i != missing) {
				g_string_append_printf(address, "&%s=%s", names[i], value);
			}
		}
		OWNED(wire_reply) reply = wire_exchange(server, "GET", address->str, good, NULL, 0);
		g_autofree char *message = g_strdup_printf("'%s' is missing.", names[missing]);
		wire_assert_has(reply, message);
		wire_assert_has(reply, " type=\"1\">");
	}
	ck_assert_uint_eq(emulator_count_writes(server, NULL), 0);
}
END_TEST

START_TEST(the_proposed_actions_are_unknown_unless_switched_on)
{
	OWNED(emulator) server = wire_start((struct emulator_options){0});
	static const char *const actions[] = {"geteventlist", "checkavailability"};
	for (size_t i = 0; i < G_N_ELEMENTS(actions); i++) {
		OWNED(wire_reply) reply = wire_call(server, CALENDAR, "action", actions[i], NULL);
		wire_assert_has(reply, " type=\"4\">");
	}
}
END_TEST

static struct wire_reply *list(struct emulator *server, const char *from, const char *to)
{
	return wire_call(server, CALENDAR, "action", "geteventlist", "startdate", from, "enddate",
	                 to, "datepattern", "dd/MM/yyyy", "timepattern", "HH:mm", NULL);
}

START_TEST(geteventlist_lists_the_days_asked_for_in_their_order)
{
	OWNED(emulator)
	server = wire_start((struct emulator_options){.with_event_list = true, .page_size = 2});
	g_autofree char *token = emulator_new_token(server);
	static const char *const days[] = {"03/02/2009", "02/02/2009", "01/02/2009", "04/02/2009"};
	for (size_t i = 0; i < G_N_ELEMENTS(days); i++) {
		OWNED(wire_reply)
		added = add_event(server, token, "addevent", days[i], days[i], days[i]);
		wire_assert_has(added, "<result>0</result>");
	}
	OWNED(wire_reply) two = list(server, "02/02/2009", "03/02/2009");
	wire_assert_has(two, "action=\"caugeteventlist\"");
	wire_assert_has(two, "total-data=\"2\" nbpage=\"1\" page=\"1\" nbentries=\"2\"");
	const char *second = strstr(two->body, "<eventid>2</eventid>");
	const char *first = strstr(two->body, "<eventid>1</eventid>");
	ck_assert_ptr_nonnull(second);
	ck_assert_ptr_nonnull(first);
	ck_assert(second < first);
	wire_assert_has(two, "<title>02/02/2009</title>");
	wire_assert_has(two, "<endtime>21:00</endtime>");
	wire_assert_has(two, "type=\"event\"");
	OWNED(wire_reply) all = list(server, "01/01/2009", "31/12/2009");
	wire_assert_has(all, "total-data=\"4\" nbpage=\"2\" page=\"1\" nbentries=\"2\"");
}
END_TEST

START_TEST(an_event_of_another_client_is_listed_and_in_no_ledger)
{
	OWNED(emulator) server = wire_start((struct emulator_options){.with_event_list = true});
	static const char event[] =
		"{\"title\": \"Theirs\", \"location\": \"\", \"description\": \"\", "
		"\"startdate\": \"01/02/2009\", \"starttime\": \"20:00\", "
		"\"enddate\": \"01/02/2009\", \"endtime\": \"21:00\"}";
	g_autoptr(GError) error = NULL;
	g_autofree char *done = emulator_control(server, "add-event", event, &error);
	ck_assert(done != NULL && error == NULL);
	OWNED(wire_reply) reply = list(server, "01/02/2009", "01/02/2009");
	wire_assert_has(reply, "<title>Theirs</title>");
	ck_assert_uint_eq(emulator_count_writes(server, NULL), 0);
	g_autofree char *refused = emulator_control(server, "add-event", "{}", &error);
	ck_assert(error != NULL && refused == NULL);
}
END_TEST

START_TEST(checkavailability_knows_whether_an_event_is_in_the_way)
{
	static const struct {
		const char *from, *to, *available;
	} spans[] = {
		{"19:00", "20:00", "true"},  {"19:00", "20:01", "false"},
		{"20:15", "20:30", "false"}, {"20:59", "22:00", "false"},
		{"21:00", "22:00", "true"},
	};
	OWNED(emulator) server = wire_start((struct emulator_options){.with_event_list = true});
	g_autofree char *token = emulator_new_token(server);
	OWNED(wire_reply)
	added = add_event(server, token, "addevent", "A", "01/02/2009", "01/02/2009");
	wire_assert_has(added, "<result>0</result>");
	for (size_t i = 0; i < G_N_ELEMENTS(spans); i++) {
		OWNED(wire_reply)
		reply = wire_call(server, CALENDAR, "action", "checkavailability", "startdate",
		                  "01/02/2009", "starttime", spans[i].from, "enddate", "01/02/2009",
		                  "endtime", spans[i].to, "datepattern", "dd/MM/yyyy",
		                  "timepattern", "HH:mm", NULL);
		g_autofree char *available =
			wire_between(reply->body, "<available>", "</available>");
		ck_assert_str_eq(available, spans[i].available);
		wire_assert_has(reply, "<result>0</result>");
	}
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		addevent_answers_with_both_ids,
		the_same_event_twice_is_two_events,
		only_addeventoffline_takes_an_expired_token_and_not_for_ever,
		events_that_make_no_sense_are_error_2,
		every_mandatory_parameter_of_addevent_is_wanted,
		the_proposed_actions_are_unknown_unless_switched_on,
		geteventlist_lists_the_days_asked_for_in_their_order,
		an_event_of_another_client_is_listed_and_in_no_ledger,
		checkavailability_knows_whether_an_event_is_in_the_way,
	};
	return wire_run("calendar", tests, G_N_ELEMENTS(tests));
}
