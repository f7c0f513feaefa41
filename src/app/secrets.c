/* SPDX-License-Identifier: MIT */
/*
 * The password of the service and the token of the person: where they come from and where they
 * lie.
 */
#include "app/secrets.h"

#include "app/paths.h"
#include "app/shell_command.h"
#include "base/durable.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SECRET_BYTES 8192 /* a token is some hundred bytes */

void secret_free(char *secret)
{
	if (secret != NULL) {
		explicit_bzero(secret, strlen(secret));
		g_free(secret);
	}
}

/* The way of ssh(1) with its keys: what others can read is no secret. */
static bool is_private(int file, const char *path, GError **error)
{
	struct stat about;
	if (fstat(file, &about) != 0 || !S_ISREG(about.st_mode)) {
		g_set_error(error, PASSERELLE_ERROR, PASSERELLE_ERROR_CONFIG,
		            "\"%s\" is not a regular file", path);
		return false;
	}
	if ((about.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
		g_set_error(error, PASSERELLE_ERROR, PASSERELLE_ERROR_CONFIG,
		            "others can read \"%s\": type chmod 600 \"%s\"", path, path);
		return false;
	}
	return true;
}

static gssize read_all(int file, char *buffer, gsize space)
{
	gsize length = 0;
	while (length < space) {
		gssize got = read(file, buffer + length, space - length);
		if (got < 0 && errno == EINTR) {
			continue;
		}
		if (got <= 0) {
			return got < 0 ? -1 : (gssize)length;
		}
		length += (gsize)got;
	}
	return (gssize)length;
}

static char *first_line(const char *buffer, gsize length, const char *path, GError **error)
{
	const char *stop = memchr(buffer, '\n', length);
	gsize line = stop != NULL ? (gsize)(stop - buffer) : length;
	if (line > 0 && buffer[line - 1] == '\r') {
		line--;
	}
	if (line == 0 || line >= SECRET_BYTES || memchr(buffer, '\0', line) != NULL) {
		g_set_error(error, PASSERELLE_ERROR, PASSERELLE_ERROR_CONFIG,
		            "\"%s\" does not start with a line of 1 to %d bytes", path,
		            SECRET_BYTES - 1);
		return NULL;
	}
	return g_strndup(buffer, line);
}

static char *read_secret(const char *path, bool is_guarded, GError **error)
{
	int file = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (file < 0) {
		g_set_error(error, PASSERELLE_ERROR,
		            errno == ENOENT ? PASSERELLE_ERROR_NOT_FOUND : PASSERELLE_ERROR_CONFIG,
		            "\"%s\": %s", path, g_strerror(errno));
		return NULL;
	}
	char buffer[SECRET_BYTES];
	char *secret = NULL;
	if (is_guarded || is_private(file, path, error)) {
		gssize length = read_all(file, buffer, sizeof buffer);
		secret = first_line(buffer, (gsize)MAX(length, 0), path, error);
	}
	close(file);
	explicit_bzero(buffer, sizeof buffer);
	return secret;
}

char *secrets_read_file(const char *path, GError **error)
{
	return read_secret(path, false, error);
}

/* systemd.exec(5), LoadCredential= */
static char *credential_path(const char *name, GError **error)
{
	const char *folder = g_getenv("CREDENTIALS_DIRECTORY");
	if (folder == NULL) {
		g_set_error(error, PASSERELLE_ERROR, PASSERELLE_ERROR_CONFIG,
		            "credential \"%s\": systemd hands over no credentials here", name);
		return NULL;
	}
	return g_build_filename(folder, name, NULL);
}

bool secret_source_is_given(const struct secret_source *self)
{
	return self->command != NULL || self->file != NULL;
}

char *secrets_read(const struct secret_source *source, const char *account, GError **error)
{
	static const char prefix[] = "credential:";
	if (source->command != NULL) {
		const struct shell_command command = {
			.option = source->option, .account = account, .line = source->command};
		return shell_command_read(&command, error);
	}
	const char *file = source->file;
	/*
	 * systemd guards the folder of credentials; an access list there shows as a right of the
	 * group
	 */
	bool is_credential = g_str_has_prefix(file, prefix);
	g_autofree char *path =
		is_credential ? credential_path(file + strlen(prefix), error) : g_strdup(file);
	char *secret = path != NULL ? read_secret(path, is_credential, error) : NULL;
	if (error != NULL && passerelle_error_is(*error, PASSERELLE_ERROR_NOT_FOUND)) {
		(*error)->code = PASSERELLE_ERROR_CONFIG;
	}
	if (secret == NULL) {
		g_prefix_error(error, "%s: ", source->what);
	}
	return secret;
}

char *secrets_password(const struct account_config *account, GError **error)
{
	const struct secret_source source = {account->service_password_command,
	                                     account->service_password_file,
	                                     "service_password_command", "service password"};
	return secrets_read(&source, account->name, error);
}

static bool is_token(const char *token)
{
	gsize length = strlen(token);
	for (gsize i = 0; i < length; i++) {
		if (!g_ascii_isgraph(token[i])) {
			return false;
		}
	}
	return length > 0 && length < SECRET_BYTES;
}

static char *not_a_token(char *text_taken, const char *where, GError **error)
{
	secret_free(text_taken);
	g_set_error(error, PASSERELLE_ERROR, PASSERELLE_ERROR_CONFIG,
	            "%s: that is no token: one word without blanks is expected", where);
	return NULL;
}

static char *token_of_command(const struct account_config *account, GError **error)
{
	const struct shell_command command = {.option = "token_command",
	                                      .account = account->name,
	                                      .line = account->token_command};
	char *token = shell_command_read(&command, error);
	if (token != NULL && !is_token(g_strstrip(token))) {
		return not_a_token(token, command.option, error);
	}
	return token;
}

char *secrets_login_words(const struct account_config *account)
{
	if (account->token_command != NULL) {
		return g_strdup("token_command has to print a new one");
	}
	return g_strdup_printf("type passerelle login %s%s", account->name,
	                       account->login_url != NULL ? "" : " --paste");
}

char *secrets_token(const struct account_config *account, GError **error)
{
	if (account->token_command != NULL) {
		return token_of_command(account, error);
	}
	g_autofree char *path = paths_of_account(account->name, ".token");
	g_autoptr(GError) why = NULL;
	char *token = secrets_read_file(path, &why);
	if (token == NULL && passerelle_error_is(why, PASSERELLE_ERROR_NOT_FOUND)) {
		g_autofree char *words = secrets_login_words(account);
		g_set_error(error, PASSERELLE_ERROR, PASSERELLE_ERROR_AUTH,
		            "there is no token yet: %s", words);
	} else if (token == NULL) {
		g_propagate_error(error, g_steal_pointer(&why));
	}
	return token;
}

/* API reading, section 1: "B64…|sau=|ted=<epoch>|…" */
gint64 secrets_token_end(const char *token)
{
	static const char mark[] = "|ted=";
	const char *found = strstr(token, mark);
	const char *digits = found != NULL ? found + strlen(mark) : "";
	const gsize length = strspn(digits, G_CSET_DIGITS);
	const bool is_epoch =
		length >= 9 && length <= 11 && (digits[length] == '|' || digits[length] == '\0');
	return is_epoch ? g_ascii_strtoll(digits, NULL, 10) : 0;
}

bool secrets_store_token(const char *account, const char *token, GError **error)
{
	char *clean = g_strstrip(g_strdup(token));
	if (!is_token(clean)) {
		secret_free(clean);
		g_set_error_literal(error, PASSERELLE_ERROR, PASSERELLE_ERROR_INPUT,
		                    "that is no token: one word without blanks is expected");
		return false;
	}
	g_autofree char *path = paths_of_account(account, ".token");
	char *line = g_strconcat(clean, "\n", NULL);
	bool is_stored =
		paths_make_state(error) && durable_replace(path, line, strlen(line), 0600, error);
	secret_free(line);
	secret_free(clean);
	return is_stored;
}
