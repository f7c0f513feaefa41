/* SPDX-License-Identifier: MIT */
/* passerelle-emulator: the command line. */
#include "emulator/emulator.h"

#include <errno.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

/* What the command line holds beside the options of the server. */
struct command_line {
	struct emulator_options options;
	char *password_file, *token_file, *port_file;
	char *search, *id_style, *no_picture, *overview;
	char *token_lifetime, *offline_lifetime;
	char **faults;
	gboolean prints_token, is_verbose, has_event_list, has_quirks, has_demo, has_nested_errors,
		has_no_control, closes_connections, shows_version;
};

static struct command_line line;

#define TEXT(name, field, argument, help)                                                          \
	{                                                                                          \
		name, 0, 0, G_OPTION_ARG_STRING, &line.field, help, argument                       \
	}
#define PATH(name, field, argument, help)                                                          \
	{                                                                                          \
		name, 0, 0, G_OPTION_ARG_FILENAME, &line.field, help, argument                     \
	}
#define FLAG(name, field, help)                                                                    \
	{                                                                                          \
		name, 0, 0, G_OPTION_ARG_NONE, &line.field, help, NULL                             \
	}
#define COUNT(name, field, help)                                                                   \
	{                                                                                          \
		name, 0, 0, G_OPTION_ARG_INT, &line.field, help, "N"                               \
	}

static const GOptionEntry entries[] = {
	TEXT("listen", options.listen, "ADDRESS:PORT", "default 127.0.0.1:0, a free port"),
	PATH("port-file", port_file, "FILE", "write the port there"),
	PATH("tls-cert", options.tls_cert, "FILE", "https with this certificate (PEM)"),
	PATH("tls-key", options.tls_key, "FILE", "and this key"),
	PATH("tls-self-signed", options.tls_self_signed, "DIR", "https; makes ca.pem there"),
	TEXT("service-id", options.service_id, "ID", "default " EMULATOR_SERVICE_ID),
	PATH("password-file", password_file, "FILE",
             "first line; default \"" EMULATOR_SERVICE_PASSWORD "\""),
	TEXT("subscribed", options.subscribed, "LIST", "APIs that do not answer -8"),
	TEXT("token-lifetime", token_lifetime, "TIME", "default 1d"),
	TEXT("offline-lifetime", offline_lifetime, "TIME", "beyond it, default 30d"),
	FLAG("print-token", prints_token, "print a valid token"),
	PATH("token-file", token_file, "FILE", "write a valid token there"),
	TEXT("consent", options.consent, "LIST", "all (default), none, contact:see,…"),
	COUNT("page-size", options.page_size, "entries of a list, default 100, -1: no limit"),
	COUNT("untrue-total", options.untrue_total, "what lists say beyond what there is"),
	COUNT("overview-size", options.overview_size, "mails in the overview, default 5"),
	TEXT("search", search, "HOW", "fold (default), case, exact"),
	TEXT("id-style", id_style, "HOW", "number (default), c, C"),
	TEXT("no-picture", no_picture, "HOW", "empty-list (default), empty-content, error"),
	TEXT("overview", overview, "HOW", "markup (default), raw, escaped, cdata"),
	TEXT("withhold", options.withheld_profile, "LIST", "fields of the rich profile"),
	TEXT("picture-action", options.picture_action, "NAME",
             "only addpicture or \"add picture\""),
	TEXT("mobile-subtype", options.mobile_subtype, "NAME", "cell (default) or mobile"),
	FLAG("nested-errors", has_nested_errors, "API errors inside xpage/command-list"),
	FLAG("quirks", has_quirks, "malformed where the published samples are"),
	FLAG("with-event-list", has_event_list, "offer geteventlist and checkavailability"),
	COUNT("latency", options.latency, "milliseconds before each call takes effect"),
	FLAG("close-connections", closes_connections, "no connection carries a second request"),
	PATH("data", options.data, "FILE", "load and keep everything there"),
	FLAG("demo", has_demo, "a dozen made-up contacts, mails, a profile"),
	PATH("names", options.names, "FILE", "contacts from \"lastname TAB firstname\" lines"),
	COUNT("names-count", options.names_count, "the first N of them"),
	COUNT("unread", options.unread, "made-up unread mails"),
	PATH("ledger", options.ledger, "FILE", "append each write there, as JSON"),
	{"fault", 0, 0, G_OPTION_ARG_STRING_ARRAY, &line.faults, "fail on request",
         "ACTION:NUMBER:KIND[:ARGUMENT]"},
	FLAG("no-control", has_no_control, "no /_emulator"),
	{"verbose", 'v', 0, G_OPTION_ARG_NONE, &line.is_verbose, "log every request", NULL},
	FLAG("version", shows_version, "print the version"),
	{NULL, 0, 0, G_OPTION_ARG_NONE, NULL, NULL, NULL},
};

static int complain(const char *message, int status)
{
	fprintf(stderr, "passerelle-emulator: %s\n", message);
	return status;
}

/* Says which word of the line is not understood, and refuses it. */
static bool refuse_word(const char *option, const char *word, const char *instead)
{
	fprintf(stderr, "passerelle-emulator: %s: \"%s\" is not %s\n", option, word, instead);
	return false;
}

/* The place of word among names, which is the value of its enumeration; NULL is the first. */
static bool read_word(const char *option, const char *word, const char *const *names, int *value)
{
	*value = 0;
	for (int i = 0; word != NULL && names[i] != NULL; i++) {
		if (strcmp(word, names[i]) == 0) {
			*value = i;
			return true;
		}
	}
	g_autofree char *list = g_strjoinv(", ", (char **)(gpointer)names);
	g_autofree char *instead = g_strdup_printf("one of %s", list);
	return word == NULL || refuse_word(option, word, instead);
}

/* "90", "90s", "5m", "1h", "30d"; 0 becomes -1, which is how the options say none. */
static bool read_time(const char *option, const char *text, int *seconds)
{
	static const char units[] = "smhd";
	static const int factors[] = {1, 60, 3600, 86400};
	if (text == NULL) {
		return true;
	}
	char *end;
	errno = 0;
	long number = strtol(text, &end, 10);
	const char *unit = *end == '\0' ? units : strchr(units, *end);
	if (end == text || errno != 0 || number < 0 || number > 10000000 || unit == NULL ||
	    (*end != '\0' && end[1] != '\0')) {
		return refuse_word(option, text, "a time like 90, 90s, 5m, 1h or 30d");
	}
	gint64 value = (gint64)number * factors[unit - units];
	*seconds = value == 0 ? -1 : (int)MIN(value, G_MAXINT);
	return true;
}

static bool read_words(void)
{
	static const char *const searches[] = {"fold", "case", "exact", NULL};
	static const char *const id_styles[] = {"number", "c", "C", NULL};
	static const char *const absences[] = {"empty-list", "empty-content", "error", NULL};
	static const char *const overviews[] = {"markup", "raw", "escaped", "cdata", NULL};
	int search, id_style, absence, overview;
	if (line.options.latency < 0 || line.options.names_count < 0 || line.options.unread < 0) {
		complain("latency, names-count and unread cannot be below 0", 0);
		return false;
	}
	if (!read_word("search", line.search, searches, &search) ||
	    !read_word("id-style", line.id_style, id_styles, &id_style) ||
	    !read_word("no-picture", line.no_picture, absences, &absence) ||
	    !read_word("overview", line.overview, overviews, &overview) ||
	    !read_time("token-lifetime", line.token_lifetime, &line.options.token_lifetime) ||
	    !read_time("offline-lifetime", line.offline_lifetime, &line.options.offline_lifetime)) {
		return false;
	}
	line.options.search = (enum emulator_search)search;
	line.options.id_style = (enum emulator_id_style)id_style;
	line.options.no_picture = (enum emulator_no_picture)absence;
	line.options.overview = (enum emulator_overview)overview;
	return true;
}

static void print_line(const char *text, void *user_data)
{
	(void)user_data;
	fprintf(stderr, "%s\n", text);
}

static void fill_in_flags(void)
{
	line.options.with_event_list = line.has_event_list;
	line.options.quirks = line.has_quirks;
	line.options.demo = line.has_demo;
	line.options.nested_errors = line.has_nested_errors;
	line.options.no_control = line.has_no_control;
	line.options.close_connections = line.closes_connections;
	line.options.faults = (const char *const *)line.faults;
	line.options.log = line.is_verbose ? print_line : NULL;
}

static bool read_password(GError **error)
{
	char *text;
	if (line.password_file == NULL) {
		return true;
	}
	if (!g_file_get_contents(line.password_file, &text, NULL, error)) {
		return false;
	}
	text[strcspn(text, "\r\n")] = '\0';
	line.options.service_password = text;
	return true;
}

static bool write_small_file(const char *path, const char *text, GError **error)
{
	return path == NULL || g_file_set_contents_full(
				       path, text, -1, G_FILE_SET_CONTENTS_CONSISTENT, 0600, error);
}

static bool announce(struct emulator *emulator, GError **error)
{
	g_autofree char *port = g_strdup_printf("%u\n", emulator_port(emulator));
	g_autofree char *token = emulator_new_token(emulator);
	g_autofree char *token_line = g_strconcat(token, "\n", NULL);
	if (!write_small_file(line.token_file, token_line, error) ||
	    !write_small_file(line.port_file, port, error)) {
		return false;
	}
	printf("listening on %s\n", emulator_url(emulator));
	if (emulator_ca_file(emulator) != NULL) {
		printf("trust %s\n", emulator_ca_file(emulator));
	}
	if (line.prints_token) {
		printf("token %s\n", token);
	}
	fflush(stdout);
	return true;
}

static void block_signals(sigset_t *signals)
{
	sigemptyset(signals);
	sigaddset(signals, SIGTERM);
	sigaddset(signals, SIGINT);
	sigaddset(signals, SIGHUP);
	pthread_sigmask(SIG_BLOCK, signals, NULL);
	signal(SIGPIPE, SIG_IGN);
}

/* Until it is told to end; SIGHUP keeps the data file. */
static void wait_for_end(struct emulator *emulator, const sigset_t *signals)
{
	int number;
	while (sigwait(signals, &number) == 0 && number == SIGHUP) {
		g_autoptr(GError) error = NULL;
		if (!emulator_save(emulator, &error)) {
			complain(error->message, 0);
		}
	}
}

static int exit_status(const GError *error)
{
	static const struct {
		enum passerelle_error code;
		int status;
	} statuses[] = {
		{PASSERELLE_ERROR_CONFIG, EX_USAGE},
		{PASSERELLE_ERROR_INPUT, EX_DATAERR},
		{PASSERELLE_ERROR_NETWORK, EX_UNAVAILABLE},
		{PASSERELLE_ERROR_STORAGE, EX_CANTCREAT},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(statuses); i++) {
		if (passerelle_error_is(error, statuses[i].code)) {
			return statuses[i].status;
		}
	}
	return EX_USAGE;
}

static int serve(void)
{
	sigset_t signals;
	block_signals(&signals);
	g_autoptr(GError) error = NULL;
	OWNED(emulator) emulator = emulator_start(&line.options, &error);
	if (emulator == NULL) {
		return complain(error->message, exit_status(error));
	}
	if (!announce(emulator, &error)) {
		return complain(error->message, EX_CANTCREAT);
	}
	wait_for_end(emulator, &signals);
	return 0;
}

int main(int argc, char **argv)
{
	setlocale(LC_ALL, "");
	g_autoptr(GError) error = NULL;
	g_autoptr(GOptionContext) context = g_option_context_new("- a server of the Personal APIs");
	g_option_context_add_main_entries(context, entries, NULL);
	if (!g_option_context_parse(context, &argc, &argv, &error)) {
		return complain(error->message, EX_USAGE);
	}
	if (line.shows_version) {
		printf("passerelle-emulator %s\n", PASSERELLE_VERSION);
		return 0;
	}
	if (argc > 1) {
		refuse_word("arguments", argv[1], "an option: see --help");
		return EX_USAGE;
	}
	if (!read_words()) {
		return EX_USAGE;
	}
	fill_in_flags();
	if (!read_password(&error)) {
		return complain(error->message, EX_NOINPUT);
	}
	return serve();
}
