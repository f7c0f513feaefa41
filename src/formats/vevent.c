/* SPDX-License-Identifier: MIT */
/* Reads the times of one VEVENT: DTSTART, DTEND or DURATION, RECURRENCE-ID (RFC 5545, 3.6.1). */
#include <string.h>

#include "formats/icalendar_parts.h"

gint64 moment_when(const struct moment *self)
{
	return self->zone ? zone_from_wall(self->zone, self->wall) : self->wall;
}

gint64 moment_wall_in(const struct moment *self, const struct moment *other)
{
	if (self->is_date || (self->is_utc == other->is_utc && self->zone == other->zone)) {
		return self->wall;
	}
	const gint64 when = moment_when(self);
	return other->zone ? zone_to_wall(other->zone, when) : when;
}

static bool input_fail(const struct content_line *line, GError **error)
{
	g_set_error(error, PASSERELLE_ERROR, PASSERELLE_ERROR_INPUT,
	            "line %u: this %s cannot be read", line->number, line->name);
	return false;
}

static bool moment_is_readable(const char *value)
{
	struct moment read = {0};
	return wall_read(value, &read.wall, &read.is_date, &read.is_utc);
}

bool moment_read(const struct content_line *line, const char *value, struct zone_table *zones,
                 const struct zone *floating, struct moment *moment, GError **error)
{
	struct moment read = {0};
	if (!wall_read(value, &read.wall, &read.is_date, &read.is_utc)) {
		return input_fail(line, error);
	}
	const struct content_parameter *const type = content_line_parameter(line, "VALUE");
	if (type && type->values[0] && g_ascii_strcasecmp(type->values[0], "DATE") == 0) {
		/* "VALUE=DATE:20261019T000000": a day was meant */
		read = (struct moment){.wall = wall_day_of(read.wall) * WALL_DAY, .is_date = true};
	}
	const struct content_parameter *const tzid = content_line_parameter(line, "TZID");
	if (!read.is_utc) {
		read.zone = floating;
		if (!read.is_date && tzid && tzid->values[0] && *tzid->values[0]) {
			GError *problem = NULL;
			read.zone = zone_table_find(zones, tzid->values[0], &problem);
			if (!read.zone) {
				g_prefix_error(&problem, "line %u: ", line->number);
				zone_table_guess(zones, problem);
				read.zone = floating;
			}
		}
	}
	*moment = read;
	return true;
}

gint64 span_end(const struct wall_duration *span, const struct zone *zone, gint64 wall, gint64 when)
{
	if (span->days == 0 || !zone) {
		return when + span->days * WALL_DAY + span->seconds;
	}
	return zone_from_wall(zone, wall + span->days * WALL_DAY) + span->seconds;
}

/* DTEND: whole days of a date, else the exact time between (RFC 5545, 3.8.5.3). An end before the
 * start is the start. */
static bool span_from_end(struct vevent *self, const struct content_line *line,
                          struct zone_table *zones, GError **error)
{
	g_autofree char *value = g_strstrip(g_strdup(line->value));
	struct moment end = {0};
	if (!moment_is_readable(value)) {
		return true; /* as if there were none, as other readers have it */
	}
	if (!moment_read(line, value, zones, self->start.zone ? self->start.zone : zones->account,
	                 &end, error)) {
		return false;
	}
	if (self->start.is_date) {
		self->span.days =
			wall_day_of(end.wall + WALL_DAY - 1) - wall_day_of(self->start.wall);
	} else {
		self->span.seconds = moment_when(&end) - moment_when(&self->start);
	}
	return true;
}

static void span_from_duration(struct vevent *self, const struct content_line *line)
{
	g_autofree char *value = g_strstrip(g_strdup(line->value));
	if (!wall_duration_read(value, &self->span)) {
		return;
	}
	if (self->start.is_date) {
		/* only whole days make sense there */
		self->span.days += (self->span.seconds + WALL_DAY - 1) / WALL_DAY;
		self->span.seconds = 0;
	}
}

static bool span_read(struct vevent *self, struct zone_table *zones, GError **error)
{
	const struct content_line *const end = component_property(self->component, "DTEND");
	const struct content_line *const duration = component_property(self->component, "DURATION");
	if (end && !span_from_end(self, end, zones, error)) {
		return false;
	}
	if (!end && duration) {
		span_from_duration(self, duration);
	}
	self->span.days = MAX(self->span.days, self->start.is_date ? 1 : 0);
	self->span.seconds = MAX(self->span.seconds, 0);
	return true;
}

static bool recurrence_id_read(struct vevent *self, struct zone_table *zones, GError **error)
{
	const struct content_line *const line =
		component_property(self->component, "RECURRENCE-ID");
	if (!line) {
		return true;
	}
	g_autofree char *value = g_strstrip(g_strdup(line->value));
	if (!moment_read(line, value, zones, self->start.zone ? self->start.zone : zones->account,
	                 &self->recurrence, error)) {
		return false;
	}
	const struct content_parameter *const range = content_line_parameter(line, "RANGE");
	self->is_override = true;
	self->is_range = range && range->values[0] &&
	                 g_ascii_strcasecmp(range->values[0], "THISANDFUTURE") == 0;
	return true;
}

char *component_uid(const struct component_tree *tree, const struct component *component)
{
	g_autofree char *uid = component_text(component, "UID");
	g_strstrip(uid);
	if (*uid) {
		return g_steal_pointer(&uid);
	}
	return g_compute_checksum_for_data(G_CHECKSUM_SHA256,
	                                   (const guchar *)tree->text + component->offset,
	                                   component->length);
}

struct vevent *entry_read(const struct component_tree *tree, const struct component *component,
                          struct zone_table *zones, GError **error)
{
	OWNED(vevent) self = g_new0(struct vevent, 1);
	self->component = component;
	self->uid = component_uid(tree, component);
	const struct content_line *const start = component_property(component, "DTSTART");
	if (!start) {
		g_set_error(error, PASSERELLE_ERROR, PASSERELLE_ERROR_INPUT,
		            "line %u: event without DTSTART", component->number);
		return NULL;
	}
	g_autofree char *value = g_strstrip(g_strdup(start->value));
	if (!moment_read(start, value, zones, zones->account, &self->start, error) ||
	    !span_read(self, zones, error) || !recurrence_id_read(self, zones, error)) {
		return NULL;
	}
	g_autofree char *status = component_value(component, "STATUS");
	g_autofree char *sequence = component_value(component, "SEQUENCE");
	g_autofree char *transparency = component_value(component, "TRANSP");
	self->is_cancelled =
		component->message != NULL || g_ascii_strcasecmp(status, "CANCELLED") == 0;
	self->is_tentative = g_ascii_strcasecmp(status, "TENTATIVE") == 0;
	self->is_transparent = g_ascii_strcasecmp(transparency, "TRANSPARENT") == 0;
	self->sequence = g_ascii_strtoll(sequence, NULL, 10);
	self->guess = g_steal_pointer(&zones->guess);
	return g_steal_pointer(&self);
}

void vevent_free(struct vevent *self)
{
	if (self) {
		g_free(self->uid);
		g_free(self->guess);
		g_free(self);
	}
}
