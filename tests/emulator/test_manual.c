/* SPDX-License-Identifier: MIT */
/*
 * The manual page names every option, fault kind, control request, action and parameter that the
 * sources have.
 */
#include "emulator/wire.h"

#define SOURCES TEST_SOURCE_DIR "/src/emulator/"

static char *read_source(const char *name)
{
	g_autofree char *path = g_strconcat(SOURCES, name, NULL);
	char *text = NULL;
	ck_assert_msg(g_file_get_contents(path, &text, NULL, NULL), "%s", path);
	return text;
}

/*
 * Every first group of pattern in the source must stand in the manual as mark says ("%s" is the
 * group).
 */
static void assert_all_named(const char *source, const char *pattern, const char *mark,
                             unsigned at_least)
{
	g_autofree char *text = read_source(source);
	g_autofree char *manual = read_source("passerelle-emulator.1");
	g_autoptr(GRegex) regex = g_regex_new(pattern, G_REGEX_MULTILINE, 0, NULL);
	g_autoptr(GMatchInfo) match = NULL;
	g_auto(GStrv) halves = g_strsplit(mark, "%s", 2);
	unsigned found = 0;
	for (g_regex_match(regex, text, 0, &match); g_match_info_matches(match);
	     g_match_info_next(match, NULL)) {
		g_autofree char *word = g_match_info_fetch(match, 1);
		g_autofree char *wanted = g_strconcat(halves[0], word, halves[1], NULL);
		g_autofree char *expression =
			g_strconcat(halves[0], "\\Q", word, "\\E", halves[1], NULL);
		ck_assert_msg(g_regex_match_simple(expression, manual, 0, 0), "no %s in the manual",
		              wanted);
		found++;
	}
	ck_assert_uint_ge(found, at_least);
}

START_TEST(every_option_is_in_the_manual)
{
	assert_all_named("main.c", "^\\s+(?:TEXT|PATH|FLAG|COUNT)\\(\"([a-z-]+)\"", "Fl Fl %s\\b",
	                 30);
	assert_all_named("main.c", "^\\s+\\{\"([a-z-]+)\", ", "Fl Fl %s\\b", 2);
}
END_TEST

START_TEST(every_fault_kind_is_in_the_manual)
{
	assert_all_named("faults.c", "^\\s+\\{\"([a-z0-9-]+)\", (?:true|false)", "\n\\.It Cm %s\\b",
	                 19);
}
END_TEST

START_TEST(every_control_request_is_in_the_manual)
{
	assert_all_named("control.c", "^\\s+\\{\"([a-z-]+)\", [a-z_]+\\}", "Pa %s\\b", 17);
}
END_TEST

START_TEST(every_action_and_parameter_is_in_the_manual)
{
	static const char *const sources[] = {"actions_contacts.c", "actions_pictures.c",
	                                      "actions_calendar.c", "actions_messages.c"};
	for (size_t i = 0; i < G_N_ELEMENTS(sources); i++) {
		assert_all_named(sources[i], "\\{\\.name = \"(\\w+)\"", "\n\\.(It )?Cm %s\\b", 2);
		assert_all_named(sources[i], "\\{\"(\\w+)\", NEED_", "[ \n]%s\\b", 1);
	}
}
END_TEST

START_TEST(every_consent_is_in_the_manual)
{
	assert_all_named("consent.c", "\\{\"[a-z]+\", \"(\\w+)\"\\}", "\\b%s\\b", 10);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		every_option_is_in_the_manual,          every_fault_kind_is_in_the_manual,
		every_control_request_is_in_the_manual, every_action_and_parameter_is_in_the_manual,
		every_consent_is_in_the_manual,
	};
	return wire_run("manual", tests, G_N_ELEMENTS(tests));
}
