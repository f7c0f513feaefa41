/* SPDX-License-Identifier: MIT */
/* Contacts against the emulator: found, read, added once, completed, adopted, and settled after
 * lost replies. */
#include "emulator/emulator.h"
#include "formats/vcard.h"
#include "journal/records.h"
#include "remotes/orange/orange.h"
#include "remotes/orange/session.h"
#include "scratch.h"

#define GIF "R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7"

struct world {
	struct emulator *emulator;
	char *token, *path;
	struct journal *journal;
	struct remote_settings settings;
	struct session *session;
	struct endpoint *side;
};

static void world_open(struct world *self)
{
	g_autoptr(GError) error = NULL;
	self->journal = journal_open(self->path, JOURNAL_CREATE, &error);
	expect_no_error(error);
	self->session = session_open(&self->settings, self->journal, &error);
	expect_no_error(error);
	self->side = orange_contacts_new(self->session);
}

static void world_close(struct world *self)
{
	self->side->functions->close(self->side);
	session_close(self->session);
	journal_close(self->journal);
}

/* As the next cycle, in a new process, so many seconds later. */
static void world_again(struct world *self, gint64 seconds)
{
	world_close(self);
	self->settings.now += seconds;
	world_open(self);
}

static struct world *world_new(const struct emulator_options *options)
{
	struct world *self = g_new0(struct world, 1);
	g_autoptr(GError) error = NULL;
	self->emulator = emulator_start(options, &error);
	expect_no_error(error);
	self->token = emulator_new_token(self->emulator);
	self->path = scratch_path("test.journal");
	self->settings = (struct remote_settings){
		.account = "test",
		.endpoint = emulator_url(self->emulator),
		.service_id = EMULATOR_SERVICE_ID,
		.service_password = EMULATOR_SERVICE_PASSWORD,
		.token = self->token,
		.timezone = "Europe/Paris",
		.in_doubt_grace = 120,
		.vcard_major = 3,
		.max_connections = 4,
		.timeout = 30,
		.now = 1800000000,
	};
	world_open(self);
	return self;
}

static void world_free(struct world *self)
{
	world_close(self);
	emulator_stop(self->emulator);
	g_free(self->token);
	g_free(self->path);
	g_free(self);
}

static void fault(struct world *self, const char *text)
{
	g_autoptr(GError) error = NULL;
	g_autofree char *request = g_strdup_printf("fault?fault=%s", text);
	g_autofree char *said = emulator_control(self->emulator, request, NULL, &error);
	ck_assert_ptr_nonnull(said);
	expect_no_error(error);
}

static void settle(struct world *self)
{
	g_autoptr(GError) error = NULL;
	ck_assert(self->side->functions->settle(self->side, &error));
	expect_no_error(error);
}

static char *card(const char *uid, const char *family, const char *given, const char *more)
{
	return g_strdup_printf(
		"BEGIN:VCARD\r\nVERSION:3.0\r\nUID:%s\r\nFN:%s %s\r\nN:%s;%s;;;\r\n%sEND:VCARD\r\n",
		uid, given, family, family, given, more);
}

static struct change *change_of(const char *uid, const char *text)
{
	struct change *change = change_new(uid, NULL);
	change->text = g_strdup(text);
	return change;
}

static void free_change(gpointer change)
{
	change_free(change);
}

static struct change *create(struct world *self, const char *uid, const char *text)
{
	g_autoptr(GPtrArray) changes = g_ptr_array_new();
	struct change *change = change_of(uid, text);
	g_ptr_array_add(changes, change);
	g_autoptr(GError) error = NULL;
	self->side->functions->create(self->side, changes, &error);
	return change;
}

static void expect_verdict(const struct change *change, enum verdict verdict)
{
	ck_assert_msg(change->verdict == verdict, "%s: %s", verdict_name(change->verdict),
	              change->error == NULL ? "" : change->error->message);
}

static void expect_writes(struct world *self, unsigned contacts, unsigned devices,
                          unsigned pictures)
{
	ck_assert_uint_eq(emulator_count_writes(self->emulator, "addcontact"), contacts);
	ck_assert_uint_eq(emulator_count_writes(self->emulator, "adddevice"), devices);
	ck_assert_uint_eq(emulator_count_writes(self->emulator, "addpicture"), pictures);
}

static char *full_card(const char *uid)
{
	return card(
		uid, "Curie", "Marie",
		"NICKNAME:Manya\r\nORG:Sorbonne;Physique\r\nTITLE:Professeur\r\nBDAY:1867-11-07\r\n"
		"EMAIL;TYPE=HOME:marie@example.org\r\nEMAIL;TYPE=WORK:curie@sorbonne.example\r\n"
		"TEL;TYPE=CELL:+33 6 12 34 56 "
		"78\r\nTEL;TYPE=FAX:0123456789\r\nURL:www.example.org\r\n"
		"PHOTO;ENCODING=b;TYPE=GIF:" GIF "\r\n");
}

static void record(struct world *self, const char *uid, const char *ref, const char *revision,
                   enum record_state state)
{
	g_autoptr(GError) error = NULL;
	OWNED(record) made = record_new(uid);
	made->state = state;
	made->remote_ref = g_strdup(ref);
	made->remote_revision = g_strdup(revision);
	ck_assert(records_put(self->journal, ITEM_CONTACT, made, &error));
}

START_TEST(adds_a_card_with_its_devices_and_picture_once_and_reads_it_back)
{
	struct world *world = world_new(&(struct emulator_options){0});
	g_autofree char *text = full_card("u1");
	OWNED(change) first = create(world, "u1", text);
	expect_verdict(first, VERDICT_DONE);
	expect_writes(world, 1, 4, 1);
	OWNED(contact) there = vcard_read(first->result, strlen(first->result), NULL, NULL);
	ck_assert_str_eq(there->family, "Curie");
	ck_assert_str_eq(there->nickname, "Manya");
	ck_assert_str_eq(there->company, "Sorbonne");
	ck_assert_str_eq(there->department, "Physique");
	ck_assert_str_eq(there->function, "Professeur");
	ck_assert_str_eq(there->birthday, "1867-11-07");
	ck_assert_uint_eq(there->devices->len, 5);
	ck_assert_ptr_nonnull(there->picture);
	ck_assert_ptr_nonnull(first->ref);
	OWNED(change) again = create(world, "u1", text);
	expect_verdict(again, VERDICT_DONE);
	ck_assert_str_eq(again->ref, first->ref);
	expect_writes(world, 1, 4, 1);
	world_free(world);
}
END_TEST

static struct entry *find_entry(const struct snapshot *snapshot, const char *ref)
{
	for (guint i = 0; i < snapshot->entries->len; i++) {
		struct entry *entry = snapshot->entries->pdata[i];
		if (g_strcmp0(entry->ref, ref) == 0) {
			return entry;
		}
	}
	return NULL;
}

START_TEST(lists_under_the_id_and_revision_that_a_creation_gave)
{
	struct world *world = world_new(&(struct emulator_options){.id_style = EMULATOR_ID_NUMBER});
	g_autofree char *text = full_card("u1");
	OWNED(change) made = create(world, "u1", text);
	OWNED(record) known = record_new("u1");
	known->remote_ref = g_strdup(made->ref);
	g_autoptr(GPtrArray) records = g_ptr_array_new();
	g_ptr_array_add(records, known);
	g_autoptr(GError) error = NULL;
	OWNED(snapshot) snapshot = world->side->functions->list(world->side, records, &error);
	expect_no_error(error);
	ck_assert_uint_eq(snapshot->entries->len, 1);
	const struct entry *entry = find_entry(snapshot, made->ref);
	ck_assert_ptr_nonnull(entry);
	ck_assert_str_eq(entry->revision, made->revision);
	ck_assert(snapshot->is_complete);
	world_free(world);
}
END_TEST

START_TEST(counts_nameless_records_as_present)
{
	struct world *world = world_new(&(struct emulator_options){0});
	OWNED(change)
	made = create(world, "u1",
	              "BEGIN:VCARD\r\nVERSION:3.0\r\nUID:u1\r\nN:;;;;\r\nFN:Zaz\r\n"
	              "NICKNAME:Zaz\r\nEND:VCARD\r\n");
	expect_verdict(made, VERDICT_DONE);
	ck_assert_str_eq(made->revision, "nameless");
	OWNED(record) known = record_new("u1");
	known->remote_ref = g_strdup(made->ref);
	known->remote_revision = g_strdup(made->revision);
	g_autoptr(GPtrArray) records = g_ptr_array_new();
	g_ptr_array_add(records, known);
	g_autoptr(GError) error = NULL;
	OWNED(snapshot) snapshot = world->side->functions->list(world->side, records, &error);
	expect_no_error(error);
	ck_assert_ptr_nonnull(find_entry(snapshot, made->ref));
	world_free(world);
}
END_TEST

static const char *const faults[] = {"addcontact:1:closed-after", "adddevice:2:closed-after",
                                     "addpicture:1:closed-after", "addcontact:1:closed-before",
                                     "adddevice:1:closed-before", "addpicture:1:closed-before"};

START_TEST(ends_with_everything_exactly_once_after_a_lost_reply)
{
	struct world *world = world_new(&(struct emulator_options){0});
	fault(world, faults[_i]);
	g_autofree char *text = full_card("u1");
	OWNED(change) lost = create(world, "u1", text);
	expect_verdict(lost, VERDICT_IN_DOUBT);
	OWNED(change) early = create(world, "u1", text); /* too early to send anything again */
	const bool is_seen = early->verdict == VERDICT_DONE;
	ck_assert(is_seen || early->verdict == VERDICT_IN_DOUBT);
	world_again(world, 600);
	settle(world);
	g_autoptr(GError) error = NULL;
	g_autoptr(GPtrArray) rows = ledger_in_doubt(world->journal, ITEM_CONTACT, &error);
	ck_assert_uint_eq(rows->len, 0);
	OWNED(change) whole = create(world, "u1", text);
	expect_verdict(whole, VERDICT_DONE);
	expect_writes(world, 1, 4, 1);
	world_free(world);
}
END_TEST

START_TEST(leaves_a_young_request_that_is_not_there_in_doubt)
{
	struct world *world = world_new(&(struct emulator_options){0});
	fault(world, "addcontact:1:closed-before");
	g_autofree char *text = full_card("u1");
	OWNED(change) lost = create(world, "u1", text);
	expect_verdict(lost, VERDICT_IN_DOUBT);
	world_again(world, 60);
	settle(world);
	g_autoptr(GPtrArray) rows = ledger_in_doubt(world->journal, ITEM_CONTACT, NULL);
	ck_assert_uint_eq(rows->len, 1);
	OWNED(change) again = create(world, "u1", text);
	expect_verdict(again, VERDICT_IN_DOUBT);
	expect_writes(world, 0, 0, 0);
	world_free(world);
}
END_TEST

/* Found by the id that comes next, or not at all: then a person decides. */
START_TEST(finds_a_nameless_contact_or_keeps_it_in_doubt)
{
	struct world *world = world_new(&(struct emulator_options){0});
	fault(world, _i == 0 ? "addcontact:1:closed-after" : "addcontact:1:closed-before");
	OWNED(change)
	lost = create(world, "u1",
	              "BEGIN:VCARD\r\nVERSION:3.0\r\nUID:u1\r\nN:;;;;\r\nFN:Zaz\r\n"
	              "NICKNAME:Zaz\r\nEND:VCARD\r\n");
	expect_verdict(lost, VERDICT_IN_DOUBT);
	world_again(world, 6000);
	settle(world);
	g_autoptr(GPtrArray) rows = ledger_in_doubt(world->journal, ITEM_CONTACT, NULL);
	ck_assert_uint_eq(rows->len, (guint)_i);
	world_free(world);
}
END_TEST

START_TEST(adopts_what_is_there_under_the_same_name_and_completes_it)
{
	struct world *world = world_new(&(struct emulator_options){0});
	g_autofree char *there = card("x", "Curie", "Marie", "EMAIL:marie@example.org\r\n");
	OWNED(change) theirs = create(world, "x", there);
	expect_verdict(theirs, VERDICT_DONE);
	world_close(world);
	g_autofree char *other = scratch_path("other.journal");
	g_free(world->path);
	world->path = g_steal_pointer(&other);
	world_open(world);
	g_autofree char *text =
		card("u1", "CURIE", "marie", "EMAIL:marie@example.org\r\nTEL:0123456789\r\n");
	OWNED(change) adopted = create(world, "u1", text);
	expect_verdict(adopted, VERDICT_ADOPTED);
	expect_writes(world, 1, 1, 0);
	world_free(world);
}
END_TEST

START_TEST(adds_a_namesake_whose_birthday_contradicts)
{
	struct world *world = world_new(&(struct emulator_options){0});
	g_autofree char *one = card("u1", "Martin", "Jean", "BDAY:1950-01-01\r\n");
	g_autofree char *other = card("u2", "Martin", "Jean", "BDAY:1980-01-01\r\n");
	OWNED(change) first = create(world, "u1", one);
	OWNED(change) second = create(world, "u2", other);
	expect_verdict(first, VERDICT_DONE);
	expect_verdict(second, VERDICT_DONE);
	expect_writes(world, 2, 0, 0);
	world_free(world);
}
END_TEST

START_TEST(sees_that_two_cards_of_one_batch_are_the_same)
{
	struct world *world = world_new(&(struct emulator_options){0});
	g_autofree char *text = full_card("u1");
	g_autoptr(GPtrArray) changes = g_ptr_array_new_with_free_func(free_change);
	g_ptr_array_add(changes, change_of("u1", text));
	g_ptr_array_add(changes, change_of("u2", text));
	ck_assert(world->side->functions->create(world->side, changes, NULL));
	expect_verdict(changes->pdata[0], VERDICT_DONE);
	expect_verdict(changes->pdata[1], VERDICT_SAME_AS);
	ck_assert_str_eq(((struct change *)changes->pdata[1])->same_as, "u1");
	expect_writes(world, 1, 4, 1);
	world_free(world);
}
END_TEST

START_TEST(adopts_what_a_deleted_card_left_there)
{
	struct world *world = world_new(&(struct emulator_options){0});
	g_autofree char *text = card("u1", "Curie", "Marie", "");
	OWNED(change) made = create(world, "u1", text);
	record(world, "u1", made->ref, made->revision, RECORD_DELETED_HERE);
	OWNED(change) again = create(world, "u2", text);
	expect_verdict(again, VERDICT_ADOPTED);
	expect_writes(world, 1, 0, 0);
	world_free(world);
}
END_TEST

static struct change *update(struct world *self, const char *uid, const char *ref, const char *base,
                             const char *text)
{
	g_autoptr(GPtrArray) changes = g_ptr_array_new();
	struct change *change = change_of(uid, text);
	change->ref = g_strdup(ref);
	change->base = g_strdup(base);
	g_ptr_array_add(changes, change);
	ck_assert(self->side->functions->update(self->side, changes, NULL));
	return change;
}

START_TEST(sends_only_new_devices_of_a_changed_card_and_tells_the_rest)
{
	struct world *world = world_new(&(struct emulator_options){0});
	g_autofree char *text = card("u1", "Curie", "Marie", "TEL:0123456789\r\n");
	OWNED(change) made = create(world, "u1", text);
	g_autofree char *changed = card("u1", "Curie", "Marie",
	                                "ORG:Sorbonne\r\nTEL:0123456789\r\nTEL:0999999999\r\n");
	OWNED(change) sent = update(world, "u1", made->ref, made->result, changed);
	expect_verdict(sent, VERDICT_DONE);
	expect_writes(world, 1, 2, 0);
	world->side->functions->compare(world->side, changed, sent->result, sent->notes);
	ck_assert_uint_eq(sent->notes->len, 1);
	ck_assert_str_eq(sent->notes->pdata[0], "local only: company 'Sorbonne'");
	OWNED(change) nothing = update(world, "u1", made->ref, sent->result, changed);
	expect_verdict(nothing, VERDICT_DONE);
	expect_writes(world, 1, 2, 0);
	world_free(world);
}
END_TEST

START_TEST(does_not_send_again_what_was_removed_there)
{
	struct world *world = world_new(&(struct emulator_options){0});
	g_autofree char *text = card("u1", "Curie", "Marie", "");
	OWNED(change) made = create(world, "u1", text);
	g_autofree char *base = card("u1", "Curie", "Marie", "TEL:0123456789\r\n");
	OWNED(change) sent = update(world, "u1", made->ref, base, base);
	expect_verdict(sent, VERDICT_DONE);
	expect_writes(world, 1, 0, 0);
	world_free(world);
}
END_TEST

START_TEST(says_not_found_for_an_unknown_id)
{
	struct world *world = world_new(&(struct emulator_options){0});
	g_autoptr(GPtrArray) changes = g_ptr_array_new_with_free_func(free_change);
	g_ptr_array_add(changes, change_new("u1", "4711"));
	ck_assert(world->side->functions->fetch(world->side, changes, NULL));
	expect_verdict(changes->pdata[0], VERDICT_NOT_FOUND);
	world_free(world);
}
END_TEST

START_TEST(uses_the_other_spelling_where_addpicture_is_unknown)
{
	struct world *world =
		world_new(&(struct emulator_options){.picture_action = "add picture"});
	g_autofree char *text = full_card("u1");
	OWNED(change) made = create(world, "u1", text);
	expect_verdict(made, VERDICT_DONE);
	ck_assert_uint_eq(emulator_count_calls(world->emulator, "add picture") +
	                          emulator_count_calls(world->emulator, "addpicture"),
	                  2);
	OWNED(contact) there = vcard_read(made->result, strlen(made->result), NULL, NULL);
	ck_assert_ptr_nonnull(there->picture);
	world_free(world);
}
END_TEST

START_TEST(projects_what_the_service_can_hold_and_names_the_rest)
{
	struct world *world = world_new(&(struct emulator_options){0});
	g_autoptr(GError) error = NULL;
	gint64 due = 1;
	g_autofree char *text =
		card("u1", "Curie", "Marie",
	             "NOTE:x\r\nCATEGORIES:a\r\nADR:;;Rue;Paris;;75005;\r\nBDAY:--11-07\r\n");
	g_autoptr(GPtrArray) items =
		world->side->functions->project(world->side, text, "f", &due, &error);
	expect_no_error(error);
	ck_assert_uint_eq(items->len, 1);
	const struct item *item = items->pdata[0];
	ck_assert_str_eq(item->uid, "u1");
	ck_assert_str_eq(item->name, "Marie Curie");
	const char *const lost[] = {"NOTE", "CATEGORIES", "BDAY"};
	for (gsize i = 0; i < G_N_ELEMENTS(lost); i++) {
		ck_assert_msg(g_strv_contains((const char *const *)item->lost, lost[i]), "%s",
		              lost[i]);
	}
	ck_assert_int_eq(due, 0);
	g_autoptr(GPtrArray) none = world->side->functions->project(
		world->side, "BEGIN:VCARD\r\nVERSION:3.0\r\nEMAIL:a@example.org\r\nEND:VCARD\r\n",
		"f", &due, &error);
	ck_assert_ptr_null(none);
	expect_error(error, PASSERELLE_ERROR_INPUT);
	g_clear_error(&error);
	g_autoptr(GPtrArray) group = world->side->functions->project(
		world->side, "BEGIN:VCARD\r\nVERSION:4.0\r\nKIND:group\r\nFN:All\r\nEND:VCARD\r\n",
		"f", &due, &error);
	expect_no_error(error);
	ck_assert_uint_eq(group->len, 0);
	world_free(world);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("contacts");
	TCase *tests = tcase_create("contacts");
	tcase_add_checked_fixture(tests, scratch_setup, scratch_teardown);
	tcase_set_timeout(tests, 60);
	tcase_add_test(tests, adds_a_card_with_its_devices_and_picture_once_and_reads_it_back);
	tcase_add_test(tests, lists_under_the_id_and_revision_that_a_creation_gave);
	tcase_add_test(tests, counts_nameless_records_as_present);
	tcase_add_loop_test(tests, ends_with_everything_exactly_once_after_a_lost_reply, 0,
	                    G_N_ELEMENTS(faults));
	tcase_add_test(tests, leaves_a_young_request_that_is_not_there_in_doubt);
	tcase_add_loop_test(tests, finds_a_nameless_contact_or_keeps_it_in_doubt, 0, 2);
	tcase_add_test(tests, adopts_what_is_there_under_the_same_name_and_completes_it);
	tcase_add_test(tests, adds_a_namesake_whose_birthday_contradicts);
	tcase_add_test(tests, sees_that_two_cards_of_one_batch_are_the_same);
	tcase_add_test(tests, adopts_what_a_deleted_card_left_there);
	tcase_add_test(tests, sends_only_new_devices_of_a_changed_card_and_tells_the_rest);
	tcase_add_test(tests, does_not_send_again_what_was_removed_there);
	tcase_add_test(tests, says_not_found_for_an_unknown_id);
	tcase_add_test(tests, uses_the_other_spelling_where_addpicture_is_unknown);
	tcase_add_test(tests, projects_what_the_service_can_hold_and_names_the_rest);
	suite_add_tcase(suite, tests);
	return scratch_run(suite);
}
