/* SPDX-License-Identifier: MIT */
/* Of all the code of a remote only its session talks to the network: no write can leave beside the
 * ledger. */
#include <check.h>
#include <glib.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static bool may_hold(const char *path, const char *word)
{
	static const struct {
		const char *word, *ends; /* of the files that may hold it */
	} HOLDERS[] = {
		{"http_client_batch(", "/orange/session.c /dav/session.c"},
		{"http_client_new(", "/orange/session.c /dav/session.c"},
		{"\"net/http.h\"", "/orange/session.c /orange/reply.h /dav/request.h /dav/pace.h"},
	};
	for (gsize i = 0; i < G_N_ELEMENTS(HOLDERS); i++) {
		g_auto(GStrv) ends = g_strsplit(HOLDERS[i].ends, " ", -1);
		for (char **end = ends; strcmp(HOLDERS[i].word, word) == 0 && *end != NULL; end++) {
			if (g_str_has_suffix(path, *end)) {
				return true;
			}
		}
	}
	return false;
}

static void search_word(const char *folder, const char *word, unsigned *found)
{
	g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
	const char *name = NULL;
	while (dir != NULL && (name = g_dir_read_name(dir)) != NULL) {
		g_autofree char *path = g_build_filename(folder, name, NULL);
		g_autofree char *text = NULL;
		if (g_file_test(path, G_FILE_TEST_IS_DIR)) {
			search_word(path, word, found);
		} else if (g_file_get_contents(path, &text, NULL, NULL) &&
		           strstr(text, word) != NULL) {
			ck_assert_msg(may_hold(path, word), "%s in %s", word, path);
			++*found;
		}
	}
}

START_TEST(only_the_session_talks_to_the_network)
{
	unsigned batch = 0, include = 0, made = 0;
	g_autofree char *remotes = g_build_filename(TEST_SOURCE_DIR, "src", "remotes", NULL);
	search_word(remotes, "http_client_batch(", &batch);
	search_word(remotes, "http_client_new(", &made);
	search_word(remotes, "\"net/http.h\"", &include);
	ck_assert_uint_eq(batch, 2);
	ck_assert_uint_eq(made, 2);
	ck_assert_uint_ge(include, 2);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("network alone");
	TCase *sources = tcase_create("sources");
	tcase_add_test(sources, only_the_session_talks_to_the_network);
	suite_add_tcase(suite, sources);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	const int failures = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failures == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
