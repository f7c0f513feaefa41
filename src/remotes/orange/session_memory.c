/* SPDX-License-Identifier: MIT */
/* What the service asked for that outlives a process. */
#include "remotes/orange/session_memory.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "journal/journal.h"

#define MEMORY_KEY    "session.pace"
#define CLOCK_SLACK   60 /* seconds that a clock may be set back without our noticing */
#define DIGEST_DIGITS 8  /* enough to see a change, too few to try passwords on */

/* Of one API; UTC seconds. */
struct pace {
	gint64 paused_at, paused_until; /* 0 = it asked for no pause */
	int refusal;                    /* -8 or -10; 0 = none */
	gint64 refused_since;
	char *digest;   /* of what it was refused with */
	bool is_waived; /* asked again all the same */
};

struct session_memory {
	const struct remote_settings *settings; /* lent */
	struct journal *journal;                /* lent */
	struct pace paces[SESSION_APIS];
	double level; /* at level_at; 0 = never kept */
	gint64 level_at;
	bool is_changed;
};

/* ---- the journal ---- */

/* A time; what is none must not overflow when it is counted with. */
static gint64 read_time(const json_t *object, const char *name)
{
	return CLAMP(json_integer_value(json_object_get(object, name)), 0, G_MAXINT64 / 4);
}

static void pace_read(struct pace *self, const json_t *object, bool is_waived)
{
	const char *digest = json_string_value(json_object_get(object, "digest"));
	self->paused_at = read_time(object, "paused_at");
	self->paused_until = read_time(object, "paused_until");
	if (digest != NULL) {
		const gint64 number = json_integer_value(json_object_get(object, "refused"));
		self->refusal = (int)CLAMP(number, G_MININT, 0);
		self->refused_since = read_time(object, "since");
		self->digest = g_strdup(digest);
		self->is_waived = is_waived;
	}
}

struct session_memory *session_memory_open(const struct remote_settings *settings,
                                           struct journal *journal)
{
	struct session_memory *self = g_new0(struct session_memory, 1);
	self->settings = settings;
	self->journal = journal;
	g_autofree char *text =
		journal == NULL ? NULL : journal_memory_get(journal, MEMORY_KEY, NULL);
	json_t *root = text == NULL ? NULL : json_loads(text, JSON_REJECT_DUPLICATES, NULL);
	self->level = json_number_value(json_object_get(root, "level"));
	self->level_at = read_time(root, "at");
	for (gsize i = 0; i < SESSION_APIS; i++) {
		pace_read(&self->paces[i],
		          json_object_get(root, session_api_name((enum session_api)i)),
		          settings->is_full);
	}
	json_decref(root);
	return self;
}

void session_memory_free(struct session_memory *self)
{
	if (self == NULL) {
		return;
	}
	for (gsize i = 0; i < SESSION_APIS; i++) {
		g_free(self->paces[i].digest);
	}
	g_free(self);
}

/* NULL = nothing to keep. */
static json_t *pace_write(const struct pace *self, gint64 now)
{
	json_t *object = json_object();
	if (self->paused_until > now) {
		json_object_set_new(object, "paused_at", json_integer(self->paused_at));
		json_object_set_new(object, "paused_until", json_integer(self->paused_until));
	}
	if (self->refusal != 0) {
		json_object_set_new(object, "refused", json_integer(self->refusal));
		json_object_set_new(object, "since", json_integer(self->refused_since));
		json_object_set_new(object, "digest", json_string(self->digest));
	}
	if (json_object_size(object) == 0) {
		json_decref(object);
		return NULL;
	}
	return object;
}

void session_memory_save(struct session_memory *self, bool was_asked, double level, gint64 now)
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
	for (gsize i = 0; i < SESSION_APIS; i++) {
		json_t *pace = pace_write(&self->paces[i], now);
		if (pace != NULL) {
			json_object_set_new(root, session_api_name((enum session_api)i), pace);
		}
	}
	g_autoptr(GError) error = NULL;
	char *text = json_dumps(root, JSON_COMPACT | JSON_REAL_PRECISION(6));
	if (!journal_memory_set(self->journal, MEMORY_KEY, text, &error)) {
		g_debug("the pace is not remembered: %s", error->message);
	}
	free(text);
	json_decref(root);
}

/* ---- the rate ---- */

double session_memory_level(const struct session_memory *self)
{
	if (self->level_at == 0) {
		return G_MAXDOUBLE;
	}
	const gint64 passed = MAX(self->settings->now - self->level_at, 0);
	return self->level + (double)passed * self->settings->requests_per_minute / 60.0;
}

/* ---- pauses and refusals ---- */

/* The journal's id is random: without it nothing tells which password gives which digest. */
static char *digest_of(const struct session_memory *self, const char *url)
{
	const char *id = self->journal == NULL ? "" : journal_id(self->journal);
	const char *const asked_with[] = {url, self->settings->service_id,
	                                  self->settings->service_password};
	g_autoptr(GHmac) hmac = g_hmac_new(G_CHECKSUM_SHA256, (const guchar *)id, strlen(id));
	for (gsize i = 0; i < G_N_ELEMENTS(asked_with); i++) {
		const char *text = asked_with[i] == NULL ? "" : asked_with[i];
		g_hmac_update(hmac, (const guchar *)text, (gssize)strlen(text) + 1);
	}
	return g_strndup(g_hmac_get_string(hmac), DIGEST_DIGITS);
}

static char *time_words(gint64 seconds)
{
	g_autoptr(GDateTime) time = g_date_time_new_from_unix_utc(seconds);
	return time == NULL ? g_strdup("?") : g_date_time_format(time, "%Y-%m-%d %H:%M:%S UTC");
}

/* A clock that was set back since has forgotten when the pause began: the service says it again. */
static bool is_paused(const struct pace *self, gint64 now)
{
	return now < self->paused_until && now >= self->paused_at - CLOCK_SLACK &&
	       self->paused_until - self->paused_at <= SESSION_LONGEST_PAUSE;
}

static GError *refusal_error(const struct pace *self, enum session_api api, const char *what)
{
	g_autofree char *since = time_words(self->refused_since);
	return g_error_new(PASSERELLE_ERROR, PASSERELLE_ERROR_CONFIG,
	                   "%s: the service refuses the %s of the %s API (error %d) since %s; not "
	                   "asked again until the configuration changes, or passerelle sync --full",
	                   what,
	                   self->refusal == -10 ? "address" : "credentials or the subscription",
	                   session_api_name(api), self->refusal, since);
}

GError *session_memory_obstacle(const struct session_memory *self, enum session_api api,
                                const char *url, const char *what, gint64 now)
{
	const struct pace *pace = &self->paces[api];
	if (is_paused(pace, now)) {
		g_autofree char *until = time_words(pace->paused_until);
		return g_error_new(PASSERELLE_ERROR, PASSERELLE_ERROR_NETWORK,
		                   "%s: the service asks to wait until %s", what, until);
	}
	if (pace->refusal == 0 || pace->is_waived) {
		return NULL;
	}
	g_autofree char *digest = digest_of(self, url);
	return strcmp(digest, pace->digest) == 0 ? refusal_error(pace, api, what) : NULL;
}

static void note_pause(struct session_memory *self, struct pace *pace, gint64 asked, gint64 now)
{
	const gint64 seconds = asked < 0 ? SESSION_SHORT_PAUSE : MIN(asked, SESSION_LONGEST_PAUSE);
	if (!is_paused(pace, now) || pace->paused_until < now + seconds) {
		pace->paused_at = now;
		pace->paused_until = now + seconds;
		self->is_changed = true;
	}
}

/* Since when it is refused stays while nothing changes. */
static void note_refusal(struct session_memory *self, struct pace *pace, const char *url, int code,
                         gint64 now)
{
	g_autofree char *digest = digest_of(self, url);
	const bool is_news = pace->refusal != code || g_strcmp0(pace->digest, digest) != 0;
	pace->is_waived = false;
	if (is_news) {
		pace->refusal = code;
		pace->refused_since = now;
		g_free(pace->digest);
		pace->digest = g_steal_pointer(&digest);
		self->is_changed = true;
	}
}

/* Which meanings show that the credentials were taken; an outage does not. */
static bool is_acceptance(enum reply_meaning meaning)
{
	return meaning != MEANING_CONFIG && meaning != MEANING_TRANSIENT &&
	       meaning != MEANING_UNREADABLE;
}

void session_memory_learn(struct session_memory *self, enum session_api api, const char *url,
                          const struct http_request *request, const struct reply *reply, gint64 now)
{
	struct pace *pace = &self->paces[api];
	if (request->status == 503 || request->status == 429) {
		note_pause(self, pace, request->retry_after, now);
	}
	if (reply->meaning == MEANING_CONFIG) {
		note_refusal(self, pace, url, reply->code, now);
	} else if (pace->refusal != 0 && is_acceptance(reply->meaning)) {
		pace->refusal = 0;
		g_clear_pointer(&pace->digest, g_free);
		self->is_changed = true;
	}
}
