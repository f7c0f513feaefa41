/* SPDX-License-Identifier: MIT */
/* A service that answers with anything: it costs an error and bounded memory, and nothing here is
 * lost. */
#include "remotes/canned_server.h"
#include "sync/remote_edits.h"

#include <sys/resource.h>

#define LIST_HEAD    "<xpage><command-list><command request=\"\" action=\"ctcfindcontactlist\">"
#define HUGE_REPLIES 6
#define MOST_MEMORY  (300 * 1024) /* KiB, this process with its servers */

static char *repeated(const char *text, guint count)
{
	GString *all = g_string_sized_new(strlen(text) * count);
	for (guint i = 0; i < count; i++) {
		g_string_append(all, text);
	}
	return g_string_free(all, FALSE);
}

static char *entity_bomb(void)
{
	GString *text = g_string_new("<?xml version=\"1.0\"?><!DOCTYPE x [<!ENTITY e0 \"lol\">");
	for (int i = 1; i < 20; i++) {
		g_string_append_printf(text, "<!ENTITY e%d \"&e%d;&e%d;&e%d;&e%d;\">", i, i - 1,
		                       i - 1, i - 1, i - 1);
	}
	g_string_append(text, "]><x><result>0</result><data-list total-data=\"1\"><data id=\"9\">"
	                      "<lastname>&e19;</lastname></data></data-list></x>");
	return g_string_free(text, FALSE);
}

static char *answer(void *data, const char *request, unsigned number)
{
	(void)request;
	g_autofree char *body = NULL;
	switch (*(int *)data) {
	case 0:
		body = entity_bomb();
		break;
	case 1: {
		g_autofree char *deep = repeated("<command>", 10000);
		body = g_strconcat(LIST_HEAD, deep, NULL);
		break;
	}
	case 2: {
		static const char whole[] =
			LIST_HEAD "<data-list total-data=\"0\" nbpage=\"0\" page=\"1\" "
				  "nbentries=\"0\"></data-list><result>0</result></command>";
		body = g_strndup(whole, number % 150);
		break;
	}
	case 3: {
		g_autofree char *filler =
			number <= HUGE_REPLIES
				? repeated("<data id=\"1\"><lastname>A</lastname></data>", 600000)
				: NULL;
		body = g_strconcat(LIST_HEAD "<data-list>", filler, NULL);
		break;
	}
	case 4:
		return g_strdup("HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n<xpage>");
	default:
		body = g_strdup(LIST_HEAD
		                "<data-list total-data=\"-1\" nbpage=\"99999999999999\">"
		                "<data id=\"../../etc\"><lastname>../../x</lastname></data>"
		                "</data-list><result>0</result></command>");
	}
	return canned_http(200, "Connection: close\r\n", body);
}

START_TEST(a_hostile_service_costs_an_error_and_nothing_else)
{
	struct bridge *bridge = bridge_new(BRIDGE_ORANGE, NULL);
	bridge->options.on_remote_delete = REMOTE_DELETE_TRASH;
	g_autofree char *card = bridge_card("m", "Marie", "Curie", "TEL:+33111111111\r\n");
	bridge_write(bridge, "m.vcf", card);
	sync_once(bridge);
	g_autofree char *before = bridge_marks(bridge, ITEM_CONTACT);
	struct canned server;
	int what = _i;
	canned_listen(&server, answer, &what);
	canned_start(&server);
	g_autofree char *url =
		g_strdup_printf("http://127.0.0.1:%u/PersonalContacts/V1", server.port);
	bridge->settings.contacts_url = url;
	const gint64 usual = bridge->settings.timeout;
	bridge->settings.timeout = 1;
	cycle_report_free(bridge_sync(bridge, ITEM_CONTACT));
	cycle_report_free(bridge_sync(bridge, ITEM_CONTACT));
	bridge->settings.contacts_url = NULL;
	bridge->settings.timeout = usual;
	canned_stop(&server);
	g_autofree char *after = bridge_marks(bridge, ITEM_CONTACT);
	ck_assert_str_eq(before, after);
	sync_once(bridge);
	assert_at_rest(bridge);
	ck_assert_uint_eq(bridge_count_remote(bridge, ITEM_CONTACT), 1);
	struct rusage usage;
	getrusage(RUSAGE_SELF, &usage);
	ck_assert_int_lt(usage.ru_maxrss, _i == 3 ? 4 * MOST_MEMORY : MOST_MEMORY);
	bridge_free(bridge);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("hostile");
	TCase *tests = tcase_create("hostile");
	tcase_set_timeout(tests, 120);
	tcase_add_loop_test(tests, a_hostile_service_costs_an_error_and_nothing_else, 0, 6);
	suite_add_tcase(suite, tests);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	const int failures = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failures == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
