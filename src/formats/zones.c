/* SPDX-License-Identifier: MIT */
/* Zones by name, and the way between wall time and UTC. */
#include "formats/zone.h"

#include <string.h>
#include <time.h>

#include "formats/icalendar.h"
#include "formats/wall.h"

#define ZONE_NAME_BYTES 128 /* an honest one has 40 */
#define PREFIX_BYTES    512

struct zone {
	GTimeZone *system; /* or: */
	GArray *changes;   /* struct zone_change */
	gint32 before;
};

void zone_free(struct zone *self)
{
	if (self) {
		g_clear_pointer(&self->system, g_time_zone_unref);
		g_clear_pointer(&self->changes, g_array_unref);
		g_free(self);
	}
}

/* Only what can be a zone of the system: "localtime", "right/…" and "../x" are not. */
static bool name_is_plain(const char *name)
{
	const gsize length = strnlen(name, ZONE_NAME_BYTES);
	return length > 0 && length < ZONE_NAME_BYTES && g_ascii_isupper(name[0]) &&
	       strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/_+-") ==
	               length;
}

static bool system_has_zone(const char *name)
{
	const char *const folder = g_getenv("TZDIR");
	g_autofree char *path =
		g_build_filename(folder ? folder : "/usr/share/zoneinfo", name, NULL);
	return g_file_test(path, G_FILE_TEST_IS_REGULAR);
}

/* Kept: a zone that was known must not become unknown, and its events refused, because its file
 * cannot be read for a moment. NULL where there is none. */
static GTimeZone *system_zone(const char *name)
{
	static GHashTable *zones;
	if (!zones) {
		zones = g_hash_table_new(g_str_hash, g_str_equal);
	}
	GTimeZone *zone = g_hash_table_lookup(zones, name);
	if (zone || !system_has_zone(name)) {
		return zone;
	}
	zone = g_time_zone_new_identifier(name);
	if (zone) {
		g_hash_table_insert(zones, g_strdup(name), zone);
	}
	return zone;
}

static bool name_is_utc(const char *name)
{
	static const char *const names[] = {"UTC", "Etc/UTC", "Etc/GMT", "GMT",
	                                    "Z",   "Zulu",    "Etc/Zulu"};
	for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
		if (g_ascii_strcasecmp(names[i], name) == 0) {
			return true;
		}
	}
	return false;
}

static struct zone *zone_fixed(gint32 offset)
{
	struct zone *const self = g_new0(struct zone, 1);
	self->before = offset;
	return self;
}

struct zone *zone_open(const char *name)
{
	if (!name || !name_is_plain(name)) {
		return NULL;
	}
	if (name_is_utc(name)) {
		return zone_fixed(0);
	}
	GTimeZone *const zone = system_zone(name);
	if (!zone) {
		return NULL;
	}
	struct zone *const self = g_new0(struct zone, 1);
	self->system = g_time_zone_ref(zone);
	return self;
}

struct zone *zone_from_changes(GArray *changes, gint32 before)
{
	struct zone *const self = zone_fixed(before);
	self->changes = changes;
	return self;
}

/* "/freeassociation.sourceforge.net/Europe/Paris",
 * "/citadel.org/20210210_1/America/Argentina/Salta": the longest known tail. */
static struct zone *zone_behind_prefix(const char *tzid)
{
	if (tzid[0] != '/' || strnlen(tzid, PREFIX_BYTES) == PREFIX_BYTES) {
		return NULL;
	}
	for (const char *tail = tzid; tail; tail = strchr(tail + 1, '/')) {
		struct zone *const zone = zone_open(tail + 1);
		if (zone) {
			return zone;
		}
	}
	return NULL;
}

/* "UTC+02:00", "GMT-0500"; not "(UTC-05:00) Eastern Time", whose clocks change. */
static struct zone *zone_of_offset(const char *tzid)
{
	if (g_ascii_strncasecmp(tzid, "UTC", 3) != 0 && g_ascii_strncasecmp(tzid, "GMT", 3) != 0) {
		return NULL;
	}
	char digits[6] = "";
	gsize count = 0;
	const char *at = tzid + 3;
	for (; count < 5 && (g_ascii_isdigit(*at) || strchr("+-:", *at)) && *at; at++) {
		if (*at != ':') {
			digits[count++] = *at;
		}
	}
	gint32 offset = 0;
	return *at == '\0' && wall_offset_read(digits, &offset) ? zone_fixed(offset) : NULL;
}

struct zone *zone_find(const char *tzid)
{
	if (g_str_equal(tzid, "utc")) {
		return zone_fixed(0);
	}
	struct zone *zone = zone_open(tzid);
	if (!zone) {
		zone = zone_behind_prefix(tzid);
	}
	if (!zone) {
		zone = zone_open(zone_windows_name(tzid));
	}
	return zone ? zone : zone_of_offset(tzid);
}

static gint32 system_offset(GTimeZone *zone, gint64 when)
{
	return g_time_zone_get_offset(zone,
	                              g_time_zone_find_interval(zone, G_TIME_TYPE_UNIVERSAL, when));
}

static gint32 changes_offset(const struct zone *self, gint64 when)
{
	guint low = 0; /* the number of changes at or before when */
	guint high = self->changes->len;
	while (low < high) {
		const guint middle = low + (high - low) / 2;
		if (g_array_index(self->changes, struct zone_change, middle).since <= when) {
			low = middle + 1;
		} else {
			high = middle;
		}
	}
	return low == 0 ? self->before
	                : g_array_index(self->changes, struct zone_change, low - 1).offset;
}

static gint32 zone_offset(const struct zone *self, gint64 when)
{
	if (self->system) {
		return system_offset(self->system, when);
	}
	return self->changes ? changes_offset(self, when) : self->before;
}

gint64 zone_to_wall(const struct zone *self, gint64 when)
{
	return when + zone_offset(self, when);
}

gint64 zone_from_wall(const struct zone *self, gint64 wall)
{
	const gint64 by_before = wall - zone_offset(self, wall - WALL_DAY);
	if (zone_to_wall(self, by_before) == wall) {
		return by_before;
	}
	const gint64 by_after = wall - zone_offset(self, wall + WALL_DAY);
	return zone_to_wall(self, by_after) == wall ? by_after : by_before;
}

bool zone_is_known(const char *zone_name)
{
	OWNED(zone) zone = zone_open(zone_name);
	return zone != NULL;
}

bool zone_to_local(gint64 when, const char *zone_name, char date[11], char time[6])
{
	OWNED(zone) zone = zone_open(zone_name);
	if (!zone || when < wall_days(1, 1, 2) * WALL_DAY ||
	    when > wall_days(9999, 12, 30) * WALL_DAY) {
		return false;
	}
	const struct wall_fields fields = wall_to_fields(zone_to_wall(zone, when));
	if (fields.year < 0 || fields.year > 9999) {
		return false;
	}
	g_snprintf(date, 11, "%02d/%02d/%04d", fields.day, fields.month, fields.year);
	g_snprintf(time, 6, "%02d:%02d", fields.hour, fields.minute);
	return true;
}

/* Digits stand for themselves, every other character must be there. */
static bool fields_fit(const char *text, const char *shape)
{
	for (; *shape; shape++, text++) {
		if (*shape == '0' ? !g_ascii_isdigit(*text) : *text != *shape) {
			return false;
		}
	}
	return *text == '\0';
}

bool zone_from_local(const char *date, const char *time, const char *zone_name, gint64 *when)
{
	if (!fields_fit(date, "00/00/0000") || !fields_fit(time, "00:00") ||
	    g_str_has_prefix(time, "24")) {
		return false;
	}
	char value[] = "yyyymmddTHHMM00";
	memcpy(value, date + 6, 4);
	memcpy(value + 4, date + 3, 2);
	memcpy(value + 6, date, 2);
	memcpy(value + 9, time, 2);
	memcpy(value + 11, time + 3, 2);
	gint64 wall = 0;
	bool is_date = false;
	bool is_utc = false;
	OWNED(zone) zone = zone_open(zone_name);
	if (!zone || !wall_read(value, &wall, &is_date, &is_utc)) {
		return false;
	}
	*when = zone_from_wall(zone, wall);
	return true;
}
