/* SPDX-License-Identifier: MIT */
/* Whole cycles against a server that behaves as oddly as real ones do. */
#include "dav/dav_world.h"

#include <stddef.h>

/* One oddity, or none, of the server. */
static const struct {
	const char *name;
	gsize flag; /* of a bool in struct dav_server */
} oddities[] = {
	{"an honest server", 0},
	{"no sync-collection", offsetof(struct dav_server, has_no_sync)},
	{"no multiget", offsetof(struct dav_server, has_no_multiget)},
	{"no etags", offsetof(struct dav_server, has_no_etags)},
	{"weak etags", offsetof(struct dav_server, has_weak_etags)},
	{"no etag on PUT", offsetof(struct dav_server, tells_no_etag_on_put)},
	{"changes the stored text", offsetof(struct dav_server, mends_texts)},
	{"gives names, and tells", offsetof(struct dav_server, gives_names)},
	{"gives names, and does not tell", offsetof(struct dav_server, gives_names_silently)},
	{"absolute hrefs", offsetof(struct dav_server, has_absolute_hrefs)},
	{"odd hrefs", offsetof(struct dav_server, has_odd_hrefs)},
	{"ignores conditions", offsetof(struct dav_server, ignores_conditions)},
	{"forgets tokens", offsetof(struct dav_server, forgets_tokens)},
};

/* Of that many cases each with cards and with events; the short form takes them in turn. */
static int case_count(gsize cases)
{
	return (int)(g_getenv("PASSERELLE_LONG") != NULL ? ITEM_KINDS * cases : cases);
}

static gsize case_start(struct world *world, int number, gsize cases)
{
	const gsize chosen = (gsize)number % cases;
	world_start(world, (enum item_kind)(((gsize)number / cases + chosen + chosen / 8) % 2));
	return chosen;
}

static void be_odd(struct world *world, gsize flag)
{
	if (flag != 0) {
		*((bool *)((char *)&world->server + flag)) = true;
	}
}

static void start(struct world *world, int number)
{
	const gsize chosen = case_start(world, number, G_N_ELEMENTS(oddities));
	be_odd(world, oddities[chosen].flag);
}

static void cycles(struct world *world, guint count)
{
	for (guint i = 0; i < count; i++) {
		world_cycle_well(world);
	}
}

static void expect_quiet(struct world *world)
{
	server_forget_requests(&world->server);
	world_cycle_well(world);
	const struct cycle_report *report = world->report;
	ck_assert_int_eq(report->added_here + report->added_there + report->changed_here +
	                         report->changed_there + report->removed_here,
	                 0);
	ck_assert_uint_eq(server_asked(&world->server, "PUT "), 0);
	ck_assert_uint_eq(server_asked(&world->server, "DELETE "), 0);
	ck_assert_uint_eq(report->problems->len, 0);
}

START_TEST(both_sides_become_the_same_once_and_stay_so)
{
	struct world world;
	start(&world, _i);
	put_here(&world, "here", "Alpha", "from here");
	put_there(&world, "there", "Beta", "from there");
	cycles(&world, 3);
	ck_assert_uint_eq(world_files(&world), 2);
	ck_assert_uint_eq(server_size(&world.server), 2);
	ck_assert_uint_eq(count_there(&world, "Alpha"), 1);
	expect_quiet(&world);
	world_stop(&world);
}
END_TEST

START_TEST(changes_travel_both_ways)
{
	struct world world;
	start(&world, _i);
	put_here(&world, "a", "Alpha", "first");
	put_there(&world, "b", "Beta", "first");
	cycles(&world, 3);
	put_here(&world, "a", "Alpha", "second");
	put_there(&world, "b", "Beta", "second");
	cycles(&world, 3);
	g_autofree char *name = item_name(&world, "b");
	g_autofree char *here = world_read(&world, name);
	ck_assert_ptr_nonnull(strstr(here, "second"));
	ck_assert_uint_eq(count_there(&world, "second"), 2);
	ck_assert_uint_eq(server_size(&world.server), 2);
	expect_quiet(&world);
	world_stop(&world);
}
END_TEST

START_TEST(deletions_travel_both_ways)
{
	struct world world;
	start(&world, _i);
	put_here(&world, "a", "Alpha", "first");
	put_there(&world, "b", "Beta", "first");
	put_there(&world, "c", "Gamma", "first");
	cycles(&world, 3);
	g_autofree char *mine = item_name(&world, "a");
	g_autofree char *path = world_path(&world, mine);
	ck_assert_int_eq(g_remove(path), 0);
	g_autofree char *theirs = item_name(&world, "b");
	server_remove(&world.server, theirs);
	cycles(&world, 3);
	ck_assert_uint_eq(world_files(&world), 1);
	ck_assert_uint_eq(server_size(&world.server), 1);
	ck_assert_uint_eq(count_there(&world, "Gamma"), 1);
	expect_quiet(&world);
	world_stop(&world);
}
END_TEST

/* A server that was restored, or moved: every mark is another, and no content. */
START_TEST(marks_that_change_by_themselves_stop_no_change_from_here)
{
	struct world world;
	world_start(&world, (enum item_kind)_i);
	put_here(&world, "a", "Alpha", "first");
	put_here(&world, "b", "Beta", "first");
	cycles(&world, 2);
	put_there(&world, "a", "Alpha", "first");
	put_there(&world, "b", "Beta", "first");
	put_here(&world, "a", "Alpha", "second");
	g_autofree char *name = item_name(&world, "b");
	g_autofree char *path = world_path(&world, name);
	ck_assert_int_eq(g_remove(path), 0);
	cycles(&world, 3);
	ck_assert_uint_eq(count_there(&world, "second"), 1);
	ck_assert_uint_eq(server_size(&world.server), 1);
	expect_quiet(&world);
	world_stop(&world);
}
END_TEST

START_TEST(two_of_one_name_both_stand_on_both_sides)
{
	struct world world;
	world_start(&world, (enum item_kind)_i);
	put_here(&world, "a", "Alpha", "one");
	put_here(&world, "b", "Alpha", "another");
	put_there(&world, "c", "Alpha", "a third");
	cycles(&world, 3);
	ck_assert_uint_eq(world_files(&world), 3);
	ck_assert_uint_eq(server_size(&world.server), 3);
	ck_assert_uint_eq(count_there(&world, "another"), 1);
	ck_assert_uint_eq(count_there(&world, "a third"), 1);
	expect_quiet(&world);
	world_stop(&world);
}
END_TEST

START_TEST(the_same_under_another_uid_is_adopted)
{
	struct world world;
	world_start(&world, (enum item_kind)_i);
	put_here(&world, "a", "Alpha", "one");
	put_there(&world, "b", "Alpha", "one");
	cycles(&world, 3);
	ck_assert_uint_eq(world_files(&world), 1);
	ck_assert_uint_eq(server_size(&world.server), 1);
	expect_quiet(&world);
	world_stop(&world);
}
END_TEST

START_TEST(a_quiet_cycle_of_an_honest_server_is_one_request)
{
	struct world world;
	world_start(&world, ITEM_CONTACT);
	put_there(&world, "b", "Beta", "first");
	cycles(&world, 2);
	server_forget_requests(&world.server);
	world_cycle_well(&world);
	ck_assert_uint_eq(canned_count(&world.server.canned), 1);
	ck_assert_uint_eq(server_asked(&world.server, "sync-collection"), 1);
	world_stop(&world);
}
END_TEST

/* Every write, lost before or after it took effect, the first or the last of three. */
static const struct {
	const char *method;
	enum loss loss;
	guint number;
} losses[] = {
	{"PUT", LOSS_BEFORE, 1},   {"PUT", LOSS_BEFORE, 3},    {"PUT", LOSS_AFTER, 1},
	{"PUT", LOSS_AFTER, 3},    {"DELETE", LOSS_BEFORE, 1}, {"DELETE", LOSS_BEFORE, 3},
	{"DELETE", LOSS_AFTER, 1}, {"DELETE", LOSS_AFTER, 3},
};
static const gsize loss_oddities[] = {
	0,
	offsetof(struct dav_server, tells_no_etag_on_put),
	offsetof(struct dav_server, mends_texts),
	offsetof(struct dav_server, gives_names),
	offsetof(struct dav_server, gives_names_silently),
	offsetof(struct dav_server, drops_uids),
	offsetof(struct dav_server, has_no_etags),
	offsetof(struct dav_server, ignores_conditions),
};
#define PUT_LOSSES 4 /* the first of them */
#define LOSSES     (G_N_ELEMENTS(losses) * G_N_ELEMENTS(loss_oddities))
static const char *const uids[] = {"a", "b", "c"};

static void order(struct world *world, gsize number)
{
	world->server.failed_seen = 0;
	world->server.fail_method = losses[number].method;
	world->server.fail_first = losses[number].number;
	world->server.fail_count = 1;
	world->server.loss = losses[number].loss;
}

static void lose_creation_or_removal(struct world *world, gsize number)
{
	const bool is_removal = strcmp(losses[number].method, "DELETE") == 0;
	for (gsize i = 0; i < G_N_ELEMENTS(uids); i++) {
		put_here(world, uids[i], uids[i], "first");
	}
	if (is_removal) {
		cycles(world, 3);
		ck_assert_uint_eq(server_size(&world->server), G_N_ELEMENTS(uids));
		for (gsize i = 0; i < G_N_ELEMENTS(uids); i++) {
			g_autofree char *name = item_name(world, uids[i]);
			g_autofree char *path = world_path(world, name);
			ck_assert_int_eq(g_remove(path), 0);
		}
	}
	order(world, number);
	world_cycle(world);
	world_cycle(world);
	world->server.fail_count = 0;
	cycles(world, 4);
	const guint left = is_removal ? 0 : G_N_ELEMENTS(uids);
	ck_assert_uint_eq(world_files(world), left);
	ck_assert_uint_eq(server_size(&world->server), left);
}

START_TEST(a_lost_reply_leaves_no_duplicate_and_loses_nothing)
{
	struct world world;
	const gsize number = case_start(&world, _i, LOSSES);
	be_odd(&world, loss_oddities[number / G_N_ELEMENTS(losses)]);
	lose_creation_or_removal(&world, number % G_N_ELEMENTS(losses));
	expect_quiet(&world);
	world_stop(&world);
}
END_TEST

START_TEST(a_lost_reply_to_a_change_is_found_again)
{
	struct world world;
	const gsize number = case_start(&world, _i, PUT_LOSSES);
	for (gsize i = 0; i < G_N_ELEMENTS(uids); i++) {
		put_here(&world, uids[i], uids[i], "first");
	}
	cycles(&world, 2);
	for (gsize i = 0; i < G_N_ELEMENTS(uids); i++) {
		put_here(&world, uids[i], uids[i], "second");
	}
	order(&world, number);
	world_cycle(&world);
	world_cycle(&world);
	world.server.fail_count = 0;
	cycles(&world, 3);
	ck_assert_uint_eq(count_there(&world, "second"), G_N_ELEMENTS(uids));
	ck_assert_uint_eq(server_size(&world.server), G_N_ELEMENTS(uids));
	expect_quiet(&world);
	world_stop(&world);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("cycles");
	TCase *tests = tcase_create("cycles");
	tcase_set_timeout(tests, 60);
	tcase_add_loop_test(tests, both_sides_become_the_same_once_and_stay_so, 0,
	                    case_count(G_N_ELEMENTS(oddities)));
	tcase_add_loop_test(tests, changes_travel_both_ways, 0, case_count(G_N_ELEMENTS(oddities)));
	tcase_add_loop_test(tests, deletions_travel_both_ways, 0,
	                    case_count(G_N_ELEMENTS(oddities)));
	tcase_add_loop_test(tests, marks_that_change_by_themselves_stop_no_change_from_here, 0,
	                    ITEM_KINDS);
	tcase_add_loop_test(tests, two_of_one_name_both_stand_on_both_sides, 0, ITEM_KINDS);
	tcase_add_loop_test(tests, the_same_under_another_uid_is_adopted, 0, ITEM_KINDS);
	tcase_add_test(tests, a_quiet_cycle_of_an_honest_server_is_one_request);
	tcase_add_loop_test(tests, a_lost_reply_leaves_no_duplicate_and_loses_nothing, 0,
	                    case_count(LOSSES));
	tcase_add_loop_test(tests, a_lost_reply_to_a_change_is_found_again, 0,
	                    case_count(PUT_LOSSES));
	suite_add_tcase(suite, tests);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	const int failures = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failures != 0;
}
