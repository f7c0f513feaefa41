/* SPDX-License-Identifier: MIT */
/*
 * What a confined process may still do, and what not, with every version of Landlock up to that of
 * the kernel: a set of rules of an older version is what an older kernel would be asked for.
 */
#include "app/confine.h"
#include "app/landlock.h"
#include "base/durable.h"
#include "scratch.h"

#include <errno.h>
#include <netdb.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>

static struct account_config account;
static char name[] = "home";

static void set_up(void)
{
	scratch_setup();
	g_autofree char *state = scratch_path("state");
	g_mkdir(state, 0700);
	g_setenv("STATE_DIRECTORY", state, TRUE);
	static const char *const folders[] = {"contacts", "calendar", "exports", "private"};
	for (gsize i = 0; i < G_N_ELEMENTS(folders); i++) {
		g_autofree char *folder = scratch_path(folders[i]);
		g_mkdir(folder, 0700);
	}
	scratch_write("private/key", "secret");
	scratch_write("exports/other", "of another");
	scratch_write("ca.pem", "certificate");
	account = (struct account_config){
		.name = name,
		.contacts = scratch_path("contacts"),
		.calendar = scratch_path("calendar"),
		.contacts_export = scratch_path("exports/all.vcf"),
		.status = scratch_path("status/home.json"),
		.ca_file = scratch_path("ca.pem"),
	};
}

static void tear_down(void)
{
	g_free(account.contacts);
	g_free(account.calendar);
	g_free(account.contacts_export);
	g_free(account.status);
	g_free(account.ca_file);
	scratch_teardown();
}

/* ---- acts of a confined process: 0, or errno ---- */

static int do_open(const char *path, int flags)
{
	g_autofree char *full = path[0] == '/' ? g_strdup(path) : scratch_path(path);
	const int file = open(full, flags | O_CLOEXEC, 0600);
	return file >= 0 ? close(file) : errno;
}

static int do_read(const char *path)
{
	return do_open(path, O_RDONLY);
}

static int do_write(const char *path)
{
	return do_open(path, O_WRONLY | O_CREAT);
}

static int do_list(const char *path)
{
	return do_open(path, O_RDONLY | O_DIRECTORY);
}

static int do_replace(const char *path)
{
	g_autofree char *full = scratch_path(path);
	return durable_replace(full, "new", 3, 0600, NULL) ? 0 : EACCES;
}

static int do_make_folder(const char *path)
{
	g_autofree char *full = scratch_path(path);
	return g_mkdir(full, 0700) == 0 ? 0 : errno;
}

static int do_make_link(const char *path)
{
	g_autofree char *full = scratch_path(path);
	return symlink("/etc/passwd", full) == 0 ? 0 : errno;
}

static int do_make_fifo(const char *path)
{
	g_autofree char *full = scratch_path(path);
	return mkfifo(full, 0600) == 0 ? 0 : errno;
}

static int do_remove(const char *path)
{
	g_autofree char *full = scratch_path(path);
	return unlink(full) == 0 ? 0 : errno;
}

static int do_truncate(const char *path)
{
	g_autofree char *full = scratch_path(path);
	return truncate(full, 0) == 0 ? 0 : errno;
}

static int do_run(const char *path)
{
	execl(path, path, "-c", "exit 0", NULL);
	return errno;
}

static int do_look_up(const char *host)
{
	struct addrinfo *found = NULL;
	const int result = getaddrinfo(host, "http", NULL, &found);
	if (result == 0) {
		freeaddrinfo(found);
	}
	return result == 0 ? 0 : EACCES;
}

/* One that is no file: whoever knows the name may connect, X11 and old D-Bus among them. */
static int do_connect(const char *unused)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	const int file = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	(void)unused;
	memcpy(address.sun_path + 1, scratch, strlen(scratch));
	return connect(file, (struct sockaddr *)&address, sizeof address) == 0 ? 0 : errno;
}

struct act {
	const char *what;
	int (*function)(const char *path);
	const char *path;
	int refused_since; /* version; 0 = never refused */
	int number;        /* what it is refused with */
};

static const struct act ACTS[] = {
	{"write a card", do_write, "contacts/a.vcf", 0, 0},
	{"read it", do_read, "contacts/a.vcf", 0, 0},
	{"replace it", do_replace, "contacts/a.vcf", 0, 0},
	{"remove it", do_remove, "contacts/a.vcf", 0, 0},
	{"list the folder", do_list, "calendar", 0, 0},
	{"make a folder in the state", do_make_folder, "state/trash", 0, 0},
	{"write there", do_write, "state/trash/x", 0, 0},
	{"write the export", do_replace, "exports/all.vcf", 0, 0},
	{"write it again", do_replace, "exports/all.vcf", 0, 0},
	{"write the status", do_replace, "status/home.json", 0, 0},
	{"read the certificate", do_read, "ca.pem", 0, 0},
	{"read those of the system", do_list, "/etc/ssl/certs", 0, 0},
	{"read time zones", do_list, "/usr/share/zoneinfo", 0, 0},
	{"throw away", do_write, "/dev/null", 0, 0},
	{"look up a name", do_look_up, "localhost", 0, 0},
	{"read what is private", do_read, "private/key", 1, EACCES},
	{"list what is private", do_list, "private", 1, EACCES},
	{"write there", do_write, "private/new", 1, EACCES},
	{"write into the folder above", do_write, "new", 1, EACCES},
	{"write to a home", do_write, "/root/.passerelle-test", 1, EACCES},
	{"write to the host", do_write, "/var/tmp/passerelle-test", 1, EACCES},
	{"read what lies beside the export", do_read, "exports/other", 1, EACCES},
	{"run a shell", do_run, "/bin/sh", 1, EACCES},
	{"run a program", do_run, "/usr/bin/env", 1, EACCES},
	{"make a link", do_make_link, "contacts/link", 1, EACCES},
	{"make a pipe", do_make_fifo, "contacts/pipe", 1, EACCES},
	{"remove what is private", do_remove, "private/key", 1, EACCES},
	{"cut off what is private", do_truncate, "private/key", 3, EACCES},
	{"connect to a socket without a file", do_connect, "", 6, EPERM},
};

/* In a process of its own: it is for good. Answers what the act did. */
static int confined(const struct act *act, int version)
{
	const pid_t child = fork();
	int status = 0;
	if (child == 0) {
		g_autoptr(GError) error = NULL;
		if (!confine_cycle(&account, version, &error)) {
			fprintf(stderr, "%s\n", error->message);
			_exit(255);
		}
		_exit(act->function(act->path));
	}
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static int kernel_version(void)
{
	const int version = landlock_version();
	if (version == 0) {
		printf("skipped: the kernel has no landlock\n");
	}
	return version;
}

START_TEST(only_what_is_the_accounts_can_be_touched_with_each_version)
{
	const int newest = kernel_version();
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	const int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	memcpy(address.sun_path + 1, scratch, strlen(scratch));
	ck_assert_int_eq(bind(listener, (struct sockaddr *)&address, sizeof address), 0);
	ck_assert_int_eq(listen(listener, 100), 0);
	for (int version = 1; version <= newest; version++) {
		for (gsize i = 0; i < G_N_ELEMENTS(ACTS); i++) {
			const struct act *act = &ACTS[i];
			const bool is_refused =
				act->refused_since != 0 && version >= act->refused_since;
			const int wanted = is_refused ? act->number : 0;
			const int seen = confined(act, version);
			ck_assert_msg(seen == wanted, "version %d: %s: %s, not %s", version,
			              act->what, g_strerror(seen), g_strerror(wanted));
		}
		scratch_write("private/key", "secret"); /* version 2 could cut it off */
		g_autofree char *trash = scratch_path("state/trash");
		g_autofree char *thing = g_build_filename(trash, "x", NULL);
		g_unlink(thing);
		g_rmdir(trash);
	}
	close(listener);
}
END_TEST

START_TEST(a_kernel_without_landlock_costs_nothing_else)
{
	const struct act outside = {"", do_write, "private/new", 0, 0};
	ck_assert_int_eq(confined(&outside, 0), 0);
}
END_TEST

START_TEST(a_folder_that_is_not_there_can_be_made)
{
	const int version = kernel_version();
	const struct act inside = {"", do_make_folder, "new", 0, 0};
	g_free(account.contacts);
	account.contacts = scratch_path("new/contacts/home");
	ck_assert_int_eq(version > 0 ? confined(&inside, version) : 0, 0);
}
END_TEST

START_TEST(links_to_folder_and_export_are_followed)
{
	const int version = kernel_version();
	g_autofree char *real = scratch_path("elsewhere");
	g_autofree char *link = scratch_path("link");
	g_autofree char *target = scratch_path("elsewhere/real.vcf");
	g_mkdir(real, 0700);
	ck_assert_int_eq(symlink(real, link), 0);
	ck_assert(g_file_set_contents(target, "x", 1, NULL));
	ck_assert_int_eq(symlink(target, account.contacts_export), 0);
	g_free(account.contacts);
	account.contacts = g_strdup(link);
	const struct act through = {"", do_write, "link/a.vcf", 0, 0};
	const struct act export = {"", do_replace, "elsewhere/real.vcf", 0, 0};
	ck_assert_int_eq(version > 0 ? confined(&through, version) : 0, 0);
	ck_assert_int_eq(version > 0 ? confined(&export, version) : 0, 0);
}
END_TEST

/* ---- limits ---- */

static int do_take_memory(const char *unused)
{
	(void)unused;
	char *volatile memory = malloc(CONFINE_MEMORY_BYTES); /* or a compiler leaves it out */
	const bool is_taken = memory != NULL;
	if (is_taken) {
		memory[CONFINE_MEMORY_BYTES - 1] = 1;
	}
	free(memory);
	return is_taken ? 0 : ENOMEM;
}

static int do_write_far(const char *path)
{
	g_autofree char *full = scratch_path(path);
	const int file = open(full, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	return pwrite(file, "x", 1, (off_t)CONFINE_FILE_BYTES) == 1 ? 0 : errno;
}

static int do_count_cores_and_seconds(const char *unused)
{
	(void)unused;
	struct rlimit cores, seconds;
	getrlimit(RLIMIT_CORE, &cores);
	getrlimit(RLIMIT_CPU, &seconds);
	return cores.rlim_max == 0 && seconds.rlim_cur == CONFINE_CPU_SECONDS ? 0 : EINVAL;
}

START_TEST(memory_files_and_time_have_an_end)
{
	const struct act file = {"", do_write_far, "contacts/large", 0, 0};
	const struct act counts = {"", do_count_cores_and_seconds, "", 0, 0};
	ck_assert_int_eq(confined(&file, 0), EFBIG);
	ck_assert_int_eq(confined(&counts, 0), 0);
#if !defined(HAS_ADDRESS_SANITIZER)
	const struct act memory = {"", do_take_memory, "", 0, 0};
	ck_assert_int_eq(confined(&memory, 0), ENOMEM);
#else
	(void)do_take_memory;
#endif
}
END_TEST

START_TEST(a_limit_that_is_lower_already_stays)
{
	const struct rlimit lower = {1000, 1000};
	const pid_t child = fork();
	int status = 0;
	if (child == 0) {
		struct rlimit seen;
		setrlimit(RLIMIT_CPU, &lower);
		confine_cycle(&account, 0, NULL);
		getrlimit(RLIMIT_CPU, &seen);
		_exit(seen.rlim_cur == 1000 ? 0 : 1);
	}
	waitpid(child, &status, 0);
	ck_assert_int_eq(status, 0);
}
END_TEST

START_TEST(the_end_by_a_limit_is_told_in_words)
{
	g_autofree char *time = confine_words_of_signal(SIGXCPU);
	g_autofree char *memory = confine_words_of_signal(SIGTRAP);
	g_autofree char *crash = confine_words_of_signal(SIGSEGV);
	ck_assert_str_eq(time, "it used more than 30 minutes of CPU time");
	ck_assert_ptr_nonnull(strstr(memory, "2048 MB of memory"));
	ck_assert_ptr_nonnull(strstr(crash, "signal 11"));
}
END_TEST

/* ---- what is in force ---- */

START_TEST(the_trial_says_what_is_in_force)
{
	const int version = kernel_version();
	g_autofree char *without = confine_in_force(0);
	g_autofree char *with = confine_in_force(version);
	g_autofree char *wanted = g_strdup_printf("confined: landlock %d, limits", version);
	ck_assert_ptr_null(strstr(without, "landlock"));
	ck_assert_ptr_nonnull(strstr(without, "limits"));
	ck_assert_msg(version == 0 || g_str_has_prefix(with, wanted), "%s", with);
	ck_assert_int_eq(do_read("/bin/sh"), 0); /* this process is as it was */
	ck_assert_int_eq(do_write("private/still"), 0);
}
END_TEST

START_TEST(each_version_can_refuse_what_its_manual_says)
{
	static const guint64 rights[] = {0, 0x1fff, 0x3fff, 0x7fff, 0x7fff, 0xffff, 0xffff, 0xffff};
	for (guint i = 0; i < G_N_ELEMENTS(rights); i++) {
		ck_assert_uint_eq(landlock_rights((int)i), rights[i]);
	}
	ck_assert_uint_eq(landlock_rights(1000), 0xffff);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("confine");
	TCase *cases = tcase_create("confine");
	tcase_set_timeout(cases, 120);
	tcase_add_checked_fixture(cases, set_up, tear_down);
	tcase_add_test(cases, only_what_is_the_accounts_can_be_touched_with_each_version);
	tcase_add_test(cases, a_kernel_without_landlock_costs_nothing_else);
	tcase_add_test(cases, a_folder_that_is_not_there_can_be_made);
	tcase_add_test(cases, links_to_folder_and_export_are_followed);
	tcase_add_test(cases, memory_files_and_time_have_an_end);
	tcase_add_test(cases, a_limit_that_is_lower_already_stays);
	tcase_add_test(cases, the_end_by_a_limit_is_told_in_words);
	tcase_add_test(cases, the_trial_says_what_is_in_force);
	tcase_add_test(cases, each_version_can_refuse_what_its_manual_says);
	suite_add_tcase(suite, cases);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
