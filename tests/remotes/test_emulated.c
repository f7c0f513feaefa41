/* SPDX-License-Identifier: MIT */
/* Events and mail counts against the emulator, which was written from the same pages by somebody
 * else. */
#include "emulator/emulator.h"
#include "formats/freebusy.h"
#include "journal/ledger.h"
#include "remotes/canned_server.h"
#include "remotes/orange/availability.h"
#include "remotes/orange/orange.h"
#include "remotes/orange/session.h"

#include <jansson.h>

#define DAY (24 * 3600)

struct world {
	struct emulator *emulator;
	struct account account;
	char *token;
	struct session *session;
	struct endpoint *side;
	GPtrArray *items, *changes;
};

static void world_open(struct world *self)
{
	g_autoptr(GError) error = NULL;
	self->session = session_open(&self->account.settings, self->account.journal, &error);
	ck_assert_msg(self->session != NULL, "%s", error == NULL ? "" : error->message);
	self->side = orange_calendar_new(self->session);
}

static void world_init(struct world *self, const struct emulator_options *options)
{
	g_autoptr(GError) error = NULL;
	self->emulator = emulator_start(options, &error);
	ck_assert_msg(self->emulator != NULL, "%s", error == NULL ? "" : error->message);
	self->token = emulator_new_token(self->emulator);
	account_init(&self->account, emulator_port(self->emulator));
	self->account.settings.service_id = EMULATOR_SERVICE_ID;
	self->account.settings.service_password = EMULATOR_SERVICE_PASSWORD;
	self->account.settings.token = self->token;
	account_open(&self->account, JOURNAL_CREATE);
	self->items = g_ptr_array_new_with_free_func((GDestroyNotify)g_ptr_array_unref);
	self->changes = g_ptr_array_new_with_free_func((GDestroyNotify)change_free);
	world_open(self);
}

static void world_close(struct world *self)
{
	self->side->functions->close(self->side);
	session_close(self->session);
}

/* The next cycle, some seconds later. */
static void world_reopen(struct world *self, gint64 seconds)
{
	g_ptr_array_set_size(self->changes, 0);
	world_close(self);
	self->account.settings.now += seconds;
	world_open(self);
}

static void world_clear(struct world *self)
{
	g_ptr_array_unref(self->changes);
	g_ptr_array_unref(self->items);
	world_close(self);
	account_clear(&self->account);
	emulator_stop(self->emulator);
	g_free(self->token);
}

static struct change *want(struct world *self, unsigned number)
{
	g_autofree char *text = g_strdup_printf(
		"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//test//EN\r\nBEGIN:VEVENT\r\n"
		"UID:event-%u\r\nDTSTAMP:20261101T000000Z\r\nSUMMARY:N° %u\\, <é> & + 100%%\r\n"
		"LOCATION:Café \"A\"\r\nDESCRIPTION:a\\nb\\;c=d\r\n"
		"DTSTART;TZID=Europe/Paris:202612%02uT093000\r\nDTEND;TZID=Europe/"
		"Paris:202612%02uT101500\r\n"
		"END:VEVENT\r\nEND:VCALENDAR\r\n",
		number, number, 1 + number % 28, 1 + number % 28);
	GPtrArray *items = self->side->functions->project(self->side, text, NULL, NULL, NULL);
	ck_assert_ptr_nonnull(items);
	g_ptr_array_add(self->items, items);
	struct item *item = g_ptr_array_index(items, 0);
	struct change *change = change_new(item->uid, NULL);
	change->item = item;
	change->text = g_strdup(item->text);
	g_ptr_array_add(self->changes, change);
	return change;
}

static bool create(struct world *self, GError **error)
{
	return self->side->functions->create(self->side, self->changes, error);
}

static void break_call(struct world *self, const char *kind)
{
	g_autofree char *request = g_strdup_printf("fault?action=addevent&number=1&kind=%s", kind);
	g_autoptr(GError) error = NULL;
	g_autofree char *answer = emulator_control(self->emulator, request, NULL, &error);
	ck_assert_msg(answer != NULL, "%s", error == NULL ? "" : error->message);
}

static enum ledger_state last_state(struct world *self, const char *uid)
{
	g_autoptr(GPtrArray) rows = ledger_for_item(self->account.journal, ITEM_EVENT, uid, NULL);
	return ((struct ledger_call *)g_ptr_array_index(rows, rows->len - 1))->state;
}

static const char *text_of(const json_t *event, const char *name)
{
	const char *text = json_string_value(json_object_get(event, name));
	ck_assert_msg(text != NULL, "no %s", name);
	return text;
}

START_TEST(every_event_is_there_exactly_once_and_as_written)
{
	struct world world;
	world_init(&world, &(struct emulator_options){0});
	for (unsigned i = 0; i < 40; i++) {
		want(&world, i);
	}
	ck_assert(create(&world, NULL));
	ck_assert_uint_eq(emulator_count_writes(world.emulator, "addevent"), 40);
	g_autofree char *text = emulator_control(world.emulator, "events", NULL, NULL);
	json_t *events = json_loads(text, 0, NULL);
	ck_assert_uint_eq(json_array_size(events), 40);
	g_autoptr(GHashTable) titles = g_hash_table_new(g_str_hash, g_str_equal);
	for (gsize i = 0; i < 40; i++) {
		const json_t *event = json_array_get(events, i);
		g_hash_table_add(titles, (char *)text_of(event, "title"));
		ck_assert_str_eq(text_of(event, "location"), "Café \"A\"");
		ck_assert_str_eq(text_of(event, "description"), "a\nb;c=d");
		ck_assert_str_eq(text_of(event, "starttime"), "09:30");
		ck_assert_str_eq(text_of(event, "endtime"), "10:15");
	}
	ck_assert(g_hash_table_contains(titles, "N° 39, <é> & + 100%"));
	ck_assert_uint_eq(g_hash_table_size(titles), 40);
	json_decref(events);
	world_clear(&world);
}
END_TEST

START_TEST(a_listing_finds_all_that_was_added_under_the_same_ref)
{
	struct world world;
	world_init(&world, &(struct emulator_options){.with_event_list = true, .page_size = 3});
	g_autoptr(GHashTable) ids = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	for (unsigned i = 0; i < 20; i++) {
		want(&world, i);
	}
	ck_assert(create(&world, NULL));
	for (unsigned i = 0; i < 20; i++) {
		const struct change *change = g_ptr_array_index(world.changes, i);
		ck_assert_int_eq(change->verdict, VERDICT_DONE);
		g_hash_table_add(ids, g_strndup(change->ref, strcspn(change->ref, "/")));
	}
	g_autoptr(GPtrArray) none = g_ptr_array_new();
	OWNED(snapshot) snapshot = world.side->functions->list(world.side, none, NULL);
	ck_assert(snapshot->is_complete);
	ck_assert_uint_eq(snapshot->entries->len, 20);
	g_autoptr(GHashTable) fingerprints = g_hash_table_new(g_str_hash, g_str_equal);
	for (guint i = 0; i < 20; i++) {
		const struct entry *entry = g_ptr_array_index(snapshot->entries, i);
		g_autofree char *id = g_strndup(entry->ref, strcspn(entry->ref, "/"));
		ck_assert(g_hash_table_contains(ids, id));
		g_hash_table_add(fingerprints, entry->revision);
	}
	for (guint i = 0; i < 20; i++) {
		const struct change *change = g_ptr_array_index(world.changes, i);
		ck_assert(g_hash_table_contains(fingerprints, change->item->fingerprint));
	}
	world_clear(&world);
}
END_TEST

/* What the service says of December 2026, Paris: hours since its beginning, or NULL. */
static char *busy_hours(struct world *self, GError **error)
{
	g_autoptr(GArray) gaps = g_array_new(FALSE, FALSE, sizeof(struct period));
	g_autoptr(GArray) busy = g_array_new(FALSE, FALSE, sizeof(struct period));
	struct period month = {.busy = BUSY_FREE};
	ck_assert(zone_from_local("01/12/2026", "00:00", "Europe/Paris", &month.starts));
	ck_assert(zone_from_local("01/01/2027", "00:00", "Europe/Paris", &month.ends));
	g_array_append_val(gaps, month);
	if (!availability_read(self->session, gaps, busy, error)) {
		return NULL;
	}
	g_autoptr(GArray) merged = freebusy_merge(busy, month.starts, month.ends);
	GString *list = g_string_new(NULL);
	for (guint i = 0; i < merged->len; i++) {
		const struct period *period = &g_array_index(merged, struct period, i);
		g_string_append_printf(list, "%.2f-%.2f ",
		                       (double)(period->starts - month.starts) / 3600,
		                       (double)(period->ends - month.starts) / 3600);
	}
	return g_string_free(list, FALSE);
}

START_TEST(what_is_taken_is_found_to_a_quarter_of_an_hour)
{
	struct world world;
	world_init(&world, &(struct emulator_options){.with_event_list = true});
	g_autofree char *before = busy_hours(&world, NULL);
	ck_assert_str_eq(before, "");
	want(&world, 0); /* 1 and 3 December, 09:30 to 10:15 */
	want(&world, 2);
	ck_assert(create(&world, NULL));
	g_autofree char *after = busy_hours(&world, NULL);
	ck_assert_str_eq(after, "9.50-10.25 57.50-58.25 ");
	world_clear(&world);
}
END_TEST

START_TEST(a_service_that_does_not_tell_availability_is_asked_again_after_a_day)
{
	struct world world;
	world_init(&world, &(struct emulator_options){0});
	for (unsigned day = 0; day < 2; day++) {
		const unsigned before = emulator_count_calls(world.emulator, "checkavailability");
		for (unsigned i = 0; i < 3; i++) {
			g_autoptr(GError) error = NULL;
			ck_assert_ptr_null(busy_hours(&world, &error));
			ck_assert(passerelle_error_is(error, PASSERELLE_ERROR_UNSUPPORTED));
			world_reopen(&world, DAY / 3 - 1);
		}
		ck_assert_uint_eq(emulator_count_calls(world.emulator, "checkavailability"),
		                  before + 1);
		world_reopen(&world, 3);
	}
	world_clear(&world);
}
END_TEST

START_TEST(a_lost_reply_is_read_back_and_nothing_is_added_twice)
{
	struct world world;
	world_init(&world, &(struct emulator_options){.with_event_list = true});
	break_call(&world, "closed-after");
	ck_assert_int_eq(want(&world, 1)->verdict, VERDICT_PENDING);
	ck_assert(create(&world, NULL));
	ck_assert_int_eq(last_state(&world, "event-1"), LEDGER_IN_DOUBT);
	world_reopen(&world, 1);
	ck_assert(world.side->functions->settle(world.side, NULL));
	ck_assert_int_eq(last_state(&world, "event-1"), LEDGER_DONE);
	struct change *again = want(&world, 1);
	ck_assert(create(&world, NULL));
	ck_assert_int_eq(again->verdict, VERDICT_DONE);
	ck_assert_uint_eq(emulator_count_writes(world.emulator, NULL), 1);
	world_clear(&world);
}
END_TEST

START_TEST(a_request_that_was_lost_is_repeated_once_it_is_proven)
{
	struct world world;
	world_init(&world, &(struct emulator_options){.with_event_list = true});
	break_call(&world, "closed-before");
	want(&world, 1);
	ck_assert(create(&world, NULL));
	world_reopen(&world, 1);
	ck_assert(world.side->functions->settle(world.side, NULL));
	ck_assert_int_eq(last_state(&world, "event-1"), LEDGER_IN_DOUBT);
	world_reopen(&world, 300);
	ck_assert(world.side->functions->settle(world.side, NULL));
	ck_assert_int_eq(last_state(&world, "event-1"), LEDGER_NOT_SENT);
	want(&world, 1);
	ck_assert(create(&world, NULL));
	ck_assert_uint_eq(emulator_count_writes(world.emulator, NULL), 1);
	world_clear(&world);
}
END_TEST

START_TEST(without_a_listing_a_lost_reply_is_held)
{
	struct world world;
	world_init(&world, &(struct emulator_options){0});
	break_call(&world, "closed-after");
	want(&world, 1);
	ck_assert(create(&world, NULL));
	world_reopen(&world, DAY);
	ck_assert(world.side->functions->settle(world.side, NULL));
	struct change *again = want(&world, 1);
	ck_assert(create(&world, NULL));
	ck_assert_int_eq(again->verdict, VERDICT_IN_DOUBT);
	ck_assert_uint_eq(emulator_count_writes(world.emulator, NULL), 1);
	world_clear(&world);
}
END_TEST

START_TEST(an_expired_token_still_adds_events)
{
	struct world world;
	world_init(&world, &(struct emulator_options){.token_lifetime = -1});
	struct change *change = want(&world, 1);
	ck_assert(create(&world, NULL));
	ck_assert_int_eq(change->verdict, VERDICT_DONE);
	ck_assert_uint_eq(emulator_count_writes(world.emulator, "addeventoffline"), 1);
	world_clear(&world);
}
END_TEST

START_TEST(a_token_that_is_too_old_needs_login)
{
	struct world world;
	world_init(&world,
	           &(struct emulator_options){.token_lifetime = -1, .offline_lifetime = -1});
	want(&world, 1);
	g_autoptr(GError) error = NULL;
	ck_assert(!create(&world, &error));
	ck_assert(passerelle_error_is(error, PASSERELLE_ERROR_AUTH));
	ck_assert_uint_eq(emulator_count_writes(world.emulator, NULL), 0);
	world_clear(&world);
}
END_TEST

START_TEST(wrong_credentials_are_a_matter_of_configuration)
{
	struct world world;
	world_init(&world, &(struct emulator_options){.service_password = "other"});
	want(&world, 1);
	g_autoptr(GError) error = NULL;
	ck_assert(!create(&world, &error));
	ck_assert(passerelle_error_is(error, PASSERELLE_ERROR_CONFIG));
	world_clear(&world);
}
END_TEST

static const enum emulator_overview OVERVIEWS[] = {EMULATOR_OVERVIEW_MARKUP, EMULATOR_OVERVIEW_RAW,
                                                   EMULATOR_OVERVIEW_ESCAPED,
                                                   EMULATOR_OVERVIEW_CDATA};

START_TEST(mail_is_counted_and_named_in_every_form_of_the_overview)
{
	struct world world;
	world_init(&world, &(struct emulator_options){.unread = 7, .overview = OVERVIEWS[_i]});
	g_autoptr(GError) error = NULL;
	OWNED(mailbox) mailbox = orange_read_mailbox(world.session, &error);
	ck_assert_msg(mailbox != NULL, "%s", error == NULL ? "" : error->message);
	ck_assert_int_eq(mailbox->unread, 7);
	ck_assert_int_ge(mailbox->total, 7);
	ck_assert_int_ge(mailbox->sms, 0);
	ck_assert_uint_eq(mailbox->latest->len, 5);
	gint64 date = G_MAXINT64;
	for (guint i = 0; i < mailbox->latest->len; i++) {
		const struct mail_summary *mail = g_ptr_array_index(mailbox->latest, i);
		ck_assert(mail->id != NULL && mail->from != NULL && mail->subject != NULL);
		ck_assert(mail->url != NULL && strstr(mail->url, "&amp;") == NULL);
		ck_assert_int_gt(mail->date, 0);
		ck_assert_int_le(mail->date, date);
		date = mail->date;
	}
	world_clear(&world);
}
END_TEST

START_TEST(without_any_consent_the_address_to_give_it_is_known)
{
	struct world world;
	world_init(&world, &(struct emulator_options){.consent = "none", .unread = 3});
	g_autoptr(GError) error = NULL;
	OWNED(mailbox) mailbox = orange_read_mailbox(world.session, &error);
	const char *url = mailbox == NULL ? passerelle_error_url(error) : mailbox->consent_url;
	ck_assert(url != NULL && g_str_has_prefix(url, "http"));
	ck_assert(mailbox == NULL || mailbox->unread == MAILBOX_UNKNOWN);
	want(&world, 1);
	g_clear_error(&error);
	ck_assert(!create(&world, &error));
	ck_assert(passerelle_error_is(error, PASSERELLE_ERROR_CONSENT));
	ck_assert_ptr_nonnull(passerelle_error_url(error));
	world_clear(&world);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("emulated");
	TCase *events = tcase_create("events");
	tcase_set_timeout(events, 60);
	tcase_add_test(events, every_event_is_there_exactly_once_and_as_written);
	tcase_add_test(events, a_listing_finds_all_that_was_added_under_the_same_ref);
	tcase_add_test(events, what_is_taken_is_found_to_a_quarter_of_an_hour);
	tcase_add_test(events,
	               a_service_that_does_not_tell_availability_is_asked_again_after_a_day);
	tcase_add_test(events, a_lost_reply_is_read_back_and_nothing_is_added_twice);
	tcase_add_test(events, a_request_that_was_lost_is_repeated_once_it_is_proven);
	tcase_add_test(events, without_a_listing_a_lost_reply_is_held);
	tcase_add_test(events, an_expired_token_still_adds_events);
	tcase_add_test(events, a_token_that_is_too_old_needs_login);
	tcase_add_test(events, wrong_credentials_are_a_matter_of_configuration);
	tcase_add_loop_test(events, mail_is_counted_and_named_in_every_form_of_the_overview, 0,
	                    G_N_ELEMENTS(OVERVIEWS));
	tcase_add_test(events, without_any_consent_the_address_to_give_it_is_known);
	suite_add_tcase(suite, events);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	const int failures = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failures == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
