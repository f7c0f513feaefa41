/* SPDX-License-Identifier: MIT */
/* One cycle between a folder and a collection of a DAV server: dav_cycle KIND ADDRESS STATE FOLDER
 * [SECONDS]. Prints what was done. */
#include "journal/ledger.h"
#include "remotes/dav/dav.h"
#include "stores/vdir.h"
#include "sync/cycle.h"

#include <stdio.h>
#include <string.h>

static struct remote_settings settings_of(const char *address, gint64 now)
{
	return (struct remote_settings){
		.account = "dav",
		.endpoint = address,
		.user = g_getenv("DAV_USER"),
		.password = g_getenv("DAV_PASSWORD"),
		.timezone = "Europe/Paris",
		.in_doubt_grace = 120,
		.max_connections = 4,
		.timeout = 600,
		.now = now,
	};
}

static int print_report(const struct cycle_report *report)
{
	printf("added_here %" G_GINT64_FORMAT " added_there %" G_GINT64_FORMAT
	       " changed_here %" G_GINT64_FORMAT " changed_there %" G_GINT64_FORMAT
	       " removed_here %" G_GINT64_FORMAT " synced %" G_GINT64_FORMAT
	       " in_doubt %" G_GINT64_FORMAT " problems %u\n",
	       report->added_here, report->added_there, report->changed_here, report->changed_there,
	       report->removed_here, report->synced, report->in_doubt, report->problems->len);
	for (guint i = 0; i < report->problems->len; i++) {
		const struct problem *problem = g_ptr_array_index(report->problems, i);
		fprintf(stderr, "problem: %s\n", problem->line);
	}
	if (report->error != NULL) {
		fprintf(stderr, "error: %s\n", report->error->message);
	}
	return report->error == NULL ? 0 : 1;
}

static int run(enum item_kind kind, const char *address, const char *state, const char *folder,
               gint64 now, GError **error)
{
	const struct remote_driver *driver =
		kind == ITEM_CONTACT ? &carddav_driver : &caldav_driver;
	g_autofree char *path = g_build_filename(state, "dav.journal", NULL);
	g_autofree char *trash = g_build_filename(state, "trash", NULL);
	const struct remote_settings settings = settings_of(address, now);
	const struct vdir_settings vdir = {
		.folder = folder, .trash = trash, .kind = kind, .now = now};
	OWNED(journal) journal = journal_open(path, JOURNAL_CREATE, error);
	struct remote *remote = journal == NULL ? NULL : driver->open(&settings, journal, error);
	struct endpoint *local = remote == NULL ? NULL : vdir_open(&vdir, error);
	if (local == NULL) {
		driver->close(remote);
		return 1;
	}
	const struct cycle_settings cycle = {
		.kind = kind,
		.local = local,
		.remote = driver->endpoint(remote, kind),
		.journal = journal,
		.direction = DIRECTION_BOTH,
		.on_remote_delete = REMOTE_DELETE_TRASH,
		.max_adds = G_MAXUINT,
		.max_deletes = G_MAXUINT,
		.is_confirmed = true,
		.account = "dav",
		.now = now,
		.push_since = G_MININT64,
		.stamp = "1",
	};
	OWNED(cycle_report) report = cycle_run(&cycle);
	const int status = print_report(report);
	local->functions->close(local);
	driver->close(remote);
	return status;
}

int main(int count, char **arguments)
{
	if (count < 5) {
		fprintf(stderr,
		        "usage: dav_cycle contacts|calendar ADDRESS STATE FOLDER [SECONDS]\n");
		return 64;
	}
	const enum item_kind kind =
		strcmp(arguments[1], item_kind_name(ITEM_CONTACT)) == 0 ? ITEM_CONTACT : ITEM_EVENT;
	/* seconds by which this cycle is later than now */
	const gint64 later = count > 5 ? g_ascii_strtoll(arguments[5], NULL, 10) : 0;
	g_autoptr(GError) error = NULL;
	const int status = run(kind, arguments[2], arguments[3], arguments[4],
	                       g_get_real_time() / G_USEC_PER_SEC + later, &error);
	if (error != NULL) {
		fprintf(stderr, "error: %s\n", error->message);
	}
	return status;
}
