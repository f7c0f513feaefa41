/* SPDX-License-Identifier: MIT */
/* The calendar of the service: events are added, once and for ever (Personal Calendar API). */
#include "remotes/orange/calendar.h"

#include "remotes/orange/orange.h"

#define ACTION_ADD     "addevent"
#define ACTION_OFFLINE "addeventoffline" /* the same, with a token that has expired */

/* Where the reply named no id, or a person or policy settled it: the ledger row stands in. */
char *calendar_event_ref(const struct ledger_call *entry)
{
	return entry->result != NULL ? g_strdup(entry->result)
	                             : g_strdup_printf("unnamed/%" G_GINT64_FORMAT, entry->id);
}

static void change_set_ref(struct change *change, enum verdict verdict, const char *ref)
{
	g_free(change->ref);
	change->ref = g_strdup(ref);
	change->verdict = verdict;
}

/* What was ever sent for this item decides first. Leaves PENDING what may be sent. */
static bool consult_ledger(const struct calendar_side *self, struct change *change, GError **error)
{
	g_autoptr(GPtrArray) entries =
		ledger_for_item(session_journal(self->session), ITEM_EVENT, change->uid, error);
	if (entries == NULL) {
		return false;
	}
	for (guint i = 0; i < entries->len; i++) {
		const struct ledger_call *entry = g_ptr_array_index(entries, i);
		if (entry->state == LEDGER_DONE) {
			g_autofree char *ref = calendar_event_ref(entry);
			g_clear_error(&change->error);
			change_set_ref(change, VERDICT_DONE, ref);
			return true;
		}
		if (entry->state == LEDGER_IN_DOUBT || entry->state == LEDGER_ANNOUNCED) {
			g_clear_error(&change->error);
			change_fail(change, VERDICT_IN_DOUBT,
			            g_error_new(PASSERELLE_ERROR, PASSERELLE_ERROR_IN_DOUBT,
			                        "sent, and no answer came: settle it with "
			                        "'passerelle journal resolve'"));
		}
	}
	return true;
}

/* One round of calls, and the change that each is for. */
struct round {
	GPtrArray *changes; /* lent */
	GPtrArray *calls, *entries;
};

static void round_init(struct round *self)
{
	self->changes = g_ptr_array_new();
	self->calls = g_ptr_array_new_with_free_func((GDestroyNotify)call_free);
	self->entries = g_ptr_array_new_with_free_func((GDestroyNotify)ledger_call_free);
}

static void round_clear(struct round *self)
{
	g_ptr_array_unref(self->changes);
	g_ptr_array_unref(self->calls);
	g_ptr_array_unref(self->entries);
}

static struct event_fields *change_fields(const struct calendar_side *self,
                                          const struct change *change, GError **error)
{
	const char *text = change->item != NULL ? change->item->text : change->text;
	return calendar_fields(self, text == NULL ? "" : text, error);
}

static void round_add(struct round *self, const struct calendar_side *side, struct change *change,
                      const char *action)
{
	GError *error = NULL;
	OWNED(event_fields) fields = change_fields(side, change, &error);
	if (fields == NULL) {
		change_fail(change, VERDICT_REFUSED, error);
		return;
	}
	struct call *call = call_new(SESSION_CALENDAR, action);
	event_fields_add_to(fields, call);
	g_ptr_array_add(self->changes, change);
	g_ptr_array_add(self->calls, call);
	g_ptr_array_add(self->entries, ledger_call_new(ITEM_EVENT, change->uid, action, NULL));
}

/* Of one item; what is not here is of the side, and leaves the change PENDING. */
static const struct {
	enum passerelle_error code;
	enum verdict verdict;
} VERDICTS[] = {
	{PASSERELLE_ERROR_IN_DOUBT, VERDICT_IN_DOUBT},
	{PASSERELLE_ERROR_REFUSED, VERDICT_REFUSED},
	{PASSERELLE_ERROR_UNSUPPORTED, VERDICT_UNSUPPORTED},
	{PASSERELLE_ERROR_NETWORK, VERDICT_RETRY},
};

static void take_outcome(struct change *change, struct call *call, const struct ledger_call *entry,
                         const GError *side)
{
	if (call->error == NULL) {
		g_autofree char *ref = calendar_event_ref(entry);
		change_set_ref(change, VERDICT_DONE, ref);
		return;
	}
	for (gsize i = 0; i < G_N_ELEMENTS(VERDICTS); i++) {
		const bool is_of_side = passerelle_error_is(side, VERDICTS[i].code);
		if (passerelle_error_is(call->error, VERDICTS[i].code) && !is_of_side) {
			change_fail(change, VERDICTS[i].verdict, g_steal_pointer(&call->error));
			return;
		}
	}
}

/* Sends a part of the round and takes what came of it. */
static bool send_part(struct calendar_side *self, struct round *round, guint first, guint count,
                      GError **error)
{
	g_autoptr(GPtrArray) calls = g_ptr_array_new();
	g_autoptr(GPtrArray) entries = g_ptr_array_new();
	for (guint i = first; i < first + count; i++) {
		g_ptr_array_add(calls, g_ptr_array_index(round->calls, i));
		g_ptr_array_add(entries, g_ptr_array_index(round->entries, i));
	}
	GError *side = NULL;
	const bool was_heard = session_write(self->session, calls, entries, "events", &side);
	for (guint i = 0; i < count; i++) {
		take_outcome(g_ptr_array_index(round->changes, first + i),
		             g_ptr_array_index(calls, i), g_ptr_array_index(entries, i), side);
	}
	if (!was_heard) {
		g_propagate_error(error, side);
	}
	return was_heard;
}

/* Nobody answered, or nothing sensible: what comes next would only be in doubt too. */
static bool is_silence(const struct round *round, guint index, GError **error)
{
	const struct call *call = g_ptr_array_index(round->calls, index);
	const struct ledger_call *entry = g_ptr_array_index(round->entries, index);
	if (entry->state != LEDGER_IN_DOUBT || index + 1 == round->calls->len) {
		return false;
	}
	g_set_error(error, PASSERELLE_ERROR, PASSERELLE_ERROR_NETWORK,
	            "the remote %s: the other events wait",
	            call->fate == HTTP_UNKNOWN ? "does not answer" : "is out of order");
	return true;
}

/*
 * Sends those that are PENDING. What cannot be read back goes one by one, and not on after a
 * silence: a kill or a dead line leaves one event for the person to settle, not a batch of them.
 */
static bool send_round(struct calendar_side *self, GPtrArray *changes, const char *action,
                       GError **error)
{
	struct round round;
	round_init(&round);
	for (guint i = 0; i < changes->len; i++) {
		struct change *change = g_ptr_array_index(changes, i);
		if (change->verdict == VERDICT_PENDING) {
			round_add(&round, self, change, action);
		}
	}
	const guint at_once = proposed_may_be_offered(self) ? MAX(round.calls->len, 1) : 1;
	bool was_heard = true;
	for (guint i = 0; was_heard && i < round.calls->len; i += at_once) {
		was_heard = send_part(self, &round, i, at_once, error) &&
		            (at_once > 1 || !is_silence(&round, i, error));
	}
	round_clear(&round);
	return was_heard;
}

static bool has_pending(GPtrArray *changes)
{
	for (guint i = 0; i < changes->len; i++) {
		const struct change *change = g_ptr_array_index(changes, i);
		if (change->verdict == VERDICT_PENDING) {
			return true;
		}
	}
	return false;
}

/* An invalid token means "not carried out", for addevent alone: anything ambiguous is not PENDING
 * any more. */
static bool send_all(struct calendar_side *self, GPtrArray *changes, GError **error)
{
	g_autoptr(GError) problem = NULL;
	if (send_round(self, changes, ACTION_ADD, &problem)) {
		return true;
	}
	const bool is_expired = session_settings(self->session)->token != NULL &&
	                        passerelle_error_is(problem, PASSERELLE_ERROR_AUTH);
	if (!is_expired || !has_pending(changes)) {
		g_propagate_error(error, g_steal_pointer(&problem));
		return false;
	}
	return send_round(self, changes, ACTION_OFFLINE, error);
}

/* The days that the events of an array of texts fill. */
struct extent {
	gint64 since, until;
};

static void extent_add(struct extent *self, const struct event *event)
{
	if (event != NULL) {
		self->since = MIN(self->since, event->starts);
		self->until = MAX(self->until, event->ends);
	}
}

static struct extent extent_of_changes(const struct calendar_side *self, GPtrArray *changes)
{
	const char *zone = session_settings(self->session)->timezone;
	struct extent extent = {G_MAXINT64, G_MININT64};
	for (guint i = 0; i < changes->len; i++) {
		const struct change *change = g_ptr_array_index(changes, i);
		OWNED(event_fields)
		fields = change->verdict == VERDICT_PENDING ? change_fields(self, change, NULL)
		                                            : NULL;
		OWNED(event)
		event = fields == NULL ? NULL : event_fields_to_event(fields, zone);
		extent_add(&extent, event);
	}
	return extent;
}

/* An item that is bound to what is there may have been edited since, and be no longer like it. */
static void adopt_one(struct change *change, struct proposed_listing *listing)
{
	if (change->verdict != VERDICT_PENDING || change->is_insisted || change->item == NULL) {
		return;
	}
	const struct proposed_event *there = proposed_take(listing, change->item->match);
	const struct proposed_event *owned =
		there == NULL ? proposed_owned(listing, change->item->match) : NULL;
	if (owned != NULL && strcmp(owned->owner, change->uid) != 0) {
		change->same_as = g_strdup(owned->owner);
		change->verdict = VERDICT_SAME_AS;
	} else if (there != NULL || owned != NULL) {
		change_set_ref(change, VERDICT_ADOPTED, there != NULL ? there->ref : owned->ref);
	}
}

/* Where the service can be read: what is there already is adopted, not added. */
static bool adopt(struct calendar_side *self, GPtrArray *changes, GError **error)
{
	const struct extent extent = extent_of_changes(self, changes);
	if (extent.since > extent.until || !proposed_may_be_offered(self)) {
		return true;
	}
	GError *problem = NULL;
	OWNED(proposed_listing)
	listing = proposed_read(self, extent.since, extent.until, &problem);
	if (passerelle_error_is(problem, PASSERELLE_ERROR_UNSUPPORTED)) {
		g_error_free(problem);
		return true;
	}
	if (listing == NULL) {
		g_propagate_error(error, problem);
		return false;
	}
	if (!proposed_mark_taken(self->session, listing, error)) {
		return false;
	}
	for (guint i = 0; i < changes->len; i++) {
		adopt_one(g_ptr_array_index(changes, i), listing);
	}
	return true;
}

static bool calendar_create(struct endpoint *endpoint, GPtrArray *changes, GError **error)
{
	struct calendar_side *self = (struct calendar_side *)(void *)endpoint;
	for (guint i = 0; i < changes->len; i++) {
		if (!consult_ledger(self, g_ptr_array_index(changes, i), error)) {
			return false;
		}
	}
	if (!has_pending(changes)) {
		return true;
	}
	const bool is_done = calendar_find_sent(self, changes, error) &&
	                     adopt(self, changes, error) && send_all(self, changes, error);
	calendar_note_sent(self, changes);
	return is_done;
}

static void settle_entry(struct ledger_call *entry, enum ledger_state state, const char *by)
{
	entry->state = state;
	g_free(entry->settled_by);
	entry->settled_by = g_strdup(by);
}

static bool is_over(const struct calendar_side *self, const struct ledger_call *entry)
{
	const struct remote_settings *settings = session_settings(self->session);
	return settings->now - entry->announced_at >= settings->in_doubt_grace;
}

/* Nothing can be read back: what the person chose. */
static void settle_by_policy(const struct calendar_side *self, struct ledger_call *entry)
{
	switch (session_settings(self->session)->in_doubt) {
	case IN_DOUBT_ASSUME_DONE:
		settle_entry(entry, LEDGER_DONE, "policy");
		break;
	case IN_DOUBT_SEND_AGAIN:
		if (is_over(self, entry)) {
			settle_entry(entry, LEDGER_NOT_SENT, "policy");
		}
		break;
	case IN_DOUBT_HOLD:
		break;
	}
}

/* There and nobody's: it is this one. Not there, in a whole listing, and too old to be under way:
 * it was not done. */
static void settle_by_reading(const struct calendar_side *self, struct ledger_call *entry,
                              struct proposed_listing *listing)
{
	OWNED(event_fields) fields = event_fields_from_json(entry->content, NULL);
	g_autofree char *match =
		fields == NULL
			? g_strdup("")
			: event_fields_match(fields, session_settings(self->session)->timezone);
	if (match[0] == '\0') {
		return;
	}
	const struct proposed_event *there = proposed_take(listing, match);
	if (there != NULL) {
		g_free(entry->result);
		entry->result = g_strdup(there->ref);
		settle_entry(entry, LEDGER_DONE, "read-back");
	} else if (listing->is_complete && is_over(self, entry)) {
		settle_entry(entry, LEDGER_NOT_SENT, "read-back");
	}
}

static struct extent extent_of_entries(const struct calendar_side *self, GPtrArray *entries)
{
	struct extent extent = {G_MAXINT64, G_MININT64};
	for (guint i = 0; i < entries->len; i++) {
		const struct ledger_call *entry = g_ptr_array_index(entries, i);
		OWNED(event_fields) fields = event_fields_from_json(entry->content, NULL);
		OWNED(event)
		event = fields == NULL ? NULL
		                       : event_fields_to_event(
						 fields, session_settings(self->session)->timezone);
		extent_add(&extent, event);
	}
	return extent;
}

/* NULL without error: the service cannot be read. */
static struct proposed_listing *read_back(struct calendar_side *self, GPtrArray *entries,
                                          GError **error)
{
	const struct extent extent = extent_of_entries(self, entries);
	if (extent.since > extent.until || !proposed_may_be_offered(self)) {
		return NULL;
	}
	GError *problem = NULL;
	OWNED(proposed_listing)
	listing = proposed_read(self, extent.since, extent.until, &problem);
	if (passerelle_error_is(problem, PASSERELLE_ERROR_UNSUPPORTED)) {
		g_error_free(problem);
		return NULL;
	}
	if (listing == NULL) {
		g_propagate_error(error, problem);
		return NULL;
	}
	return proposed_mark_taken(self->session, listing, error) ? g_steal_pointer(&listing)
	                                                          : NULL;
}

static bool calendar_settle(struct endpoint *endpoint, GError **error)
{
	struct calendar_side *self = (struct calendar_side *)(void *)endpoint;
	struct journal *journal = session_journal(self->session);
	g_autoptr(GPtrArray) entries = ledger_in_doubt(journal, ITEM_EVENT, error);
	if (entries == NULL || entries->len == 0) {
		return entries != NULL;
	}
	GError *problem = NULL;
	OWNED(proposed_listing) listing = read_back(self, entries, &problem);
	if (problem != NULL) {
		g_propagate_error(error, problem);
		return false;
	}
	g_autoptr(GPtrArray) settled = g_ptr_array_new();
	for (guint i = 0; i < entries->len; i++) {
		struct ledger_call *entry = g_ptr_array_index(entries, i);
		if (listing != NULL) {
			settle_by_reading(self, entry, listing);
		} else {
			settle_by_policy(self, entry);
		}
		if (entry->state != LEDGER_IN_DOUBT) {
			g_ptr_array_add(settled, entry);
		}
	}
	return settled->len == 0 ||
	       ledger_settle(journal, settled, session_now(self->session), error);
}

static void calendar_close(struct endpoint *endpoint)
{
	struct calendar_side *self = (struct calendar_side *)(void *)endpoint;
	if (self != NULL) {
		g_clear_pointer(&self->sent, g_hash_table_unref);
	}
	g_free(self);
}

/* No call changes, removes or reads an event by its id. */
static const struct endpoint_functions FUNCTIONS = {
	.list = proposed_list,
	.project = calendar_project,
	.create = calendar_create,
	.settle = calendar_settle,
	.close = calendar_close,
};

struct endpoint *orange_calendar_new(struct session *session)
{
	struct calendar_side *self = g_new0(struct calendar_side, 1);
	self->endpoint.functions = &self->functions;
	self->endpoint.name = "orange calendar";
	self->session = session;
	self->functions = FUNCTIONS;
	if (!proposed_may_be_offered(self)) {
		self->functions.list = NULL;
	}
	return &self->endpoint;
}
