/* SPDX-License-Identifier: MIT */
/*
 * Whoever reads the status while it is written gets a whole one, the old or the new: 10,000 reads
 * against 1,000 writes, and with PASSERELLE_LONG 1,000,000 against 100,000.
 */
#include "app/status_view.h"
#include "base/durable.h"

#include <check.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define SIZES       4000 /* the text of a status is that many bytes longer or shorter */
#define SEEN_ENOUGH 10   /* writes that a read must have met */

static guint amount(guint sampled)
{
	return g_getenv("PASSERELLE_LONG") != NULL ? sampled * 100 : sampled;
}

/* Memory, as where the status lies by default: a disk would slow the writer down. */
static char *make_folder(void)
{
	const bool has_memory = g_access("/dev/shm", W_OK) == 0;
	char *folder = g_build_filename(has_memory ? "/dev/shm" : g_get_tmp_dir(),
	                                "passerelle-test-XXXXXX", NULL);
	ck_assert_ptr_nonnull(g_mkdtemp(folder));
	return folder;
}

/* Everything in it says the number: a mixture of two would not agree with itself. */
static char *status_text(gint64 number)
{
	OWNED(status_document) document = status_document_new("home");
	document->mail.box = mailbox_new();
	document->mail.box->unread = document->mail.box->total = document->mail.box->sms = number;
	document->contacts.synced = document->calendar.synced = number;
	document->message = g_strnfill((gsize)(number * 37 % SIZES), 'x');
	return status_document_to_json(document);
}

/* What both processes see. */
struct race {
	gint seen;    /* by the reader, of the writes */
	gint written; /* the number of the last one */
};

/* That many, and more while the reader, on a busy machine, has hardly been there. */
static void write_statuses(struct race *race, const char *path, gint count)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (gint i = 0; i < count || g_atomic_int_get(&race->seen) <= SEEN_ENOUGH; i++) {
		g_autofree char *text = status_text(i);
		if (!durable_replace(path, text, strlen(text), 0600, NULL)) {
			_exit(1);
		}
		race->written = i;
	}
	_exit(0);
}

static gint64 check_whole(const struct status_view *view)
{
	const struct status_document *document = view->document;
	ck_assert(!view->is_missing);
	const gint64 number = document->mail.box->unread;
	ck_assert_int_eq(document->mail.box->total, number);
	ck_assert_int_eq(document->mail.box->sms, number);
	ck_assert_int_eq(document->contacts.synced, number);
	ck_assert_int_eq(document->calendar.synced, number);
	ck_assert_int_eq((gint64)strlen(document->message), number * 37 % SIZES);
	return number;
}

START_TEST(no_read_is_torn_and_none_goes_back)
{
	const guint reads = amount(10000), writes = amount(1000);
	g_autofree char *folder = make_folder();
	g_autofree char *path = g_build_filename(folder, "home.json", NULL);
	g_autofree char *first = status_text(0);
	static char name[] = "home";
	struct account_config config = {.name = name, .status = path};
	struct race *race =
		mmap(NULL, sizeof *race, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	ck_assert(race != MAP_FAILED);
	ck_assert(durable_replace(path, first, strlen(first), 0600, NULL));
	const pid_t writer = fork();
	ck_assert_int_ge(writer, 0);
	if (writer == 0) {
		write_statuses(race, path, (gint)writes);
	}
	struct status_view *view = status_view_new(&config, false);
	gint64 last = 0;
	guint done = 0;
	int result = -1;
	for (bool is_written = false; done < reads || !is_written; done++) {
		status_view_refresh(view);
		const gint64 number = check_whole(view);
		ck_assert_int_ge(number, last);
		g_atomic_int_add(&race->seen, number > last);
		last = number;
		is_written = is_written || waitpid(writer, &result, WNOHANG) == writer;
	}
	status_view_refresh(view);
	ck_assert_int_eq(result, 0);
	ck_assert_int_eq(check_whole(view), race->written);
	ck_assert_int_ge(race->written, writes - 1);
	ck_assert_int_gt(race->seen, SEEN_ENOUGH);
	printf("count: %u reads of the status against %d writes, %d of them seen, none torn\n",
	       done, race->written + 1, race->seen);
	munmap(race, sizeof *race);
	status_view_free(view);
	g_unlink(path);
	g_rmdir(folder);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("status_reads");
	TCase *tests = tcase_create("status_reads");
	tcase_set_timeout(tests, 7000);
	tcase_add_test(tests, no_read_is_torn_and_none_goes_back);
	suite_add_tcase(suite, tests);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
