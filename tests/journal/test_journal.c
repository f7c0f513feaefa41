/* SPDX-License-Identifier: MIT */
/* The journal opens, refuses, groups, remembers, tells and verifies. */
#include "journal/journal.h"

#include <sqlite3.h>
#include <sys/wait.h>

#include "journal/ledger.h"
#include "journal/records.h"
#include "scratch.h"

static struct journal *open_journal(enum journal_mode mode)
{
	g_autofree char *path = scratch_path("a.journal");
	g_autoptr(GError) error = NULL;
	struct journal *journal = journal_open(path, mode, &error);
	expect_no_error(error);
	return journal;
}

static void expect_refused(enum journal_mode mode, enum passerelle_error code, const char *words)
{
	g_autofree char *path = scratch_path("a.journal");
	g_autoptr(GError) error = NULL;
	ck_assert_ptr_null(journal_open(path, mode, &error));
	expect_error(error, code);
	ck_assert_msg(strstr(error->message, words) != NULL, "%s", error->message);
}

static void raw(const char *sql)
{
	g_autofree char *path = scratch_path("a.journal");
	sqlite3 *handle = NULL;
	ck_assert_int_eq(sqlite3_open(path, &handle), SQLITE_OK);
	ck_assert_msg(sqlite3_exec(handle, sql, NULL, NULL, NULL) == SQLITE_OK, "%s",
	              sqlite3_errmsg(handle));
	sqlite3_close(handle);
}

static unsigned mode_of(const char *name)
{
	g_autofree char *path = scratch_path(name);
	struct stat status;
	ck_assert_int_eq(stat(path, &status), 0);
	return status.st_mode & 0777;
}

START_TEST(identity_and_birth_are_made_once)
{
	struct journal *journal = open_journal(JOURNAL_CREATE);
	g_autofree char *id = g_strdup(journal_id(journal));
	const gint64 created = journal_created(journal);
	journal_close(journal);
	ck_assert_uint_ge(strlen(id), 32);
	ck_assert_int_gt(created, 1600000000);
	raw("UPDATE meta SET value = '1700000000' WHERE key = 'created'");
	OWNED(journal) again = open_journal(JOURNAL_CREATE);
	ck_assert_str_eq(journal_id(again), id);
	ck_assert_int_eq(journal_created(again), 1700000000);
}
END_TEST

START_TEST(two_journals_have_two_identities)
{
	struct journal *journal = open_journal(JOURNAL_CREATE);
	g_autofree char *id = g_strdup(journal_id(journal));
	journal_close(journal);
	g_autofree char *path = scratch_path("a.journal");
	ck_assert_int_eq(unlink(path), 0);
	OWNED(journal) other = open_journal(JOURNAL_CREATE);
	ck_assert_str_ne(journal_id(other), id);
}
END_TEST

START_TEST(only_the_owner_can_read_its_files)
{
	const mode_t before = umask(0);
	OWNED(journal) journal = open_journal(JOURNAL_CREATE);
	ck_assert(journal_memory_set(journal, "a", "b", NULL));
	umask(before);
	ck_assert_uint_eq(mode_of("a.journal"), 0600);
	ck_assert_uint_eq(mode_of("a.journal-wal"), 0600);
	ck_assert_uint_eq(mode_of("a.journal-shm"), 0600);
}
END_TEST

START_TEST(a_journal_that_others_could_read_is_closed_to_them)
{
	journal_close(open_journal(JOURNAL_CREATE));
	g_autofree char *path = scratch_path("a.journal");
	ck_assert_int_eq(chmod(path, 0644), 0);
	journal_close(open_journal(JOURNAL_CREATE));
	ck_assert_uint_eq(mode_of("a.journal"), 0600);
}
END_TEST

START_TEST(reading_makes_no_journal)
{
	expect_refused(JOURNAL_READ_ONLY, PASSERELLE_ERROR_NOT_FOUND, "a.journal");
	ck_assert_uint_eq(scratch_count(""), 0);
}
END_TEST

START_TEST(a_journal_cut_short_at_birth_is_none_to_a_reader_and_made_by_a_writer)
{
	scratch_write("a.journal", "");
	expect_refused(JOURNAL_READ_ONLY, PASSERELLE_ERROR_NOT_FOUND, "empty");
	OWNED(journal) journal = open_journal(JOURNAL_CREATE);
	ck_assert_ptr_nonnull(journal_id(journal));
}
END_TEST

START_TEST(a_missing_folder_is_a_storage_error)
{
	g_autofree char *path = scratch_path("none/a.journal");
	g_autoptr(GError) error = NULL;
	ck_assert_ptr_null(journal_open(path, JOURNAL_CREATE, &error));
	expect_error(error, PASSERELLE_ERROR_STORAGE);
	ck_assert_ptr_nonnull(strstr(error->message, path));
}
END_TEST

START_TEST(a_newer_version_is_refused)
{
	journal_close(open_journal(JOURNAL_CREATE));
	raw("PRAGMA user_version = 99");
	expect_refused(JOURNAL_CREATE, PASSERELLE_ERROR_UNSUPPORTED, "newer version (99");
	expect_refused(JOURNAL_READ_ONLY, PASSERELLE_ERROR_UNSUPPORTED, "newer version");
}
END_TEST

START_TEST(an_older_version_is_brought_up_to_date)
{
	journal_close(open_journal(JOURNAL_CREATE));
	raw("ALTER TABLE records DROP COLUMN first_call;"
	    "ALTER TABLE records DROP COLUMN insisted; DELETE FROM meta WHERE key = 'generation';"
	    "DROP TABLE sections; PRAGMA user_version = 1");
	OWNED(journal) journal = open_journal(JOURNAL_CREATE);
	ck_assert_int_eq(journal_generation(journal), 0);
	g_autoptr(GPtrArray) problems = g_ptr_array_new_with_free_func(g_free);
	ck_assert(journal_verify(journal, problems, NULL));
	ck_assert_uint_eq(problems->len, 0);
}
END_TEST

/* As version 2 left it: three contacts, one of them deleted here, and an event, with their bases.
 */
START_TEST(what_an_older_version_knew_is_still_known)
{
	g_autofree char *sql = NULL;
	ck_assert(g_file_get_contents(TEST_FIXTURES "/journal/version2.sql", &sql, NULL, NULL));
	raw(sql);
	OWNED(journal) journal = open_journal(JOURNAL_CREATE);
	g_autoptr(GPtrArray) contacts = records_load(journal, ITEM_CONTACT, NULL);
	g_autoptr(GPtrArray) events = records_load(journal, ITEM_EVENT, NULL);
	g_autoptr(GPtrArray) calls = ledger_effective(journal, ITEM_CONTACT, NULL);
	g_autoptr(GPtrArray) story = journal_story(journal, ITEM_CONTACT, "card-3", NULL);
	g_autoptr(GHashTable) sources = sources_load(journal, ITEM_CONTACT, NULL);
	ck_assert_uint_eq(contacts->len, 3);
	ck_assert_uint_eq(events->len, 1);
	ck_assert_uint_eq(calls->len, 3);
	ck_assert_uint_eq(story->len, 2);
	ck_assert_uint_eq(g_hash_table_size(sources), 2);
	ck_assert_int_eq(journal_generation(journal), 2);
	OWNED(record) deleted = records_get(journal, ITEM_CONTACT, "card-3", NULL);
	ck_assert_int_eq(deleted->state, RECORD_DELETED_HERE);
	ck_assert_ptr_nonnull(strstr(deleted->base, "Marie"));
	/* the base still goes with its record */
	ck_assert(records_rename(journal, ITEM_CONTACT, "card-1", "card-9", NULL));
	g_autofree char *base = records_base(journal, ITEM_CONTACT, "card-9", NULL);
	ck_assert_ptr_nonnull(base);
	ck_assert(records_remove(journal, ITEM_CONTACT, "card-9", NULL));
	g_autofree char *gone = records_base(journal, ITEM_CONTACT, "card-9", NULL);
	ck_assert_ptr_null(gone);
	g_autoptr(GPtrArray) problems = g_ptr_array_new_with_free_func(g_free);
	ck_assert(journal_verify(journal, problems, NULL));
	ck_assert_uint_eq(problems->len, 0);
}
END_TEST

static void put(struct journal *journal, const char *uid, const char *name)
{
	OWNED(record) record = record_new(uid);
	const struct source source = {.ref = (char *)uid};
	record->name = g_strdup(name);
	record->remote_ref = g_strdup("r");
	record->base = g_strdup(name);
	ck_assert(records_put(journal, ITEM_EVENT, record, NULL));
	ck_assert(sources_put(journal, ITEM_EVENT, &source, NULL));
	ck_assert(journal_tell(journal, ITEM_EVENT, uid, 1, name, NULL));
	ck_assert(journal_memory_set(journal, "key", name, NULL));
	g_autoptr(GPtrArray) calls =
		g_ptr_array_new_with_free_func((GDestroyNotify)ledger_call_free);
	g_ptr_array_add(calls, ledger_call_new(ITEM_EVENT, uid, "PUT", NULL));
	ck_assert(ledger_announce(journal, calls, 1, NULL));
}

static void expect_only(struct journal *journal, const char *uid, const char *name)
{
	g_autoptr(GPtrArray) records = records_load(journal, ITEM_EVENT, NULL);
	g_autoptr(GPtrArray) calls = ledger_unsettled(journal, ITEM_EVENT, NULL);
	g_autoptr(GPtrArray) story = journal_story(journal, ITEM_EVENT, uid, NULL);
	g_autoptr(GHashTable) sources = sources_load(journal, ITEM_EVENT, NULL);
	g_autoptr(GPtrArray) contacts = records_load(journal, ITEM_CONTACT, NULL);
	g_autofree char *memory = journal_memory_get(journal, "key", NULL);
	ck_assert_str_eq(memory, name);
	ck_assert_uint_eq(records->len, 1);
	ck_assert_uint_eq(calls->len, 1);
	ck_assert_uint_eq(story->len, 1);
	ck_assert_uint_eq(g_hash_table_size(sources), 1);
	ck_assert_uint_eq(contacts->len, 0);
	ck_assert_int_eq(((struct ledger_call *)calls->pdata[0])->kind, ITEM_EVENT);
	OWNED(record) record = records_get(journal, ITEM_EVENT, uid, NULL);
	ck_assert_str_eq(record->name, name);
	ck_assert_str_eq(record->base, name);
}

START_TEST(a_section_knows_nothing_of_the_others)
{
	static const char *const names[] = {"calendar/a", "calendar/b"};
	struct journal *whole = open_journal(JOURNAL_CREATE);
	put(whole, "same uid", "whole");
	for (guint i = 0; i < 2; i++) {
		struct journal *section = journal_section(whole, names[i], NULL);
		ck_assert_ptr_eq(journal_section(whole, names[i], NULL), section);
		put(section, "same uid", names[i]);
	}
	ck_assert_int_eq(journal_generation(whole), 3);
	journal_close(whole);
	OWNED(journal) again = open_journal(JOURNAL_READ_ONLY);
	g_auto(GStrv) found = journal_sections(again, NULL);
	ck_assert_uint_eq(g_strv_length(found), 2);
	expect_only(again, "same uid", "whole");
	for (guint i = 0; i < 2; i++) {
		ck_assert_str_eq(found[i], names[i]);
		struct journal *section = journal_section(again, names[i], NULL);
		expect_only(section, "same uid", names[i]);
		ck_assert_str_eq(journal_id(section), journal_id(again));
	}
	g_autoptr(GError) error = NULL;
	ck_assert_ptr_null(journal_section(again, "calendar/c", &error));
	expect_error(error, PASSERELLE_ERROR_NOT_FOUND);
	g_autoptr(GPtrArray) problems = g_ptr_array_new_with_free_func(g_free);
	ck_assert(journal_verify(again, problems, NULL));
	for (guint i = 0; i < problems->len; i++) { /* agreed, and no more is told of them */
		ck_assert_msg(strstr(problems->pdata[i], "day ago") != NULL, "%s",
		              (char *)problems->pdata[i]);
	}
}
END_TEST

START_TEST(a_journal_is_read_whole_when_asked)
{
	OWNED(journal) journal = open_journal(JOURNAL_CREATE);
	ck_assert(journal_check(journal, NULL));
	for (int i = 0; i < 400; i++) {
		g_autofree char *key = g_strdup_printf("key %d", i);
		ck_assert(journal_memory_set(journal, key, "some text that fills pages", NULL));
	}
	g_clear_pointer(&journal, journal_close);
	g_autofree char *path = scratch_path("a.journal");
	FILE *file = fopen(path, "r+");
	ck_assert(fseek(file, -3000, SEEK_END) == 0 && fputs("gone to the dogs", file) >= 0);
	fclose(file);
	raw("PRAGMA user_version"); /* still opens */
	journal = open_journal(JOURNAL_CREATE);
	g_autoptr(GError) error = NULL;
	ck_assert(!journal_check(journal, &error));
	expect_error(error, PASSERELLE_ERROR_DAMAGED);
}
END_TEST

START_TEST(a_database_of_another_program_is_refused_and_left_alone)
{
	raw("CREATE TABLE theirs(a); INSERT INTO theirs VALUES(1)");
	expect_refused(JOURNAL_CREATE, PASSERELLE_ERROR_UNSUPPORTED, "another program");
	raw("INSERT INTO theirs VALUES(2)");
}
END_TEST

START_TEST(a_text_file_is_a_damaged_journal)
{
	g_autofree char *text = g_strnfill(5000, 'x');
	scratch_write("a.journal", text);
	expect_refused(JOURNAL_CREATE, PASSERELLE_ERROR_DAMAGED, "is damaged");
	scratch_expect("a.journal", text);
}
END_TEST

START_TEST(a_cut_journal_is_a_damaged_one)
{
	journal_close(open_journal(JOURNAL_CREATE));
	g_autofree char *path = scratch_path("a.journal");
	ck_assert_int_eq(truncate(path, 6000), 0);
	expect_refused(JOURNAL_CREATE, PASSERELLE_ERROR_DAMAGED, "is damaged");
}
END_TEST

START_TEST(a_journal_without_identity_is_a_damaged_one)
{
	journal_close(open_journal(JOURNAL_CREATE));
	raw("DELETE FROM meta WHERE key = 'id'");
	expect_refused(JOURNAL_CREATE, PASSERELLE_ERROR_DAMAGED, "is damaged");
}
END_TEST

START_TEST(a_journal_without_its_tables_is_a_damaged_one)
{
	journal_close(open_journal(JOURNAL_CREATE));
	raw("DROP TABLE memory");
	OWNED(journal) journal = open_journal(JOURNAL_CREATE);
	g_autoptr(GError) error = NULL;
	ck_assert_ptr_null(journal_memory_get(journal, "a", &error));
	expect_error(error, PASSERELLE_ERROR_DAMAGED);
	ck_assert_ptr_nonnull(strstr(error->message, "is damaged"));
}
END_TEST

START_TEST(a_reader_sees_what_a_writer_has_committed_while_it_works)
{
	OWNED(journal) writer = open_journal(JOURNAL_CREATE);
	ck_assert(journal_memory_set(writer, "a", "old", NULL));
	ck_assert(journal_begin(writer, NULL));
	ck_assert(journal_memory_set(writer, "a", "new", NULL));
	OWNED(journal) reader = open_journal(JOURNAL_READ_ONLY);
	g_autofree char *during = journal_memory_get(reader, "a", NULL);
	ck_assert_str_eq(during, "old");
	ck_assert(journal_commit(writer, NULL));
	g_autofree char *after = journal_memory_get(reader, "a", NULL);
	ck_assert_str_eq(after, "new");
}
END_TEST

START_TEST(a_reader_cannot_write)
{
	journal_close(open_journal(JOURNAL_CREATE));
	OWNED(journal) reader = open_journal(JOURNAL_READ_ONLY);
	g_autoptr(GError) error = NULL;
	ck_assert(!journal_memory_set(reader, "a", "b", &error));
	expect_error(error, PASSERELLE_ERROR_STORAGE);
}
END_TEST

START_TEST(memory_keeps_replaces_and_forgets)
{
	struct journal *journal = open_journal(JOURNAL_CREATE);
	g_autoptr(GError) error = NULL;
	ck_assert_ptr_null(journal_memory_get(journal, "k", &error));
	expect_no_error(error);
	ck_assert(journal_memory_set(journal, "k", "one", NULL));
	ck_assert(journal_memory_set(journal, "k", "é\ntwo", NULL));
	journal_close(journal);
	OWNED(journal) again = open_journal(JOURNAL_CREATE);
	g_autofree char *value = journal_memory_get(again, "k", NULL);
	ck_assert_str_eq(value, "é\ntwo");
	ck_assert(journal_memory_set(again, "k", NULL, NULL));
	ck_assert_ptr_null(journal_memory_get(again, "k", NULL));
}
END_TEST

START_TEST(a_group_rolled_back_leaves_nothing)
{
	OWNED(journal) journal = open_journal(JOURNAL_CREATE);
	ck_assert(journal_begin(journal, NULL));
	ck_assert(journal_memory_set(journal, "k", "v", NULL));
	ck_assert(journal_tell(journal, ITEM_CONTACT, "u", 1, "said", NULL));
	journal_rollback(journal);
	ck_assert_ptr_null(journal_memory_get(journal, "k", NULL));
	g_autoptr(GPtrArray) story = journal_story(journal, ITEM_CONTACT, "u", NULL);
	ck_assert_uint_eq(story->len, 0);
	ck_assert(journal_begin(journal, NULL));
	ck_assert(journal_commit(journal, NULL));
}
END_TEST

START_TEST(a_group_dies_with_the_program)
{
	journal_close(open_journal(JOURNAL_CREATE));
	const pid_t child = fork();
	if (child == 0) {
		struct journal *journal = open_journal(JOURNAL_CREATE);
		journal_memory_set(journal, "kept", "yes", NULL);
		journal_begin(journal, NULL);
		journal_memory_set(journal, "lost", "yes", NULL);
		kill(getpid(), SIGKILL);
	}
	int status;
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert(WIFSIGNALED(status));
	OWNED(journal) journal = open_journal(JOURNAL_CREATE);
	g_autofree char *kept = journal_memory_get(journal, "kept", NULL);
	ck_assert_pstr_eq(kept, "yes");
	ck_assert_ptr_null(journal_memory_get(journal, "lost", NULL));
}
END_TEST

START_TEST(a_story_is_told_in_order_and_per_item)
{
	OWNED(journal) journal = open_journal(JOURNAL_CREATE);
	ck_assert(journal_tell(journal, ITEM_CONTACT, "u", 20, "first", NULL));
	ck_assert(journal_tell(journal, ITEM_CONTACT, "u", 10, "second", NULL));
	ck_assert(journal_tell(journal, ITEM_EVENT, "u", 1, "an event's", NULL));
	ck_assert(journal_tell(journal, ITEM_CONTACT, "v", 1, "another's", NULL));
	g_autoptr(GPtrArray) story = journal_story(journal, ITEM_CONTACT, "u", NULL);
	ck_assert_uint_eq(story->len, 2);
	const struct journal_line *first = story->pdata[0], *second = story->pdata[1];
	ck_assert_str_eq(first->text, "first");
	ck_assert_int_eq(first->at, 20);
	ck_assert_str_eq(second->text, "second");
}
END_TEST

START_TEST(a_story_keeps_its_newest_hundred_lines)
{
	OWNED(journal) journal = open_journal(JOURNAL_CREATE);
	ck_assert(journal_begin(journal, NULL));
	for (int i = 1; i <= 250; i++) {
		ck_assert(journal_tell(journal, ITEM_CONTACT, "u", i, "tried", NULL));
	}
	ck_assert(journal_commit(journal, NULL));
	g_autoptr(GPtrArray) story = journal_story(journal, ITEM_CONTACT, "u", NULL);
	ck_assert_uint_eq(story->len, 100);
	ck_assert_int_eq(((struct journal_line *)story->pdata[0])->at, 151);
	ck_assert_int_eq(((struct journal_line *)story->pdata[99])->at, 250);
}
END_TEST

/* What each broken invariant looks like, and a word of the problem that must come. */
static const struct {
	const char *sql, *words;
} broken[] = {
	{"INSERT INTO records "
         "VALUES(0,'u',NULL,NULL,NULL,0,NULL,NULL,NULL,NULL,NULL,0,0,0,0,0,NULL,NULL,NULL,0,0)",
         "never on the remote"},
	{"INSERT INTO records "
         "VALUES(1,'u',NULL,NULL,NULL,0,NULL,NULL,NULL,NULL,NULL,0,0,0,0,0,NULL,NULL,NULL,0,0)",
         "'u' (calendar) is agreed"},
	{"INSERT INTO records "
         "VALUES(0,'u',NULL,NULL,NULL,0,NULL,NULL,'c1',NULL,NULL,0,0,0,0,0,NULL,NULL,NULL,0,0),"
         "(0,'v',NULL,NULL,NULL,0,NULL,NULL,'c1',NULL,NULL,0,0,0,0,0,NULL,NULL,NULL,0,0)",
         "agreed by 2 records: u, v"},
	{"INSERT INTO records "
         "VALUES(0,'u',NULL,NULL,NULL,6,NULL,NULL,NULL,NULL,NULL,0,0,0,0,0,NULL,'w',NULL,0,0)",
         "same as 'w'"},
	{"INSERT INTO records "
         "VALUES(0,'u',NULL,NULL,NULL,3,NULL,NULL,NULL,NULL,NULL,0,0,0,0,0,NULL,NULL,NULL,0,0)",
         "no ledger entry will bring"},
	{"INSERT INTO ledger VALUES(8,0,'u','addcontact',NULL,NULL,NULL,1,1000,0,NULL,NULL,NULL)",
         "entry 8 was announced more than a day ago"},
	{"PRAGMA ignore_check_constraints = ON;"
         "INSERT INTO ledger VALUES(9,5,'u','addcontact',NULL,NULL,NULL,2,1,2,NULL,NULL,'reply')",
         "entry 9 is of no known kind"},
	{"PRAGMA foreign_keys = OFF; INSERT INTO bases VALUES(0,'nobody','text')",
         "without its \"records\""},
	{"DELETE FROM meta WHERE key = 'created'", "no created of its own"},
};

START_TEST(verify_names_what_is_broken)
{
	OWNED(journal) journal = open_journal(JOURNAL_CREATE);
	raw(broken[_i].sql);
	g_autoptr(GPtrArray) problems = g_ptr_array_new_with_free_func(g_free);
	ck_assert(journal_verify(journal, problems, NULL));
	bool is_named = false;
	for (guint i = 0; i < problems->len; i++) {
		is_named = is_named || strstr(problems->pdata[i], broken[_i].words) != NULL;
	}
	ck_assert_msg(is_named, "%s: %u problems, first: %s", broken[_i].words, problems->len,
	              problems->len > 0 ? (char *)problems->pdata[0] : "none");
}
END_TEST

START_TEST(verify_finds_nothing_wrong_with_a_sound_journal)
{
	OWNED(journal) journal = open_journal(JOURNAL_CREATE);
	/* k was killed after its addcontact was settled: the next cycle goes on */
	raw("INSERT INTO records "
	    "VALUES(0,'k',NULL,NULL,NULL,1,'k.vcf',NULL,NULL,NULL,NULL,0,0,0,0,0,NULL,NULL,NULL,0,"
	    "0),"
	    "(0,'u',NULL,NULL,NULL,0,'u.vcf',NULL,'c1',NULL,NULL,0,0,0,0,0,NULL,NULL,NULL,0,0),"
	    "(0,'v',NULL,NULL,NULL,6,'v.vcf',NULL,'c1',NULL,NULL,0,0,0,0,0,NULL,'u',NULL,0,0),"
	    "(1,'e',NULL,NULL,NULL,0,'e.ics',NULL,NULL,NULL,NULL,0,0,0,0,0,NULL,NULL,NULL,0,0),"
	    "(1,'d',NULL,NULL,NULL,3,'d.ics',NULL,NULL,NULL,NULL,0,0,0,0,0,NULL,NULL,NULL,0,0);"
	    "INSERT INTO ledger VALUES(1,1,'e','addevent',NULL,NULL,NULL,2,1,2,NULL,NULL,'reply'),"
	    "(3,0,'k','addcontact',NULL,NULL,NULL,2,1,2,'c9',NULL,'reply'),"
	    "(2,1,'d','addevent',NULL,NULL,NULL,5,1,0,NULL,NULL,NULL);"
	    "INSERT INTO bases VALUES(0,'u','BEGIN:VCARD')");
	g_autoptr(GPtrArray) problems = g_ptr_array_new_with_free_func(g_free);
	ck_assert(journal_verify(journal, problems, NULL));
	ck_assert_msg(problems->len == 0, "%s",
	              problems->len > 0 ? (char *)problems->pdata[0] : "");
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("journal");
	TCase *tests = tcase_create("journal");
	tcase_add_checked_fixture(tests, scratch_setup, scratch_teardown);
	tcase_add_test(tests, identity_and_birth_are_made_once);
	tcase_add_test(tests, two_journals_have_two_identities);
	tcase_add_test(tests, only_the_owner_can_read_its_files);
	tcase_add_test(tests, a_journal_that_others_could_read_is_closed_to_them);
	tcase_add_test(tests, reading_makes_no_journal);
	tcase_add_test(tests,
	               a_journal_cut_short_at_birth_is_none_to_a_reader_and_made_by_a_writer);
	tcase_add_test(tests, a_missing_folder_is_a_storage_error);
	tcase_add_test(tests, a_newer_version_is_refused);
	tcase_add_test(tests, a_database_of_another_program_is_refused_and_left_alone);
	tcase_add_test(tests, an_older_version_is_brought_up_to_date);
	tcase_add_test(tests, what_an_older_version_knew_is_still_known);
	tcase_add_test(tests, a_section_knows_nothing_of_the_others);
	tcase_add_test(tests, a_journal_is_read_whole_when_asked);
	tcase_add_test(tests, a_text_file_is_a_damaged_journal);
	tcase_add_test(tests, a_cut_journal_is_a_damaged_one);
	tcase_add_test(tests, a_journal_without_identity_is_a_damaged_one);
	tcase_add_test(tests, a_journal_without_its_tables_is_a_damaged_one);
	tcase_add_test(tests, a_reader_sees_what_a_writer_has_committed_while_it_works);
	tcase_add_test(tests, a_reader_cannot_write);
	tcase_add_test(tests, memory_keeps_replaces_and_forgets);
	tcase_add_test(tests, a_group_rolled_back_leaves_nothing);
	tcase_add_test(tests, a_group_dies_with_the_program);
	tcase_add_test(tests, a_story_is_told_in_order_and_per_item);
	tcase_add_test(tests, a_story_keeps_its_newest_hundred_lines);
	tcase_add_loop_test(tests, verify_names_what_is_broken, 0, G_N_ELEMENTS(broken));
	tcase_add_test(tests, verify_finds_nothing_wrong_with_a_sound_journal);
	suite_add_tcase(suite, tests);
	return scratch_run(suite);
}
