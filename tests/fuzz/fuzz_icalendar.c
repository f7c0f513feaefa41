/* SPDX-License-Identifier: MIT */
/* Fuzz target of the calendar reader: reads, follows, writes again what was found, cuts and joins.
 */
#include "base/limits.h"
#include "formats/component.h"
#include "formats/icalendar.h"
#include "fuzz/fuzz.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define WRITTEN 10 /* occurrences of each series */

/* What a calendar says, whatever the order of its components. */
struct tally {
	guint events; /* components */
	guint64 sum;  /* of its occurrences */
	bool is_followed;
};

static void write_again(const struct event *event)
{
	g_autofree char *text = calendar_write_event(event, "Europe/Paris");
	OWNED(calendar) calendar = calendar_read(text, strlen(text), NULL);
	g_assert(calendar != NULL && calendar_count(calendar) == 1);
}

const guint fuzz_passes = 4;

static guint64 event_sum(const struct event *event)
{
	const char *const texts[] = {event->uid, event->recurrence_id, event->title,
	                             event->location, event->description};
	guint64 sum = (guint64)event->starts * 31 + (guint64)event->ends;
	for (gsize i = 0; i < G_N_ELEMENTS(texts); i++) {
		sum = sum * G_GUINT64_CONSTANT(6364136223846793005) +
		      (texts[i] != NULL ? g_str_hash(texts[i]) : 1);
	}
	return sum * 2 + (event->is_cancelled ? 1 : 0);
}

static struct tally tally_of(const struct calendar *calendar, guint written)
{
	const struct occurrence_window window = {1200000000, 1220000000, "Europe/Paris"};
	gint64 next = 0, last = G_MININT64;
	g_autoptr(GPtrArray) events = calendar_occurrences(calendar, &window, &next, NULL);
	struct tally tally = {calendar_count(calendar), (guint64)next, events != NULL};
	for (guint i = 0; events && i < events->len; i++) {
		const struct event *const event = g_ptr_array_index(events, i);
		g_assert(event->ends >= event->starts && event->uid && event->title);
		g_assert(event->starts >= last);
		last = event->starts;
		tally.sum += event_sum(event);
		if (i < written) {
			write_again(event);
		}
	}
	return tally;
}

/* How many events the items hold; each can be read. */
static guint count_items(const GPtrArray *texts)
{
	guint sum = 0;
	for (guint i = 0; i < texts->len; i++) {
		const char *const text = g_ptr_array_index(texts, i);
		OWNED(calendar) item = calendar_read(text, strlen(text), NULL);
		g_assert(item != NULL && calendar_uid(item) != NULL);
		sum += calendar_count(item);
	}
	return sum;
}

/* RFC 5546: those that only tell of an event, and are none. */
static guint count_messages(const guint8 *data, gsize size)
{
	OWNED(component_tree) tree = component_tree_read(data, size, NULL);
	guint count = 0;
	for (guint i = 0; i < tree->events->len; i++) {
		const struct component *const event = g_ptr_array_index(tree->events, i);
		count += event->message != NULL;
	}
	return count;
}

/* Cut into items and joined again it holds the same events, which take place at the same times. */
static void check_split(const guint8 *data, gsize size, const struct tally *tally)
{
	g_autoptr(GPtrArray) texts = calendar_split(data, size, NULL);
	g_assert(texts != NULL);
	const guint events = count_items(texts);
	const guint messages = count_messages(data, size);
	g_assert(events <= tally->events && events >= tally->events - messages);
	g_autofree char *joined = calendar_join(texts);
	g_clear_pointer(&texts, g_ptr_array_unref);
	OWNED(calendar) again = calendar_read(joined, strlen(joined), NULL);
	if (again == NULL) { /* the UIDs and the VCALENDAR that it got are too much for one file */
		g_assert(tally->events > LIMIT_COMPONENTS / 2);
		return;
	}
	const struct tally joined_tally = tally_of(again, 0);
	g_assert(joined_tally.events == tally->events - messages);
	g_assert(messages > 0 || joined_tally.is_followed == tally->is_followed);
	g_assert(messages > 0 || !tally->is_followed || joined_tally.sum == tally->sum);
}

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
	g_autoptr(GError) error = NULL;
	OWNED(calendar) calendar = calendar_read(data, size, &error);
	g_assert((calendar == NULL) == (error != NULL));
	if (!calendar) {
		return 0;
	}
	const struct tally tally = tally_of(calendar, WRITTEN);
	g_clear_pointer(&calendar, calendar_free);
	check_split(data, size, &tally);
	return 0;
}
