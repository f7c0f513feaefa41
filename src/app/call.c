/* SPDX-License-Identifier: MIT */
/* passerelle call: one raw call of any API of the service. */
#include "app/address.h"
#include "app/call_guard.h"
#include "app/call_reply.h"
#include "app/command.h"
#include "app/interrupt.h"
#include "app/log.h"
#include "app/secrets.h"
#include "app/service.h"
#include "base/limits.h"
#include "formats/vcard.h"
#include "status/words.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define URL_CHARACTERS  2000
#define TYPE_CHARACTERS 60
#define UNKNOWN_TYPE    "application/octet-stream"
#define FILE_NAME       "file" /* the parameter that may name one, as addpicture has it */

static const char usage[] = "ACCOUNT API ACTION [NAME=VALUE…]";
static const char summary[] =
	"Send one call of any API of the service, signed as all others, and print the reply.";

/* What was typed. */
struct wish {
	const struct account_config *config;
	enum part part; /* of the account, whose service has calls by hand; PARTS = none */
	struct raw_call call;
	gboolean is_raw, is_allowed;
};

static void wish_clear(struct wish *self)
{
	raw_call_clear(&self->call);
	g_clear_pointer(&self->call.parameters, g_ptr_array_unref);
	g_clear_pointer(&self->call.file, g_bytes_unref);
	g_free((char *)self->call.file_name);
}

/* ---- what was typed ---- */

static bool fail(GError **error, enum passerelle_error code, const char *format, ...)
	G_GNUC_PRINTF(3, 4);
static bool fail(GError **error, enum passerelle_error code, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	g_autofree char *message = g_strdup_vprintf(format, arguments);
	va_end(arguments);
	g_set_error_literal(error, PASSERELLE_ERROR, (int)code, message);
	return false;
}

static GBytes *read_up_to(int file, gsize limit)
{
	GByteArray *bytes = g_byte_array_new();
	guint8 buffer[65536];
	for (;;) {
		const ssize_t got = read(file, buffer, sizeof buffer);
		if (got < 0 && errno == EINTR) {
			continue;
		}
		if (got <= 0) {
			break;
		}
		g_byte_array_append(bytes, buffer, (guint)got);
		if (bytes->len > limit) {
			break;
		}
	}
	return g_byte_array_free_to_bytes(bytes);
}

static GBytes *read_file(const char *path, GError **error)
{
	const int file = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	struct stat about;
	if (file < 0) {
		fail(error, PASSERELLE_ERROR_INPUT, "\"%s\": %s", path, g_strerror(errno));
		return NULL;
	}
	if (fstat(file, &about) != 0 || !S_ISREG(about.st_mode)) {
		close(file);
		fail(error, PASSERELLE_ERROR_INPUT, "\"%s\" is not a regular file", path);
		return NULL;
	}
	g_autoptr(GBytes) bytes = read_up_to(file, LIMIT_FILE_BYTES);
	close(file);
	if (g_bytes_get_size(bytes) == 0 || g_bytes_get_size(bytes) > LIMIT_FILE_BYTES) {
		fail(error, PASSERELLE_ERROR_INPUT, "\"%s\" is empty, or larger than %d bytes",
		     path, LIMIT_FILE_BYTES);
		return NULL;
	}
	return g_steal_pointer(&bytes);
}

static bool take_file(struct raw_call *call, const char *path, GError **error)
{
	if (call->file != NULL) {
		return fail(error, PASSERELLE_ERROR_USAGE, "one call takes one file");
	}
	call->file = read_file(path, error);
	if (call->file == NULL) {
		return false;
	}
	gsize size = 0;
	const void *data = g_bytes_get_data(call->file, &size);
	const char *type = picture_media_type(data, size);
	call->file_name = g_path_get_basename(path);
	call->file_type = type != NULL ? type : UNKNOWN_TYPE;
	return true;
}

/* "file=@PATH" is a file, "file=@@x" the text "@x". */
static bool take_parameter(struct raw_call *call, const char *word, GError **error)
{
	const char *equals = strchr(word, '=');
	if (equals == NULL || equals == word || !g_utf8_validate(word, -1, NULL)) {
		return fail(error, PASSERELLE_ERROR_USAGE,
		            "a parameter is NAME=VALUE in UTF-8, not \"%s\"", word);
	}
	g_autofree char *name = g_strndup(word, (gsize)(equals - word));
	if (g_ascii_strcasecmp(name, "token") == 0 || g_ascii_strcasecmp(name, "action") == 0) {
		return fail(error, PASSERELLE_ERROR_USAGE,
		            "\"%s\" is added by passerelle: leave it out", name);
	}
	const char *value = equals + 1;
	const bool may_be_file = strcmp(name, FILE_NAME) == 0 && value[0] == '@';
	if (may_be_file && value[1] != '@') {
		return take_file(call, value + 1, error);
	}
	g_ptr_array_add(call->parameters, g_steal_pointer(&name));
	g_ptr_array_add(call->parameters, g_strdup(may_be_file ? value + 1 : value));
	return true;
}

static bool is_word(const char *text)
{
	for (const char *at = text; *at != '\0'; at++) {
		if (g_ascii_iscntrl(*at)) {
			return false;
		}
	}
	return *text != '\0' && g_utf8_validate(text, -1, NULL);
}

static bool take_words(struct wish *self, char *const *words, GError **error)
{
	self->call.api = words[0];
	self->call.action = words[1];
	self->call.may_write = self->is_allowed;
	if (!is_word(words[0]) || !is_word(words[1])) {
		return fail(error, PASSERELLE_ERROR_USAGE, "that is no API, or no action");
	}
	for (guint i = 2; words[i] != NULL; i++) {
		if (!take_parameter(&self->call, words[i], error)) {
			return false;
		}
	}
	return true;
}

/* ---- sending ---- */

static bool send(struct account *account, struct wish *wish, gint64 now, GError **error)
{
	bool parts[HEALTH_PARTS] = {false};
	parts[wish->part] = true;
	account_read_secrets(account, parts, true);
	account_connect(account, now);
	const struct connection *connection = account_connection(account, wish->part);
	if (connection->remote == NULL) {
		g_propagate_error(error, g_error_copy(connection->error));
		return false;
	}
	return connection->driver->call(connection->remote, &wish->call, error);
}

static bool send_write(struct account *account, struct wish *wish, gint64 now, GError **error)
{
	OWNED(call_guard) guard = call_guard_new(account, now, error);
	return guard != NULL && send(account, wish, now, error);
}

static struct account *open_for(const struct wish *wish, bool is_write, GError **error)
{
	struct account *account = is_write ? account_open(wish->config, false, error)
	                                   : account_open_to_look(wish->config);
	if (account != NULL) {
		account->is_full = true;
	}
	return account;
}

static void print_reply(const struct wish *wish, const struct account *account)
{
	const struct raw_call *call = &wish->call;
	if (call->body == NULL) {
		return;
	}
	if (wish->is_raw) {
		fwrite(g_bytes_get_data(call->body, NULL), 1, g_bytes_get_size(call->body), stdout);
		return;
	}
	const struct connection *connection = account_connection(account, wish->part);
	char *pair =
		g_strdup_printf("%s:%s", wish->config->service_id, connection->service_password);
	char *credentials = g_base64_encode((const guchar *)pair, strlen(pair));
	const char *const secrets[] = {connection->token, connection->service_password, credentials,
	                               NULL};
	g_autofree char *text = call_reply_text(call->body, call->content_type, secrets);
	fputs(text, stdout);
	secret_free(pair);
	secret_free(credentials);
}

static enum exit_status tell_outcome(const struct wish *wish, const GError *error)
{
	const struct raw_call *call = &wish->call;
	const char *account = wish->config->name;
	if (call->status != 0) {
		g_autofree char *type = words_clean(call->content_type, TYPE_CHARACTERS);
		log_say(LOG_LEVEL_DEBUG, account, "HTTP %ld, %s", call->status, type);
	}
	if (error == NULL) {
		return EXIT_DONE;
	}
	const enum exit_status status = command_failed(account, error);
	const char *page = passerelle_error_url(error);
	if (page != NULL && address_is_trusted(wish->config, page, NULL)) {
		g_autofree char *url = words_clean(page, URL_CHARACTERS);
		log_say(LOG_LEVEL_ERROR, account, "the page for it: %s", url);
	}
	if (passerelle_error_is(error, PASSERELLE_ERROR_IN_DOUBT) && call->uid != NULL) {
		log_say(LOG_LEVEL_ERROR, account,
		        "it may have been done: it is in doubt in the journal as %s; the next "
		        "sync looks, or say what you see with passerelle journal resolve",
		        call->uid);
	} else if (passerelle_error_is(error, PASSERELLE_ERROR_IN_DOUBT)) {
		log_say(LOG_LEVEL_ERROR, account,
		        "it may have been done: look at the service before you send it again");
	}
	return status;
}

static enum exit_status send_call(struct wish *wish, bool is_write)
{
	const gint64 now = g_get_real_time() / G_USEC_PER_SEC;
	g_autoptr(GError) error = NULL;
	interrupt_install();
	OWNED(account) account = open_for(wish, is_write, &error);
	if (account != NULL && is_write) {
		send_write(account, wish, now, &error);
	} else if (account != NULL) {
		send(account, wish, now, &error);
	}
	if (account != NULL) {
		print_reply(wish, account);
	}
	return tell_outcome(wish, error);
}

static bool has_calls(const struct wish *wish)
{
	const struct remote_driver *driver = service_of(wish->config, wish->part).driver;
	return service_is_wanted(wish->config, wish->part) && service_has(driver, wish->part) &&
	       driver->call != NULL;
}

static enum exit_status run(struct wish *wish, char *const *words)
{
	g_autoptr(GError) error = NULL;
	wish->part = PART_CONTACTS;
	while (wish->part < PARTS && !has_calls(wish)) {
		wish->part++;
	}
	if (wish->part == PARTS) {
		fail(&error, PASSERELLE_ERROR_UNSUPPORTED, "remote \"%s\" has no calls by hand",
		     wish->config->remote);
	} else {
		take_words(wish, words, &error);
	}
	if (error != NULL) {
		return command_failed(wish->config->name, error);
	}
	const bool is_write =
		service_of(wish->config, wish->part).driver->is_write(wish->call.action) ||
		wish->call.file != NULL;
	if (is_write && !wish->call.may_write) {
		return command_misused("%s may add something, which is for ever: say --yes to "
		                       "send it",
		                       wish->call.action);
	}
	return send_call(wish, is_write);
}

enum exit_status command_call(struct invocation *invocation, int argc, char **argv)
{
	struct wish wish = {.call.parameters = g_ptr_array_new_with_free_func(g_free)};
	const GOptionEntry entries[] = {
		{"raw", 0, 0, G_OPTION_ARG_NONE, &wish.is_raw,
	         "Print the bytes of the reply as they came", NULL},
		{"yes", 0, 0, G_OPTION_ARG_NONE, &wish.is_allowed,
	         "Send it even if it may add something", NULL},
		G_OPTION_ENTRY_NULL,
	};
	g_auto(GStrv) words = NULL;
	enum exit_status status = EXIT_BAD_USAGE;
	if (!command_options(entries, usage, summary, argc, argv, &words, &status)) {
		wish_clear(&wish);
		return status;
	}
	if (g_strv_length(words) < 3) {
		status = command_misused("call takes an account, an API, an action and NAME=VALUE "
		                         "for each parameter");
	} else {
		wish.config = command_account(invocation, words[0]);
		status = wish.config != NULL ? run(&wish, words + 1) : EXIT_BAD_USAGE;
	}
	wish_clear(&wish);
	return status;
}
