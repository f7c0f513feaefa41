/* SPDX-License-Identifier: MIT */
/* What people, bars and monitoring are shown: one golden file per format, a section per case. */
#include "status/render.h"

#include <check.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#define FOLDER TEST_FIXTURES "/status/"
#define NOW    1795230060 /* 2026-11-21T03:01:00Z: a minute after the documents */

/* What is shown: an account or two, and what was asked for. */
struct scene {
	const char *name;
	const char *documents[2]; /* NULL = a status that is missing */
	guint count;
	enum service_life service;
	struct render_context context;
	bool is_for_bars;
};

#define ASKED(...)                                                                                 \
	{                                                                                          \
		.now = NOW, .use_colour = true, __VA_ARGS__                                        \
	}
#define PLAIN                                                                                      \
	{                                                                                          \
		.now = NOW, .use_colour = true                                                     \
	}

static const struct scene scenes[] = {
	{"ok", {"ok"}, 1, SERVICE_RUNS, PLAIN, false},
	{"unread", {"unread"}, 1, SERVICE_RUNS, PLAIN, false},
	{"offline", {"offline"}, 1, SERVICE_RUNS, PLAIN, false},
	{"attention: login", {"login-required"}, 1, SERVICE_RUNS, PLAIN, false},
	{"attention: consent", {"consent-required"}, 1, SERVICE_RUNS, PLAIN, false},
	{"attention: held", {"held"}, 1, SERVICE_RUNS, PLAIN, false},
	{"error", {"error"}, 1, SERVICE_RUNS, PLAIN, false},
	{"stale: nothing unread", {"ok"}, 1, SERVICE_DEAD, PLAIN, false},
	{"stale: unread", {"unread"}, 1, SERVICE_DEAD, PLAIN, false},
	{"never synchronised", {NULL}, 1, SERVICE_UNKNOWN, PLAIN, false},
	{"no service", {"held"}, 1, SERVICE_UNKNOWN, PLAIN, false},
	{"hostile", {"hostile"}, 1, SERVICE_RUNS, PLAIN, false},
	{"two accounts", {"unread", "login-required"}, 2, SERVICE_RUNS, PLAIN, false},
	{"latest: hostile", {"hostile"}, 1, SERVICE_RUNS, ASKED(.shows_latest = true), true},
	{"latest of two",
         {"hostile", "unread"},
         2,
         SERVICE_RUNS,
         ASKED(.shows_latest = true),
         true},
	{"zero shown", {"ok"}, 1, SERVICE_RUNS, ASKED(.shows_zero = true), true},
	{"zero shown: unknown", {NULL}, 1, SERVICE_UNKNOWN, ASKED(.shows_zero = true), true},
	{"below the limits", {"unread"}, 1, SERVICE_RUNS, ASKED(.warning = 4, .critical = 5), true},
	{"warning", {"unread"}, 1, SERVICE_RUNS, ASKED(.warning = 3, .critical = 4), true},
	{"critical", {"unread"}, 1, SERVICE_RUNS, ASKED(.warning = 2, .critical = 3), true},
	{"held comes before critical",
         {"unread", "held"},
         2,
         SERVICE_RUNS,
         ASKED(.critical = 3),
         true},
	{"no colour", {"held"}, 1, SERVICE_RUNS, {.now = NOW}, true},
	{"followed", {"held"}, 1, SERVICE_RUNS, ASKED(.is_followed = true), true},
};

static const char *const formats[] = {
	"human",         "json",    "plain",  "waybar", "i3blocks",   "i3blocks-plain",
	"i3status-rust", "polybar", "xmobar", "tmux",   "prometheus",
};

static const char *const stuck_lines[] = {
	"in doubt: Dentist 2026-12-01: the connection broke",
	"refused: Marie Martin: the service says \"too long\"",
	"pending: 5 more in contacts",
};

static struct status_document *load(const char *name)
{
	if (name == NULL) {
		struct status_document *missing = status_document_new("home");
		missing->state = STATUS_OFFLINE;
		missing->message = g_strdup("never synchronised");
		return missing;
	}
	g_autofree char *path = g_strconcat(FOLDER, name, ".json", NULL);
	g_autofree char *text = NULL;
	gsize size = 0;
	g_autoptr(GError) error = NULL;
	ck_assert(g_file_get_contents(path, &text, &size, NULL));
	struct status_document *document = status_document_from_json(text, size, &error);
	ck_assert_msg(document != NULL, "%s: %s", name, error != NULL ? error->message : "");
	return document;
}

/* Only ok has items that wait. */
static char *render(const struct scene *scene, const char *format_name)
{
	const struct render_format *format = render_find(format_name);
	struct status_document *documents[2] = {NULL};
	struct render_view views[2] = {{.service = scene->service}, {.service = scene->service}};
	struct render_context context = scene->context;
	g_autoptr(GPtrArray) stuck = g_ptr_array_new();
	for (guint i = 0; i < G_N_ELEMENTS(stuck_lines); i++) {
		g_ptr_array_add(stuck, (gpointer)stuck_lines[i]);
	}
	for (guint i = 0; i < scene->count; i++) {
		documents[i] = load(scene->documents[i]);
		views[i].document = documents[i];
		views[i].is_missing = scene->documents[i] == NULL;
		views[i].stuck = g_strcmp0(scene->documents[i], "ok") == 0 ? stuck : NULL;
	}
	context.use_colour &= format->kind == RENDER_BAR;
	char *text = format->function(views, scene->count, &context);
	status_document_free(documents[0]);
	status_document_free(documents[1]);
	return text;
}

static const struct scene *scene_of(const char *name)
{
	for (guint i = 0; i < G_N_ELEMENTS(scenes); i++) {
		if (strcmp(scenes[i].name, name) == 0) {
			return &scenes[i];
		}
	}
	ck_abort_msg("no scene is called %s", name);
	return NULL;
}

static char *render_named(const char *scene, const char *format)
{
	return render(scene_of(scene), format);
}

/* With PASSERELLE_WRITE_GOLDEN set the files are written anew, to be looked at and committed. */
static void check_golden(const char *format, const char *text)
{
	g_autofree char *path = g_strconcat(FOLDER "golden/", format, NULL);
	g_autofree char *expected = NULL;
	if (g_getenv("PASSERELLE_WRITE_GOLDEN") != NULL) {
		ck_assert(g_file_set_contents(path, text, -1, NULL));
	}
	ck_assert_msg(g_file_get_contents(path, &expected, NULL, NULL), "%s is missing", path);
	ck_assert_str_eq(text, expected);
}

START_TEST(every_scene_looks_in_every_format_as_in_its_golden_file)
{
	GString *all = g_string_new(NULL);
	for (guint i = 0; i < G_N_ELEMENTS(scenes); i++) {
		if (!scenes[i].is_for_bars || render_find(formats[_i])->kind == RENDER_BAR) {
			g_autofree char *text = render(&scenes[i], formats[_i]);
			g_string_append_printf(all, "== %s\n%s\n", scenes[i].name, text);
		}
	}
	check_golden(formats[_i], all->str);
	g_string_free(all, TRUE);
}
END_TEST

static const struct {
	const char *scene, *class;
} classes[] = {
	{"ok", "ok"},
	{"unread", "unread"},
	{"offline", "offline"},
	{"attention: login", "attention"},
	{"attention: consent", "attention"},
	{"attention: held", "attention"},
	{"error", "error"},
	{"stale: nothing unread", "stale"},
	{"stale: unread", "stale"},
	{"never synchronised", "offline"},
	{"two accounts", "attention"},
};

START_TEST(every_state_has_its_class)
{
	g_autofree char *line = render_named(classes[_i].scene, "waybar");
	json_t *object = json_loads(line, JSON_REJECT_DUPLICATES, NULL);
	ck_assert_str_eq(json_string_value(json_object_get(object, "class")), classes[_i].class);
	json_decref(object);
}
END_TEST

static const char *const json_bars[] = {"waybar", "i3blocks", "i3status-rust"};

START_TEST(a_bar_that_reads_json_gets_one_object_in_one_line_whatever_comes)
{
	for (guint i = 0; i < G_N_ELEMENTS(scenes); i++) {
		g_autofree char *line = render(&scenes[i], json_bars[_i]);
		json_t *object = json_loads(line, JSON_REJECT_DUPLICATES, NULL);
		ck_assert_msg(json_is_object(object), "%s", line);
		ck_assert_ptr_null(strchr(line, '\n'));
		json_decref(object);
	}
}
END_TEST

/* ---- hostile text ---- */

static void remove_all(GString *text, const char *what)
{
	g_string_replace(text, what, "", 0);
}

/* What of a line could still be an order, after what we ourselves put there was taken away. */
static const struct {
	const char *format, *ours[5], *order;
} orders[] = {
	{"polybar", {"%{F#5fd7ff}", "%{F-}"}, "%{"},
	{"xmobar", {"<raw=1:</>", "<fc=#5fd7ff>", "</fc>"}, "<"},
	{"tmux", {"#[fg=#5fd7ff]", "#[default]", "##"}, "#"},
	{"waybar", {"&lt;", "&gt;", "&amp;", "&quot;", "&apos;"}, "<"},
	{"waybar", {"&lt;", "&gt;", "&amp;", "&quot;", "&apos;"}, "&"},
	{"i3status-rust", {"&lt;", "&gt;", "&amp;", "&quot;", "&apos;"}, "<"},
	{"i3status-rust", {"&lt;", "&gt;", "&amp;", "&quot;", "&apos;"}, "&"},
};

START_TEST(hostile_text_forms_no_order_of_a_bar)
{
	g_autofree char *line = render_named("latest: hostile", orders[_i].format);
	GString *rest = g_string_new(line);
	for (guint i = 0; i < G_N_ELEMENTS(orders[_i].ours) && orders[_i].ours[i] != NULL; i++) {
		remove_all(rest, orders[_i].ours[i]);
	}
	ck_assert_msg(strstr(line, "evil") != NULL, "%s", line);
	ck_assert_msg(strstr(rest->str, orders[_i].order) == NULL, "%s", line);
	g_string_free(rest, TRUE);
}
END_TEST

START_TEST(hostile_text_steers_no_terminal_and_turns_no_line_round)
{
	g_autofree char *text = render_named(
		render_find(formats[_i])->kind == RENDER_BAR ? "latest: hostile" : "hostile",
		formats[_i]);
	const bool is_document = strcmp(formats[_i], "json") == 0; /* as it is, in JSON's escapes */
	for (const char *at = text; *at != '\0'; at++) {
		ck_assert(*at == '\n' || !g_ascii_iscntrl(*at));
	}
	ck_assert(is_document || strstr(text, "\u202e") == NULL);
	ck_assert(is_document || strstr(text, "\u2066") == NULL);
	ck_assert(is_document || strlen(text) < 4000);
}
END_TEST

START_TEST(remote_text_stands_in_no_text_of_a_bar_unless_it_is_asked_for)
{
	const struct render_format *format = render_find(formats[_i]);
	if (format->kind != RENDER_BAR) {
		return;
	}
	g_autofree char *line = render_named("hostile", formats[_i]);
	json_t *object = json_loads(line, 0, NULL);
	const char *text = json_string_value(json_object_get(object, "text"));
	ck_assert_ptr_null(strstr(text != NULL ? text : line, "evil"));
	json_decref(object);
}
END_TEST

/* ---- monitoring ---- */

START_TEST(the_metrics_of_several_accounts_have_one_help_and_one_type_each)
{
	g_autofree char *text = render_named("two accounts", "prometheus");
	g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
	const char *metric = "";
	for (guint i = 0; lines[i] != NULL; i++) {
		g_auto(GStrv) words = g_strsplit_set(lines[i], " {", -1);
		if (words[0][0] == '#') {
			g_autofree char *key = g_strconcat(words[1], " ", words[2], NULL);
			ck_assert_msg(g_hash_table_add(seen, g_steal_pointer(&key)), "%s",
			              lines[i]);
			metric = strstr(lines[i], words[2]);
		} else {
			ck_assert(g_str_has_prefix(metric, words[0]));
		}
	}
	ck_assert_ptr_nonnull(strstr(text, "passerelle_mail_unread{account=\"work\"} 3\n"));
}
END_TEST

START_TEST(a_label_that_holds_quotes_backslashes_and_line_ends_is_escaped)
{
	OWNED(status_document) document = status_document_new("a\"b\\c\nd");
	const struct render_view view = {.document = document};
	const struct render_context context = {.now = NOW};
	g_autofree char *text = render_find("prometheus")->function(&view, 1, &context);
	ck_assert_ptr_nonnull(
		strstr(text, "passerelle_status_readable{account=\"a\\\"b\\\\c\\nd\"} 1\n"));
}
END_TEST

/* ---- people ---- */

START_TEST(a_time_that_is_not_known_is_not_told)
{
	OWNED(status_document) document = status_document_new("home");
	const struct render_view view = {.document = document};
	const struct render_context context = {.now = NOW};
	g_autofree char *text = render_find("human")->function(&view, 1, &context);
	ck_assert_ptr_null(strstr(text, "updated"));
	ck_assert_ptr_null(strstr(text, " for "));
}
END_TEST

START_TEST(an_item_that_waits_is_told_once_though_the_last_cycle_named_it)
{
	static const char problem[] = "Dentist: the connection broke";
	OWNED(status_document) document = status_document_new("home");
	g_autoptr(GPtrArray) stuck = g_ptr_array_new();
	const struct render_view view = {.document = document, .stuck = stuck};
	const struct render_context context = {.now = NOW};
	g_ptr_array_add(document->calendar.problems, g_strdup(problem));
	g_ptr_array_add(document->calendar.problems, g_strdup("bad.ics: no calendar"));
	g_ptr_array_add(stuck, (gpointer) "in doubt: Dentist: the connection broke");
	g_autofree char *text = render_find("human")->function(&view, 1, &context);
	const char *first = strstr(text, problem);
	ck_assert_ptr_nonnull(first);
	ck_assert_ptr_null(strstr(first + 1, problem));
	ck_assert_ptr_nonnull(strstr(text, "bad.ics: no calendar"));
}
END_TEST

START_TEST(who_has_a_system_unit_is_told_of_that)
{
	OWNED(status_document) document = status_document_new("home");
	const struct render_view view = {
		.document = document, .service = SERVICE_DEAD, .instance = "marie"};
	const struct render_context context = {.now = NOW};
	g_autofree char *text = render_find("human")->function(&view, 1, &context);
	ck_assert_ptr_nonnull(strstr(text, " systemctl start passerelle@marie\n"));
	ck_assert_ptr_nonnull(strstr(text, ": journalctl -u passerelle@marie"));
	ck_assert_ptr_null(strstr(text, "--user"));
}
END_TEST

START_TEST(a_command_that_the_message_names_is_told_as_it_is)
{
	OWNED(status_document) document = status_document_new("UNITED");
	const struct render_view view = {.document = document};
	const struct render_context context = {.now = NOW};
	document->message = g_strdup("no token: type passerelle login UNITED");
	g_autofree char *text = render_find("human")->function(&view, 1, &context);
	ck_assert_ptr_nonnull(strstr(text, "  do        passerelle login UNITED\n"));
}
END_TEST

START_TEST(on_a_terminal_the_state_has_a_colour)
{
	OWNED(status_document) document = load("ok");
	const struct render_context context = {.now = NOW, .use_colour = true};
	struct render_view view = {.document = document, .service = SERVICE_RUNS};
	g_autofree char *good = render_find("human")->function(&view, 1, &context);
	view.service = SERVICE_DEAD;
	g_autofree char *stale = render_find("human")->function(&view, 1, &context);
	ck_assert_msg(g_str_has_prefix(good, "home: \033[32mok\033[0m"), "%s", good);
	ck_assert_msg(g_str_has_prefix(stale, "home: \033[33mthe service"), "%s", stale);
}
END_TEST

START_TEST(every_format_of_the_list_can_be_found_and_no_other)
{
	const char *const *names = render_formats();
	guint count = 0;
	for (; names[count] != NULL; count++) {
		ck_assert_str_eq(names[count], formats[count]);
		ck_assert_str_eq(render_find(names[count])->name, names[count]);
	}
	ck_assert_uint_eq(count, G_N_ELEMENTS(formats));
	ck_assert(render_find("xml") == NULL);
}
END_TEST

int main(void)
{
	const int count = (int)G_N_ELEMENTS(formats);
	Suite *suite = suite_create("render");
	TCase *tests = tcase_create("render");
	tcase_add_loop_test(tests, every_scene_looks_in_every_format_as_in_its_golden_file, 0,
	                    count);
	tcase_add_loop_test(tests, every_state_has_its_class, 0, (int)G_N_ELEMENTS(classes));
	tcase_add_loop_test(tests, a_bar_that_reads_json_gets_one_object_in_one_line_whatever_comes,
	                    0, (int)G_N_ELEMENTS(json_bars));
	tcase_add_loop_test(tests, hostile_text_forms_no_order_of_a_bar, 0,
	                    (int)G_N_ELEMENTS(orders));
	tcase_add_loop_test(tests, hostile_text_steers_no_terminal_and_turns_no_line_round, 0,
	                    count);
	tcase_add_loop_test(tests, remote_text_stands_in_no_text_of_a_bar_unless_it_is_asked_for, 0,
	                    count);
	tcase_add_test(tests, the_metrics_of_several_accounts_have_one_help_and_one_type_each);
	tcase_add_test(tests, a_label_that_holds_quotes_backslashes_and_line_ends_is_escaped);
	tcase_add_test(tests, a_time_that_is_not_known_is_not_told);
	tcase_add_test(tests, an_item_that_waits_is_told_once_though_the_last_cycle_named_it);
	tcase_add_test(tests, who_has_a_system_unit_is_told_of_that);
	tcase_add_test(tests, a_command_that_the_message_names_is_told_as_it_is);
	tcase_add_test(tests, on_a_terminal_the_state_has_a_colour);
	tcase_add_test(tests, every_format_of_the_list_can_be_found_and_no_other);
	suite_add_tcase(suite, tests);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
