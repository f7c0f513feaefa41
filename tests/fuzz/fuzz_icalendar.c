/* SPDX-License-Identifier: MIT */
/* Fuzz target of the calendar reader: reads, follows, writes again what was found, cuts and joins.
 */
#include "formats/icalendar.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void write_again(const struct event *event)
{
	g_autofree char *text = calendar_write_event(event, "Europe/Paris");
	OWNED(calendar) calendar = calendar_read(text, strlen(text), NULL);
	g_assert(calendar != NULL && calendar_count(calendar) == 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	g_autoptr(GError) error = NULL;
	OWNED(calendar) calendar = calendar_read(data, size, &error);
	g_assert((calendar == NULL) == (error != NULL));
	if (!calendar) {
		return 0;
	}
	const struct occurrence_window window = {1200000000, 1220000000, "Europe/Paris"};
	gint64 next = 0;
	g_autoptr(GPtrArray) events = calendar_occurrences(calendar, &window, &next, NULL);
	for (guint i = 0; events && i < MIN(events->len, 10); i++) {
		const struct event *const event = g_ptr_array_index(events, i);
		g_assert(event->ends >= event->starts && event->uid && event->title);
		write_again(event);
	}
	g_autoptr(GPtrArray) texts = calendar_split(data, size, NULL);
	g_assert(texts != NULL);
	g_autofree char *joined = calendar_join(texts);
	OWNED(calendar) again = calendar_read(joined, strlen(joined), NULL);
	g_assert(again != NULL);
	return 0;
}
