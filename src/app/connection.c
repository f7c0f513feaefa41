/* SPDX-License-Identifier: MIT */
/* One of the services behind an account: its driver, what proves who asks, and the remote. */
#include "app/connection.h"

#include "app/interrupt.h"
#include "app/oauth.h"
#include "app/progress.h"
#include "app/service.h"
#include "formats/icalendar.h"

static void connection_free(gpointer data)
{
	struct connection *self = data;
	if (self->remote != NULL) {
		self->driver->close(self->remote);
	}
	g_strfreev(self->mailboxes);
	secret_free(self->service_password);
	secret_free(self->token);
	secret_free(self->password);
	secret_free(self->client_secret);
	secret_free(self->bearer);
	g_clear_error(&self->error);
	g_free(self);
}

static struct connection *find_driver(const GPtrArray *self, const struct remote_driver *driver)
{
	for (guint i = 0; i < self->len; i++) {
		struct connection *connection = g_ptr_array_index(self, i);
		if (connection->driver == driver) {
			return connection;
		}
	}
	return NULL;
}

struct connection *connections_find(const GPtrArray *self, enum part part)
{
	for (guint i = 0; i < self->len; i++) {
		struct connection *connection = g_ptr_array_index(self, i);
		if (connection->serves[part]) {
			return connection;
		}
	}
	return NULL;
}

GPtrArray *connections_new(const struct account_config *config)
{
	GPtrArray *self = g_ptr_array_new_with_free_func(connection_free);
	for (enum part part = 0; part < HEALTH_PARTS; part++) {
		const struct remote_driver *driver = service_of(config, part).driver;
		if (!service_has(driver, part)) {
			continue;
		}
		struct connection *connection = find_driver(self, driver);
		if (connection == NULL) {
			connection = g_new0(struct connection, 1);
			connection->config = config;
			connection->driver = driver;
			g_ptr_array_add(self, connection);
		}
		connection->serves[part] = true;
	}
	return self;
}

/* How the user signs in: what its parts say of it is the same, or they have drivers of their own.
 */
static struct service first_service(const struct connection *self)
{
	enum part part = PART_CONTACTS;
	while (!self->serves[part]) {
		part++;
	}
	return service_of(self->config, part);
}

/* A password of its own goes before the sign-in of the account: another service may know neither.
 */
static bool signs_in_by_oauth(const struct connection *self, const struct service *service)
{
	return self->driver->knows_users && oauth_is_used(self->config) &&
	       !secret_source_is_given(&service->password);
}

static bool read_user_secrets(struct connection *self)
{
	const struct service service = first_service(self);
	if (signs_in_by_oauth(self, &service)) {
		self->client_secret = oauth_client_secret(self->config, &self->error);
	} else if (secret_source_is_given(&service.password)) {
		self->password = secrets_read(&service.password, self->config->name, &self->error);
	}
	return self->error == NULL;
}

static bool read_service_secrets(struct connection *self, bool needs_token)
{
	g_autoptr(GError) why = NULL;
	self->token = secrets_token(self->config, &why);
	if (self->token == NULL && needs_token) {
		self->error = g_steal_pointer(&why);
		return false;
	}
	self->service_password = secrets_password(self->config, &self->error);
	return self->service_password != NULL;
}

bool connection_read_secrets(struct connection *self, bool needs_token)
{
	g_clear_error(&self->error);
	return self->driver->knows_users ? read_user_secrets(self)
	                                 : read_service_secrets(self, needs_token);
}

/* What another service is told stays there. */
static const char *own_url(const struct connection *self, enum part part)
{
	return self->serves[part] ? service_of(self->config, part).url : NULL;
}

static void fill_settings(struct connection *self, const struct journal *journal, bool is_full,
                          gint64 now)
{
	const struct account_config *config = self->config;
	self->settings = (struct remote_settings){
		.account = config->name,
		.endpoint = service_owns_endpoint(config, self->driver) ? config->endpoint : NULL,
		.contacts_url = own_url(self, PART_CONTACTS),
		.calendar_url = own_url(self, PART_CALENDAR),
		.messages_url = own_url(self, PART_MESSAGES),
		.service_id = config->service_id,
		.service_password = self->service_password,
		.token = self->token,
		.user = first_service(self).user,
		.password = self->password,
		.bearer = self->bearer,
		.client_certificate = config->client_certificate,
		.client_key = config->client_key,
		.pinned_key = config->pinned_key,
		.mailboxes = self->mailboxes,
		.timezone = config->timezone,
		.recurrence_horizon = config->recurrence_horizon,
		.since = journal != NULL ? journal_created(journal) : now,
		.push_past_events = config->push_past_events != 0,
		.in_doubt = (enum in_doubt_policy)config->in_doubt,
		.in_doubt_grace = config->in_doubt_grace,
		.vcard_major = (unsigned)config->vcard_version,
		.max_connections = (unsigned)config->max_connections,
		.requests_per_minute = config->requests_per_minute != 0
	                                       ? (unsigned)config->requests_per_minute
	                                       : self->driver->requests_per_minute,
		.timeout = config->timeout,
		.ca_file = config->ca_file,
		.proxy = config->proxy,
		.is_full = is_full,
		.now = now,
		.cancelled = interrupt_flag(),
		.progress = progress_show,
		.progress_data = config->name,
	};
}

/* A folder's name may hold blanks. */
static char **mailboxes_of(const struct account_config *config)
{
	g_autoptr(GPtrArray) names = g_ptr_array_new();
	g_auto(GStrv) words = g_strsplit(config->mail_folders, ",", -1);
	for (char **word = words; *word != NULL; word++) {
		if (g_strstrip(*word)[0] != '\0') {
			g_ptr_array_add(names, g_strdup(*word));
		}
	}
	g_ptr_array_add(names, NULL);
	return (char **)g_ptr_array_steal(names, NULL);
}

bool connection_open(struct connection *self, struct journal *journal, bool is_full, gint64 now)
{
	if (!zone_is_known(self->config->timezone)) {
		g_clear_error(&self->error);
		g_set_error(&self->error, PASSERELLE_ERROR, PASSERELLE_ERROR_CONFIG,
		            "no time zone is called \"%s\"", self->config->timezone);
		return false;
	}
	const struct service service = first_service(self);
	if (signs_in_by_oauth(self, &service)) {
		self->bearer = oauth_access(self->config, self->client_secret, now, &self->error);
		if (self->bearer == NULL) {
			return false;
		}
	}
	g_strfreev(self->mailboxes);
	self->mailboxes = mailboxes_of(self->config);
	fill_settings(self, journal, is_full, now);
	self->remote = self->driver->open(&self->settings, journal, &self->error);
	return self->remote != NULL;
}

void connection_take_refusal(const struct connection *self, GError *error, gint64 now)
{
	if (self->bearer != NULL && passerelle_error_is(error, PASSERELLE_ERROR_AUTH) &&
	    oauth_distrust(self->config, self->bearer, now)) {
		error->code = PASSERELLE_ERROR_NETWORK;
	}
}
