/* SPDX-License-Identifier: MIT */
/* Which journal an account works on: its own, or a stand-in while its own cannot be used. */
#include "app/account_journal.h"

#include "app/paths.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#define JOURNAL  ".journal"
#define STAND_IN ".journal-stand-in"

/* SQLite's own files beside a database. */
static const char *const parts[] = {"", "-wal", "-shm"};

static void remove_stand_in(const char *path)
{
	for (gsize i = 0; i < G_N_ELEMENTS(parts); i++) {
		g_autofree char *part = g_strconcat(path, parts[i], NULL);
		unlink(part);
	}
}

/* Opened, and read whole where that is in doubt. */
static struct journal *open_own(const char *account, bool is_doubted, GError **error)
{
	g_autofree char *path = paths_of_account(account, JOURNAL);
	struct journal *journal = journal_open(path, JOURNAL_CREATE, error);
	if (journal != NULL && is_doubted && !journal_check(journal, error)) {
		g_clear_pointer(&journal, journal_close);
	}
	return journal;
}

static bool is_unusable(const GError *error)
{
	return passerelle_error_is(error, PASSERELLE_ERROR_DAMAGED) ||
	       passerelle_error_is(error, PASSERELLE_ERROR_UNSUPPORTED);
}

struct journal *account_journal_open(const char *account, char **why, GError **error)
{
	g_autofree char *stand_in = paths_of_account(account, STAND_IN);
	bool is_doubted = g_file_test(stand_in, G_FILE_TEST_EXISTS);
	GError *problem = NULL;
	struct journal *journal = open_own(account, is_doubted, &problem);
	if (journal != NULL && is_doubted) {
		remove_stand_in(stand_in);
	}
	if (journal != NULL || !is_unusable(problem)) {
		if (problem != NULL) {
			g_propagate_error(error, problem);
		}
		return journal;
	}
	*why = g_strdup(problem->message);
	g_error_free(problem);
	return journal_open(stand_in, JOURNAL_CREATE, error);
}

void account_journal_doubt(const char *account)
{
	g_autofree char *stand_in = paths_of_account(account, STAND_IN);
	journal_close(journal_open(stand_in, JOURNAL_CREATE, NULL));
}

static bool move_aside(const char *path, const char *aside, GError **error)
{
	for (gsize i = 0; i < G_N_ELEMENTS(parts); i++) {
		g_autofree char *from = g_strconcat(path, parts[i], NULL);
		g_autofree char *to = g_strconcat(aside, parts[i], NULL);
		if (rename(from, to) != 0 && errno != ENOENT) {
			g_set_error(error, PASSERELLE_ERROR, PASSERELLE_ERROR_STORAGE,
			            "cannot move '%s' aside: %s", from, g_strerror(errno));
			return false;
		}
	}
	return true;
}

bool account_journal_set_aside(const char *account, gint64 now, char **aside, GError **error)
{
	g_autofree char *path = paths_of_account(account, JOURNAL);
	g_autoptr(GError) problem = NULL;
	struct journal *journal = open_own(account, true, &problem);
	if (journal != NULL) {
		journal_close(journal);
		return true;
	}
	if (!passerelle_error_is(problem, PASSERELLE_ERROR_DAMAGED)) {
		g_propagate_error(error, g_steal_pointer(&problem));
		return false;
	}
	g_autoptr(GDateTime) time = g_date_time_new_from_unix_utc(now);
	g_autofree char *stamp = g_date_time_format(time, "%Y%m%dT%H%M%SZ");
	*aside = g_strdup_printf("%s.damaged-%s", path, stamp);
	return move_aside(path, *aside, error);
}
