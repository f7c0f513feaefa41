/* SPDX-License-Identifier: MIT */
/*
 * The commands without a remote: exit statuses, the status they leave, and a person's word on what
 * is in doubt.
 */
#include "app/command.h"
#include "app/health.h"
#include "app/journal_resolve.h"
#include "app/log.h"
#include "app/paths.h"
#include "app/secrets.h"
#include "app/sync_report.h"
#include "base/durable.h"
#include "journal/ledger.h"
#include "journal/records.h"
#include "status/document.h"

#include <check.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char *home;
static struct invocation invocation;

static void write_config(void)
{
	g_autofree char *text = g_strdup_printf(
		"[account home]\nendpoint = http://127.0.0.1:1\nservice_id = X\n"
		"service_password_command = echo secret\ncontacts = %s/contacts\n"
		"calendar = %s/calendar\nstatus = %s/status/home.json\ntimeout = 2s\n"
		"contacts_export = %s/deep/er/all.vcf\n",
		home, home, home, home);
	g_autoptr(GError) error = NULL;
	invocation.config = config_parse(text, strlen(text), "test.conf", &error);
	ck_assert_msg(invocation.config != NULL, "%s", error != NULL ? error->message : "");
}

static void set_up(void)
{
	home = g_dir_make_tmp("passerelle-test-XXXXXX", NULL);
	g_autofree char *state = g_build_filename(home, "state", NULL);
	g_setenv("STATE_DIRECTORY", state, TRUE);
	invocation = (struct invocation){.verbosity = -1};
	write_config();
	log_open(LOG_LEVEL_ERROR);
	/* what the commands print is not this test's output */
	int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
	dup2(nowhere, STDERR_FILENO);
	close(nowhere);
}

static void remove_tree(const char *path)
{
	g_autoptr(GDir) names = g_dir_open(path, 0, NULL);
	for (const char *name = names != NULL ? g_dir_read_name(names) : NULL; name != NULL;
	     name = g_dir_read_name(names)) {
		g_autofree char *below = g_build_filename(path, name, NULL);
		if (g_file_test(below, G_FILE_TEST_IS_DIR)) {
			remove_tree(below);
		} else {
			g_unlink(below);
		}
	}
	g_rmdir(path);
}

static void tear_down(void)
{
	config_free(invocation.config);
	remove_tree(home);
	g_clear_pointer(&home, g_free);
}

/* "sync home" as main would pass it. */
static int call(command_function function, const char *line)
{
	g_auto(GStrv) words = g_strsplit(line, " ", -1);
	return (int)function(&invocation, (int)g_strv_length(words), words);
}

static struct status_document *status_document(void)
{
	g_autofree char *path = g_build_filename(home, "status", "home.json", NULL);
	g_autofree char *text = NULL;
	gsize size = 0;
	ck_assert(g_file_get_contents(path, &text, &size, NULL));
	struct status_document *document = status_document_from_json(text, size, NULL);
	ck_assert_ptr_nonnull(document);
	return document;
}

static bool exists(const char *name)
{
	g_autofree char *path = g_build_filename(home, name, NULL);
	return g_file_test(path, G_FILE_TEST_EXISTS);
}

static const struct {
	command_function function;
	const char *line;
	int status;
} uses[] = {
	{command_sync, "sync nobody", EXIT_BAD_USAGE},
	{command_sync, "sync --only mail", EXIT_BAD_USAGE},
	{command_sync, "sync --nonsense", EXIT_BAD_USAGE},
	{command_status, "status", EXIT_HELD},
	{command_status, "status --format wayba", EXIT_BAD_USAGE},
	{command_status, "status --format plain", EXIT_HELD},
	{command_status, "status --format waybar --show-zero --warning 1 --critical 1", EXIT_DONE},
	{command_status, "status --format prometheus", EXIT_DONE},
	{command_status, "status --format prometheus --follow", EXIT_BAD_USAGE},
	{command_status, "status --show-zero", EXIT_BAD_USAGE},
	{command_status, "status --format json --latest", EXIT_BAD_USAGE},
	{command_status, "status --format tmux --warning 0", EXIT_BAD_USAGE},
	{command_status, "status --format tmux --critical many", EXIT_BAD_USAGE},
	{command_status, "status --format tmux --warning 3 --critical 2", EXIT_BAD_USAGE},
	{command_status, "status nobody", EXIT_BAD_USAGE},
	{command_journal, "journal", EXIT_BAD_USAGE},
	{command_journal, "journal lst", EXIT_BAD_USAGE},
	{command_journal, "journal list", EXIT_DONE},
	{command_journal, "journal show home", EXIT_BAD_USAGE},
	{command_journal, "journal resolve home x maybe", EXIT_BAD_USAGE},
	{command_journal, "journal resolve home done", EXIT_BAD_USAGE},
	{command_journal, "journal resolve home x --all done", EXIT_BAD_USAGE},
	{command_journal, "journal resolve home x done", EXIT_BAD_INPUT},
	{command_check, "check", EXIT_NEEDS_LOGIN},
	{command_login, "login home", EXIT_BAD_CONFIG},
	{command_login, "login home --port 65536", EXIT_BAD_USAGE},
	{command_consent, "consent", EXIT_BAD_USAGE},
	{command_consent, "consent home", EXIT_BAD_INPUT},
	{command_consent, "consent home --port -1", EXIT_BAD_USAGE},
	{command_check, "check --online", EXIT_NEEDS_LOGIN},
	{command_call, "call home contacts", EXIT_BAD_USAGE},
	{command_call, "call nobody contacts getcontact", EXIT_BAD_USAGE},
	{command_call, "call home contacts getcontact cid", EXIT_BAD_USAGE},
	{command_call, "call home contacts getcontact =1", EXIT_BAD_USAGE},
	{command_call, "call home contacts getcontact Token=x", EXIT_BAD_USAGE},
	{command_call, "call home contacts getcontact action=addcontact", EXIT_BAD_USAGE},
	{command_call, "call home contacts addcontact lastname=A", EXIT_BAD_USAGE},
	{command_call, "call home photos remove id=1", EXIT_BAD_USAGE},
	{command_call, "call home contacts getcontact file=@/etc/hostname", EXIT_BAD_USAGE},
	{command_call, "call home contacts addpicture file=@/nonexistent", EXIT_BAD_INPUT},
	{command_call, "call home contacts addpicture --yes file=@/dev/zero", EXIT_BAD_INPUT},
	{command_call, "call home contacts getcontact cid=1", EXIT_NEEDS_LOGIN},
	{command_call, "call home contacts addcontact --yes lastname=A", EXIT_NEEDS_LOGIN},
	{command_login, "login --paste", EXIT_BAD_USAGE},
	{command_run, "run now", EXIT_BAD_USAGE},
	{command_import, "import home", EXIT_BAD_USAGE},
	{command_import, "import home /nonexistent.vcf", EXIT_BAD_INPUT},
	{command_import, "import home /etc/passwd", EXIT_BAD_INPUT},
	{command_export, "export home", EXIT_BAD_USAGE},
	{command_export, "export home mail", EXIT_BAD_USAGE},
};

START_TEST(each_use_ends_with_the_exit_status_of_the_contract)
{
	ck_assert_int_eq(call(uses[_i].function, uses[_i].line), uses[_i].status);
}
END_TEST

START_TEST(a_cycle_without_a_token_asks_for_a_login_and_says_so_in_the_status)
{
	ck_assert_int_eq(call(command_sync, "sync"), EXIT_NEEDS_LOGIN);
	OWNED(status_document) document = status_document();
	ck_assert_int_eq(document->state, STATUS_LOGIN_REQUIRED);
	ck_assert_str_eq(document->action_kind, "login");
	ck_assert_int_gt(document->action_since, 0);
	ck_assert_ptr_null(document->mail.box);
	ck_assert_int_eq(document->next_sync, 0);
}
END_TEST

START_TEST(a_cycle_whose_remote_is_out_of_reach_is_offline)
{
	ck_assert(secrets_store_token("home", "token", NULL));
	ck_assert_int_eq(call(command_sync, "sync --only messages"), EXIT_OFFLINE);
	OWNED(status_document) document = status_document();
	ck_assert_int_eq(document->state, STATUS_OFFLINE);
}
END_TEST

START_TEST(the_folder_of_an_export_is_made)
{
	g_autofree char *folder = g_build_filename(home, "contacts", NULL);
	ck_assert_int_eq(g_mkdir(folder, 0700), 0);
	ck_assert_int_eq(call(command_sync, "sync"), EXIT_NEEDS_LOGIN);
	ck_assert(exists("deep/er/all.vcf"));
}
END_TEST

START_TEST(a_dry_run_writes_nothing)
{
	ck_assert_int_eq(call(command_sync, "sync --dry-run"), EXIT_NEEDS_LOGIN);
	ck_assert(!exists("state"));
	ck_assert(!exists("status"));
	ck_assert(!exists("contacts"));
}
END_TEST

START_TEST(an_account_that_another_instance_holds_is_busy)
{
	g_autofree char *path = paths_of_account("home", ".lock");
	ck_assert(paths_make_state(NULL));
	struct durable_lock *lock = durable_lock_take(path, NULL);
	ck_assert_ptr_nonnull(lock);
	ck_assert_int_eq(call(command_sync, "sync"), EXIT_BUSY);
	ck_assert(!exists("status"));
	durable_lock_release(lock);
}
END_TEST

START_TEST(a_damaged_journal_is_left_as_it_is_until_a_rebuild)
{
	static const char damaged[] = "this is no journal, by far no journal";
	g_autofree char *path = paths_of_account("home", ".journal");
	g_autofree char *text = NULL;
	ck_assert(paths_make_state(NULL));
	ck_assert(g_file_set_contents(path, damaged, -1, NULL));
	ck_assert_int_eq(call(command_sync, "sync"), EXIT_NEEDS_LOGIN); /* it goes on */
	ck_assert(g_file_get_contents(path, &text, NULL, NULL));
	ck_assert_str_eq(text, damaged);
	ck_assert_int_eq(call(command_journal, "journal verify"), EXIT_CANNOT_WRITE);
	call(command_journal, "journal rebuild home");
	ck_assert_int_eq(call(command_journal, "journal verify"), EXIT_DONE);
	g_autofree char *folder = g_path_get_dirname(path);
	g_autoptr(GDir) names = g_dir_open(folder, 0, NULL);
	bool is_kept = false;
	for (const char *name; (name = g_dir_read_name(names)) != NULL;) {
		is_kept |= g_str_has_prefix(name, "home.journal.damaged-");
		ck_assert_msg(!g_str_has_suffix(name, "stand-in"), "%s", name);
	}
	ck_assert(is_kept);
}
END_TEST

START_TEST(a_journal_of_a_newer_version_is_not_rebuilt)
{
	g_autofree char *path = paths_of_account("home", ".journal");
	ck_assert(paths_make_state(NULL));
	journal_close(journal_open(path, JOURNAL_CREATE, NULL));
	sqlite3 *handle = NULL;
	ck_assert_int_eq(sqlite3_open(path, &handle), SQLITE_OK);
	ck_assert_int_eq(sqlite3_exec(handle, "PRAGMA user_version = 99", NULL, NULL, NULL),
	                 SQLITE_OK);
	sqlite3_close(handle);
	ck_assert_int_eq(call(command_sync, "sync"), EXIT_NEEDS_LOGIN);
	ck_assert_int_ne(call(command_journal, "journal rebuild home"), EXIT_DONE);
	g_autoptr(GError) error = NULL;
	ck_assert_ptr_null(journal_open(path, JOURNAL_CREATE, &error));
	ck_assert(passerelle_error_is(error, PASSERELLE_ERROR_UNSUPPORTED));
}
END_TEST

START_TEST(an_item_that_lies_in_the_folder_under_any_name_is_not_imported_again)
{
	static const char event[] = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VEVENT\r\n"
				    "UID:e1\r\nDTSTAMP:20261101T000000Z\r\n"
				    "DTSTART:20261201T010000Z\r\nSUMMARY:One\r\nEND:VEVENT\r\n"
				    "END:VCALENDAR\r\n";
	g_autofree char *folder = g_build_filename(home, "calendar", NULL);
	g_autofree char *mine = g_build_filename(folder, "mine.ics", NULL);
	g_autofree char *other = g_build_filename(home, "other.ics", NULL);
	g_autofree char *second = g_strconcat(event, NULL);
	memcpy(strstr(second, "UID:e1"), "UID:e2", 6);
	memcpy(strstr(second, "SUMMARY:One"), "SUMMARY:Two", 11);
	g_autofree char *line = g_strdup_printf("import home %s", other);
	ck_assert_int_eq(g_mkdir(folder, 0700), 0);
	ck_assert(g_file_set_contents(mine, event, -1, NULL));
	ck_assert(g_file_set_contents(other, event, -1, NULL));
	ck_assert_int_eq(call(command_import, line), EXIT_DONE);
	ck_assert(!exists("calendar/e1.ics"));
	ck_assert(g_file_set_contents(other, second, -1, NULL));
	ck_assert_int_eq(call(command_import, line), EXIT_DONE);
	ck_assert(exists("calendar/e2.ics"));
}
END_TEST

START_TEST(a_status_that_cannot_be_read_is_not_a_good_one)
{
	g_autofree char *folder = g_build_filename(home, "status", NULL);
	g_autofree char *path = g_build_filename(folder, "home.json", NULL);
	ck_assert_int_eq(g_mkdir(folder, 0700), 0);
	ck_assert(g_file_set_contents(path, "garbage", -1, NULL));
	ck_assert_int_eq(call(command_status, "status"), EXIT_HELD);
}
END_TEST

/* What a command printed. Owned. */
static char *printed(command_function function, const char *line)
{
	g_autofree char *path = g_build_filename(home, "printed", NULL);
	char *text = NULL;
	fflush(stdout);
	int before = dup(STDOUT_FILENO);
	int file = open(path, O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0600);
	dup2(file, STDOUT_FILENO);
	ck_assert_int_eq(call(function, line), EXIT_DONE);
	fflush(stdout);
	dup2(before, STDOUT_FILENO);
	close(before);
	close(file);
	ck_assert(g_file_get_contents(path, &text, NULL, NULL));
	return text;
}

static const struct {
	const char *name, *text;
} no_items[] = {
	{"bad.vcf", "hello\n"},
	{"-bad.vcf", "hello\n"},
	{"empty.vcf", ""},
	{"card.ics", "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:A\r\nN:A;;;;\r\nEND:VCARD\r\n"},
	{"bad.ics", "hello\n"},
};

START_TEST(what_is_no_item_is_not_put_into_a_folder)
{
	g_autofree char *folder = g_build_filename(home, "contacts", NULL);
	g_autofree char *path = g_build_filename(home, no_items[_i].name, NULL);
	g_autofree char *line = g_strdup_printf("import home -- %s", no_items[_i].name);
	ck_assert_int_eq(g_mkdir(folder, 0700), 0);
	ck_assert(g_file_set_contents(path, no_items[_i].text, -1, NULL));
	ck_assert_int_eq(chdir(home), 0);
	ck_assert_int_eq(call(command_import, line), EXIT_BAD_INPUT);
	g_autoptr(GDir) names = g_dir_open(folder, 0, NULL);
	ck_assert_ptr_null(g_dir_read_name(names));
}
END_TEST

START_TEST(a_name_that_starts_with_a_dash_stands_behind_two)
{
	g_autofree char *path = g_build_filename(home, "-a.vcf", NULL);
	ck_assert(g_file_set_contents(
		path, "BEGIN:VCARD\nVERSION:3.0\nUID:a\nN:A;;;;\nFN:A\nEND:VCARD\n", -1, NULL));
	ck_assert_int_eq(chdir(home), 0);
	ck_assert_int_eq(call(command_import, "import home -- -a.vcf"), EXIT_DONE);
	ck_assert(exists("contacts/a.vcf"));
}
END_TEST

START_TEST(a_quiet_check_tells_problems_only)
{
	ck_assert(secrets_store_token("home", "token", NULL));
	g_autofree char *text = printed(command_check, "check");
	ck_assert_str_eq(text, "");
}
END_TEST

/* ---- journal resolve ---- */

/* The age of the journal decides what is past: one that a mistyped word made would be too old. */
START_TEST(a_word_on_an_account_that_was_never_synchronised_makes_no_journal)
{
	ck_assert_int_eq(call(command_journal, "journal resolve home --all done"), EXIT_BAD_INPUT);
	ck_assert_int_eq(call(command_journal, "journal verify"), EXIT_BAD_INPUT);
	ck_assert_int_eq(call(command_journal, "journal show home x"), EXIT_BAD_INPUT);
	ck_assert(!exists("state/home.journal"));
}
END_TEST

static struct journal *journal_with_doubt(enum item_kind kind, const char *uid, const char *remote)
{
	g_autofree char *path = paths_of_account("home", ".journal");
	ck_assert(paths_make_state(NULL));
	struct journal *journal = journal_open(path, JOURNAL_CREATE, NULL);
	ck_assert_ptr_nonnull(journal);
	OWNED(record) record = record_new(uid);
	record->state = RECORD_IN_DOUBT;
	record->name = g_strdup("Dentist");
	record->local_ref = g_strdup("dentist.ics");
	record->remote_ref = g_strdup(remote);
	ck_assert(records_put(journal, kind, record, NULL));
	g_autoptr(GPtrArray) calls =
		g_ptr_array_new_with_free_func((GDestroyNotify)ledger_call_free);
	struct ledger_call *call_made = ledger_call_new(kind, uid, "addevent", remote);
	call_made->content = g_strdup("{}");
	g_ptr_array_add(calls, call_made);
	ck_assert(ledger_announce(journal, calls, 1000, NULL));
	call_made->state = LEDGER_IN_DOUBT;
	ck_assert(ledger_settle(journal, calls, 1001, NULL));
	return journal;
}

START_TEST(what_was_changed_here_and_cannot_be_sent_is_listed)
{
	g_autofree char *path = paths_of_account("home", ".journal");
	ck_assert(paths_make_state(NULL));
	struct journal *journal = journal_open(path, JOURNAL_CREATE, NULL);
	OWNED(record) record = record_new("m-1");
	record->state = RECORD_AGREED;
	record->name = g_strdup("Marie");
	record->remote_ref = g_strdup("c1");
	record->notes = g_strdupv((char *[]){"not carried: NOTE", NULL});
	ck_assert(records_put(journal, ITEM_CONTACT, record, NULL));
	g_autofree char *alike = printed(command_journal, "journal list");
	ck_assert_ptr_null(strstr(alike, "Marie"));
	g_strfreev(record->notes);
	record->notes = g_strdupv((char *[]){"local only: company 'X'", NULL});
	ck_assert(records_put(journal, ITEM_CONTACT, record, NULL));
	g_autofree char *other = printed(command_journal, "journal list");
	ck_assert_msg(strstr(other, "local only    Marie [m-1]: company 'X'") != NULL, "%s", other);
	journal_close(journal);
}
END_TEST

static const struct {
	enum resolution resolution;
	const char *remote;
	enum record_state record;
	enum ledger_state call;
} words[] = {
	{RESOLUTION_DONE, NULL, RECORD_AGREED, LEDGER_DONE},
	{RESOLUTION_DONE, "c7", RECORD_PENDING, LEDGER_DONE},
	{RESOLUTION_AGAIN, NULL, RECORD_PENDING, LEDGER_NOT_SENT},
	{RESOLUTION_DROP, NULL, RECORD_SETTLED, LEDGER_NOT_SENT},
};

START_TEST(a_person_settles_the_item_and_its_calls)
{
	g_autoptr(GError) error = NULL;
	guint settled = 0;
	OWNED(journal) journal = journal_with_doubt(ITEM_EVENT, "d-1", words[_i].remote);
	bool is_done =
		journal_resolve(journal, "dentist.ics", words[_i].resolution, &settled, &error);
	ck_assert_msg(is_done, "%s", error != NULL ? error->message : "");
	ck_assert_uint_eq(settled, 1);
	OWNED(record) record = records_get(journal, ITEM_EVENT, "d-1", NULL);
	ck_assert_int_eq(record->state, words[_i].record);
	g_autoptr(GPtrArray) calls = ledger_for_item(journal, ITEM_EVENT, "d-1", NULL);
	const struct ledger_call *first = g_ptr_array_index(calls, 0);
	ck_assert_int_eq(first->state, words[_i].call);
	ck_assert_str_eq(first->settled_by, "person");
	g_autoptr(GPtrArray) doubt = ledger_in_doubt(journal, ITEM_EVENT, NULL);
	ck_assert_uint_eq(doubt->len, 0);
	g_autoptr(GPtrArray) problems = g_ptr_array_new_with_free_func(g_free);
	ck_assert(journal_verify(journal, problems, NULL));
	ck_assert_msg(problems->len == 0, "%s",
	              problems->len > 0 ? (char *)g_ptr_array_index(problems, 0) : "");
}
END_TEST

START_TEST(what_is_not_in_doubt_cannot_be_settled)
{
	guint settled = 0;
	g_autoptr(GError) error = NULL;
	OWNED(journal) journal = journal_with_doubt(ITEM_EVENT, "d-1", NULL);
	ck_assert(journal_resolve_all(journal, RESOLUTION_DONE, &settled, NULL));
	ck_assert_uint_eq(settled, 1);
	ck_assert(!journal_resolve(journal, "Dentist", RESOLUTION_DONE, &settled, &error));
	ck_assert(passerelle_error_is(error, PASSERELLE_ERROR_USAGE));
	g_clear_error(&error);
	ck_assert(!journal_resolve(journal, "nobody", RESOLUTION_DONE, &settled, &error));
	ck_assert(passerelle_error_is(error, PASSERELLE_ERROR_NOT_FOUND));
	ck_assert_uint_eq(settled, 1);
}
END_TEST

/* ---- health ---- */

static char home_name[] = "home", home_hosts[] = "x";
static const struct account_config home_account = {.name = home_name, .consent_hosts = home_hosts};

START_TEST(a_good_look_at_the_mail_does_not_hide_what_the_contacts_need)
{
	struct health health = {0};
	g_autofree char *path = g_build_filename(home, "j", NULL);
	OWNED(journal) journal = journal_open(path, JOURNAL_CREATE, NULL);
	g_autoptr(GError) consent = NULL;
	passerelle_error_set_with_url(&consent, PASSERELLE_ERROR_CONSENT, "https://x/p",
	                              "allow it");
	health_set_error(&health.parts[PART_CONTACTS], &home_account, PART_CONTACTS, consent, 100);
	ck_assert(health_save(&health, journal, NULL));
	health_clear(&health);
	health_load(&health, journal);
	health_set_error(&health.parts[PART_CONTACTS], &home_account, PART_CONTACTS, consent, 200);
	health_set_error(&health.parts[PART_MESSAGES], &home_account, PART_MESSAGES, NULL, 200);
	OWNED(status_document) document = status_document_new("home");
	health_tell(&health, document);
	ck_assert_int_eq(document->state, STATUS_CONSENT_REQUIRED);
	ck_assert_str_eq(document->action_kind, "consent");
	ck_assert_str_eq(document->action_url, "https://x/p");
	ck_assert_int_eq(document->action_since, 100);
	health_clear(&health);
}
END_TEST

START_TEST(a_held_plan_asks_to_be_confirmed_and_doubts_to_be_resolved)
{
	struct health health = {0};
	struct cycle_report report = {.held = 57, .is_plan_held = true};
	sync_report_judge(&report, &home_account, PART_CONTACTS, &health.parts[PART_CONTACTS], 1);
	ck_assert_int_eq(health.parts[PART_CONTACTS].state, STATUS_HELD);
	ck_assert_str_eq(health.parts[PART_CONTACTS].action_kind, "confirm");
	report.is_plan_held = false;
	report.held = report.in_doubt = 2;
	sync_report_judge(&report, &home_account, PART_CONTACTS, &health.parts[PART_CONTACTS], 2);
	ck_assert_str_eq(health.parts[PART_CONTACTS].action_kind, "resolve");
	report.held = report.in_doubt = 0;
	sync_report_judge(&report, &home_account, PART_CONTACTS, &health.parts[PART_CONTACTS], 3);
	ck_assert_int_eq(health.parts[PART_CONTACTS].state, STATUS_OK);
	ck_assert_ptr_null(health.parts[PART_CONTACTS].action_kind);
	health_clear(&health);
}
END_TEST

/* The journal knows nothing of such a file: nobody is sent there to look for it. */
START_TEST(a_file_that_cannot_be_taken_is_named_and_is_no_doubt)
{
	struct health health = {0};
	g_autoptr(GPtrArray) problems =
		g_ptr_array_new_with_free_func((GDestroyNotify)problem_free);
	g_ptr_array_add(problems, problem_new(NULL, "big.vcf", "File too large"));
	struct cycle_report report = {.held = 2, .left_alone = 2, .problems = problems};
	struct part_health *part = &health.parts[PART_CONTACTS];
	sync_report_judge(&report, &home_account, PART_CONTACTS, part, 1);
	ck_assert_int_eq(part->state, STATUS_HELD);
	ck_assert_str_eq(part->action_kind, "files");
	ck_assert_str_eq(part->message,
	                 "contacts: 2 are left alone, first big.vcf: File too large");
	report.held = 62;
	report.is_plan_held = true;
	sync_report_judge(&report, &home_account, PART_CONTACTS, part, 2);
	ck_assert(g_str_has_prefix(part->message, "contacts: 60 new items wait"));
	health_clear(&health);
}
END_TEST

START_TEST(of_several_exit_statuses_the_worst_counts)
{
	ck_assert_int_eq(exit_status_worse(EXIT_DONE, EXIT_HELD), EXIT_HELD);
	ck_assert_int_eq(exit_status_worse(EXIT_OFFLINE, EXIT_NEEDS_LOGIN), EXIT_NEEDS_LOGIN);
	ck_assert_int_eq(exit_status_worse(EXIT_BAD_CONFIG, EXIT_NEEDS_LOGIN), EXIT_BAD_CONFIG);
	ck_assert_int_eq(exit_status_worse(EXIT_HELD, EXIT_BUSY), EXIT_BUSY);
	ck_assert_int_eq(exit_status_of(NULL), EXIT_DONE);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("commands");
	TCase *tests = tcase_create("commands");
	tcase_add_checked_fixture(tests, set_up, tear_down);
	tcase_set_timeout(tests, 120);
	tcase_add_loop_test(tests, each_use_ends_with_the_exit_status_of_the_contract, 0,
	                    (int)G_N_ELEMENTS(uses));
	tcase_add_test(tests, a_cycle_without_a_token_asks_for_a_login_and_says_so_in_the_status);
	tcase_add_test(tests, a_cycle_whose_remote_is_out_of_reach_is_offline);
	tcase_add_test(tests, the_folder_of_an_export_is_made);
	tcase_add_test(tests, a_dry_run_writes_nothing);
	tcase_add_test(tests, an_account_that_another_instance_holds_is_busy);
	tcase_add_test(tests, a_damaged_journal_is_left_as_it_is_until_a_rebuild);
	tcase_add_test(tests, a_journal_of_a_newer_version_is_not_rebuilt);
	tcase_add_test(tests, an_item_that_lies_in_the_folder_under_any_name_is_not_imported_again);
	tcase_add_test(tests, a_status_that_cannot_be_read_is_not_a_good_one);
	tcase_add_test(tests, a_word_on_an_account_that_was_never_synchronised_makes_no_journal);
	tcase_add_loop_test(tests, what_is_no_item_is_not_put_into_a_folder, 0,
	                    (int)G_N_ELEMENTS(no_items));
	tcase_add_test(tests, a_name_that_starts_with_a_dash_stands_behind_two);
	tcase_add_test(tests, a_quiet_check_tells_problems_only);
	tcase_add_test(tests, what_was_changed_here_and_cannot_be_sent_is_listed);
	tcase_add_loop_test(tests, a_person_settles_the_item_and_its_calls, 0,
	                    (int)G_N_ELEMENTS(words));
	tcase_add_test(tests, what_is_not_in_doubt_cannot_be_settled);
	tcase_add_test(tests, a_good_look_at_the_mail_does_not_hide_what_the_contacts_need);
	tcase_add_test(tests, a_held_plan_asks_to_be_confirmed_and_doubts_to_be_resolved);
	tcase_add_test(tests, a_file_that_cannot_be_taken_is_named_and_is_no_doubt);
	tcase_add_test(tests, of_several_exit_statuses_the_worst_counts);
	suite_add_tcase(suite, tests);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
