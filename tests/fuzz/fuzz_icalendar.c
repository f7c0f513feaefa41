/* SPDX-License-Identifier: MIT */
/* Fuzz target of the calendar reader: reads, follows, writes again what was found, cuts and joins.
 */
#include "formats/icalendar.h"
#include "fuzz/fuzz.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define WRITTEN 10 /* occurrences of each series */

static void write_again(const struct event *event)
{
	g_autofree char *text = calendar_write_event(event, "Europe/Paris");
	OWNED(calendar) calendar = calendar_read(text, strlen(text), NULL);
	g_assert(calendar != NULL && calendar_count(calendar) == 1);
}

const guint fuzz_passes = 2;

static void check_occurrences(const struct calendar *calendar)
{
	const struct occurrence_window window = {1200000000, 1220000000, "Europe/Paris"};
	gint64 next = 0, last = G_MININT64;
	g_autoptr(GPtrArray) events = calendar_occurrences(calendar, &window, &next, NULL);
	for (guint i = 0; events && i < events->len; i++) {
		const struct event *const event = g_ptr_array_index(events, i);
		g_assert(event->ends >= event->starts && event->uid && event->title);
		g_assert(event->starts >= last);
		last = event->starts;
		if (i < WRITTEN) {
			write_again(event);
		}
	}
}

/* Cut into items and joined again it is a calendar. */
static void check_split(const guint8 *data, gsize size)
{
	g_autoptr(GPtrArray) texts = calendar_split(data, size, NULL);
	g_assert(texts != NULL);
	g_autofree char *joined = calendar_join(texts);
	g_clear_pointer(&texts, g_ptr_array_unref);
	OWNED(calendar) again = calendar_read(joined, strlen(joined), NULL);
	g_assert(again != NULL);
}

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
	g_autoptr(GError) error = NULL;
	OWNED(calendar) calendar = calendar_read(data, size, &error);
	g_assert((calendar == NULL) == (error != NULL));
	if (!calendar) {
		return 0;
	}
	check_occurrences(calendar);
	g_clear_pointer(&calendar, calendar_free);
	check_split(data, size);
	return 0;
}
