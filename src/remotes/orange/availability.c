/* SPDX-License-Identifier: MIT */
/* The service says of a stretch of time only whether all of it is free: what is not is cut into
 * halves until a quarter of an hour is left. */
#include "remotes/orange/availability.h"

#include <string.h>

#include "formats/icalendar.h"
#include "remotes/orange/offered.h"

#define MEMORY_KEY    "calendar.availability"
#define QUARTER       (15 * 60)
#define ASK_CALLS     600 /* of one question: five minutes at 120 per minute */
#define SPANS_AT_ONCE 64

struct span {
	gint64 starts, ends;
	bool is_taken; /* some of what it was cut from is */
};

struct asking {
	struct session *session;
	GArray *open; /* struct span */
	GArray *busy; /* struct period, lent */
	guint calls;
};

static void span_add(GArray *spans, gint64 starts, gint64 ends, bool is_taken)
{
	const struct span span = {starts, ends, is_taken};
	g_array_append_val(spans, span);
}

static void busy_add(const struct asking *self, const struct span *span)
{
	const struct period period = {span->starts, span->ends, BUSY_YES};
	g_array_append_val(self->busy, period);
}

/* NULL: the clock shows the end no later than the start, so that nobody can be asked. */
static struct call *span_call(const struct asking *self, const struct span *span)
{
	const char *zone = session_settings(self->session)->timezone;
	char start_date[11], start_time[6], end_date[11], end_time[6];
	gint64 starts = 0, ends = 0;
	if (!zone_to_local(span->starts, zone, start_date, start_time) ||
	    !zone_to_local(span->ends, zone, end_date, end_time) ||
	    !zone_from_local(start_date, start_time, zone, &starts) ||
	    !zone_from_local(end_date, end_time, zone, &ends) || ends <= starts) {
		return NULL;
	}
	struct call *call = call_new(SESSION_CALENDAR, "checkavailability");
	call->what = g_strdup("availability");
	call_add(call, "startdate", start_date);
	call_add(call, "starttime", start_time);
	call_add(call, "enddate", end_date);
	call_add(call, "endtime", end_time);
	call_add(call, "datepattern", "dd/MM/yyyy");
	call_add(call, "timepattern", "HH:mm");
	return call;
}

static void split(struct asking *self, const struct span *span)
{
	const gint64 length = span->ends - span->starts;
	if (length <= QUARTER) {
		busy_add(self, span);
		return;
	}
	const gint64 half = (span->starts + length / 2) / QUARTER * QUARTER;
	const gint64 middle = half > span->starts ? half : span->starts + length / 2;
	span_add(self->open, span->starts, middle, true);
	span_add(self->open, middle, span->ends, true);
}

static bool take_answer(struct asking *self, struct call *call, const struct span *span,
                        GError **error)
{
	g_autofree char *available = NULL;
	if (call->error != NULL) {
		g_propagate_error(error, g_steal_pointer(&call->error));
		return false;
	}
	const struct xml_node *answer = xml_descendant(call->reply->command, "available");
	available = answer == NULL ? NULL : xml_trim(answer->text);
	if (available != NULL && g_ascii_strcasecmp(available, "false") == 0) {
		split(self, span);
	} else if (available == NULL || g_ascii_strcasecmp(available, "true") != 0) {
		g_set_error(error, PASSERELLE_ERROR, PASSERELLE_ERROR_PROTOCOL,
		            "the answer to checkavailability cannot be read");
		return false;
	}
	return true;
}

static bool ask_round(struct asking *self, GError **error)
{
	const guint count = MIN(self->open->len, SPANS_AT_ONCE);
	g_autoptr(GPtrArray) calls = g_ptr_array_new_with_free_func((GDestroyNotify)call_free);
	g_autoptr(GArray) asked = g_array_new(FALSE, FALSE, sizeof(struct span));
	for (guint i = 0; i < count; i++) {
		const struct span *span = &g_array_index(self->open, struct span, i);
		struct call *call = span_call(self, span);
		if (call != NULL) {
			g_ptr_array_add(calls, call);
			g_array_append_vals(asked, span, 1);
		}
	}
	g_array_remove_range(self->open, 0, count);
	self->calls += calls->len;
	if (calls->len > 0 && !session_read(self->session, calls, NULL, error)) {
		return false;
	}
	for (guint i = 0; i < calls->len; i++) {
		if (!take_answer(self, g_ptr_array_index(calls, i),
		                 &g_array_index(asked, struct span, i), error)) {
			return false;
		}
	}
	return true;
}

static bool ask_all(struct asking *self, GError **error)
{
	GError *problem = NULL;
	while (self->open->len > 0 && self->calls < ASK_CALLS && ask_round(self, &problem)) {
	}
	if (problem != NULL) {
		offered_take_denial(self->session, MEMORY_KEY, problem);
		g_propagate_error(error, problem);
		return false;
	}
	if (self->calls > 0) {
		offered_remember(self->session, MEMORY_KEY, true);
	}
	for (guint i = 0; i < self->open->len; i++) {
		const struct span *span = &g_array_index(self->open, struct span, i);
		if (span->is_taken) { /* some of it is: rather too much than too little */
			busy_add(self, span);
		}
	}
	return true;
}

bool availability_read(struct session *session, const GArray *gaps, GArray *busy, GError **error)
{
	if (!offered_may_be(session, MEMORY_KEY)) {
		g_set_error(error, PASSERELLE_ERROR, PASSERELLE_ERROR_UNSUPPORTED,
		            "the service does not offer checkavailability");
		return false;
	}
	g_autoptr(GArray) open = g_array_new(FALSE, FALSE, sizeof(struct span));
	for (guint i = 0; i < gaps->len; i++) {
		const struct period *gap = &g_array_index(gaps, struct period, i);
		span_add(open, gap->starts, gap->ends, false);
	}
	struct asking asking = {session, open, busy, 0};
	return ask_all(&asking, error);
}
