/* SPDX-License-Identifier: MIT */
/* What people and bars are shown: one golden file per state and format, hostile text included. */
#include "status/render.h"
#include "status/words.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#define FOLDER TEST_FIXTURES "/status/"
#define NOW    1795230060 /* 2026-11-21T03:01:00Z: a minute after the documents */

static const char *const documents[] = {
	"ok", "hostile", "offline", "login-required", "consent-required", "held", "error"};
static const char *const formats[] = {"human", "json", "waybar", "i3blocks", "polybar", "plain"};

static struct status_document *load(const char *name)
{
	g_autofree char *path = g_strconcat(FOLDER, name, ".json", NULL);
	g_autofree char *text = NULL;
	gsize size = 0;
	g_autoptr(GError) error = NULL;
	ck_assert(g_file_get_contents(path, &text, &size, NULL));
	struct status_document *document = status_document_from_json(text, size, &error);
	ck_assert_msg(document != NULL, "%s: %s", name, error != NULL ? error->message : "");
	return document;
}

static char *render(const char *name, const char *format, bool is_dead)
{
	const struct render_context context = {.now = NOW, .is_service_dead = is_dead};
	OWNED(status_document) document = load(name);
	return render_find(format)(document, &context);
}

/* With PASSERELLE_WRITE_GOLDEN set the files are written anew, to be looked at and committed. */
static void check_golden(const char *golden, const char *line)
{
	g_autofree char *path = g_strconcat(FOLDER "golden/", golden, NULL);
	g_autofree char *text = g_strconcat(line, "\n", NULL);
	g_autofree char *expected = NULL;
	if (g_getenv("PASSERELLE_WRITE_GOLDEN") != NULL) {
		ck_assert(g_file_set_contents(path, text, -1, NULL));
	}
	ck_assert_msg(g_file_get_contents(path, &expected, NULL, NULL), "%s is missing", path);
	ck_assert_str_eq(text, expected);
}

START_TEST(every_state_looks_in_every_format_as_its_golden_file)
{
	const char *name = documents[_i / (int)G_N_ELEMENTS(formats)];
	const char *format = formats[_i % (int)G_N_ELEMENTS(formats)];
	g_autofree char *line = render(name, format, false);
	g_autofree char *golden = g_strdup_printf("%s.%s", name, format);
	check_golden(golden, line);
}
END_TEST

START_TEST(a_dead_service_looks_stale_in_every_format)
{
	g_autofree char *line = render("ok", formats[_i], true);
	g_autofree char *golden = g_strdup_printf("dead.%s", formats[_i]);
	check_golden(golden, line);
}
END_TEST

START_TEST(hostile_text_cannot_break_out_of_any_bar)
{
	for (guint i = 2; i < G_N_ELEMENTS(formats); i++) {
		g_autofree char *line = render("hostile", formats[i], false);
		ck_assert_ptr_null(strchr(line, '\n'));
		ck_assert_ptr_null(strstr(line, "%{A1"));
		ck_assert_ptr_null(strstr(line, "<script>"));
		ck_assert_ptr_null(strstr(line, "\u202e"));
		ck_assert_ptr_null(strchr(line, '\033'));
		ck_assert_uint_lt(strlen(line), 3000);
	}
}
END_TEST

START_TEST(remote_text_stands_in_no_text_of_a_bar)
{
	g_autofree char *polybar = render("hostile", "polybar", false);
	g_autofree char *plain = render("hostile", "plain", false);
	g_autofree char *i3blocks = render("hostile", "i3blocks", false);
	ck_assert_str_eq(polybar, "12");
	ck_assert_ptr_null(strstr(plain, "example.org"));
	ck_assert_ptr_null(strstr(i3blocks, "example.org"));
}
END_TEST

START_TEST(the_human_format_never_sends_controls_to_the_terminal)
{
	g_autofree char *text = render("hostile", "human", false);
	for (const char *at = text; *at != '\0'; at++) {
		ck_assert(*at == '\n' || !g_ascii_iscntrl(*at));
	}
	ck_assert_ptr_null(strstr(text, "\u202e"));
}
END_TEST

START_TEST(text_is_cut_between_characters_and_before_it_is_escaped)
{
	g_autofree char *cut = words_clean("ééééé", 3);
	g_autofree char *escaped = words_clean_pango("<<<<<", 3);
	g_autofree char *whole = words_clean("  a \n b  ", 3);
	g_autofree char *nothing = words_clean(NULL, 3);
	ck_assert_str_eq(cut, "ééé…");
	ck_assert_str_eq(escaped, "&lt;&lt;&lt;…");
	ck_assert_str_eq(whole, "a b");
	ck_assert_str_eq(nothing, "");
}
END_TEST

START_TEST(counts_and_times_are_words)
{
	static const struct {
		gint64 count;
		const char *words;
	} counts[] = {
		{0, "0"}, {999, "999"}, {1000, "1,000"}, {1234567, "1,234,567"}, {-1000, "-1,000"}};
	for (guint i = 0; i < G_N_ELEMENTS(counts); i++) {
		g_autofree char *words = words_count(counts[i].count);
		ck_assert_str_eq(words, counts[i].words);
	}
	static const struct {
		gint64 when;
		const char *words;
	} times[] = {{NOW, "just now"},
	             {NOW - 60, "60 s ago"},
	             {NOW + 300, "in 5 min"},
	             {NOW - 7200, "2 h ago"},
	             {NOW - 864000, "10 d ago"}};
	for (guint i = 0; i < G_N_ELEMENTS(times); i++) {
		g_autofree char *words = words_when(times[i].when, NOW);
		ck_assert_str_eq(words, times[i].words);
	}
}
END_TEST

START_TEST(a_time_that_is_not_known_is_not_told)
{
	OWNED(status_document) document = status_document_new("home");
	const struct render_context context = {.now = NOW};
	g_autofree char *text = render_find("human")(document, &context);
	ck_assert_ptr_null(strstr(text, "updated"));
}
END_TEST

START_TEST(every_format_of_the_list_can_be_found_and_no_other)
{
	const char *const *names = render_formats();
	guint count = 0;
	for (; names[count] != NULL; count++) {
		ck_assert(render_find(names[count]) != NULL);
	}
	ck_assert_uint_eq(count, G_N_ELEMENTS(formats));
	ck_assert(render_find("xml") == NULL);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("render");
	TCase *tests = tcase_create("render");
	tcase_add_loop_test(tests, every_state_looks_in_every_format_as_its_golden_file, 0,
	                    (int)(G_N_ELEMENTS(documents) * G_N_ELEMENTS(formats)));
	tcase_add_loop_test(tests, a_dead_service_looks_stale_in_every_format, 0,
	                    (int)G_N_ELEMENTS(formats));
	tcase_add_test(tests, hostile_text_cannot_break_out_of_any_bar);
	tcase_add_test(tests, remote_text_stands_in_no_text_of_a_bar);
	tcase_add_test(tests, the_human_format_never_sends_controls_to_the_terminal);
	tcase_add_test(tests, text_is_cut_between_characters_and_before_it_is_escaped);
	tcase_add_test(tests, counts_and_times_are_words);
	tcase_add_test(tests, a_time_that_is_not_known_is_not_told);
	tcase_add_test(tests, every_format_of_the_list_can_be_found_and_no_other);
	suite_add_tcase(suite, tests);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
