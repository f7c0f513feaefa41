/* SPDX-License-Identifier: MIT */
/* geteventlist as we propose it (API reading, section 6): nothing is published, and most servers do
 * not offer it. */
#include <stdio.h>
#include <string.h>

#include "formats/icalendar.h"
#include "journal/records.h"
#include "remotes/orange/calendar.h"
#include "remotes/orange/offered.h"

#define MEMORY_KEY     "calendar.event-list"
#define DAY            (24 * 60 * 60)
#define LIST_BACK      (31 * DAY)
#define LIST_AHEAD     (400 * DAY)
#define LIST_CALLS     2000 /* of one listing: splits end here */
#define RANGES_AT_ONCE 64
#define UID_DIGITS     32

bool proposed_may_be_offered(const struct calendar_side *side)
{
	return !side->is_silent && offered_may_be(side->session, MEMORY_KEY);
}

static void proposed_event_free(struct proposed_event *self)
{
	g_free(self->id);
	g_free(self->ref);
	event_fields_free(self->fields);
	g_free(self->match);
	g_free(self->owner);
	g_clear_error(&self->problem);
	g_free(self);
}

void proposed_listing_free(struct proposed_listing *self)
{
	if (self == NULL) {
		return;
	}
	g_ptr_array_unref(self->events);
	g_free(self);
}

/* Whole days, both inclusive, as julian day numbers. */
struct range {
	guint32 first, last;
};

static bool julian_day(gint64 when, const char *zone, guint32 *day)
{
	char date[11], time[6];
	unsigned mday = 0, month = 0, year = 0;
	if (!zone_to_local(when, zone, date, time) ||
	    sscanf(date, "%2u/%2u/%4u", &mday, &month, &year) != 3) {
		return false;
	}
	GDate parts;
	g_date_clear(&parts, 1);
	g_date_set_dmy(&parts, (GDateDay)mday, (GDateMonth)month, (GDateYear)year);
	*day = g_date_get_julian(&parts);
	return *day != G_DATE_BAD_JULIAN;
}

static void add_date(struct call *call, const char *name, guint32 julian)
{
	GDate date;
	g_date_clear(&date, 1);
	g_date_set_julian(&date, julian);
	g_autofree char *text = g_strdup_printf("%02u/%02u/%04u", (unsigned)g_date_get_day(&date),
	                                        (unsigned)g_date_get_month(&date),
	                                        (unsigned)g_date_get_year(&date));
	call_add(call, name, text);
}

static struct call *list_call(struct range range)
{
	struct call *call = call_new(SESSION_CALENDAR, "geteventlist");
	call->what = g_strdup("list of events");
	add_date(call, "startdate", range.first);
	add_date(call, "enddate", range.last);
	call_add(call, "datepattern", "dd/MM/yyyy");
	call_add(call, "timepattern", "HH:mm");
	return call;
}

static gint64 attribute_number(const struct xml_node *node, const char *name)
{
	const char *text = node == NULL ? NULL : xml_attribute(node, name);
	return text == NULL ? 0 : g_ascii_strtoll(text, NULL, 10);
}

static struct proposed_event *read_event(const struct xml_node *data, const char *zone)
{
	g_autofree char *id = xml_child_text(data, "eventid");
	const char *attribute = xml_attribute(data, "id");
	if (id == NULL || id[0] == '\0') {
		g_free(id);
		id = attribute == NULL ? NULL : xml_trim(attribute);
	}
	if (id == NULL || id[0] == '\0') {
		return NULL;
	}
	struct proposed_event *event = g_new0(struct proposed_event, 1);
	event->ref = attribute != NULL && strcmp(attribute, id) != 0
	                     ? g_strconcat(id, "/", attribute, NULL)
	                     : g_strdup(id);
	event->id = g_steal_pointer(&id);
	event->fields = event_fields_from_xml(data, &event->problem);
	event->match =
		event->fields == NULL ? g_strdup("") : event_fields_match(event->fields, zone);
	return event;
}

/* Reading in rounds: what does not fit into a page is cut into halves of its days. */
struct reading {
	struct calendar_side *side;
	struct session *session; /* the side's */
	struct proposed_listing *listing;
	GHashTable *seen; /* id, lent from the listing's events: one that spans two ranges comes
	                     twice */
	GArray *open;     /* struct range */
	unsigned calls;
};

/* False: the page does not hold all of the range. */
static bool take_page(struct reading *self, const struct xml_node *command)
{
	const char *zone = session_settings(self->session)->timezone;
	const struct xml_node *list = xml_descendant(command, "data-list");
	gint64 count = 0;
	for (const struct xml_node *data = xml_child(list, "data"); data != NULL;
	     data = xml_next(data, "data")) {
		struct proposed_event *event = read_event(data, zone);
		count++;
		if (event == NULL) {
			self->listing->is_complete = false;
		} else if (g_hash_table_contains(self->seen, event->id)) {
			proposed_event_free(event);
		} else {
			g_ptr_array_add(self->listing->events, event);
			g_hash_table_add(self->seen, event->id);
		}
	}
	return attribute_number(list, "nbpage") <= 1 &&
	       attribute_number(list, "total-data") <= count;
}

static void split(struct reading *self, struct range range)
{
	if (range.first == range.last || self->calls >= LIST_CALLS) {
		self->listing->is_complete = false;
		return;
	}
	const guint32 middle = range.first + (range.last - range.first) / 2;
	const struct range halves[] = {{range.first, middle}, {middle + 1, range.last}};
	g_array_append_vals(self->open, halves, 2);
}

static bool read_round(struct reading *self, GError **error)
{
	const guint count = MIN(self->open->len, RANGES_AT_ONCE);
	g_autoptr(GPtrArray) calls = g_ptr_array_new_with_free_func((GDestroyNotify)call_free);
	g_autofree struct range *ranges = g_new(struct range, count);
	memcpy(ranges, self->open->data, count * sizeof *ranges);
	g_array_remove_range(self->open, 0, count);
	for (guint i = 0; i < count; i++) {
		g_ptr_array_add(calls, list_call(ranges[i]));
	}
	self->calls += count;
	if (!session_read(self->session, calls, NULL, error)) {
		return false;
	}
	for (guint i = 0; i < count; i++) {
		struct call *call = g_ptr_array_index(calls, i);
		if (call->error != NULL) {
			g_propagate_error(error, g_steal_pointer(&call->error));
			return false;
		}
		if (!take_page(self, call->reply->command)) {
			split(self, ranges[i]);
		}
	}
	return true;
}

/* An expired token says nothing about the action: not remembered. */
static void take_failure(struct reading *self, GError *problem)
{
	const bool is_unknown = !offered_is_known(self->session, MEMORY_KEY);
	const bool is_expired = passerelle_error_is(problem, PASSERELLE_ERROR_AUTH) &&
	                        session_settings(self->session)->token != NULL;
	if (offered_take_denial(self->session, MEMORY_KEY, problem) || (is_unknown && is_expired)) {
		self->side->is_silent = true;
		problem->code = PASSERELLE_ERROR_UNSUPPORTED;
	}
}

static bool read_all(struct reading *self, GError **error)
{
	GError *problem = NULL;
	while (self->open->len > 0 && read_round(self, &problem)) {
	}
	if (problem == NULL) {
		offered_remember(self->session, MEMORY_KEY, true);
		return true;
	}
	take_failure(self, problem);
	g_propagate_error(error, problem);
	return false;
}

struct proposed_listing *proposed_read(struct calendar_side *side, gint64 since, gint64 until,
                                       GError **error)
{
	const char *zone = session_settings(side->session)->timezone;
	struct range range;
	if (!julian_day(since, zone, &range.first) || !julian_day(until, zone, &range.last)) {
		g_set_error(error, PASSERELLE_ERROR, PASSERELLE_ERROR_CONFIG,
		            "dates of zone '%s' cannot be written", zone);
		return NULL;
	}
	OWNED(proposed_listing) listing = g_new0(struct proposed_listing, 1);
	listing->events = g_ptr_array_new_with_free_func((GDestroyNotify)proposed_event_free);
	listing->is_complete = true;
	g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
	g_autoptr(GArray) open = g_array_new(FALSE, FALSE, sizeof(struct range));
	g_array_append_val(open, range);
	struct reading reading = {side, side->session, listing, seen, open, 0};
	return read_all(&reading, error) ? g_steal_pointer(&listing) : NULL;
}

char *proposed_ref_id(const char *ref)
{
	return g_strndup(ref, strcspn(ref, "/"));
}

static bool is_in_ledger(struct session *session, const char *ref, bool *is_there, GError **error)
{
	g_autoptr(GPtrArray) entries =
		ledger_for_remote(session_journal(session), ITEM_EVENT, ref, error);
	if (entries == NULL) {
		return false;
	}
	*is_there = entries->len > 0;
	return true;
}

bool proposed_mark_taken(struct session *session, struct proposed_listing *listing, GError **error)
{
	g_autoptr(GPtrArray) records = records_load(session_journal(session), ITEM_EVENT, error);
	if (records == NULL) {
		return false;
	}
	g_autoptr(GHashTable) owners = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	for (guint i = 0; i < records->len; i++) {
		const struct record *record = g_ptr_array_index(records, i);
		if (record->remote_ref != NULL) {
			g_hash_table_insert(owners, proposed_ref_id(record->remote_ref),
			                    record->uid);
		}
	}
	for (guint i = 0; i < listing->events->len; i++) {
		struct proposed_event *event = g_ptr_array_index(listing->events, i);
		event->owner = g_strdup(g_hash_table_lookup(owners, event->id));
		event->is_taken = event->owner != NULL;
		if (!event->is_taken &&
		    !is_in_ledger(session, event->ref, &event->is_taken, error)) {
			return false;
		}
	}
	return true;
}

struct proposed_event *proposed_take(struct proposed_listing *listing, const char *match)
{
	for (guint i = 0; match[0] != '\0' && i < listing->events->len; i++) {
		struct proposed_event *event = g_ptr_array_index(listing->events, i);
		if (!event->is_taken && strcmp(event->match, match) == 0) {
			event->is_taken = true;
			return event;
		}
	}
	return NULL;
}

const struct proposed_event *proposed_owned(const struct proposed_listing *listing,
                                            const char *match)
{
	for (guint i = 0; match[0] != '\0' && i < listing->events->len; i++) {
		const struct proposed_event *event = g_ptr_array_index(listing->events, i);
		if (event->owner != NULL && strcmp(event->match, match) == 0) {
			return event;
		}
	}
	return NULL;
}

/* The same name on every computer and after a lost journal. */
static char *event_uid(struct session *session, const char *id)
{
	g_autofree char *key = g_strconcat(session_url(session, SESSION_CALENDAR), "\n", id, NULL);
	g_autofree char *sum = g_compute_checksum_for_string(G_CHECKSUM_SHA256, key, -1);
	return g_strdup_printf("passerelle-event-%.*s", UID_DIGITS, sum);
}

static struct entry *make_entry(struct session *session, const struct proposed_event *there,
                                const char *known_ref)
{
	const char *zone = session_settings(session)->timezone;
	struct entry *entry = entry_new(known_ref == NULL ? there->ref : known_ref, NULL);
	OWNED(event)
	event = there->fields == NULL ? NULL : event_fields_to_event(there->fields, zone);
	if (event == NULL) {
		entry->problem =
			there->problem != NULL
				? g_error_copy(there->problem)
				: g_error_new(PASSERELLE_ERROR, PASSERELLE_ERROR_PROTOCOL,
		                              "event '%s' has no readable time", there->id);
		return entry;
	}
	event->uid = event_uid(session, there->id);
	entry->revision = event_fields_fingerprint(there->fields);
	entry->hint = event_fields_name(there->fields);
	entry->text = calendar_write_event(event, zone);
	return entry;
}

/* Records know the ref as addevent gave it; by eventid. */
static GHashTable *known_refs(GPtrArray *records)
{
	GHashTable *refs = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	for (guint i = 0; records != NULL && i < records->len; i++) {
		const struct record *record = g_ptr_array_index(records, i);
		if (record->remote_ref != NULL) {
			g_hash_table_insert(refs, proposed_ref_id(record->remote_ref),
			                    record->remote_ref);
		}
	}
	return refs;
}

struct snapshot *proposed_list(struct endpoint *endpoint, GPtrArray *records, GError **error)
{
	struct calendar_side *side = (struct calendar_side *)(void *)endpoint;
	struct session *session = side->session;
	const struct remote_settings *settings = session_settings(session);
	const gint64 since = settings->now - LIST_BACK;
	const gint64 until = settings->now + MAX(settings->recurrence_horizon, LIST_AHEAD);
	OWNED(proposed_listing) listing = proposed_read(side, since, until, error);
	if (listing == NULL) {
		return NULL;
	}
	g_autoptr(GHashTable) refs = known_refs(records);
	struct snapshot *snapshot = snapshot_new();
	snapshot->is_complete = listing->is_complete;
	snapshot->since = since;
	snapshot->until = until;
	for (guint i = 0; i < listing->events->len; i++) {
		const struct proposed_event *event = g_ptr_array_index(listing->events, i);
		g_ptr_array_add(snapshot->entries,
		                make_entry(session, event, g_hash_table_lookup(refs, event->id)));
	}
	return snapshot;
}
