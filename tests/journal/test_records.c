/* SPDX-License-Identifier: MIT */
/* Records, bases and sources come back as they were put. */
#include "journal/records.h"

#include "journal/ledger.h"
#include "scratch.h"

static struct journal *journal;

static void setup(void)
{
	scratch_setup();
	g_autofree char *path = scratch_path("a.journal");
	journal = journal_open(path, JOURNAL_CREATE, NULL);
	ck_assert_ptr_nonnull(journal);
}

static void teardown(void)
{
	g_clear_pointer(&journal, journal_close);
	scratch_teardown();
}

static struct record *full_record(const char *uid)
{
	struct record *record = record_new(uid);
	record->name = g_strdup("Zoë O’Hara");
	record->match = g_strdup("o'hara\x1fzoë");
	record->facts = g_strsplit("birthday=1951-01-31|email+zoe@example.org", "|", -1);
	record->state = RECORD_REFUSED;
	record->local_ref = g_strdup("zoë.vcf");
	record->local_fingerprint = g_strdup("aa");
	record->remote_ref = g_strdup("c6");
	record->remote_revision = g_strdup("7");
	record->remote_fingerprint = g_strdup("bb");
	record->starts = G_MININT64;
	record->remote_read = 1700000000;
	record->missing = 1;
	record->attempts = G_MAXUINT;
	record->retry_at = 4102444800;
	record->reason = g_strdup("the server says no");
	record->same_as = g_strdup("other");
	record->notes = g_strsplit("not carried: NOTE|local only: phone 0123", "|", -1);
	record->base = g_strdup("BEGIN:VCARD\r\nEND:VCARD\r\n");
	return record;
}

static void expect_same_list(char *const *left, char *const *right)
{
	ck_assert_int_eq(left == NULL, right == NULL);
	if (left != NULL) {
		ck_assert(g_strv_equal((const char *const *)left, (const char *const *)right));
	}
}

static void expect_same(const struct record *left, const struct record *right)
{
	ck_assert_str_eq(left->uid, right->uid);
	ck_assert_pstr_eq(left->name, right->name);
	ck_assert_pstr_eq(left->match, right->match);
	expect_same_list(left->facts, right->facts);
	ck_assert_int_eq(left->state, right->state);
	ck_assert_pstr_eq(left->local_ref, right->local_ref);
	ck_assert_pstr_eq(left->local_fingerprint, right->local_fingerprint);
	ck_assert_pstr_eq(left->remote_ref, right->remote_ref);
	ck_assert_pstr_eq(left->remote_revision, right->remote_revision);
	ck_assert_pstr_eq(left->remote_fingerprint, right->remote_fingerprint);
	ck_assert_int_eq(left->starts, right->starts);
	ck_assert_int_eq(left->remote_read, right->remote_read);
	ck_assert_uint_eq(left->missing, right->missing);
	ck_assert_uint_eq(left->attempts, right->attempts);
	ck_assert_int_eq(left->retry_at, right->retry_at);
	ck_assert_pstr_eq(left->reason, right->reason);
	ck_assert_pstr_eq(left->same_as, right->same_as);
	expect_same_list(left->notes, right->notes);
	ck_assert_pstr_eq(left->base, right->base);
}

static void put(const char *uid, const char *remote_ref, const char *base)
{
	OWNED(record) record = record_new(uid);
	record->remote_ref = g_strdup(remote_ref);
	record->base = g_strdup(base);
	ck_assert(records_put(journal, ITEM_CONTACT, record, NULL));
}

START_TEST(every_field_comes_back)
{
	OWNED(record) record = full_record("u");
	ck_assert(records_put(journal, ITEM_CONTACT, record, NULL));
	OWNED(record) got = records_get(journal, ITEM_CONTACT, "u", NULL);
	ck_assert_ptr_nonnull(got);
	expect_same(record, got);
	OWNED(record) copy = record_copy(got);
	expect_same(record, copy);
}
END_TEST

START_TEST(every_absent_field_stays_absent)
{
	OWNED(record) record = record_new("u");
	ck_assert(records_put(journal, ITEM_EVENT, record, NULL));
	OWNED(record) got = records_get(journal, ITEM_EVENT, "u", NULL);
	expect_same(record, got);
}
END_TEST

START_TEST(lists_keep_empty_members_and_separators)
{
	OWNED(record) record = record_new("u");
	const char *const facts[] = {"",
	                             "a\x1f"
	                             "b",
	                             "c\x1e",
	                             "\x1e"
	                             "x",
	                             "d\ne",
	                             "",
	                             NULL};
	record->facts = g_strdupv((char **)facts);
	record->notes = g_new0(char *, 1);
	ck_assert(records_put(journal, ITEM_CONTACT, record, NULL));
	OWNED(record) got = records_get(journal, ITEM_CONTACT, "u", NULL);
	expect_same(record, got);
}
END_TEST

START_TEST(a_missing_record_is_no_error)
{
	g_autoptr(GError) error = NULL;
	ck_assert_ptr_null(records_get(journal, ITEM_CONTACT, "u", &error));
	ck_assert_ptr_null(records_base(journal, ITEM_CONTACT, "u", &error));
	expect_no_error(error);
}
END_TEST

START_TEST(kinds_are_kept_apart)
{
	put("u", "c1", "text");
	ck_assert_ptr_null(records_get(journal, ITEM_EVENT, "u", NULL));
	ck_assert_ptr_null(records_base(journal, ITEM_EVENT, "u", NULL));
	g_autoptr(GPtrArray) events = records_load(journal, ITEM_EVENT, NULL);
	ck_assert_uint_eq(events->len, 0);
}
END_TEST

START_TEST(loading_comes_by_uid_and_without_bases)
{
	put("b", NULL, "text");
	put("a", NULL, "text");
	put("B", NULL, NULL);
	g_autoptr(GPtrArray) records = records_load(journal, ITEM_CONTACT, NULL);
	ck_assert_uint_eq(records->len, 3);
	const char *const order[] = {"B", "a", "b"};
	for (guint i = 0; i < 3; i++) {
		const struct record *record = records->pdata[i];
		ck_assert_str_eq(record->uid, order[i]);
		ck_assert_ptr_null(record->base);
	}
}
END_TEST

START_TEST(a_record_put_without_base_keeps_the_stored_one)
{
	put("u", "c1", "first");
	put("u", "c2", NULL);
	g_autofree char *kept = records_base(journal, ITEM_CONTACT, "u", NULL);
	ck_assert_pstr_eq(kept, "first");
	put("u", "c2", "second");
	OWNED(record) got = records_get(journal, ITEM_CONTACT, "u", NULL);
	ck_assert_pstr_eq(got->base, "second");
	ck_assert_pstr_eq(got->remote_ref, "c2");
}
END_TEST

START_TEST(a_base_goes_with_its_record)
{
	put("u", NULL, "text");
	ck_assert(records_remove(journal, ITEM_CONTACT, "u", NULL));
	ck_assert_ptr_null(records_get(journal, ITEM_CONTACT, "u", NULL));
	put("u", NULL, NULL);
	ck_assert_ptr_null(records_base(journal, ITEM_CONTACT, "u", NULL));
}
END_TEST

START_TEST(several_records_of_one_remote_id_are_found)
{
	put("b", "c1", NULL);
	put("a", "c1", NULL);
	put("c", "c2", NULL);
	g_autoptr(GPtrArray) records = records_by_remote(journal, ITEM_CONTACT, "c1", NULL);
	ck_assert_uint_eq(records->len, 2);
	ck_assert_str_eq(((struct record *)records->pdata[0])->uid, "a");
	ck_assert_str_eq(((struct record *)records->pdata[1])->uid, "b");
}
END_TEST

static void announce(const char *uid)
{
	OWNED(ledger_call) call = ledger_call_new(ITEM_CONTACT, uid, "addcontact", NULL);
	g_autoptr(GPtrArray) calls = g_ptr_array_new();
	g_ptr_array_add(calls, call);
	ck_assert(ledger_announce(journal, calls, 1, NULL));
}

START_TEST(a_rename_takes_base_ledger_story_and_followers_along)
{
	put("old", "c1", "text");
	announce("old");
	ck_assert(journal_tell(journal, ITEM_CONTACT, "old", 1, "said", NULL));
	OWNED(record) twin = record_new("twin");
	twin->same_as = g_strdup("old");
	ck_assert(records_put(journal, ITEM_CONTACT, twin, NULL));

	ck_assert(records_rename(journal, ITEM_CONTACT, "old", "new", NULL));
	ck_assert_ptr_null(records_get(journal, ITEM_CONTACT, "old", NULL));
	OWNED(record) got = records_get(journal, ITEM_CONTACT, "new", NULL);
	ck_assert_pstr_eq(got->base, "text");
	g_autoptr(GPtrArray) calls = ledger_for_item(journal, ITEM_CONTACT, "new", NULL);
	ck_assert_uint_eq(calls->len, 1);
	g_autoptr(GPtrArray) story = journal_story(journal, ITEM_CONTACT, "new", NULL);
	ck_assert_uint_eq(story->len, 1);
	OWNED(record) follower = records_get(journal, ITEM_CONTACT, "twin", NULL);
	ck_assert_pstr_eq(follower->same_as, "new");
}
END_TEST

START_TEST(a_rename_never_overwrites_another_record)
{
	put("a", "c1", "mine");
	put("b", "c2", "theirs");
	g_autoptr(GError) error = NULL;
	ck_assert(!records_rename(journal, ITEM_CONTACT, "a", "b", &error));
	expect_error(error, PASSERELLE_ERROR_STALE);
	OWNED(record) first = records_get(journal, ITEM_CONTACT, "a", NULL);
	OWNED(record) second = records_get(journal, ITEM_CONTACT, "b", NULL);
	ck_assert_pstr_eq(first->base, "mine");
	ck_assert_pstr_eq(second->base, "theirs");
}
END_TEST

START_TEST(a_rename_of_nothing_is_told)
{
	g_autoptr(GError) error = NULL;
	ck_assert(!records_rename(journal, ITEM_CONTACT, "a", "b", &error));
	expect_error(error, PASSERELLE_ERROR_NOT_FOUND);
}
END_TEST

START_TEST(a_group_of_ten_thousand_is_one_commit_and_comes_back)
{
	ck_assert(journal_begin(journal, NULL));
	for (int i = 0; i < 10000; i++) {
		g_autofree char *uid = g_strdup_printf("%05d", i);
		OWNED(record) record = full_record(uid);
		ck_assert(records_put(journal, ITEM_CONTACT, record, NULL));
	}
	ck_assert(journal_commit(journal, NULL));
	g_autoptr(GPtrArray) records = records_load(journal, ITEM_CONTACT, NULL);
	ck_assert_uint_eq(records->len, 10000);
	ck_assert_str_eq(((struct record *)records->pdata[9999])->uid, "09999");
}
END_TEST

START_TEST(sources_come_back_by_name)
{
	struct source readable = {"a.vcf", "1:2:3:4", 4102444800, NULL, "uid-a"};
	struct source broken = {"b.vcf", NULL, 0, "line 3: no card", NULL};
	ck_assert(sources_put(journal, ITEM_CONTACT, &readable, NULL));
	ck_assert(sources_put(journal, ITEM_CONTACT, &broken, NULL));
	readable.revision = "1:2:3:5";
	ck_assert(sources_put(journal, ITEM_CONTACT, &readable, NULL));
	g_autoptr(GHashTable) sources = sources_load(journal, ITEM_CONTACT, NULL);
	ck_assert_uint_eq(g_hash_table_size(sources), 2);
	const struct source *first = g_hash_table_lookup(sources, "a.vcf");
	ck_assert_str_eq(first->revision, "1:2:3:5");
	ck_assert_int_eq(first->due, 4102444800);
	ck_assert_ptr_null(first->problem);
	ck_assert_str_eq(first->text_uid, "uid-a");
	const struct source *second = g_hash_table_lookup(sources, "b.vcf");
	ck_assert_ptr_null(second->revision);
	ck_assert_str_eq(second->problem, "line 3: no card");
	g_autoptr(GHashTable) events = sources_load(journal, ITEM_EVENT, NULL);
	ck_assert_uint_eq(g_hash_table_size(events), 0);
}
END_TEST

START_TEST(a_removed_source_is_gone)
{
	const struct source source = {"a.vcf", "1", 0, NULL, NULL};
	ck_assert(sources_put(journal, ITEM_CONTACT, &source, NULL));
	ck_assert(sources_remove(journal, ITEM_CONTACT, "a.vcf", NULL));
	g_autoptr(GHashTable) sources = sources_load(journal, ITEM_CONTACT, NULL);
	ck_assert_uint_eq(g_hash_table_size(sources), 0);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("records");
	TCase *tests = tcase_create("records");
	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_set_timeout(tests, 60);
	tcase_add_test(tests, every_field_comes_back);
	tcase_add_test(tests, every_absent_field_stays_absent);
	tcase_add_test(tests, lists_keep_empty_members_and_separators);
	tcase_add_test(tests, a_missing_record_is_no_error);
	tcase_add_test(tests, kinds_are_kept_apart);
	tcase_add_test(tests, loading_comes_by_uid_and_without_bases);
	tcase_add_test(tests, a_record_put_without_base_keeps_the_stored_one);
	tcase_add_test(tests, a_base_goes_with_its_record);
	tcase_add_test(tests, several_records_of_one_remote_id_are_found);
	tcase_add_test(tests, a_rename_takes_base_ledger_story_and_followers_along);
	tcase_add_test(tests, a_rename_never_overwrites_another_record);
	tcase_add_test(tests, a_rename_of_nothing_is_told);
	tcase_add_test(tests, a_group_of_ten_thousand_is_one_commit_and_comes_back);
	tcase_add_test(tests, sources_come_back_by_name);
	tcase_add_test(tests, a_removed_source_is_gone);
	suite_add_tcase(suite, tests);
	return scratch_run(suite);
}
