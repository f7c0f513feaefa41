/* SPDX-License-Identifier: MIT */
/* What a server asked for that outlives a process. */
#include "remotes/dav/pace.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "journal/journal.h"

#define CLOCK_SLACK   60 /* seconds by which a clock may be set back */
#define DIGEST_DIGITS 16

struct dav_pace {
	const struct remote_settings *settings; /* lent */
	struct journal *journal;                /* lent; nullable */
	char *key;
	double level;
	gint64 level_at; /* 0 = not known */
	gint64 paused_at, paused_until;
	gint64 refused_at; /* 0 = not refused */
	char *digest;      /* of what was refused */
	bool is_changed;
	bool is_new; /* refused in this session */
};

/* The journal's id is random: without it nothing tells which password gives which digest. */
static char *digest_of(const struct dav_pace *self)
{
	const struct remote_settings *settings = self->settings;
	const char *id = self->journal == NULL ? "" : journal_id(self->journal);
	const char *const asked_with[] = {settings->user,         settings->password,
	                                  settings->bearer,       settings->endpoint,
	                                  settings->contacts_url, settings->calendar_url};
	g_autoptr(GHmac) hmac = g_hmac_new(G_CHECKSUM_SHA256, (const guchar *)id, strlen(id));
	for (gsize i = 0; i < G_N_ELEMENTS(asked_with); i++) {
		const char *text = asked_with[i] == NULL ? "" : asked_with[i];
		g_hmac_update(hmac, (const guchar *)text, (gssize)strlen(text) + 1);
	}
	return g_strndup(g_hmac_get_string(hmac), DIGEST_DIGITS);
}

static gint64 read_time(const json_t *root, const char *name)
{
	return MAX((gint64)json_integer_value(json_object_get(root, name)), 0);
}

struct dav_pace *dav_pace_open(const struct remote_settings *settings, const char *part,
                               struct journal *journal)
{
	struct dav_pace *self = g_new0(struct dav_pace, 1);
	self->settings = settings;
	self->journal = journal;
	self->key = g_strdup_printf("dav.%s.pace", part);
	g_autofree char *text =
		journal == NULL ? NULL : journal_memory_get(journal, self->key, NULL);
	json_t *root = text == NULL ? NULL : json_loads(text, JSON_REJECT_DUPLICATES, NULL);
	self->level = json_number_value(json_object_get(root, "level"));
	self->level_at = read_time(root, "at");
	self->paused_at = read_time(root, "paused_at");
	self->paused_until = read_time(root, "paused_until");
	self->refused_at = read_time(root, "refused_at");
	self->digest = g_strdup(json_string_value(json_object_get(root, "digest")));
	json_decref(root);
	return self;
}

void dav_pace_free(struct dav_pace *self)
{
	if (self == NULL) {
		return;
	}
	g_free(self->key);
	g_free(self->digest);
	g_free(self);
}

double dav_pace_level(const struct dav_pace *self)
{
	if (self->level_at == 0) {
		return G_MAXDOUBLE;
	}
	const gint64 passed = MAX(self->settings->now - self->level_at, 0);
	return self->level + (double)passed * self->settings->requests_per_minute / 60.0;
}

/* A clock that was set back since has forgotten when the pause began. */
static bool is_within(gint64 from, gint64 until, gint64 longest, gint64 now)
{
	return now < until && now >= from - CLOCK_SLACK && until - from <= longest;
}

GError *dav_pace_obstacle(const struct dav_pace *self, gint64 now)
{
	if (is_within(self->paused_at, self->paused_until, DAV_LONGEST_PAUSE, now)) {
		g_autoptr(GDateTime) time = g_date_time_new_from_unix_utc(self->paused_until);
		g_autofree char *until = g_date_time_format(time, "%Y-%m-%d %H:%M:%S UTC");
		return g_error_new(PASSERELLE_ERROR, PASSERELLE_ERROR_NETWORK,
		                   "the server asks to wait until %s", until);
	}
	if (self->refused_at == 0 || self->is_new || self->settings->is_full ||
	    !is_within(self->refused_at, self->refused_at + DAV_REFUSAL_PAUSE, DAV_REFUSAL_PAUSE,
	               now)) {
		return NULL;
	}
	g_autofree char *digest = digest_of(self);
	if (g_strcmp0(digest, self->digest) != 0) {
		return NULL;
	}
	return g_error_new(PASSERELLE_ERROR, PASSERELLE_ERROR_AUTH,
	                   "the server did not accept the user and password, or the token; they "
	                   "are tried again in an hour, once they change, or by passerelle sync "
	                   "--full");
}

static void note_pause(struct dav_pace *self, gint64 asked, gint64 now)
{
	const gint64 seconds = asked < 0 ? DAV_SHORT_PAUSE : MIN(asked, DAV_LONGEST_PAUSE);
	if (self->paused_until < now + seconds ||
	    !is_within(self->paused_at, self->paused_until, DAV_LONGEST_PAUSE, now)) {
		self->paused_at = now;
		self->paused_until = now + seconds;
		self->is_changed = true;
	}
}

void dav_pace_learn(struct dav_pace *self, const struct http_request *wire, gint64 now)
{
	if (wire->status == 503 || wire->status == 429) {
		note_pause(self, wire->retry_after, now);
	}
	if (wire->status == 401) {
		g_free(self->digest);
		self->digest = digest_of(self);
		self->refused_at = now;
		self->is_new = self->is_changed = true;
	} else if (self->refused_at != 0 && wire->status < 400) {
		self->refused_at = 0;
		self->is_changed = true;
	}
}

void dav_pace_save(struct dav_pace *self, bool was_asked, double level, gint64 now)
{
	if (self->journal == NULL || (!self->is_changed && (!was_asked || level < 0))) {
		return;
	}
	json_t *root = json_object();
	if (level >= 0) {
		json_object_set_new(root, "level", json_real(level));
		/* now was cut to the second: what passed of it is not counted twice */
		json_object_set_new(root, "at", json_integer(now + 1));
	}
	if (self->paused_until > now) {
		json_object_set_new(root, "paused_at", json_integer(self->paused_at));
		json_object_set_new(root, "paused_until", json_integer(self->paused_until));
	}
	if (self->refused_at != 0) {
		json_object_set_new(root, "refused_at", json_integer(self->refused_at));
		json_object_set_new(root, "digest", json_string(self->digest));
	}
	g_autoptr(GError) error = NULL;
	char *text = json_dumps(root, JSON_COMPACT | JSON_REAL_PRECISION(6));
	if (!journal_memory_set(self->journal, self->key, text, &error)) {
		g_debug("the pace is not remembered: %s", error->message);
	}
	free(text);
	json_decref(root);
}
