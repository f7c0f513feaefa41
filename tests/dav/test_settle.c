/* SPDX-License-Identifier: MIT */
/* Tests of what becomes of writes whose outcome was not known. */
#include "dav/dav_world.h"

static void lose(struct world *self, const char *method, enum loss loss)
{
	self->server.fail_method = method;
	self->server.failed_seen = 0;
	self->server.fail_count = 1;
	self->server.loss = loss;
}

START_TEST(what_is_not_there_is_sent_again_after_the_grace_alone)
{
	struct world world;
	world_start(&world, ITEM_CONTACT);
	world.account.settings.in_doubt_grace = 1000; /* three cycles */
	put_here(&world, "a", "Alpha", "x");
	lose(&world, "PUT", LOSS_BEFORE);
	for (guint i = 0; i < 4; i++) {
		world_cycle(&world);
		ck_assert_uint_eq(server_asked(&world.server, "PUT "), 1);
		ck_assert_int_eq(world.report->in_doubt, 1);
	}
	world_cycle_well(&world);
	ck_assert_uint_eq(server_asked(&world.server, "PUT "), 2);
	ck_assert_uint_eq(server_size(&world.server), 1);
	world_stop(&world);
}
END_TEST

START_TEST(what_is_there_is_known_at_once)
{
	struct world world;
	world_start(&world, ITEM_CONTACT);
	world.account.settings.in_doubt_grace = 100000;
	put_here(&world, "a", "Alpha", "x");
	lose(&world, "PUT", LOSS_AFTER);
	world_cycle(&world);
	world_cycle_well(&world);
	ck_assert_int_eq(world.report->in_doubt, 0);
	ck_assert_int_eq(world.report->synced, 1);
	ck_assert_uint_eq(server_asked(&world.server, "PUT "), 1);
	world_stop(&world);
}
END_TEST

START_TEST(a_change_that_another_overtook_is_not_waited_for)
{
	struct world world;
	world_start(&world, ITEM_CONTACT);
	world.account.settings.in_doubt_grace = 100000;
	put_here(&world, "a", "Alpha", "first");
	world_cycle_well(&world);
	put_here(&world, "a", "Alpha", "mine");
	lose(&world, "PUT", LOSS_BEFORE);
	world_cycle(&world);
	ck_assert_int_eq(world.report->in_doubt, 1);
	put_there(&world, "a", "Alpha", "theirs");
	world_cycle(&world);
	ck_assert_int_eq(world.report->in_doubt, 0);
	world_stop(&world);
}
END_TEST

/* A row in doubt whose content is that text. */
static gint64 add_row(struct world *self, const char *content)
{
	g_autoptr(GPtrArray) rows =
		g_ptr_array_new_with_free_func((GDestroyNotify)ledger_call_free);
	struct ledger_call *row = ledger_call_new(ITEM_CONTACT, "other", "PUT", NULL);
	row->content = g_strdup(content);
	g_ptr_array_add(rows, row);
	ck_assert(ledger_announce(self->account.journal, rows, 1, NULL));
	ck_assert(ledger_recover(self->account.journal, ITEM_CONTACT, NULL));
	return row->id;
}

static const char *const foreign[] = {
	"{\"collection\":\"/user/another/\",\"ref\":\"a.vcf\",\"fingerprint\":\"x\"}",
	"{\"ref\":\"a.vcf\"}",
	"{\"collection\":\"" BOOK "\"}",
	"nonsense",
	"[]",
	"",
};

START_TEST(rows_of_others_stay_as_they_are)
{
	struct world world;
	world_start(&world, ITEM_CONTACT);
	const gint64 id = add_row(&world, foreign[_i]);
	world_cycle_well(&world);
	g_autoptr(GPtrArray) rows = ledger_in_doubt(world.account.journal, ITEM_CONTACT, NULL);
	ck_assert_uint_eq(rows->len, 1);
	ck_assert_int_eq(((struct ledger_call *)g_ptr_array_index(rows, 0))->id, id);
	world_stop(&world);
}
END_TEST

START_TEST(while_the_server_is_away_all_stays_in_doubt)
{
	struct world world;
	world_start(&world, ITEM_CONTACT);
	put_here(&world, "a", "Alpha", "x");
	lose(&world, "PUT", LOSS_BEFORE);
	world_cycle(&world);
	world.server.fail_method = "GET";
	world.server.failed_seen = 0;
	world.server.fail_count = 1000;
	world.server.loss = LOSS_NONE;
	world.server.fail_status = 503;
	world.server.fail_headers = "Retry-After: 1\r\n";
	for (guint i = 0; i < 3; i++) {
		world_cycle(&world);
		ck_assert_uint_eq(server_asked(&world.server, "PUT "), 1);
	}
	world.server.fail_count = 0;
	world_cycle(&world);
	world_cycle_well(&world);
	ck_assert_uint_eq(server_size(&world.server), 1);
	world_stop(&world);
}
END_TEST

/* It may be the one that is looked for. */
START_TEST(while_something_there_cannot_be_read_nothing_is_sent_again)
{
	struct world world;
	world_start(&world, ITEM_CONTACT);
	world.server.gives_names_silently = true;
	put_here(&world, "a", "Alpha", "x");
	lose(&world, "PUT", LOSS_AFTER);
	world_cycle(&world);
	world.server.fail_method = "GET";
	world.server.fail_first = 2; /* behind the one of the name that it was sent to */
	world.server.fail_count = 1000;
	world.server.fail_status = 500;
	world.server.loss = LOSS_NONE;
	for (guint i = 0; i < 3; i++) {
		world.server.failed_seen = 0;
		world_cycle(&world);
		ck_assert_uint_eq(server_asked(&world.server, "PUT "), 1);
		ck_assert_int_eq(world.report->in_doubt, 1);
	}
	world.server.fail_count = 0;
	world_cycle(&world);
	world_cycle_well(&world);
	ck_assert_uint_eq(server_size(&world.server), 1);
	ck_assert_int_eq(world.report->in_doubt, 0);
	world_stop(&world);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("settle");
	TCase *tests = tcase_create("settle");
	tcase_set_timeout(tests, 60);
	tcase_add_test(tests, what_is_not_there_is_sent_again_after_the_grace_alone);
	tcase_add_test(tests, what_is_there_is_known_at_once);
	tcase_add_test(tests, a_change_that_another_overtook_is_not_waited_for);
	tcase_add_loop_test(tests, rows_of_others_stay_as_they_are, 0, G_N_ELEMENTS(foreign));
	tcase_add_test(tests, while_the_server_is_away_all_stays_in_doubt);
	tcase_add_test(tests, while_something_there_cannot_be_read_nothing_is_sent_again);
	suite_add_tcase(suite, tests);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	const int failures = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failures != 0;
}
