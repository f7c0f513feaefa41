/* SPDX-License-Identifier: MIT */
/* An item that is another one on each side: nothing is written over unless that was asked for. */
#include "dav/dav_world.h"

#include <glib/gstdio.h>

/* What stands there, and in how many files and items, once both sides are at rest. */
static const struct {
	enum conflict_policy policy;
	guint mine_here, theirs_here, mine_there, theirs_there, items;
} ends[] = {
	{CONFLICT_POLICY_REPORT, 1, 0, 0, 1, 1},
	{CONFLICT_POLICY_LOCAL, 1, 0, 1, 0, 1},
	{CONFLICT_POLICY_REMOTE, 0, 1, 0, 1, 1},
	{CONFLICT_POLICY_BOTH, 1, 1, 1, 1, 2},
};
#define ENDS (int)G_N_ELEMENTS(ends)

static void cycles(struct world *world, guint count)
{
	for (guint i = 0; i < count; i++) {
		world_cycle_well(world);
	}
}

static guint count_here(const struct world *world, const char *text)
{
	guint count = 0;
	GDir *dir = g_dir_open(world->folder, 0, NULL);
	for (const char *name = g_dir_read_name(dir); name != NULL; name = g_dir_read_name(dir)) {
		g_autofree char *content = name[0] == '.' ? NULL : world_read(world, name);
		count += content != NULL && strstr(content, text) != NULL;
	}
	g_dir_close(dir);
	return count;
}

static void expect_end(struct world *world, int number)
{
	ck_assert_uint_eq(count_here(world, "mine"), ends[number].mine_here);
	ck_assert_uint_eq(count_here(world, "theirs"), ends[number].theirs_here);
	ck_assert_uint_eq(count_there(world, "mine"), ends[number].mine_there);
	ck_assert_uint_eq(count_there(world, "theirs"), ends[number].theirs_there);
	ck_assert_uint_eq(world_files(world), ends[number].items);
	ck_assert_uint_eq(server_size(&world->server), ends[number].items);
}

/* Nothing is sent any more; what is left open is told each time. */
static void expect_rest(struct world *world, int number)
{
	server_forget_requests(&world->server);
	world_cycle_well(world);
	ck_assert_uint_eq(server_asked(&world->server, "PUT "), 0);
	ck_assert_uint_eq(world->report->problems->len,
	                  ends[number].policy == CONFLICT_POLICY_REPORT ? 1 : 0);
	expect_end(world, number);
}

START_TEST(what_was_agreed_and_changed_twice)
{
	struct world world;
	world_start(&world, (enum item_kind)(_i / ENDS));
	world.conflict = ends[_i % ENDS].policy;
	put_here(&world, "a", "Alpha", "agreed");
	cycles(&world, 2);
	put_here(&world, "a", "Alpha", "mine");
	put_there(&world, "a", "Alpha", "theirs");
	cycles(&world, 4);
	expect_rest(&world, _i % ENDS);
	world_stop(&world);
}
END_TEST

START_TEST(what_was_never_agreed)
{
	struct world world;
	world_start(&world, (enum item_kind)(_i / ENDS));
	world.conflict = ends[_i % ENDS].policy;
	put_here(&world, "a", "Alpha", "mine");
	put_there(&world, "a", "Alpha", "theirs");
	cycles(&world, 4);
	expect_rest(&world, _i % ENDS);
	world_stop(&world);
}
END_TEST

/* The advice of the manual. */
START_TEST(the_other_one_comes_where_one_is_deleted)
{
	struct world world;
	world_start(&world, (enum item_kind)(_i % ITEM_KINDS));
	const bool is_agreed = _i / ITEM_KINDS % 2 != 0;
	const bool is_mine_deleted = _i / ITEM_KINDS / 2 != 0;
	put_here(&world, "a", "Alpha", is_agreed ? "agreed" : "mine");
	if (is_agreed) {
		cycles(&world, 2);
		put_here(&world, "a", "Alpha", "mine");
	}
	put_there(&world, "a", "Alpha", "theirs");
	cycles(&world, 2);
	ck_assert_uint_eq(world.report->problems->len, 1);
	g_autofree char *name = item_name(&world, "a");
	if (is_mine_deleted) {
		g_autofree char *path = world_path(&world, name);
		ck_assert_int_eq(g_remove(path), 0);
	} else {
		server_remove(&world.server, name);
	}
	cycles(&world, 4);
	const char *left = is_mine_deleted ? "theirs" : "mine";
	ck_assert_uint_eq(world.report->problems->len, 0);
	ck_assert_uint_eq(count_here(&world, left), 1);
	ck_assert_uint_eq(count_there(&world, left), 1);
	ck_assert_uint_eq(world_files(&world), 1);
	ck_assert_uint_eq(server_size(&world.server), 1);
	world_stop(&world);
}
END_TEST

START_TEST(what_is_the_same_on_both_sides_costs_no_request)
{
	struct world world;
	world_start(&world, (enum item_kind)_i);
	for (guint i = 0; i < 20; i++) {
		g_autofree char *uid = g_strdup_printf("u%u", i);
		put_here(&world, uid, uid, "same");
		put_there(&world, uid, uid, "same");
	}
	cycles(&world, 2);
	ck_assert_uint_eq(server_asked(&world.server, "PUT "), 0);
	ck_assert_uint_eq(world_files(&world), 20);
	server_forget_requests(&world.server);
	cycles(&world, 1);
	ck_assert_uint_eq(canned_count(&world.server.canned), 1);
	world_stop(&world);
}
END_TEST

/* What an earlier life of that UID left in the journal says nothing of this one. */
START_TEST(what_was_deleted_and_is_made_again_goes_there_again)
{
	struct world world;
	world_start(&world, (enum item_kind)(_i % ITEM_KINDS));
	g_autofree char *name = item_name(&world, "a");
	g_autofree char *path = world_path(&world, name);
	put_here(&world, "a", "Alpha", "first");
	cycles(&world, 2);
	if (_i / ITEM_KINDS == 0) {
		ck_assert_int_eq(g_remove(path), 0);
	} else {
		server_remove(&world.server, name);
	}
	cycles(&world, 3);
	ck_assert_uint_eq(world_files(&world) + server_size(&world.server), 0);
	put_here(&world, "a", "Alpha", "second");
	world.server.failed_seen = 0;
	world.server.fail_method = "PUT";
	world.server.fail_first = 1;
	world.server.fail_count = 1;
	world.server.fail_status = 423;
	world_cycle(&world);
	world.server.fail_count = 0;
	cycles(&world, 4);
	ck_assert_uint_eq(count_there(&world, "second"), 1);
	ck_assert_uint_eq(world_files(&world), 1);
	world_stop(&world);
}
END_TEST

static void fail_all(struct world *world, const char *method, unsigned status)
{
	world->server.failed_seen = 0;
	world->server.fail_method = method;
	world->server.fail_first = 1;
	world->server.fail_count = method == NULL ? 0 : 100000;
	world->server.fail_status = status;
}

static void edit_on_both_sides(struct world *world)
{
	put_here(world, "a", "Alpha", "mine");
	put_there(world, "a", "Alpha", "theirs");
}

START_TEST(a_change_that_cannot_be_read_is_not_written_over)
{
	struct world world;
	world_start(&world, (enum item_kind)_i);
	world.server.has_no_multiget = true;
	put_here(&world, "a", "Alpha", "agreed");
	put_here(&world, "b", "Beta", "agreed");
	cycles(&world, 2);
	edit_on_both_sides(&world);
	fail_all(&world, "GET", 403);
	for (guint i = 0; i < 3; i++) {
		world_cycle(&world);
		ck_assert_uint_eq(count_there(&world, "theirs"), 1);
		ck_assert_uint_eq(count_here(&world, "mine"), 1);
	}
	fail_all(&world, NULL, 0);
	cycles(&world, 3);
	ck_assert_uint_eq(count_there(&world, "theirs"), 1);
	ck_assert_uint_eq(count_here(&world, "mine"), 1);
	ck_assert_uint_eq(world.report->problems->len, 1);
	world_stop(&world);
}
END_TEST

/* It appeared there just before ours was sent; whoever deletes ours gets theirs. */
START_TEST(what_was_there_first_comes_where_ours_is_deleted)
{
	struct world world;
	world_start(&world, (enum item_kind)_i);
	put_here(&world, "b", "Beta", "first");
	cycles(&world, 2);
	world.server.forgets_changes = true;
	edit_on_both_sides(&world);
	cycles(&world, 1);
	ck_assert_uint_eq(count_there(&world, "theirs"), 1);
	world.server.forgets_changes = false;
	world.account.settings.now += 2 * 24 * 60 * 60; /* changes are checked by a listing */
	cycles(&world, 2);
	ck_assert_uint_eq(count_there(&world, "theirs"), 1);
	ck_assert_uint_eq(count_here(&world, "mine"), 1);
	g_autofree char *name = item_name(&world, "a");
	g_autofree char *path = world_path(&world, name);
	ck_assert_int_eq(g_remove(path), 0);
	cycles(&world, 4);
	ck_assert_uint_eq(count_there(&world, "theirs"), 1);
	ck_assert_uint_eq(count_here(&world, "theirs"), 1);
	world_stop(&world);
}
END_TEST

START_TEST(an_edit_that_waits_goes_there_though_it_is_gone_there)
{
	struct world world;
	world_start(&world, (enum item_kind)_i);
	g_autofree char *name = item_name(&world, "a");
	put_here(&world, "a", "Alpha", "agreed");
	cycles(&world, 2);
	put_here(&world, "a", "Alpha", "mine");
	fail_all(&world, "PUT", 423);
	world_cycle(&world);
	server_remove(&world.server, name);
	world_cycle(&world);
	fail_all(&world, NULL, 0);
	cycles(&world, 4);
	ck_assert_uint_eq(count_there(&world, "mine"), 1);
	ck_assert_uint_eq(count_here(&world, "mine"), 1);
	world_stop(&world);
}
END_TEST

/* A server that was moved, or filled again from a copy: the same items under other names. */
START_TEST(what_stands_elsewhere_under_its_uid_is_the_same)
{
	struct world world;
	world_start(&world, (enum item_kind)(_i % ITEM_KINDS));
	const bool is_edited = _i / ITEM_KINDS != 0;
	g_autofree char *name = item_name(&world, "a");
	g_autofree char *other = item_name(&world, "other");
	put_here(&world, "a", "Alpha", "agreed");
	cycles(&world, 2);
	g_autofree char *text = item_text(&world, "a", "Alpha", "agreed");
	server_remove(&world.server, name);
	server_put(&world.server, other, text);
	if (is_edited) {
		put_here(&world, "a", "Alpha", "mine");
	}
	server_forget_requests(&world.server);
	cycles(&world, 3);
	ck_assert_uint_eq(world_files(&world), 1);
	ck_assert_uint_eq(server_size(&world.server), 1);
	ck_assert_uint_eq(server_asked(&world.server, "PUT "), is_edited ? 1 : 0);
	ck_assert_uint_eq(server_asked(&world.server, "DELETE "), 0);
	ck_assert_uint_eq(count_there(&world, is_edited ? "mine" : "agreed"), 1);
	world_stop(&world);
}
END_TEST

START_TEST(what_waits_stays_where_nothing_can_be_written_any_more)
{
	struct world world;
	world_start(&world, (enum item_kind)(_i % ITEM_KINDS));
	if (_i / ITEM_KINDS != 0) {
		put_here(&world, "a", "Alpha", "agreed");
		cycles(&world, 2);
	}
	put_here(&world, "a", "Alpha", "mine");
	fail_all(&world, "PUT", 423);
	world_cycle(&world);
	world.server.is_read_only = true;
	world.account.settings.is_full = true;
	for (guint i = 0; i < 3; i++) {
		world_cycle(&world);
	}
	ck_assert_uint_eq(count_here(&world, "mine"), 1);
	world.server.is_read_only = false;
	fail_all(&world, NULL, 0);
	cycles(&world, 3);
	ck_assert_uint_eq(count_there(&world, "mine"), 1);
	world_stop(&world);
}
END_TEST

START_TEST(an_edit_that_is_refused_is_an_edit)
{
	struct world world;
	world_start(&world, (enum item_kind)_i);
	put_here(&world, "a", "Alpha", "agreed");
	cycles(&world, 2);
	put_here(&world, "a", "Alpha", "mine");
	fail_all(&world, "PUT", 403);
	world_cycle(&world);
	put_there(&world, "a", "Alpha", "theirs");
	cycles(&world, 3);
	expect_end(&world, 0);
	ck_assert_uint_eq(world.report->problems->len, 1);
	world_stop(&world);
}
END_TEST

#define SPELLED(organisation, number)                                                              \
	"BEGIN:VCARD\r\nVERSION:3.0\r\nUID:a\r\nFN:Alpha\r\nN:Alpha;;;;\r\n" organisation          \
	"\r\nTEL;TYPE=" number "\r\nEND:VCARD\r\n"

START_TEST(another_spelling_does_not_stand_in_the_way_of_a_change)
{
	struct world world;
	world_start(&world, ITEM_CONTACT);
	world_write(&world, "a.vcf", SPELLED("ORG:A;", "CELL:1"));
	server_put(&world.server, "a.vcf", SPELLED("ORG:A", "cell:1"));
	cycles(&world, 2);
	server_put(&world.server, "a.vcf", SPELLED("ORG:B", "cell:2"));
	cycles(&world, 3);
	g_autofree char *here = world_read(&world, "a.vcf");
	ck_assert_ptr_nonnull(strstr(here, "ORG:B"));
	ck_assert_ptr_nonnull(strstr(here, ":2\r\n"));
	ck_assert_ptr_null(strstr(here, ":1\r\n"));
	ck_assert_uint_eq(count_there(&world, "ORG:B"), 1);
	world_stop(&world);
}
END_TEST

/* So many new ones come in several passes; each knows what the ones before left open. */
START_TEST(a_conflict_stays_one_among_very_many_new_items)
{
	struct world world;
	world_start(&world, (enum item_kind)(_i % ITEM_KINDS));
	const bool is_agreed = _i / ITEM_KINDS != 0;
	if (is_agreed) {
		put_here(&world, "a", "Alpha", "agreed");
		cycles(&world, 2);
		put_there(&world, "a", "Alpha", "theirs");
	} else {
		g_autofree char *text = item_text(&world, "a", "Alpha", "theirs");
		g_autofree char *other = item_name(&world, "0-other");
		server_put(&world.server, other, text);
	}
	put_here(&world, "a", "Alpha", "mine");
	for (guint i = 0; i < 1200; i++) {
		g_autofree char *uid = g_strdup_printf("n%u", i);
		put_there(&world, uid, uid, "new");
	}
	cycles(&world, 2);
	ck_assert_uint_eq(server_size(&world.server), 1201);
	ck_assert_uint_eq(world_files(&world), 1201);
	ck_assert_uint_eq(count_there(&world, "theirs"), 1);
	ck_assert_uint_eq(count_here(&world, "mine"), 1);
	ck_assert_uint_eq(world.report->problems->len, 1);
	world_stop(&world);
}
END_TEST

START_TEST(a_write_that_always_fails_is_tried_less_and_less)
{
	struct world world;
	world_start(&world, (enum item_kind)(_i % ITEM_KINDS));
	if (_i / ITEM_KINDS != 0) {
		put_here(&world, "a", "Alpha", "agreed");
		cycles(&world, 2);
	}
	put_here(&world, "a", "Alpha", "mine");
	fail_all(&world, "PUT", 500);
	server_forget_requests(&world.server);
	for (guint i = 0; i < 48; i++) { /* four hours */
		world_cycle(&world);
	}
	ck_assert_uint_ge(server_asked(&world.server, "PUT "), 2);
	ck_assert_uint_le(server_asked(&world.server, "PUT "), 12);
	fail_all(&world, NULL, 0);
	world.account.settings.now += 24 * 60 * 60;
	cycles(&world, 3);
	ck_assert_uint_eq(count_there(&world, "mine"), 1);
	world_stop(&world);
}
END_TEST

START_TEST(texts_are_not_read_again_where_marks_tell)
{
	struct world world;
	world_start(&world, (enum item_kind)_i);
	put_there(&world, "a", "Alpha", "first");
	cycles(&world, 2);
	world.account.settings.now += 3 * 24 * 60 * 60;
	cycles(&world, 1);
	server_forget_requests(&world.server);
	cycles(&world, 1);
	ck_assert_uint_eq(
		server_asked(&world.server, "multiget") + server_asked(&world.server, "GET "), 0);
	world_stop(&world);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("conflicts");
	TCase *tests = tcase_create("conflicts");
	tcase_add_loop_test(tests, what_was_agreed_and_changed_twice, 0, ENDS * ITEM_KINDS);
	tcase_add_loop_test(tests, what_was_never_agreed, 0, ENDS * ITEM_KINDS);
	tcase_add_loop_test(tests, the_other_one_comes_where_one_is_deleted, 0, 4 * ITEM_KINDS);
	tcase_add_loop_test(tests, what_is_the_same_on_both_sides_costs_no_request, 0, ITEM_KINDS);
	tcase_add_loop_test(tests, what_was_deleted_and_is_made_again_goes_there_again, 0,
	                    2 * ITEM_KINDS);
	tcase_add_loop_test(tests, a_change_that_cannot_be_read_is_not_written_over, 0, ITEM_KINDS);
	tcase_add_loop_test(tests, what_was_there_first_comes_where_ours_is_deleted, 0, ITEM_KINDS);
	tcase_add_loop_test(tests, an_edit_that_waits_goes_there_though_it_is_gone_there, 0,
	                    ITEM_KINDS);
	tcase_add_loop_test(tests, what_stands_elsewhere_under_its_uid_is_the_same, 0,
	                    2 * ITEM_KINDS);
	tcase_add_loop_test(tests, what_waits_stays_where_nothing_can_be_written_any_more, 0,
	                    2 * ITEM_KINDS);
	tcase_add_loop_test(tests, an_edit_that_is_refused_is_an_edit, 0, ITEM_KINDS);
	tcase_add_test(tests, another_spelling_does_not_stand_in_the_way_of_a_change);
	tcase_add_loop_test(tests, a_conflict_stays_one_among_very_many_new_items, 0,
	                    2 * ITEM_KINDS);
	tcase_add_loop_test(tests, a_write_that_always_fails_is_tried_less_and_less, 0,
	                    2 * ITEM_KINDS);
	tcase_add_loop_test(tests, texts_are_not_read_again_where_marks_tell, 0, ITEM_KINDS);
	suite_add_tcase(suite, tests);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	const int failures = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failures != 0;
}
