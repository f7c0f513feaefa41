/* SPDX-License-Identifier: MIT */
/* One value of the configuration: text to what its type says, with its range. */
#include "app/address.h"
#include "app/config_options.h"
#include "app/folders.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

typedef bool (*value_reader)(const struct option *option, const char *value, void *field,
                             GError **error);

static bool fail(GError **error, const char *format, ...) G_GNUC_PRINTF(2, 3);
static bool fail(GError **error, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	g_autofree char *message = g_strdup_vprintf(format, arguments);
	va_end(arguments);
	g_set_error_literal(error, PASSERELLE_ERROR, PASSERELLE_ERROR_INPUT, message);
	return false;
}

static bool put_text(void *field, char *text_taken)
{
	char **target = field;
	g_free(*target);
	*target = text_taken;
	return true;
}

static bool read_text(const struct option *option, const char *value, void *field, GError **error)
{
	(void)option;
	(void)error;
	return put_text(field, g_strdup(value));
}

/*
 * "~/x" and "$HOME/x"; everything else must be absolute: a service has no useful working
 * directory.
 */
static bool read_path(const struct option *option, const char *value, void *field, GError **error)
{
	static const char *const homes[] = {"~", "$HOME", "${HOME}"};
	for (guint i = 0; i < G_N_ELEMENTS(homes); i++) {
		gsize length = strlen(homes[i]);
		if (strncmp(value, homes[i], length) == 0 &&
		    (value[length] == '/' || value[length] == '\0')) {
			return put_text(field,
			                g_build_filename(g_get_home_dir(), value + length, NULL));
		}
	}
	if (!g_path_is_absolute(value)) {
		return fail(
			error,
			"\"%s\" needs an absolute path or one that starts with \"~/\", not \"%s\"",
			option->name, value);
	}
	return put_text(field, g_strdup(value));
}

static bool read_secret_file(const struct option *option, const char *value, void *field,
                             GError **error)
{
	static const char prefix[] = "credential:";
	if (!g_str_has_prefix(value, prefix)) {
		return read_path(option, value, field, error);
	}
	const char *name = value + strlen(prefix);
	if (name[0] == '\0' || name[0] == '.' || strchr(name, '/') != NULL) {
		return fail(error, "\"%s\" needs \"credential:NAME\" with a plain name",
		            option->name);
	}
	return put_text(field, g_strdup(value));
}

static bool is_loopback(const char *host)
{
	struct in_addr address;
	if (inet_pton(AF_INET, host, &address) == 1) {
		return (ntohl(address.s_addr) >> 24) == IN_LOOPBACKNET;
	}
	return g_ascii_strcasecmp(host, "localhost") == 0 || strcmp(host, "::1") == 0;
}

/* API reading, section 1: https only, except to this machine. Credentials have no place in it. */
static bool check_url(const struct option *option, const char *value, bool may_ask, GError **error)
{
	g_autoptr(GUri) uri =
		g_uri_parse(value, G_URI_FLAGS_HAS_PASSWORD | G_URI_FLAGS_ENCODED, NULL);
	const char *host = uri != NULL ? g_uri_get_host(uri) : NULL;
	if (host == NULL || host[0] == '\0') {
		return fail(error, "\"%s\" needs an address like \"https://HOST\"", option->name);
	}
	if (g_uri_get_userinfo(uri) != NULL || g_uri_get_fragment(uri) != NULL ||
	    (!may_ask && g_uri_get_query(uri) != NULL)) {
		return fail(error, "\"%s\" may hold no user, password%s or \"#\"", option->name,
		            may_ask ? "" : ", \"?\"");
	}
	bool is_http = strcmp(g_uri_get_scheme(uri), "http") == 0;
	if (!is_http && strcmp(g_uri_get_scheme(uri), "https") != 0) {
		return fail(error, "\"%s\" must start with \"https://\"", option->name);
	}
	if (is_http && !is_loopback(host)) {
		return fail(
			error,
			"\"%s\" must start with \"https://\": plain http is for this machine only",
			option->name);
	}
	return true;
}

static bool read_url(const struct option *option, const char *value, void *field, GError **error)
{
	if (!check_url(option, value, false, error)) {
		return false;
	}
	char *text = g_strdup(value);
	for (gsize end = strlen(text); end > 0 && text[end - 1] == '/'; end--) {
		text[end - 1] = '\0';
	}
	return put_text(field, text);
}

static bool read_page(const struct option *option, const char *value, void *field, GError **error)
{
	if (!check_url(option, value, true, error)) {
		return false;
	}
	g_autofree char *origin = address_origin(value);
	if (origin == NULL) {
		return fail(error, "\"%s\" needs an address like \"https://HOST/PAGE\"",
		            option->name);
	}
	return put_text(field, g_strdup(value));
}

/* RFC 5092: imaps from the first byte on, imap with STARTTLS. */
static bool read_mail_url(const struct option *option, const char *value, void *field,
                          GError **error)
{
	g_autoptr(GUri) uri =
		g_uri_parse(value, G_URI_FLAGS_HAS_PASSWORD | G_URI_FLAGS_ENCODED, NULL);
	const char *host = uri != NULL ? g_uri_get_host(uri) : NULL;
	const char *scheme = uri != NULL ? g_uri_get_scheme(uri) : "";
	const bool is_mail = strcmp(scheme, "imaps") == 0 || strcmp(scheme, "imap") == 0;
	if (!is_mail || host == NULL || host[0] == '\0' || g_uri_get_port(uri) == 0) {
		return fail(error, "\"%s\" needs an address like \"imaps://HOST\"", option->name);
	}
	const char *path = g_uri_get_path(uri);
	if (g_uri_get_userinfo(uri) != NULL || g_uri_get_query(uri) != NULL ||
	    g_uri_get_fragment(uri) != NULL || (path[0] != '\0' && strcmp(path, "/") != 0)) {
		return fail(error, "\"%s\" may hold nothing but a host and a port", option->name);
	}
	return put_text(field, g_strndup(value, strlen(value) - strlen(path)));
}

/* As libcurl takes it: CURLOPT_PINNEDPUBLICKEY(3). */
static bool read_pin(const struct option *option, const char *value, void *field, GError **error)
{
	if (!g_regex_match_simple("^sha256//[A-Za-z0-9+/]{43}=(;sha256//[A-Za-z0-9+/]{43}=)*$",
	                          value, G_REGEX_DOLLAR_ENDONLY, 0)) {
		return fail(error, "\"%s\" needs \"sha256//\" and 44 characters of base64",
		            option->name);
	}
	return put_text(field, g_strdup(value));
}

static bool read_word(const struct option *option, const char *value, void *field, GError **error)
{
	static const char allowed[] = G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "_-.";
	if (value[strspn(value, allowed)] != '\0') {
		return fail(error, "\"%s\" needs the name of a parameter, not \"%s\"", option->name,
		            value);
	}
	return put_text(field, g_strdup(value));
}

static bool read_hosts(const struct option *option, const char *value, void *field, GError **error)
{
	if (!address_is_host_list(value)) {
		return fail(error,
		            "\"%s\" needs names of hosts, with or without a port, not \"%s\"",
		            option->name, value);
	}
	return put_text(field, g_strdup(value));
}

static bool read_names(const struct option *option, const char *value, void *field, GError **error)
{
	g_auto(GStrv) words = g_strsplit_set(value, ", \t", -1);
	for (char **word = words; *word != NULL; word++) {
		if ((*word)[0] != '\0' && !folders_is_name(*word)) {
			return fail(error, "\"%s\" needs names of folders, or \"all\", not \"%s\"",
			            option->name, value);
		}
	}
	return put_text(field, g_strdup(value));
}

static bool read_zone(const struct option *option, const char *value, void *field, GError **error)
{
	g_autoptr(GTimeZone) zone =
		g_ascii_isalpha(value[0]) ? g_time_zone_new_identifier(value) : NULL;
	if (zone == NULL) {
		return fail(error, "\"%s\": no time zone is called \"%s\" (try \"Europe/Paris\")",
		            option->name, value);
	}
	return put_text(field, g_strdup(value));
}

static const struct {
	const char *suffix;
	gint64 seconds;
} units[] = {{"s", 1}, {"m", 60}, {"h", 3600}, {"d", 86400}, {"w", 604800}};

static char *duration_words(gint64 seconds)
{
	guint unit = G_N_ELEMENTS(units) - 1;
	while (unit > 0 && seconds % units[unit].seconds != 0) {
		unit--;
	}
	return g_strdup_printf("%" G_GINT64_FORMAT "%s", seconds / units[unit].seconds,
	                       units[unit].suffix);
}

static bool read_duration(const struct option *option, const char *value, void *field,
                          GError **error)
{
	char *end = NULL;
	gint64 amount = g_ascii_isdigit(value[0]) ? g_ascii_strtoll(value, &end, 10) : 0;
	guint unit = 0;
	while (end != NULL && unit < G_N_ELEMENTS(units) && strcmp(end, units[unit].suffix) != 0) {
		unit++;
	}
	if (end == NULL || unit == G_N_ELEMENTS(units)) {
		return fail(error, "\"%s\" needs a time like 30s, 5m, 1h, 90d or 2w, not \"%s\"",
		            option->name, value);
	}
	gint64 per = units[unit].seconds;
	if (amount > option->maximum / per || amount * per < option->minimum) {
		g_autofree char *low = duration_words(option->minimum);
		g_autofree char *high = duration_words(option->maximum);
		return fail(error, "\"%s\" must lie between %s and %s, not \"%s\"", option->name,
		            low, high, value);
	}
	*(gint64 *)field = amount * per;
	return true;
}

static bool read_number(const struct option *option, const char *value, void *field, GError **error)
{
	if (!g_ascii_string_to_signed(value, 10, option->minimum, option->maximum, field, NULL)) {
		return fail(error,
		            "\"%s\" must be a number between %" G_GINT64_FORMAT
		            " and %" G_GINT64_FORMAT ", not \"%s\"",
		            option->name, option->minimum, option->maximum, value);
	}
	return true;
}

static bool read_choice_of(const struct option *option, const struct option_choice *choices,
                           const char *value, void *field, GError **error)
{
	g_autoptr(GPtrArray) names = g_ptr_array_new();
	for (; choices->name != NULL; choices++) {
		if (strcmp(choices->name, value) == 0) {
			*(gint64 *)field = choices->value;
			return true;
		}
		g_ptr_array_add(names, (gpointer)choices->name);
	}
	g_ptr_array_add(names, NULL);
	const char *nearest = word_nearest((const char *const *)names->pdata, value);
	if (nearest != NULL) {
		return fail(error, "\"%s\" cannot be \"%s\": did you mean \"%s\"?", option->name,
		            value, nearest);
	}
	g_autofree char *list = g_strjoinv(", ", (char **)names->pdata);
	return fail(error, "\"%s\" must be one of %s, not \"%s\"", option->name, list, value);
}

static bool read_choice(const struct option *option, const char *value, void *field, GError **error)
{
	return read_choice_of(option, option->choices, value, field, error);
}

static bool read_switch(const struct option *option, const char *value, void *field, GError **error)
{
	static const struct option_choice switches[] = {
		{"yes", 1}, {"no", 0}, {"on", 1}, {"off", 0}, {"true", 1}, {"false", 0}, {NULL, 0},
	};
	return read_choice_of(option, switches, value, field, error);
}

bool option_set(const struct option *option, void *target, const char *value, GError **error)
{
	static const value_reader readers[] = {
		[OPTION_TEXT] = read_text,
		[OPTION_PATH] = read_path,
		[OPTION_SECRET_FILE] = read_secret_file,
		[OPTION_URL] = read_url,
		[OPTION_PAGE] = read_page,
		[OPTION_MAIL_URL] = read_mail_url,
		[OPTION_PIN] = read_pin,
		[OPTION_WORD] = read_word,
		[OPTION_HOSTS] = read_hosts,
		[OPTION_NAMES] = read_names,
		[OPTION_ZONE] = read_zone,
		[OPTION_DURATION] = read_duration,
		[OPTION_NUMBER] = read_number,
		[OPTION_SWITCH] = read_switch,
		[OPTION_CHOICE] = read_choice,
	};
	if (value[0] == '\0') {
		return fail(error, "\"%s\" has no value", option->name);
	}
	return readers[option->type](option, value, (char *)target + option->offset, error);
}
