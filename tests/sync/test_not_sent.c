/* SPDX-License-Identifier: MIT */
/*
 * Where no connection comes about nothing was sent: the ledger says so of every write call, and
 * what was not sent is sent once, later, without a person.
 */
#include "lost_trial.h"

#include "remotes/orange/session.h"

static const struct {
	const char *name;
	const char *host; /* NULL: the emulator's own, whose certificate nobody vouches for */
} causes[] = {
	{"nobody listens", "http://127.0.0.1:1"},
	{"a name that does not resolve", "https://name.invalid"},
	{"a certificate that is not trusted", NULL},
};

#define CAUSES ((int)G_N_ELEMENTS(causes))

struct world {
	struct bridge *bridge;
	char *contacts_url, *calendar_url; /* out of reach; NULL: the emulator's */
};

static void world_init(struct world *self)
{
	const struct emulator_options options = {.tls_cert = CERTIFICATE, .tls_key = KEY};
	*self = (struct world){.bridge = bridge_new(BRIDGE_ORANGE, &options)};
	self->bridge->settings.ca_file = CERTIFICATE;
}

static void world_clear(struct world *self)
{
	bridge_free(self->bridge);
	g_free(self->contacts_url);
	g_free(self->calendar_url);
}

static void go_out_of_reach(struct world *self, int cause)
{
	struct remote_settings *settings = &self->bridge->settings;
	if (causes[cause].host == NULL) {
		settings->ca_file = NULL;
		return;
	}
	g_free(self->contacts_url);
	g_free(self->calendar_url);
	self->contacts_url = g_strconcat(causes[cause].host, "/PersonalContacts/V1", NULL);
	self->calendar_url = g_strconcat(causes[cause].host, "/PersonalCalendar/V1", NULL);
	settings->contacts_url = self->contacts_url;
	settings->calendar_url = self->calendar_url;
}

static void come_back(struct world *self)
{
	struct remote_settings *settings = &self->bridge->settings;
	settings->ca_file = CERTIFICATE;
	settings->contacts_url = settings->calendar_url = NULL;
	self->bridge->now += 6 * 60 * 60; /* past any waiting */
}

static void cycle(struct world *self, enum item_kind kind, bool is_in_reach)
{
	OWNED(cycle_report) report = bridge_sync(self->bridge, kind);
	ck_assert_msg((report->error == NULL) == is_in_reach, "%s",
	              report->error == NULL ? "no error" : report->error->message);
	assert_nothing_twice(self->bridge, "a cycle");
	assert_journal_sound(self->bridge, "a cycle");
}

/* All rows of the item, at least one of this action, say so. */
static void assert_not_sent(struct world *self, enum item_kind kind, const char *uid,
                            const char *action, int cause)
{
	OWNED(journal) journal = open_journal(self->bridge);
	g_autoptr(GPtrArray) rows = ledger_for_item(journal, kind, uid, NULL);
	guint found = 0;
	for (guint i = 0; i < rows->len; i++) {
		const struct ledger_call *row = rows->pdata[i];
		if (strcmp(row->action, action) == 0 && row->state != LEDGER_DONE) {
			ck_assert_msg(row->state == LEDGER_NOT_SENT, "%s: %s is %s",
			              causes[cause].name, action, ledger_state_name(row->state));
			found++;
		}
	}
	ck_assert_msg(found > 0, "%s: %s left no row", causes[cause].name, action);
}

static struct session *open_session(struct world *self, struct journal *journal)
{
	struct remote_settings *settings = &self->bridge->settings;
	settings->now = self->bridge->now;
	settings->token = self->bridge->token;
	settings->endpoint = emulator_url(self->bridge->emulator);
	g_autoptr(GError) error = NULL;
	struct session *session = session_open(settings, journal, &error);
	g_assert_no_error(error);
	return session;
}

/* One write call with nothing asked before it. */
static void write_alone(struct world *self, enum item_kind kind, const char *uid,
                        const char *action, const char *cid, const char *const *parameters)
{
	OWNED(journal) journal = open_journal(self->bridge);
	struct session *session = open_session(self, journal);
	g_autoptr(GPtrArray) calls = g_ptr_array_new_with_free_func((GDestroyNotify)call_free);
	g_autoptr(GPtrArray) entries =
		g_ptr_array_new_with_free_func((GDestroyNotify)ledger_call_free);
	struct call *call =
		call_new(kind == ITEM_EVENT ? SESSION_CALENDAR : SESSION_CONTACTS, action);
	for (gsize i = 0; parameters[i] != NULL; i += 2) {
		call_add(call, parameters[i], parameters[i + 1]);
	}
	if (strcmp(action, "addpicture") == 0) {
		gsize size = 0;
		guchar *picture = g_base64_decode(GIF, &size);
		call->file = g_bytes_new_take(picture, size);
		call->file_type = "image/gif";
	}
	g_ptr_array_add(calls, call);
	g_ptr_array_add(entries, ledger_call_new(kind, uid, action, cid));
	g_autoptr(GError) error = NULL;
	ck_assert(!session_write(session, calls, entries, NULL, &error));
	ck_assert(passerelle_error_is(error, PASSERELLE_ERROR_NETWORK));
	session_close(session);
}

/* ---- events: whole cycles ---- */

START_TEST(an_event_that_was_not_sent_is_sent_once_later)
{
	struct world world;
	world_init(&world);
	write_event(world.bridge, 0, people[0]);
	cycle(&world, ITEM_EVENT, true); /* from now on nothing is asked before the event is sent */
	write_event(world.bridge, 1, people[1]);
	write_event(world.bridge, 2, people[2]);
	const guint calls = emulator_count_calls(world.bridge->emulator, NULL);
	go_out_of_reach(&world, _i);
	for (int i = 0; i < 3; i++) {
		cycle(&world, ITEM_EVENT, false);
	}
	static const char *const title[] = {"title", "Bert", NULL};
	write_alone(&world, ITEM_EVENT, "e1", "addeventoffline", NULL, title);
	ck_assert_uint_eq(emulator_count_calls(world.bridge->emulator, NULL), calls);
	assert_not_sent(&world, ITEM_EVENT, "e1", "addevent", _i);
	assert_not_sent(&world, ITEM_EVENT, "e1", "addeventoffline", _i);
	come_back(&world);
	for (int i = 0; i < 3; i++) {
		cycle(&world, ITEM_EVENT, true);
	}
	ck_assert_uint_eq(bridge_count_remote(world.bridge, ITEM_EVENT), PEOPLE);
	ck_assert_uint_eq(count_in_doubt(world.bridge, ITEM_EVENT), 0);
	world_clear(&world);
}
END_TEST

/* ---- contacts: whole cycles ask first; the writes alone go through the session ---- */

static void write_card(struct world *self, const char *more)
{
	g_autofree char *card = bridge_card(people[0], people[0], "Example", more);
	bridge_write(self->bridge, "0.vcf", card);
}

static void assert_there(struct world *self, guint devices, guint pictures)
{
	guint contacts = 0, its_devices = 0, its_pictures = 0;
	count_of(self->bridge, people[0], &contacts, &its_devices, &its_pictures);
	ck_assert_uint_eq(contacts, 1);
	ck_assert_uint_eq(its_devices, devices);
	ck_assert_uint_eq(its_pictures, pictures);
	ck_assert_uint_eq(count_in_doubt(self->bridge, ITEM_CONTACT), 0);
}

static void send_contact_late(struct world *self, int cause)
{
	static const char *const names[] = {"lastname", "Example", "firstname", "Anna", NULL};
	write_card(self, "EMAIL:a@example.org\r\n");
	go_out_of_reach(self, cause);
	cycle(self, ITEM_CONTACT, false);
	write_alone(self, ITEM_CONTACT, people[0], "addcontact", NULL, names);
	ck_assert_uint_eq(emulator_count_calls(self->bridge->emulator, NULL), 0);
	assert_not_sent(self, ITEM_CONTACT, people[0], "addcontact", cause);
	come_back(self);
	cycle(self, ITEM_CONTACT, true);
	assert_there(self, 1, 0);
}

static void send_parts_late(struct world *self, int cause)
{
	g_autofree char *cid = g_strdup_printf("c%d", id_of(self->bridge, 0));
	const char *const device[] = {"cid",   cid, "type",  "email",         "subtype", "internet",
	                              "order", "2", "value", "b@example.org", NULL};
	const char *const picture[] = {"cid", cid, NULL};
	write_card(self, "EMAIL:a@example.org\r\nEMAIL:b@example.org\r\n"
	                 "PHOTO;ENCODING=b;TYPE=GIF:" GIF "\r\n");
	go_out_of_reach(self, cause);
	cycle(self, ITEM_CONTACT, false);
	write_alone(self, ITEM_CONTACT, people[0], "adddevice", cid, device);
	write_alone(self, ITEM_CONTACT, people[0], "addpicture", cid, picture);
	assert_not_sent(self, ITEM_CONTACT, people[0], "adddevice", cause);
	assert_not_sent(self, ITEM_CONTACT, people[0], "addpicture", cause);
	come_back(self);
	for (int i = 0; i < 3; i++) {
		cycle(self, ITEM_CONTACT, true);
	}
	assert_there(self, 2, 1);
	ck_assert_uint_eq(emulator_count_calls(self->bridge->emulator, "adddevice"), 1);
	ck_assert_uint_eq(emulator_count_calls(self->bridge->emulator, "addpicture"), 1);
}

START_TEST(a_contact_and_its_parts_that_were_not_sent_are_sent_once_later)
{
	struct world world;
	world_init(&world);
	send_contact_late(&world, _i);
	send_parts_late(&world, _i);
	world_clear(&world);
}
END_TEST

static Suite *make_suite(void)
{
	Suite *suite = suite_create("not sent");
	TCase *causes_case = tcase_create("causes");
	tcase_set_timeout(causes_case, 60);
	tcase_add_loop_test(causes_case, an_event_that_was_not_sent_is_sent_once_later, 0, CAUSES);
	tcase_add_loop_test(causes_case,
	                    a_contact_and_its_parts_that_were_not_sent_are_sent_once_later, 0,
	                    CAUSES);
	suite_add_tcase(suite, causes_case);
	return suite;
}

int main(void)
{
	SRunner *runner = srunner_create(make_suite());
	srunner_run_all(runner, CK_ENV);
	const int failed = srunner_ntests_failed(runner);
	printf("count: writes without a connection: 5 calls, %d causes, %d violations\n", CAUSES,
	       failed);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
