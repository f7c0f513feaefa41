/* SPDX-License-Identifier: MIT */
/* The emulator as a server: parallel requests, data that is kept, control, certificates. */
#include "emulator/wire.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>

static char *make_folder(void)
{
	g_autoptr(GError) error = NULL;
	char *folder = g_dir_make_tmp("emulator-XXXXXX", &error);
	ck_assert_ptr_nonnull(folder);
	return folder;
}

static void remove_folder(const char *folder)
{
	GDir *entries = g_dir_open(folder, 0, NULL);
	for (const char *name = g_dir_read_name(entries); name != NULL;
	     name = g_dir_read_name(entries)) {
		g_autofree char *path = g_build_filename(folder, name, NULL);
		g_unlink(path);
	}
	g_dir_close(entries);
	g_rmdir(folder);
}

static void add(struct emulator *server, const char *lastname)
{
	OWNED(wire_reply)
	reply = wire_call(server, CONTACTS, "action", "addcontact", "lastname", lastname, NULL);
	wire_assert_has(reply, "<result>0</result>");
}

#define PARALLEL 10

/* How many calls are under way at once; the first answer is only awaited when all are out. */
static json_int_t most_at_once(void)
{
	OWNED(emulator) server = wire_start((struct emulator_options){.latency = 500});
	int wires[PARALLEL];
	g_autofree char *token = emulator_new_token(server);
	g_autofree char *good = wire_good_credentials();
	g_autofree char *address =
		wire_address(CONTACTS, token, "action", "findcontactlist", "search", "a", NULL);
	for (int i = 0; i < PARALLEL; i++) {
		wires[i] = wire_connect(server);
	}
	for (int i = 0; i < PARALLEL; i++) {
		wire_ask(wires[i], "GET", address, good, NULL, 0);
	}
	for (int i = 0; i < PARALLEL; i++) {
		OWNED(wire_reply) reply = wire_read(wires[i], WIRE_PATIENCE);
		wire_assert_has(reply, "<result>0</result>");
		close(wires[i]);
	}
	json_t *calls = wire_control(server, "calls");
	json_int_t most = json_integer_value(json_object_get(calls, "most_in_flight"));
	const json_t *log = json_object_get(calls, "log");
	ck_assert_uint_eq(json_array_size(log), PARALLEL);
	json_decref(calls);
	return most;
}

/* On a busy machine the first can be over before the last is out, but not each time. */
START_TEST(calls_that_wait_do_not_wait_for_each_other)
{
	json_int_t most = 0;
	for (int i = 0; i < 5 && most <= PARALLEL / 2; i++) {
		most = most_at_once();
	}
	ck_assert_int_gt(most, PARALLEL / 2);
}
END_TEST

START_TEST(a_connection_carries_many_calls_and_keeps_its_number)
{
	OWNED(emulator) server = wire_start((struct emulator_options){0});
	g_autofree char *token = emulator_new_token(server);
	g_autofree char *good = wire_good_credentials();
	g_autofree char *address =
		wire_address(CONTACTS, token, "action", "addcontact", "lastname", "A", NULL);
	int wire = wire_connect(server);
	for (int i = 0; i < 3; i++) {
		wire_ask(wire, "GET", address, good, NULL, 0);
		OWNED(wire_reply) reply = wire_read(wire, WIRE_PATIENCE);
		wire_assert_has(reply, "<result>0</result>");
	}
	close(wire);
	add(server, "B");
	json_t *ledger = wire_control(server, "ledger");
	static const int expected[] = {1, 1, 1, 2};
	for (size_t i = 0; i < G_N_ELEMENTS(expected); i++) {
		const json_t *number = json_object_get(json_array_get(ledger, i), "connection");
		ck_assert_int_eq(json_integer_value(number), expected[i]);
	}
	json_decref(ledger);
}
END_TEST

/* One call over a connection: is that closed behind the reply? */
static bool is_closed_after_reply(struct emulator *server)
{
	g_autofree char *token = emulator_new_token(server);
	g_autofree char *good = wire_good_credentials();
	g_autofree char *address =
		wire_address(CONTACTS, token, "action", "findcontactlist", "search", "a", NULL);
	int wire = wire_connect(server);
	wire_ask(wire, "GET", address, good, NULL, 0);
	OWNED(wire_reply) reply = wire_read(wire, WIRE_PATIENCE);
	wire_assert_has(reply, "<result>0</result>");
	const bool is_told = strstr(reply->raw->str, "Connection: close") != NULL;
	if (is_told) {
		OWNED(wire_reply) rest = wire_read(wire, WIRE_PATIENCE);
		ck_assert(rest->is_closed);
	}
	close(wire);
	return is_told;
}

START_TEST(connections_are_closed_after_each_reply_when_asked)
{
	OWNED(emulator) server = wire_start((struct emulator_options){.close_connections = true});
	ck_assert(is_closed_after_reply(server));
	wire_tell(server, "close-connections?on=0");
	ck_assert(!is_closed_after_reply(server));
	wire_tell(server, "close-connections");
	ck_assert(is_closed_after_reply(server));
}
END_TEST

START_TEST(data_outlive_the_server)
{
	g_autofree char *folder = make_folder();
	g_autofree char *data = g_build_filename(folder, "data.json", NULL);
	const struct emulator_options options = {.data = data, .demo = true};
	g_autofree char *before = NULL;
	{
		OWNED(emulator) first = wire_start(options);
		add(first, "Ajout\xc3\xa9");
		before = emulator_control(first, "contacts", NULL, NULL);
	}
	{
		OWNED(emulator) second = wire_start(options);
		g_autofree char *after = emulator_control(second, "contacts", NULL, NULL);
		ck_assert_str_eq(after, before);
		wire_tell(second, "delete-contact?cid=13");
		add(second, "Suivant");
		json_t *ledger = wire_control(second, "ledger");
		ck_assert_str_eq(
			json_string_value(json_object_get(json_array_get(ledger, 0), "id")), "14");
		json_decref(ledger);
	}
	remove_folder(folder);
}
END_TEST

START_TEST(data_are_kept_when_asked)
{
	g_autofree char *folder = make_folder();
	g_autofree char *data = g_build_filename(folder, "data.json", NULL);
	OWNED(emulator) server = wire_start((struct emulator_options){.data = data});
	add(server, "Gard\xc3\xa9");
	ck_assert(emulator_save(server, NULL));
	g_autofree char *text = NULL;
	ck_assert(g_file_get_contents(data, &text, NULL, NULL));
	ck_assert_ptr_nonnull(strstr(text, "Gard\xc3\xa9"));
	remove_folder(folder);
}
END_TEST

START_TEST(a_data_file_that_makes_no_sense_is_refused)
{
	static const char *const texts[] = {
		"",
		"[]",
		"{\"version\": 2}",
		"{\"version\": 1, \"contacts\": [{\"firstname\": 3}]}",
		"{\"version\": 1, \"events\": [{\"title\": null}]}",
		"{\"version\": 1, \"contacts\": [7]}",
	};
	g_autofree char *folder = make_folder();
	g_autofree char *data = g_build_filename(folder, "data.json", NULL);
	for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
		g_autoptr(GError) error = NULL;
		ck_assert(g_file_set_contents(data, texts[i], -1, NULL));
		struct emulator *server =
			emulator_start(&(struct emulator_options){.data = data}, &error);
		ck_assert_msg(server == NULL, "%s", texts[i]);
		ck_assert(passerelle_error_is(error, PASSERELLE_ERROR_INPUT));
	}
	remove_folder(folder);
}
END_TEST

START_TEST(the_ledger_file_has_a_line_per_write)
{
	g_autofree char *folder = make_folder();
	g_autofree char *path = g_build_filename(folder, "ledger", NULL);
	OWNED(emulator) server = wire_start((struct emulator_options){.ledger = path});
	add(server, "A\nB");
	add(server, "C");
	g_autofree char *text = NULL;
	ck_assert(g_file_get_contents(path, &text, NULL, NULL));
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
	ck_assert_uint_eq(g_strv_length(lines), 3);
	json_t *entry = json_loads(lines[0], 0, NULL);
	const json_t *parameters = json_object_get(entry, "parameters");
	ck_assert_str_eq(json_string_value(json_object_get(parameters, "lastname")), "A\nB");
	json_decref(entry);
	remove_folder(folder);
}
END_TEST

START_TEST(names_become_contacts_with_the_same_details_every_time)
{
	g_autofree char *folder = make_folder();
	g_autofree char *path = g_build_filename(folder, "names.tsv", NULL);
	g_autoptr(GString) names = g_string_new(NULL);
	for (int i = 1; i <= 60; i++) {
		g_string_append_printf(names, "Nom%d\tPr\xc3\xa9nom%d\n", i, i);
	}
	ck_assert(g_file_set_contents(path, names->str, -1, NULL));
	const struct emulator_options options = {.names = path, .names_count = 40};
	OWNED(emulator) first = wire_start(options);
	OWNED(emulator) second = wire_start(options);
	g_autofree char *one = emulator_control(first, "contacts", NULL, NULL);
	g_autofree char *other = emulator_control(second, "contacts", NULL, NULL);
	ck_assert_str_eq(one, other);
	json_t *contacts = wire_control(first, "contacts");
	ck_assert_uint_eq(json_array_size(contacts), 40);
	const json_t *last = json_array_get(contacts, 39);
	ck_assert_str_eq(json_string_value(json_object_get(last, "lastname")), "Nom40");
	ck_assert_str_eq(json_string_value(json_object_get(last, "picture_type")), "image/bmp");
	json_decref(contacts);
	remove_folder(folder);
}
END_TEST

START_TEST(a_list_of_names_without_tabs_is_refused)
{
	g_autofree char *folder = make_folder();
	g_autofree char *path = g_build_filename(folder, "names.tsv", NULL);
	ck_assert(g_file_set_contents(path, "A\tB\nC D\n", -1, NULL));
	g_autoptr(GError) error = NULL;
	ck_assert_ptr_null(emulator_start(&(struct emulator_options){.names = path}, &error));
	ck_assert(passerelle_error_is(error, PASSERELLE_ERROR_INPUT));
	ck_assert_ptr_nonnull(strstr(error->message, ":2:"));
	remove_folder(folder);
}
END_TEST

START_TEST(the_demo_has_people_mails_and_pictures)
{
	OWNED(emulator) server = wire_start((struct emulator_options){.demo = true});
	json_t *contacts = wire_control(server, "contacts");
	ck_assert_uint_eq(json_array_size(contacts), 12);
	unsigned pictures = 0;
	size_t index;
	json_t *contact;
	json_array_foreach(contacts, index, contact)
	{
		if (json_object_get(contact, "picture") != NULL) {
			ck_assert_ptr_nonnull(json_object_get(contact, "picture_type"));
			pictures++;
		}
	}
	ck_assert_uint_eq(pictures, 3);
	json_decref(contacts);
	json_t *mailbox = wire_control(server, "mailbox");
	ck_assert_uint_eq(json_array_size(json_object_get(mailbox, "unread")), 3);
	json_decref(mailbox);
}
END_TEST

START_TEST(the_web_interface_adds_edits_and_deletes)
{
	OWNED(emulator) server = wire_start((struct emulator_options){0});
	static const char body[] =
		"{\"firstname\": \"Zo\xc3\xab\", \"lastname\": \"A\", \"devices\": "
		"[{\"type\": \"phone\", \"subtype\": \"voice\", \"value\": \"1\", "
		"\"info_type\": \"pro\"}], \"addresses\": [{\"city\": \"Brest\"}], "
		"\"picture\": \"R0lGODlhAQABAIAAAOZlIAAAACwAAAAAAQABAAACAkQBADs=\"}";
	OWNED(wire_reply)
	added = wire_exchange(server, "POST", "/_emulator/add-contact", "", body, strlen(body));
	ck_assert_uint_eq(added->status, 200);
	wire_assert_has(added, "\"id\": 1");
	OWNED(wire_reply)
	got = wire_call(server, CONTACTS, "action", "getcontact", "cid", "1", NULL);
	wire_assert_has(got, "info-type=\"pro\" order=\"1\" subtype=\"voice\" type=\"phone\">1<");
	wire_assert_has(got, "<city>Brest</city>");
	static const char change[] = "{\"lastname\": \"B\", \"picture\": null}";
	g_autofree char *edited = emulator_control(server, "edit-contact?cid=c1", change, NULL);
	ck_assert_ptr_nonnull(edited);
	OWNED(wire_reply)
	found = wire_call(server, CONTACTS, "action", "findcontactlist", "search", "b", NULL);
	wire_assert_has(found, "<firstname>Zo\xc3\xab</firstname>");
	OWNED(wire_reply)
	old = wire_call(server, CONTACTS, "action", "findcontactlist", "search", "a", NULL);
	wire_assert_has(old, "total-data=\"0\"");
	g_autofree char *text = emulator_control(server, "contacts", NULL, NULL);
	ck_assert_ptr_null(strstr(text, "picture"));
	wire_tell(server, "delete-contact?cid=1");
	OWNED(wire_reply)
	gone = wire_call(server, CONTACTS, "action", "getcontact", "cid", "1", NULL);
	wire_assert_has(gone, " type=\"2\">");
	ck_assert_uint_eq(emulator_count_writes(server, NULL), 0);
}
END_TEST

START_TEST(control_says_no_in_words_and_can_be_off)
{
	OWNED(emulator) open = wire_start((struct emulator_options){0});
	static const char *const wrong[] = {
		"nosuch",
		"edit-contact?cid=7",
		"delete-contact",
		"consent?family=x&value=once",
		"consent?family=contact&value=x",
	};
	for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++) {
		g_autoptr(GError) error = NULL;
		ck_assert_ptr_null(emulator_control(open, wrong[i], NULL, &error));
		ck_assert(passerelle_error_is(error, PASSERELLE_ERROR_USAGE));
	}
	ck_assert_ptr_null(emulator_control(open, "add-contact", "[1]", NULL));
	ck_assert_ptr_null(emulator_control(open, "set-mail", "{\"unread\": \"x\"}", NULL));
	OWNED(emulator) closed = wire_start((struct emulator_options){.no_control = true});
	OWNED(wire_reply) reply = wire_exchange(closed, "GET", "/_emulator/ledger", "", NULL, 0);
	ck_assert_uint_eq(reply->status, 404);
	wire_tell(closed, "ledger");
}
END_TEST

START_TEST(reset_calls_forgets_the_calls_and_keeps_the_ledger)
{
	OWNED(emulator) server = wire_start((struct emulator_options){0});
	add(server, "A");
	ck_assert_uint_eq(emulator_count_calls(server, "addcontact"), 1);
	wire_tell(server, "reset-calls");
	ck_assert_uint_eq(emulator_count_calls(server, NULL), 0);
	ck_assert_uint_eq(emulator_count_writes(server, NULL), 1);
}
END_TEST

START_TEST(options_that_make_no_sense_are_named)
{
	static const struct {
		struct emulator_options options;
		const char *named;
	} cases[] = {
		{{.listen = "nowhere"}, "listen"},
		{{.listen = "0.0.0.0:0"}, "loopback"},
		{{.consent = "contact:nosuch"}, "consent"},
		{{.picture_action = "x"}, "picture-action"},
		{{.mobile_subtype = "x"}, "mobile-subtype"},
		{{.tls_cert = "/nonexistent"}, "tls-key"},
		{{.tls_cert = "/dev/null", .tls_key = "/dev/null"}, "certificate"},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(GError) error = NULL;
		ck_assert_ptr_null(emulator_start(&cases[i].options, &error));
		ck_assert_msg(strstr(error->message, cases[i].named) != NULL, "%s", error->message);
	}
}
END_TEST

START_TEST(a_port_that_is_taken_is_said_to_be_out_of_reach)
{
	OWNED(emulator) first = wire_start((struct emulator_options){0});
	g_autofree char *address = g_strdup_printf("127.0.0.1:%u", emulator_port(first));
	g_autoptr(GError) error = NULL;
	ck_assert_ptr_null(emulator_start(&(struct emulator_options){.listen = address}, &error));
	ck_assert(passerelle_error_is(error, PASSERELLE_ERROR_NETWORK));
}
END_TEST

START_TEST(a_self_made_certificate_is_made_once_and_its_key_is_private)
{
	g_autofree char *folder = make_folder();
	const struct emulator_options options = {.tls_self_signed = folder};
	g_autofree char *first_text = NULL;
	g_autofree char *second_text = NULL;
	{
		OWNED(emulator) server = wire_start(options);
		ck_assert(g_str_has_prefix(emulator_url(server), "https://127.0.0.1:"));
		ck_assert(g_file_get_contents(emulator_ca_file(server), &first_text, NULL, NULL));
		int wire = wire_connect(server);
		wire_send(wire, "GET / HTTP/1.1\r\n\r\n", 18);
		OWNED(wire_reply) plain = wire_read(wire, WIRE_PATIENCE);
		ck_assert_ptr_null(strstr(plain->raw->str, "HTTP"));
		close(wire);
	}
	OWNED(emulator) again = wire_start(options);
	ck_assert(g_file_get_contents(emulator_ca_file(again), &second_text, NULL, NULL));
	ck_assert_str_eq(first_text, second_text);
	g_autofree char *key = g_build_filename(folder, "server.key", NULL);
	struct stat status;
	ck_assert_int_eq(stat(key, &status), 0);
	ck_assert_uint_eq(status.st_mode & 0777, 0600);
	remove_folder(folder);
}
END_TEST

static void keep_line(const char *line, void *user_data)
{
	g_string_append_printf(user_data, "%s\n", line);
}

START_TEST(the_access_log_never_tells_a_token)
{
	g_autoptr(GString) log = g_string_new(NULL);
	{
		OWNED(emulator)
		server = wire_start(
			(struct emulator_options){.log = keep_line, .log_user_data = log});
		add(server, "A\nB");
		OWNED(wire_reply)
		login = wire_exchange(server, "POST", "/login?return=http%3A%2F%2F127.0.0.1%2F", "",
		                      "", 0);
		ck_assert_uint_eq(login->status, 303);
	}
	ck_assert_ptr_nonnull(strstr(log->str, "action=\"addcontact\" lastname=\"A\\nB\" -> 200"));
	ck_assert_ptr_nonnull(strstr(log->str, "POST /login -> 303"));
	ck_assert_ptr_null(strstr(log->str, "B64"));
}
END_TEST

/* The program itself, where it is built. */
#define PROGRAM TEST_BINARY_DIR "/passerelle-emulator"

static GPid spawn(const char *const *arguments, int *output)
{
	GPid child;
	g_autoptr(GError) error = NULL;
	ck_assert_msg(g_spawn_async_with_pipes(NULL, (char **)arguments, NULL,
	                                       G_SPAWN_DO_NOT_REAP_CHILD, NULL, NULL, &child, NULL,
	                                       output, NULL, &error),
	              "%s", error == NULL ? "" : error->message);
	return child;
}

static char *read_line(int output)
{
	GString *line = g_string_new(NULL);
	char byte;
	while (read(output, &byte, 1) == 1 && byte != '\n') {
		g_string_append_c(line, byte);
	}
	return g_string_free(line, FALSE);
}

START_TEST(the_program_says_where_it_listens_and_ends_on_a_signal)
{
	if (!g_file_test(PROGRAM, G_FILE_TEST_IS_EXECUTABLE)) {
		printf("skipped: %s is not built\n", PROGRAM);
		return;
	}
	g_autofree char *folder = make_folder();
	g_autofree char *token_file = g_build_filename(folder, "token", NULL);
	g_autofree char *port_file = g_build_filename(folder, "port", NULL);
	const char *const arguments[] = {
		PROGRAM,   "--token-file",     token_file,  "--port-file", port_file, "--demo",
		"--fault", "*:1:silent-after", "--latency", "10",          NULL};
	int output, status;
	GPid child = spawn(arguments, &output);
	g_autofree char *line = read_line(output);
	ck_assert_msg(g_str_has_prefix(line, "listening on http://127.0.0.1:"), "%s", line);
	g_autofree char *port = NULL;
	g_autofree char *token = NULL;
	ck_assert(g_file_get_contents(port_file, &port, NULL, NULL));
	ck_assert(g_file_get_contents(token_file, &token, NULL, NULL));
	ck_assert(g_str_has_suffix(line, g_strchomp(port)));
	ck_assert(g_str_has_prefix(token, "B64"));
	kill(child, SIGHUP);
	kill(child, SIGTERM);
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	close(output);
	remove_folder(folder);
}
END_TEST

START_TEST(the_program_refuses_words_that_it_does_not_know)
{
	if (!g_file_test(PROGRAM, G_FILE_TEST_IS_EXECUTABLE)) {
		printf("skipped: %s is not built\n", PROGRAM);
		return;
	}
	static const char *const wrong[] = {"--nosuch", "--search=x", "--token-lifetime=1y",
	                                    "--fault=x", "extra"};
	for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++) {
		const char *const arguments[] = {PROGRAM, wrong[i], NULL};
		int output, status;
		GPid child = spawn(arguments, &output);
		ck_assert_int_eq(waitpid(child, &status, 0), child);
		ck_assert_msg(WIFEXITED(status) && WEXITSTATUS(status) == 64, "%s", wrong[i]);
		close(output);
	}
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		calls_that_wait_do_not_wait_for_each_other,
		a_connection_carries_many_calls_and_keeps_its_number,
		connections_are_closed_after_each_reply_when_asked,
		data_outlive_the_server,
		data_are_kept_when_asked,
		a_data_file_that_makes_no_sense_is_refused,
		the_ledger_file_has_a_line_per_write,
		names_become_contacts_with_the_same_details_every_time,
		a_list_of_names_without_tabs_is_refused,
		the_demo_has_people_mails_and_pictures,
		the_web_interface_adds_edits_and_deletes,
		control_says_no_in_words_and_can_be_off,
		reset_calls_forgets_the_calls_and_keeps_the_ledger,
		options_that_make_no_sense_are_named,
		a_port_that_is_taken_is_said_to_be_out_of_reach,
		a_self_made_certificate_is_made_once_and_its_key_is_private,
		the_access_log_never_tells_a_token,
		the_program_says_where_it_listens_and_ends_on_a_signal,
		the_program_refuses_words_that_it_does_not_know,
	};
	return wire_run("server", tests, G_N_ELEMENTS(tests));
}
