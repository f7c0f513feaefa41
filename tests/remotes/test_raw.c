/* SPDX-License-Identifier: MIT */
/* Calls by hand: where they go, what the ledger keeps of them, and that a lost reply is settled and
 * never sent again. */
#include "remotes/raw_world.h"

#define EVENT                                                                                      \
	"title=Dentist&location=&description=&startdate=01/12/2026&starttime=09:30&"               \
	"enddate=01/12/2026&endtime=10:15&datepattern=dd/MM/yyyy&timepattern=HH:mm"
#define DEVICE "type=phone&subtype=mobile&order=1&value=0612345678"
#define GIF    "GIF89a\1\0\1\0\0\0\0;"

/* ---- where it goes ---- */

static char *say_ok(void *data, const char *request, unsigned number)
{
	(void)data, (void)request, (void)number;
	return canned_http(200, "", "<command><result>0</result></command>");
}

static char *say_photos(void *data, const char *request, unsigned number)
{
	(void)data, (void)request, (void)number;
	return canned_http(200, "", "<photos><photo id=\"1\"/></photos>");
}

static char *say_nothing(void *data, const char *request, unsigned number)
{
	(void)data, (void)request, (void)number;
	return NULL;
}

/* The same account against a server that says one thing; without an emulator. */
static void canned_world_init(struct world *self, struct canned *server, canned_answer answer)
{
	memset(self, 0, sizeof *self);
	canned_listen(server, answer, NULL);
	canned_start(server);
	account_init(&self->account, server->port);
	account_open(&self->account, JOURNAL_CREATE);
	world_open(self);
}

static void canned_world_clear(struct world *self, struct canned *server)
{
	world_forget(self);
	orange_driver.close(self->remote);
	canned_stop(server);
	account_clear(&self->account);
}

static const struct {
	const char *api, *path;
} addresses[] = {
	{"contacts", "/PersonalContacts/V1"},     {"calendar", "/PersonalCalendar/V1"},
	{"messages", "/PersonalMessages/V2"},     {"richprofile", "/PersonalRichProfile/V1"},
	{"profile", "/PersonalProfile/V1"},       {"photos", "/PersonalPhotos/V1"},
	{"favourites", "/PersonalFavourites/V1"}, {"content", "/PersonalContent/V1"},
};

START_TEST(every_named_api_is_called_at_its_address_signed_with_the_parameters_in_order)
{
	struct world world;
	struct canned server;
	canned_world_init(&world, &server, say_ok);
	ck_assert(world_call(&world, addresses[_i].api, "getthings", "b=2&a=é +&b=1"));
	ck_assert_int_eq(world.call.status, 200);
	ck_assert_str_eq(world.call.content_type, "text/xml");
	ck_assert_uint_eq(canned_count(&server), 1);
	const char *request = g_ptr_array_index(server.requests, 0);
	g_autofree char *line =
		g_strdup_printf("GET %s?action=getthings&b=2&a=%%C3%%A9%%20%%2B&b=1"
	                        "&token=B64%%2B%%2F%%3D%%7Csau%%3D%%7Cted%%3D1%%7Csecret HTTP/1.1",
	                        addresses[_i].path);
	ck_assert_msg(g_str_has_prefix(request, line), "%s", request);
	ck_assert_ptr_nonnull(strstr(request, "Authorization: Basic U0VSVklDRTpwYXNzOndvcmQ=\r\n"));
	canned_world_clear(&world, &server);
}
END_TEST

START_TEST(an_unknown_name_is_no_api)
{
	struct world world;
	struct canned server;
	canned_world_init(&world, &server, say_ok);
	static const char *const names[] = {"contact", "Contacts", "address", ""};
	for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
		ck_assert(!world_call(&world, names[i], "getthings", ""));
		ck_assert(passerelle_error_is(world.error, PASSERELLE_ERROR_USAGE));
		ck_assert_ptr_nonnull(strstr(world.error->message, "contacts, calendar"));
	}
	ck_assert_uint_eq(canned_count(&server), 0);
	canned_world_clear(&world, &server);
}
END_TEST

START_TEST(an_address_on_a_server_of_the_account_is_called_as_typed)
{
	struct world world;
	struct canned server, own;
	canned_listen(&own, say_ok, NULL);
	canned_start(&own);
	canned_world_init(&world, &server, say_ok);
	g_autofree char *messages = g_strdup_printf("http://127.0.0.1:%u/x", own.port);
	world.account.settings.messages_url = messages;
	g_autofree char *there = g_strdup_printf("%s/int/Other/V3", world.account.endpoint);
	g_autofree char *here = g_strdup_printf("http://127.0.0.1:%u/y", own.port);
	ck_assert(world_call(&world, there, "getthings", ""));
	ck_assert(world_call(&world, here, "getthings", ""));
	ck_assert(g_str_has_prefix(g_ptr_array_index(server.requests, 0),
	                           "GET /int/Other/V3?action=getthings&token="));
	ck_assert(g_str_has_prefix(g_ptr_array_index(own.requests, 0),
	                           "GET /y?action=getthings&token="));
	canned_world_clear(&world, &server);
	canned_stop(&own);
}
END_TEST

START_TEST(no_other_server_ever_gets_the_credentials)
{
	struct world world;
	struct canned server, foreign;
	canned_listen(&foreign, say_ok, NULL);
	canned_start(&foreign);
	canned_world_init(&world, &server, say_ok);
	const unsigned own = server.port;
	const unsigned other = foreign.port;
	char *urls[] = {
		g_strdup_printf("http://127.0.0.1:%u/PersonalContacts/V1", other),
		g_strdup_printf("http://localhost:%u/", other),
		g_strdup_printf("http://127.0.0.1:%u@127.0.0.1:%u/", own, other),
		g_strdup_printf("https://127.0.0.1:%u/", own), /* another scheme, another server */
		g_strdup_printf("http://127.0.0.1:%u/x?action=addcontact", own),
		g_strdup_printf("http://127.0.0.1:%u/x#y", own),
		g_strdup("https://api.example.org/PersonalContacts/V1"),
		g_strdup("file:///etc/passwd"),
		g_strdup("http://"),
	};
	for (gsize i = 0; i < G_N_ELEMENTS(urls); i++) {
		ck_assert_msg(!world_call(&world, urls[i], "getcontact", "cid=1"), "%s", urls[i]);
		ck_assert_msg(passerelle_error_is(world.error, PASSERELLE_ERROR_USAGE), "%s: %s",
		              urls[i], world.error->message);
		ck_assert_ptr_null(strstr(world.error->message, "secret"));
	}
	ck_assert_uint_eq(canned_count(&foreign), 0);
	ck_assert_uint_eq(canned_count(&server), 0);
	canned_world_clear(&world, &server);
	canned_stop(&foreign);
	for (gsize i = 0; i < G_N_ELEMENTS(urls); i++) {
		g_free(urls[i]);
	}
}
END_TEST

START_TEST(a_reply_that_no_page_describes_is_good_where_it_is_whole)
{
	struct world world;
	struct canned server;
	canned_world_init(&world, &server, say_photos);
	ck_assert(world_call(&world, "photos", "getphotos", ""));
	ck_assert(!world_call(&world, "contacts", "getphotos", ""));
	ck_assert(passerelle_error_is(world.error, PASSERELLE_ERROR_PROTOCOL));
	ck_assert_ptr_nonnull(world.call.body);
	ck_assert(!world_call(&world, "photos", "addphoto", ""));
	ck_assert(passerelle_error_is(world.error, PASSERELLE_ERROR_IN_DOUBT));
	canned_world_clear(&world, &server);
}
END_TEST

/* ---- what may be sent ---- */

START_TEST(whatever_is_not_known_to_read_needs_a_word)
{
	static const char *const writes[] = {"addcontact",    "AddEvent", " addphoto",
	                                     "deletecontact", "setthing", "getaddtogether",
	                                     "updatecontact", "x"};
	struct world world;
	struct canned server;
	canned_world_init(&world, &server, say_ok);
	for (gsize i = 0; i < G_N_ELEMENTS(writes); i++) {
		const bool is_read = g_str_has_prefix(writes[i], "get");
		ck_assert_int_eq(orange_driver.is_write(writes[i]), !is_read);
		world_prepare(&world, "photos", writes[i], "");
		world.call.may_write = false;
		ck_assert_int_eq(world_send(&world), is_read);
		ck_assert(is_read || passerelle_error_is(world.error, PASSERELLE_ERROR_USAGE));
	}
	world_prepare(&world, "photos", "getthing", "");
	world.call.may_write = false;
	world.call.file = g_bytes_new_static(GIF, sizeof GIF - 1);
	ck_assert(!world_send(&world)); /* a file goes by POST, whatever the action is called */
	ck_assert_uint_eq(canned_count(&server), 1);
	canned_world_clear(&world, &server);
}
END_TEST

START_TEST(a_write_of_an_api_without_ledger_goes_once_and_no_more)
{
	struct world world;
	struct canned server;
	canned_world_init(&world, &server, say_nothing);
	ck_assert(!world_call(&world, "favourites", "addbookmark", "url=x"));
	ck_assert(passerelle_error_is(world.error, PASSERELLE_ERROR_IN_DOUBT));
	ck_assert_ptr_null(world.call.uid);
	ck_assert_ptr_null(world.call.body);
	ck_assert_int_eq(world.call.status, 0);
	ck_assert_uint_eq(canned_count(&server), 1);
	canned_world_clear(&world, &server);
}
END_TEST

START_TEST(a_read_needs_no_journal)
{
	struct world world;
	world_init(&world, &(struct emulator_options){.demo = true});
	orange_driver.close(world.remote);
	struct journal *journal = g_steal_pointer(&world.account.journal);
	world_open(&world);
	ck_assert(world_call(&world, "contacts", "getcontact", "cid=1"));
	ck_assert_ptr_nonnull(strstr(g_bytes_get_data(world.call.body, NULL), "<lastname>"));
	ck_assert_ptr_null(world.call.uid);
	world.account.journal = journal;
	world_clear(&world);
}
END_TEST

/* ---- the ledger ---- */

static const struct {
	const char *api; /* "!": an address beside it */
	const char *action;
	enum item_kind kind;
} listed[] = {
	{"contacts", "addcontact", ITEM_CONTACT},
	{"contacts", "deletecontact", ITEM_CONTACT},
	{"calendar", "addevent", ITEM_EVENT},
	{"calendar", "removeevent", ITEM_EVENT},
	{"!PersonalContacts/V1", "x", ITEM_CONTACT},
	{"!PersonalContacts//V1/", "x", ITEM_CONTACT},
	{"!a/../PersonalCalendar/V1", "x", ITEM_EVENT},
	{"!Personal%43ontacts/V1", "x", ITEM_CONTACT},
	{"!int/PersonalContacts/V1", "addcontact", ITEM_CONTACT},
	{"!int/PersonalCalendar/V1", "AddEventOffline", ITEM_EVENT},
};

START_TEST(every_write_of_contacts_and_events_is_in_the_ledger)
{
	struct world world;
	struct canned server;
	canned_world_init(&world, &server, say_ok);
	g_autofree char *url = g_strdup_printf("%s/%s", world.account.endpoint, listed[_i].api + 1);
	const char *api = listed[_i].api[0] == '!' ? url : listed[_i].api;
	ck_assert(world_call(&world, api, listed[_i].action, "x=y&x=z"));
	OWNED(ledger_call) row = world_row(&world, listed[_i].kind);
	ck_assert_int_eq(row->state, LEDGER_DONE);
	ck_assert_str_eq(row->action, listed[_i].action);
	ck_assert_ptr_null(row->target);
	ck_assert(ledger_is_by_hand(row->uid));
	ck_assert_ptr_null(strstr(row->content, "secret"));
	canned_world_clear(&world, &server);
}
END_TEST

START_TEST(a_contact_by_hand_is_announced_with_who_was_there_and_settled_with_its_id)
{
	struct world world;
	world_init(&world, &(struct emulator_options){0});
	for (unsigned i = 1; i <= 2; i++) {
		ck_assert(world_call(&world, "contacts", "addcontact",
		                     "lastname=Curie&firstname=Marie"));
		OWNED(ledger_call) row = world_row(&world, ITEM_CONTACT);
		ck_assert_int_eq(row->state, LEDGER_DONE);
		ck_assert_str_eq(row->before, i == 1 ? "[]" : "[\"1\"]");
		ck_assert_str_eq(row->result, i == 1 ? "c1" : "c2");
		ck_assert_str_eq(row->settled_by, "reply");
	}
	ck_assert_uint_eq(emulator_count_writes(world.emulator, "addcontact"), 2);
	world_clear(&world);
}
END_TEST

START_TEST(a_refusal_is_settled_and_its_words_come_with_the_reply)
{
	struct world world;
	world_init(&world, &(struct emulator_options){0});
	ck_assert(!world_call(&world, "contacts", "addcontact", "birthday=1900-01-01"));
	ck_assert(passerelle_error_is(world.error, PASSERELLE_ERROR_REFUSED));
	ck_assert_ptr_nonnull(strstr(g_bytes_get_data(world.call.body, NULL), "<error"));
	world_expect_row(&world, ITEM_CONTACT, LEDGER_REFUSED);
	world_clear(&world);
}
END_TEST

/* What an error of the service means for the one who typed the call. */
static const struct {
	const char *fault;
	enum passerelle_error code;
	enum ledger_state state;
} meanings[] = {
	{"token", PASSERELLE_ERROR_AUTH, LEDGER_NOT_SENT},
	{"code:-3", PASSERELLE_ERROR_CONSENT, LEDGER_NOT_SENT},
	{"code:-8", PASSERELLE_ERROR_CONFIG, LEDGER_NOT_SENT},
	{"code:4", PASSERELLE_ERROR_UNSUPPORTED, LEDGER_NOT_SENT},
	{"internal-after", PASSERELLE_ERROR_IN_DOUBT, LEDGER_IN_DOUBT},
	{"html", PASSERELLE_ERROR_IN_DOUBT, LEDGER_IN_DOUBT},
	{"closed-after", PASSERELLE_ERROR_IN_DOUBT, LEDGER_IN_DOUBT},
};

START_TEST(the_meaning_of_a_reply_is_that_of_every_other_call)
{
	struct world world;
	world_init(&world, &(struct emulator_options){0});
	g_autofree char *request =
		g_strdup_printf("fault?fault=addcontact:next:%s", meanings[_i].fault);
	g_autofree char *said = emulator_control(world.emulator, request, NULL, NULL);
	ck_assert_ptr_nonnull(said);
	ck_assert(!world_call(&world, "contacts", "addcontact", "lastname=A"));
	ck_assert_msg(passerelle_error_is(world.error, meanings[_i].code), "%s",
	              world.error->message);
	world_expect_row(&world, ITEM_CONTACT, meanings[_i].state);
	const bool has_url = meanings[_i].code == PASSERELLE_ERROR_CONSENT;
	ck_assert_int_eq(passerelle_error_url(world.error) != NULL, has_url);
	world_clear(&world);
}
END_TEST

/* ---- lost replies ---- */

START_TEST(a_contact_whose_reply_was_lost_is_found_again_and_not_sent_again)
{
	struct world world;
	world_init(&world, &(struct emulator_options){0});
	ck_assert(world_call(&world, "contacts", "addcontact", "lastname=Curie&firstname=Marie"));
	world_break(&world, "addcontact", "closed-after");
	ck_assert(!world_call(&world, "contacts", "addcontact", "lastname=Curie&firstname=Marie"));
	world_expect_row(&world, ITEM_CONTACT, LEDGER_IN_DOUBT);
	world_reopen(&world, 1);
	ck_assert(world_settle(&world, ITEM_CONTACT));
	OWNED(ledger_call) row = world_row(&world, ITEM_CONTACT);
	ck_assert_int_eq(row->state, LEDGER_DONE);
	ck_assert_str_eq(row->settled_by, "read-back");
	ck_assert_str_eq(row->result, "2"); /* the older one was there before */
	ck_assert_uint_eq(emulator_count_writes(world.emulator, "addcontact"), 2);
	world_clear(&world);
}
END_TEST

START_TEST(a_contact_that_never_arrived_is_known_to_be_not_sent_and_stays_so)
{
	struct world world;
	world_init(&world, &(struct emulator_options){0});
	world_break(&world, "addcontact", "closed-before");
	ck_assert(!world_call(&world, "contacts", "addcontact", "lastname=Curie&firstname=Marie"));
	world_reopen(&world, 60);
	ck_assert(world_settle(&world, ITEM_CONTACT));
	world_expect_row(&world, ITEM_CONTACT, LEDGER_IN_DOUBT); /* it could still arrive */
	world_reopen(&world, 120);
	ck_assert(world_settle(&world, ITEM_CONTACT));
	world_expect_row(&world, ITEM_CONTACT, LEDGER_NOT_SENT);
	ck_assert_uint_eq(emulator_count_calls(world.emulator, "addcontact"), 1);
	world_clear(&world);
}
END_TEST

static void lose_device(const char *kind, bool is_there, enum ledger_state wanted)
{
	struct world world;
	world_init(&world, &(struct emulator_options){.demo = true});
	if (is_there) {
		ck_assert(world_call(&world, "contacts", "adddevice", "cid=3&" DEVICE));
	}
	world_break(&world, "adddevice", kind);
	ck_assert(!world_call(&world, "contacts", "adddevice", "cid=3&" DEVICE));
	OWNED(ledger_call) row = world_row(&world, ITEM_CONTACT);
	ck_assert_str_eq(row->before, is_there ? "1" : "0");
	ck_assert_str_eq(row->target, "3");
	world_reopen(&world, 180);
	ck_assert(world_settle(&world, ITEM_CONTACT));
	world_expect_row(&world, ITEM_CONTACT, wanted);
	world_clear(&world);
}

START_TEST(a_device_whose_reply_was_lost_is_read_back_where_none_was_before)
{
	lose_device("closed-after", false, LEDGER_DONE);
	lose_device("closed-before", false, LEDGER_NOT_SENT);
	lose_device("closed-after", true, LEDGER_IN_DOUBT);
	lose_device("closed-before", true, LEDGER_IN_DOUBT);
}
END_TEST

START_TEST(what_could_not_be_looked_for_before_waits_for_a_person_where_an_equal_one_is)
{
	struct world world;
	world_init(&world, &(struct emulator_options){0});
	g_autofree char *added =
		emulator_control(world.emulator, "add-contact",
	                         "{\"firstname\":\"Marie\",\"lastname\":\"Curie\"}", NULL);
	ck_assert_ptr_nonnull(added);
	g_free(emulator_control(world.emulator, "fault?fault=findcontactlist:*:500-before", NULL,
	                        NULL));
	world_break(&world, "addcontact", "closed-before");
	ck_assert(!world_call(&world, "contacts", "addcontact", "lastname=Curie&firstname=Marie"));
	OWNED(ledger_call) row = world_row(&world, ITEM_CONTACT);
	ck_assert_pstr_eq(row->before, NULL);
	g_free(emulator_control(world.emulator, "clear-faults", NULL, NULL));
	for (unsigned i = 0; i < 2; i++) {
		world_reopen(&world, 180);
		ck_assert(world_settle(&world, ITEM_CONTACT));
		world_expect_row(&world, ITEM_CONTACT, LEDGER_IN_DOUBT);
	}
	ck_assert(world_call(&world, "contacts", "adddevice", "cid=1&" DEVICE));
	world_break(&world, "getcontact", "500-before");
	world_break(&world, "adddevice", "closed-before");
	ck_assert(!world_call(&world, "contacts", "adddevice", "cid=1&" DEVICE));
	OWNED(ledger_call) device = world_row(&world, ITEM_CONTACT);
	ck_assert_pstr_eq(device->before, NULL);
	world_reopen(&world, 180);
	ck_assert(world_settle(&world, ITEM_CONTACT));
	world_expect_row(&world, ITEM_CONTACT, LEDGER_IN_DOUBT);
	world_clear(&world);
}
END_TEST

START_TEST(what_is_sent_to_a_known_contact_stands_in_the_ledger_of_its_item)
{
	struct world world;
	world_init(&world, &(struct emulator_options){.demo = true});
	OWNED(record) record = record_new("card-of-3");
	record->state = RECORD_AGREED;
	record->remote_ref = g_strdup("3");
	ck_assert(records_put(world.account.journal, ITEM_CONTACT, record, NULL));
	ck_assert(world_call(&world, "contacts", "adddevice", "cid=c3&" DEVICE));
	ck_assert_str_eq(world.call.uid, "card-of-3");
	world_clear(&world);
}
END_TEST

START_TEST(a_picture_is_uploaded_under_its_name_and_read_back_by_its_sum)
{
	struct world world;
	world_init(&world, &(struct emulator_options){.demo = true});
	world_break(&world, "addpicture", "closed-after");
	world_prepare(&world, "contacts", "add picture", "cid=4");
	world.call.file = g_bytes_new_static(GIF, sizeof GIF - 1);
	world.call.file_name = "me.gif";
	world.call.file_type = "image/gif";
	ck_assert(!world_send(&world));
	OWNED(ledger_call) row = world_row(&world, ITEM_CONTACT);
	ck_assert_str_eq(row->action, "addpicture");
	ck_assert_int_eq(row->state, LEDGER_IN_DOUBT);
	world_reopen(&world, 1);
	ck_assert(world_settle(&world, ITEM_CONTACT));
	world_expect_row(&world, ITEM_CONTACT, LEDGER_DONE);
	ck_assert_uint_eq(emulator_count_writes(world.emulator, "addpicture"), 1);
	world_clear(&world);
}
END_TEST

START_TEST(what_nobody_can_read_back_waits_for_a_person)
{
	struct world world;
	struct canned server;
	canned_world_init(&world, &server, say_nothing);
	ck_assert(!world_call(&world, "contacts", "deletecontact", "cid=1"));
	world_reopen(&world, 3600);
	world_settle(&world, ITEM_CONTACT);
	world_expect_row(&world, ITEM_CONTACT, LEDGER_IN_DOUBT);
	canned_world_clear(&world, &server);
}
END_TEST

START_TEST(an_event_whose_reply_was_lost_is_held_or_read_back)
{
	for (int is_listed = 0; is_listed < 2; is_listed++) {
		struct world world;
		world_init(&world, &(struct emulator_options){.with_event_list = is_listed});
		world_break(&world, "addevent", "closed-after");
		ck_assert(!world_call(&world, "calendar", "addevent", EVENT));
		world_reopen(&world, 3600);
		ck_assert(world_settle(&world, ITEM_EVENT));
		world_expect_row(&world, ITEM_EVENT, is_listed ? LEDGER_DONE : LEDGER_IN_DOUBT);
		ck_assert_uint_eq(emulator_count_calls(world.emulator, "addevent"), 1);
		world_clear(&world);
	}
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("raw");
	TCase *where = tcase_create("where");
	tcase_add_loop_test(
		where, every_named_api_is_called_at_its_address_signed_with_the_parameters_in_order,
		0, G_N_ELEMENTS(addresses));
	tcase_add_test(where, an_unknown_name_is_no_api);
	tcase_add_test(where, an_address_on_a_server_of_the_account_is_called_as_typed);
	tcase_add_test(where, no_other_server_ever_gets_the_credentials);
	tcase_add_test(where, a_reply_that_no_page_describes_is_good_where_it_is_whole);
	tcase_add_test(where, whatever_is_not_known_to_read_needs_a_word);
	tcase_add_test(where, a_write_of_an_api_without_ledger_goes_once_and_no_more);
	tcase_add_test(where, a_read_needs_no_journal);
	suite_add_tcase(suite, where);
	TCase *ledger = tcase_create("ledger");
	tcase_set_timeout(ledger, 60);
	tcase_add_loop_test(ledger, every_write_of_contacts_and_events_is_in_the_ledger, 0,
	                    G_N_ELEMENTS(listed));
	tcase_add_test(ledger,
	               a_contact_by_hand_is_announced_with_who_was_there_and_settled_with_its_id);
	tcase_add_test(ledger, a_refusal_is_settled_and_its_words_come_with_the_reply);
	tcase_add_loop_test(ledger, the_meaning_of_a_reply_is_that_of_every_other_call, 0,
	                    G_N_ELEMENTS(meanings));
	tcase_add_test(ledger, a_contact_whose_reply_was_lost_is_found_again_and_not_sent_again);
	tcase_add_test(ledger, a_contact_that_never_arrived_is_known_to_be_not_sent_and_stays_so);
	tcase_add_test(ledger, a_device_whose_reply_was_lost_is_read_back_where_none_was_before);
	tcase_add_test(
		ledger,
		what_could_not_be_looked_for_before_waits_for_a_person_where_an_equal_one_is);
	tcase_add_test(ledger, what_is_sent_to_a_known_contact_stands_in_the_ledger_of_its_item);
	tcase_add_test(ledger, a_picture_is_uploaded_under_its_name_and_read_back_by_its_sum);
	tcase_add_test(ledger, what_nobody_can_read_back_waits_for_a_person);
	tcase_add_test(ledger, an_event_whose_reply_was_lost_is_held_or_read_back);
	suite_add_tcase(suite, ledger);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	const int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
