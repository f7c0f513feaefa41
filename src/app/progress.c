/* SPDX-License-Identifier: MIT */
/* One line on the terminal that tells how far long work is. */
#include "app/progress.h"

#include "status/words.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define REDRAW_AFTER    (G_USEC_PER_SEC / 10)
#define BEAT_AFTER      (10 * G_USEC_PER_SEC)
#define WHAT_CHARACTERS 50 /* the line must not wrap on 80 columns */

static bool is_enabled, is_shown;
static gint64 drawn_at;
static char *beat_path; /* lives as long as the process */
static gint64 beaten_at;

void progress_enable(bool is_wanted)
{
	is_enabled = is_wanted && isatty(STDERR_FILENO) != 0;
}

void progress_beat(const char *path)
{
	g_free(beat_path);
	beat_path = g_strdup(path);
}

static void beat(gint64 now)
{
	if (beat_path != NULL && now - beaten_at >= BEAT_AFTER) {
		beaten_at = now;
		(void)utimensat(AT_FDCWD, beat_path, NULL, 0);
	}
}

void progress_show(void *data, const char *what, guint64 done, guint64 total)
{
	gint64 now = g_get_monotonic_time();
	beat(now);
	if (!is_enabled || (is_shown && now - drawn_at < REDRAW_AFTER)) {
		return;
	}
	drawn_at = now;
	is_shown = true;
	g_autofree char *clean = words_clean(what, WHAT_CHARACTERS);
	g_autofree char *count = words_count((gint64)done);
	g_autofree char *all = words_count((gint64)total);
	fprintf(stderr, "\r\033[K%s: %s %s%s%s", (const char *)data, clean, count,
	        total > 0 ? " of " : "", total > 0 ? all : "");
	fflush(stderr);
}

void progress_clear(void)
{
	if (is_shown) {
		fputs("\r\033[K", stderr);
		fflush(stderr);
		is_shown = false;
	}
}
