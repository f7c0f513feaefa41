/* SPDX-License-Identifier: MIT */
/* One server: put together, kept, taken apart. */
#include "emulator/emulator.h"
#include "emulator/control.h"
#include "emulator/demo.h"
#include "emulator/server.h"
#include "emulator/store_json.h"
#include "emulator/world.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define DAY_SECONDS 86400

static const char *copied(struct emulator *self, const char *text)
{
	return text == NULL ? NULL : g_string_chunk_insert(self->texts, text);
}

static void copy_texts(struct emulator *self)
{
	struct emulator_options *options = &self->options;
	const char **const texts[] = {
		&options->listen,          &options->tls_cert,       &options->tls_key,
		&options->tls_self_signed, &options->service_id,     &options->service_password,
		&options->subscribed,      &options->consent,        &options->withheld_profile,
		&options->picture_action,  &options->mobile_subtype, &options->data,
		&options->names,           &options->ledger,
	};
	for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
		*texts[i] = copied(self, *texts[i]);
	}
}

static const char *or_text(const char *text, const char *fallback)
{
	return text == NULL ? fallback : text;
}

/* 0 stands for the default, a negative number for none. */
static int or_seconds(int seconds, int fallback)
{
	return seconds == 0 ? fallback : MAX(seconds, 0);
}

static void fill_in_defaults(struct emulator *self)
{
	struct emulator_options *options = &self->options;
	options->service_id = or_text(options->service_id, EMULATOR_SERVICE_ID);
	options->service_password = or_text(options->service_password, EMULATOR_SERVICE_PASSWORD);
	options->consent = or_text(options->consent, "all");
	options->mobile_subtype = or_text(options->mobile_subtype, "cell");
	options->token_lifetime = or_seconds(options->token_lifetime, DAY_SECONDS);
	options->offline_lifetime = or_seconds(options->offline_lifetime, 30 * DAY_SECONDS);
	options->page_size = options->page_size == 0 ? 100 : options->page_size;
	options->overview_size = options->overview_size == 0 ? 5 : options->overview_size;
	if (options->quirks && options->overview == EMULATOR_OVERVIEW_MARKUP) {
		options->overview = EMULATOR_OVERVIEW_RAW;
	}
}

static bool is_one_of(const char *name, const char *value, const char *first, const char *second,
                      GError **error)
{
	if (value == NULL || strcmp(value, first) == 0 || strcmp(value, second) == 0) {
		return true;
	}
	g_set_error(error, PASSERELLE_ERROR, PASSERELLE_ERROR_CONFIG,
	            "%s: \"%s\" is neither \"%s\" nor \"%s\"", name, value, first, second);
	return false;
}

static bool check_options(const struct emulator_options *options, GError **error)
{
	return is_one_of("picture-action", options->picture_action, "addpicture", "add picture",
	                 error) &&
	       is_one_of("mobile-subtype", options->mobile_subtype, "cell", "mobile", error);
}

static bool add_faults(struct emulator *self, const char *const *faults, GError **error)
{
	self->options.faults = NULL;
	for (int i = 0; faults != NULL && faults[i] != NULL; i++) {
		if (!emu_faults_add(self->faults, faults[i], 1, error)) {
			return false;
		}
	}
	return true;
}

/* What is made up is made up once: a data file that exists is taken as it is. */
static bool fill_store(struct emulator *self, GError **error)
{
	const struct emulator_options *options = &self->options;
	bool is_kept = options->data != NULL && g_file_test(options->data, G_FILE_TEST_EXISTS);
	if (is_kept && !emu_store_load(self->store, options->data, error)) {
		return false;
	}
	if (is_kept) {
		return true;
	}
	if (options->demo) {
		emu_demo_fill(self->store);
	}
	if (options->names != NULL &&
	    !emu_demo_fill_names(self->store, options->names, options->names_count, error)) {
		return false;
	}
	if (options->unread > 0) {
		emu_store_set_unread(self->store, options->unread);
	}
	return true;
}

bool emulator_save(struct emulator *self, GError **error)
{
	if (self->options.data == NULL) {
		return true;
	}
	g_mutex_lock(&self->lock);
	char *text = emu_store_to_text(self->store);
	g_autoptr(GError) reason = NULL;
	bool is_kept = g_file_set_contents_full(
		self->options.data, text, -1,
		G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE, 0600, &reason);
	self->store->is_dirty = self->store->is_dirty && !is_kept;
	g_mutex_unlock(&self->lock);
	free(text);
	if (!is_kept) {
		g_set_error(error, PASSERELLE_ERROR, PASSERELLE_ERROR_STORAGE, "%s",
		            reason->message);
	}
	return is_kept;
}

/* Keeps the data file no more than a second behind. */
static gpointer keep_data(gpointer user_data)
{
	struct emulator *self = user_data;
	g_mutex_lock(&self->lock);
	while (!self->keeper_ends) {
		g_cond_wait_until(&self->keeper_wakes, &self->lock,
		                  g_get_monotonic_time() + G_USEC_PER_SEC);
		bool is_dirty = self->store->is_dirty;
		g_mutex_unlock(&self->lock);
		g_autoptr(GError) error = NULL;
		if (is_dirty && !emulator_save(self, &error) && self->options.log != NULL) {
			self->options.log(error->message, self->options.log_user_data);
		}
		g_mutex_lock(&self->lock);
	}
	g_mutex_unlock(&self->lock);
	return NULL;
}

static struct emulator *emulator_new(const struct emulator_options *options)
{
	struct emulator *self = g_new0(struct emulator, 1);
	self->options = *options;
	self->texts = g_string_chunk_new(512);
	self->stop_event = -1;
	g_mutex_init(&self->lock);
	g_cond_init(&self->keeper_wakes);
	copy_texts(self);
	fill_in_defaults(self);
	self->store = emu_store_new(self->options.search);
	self->consent = emu_consent_new();
	self->faults = emu_faults_new();
	emu_tokens_init(&self->tokens, self->options.service_id, self->options.service_password,
	                self->options.token_lifetime, self->options.offline_lifetime);
	return self;
}

struct emulator *emulator_start(const struct emulator_options *options, GError **error)
{
	OWNED(emulator) self = emulator_new(options);
	if (!check_options(&self->options, error) ||
	    !emu_consent_read(self->consent, self->options.consent, error) ||
	    !add_faults(self, options->faults, error) || !fill_store(self, error) ||
	    !emu_calls_init(&self->calls, self->options.ledger, error)) {
		return NULL;
	}
	self->stop_event = eventfd(0, EFD_CLOEXEC);
	if (self->stop_event < 0) {
		g_set_error(error, PASSERELLE_ERROR, PASSERELLE_ERROR_NETWORK, "eventfd: %s",
		            g_strerror(errno));
		return NULL;
	}
	if (!emu_server_start(self, error)) {
		return NULL;
	}
	if (self->options.data != NULL) {
		self->keeper = g_thread_new("keeper", keep_data, self);
	}
	return g_steal_pointer(&self);
}

static void end_keeper(struct emulator *self)
{
	if (self->keeper == NULL) {
		return;
	}
	g_mutex_lock(&self->lock);
	self->keeper_ends = true;
	g_cond_signal(&self->keeper_wakes);
	g_mutex_unlock(&self->lock);
	g_thread_join(self->keeper);
	g_autoptr(GError) error = NULL;
	if (!emulator_save(self, &error) && self->options.log != NULL) {
		self->options.log(error->message, self->options.log_user_data);
	}
}

void emulator_stop(struct emulator *self)
{
	if (self == NULL) {
		return;
	}
	if (self->stop_event >= 0) {
		eventfd_write(self->stop_event, 1);
	}
	emu_server_stop(self);
	end_keeper(self);
	if (self->stop_event >= 0) {
		close(self->stop_event);
	}
	emu_calls_clear(&self->calls);
	emu_tokens_clear(&self->tokens);
	g_ptr_array_unref(self->faults);
	g_hash_table_unref(self->consent);
	emu_store_free(self->store);
	g_cond_clear(&self->keeper_wakes);
	g_mutex_clear(&self->lock);
	g_string_chunk_free(self->texts);
	g_free(self->url);
	g_free(self->ca_file);
	g_free(self);
}

bool emulator_pause(const struct emulator *self, int milliseconds)
{
	struct pollfd stop = {.fd = self->stop_event, .events = POLLIN};
	return poll(&stop, 1, milliseconds) != 1;
}

const char *emulator_url(const struct emulator *self)
{
	return self->url;
}

unsigned emulator_port(const struct emulator *self)
{
	return self->port;
}

const char *emulator_ca_file(const struct emulator *self)
{
	return self->ca_file;
}

char *emulator_new_token(struct emulator *self)
{
	g_mutex_lock(&self->lock);
	char *token =
		emu_tokens_issue(&self->tokens, USER_COMPLETE, g_get_real_time() / G_USEC_PER_SEC);
	g_mutex_unlock(&self->lock);
	return token;
}

char *emulator_control(struct emulator *self, const char *request, const char *body, GError **error)
{
	gsize length = strcspn(request, "?");
	g_autofree char *name = g_strndup(request, length);
	g_autofree char *path = g_strconcat(CONTROL_PREFIX, name, NULL);
	OWNED(request) asked = emu_request_new(path, body != NULL);
	asked->is_from_loopback = true;
	if (request[length] == '?') {
		emu_request_add_query(asked, request + length + 1);
	}
	if (body != NULL) {
		g_byte_array_append(asked->body, (const guint8 *)body, (guint)strlen(body));
	}
	OWNED(reply) reply = emu_control_answer(self, asked);
	if (reply->status != 200) {
		g_set_error(error, PASSERELLE_ERROR, PASSERELLE_ERROR_USAGE, "%s: %s", name,
		            reply->body->str);
		return NULL;
	}
	return g_strdup(reply->body->str);
}

unsigned emulator_count_calls(struct emulator *self, const char *action)
{
	g_mutex_lock(&self->lock);
	unsigned count = emu_calls_count(&self->calls, action);
	g_mutex_unlock(&self->lock);
	return count;
}

unsigned emulator_count_writes(struct emulator *self, const char *action)
{
	g_mutex_lock(&self->lock);
	unsigned count = emu_calls_count_writes(&self->calls, action);
	g_mutex_unlock(&self->lock);
	return count;
}
