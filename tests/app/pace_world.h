/* SPDX-License-Identifier: MIT */
/*
 * A service on a clock of its own: the schedule says when, real cycles run in this process against
 * the emulator, and every call of every API is written down with its time.
 */
#ifndef PASSERELLE_TESTS_APP_PACE_WORLD_H
#define PASSERELLE_TESTS_APP_PACE_WORLD_H

#include "app/log.h"
#include "app/paths.h"
#include "app/schedule.h"
#include "app/secrets.h"
#include "app/sync_account.h"
#include "base/durable.h"
#include "emulator/emulator.h"

#include "scratch.h"

#include <check.h>
#include <stdlib.h>

#define SECOND (gint64)1000
#define MINUTE (60 * SECOND)
#define HOUR   (60 * MINUTE)

static const char *const ACTIONS[PARTS][8] = {
	[PART_CONTACTS] = {"findcontactlist", "getcontact", "addcontact", "adddevice", "getpicture",
                           "addpicture"},
	[PART_CALENDAR] = {"geteventlist", "addevent", "addeventoffline"},
	[PART_MESSAGES] = {"getPersonalMessages"},
};

struct cycle_asked {
	gint64 at;
	unsigned calls[PARTS];
};

struct world {
	struct emulator_options options;
	struct emulator *emulator;
	char *listen, *data;
	/* of the configuration, as it will be read */
	const char *password, *contacts_path;
	int timeout;
	bool is_full; /* as with sync --full */
	struct config *config;
	struct schedule schedule;
	GRand *chance;
	gint64 epoch; /* UTC seconds at now = 0 */
	gint64 now;   /* milliseconds */
	GArray *asked;
	struct cycle_end ends; /* as last told of each part */
};

static inline struct account_config *world_account(const struct world *self)
{
	return config_account(self->config, "home");
}

/* The configuration is read, again: what a start or a reload of the service does. */
static inline void world_reload(struct world *self)
{
	g_autoptr(GError) error = NULL;
	g_autofree char *password_file = scratch_path("password");
	const char *url = emulator_url(self->emulator);
	g_autofree char *text = g_strdup_printf(
		"[account home]\nendpoint = %s\ncontacts_url = %s%s\nservice_id = %s\n"
		"service_password_file = %s\ncontacts = %s/contacts\ncalendar = %s/calendar\n"
		"status = %s/home.json\ntimeout = %ds\nrequests_per_minute = 100000\n"
		"contacts_interval = 1h\ncalendar_interval = 15m\nmessages_interval = 2m\n",
		url, url, self->contacts_path, EMULATOR_SERVICE_ID, password_file, scratch, scratch,
		scratch, self->timeout);
	g_autofree char *line = g_strconcat(self->password, "\n", NULL);
	ck_assert(durable_replace(password_file, line, strlen(line), 0600, NULL));
	config_free(self->config);
	self->config = config_parse(text, strlen(text), "test.conf", &error);
	expect_no_error(error);
	schedule_init(&self->schedule, world_account(self), self->now);
}

static inline void world_start_emulator(struct world *self)
{
	g_autoptr(GError) error = NULL;
	self->emulator = emulator_start(&self->options, &error);
	expect_no_error(error);
}

/* The same server again, at the same address, with what it held. */
static inline void world_restart_emulator(struct world *self)
{
	self->options.listen = self->listen;
	world_start_emulator(self);
}

static inline char *world_control(struct world *self, const char *request)
{
	g_autoptr(GError) error = NULL;
	char *answer = emulator_control(self->emulator, request, NULL, &error);
	expect_no_error(error);
	return answer;
}

static inline void world_do(struct world *self, const char *request)
{
	g_free(world_control(self, request));
}

/* Every action of an API goes wrong like that. */
static inline void world_break(struct world *self, enum part part, const char *kind)
{
	for (gsize i = 0; ACTIONS[part][i] != NULL; i++) {
		g_autofree char *request =
			g_strdup_printf("fault?fault=%s:*:%s", ACTIONS[part][i], kind);
		world_do(self, request);
	}
}

/* As a login does; the service sees the file. */
static inline void world_login(struct world *self, const char *token)
{
	g_autofree char *fresh = token == NULL ? emulator_new_token(self->emulator) : NULL;
	ck_assert(secrets_store_token("home", token == NULL ? fresh : token, NULL));
	schedule_wake(&self->schedule, self->now);
}

static inline void world_quiet(void)
{
	int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
	log_open(LOG_LEVEL_ERROR);
	dup2(nowhere, STDERR_FILENO);
	close(nowhere);
}

static inline void world_init(struct world *self, const struct emulator_options *options)
{
	g_autofree char *state = scratch_path("state");
	g_setenv("STATE_DIRECTORY", state, TRUE);
	ck_assert(paths_make_state(NULL));
	world_quiet();
	*self = (struct world){
		.options = *options,
		.password = EMULATOR_SERVICE_PASSWORD,
		.contacts_path = "/PersonalContacts/V1",
		.timeout = 30,
		.chance = g_rand_new_with_seed(20),
		.epoch = g_get_real_time() / G_USEC_PER_SEC,
		.asked = g_array_new(FALSE, FALSE, sizeof(struct cycle_asked)),
		.data = scratch_path("data.json"),
	};
	self->options.data = self->data;
	self->options.unread = 3;
	world_start_emulator(self);
	self->listen = g_strdup_printf("127.0.0.1:%u", emulator_port(self->emulator));
	world_reload(self);
	world_login(self, NULL);
}

static inline void world_clear(struct world *self)
{
	emulator_stop(self->emulator);
	config_free(self->config);
	g_rand_free(self->chance);
	g_array_unref(self->asked);
	g_free(self->data);
	g_free(self->listen);
}

/* ---- files that a person drops ---- */

static inline void world_touch(struct world *self, enum part part)
{
	schedule_touch(&self->schedule, part, self->now + 1500); /* as the runner does */
}

static inline void world_drop_card(struct world *self, const char *name, const char *more)
{
	g_autofree char *folder = scratch_path("contacts");
	g_autofree char *file = g_strconcat("contacts/", name, ".vcf", NULL);
	g_autofree char *text =
		g_strdup_printf("BEGIN:VCARD\r\nVERSION:3.0\r\nUID:%s\r\nFN:Test %s\r\n"
	                        "N:%s;Test;;;\r\n%sEND:VCARD\r\n",
	                        name, name, name, more);
	g_mkdir_with_parents(folder, 0700);
	scratch_write(file, text);
	world_touch(self, PART_CONTACTS);
}

static inline void world_drop_event(struct world *self, const char *name, int days)
{
	g_autofree char *folder = scratch_path("calendar");
	g_autofree char *file = g_strconcat("calendar/", name, ".ics", NULL);
	g_autoptr(GDateTime) day = g_date_time_new_from_unix_utc(self->epoch + days * 86400);
	g_autofree char *date = g_date_time_format(day, "%Y%m%d");
	g_autofree char *text = g_strdup_printf(
		"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//EN\r\nBEGIN:VEVENT\r\nUID:%s\r\n"
		"DTSTAMP:20260101T000000Z\r\nDTSTART:%sT090000Z\r\nDTEND:%sT100000Z\r\n"
		"SUMMARY:%s\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n",
		name, date, date, name);
	g_mkdir_with_parents(folder, 0700);
	scratch_write(file, text);
	world_touch(self, PART_CALENDAR);
}

/* ---- time ---- */

static inline void world_count(struct world *self, unsigned counts[PARTS])
{
	memset(counts, 0, sizeof(unsigned) * PARTS);
	for (enum part part = 0; part < PARTS && self->emulator != NULL; part++) {
		for (gsize i = 0; ACTIONS[part][i] != NULL; i++) {
			counts[part] += emulator_count_calls(self->emulator, ACTIONS[part][i]);
		}
	}
}

/* One cycle, and what it asked. Without a server a cycle of a part counts as one call. */
static inline void world_cycle(struct world *self, const bool parts[PARTS])
{
	unsigned before[PARTS], after[PARTS];
	struct cycle_asked asked = {.at = self->now};
	struct cycle_end end = {0};
	struct sync_wish wish = {
		.is_quiet = true,
		.is_for_service = true,
		.is_full = self->is_full,
		.now = self->epoch + self->now / SECOND,
	};
	memcpy(wish.wants, parts, sizeof wish.wants);
	world_count(self, before);
	sync_account(world_account(self), &wish, &end);
	world_count(self, after);
	self->now += SECOND;
	for (enum part part = 0; part < PARTS; part++) {
		asked.calls[part] =
			self->emulator != NULL ? after[part] - before[part] : parts[part];
		if (end.parts[part].is_told) {
			self->ends.parts[part] = end.parts[part];
		}
	}
	g_array_append_val(self->asked, asked);
	schedule_end(&self->schedule, &end, self->now, g_rand_double(self->chance));
}

static inline void world_pass(struct world *self, gint64 milliseconds)
{
	gint64 until = self->now + milliseconds;
	while (schedule_next(&self->schedule) < until) {
		bool parts[PARTS];
		self->now = MAX(self->now, schedule_next(&self->schedule));
		ck_assert(schedule_take(&self->schedule, self->now, parts));
		world_cycle(self, parts);
	}
	self->now = MAX(self->now, until);
}

/* The most calls of an API in any 60 minutes that began between the two. */
static inline unsigned world_most(const struct world *self, enum part part, gint64 since,
                                  gint64 until)
{
	unsigned most = 0;
	for (guint i = 0; i < self->asked->len; i++) {
		const gint64 at = g_array_index(self->asked, struct cycle_asked, i).at;
		unsigned sum = 0;
		for (guint j = i; j < self->asked->len && at >= since && at < until; j++) {
			const struct cycle_asked *asked =
				&g_array_index(self->asked, struct cycle_asked, j);
			sum += asked->at < MIN(at + HOUR, until) ? asked->calls[part] : 0;
		}
		most = MAX(most, sum);
	}
	return most;
}

static inline unsigned world_all(const struct world *self, enum part part, gint64 since,
                                 gint64 until)
{
	unsigned sum = 0;
	for (guint i = 0; i < self->asked->len; i++) {
		const struct cycle_asked *asked =
			&g_array_index(self->asked, struct cycle_asked, i);
		sum += asked->at >= since && asked->at < until ? asked->calls[part] : 0;
	}
	return sum;
}

/* Cycles in which something was asked of an API. */
static inline unsigned world_cycles(const struct world *self, enum part part, gint64 since,
                                    gint64 until)
{
	unsigned count = 0;
	for (guint i = 0; i < self->asked->len; i++) {
		const struct cycle_asked *asked =
			&g_array_index(self->asked, struct cycle_asked, i);
		count += asked->at >= since && asked->at < until && asked->calls[part] > 0;
	}
	return count;
}

#endif
