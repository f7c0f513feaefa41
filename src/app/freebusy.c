/* SPDX-License-Identifier: MIT */
/* The file beside the calendar that tells when somebody is busy, and nothing else. */
#include "app/freebusy.h"

#include "app/folders.h"
#include "app/log.h"
#include "base/durable.h"
#include "base/limits.h"
#include "stores/busy.h"
#include "stores/export.h"

#include <string.h>

#define EXPORT_KEY "app.export.freebusy"
#define THERE_KEY  "app.freebusy.there" /* the day it was asked, then "STARTS ENDS" a line */
#define UID_DIGITS 32
#define QUARTER    (15 * 60) /* what the service can tell */

struct freebusy {
	struct account *account; /* lent */
	gint64 since, until;     /* local midnights */
	char day[11];            /* of since, dd/MM/yyyy */
	char hour[14];           /* "dd/MM/yyyy HH": of a question that failed */
};

/* False: the zone of the account is not known. */
static bool window_set(struct freebusy *self, gint64 now)
{
	const struct account_config *config = self->account->config;
	char last[11], time[6];
	if (!zone_to_local(now, config->timezone, self->day, time)) {
		return false;
	}
	g_snprintf(self->hour, sizeof self->hour, "%s %.2s", self->day, time);
	return zone_to_local(now + config->recurrence_horizon, config->timezone, last, time) &&
	       zone_from_local(self->day, "00:00", config->timezone, &self->since) &&
	       zone_from_local(last, "00:00", config->timezone, &self->until) &&
	       self->until > self->since;
}

/* What the service said earlier; is_fresh: it need not be asked again. */
static GArray *there_load(const struct freebusy *self, bool *is_fresh)
{
	GArray *busy = g_array_new(FALSE, FALSE, sizeof(struct period));
	g_autofree char *text = journal_memory_get(self->account->journal, THERE_KEY, NULL);
	g_auto(GStrv) lines = g_strsplit(text != NULL ? text : "", "\n", -1);
	*is_fresh = lines[0] != NULL &&
	            (strcmp(lines[0], self->day) == 0 || strcmp(lines[0], self->hour) == 0);
	for (guint i = 1; lines[0] != NULL && lines[i] != NULL; i++) {
		char *rest = NULL;
		struct period period = {.starts = g_ascii_strtoll(lines[i], &rest, 10),
		                        .busy = BUSY_YES};
		period.ends = g_ascii_strtoll(rest, NULL, 10);
		if (period.ends > period.starts) {
			g_array_append_val(busy, period);
		}
	}
	return busy;
}

/* Forgetting it costs asking again. */
static void there_save(const struct freebusy *self, const char *asked, const GArray *busy)
{
	g_autoptr(GString) text = g_string_new(asked);
	for (guint i = 0; i < busy->len; i++) {
		const struct period *period = &g_array_index(busy, struct period, i);
		g_string_append_printf(text, "\n%" G_GINT64_FORMAT " %" G_GINT64_FORMAT,
		                       period->starts, period->ends);
	}
	journal_memory_set(self->account->journal, THERE_KEY, text->str, NULL);
}

static bool may_ask(const struct account *account)
{
	const enum direction direction = account->config->calendar_direction;
	const struct connection *connection = account_connection(account, PART_CALENDAR);
	return connection != NULL && connection->remote != NULL &&
	       connection->driver->read_busy != NULL &&
	       (direction == DIRECTION_BOTH || direction == DIRECTION_PULL);
}

/* Asks the service of the time that is free here; where it does not answer, what it said before
 * stays. */
static GArray *there_ask(const struct freebusy *self, const GArray *gaps)
{
	const struct account *account = self->account;
	bool is_fresh = false;
	GArray *before = there_load(self, &is_fresh);
	if (!may_ask(account) || (is_fresh && !account->is_full)) {
		return before;
	}
	g_autoptr(GError) error = NULL;
	g_autoptr(GArray) busy = g_array_new(FALSE, FALSE, sizeof(struct period));
	const struct connection *connection = account_connection(account, PART_CALENDAR);
	const bool is_told = connection->driver->read_busy(connection->remote, gaps, busy, &error);
	if (!is_told && !passerelle_error_is(error, PASSERELLE_ERROR_UNSUPPORTED)) {
		log_say(LOG_LEVEL_INFO, account->config->name, "availability: %s", error->message);
		there_save(self, self->hour, before);
		return before;
	}
	if (!is_told) {
		g_array_set_size(busy, 0);
	}
	g_array_unref(before);
	there_save(self, self->day, busy);
	return g_steal_pointer(&busy);
}

/* Only between what is known here: an event that takes no time here may take some there. Less than
 * a quarter of an hour beside an event that came since it was asked is that event's. */
static void add_within(GArray *periods, const GArray *there, const GArray *gaps)
{
	for (guint i = 0; i < there->len; i++) {
		const struct period *period = &g_array_index(there, struct period, i);
		for (guint j = 0; j < gaps->len; j++) {
			const struct period *gap = &g_array_index(gaps, struct period, j);
			const struct period part = {MAX(period->starts, gap->starts),
			                            MIN(period->ends, gap->ends), period->busy};
			const gint64 length = part.ends - part.starts;
			const bool is_cut = length < period->ends - period->starts;
			if (length >= QUARTER || (length > 0 && !is_cut)) {
				g_array_append_val(periods, part);
			}
		}
	}
}

static char *text_make(const struct freebusy *self, char *const *folders, gint64 now,
                       GError **error)
{
	const struct account_config *config = self->account->config;
	const struct occurrence_window window = {self->since, self->until, config->timezone};
	g_autoptr(GPtrArray) problems = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GArray) periods =
		busy_of_folders((const char *const *)folders, &window, problems, error);
	if (periods == NULL) {
		return NULL;
	}
	for (guint i = 0; i < problems->len; i++) {
		log_say(LOG_LEVEL_INFO, config->name, "not in the busy time: %s",
		        (const char *)g_ptr_array_index(problems, i));
	}
	g_autoptr(GArray) gaps = freebusy_gaps(periods, self->since, self->until);
	g_autoptr(GArray) there = there_ask(self, gaps);
	add_within(periods, there, gaps);
	g_autoptr(GArray) merged = freebusy_merge(periods, self->since, self->until);
	g_autofree char *key = g_strconcat(config->name, "\n", config->calendar, NULL);
	g_autofree char *sum = g_compute_checksum_for_string(G_CHECKSUM_SHA256, key, -1);
	g_autofree char *uid = g_strdup_printf("passerelle-freebusy-%.*s", UID_DIGITS, sum);
	return freebusy_write(uid, merged, self->since, self->until, now);
}

static bool is_there_already(const char *path, const char *text)
{
	g_autoptr(GBytes) present = durable_read(path, LIMIT_FILE_BYTES, NULL);
	return present != NULL && freebusy_is_same(g_bytes_get_data(present, NULL), text);
}

static bool write_file(const char *path, const char *text, GError **error)
{
	g_autofree char *target = export_target(path, error);
	g_autofree char *around = target != NULL ? g_path_get_dirname(target) : NULL;
	return target != NULL &&
	       (is_there_already(target, text) ||
	        (durable_make_folder(around, 0700, error) && export_replace(target, text, error)));
}

bool freebusy_export_write(struct account *account, const char *path, gint64 now, GError **error)
{
	struct freebusy self = {.account = account};
	if (!window_set(&self, now)) {
		g_set_error(error, PASSERELLE_ERROR, PASSERELLE_ERROR_CONFIG,
		            "no busy time can be told in zone '%s'", account->config->timezone);
		return false;
	}
	bool is_fresh = false;
	g_auto(GStrv) folders = folders_there(account->config, ITEM_EVENT);
	g_array_unref(there_load(&self, &is_fresh));
	g_autofree char *digest =
		g_strdup_printf("%" G_GINT64_MODIFIER "x %s %" G_GINT64_FORMAT " %s",
	                        folders_digest(folders, ITEM_EVENT), self.day, self.until, path);
	g_autofree char *before = journal_memory_get(account->journal, EXPORT_KEY, NULL);
	if ((is_fresh || !may_ask(account)) && !account->is_full &&
	    g_strcmp0(before, digest) == 0 && g_file_test(path, G_FILE_TEST_EXISTS)) {
		return true;
	}
	g_autofree char *text = text_make(&self, folders, now, error);
	return text != NULL && write_file(path, text, error) &&
	       journal_memory_set(account->journal, EXPORT_KEY, digest, error);
}
