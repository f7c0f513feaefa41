/* SPDX-License-Identifier: MIT */
/* Busy time: gathered from events, merged, and written (RFC 5545, 3.6.4 and 3.8.2.6). */
#include "formats/freebusy.h"

#include <string.h>

#include "formats/content_line.h"
#include "formats/wall.h"

static enum busy busy_of(const struct event *event)
{
	if (event->is_cancelled || event->is_transparent) {
		return BUSY_FREE;
	}
	return event->is_tentative ? BUSY_TENTATIVE : BUSY_YES;
}

bool freebusy_add(GArray *periods, const struct calendar *calendar,
                  const struct occurrence_window *window, GError **error)
{
	g_autoptr(GPtrArray) events = calendar_occurrences(calendar, window, NULL, error);
	if (!events) {
		return false;
	}
	for (guint i = 0; i < events->len; i++) {
		const struct event *const event = g_ptr_array_index(events, i);
		struct period period = {event->starts, event->ends, busy_of(event)};
		if (period.ends == period.starts) { /* a moment: known, and taking no time */
			period = (struct period){event->starts, event->starts + 60, BUSY_FREE};
		}
		g_array_append_val(periods, period);
	}
	return true;
}

/* A place where something begins (+1) or ends (-1). */
struct edge {
	gint64 when;
	enum busy busy;
	int change;
};

static gint compare_edges(gconstpointer left, gconstpointer right)
{
	const struct edge *const a = left;
	const struct edge *const b = right;
	return a->when < b->when ? -1 : a->when > b->when;
}

static void edge_add(GArray *edges, gint64 when, enum busy busy, int change)
{
	const struct edge edge = {when, busy, change};
	g_array_append_val(edges, edge);
}

static GArray *edges_of(const GArray *periods, gint64 since, gint64 until)
{
	GArray *const edges = g_array_new(FALSE, FALSE, sizeof(struct edge));
	for (guint i = 0; i < periods->len; i++) {
		const struct period *const period = &g_array_index(periods, struct period, i);
		const gint64 starts = MAX(period->starts, since);
		const gint64 ends = MIN(period->ends, until);
		if (starts < ends) {
			edge_add(edges, starts, period->busy, 1);
			edge_add(edges, ends, period->busy, -1);
		}
	}
	g_array_sort(edges, compare_edges);
	return edges;
}

static void period_append(GArray *periods, gint64 starts, gint64 ends, enum busy busy)
{
	if (starts >= ends) {
		return;
	}
	struct period *const last =
		periods->len > 0 ? &g_array_index(periods, struct period, periods->len - 1) : NULL;
	if (last && last->ends == starts && last->busy == busy) {
		last->ends = ends;
	} else {
		const struct period period = {starts, ends, busy};
		g_array_append_val(periods, period);
	}
}

GArray *freebusy_merge(const GArray *periods, gint64 since, gint64 until)
{
	g_autoptr(GArray) edges = edges_of(periods, since, until);
	GArray *const merged = g_array_new(FALSE, FALSE, sizeof(struct period));
	int open[BUSY_YES + 1] = {0};
	gint64 reached = since;
	for (guint i = 0; i < edges->len; i++) {
		const struct edge *const edge = &g_array_index(edges, struct edge, i);
		const enum busy busy = open[BUSY_YES] > 0         ? BUSY_YES
		                       : open[BUSY_TENTATIVE] > 0 ? BUSY_TENTATIVE
		                                                  : BUSY_FREE;
		if (busy != BUSY_FREE) {
			period_append(merged, reached, edge->when, busy);
		}
		reached = edge->when;
		open[edge->busy] += edge->change;
	}
	return merged;
}

GArray *freebusy_gaps(const GArray *periods, gint64 since, gint64 until)
{
	g_autoptr(GArray) edges = edges_of(periods, since, until);
	GArray *const gaps = g_array_new(FALSE, FALSE, sizeof(struct period));
	int open = 0;
	gint64 reached = since;
	for (guint i = 0; i < edges->len; i++) {
		const struct edge *const edge = &g_array_index(edges, struct edge, i);
		if (open == 0) {
			period_append(gaps, reached, edge->when, BUSY_FREE);
		}
		open += edge->change;
		reached = edge->when;
	}
	period_append(gaps, reached, until, BUSY_FREE);
	return gaps;
}

static void line_append(GString *out, const char *name, const char *value)
{
	g_autofree char *line = g_strconcat(name, ":", value, NULL);
	content_line_append_folded(out, line);
}

static void time_append(GString *out, const char *name, gint64 when)
{
	g_autofree char *value = wall_write(when, false, true);
	line_append(out, name, value);
}

char *freebusy_write(const char *uid, const GArray *merged, gint64 since, gint64 until,
                     gint64 stamp)
{
	static const char *const names[] = {
		[BUSY_TENTATIVE] = "FREEBUSY;FBTYPE=BUSY-TENTATIVE",
		[BUSY_YES] = "FREEBUSY;FBTYPE=BUSY",
	};
	GString *const out = g_string_new("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n"
	                                  "PRODID:-//passerelle//EN\r\nBEGIN:VFREEBUSY\r\n");
	line_append(out, "UID", uid);
	time_append(out, "DTSTAMP", stamp);
	time_append(out, "DTSTART", since);
	time_append(out, "DTEND", until);
	for (guint i = 0; i < merged->len; i++) {
		const struct period *const period = &g_array_index(merged, struct period, i);
		g_autofree char *starts = wall_write(period->starts, false, true);
		g_autofree char *ends = wall_write(period->ends, false, true);
		g_autofree char *value = g_strconcat(starts, "/", ends, NULL);
		line_append(out, names[period->busy], value);
	}
	g_string_append(out, "END:VFREEBUSY\r\nEND:VCALENDAR\r\n");
	return g_string_free(out, FALSE);
}

static const char *stamp_find(const char *text)
{
	const char *const stamp = strstr(text, "\r\nDTSTAMP:");
	return stamp ? stamp + 2 : text + strlen(text);
}

bool freebusy_is_same(const char *left, const char *right)
{
	const char *const left_stamp = stamp_find(left);
	const char *const right_stamp = stamp_find(right);
	const gsize head = (gsize)(left_stamp - left);
	return head == (gsize)(right_stamp - right) && memcmp(left, right, head) == 0 &&
	       strcmp(left_stamp + strcspn(left_stamp, "\r"),
	              right_stamp + strcspn(right_stamp, "\r")) == 0;
}
