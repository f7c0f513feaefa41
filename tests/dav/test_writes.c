/* SPDX-License-Identifier: MIT */
/* Tests of single writes: what stands there already, what is refused, what was changed meanwhile.
 */
#include "dav/dav_world.h"

#include "remotes/dav/dav.h"
#include "remotes/dav/writing.h"

struct one {
	struct world world;
	struct remote *remote;
	struct endpoint *side;
	GPtrArray *changes;
};

static void start(struct one *self)
{
	world_start(&self->world, ITEM_CONTACT);
	self->remote = world_open(&self->world);
	self->side = carddav_driver.endpoint(self->remote, ITEM_CONTACT);
	self->changes = g_ptr_array_new_with_free_func((GDestroyNotify)change_free);
}

static void stop(struct one *self)
{
	g_ptr_array_unref(self->changes);
	carddav_driver.close(self->remote);
	world_stop(&self->world);
}

static struct change *add(struct one *self, const char *uid, const char *ref, const char *revision,
                          const char *note)
{
	struct change *change = change_new(uid, ref);
	change->revision = g_strdup(revision);
	change->text = card_text(uid, "Marie", note);
	g_ptr_array_add(self->changes, change);
	return change;
}

static bool run(struct one *self, bool (*function)(struct endpoint *, GPtrArray *, GError **))
{
	g_autoptr(GError) error = NULL;
	const bool was_heard = function(self->side, self->changes, &error);
	ck_assert(was_heard == (error == NULL));
	return was_heard;
}

static bool create(struct one *self)
{
	return run(self, self->side->functions->create);
}

START_TEST(a_new_item_stands_under_its_uid)
{
	struct one one;
	start(&one);
	const struct change *change = add(&one, "u1", NULL, NULL, "x");
	ck_assert(create(&one));
	ck_assert_int_eq(change->verdict, VERDICT_DONE);
	ck_assert_str_eq(change->ref, "u1.vcf");
	ck_assert_str_eq(change->revision, "\"v1\"");
	ck_assert_str_eq(change->result, change->text);
	ck_assert_str_eq(server_text(&one.world.server, "u1.vcf"), change->text);
	ck_assert_uint_eq(server_asked(&one.world.server, "If-None-Match: *"), 1);
	stop(&one);
}
END_TEST

static const char *const odd_uids[] = {"../up", "a/b", ".hidden", "a b", "é", "a\n b", "%2e%2e"};

START_TEST(an_odd_uid_gets_a_name_that_leads_nowhere_else)
{
	struct one one;
	start(&one);
	const struct change *change = add(&one, odd_uids[_i], NULL, NULL, "x");
	ck_assert(create(&one));
	ck_assert_int_eq(change->verdict, VERDICT_DONE);
	ck_assert_uint_eq(strlen(change->ref), 64 + strlen(".vcf"));
	ck_assert_uint_eq(server_size(&one.world.server), 1);
	stop(&one);
}
END_TEST

START_TEST(the_same_item_there_is_adopted)
{
	struct one one;
	start(&one);
	put_there(&one.world, "u1", "Marie", "x");
	const struct change *change = add(&one, "u1", NULL, NULL, "x");
	ck_assert(create(&one));
	ck_assert_int_eq(change->verdict, VERDICT_ADOPTED);
	ck_assert_str_eq(change->ref, "u1.vcf");
	ck_assert_uint_eq(server_size(&one.world.server), 1);
	stop(&one);
}
END_TEST

START_TEST(the_same_uid_with_another_content_waits_to_be_put_together)
{
	struct one one;
	start(&one);
	put_there(&one.world, "u1", "Marie", "theirs");
	const struct change *change = add(&one, "u1", NULL, NULL, "mine");
	ck_assert(create(&one));
	ck_assert_int_eq(change->verdict, VERDICT_STALE);
	ck_assert_str_eq(change->ref, "u1.vcf");
	ck_assert_ptr_nonnull(strstr(server_text(&one.world.server, "u1.vcf"), "theirs"));
	ck_assert_uint_eq(server_size(&one.world.server), 1);
	stop(&one);
}
END_TEST

START_TEST(a_name_that_is_another_items_is_left_to_it)
{
	struct one one;
	start(&one);
	g_autofree char *other = card_text("other", "Pierre", "x");
	server_put(&one.world.server, "u1.vcf", other);
	const struct change *change = add(&one, "u1", NULL, NULL, "x");
	ck_assert(create(&one));
	ck_assert_int_eq(change->verdict, VERDICT_DONE);
	ck_assert_str_ne(change->ref, "u1.vcf");
	ck_assert_str_eq(server_text(&one.world.server, "u1.vcf"), other);
	ck_assert_str_eq(server_text(&one.world.server, change->ref), change->text);
	stop(&one);
}
END_TEST

START_TEST(an_item_of_that_uid_under_another_name_is_found_by_what_the_server_says)
{
	struct one one;
	start(&one);
	g_autofree char *there = card_text("u1", "Marie", "x");
	server_put(&one.world.server, "elsewhere.vcf", there);
	one.world.server.fail_method = "PUT";
	one.world.server.fail_count = 1;
	one.world.server.fail_status = 403;
	one.world.server.fail_body =
		"<D:error xmlns:D='DAV:'><A:no-uid-conflict "
		"xmlns:A='urn:ietf:params:xml:ns:carddav'>"
		"<D:href>" BOOK "elsewhere.vcf</D:href></A:no-uid-conflict></D:error>";
	const struct change *change = add(&one, "u1", NULL, NULL, "x");
	ck_assert(create(&one));
	ck_assert_int_eq(change->verdict, VERDICT_ADOPTED);
	ck_assert_str_eq(change->ref, "elsewhere.vcf");
	ck_assert_uint_eq(server_size(&one.world.server), 1);
	stop(&one);
}
END_TEST

START_TEST(a_server_that_calls_every_name_taken_gets_nothing)
{
	struct one one;
	start(&one);
	g_autofree char *other = card_text("other", "Pierre", "x");
	server_put(&one.world.server, "elsewhere.vcf", other);
	one.world.server.fail_method = "PUT";
	one.world.server.fail_count = 1000;
	one.world.server.fail_status = 409;
	one.world.server.fail_body =
		"<D:error xmlns:D='DAV:'><A:no-uid-conflict "
		"xmlns:A='urn:ietf:params:xml:ns:carddav'>"
		"<D:href>" BOOK "elsewhere.vcf</D:href></A:no-uid-conflict></D:error>";
	const struct change *change = add(&one, "u1", NULL, NULL, "x");
	ck_assert(create(&one));
	ck_assert_int_eq(change->verdict, VERDICT_REFUSED);
	ck_assert_uint_eq(server_asked(&one.world.server, "PUT "), 2);
	ck_assert_str_eq(server_text(&one.world.server, "elsewhere.vcf"), other);
	stop(&one);
}
END_TEST

static const unsigned refusals[] = {400, 403, 413, 415, 422};

START_TEST(what_is_refused_stops_no_other)
{
	struct one one;
	start(&one);
	one.world.server.fail_method = "PUT";
	one.world.server.fail_first = 2;
	one.world.server.fail_count = 1;
	one.world.server.fail_status = refusals[_i];
	one.world.account.settings.max_connections = 1;
	for (guint i = 0; i < 20; i++) {
		g_autofree char *uid = g_strdup_printf("u%u", i);
		add(&one, uid, NULL, NULL, "x");
	}
	ck_assert(create(&one));
	guint done = 0, refused = 0;
	for (guint i = 0; i < one.changes->len; i++) {
		const struct change *change = g_ptr_array_index(one.changes, i);
		done += change->verdict == VERDICT_DONE;
		refused += change->verdict == VERDICT_REFUSED && change->error != NULL;
	}
	ck_assert_uint_eq(done, 19);
	ck_assert_uint_eq(refused, 1);
	stop(&one);
}
END_TEST

/* Nothing is wrong with the item. */
static const struct {
	unsigned status;
	const char *body;
} delays[] = {
	{423, NULL},
	{507, NULL},
	{403, "<D:error xmlns:D='DAV:'><D:quota-not-exceeded/></D:error>"},
	{413, "<D:error xmlns:D='DAV:'><D:sufficient-disk-space/></D:error>"},
};

START_TEST(what_the_server_cannot_take_now_goes_later)
{
	struct one one;
	start(&one);
	one.world.server.fail_method = "PUT";
	one.world.server.fail_count = 1;
	one.world.server.fail_status = delays[_i].status;
	one.world.server.fail_body = delays[_i].body;
	struct change *change = add(&one, "u1", NULL, NULL, "x");
	ck_assert(create(&one));
	ck_assert_int_eq(change->verdict, VERDICT_RETRY);
	/* the report names it: it is no failure of the side */
	ck_assert(passerelle_error_is(change->error, PASSERELLE_ERROR_REFUSED));
	change->verdict = VERDICT_PENDING;
	ck_assert(create(&one));
	ck_assert_int_eq(change->verdict, VERDICT_DONE);
	ck_assert_uint_eq(server_size(&one.world.server), 1);
	stop(&one);
}
END_TEST

START_TEST(what_the_server_cannot_show_stops_no_other)
{
	struct one one;
	start(&one);
	for (guint i = 0; i < 3; i++) {
		g_autofree char *uid = g_strdup_printf("u%u", i);
		g_autofree char *ref = g_strconcat(uid, ".vcf", NULL);
		put_there(&one.world, uid, uid, "x");
		g_ptr_array_add(one.changes, change_new(NULL, ref));
	}
	one.world.server.forgets_each = 3;
	one.world.server.fail_method = "GET";
	one.world.server.fail_count = 1000;
	one.world.server.fail_status = 500;
	ck_assert(run(&one, one.side->functions->fetch));
	guint done = 0, later = 0;
	for (guint i = 0; i < one.changes->len; i++) {
		const struct change *change = g_ptr_array_index(one.changes, i);
		done += change->verdict == VERDICT_DONE;
		later += change->verdict == VERDICT_RETRY && change->error != NULL;
	}
	ck_assert_uint_eq(done, 2);
	ck_assert_uint_eq(later, 1);
	stop(&one);
}
END_TEST

START_TEST(refused_credentials_leave_the_rest_unsent)
{
	struct one one;
	start(&one);
	one.world.server.fail_method = "PUT";
	one.world.server.fail_count = 1000;
	one.world.server.fail_status = 401;
	for (guint i = 0; i < 50; i++) {
		g_autofree char *uid = g_strdup_printf("u%u", i);
		add(&one, uid, NULL, NULL, "x");
	}
	ck_assert(!create(&one));
	for (guint i = 0; i < one.changes->len; i++) {
		const struct change *change = g_ptr_array_index(one.changes, i);
		ck_assert_int_eq(change->verdict, VERDICT_PENDING);
	}
	ck_assert_uint_le(server_asked(&one.world.server, "PUT "), 4);
	stop(&one);
}
END_TEST

START_TEST(what_is_in_doubt_is_not_sent_again)
{
	struct one one;
	start(&one);
	one.world.server.fail_method = "PUT";
	one.world.server.fail_count = 1;
	one.world.server.fail_status = 500;
	const struct change *first = add(&one, "u1", NULL, NULL, "x");
	ck_assert(create(&one));
	ck_assert_int_eq(first->verdict, VERDICT_IN_DOUBT);
	g_ptr_array_set_size(one.changes, 0);
	const struct change *again = add(&one, "u1", NULL, NULL, "x");
	ck_assert(create(&one));
	ck_assert_int_eq(again->verdict, VERDICT_IN_DOUBT);
	ck_assert_uint_eq(server_asked(&one.world.server, "PUT "), 1);
	stop(&one);
}
END_TEST

START_TEST(a_change_is_only_made_to_what_was_seen)
{
	struct one one;
	start(&one);
	put_there(&one.world, "u1", "Marie", "old");
	put_there(&one.world, "u2", "Marie", "old");
	const struct change *fresh = add(&one, "u1", "u1.vcf", "\"v1\"", "new");
	const struct change *stale = add(&one, "u2", "u2.vcf", "\"v0\"", "new");
	const struct change *gone = add(&one, "u3", "u3.vcf", "\"v1\"", "new");
	ck_assert(run(&one, one.side->functions->update));
	ck_assert_int_eq(fresh->verdict, VERDICT_DONE);
	ck_assert_str_eq(fresh->revision, "\"v3\"");
	ck_assert_int_eq(stale->verdict, VERDICT_STALE);
	ck_assert_ptr_nonnull(strstr(server_text(&one.world.server, "u2.vcf"), "old"));
	ck_assert_int_ne(gone->verdict, VERDICT_DONE);
	ck_assert_uint_eq(server_size(&one.world.server), 2);
	stop(&one);
}
END_TEST

START_TEST(another_mark_of_what_was_agreed_on_is_no_change)
{
	struct one one;
	start(&one);
	one.world.server.has_weak_etags = _i == 1;
	const char *mark = _i == 1 ? "W/\"v0\"" : "\"v0\"";
	put_there(&one.world, "u1", "Marie", "agreed");
	put_there(&one.world, "u2", "Marie", "theirs");
	struct change *bogus = add(&one, "u1", "u1.vcf", mark, "new");
	struct change *real = add(&one, "u2", "u2.vcf", mark, "new");
	bogus->base = card_text("u1", "Marie", "agreed");
	real->base = card_text("u2", "Marie", "agreed");
	ck_assert(run(&one, one.side->functions->update));
	ck_assert_int_eq(bogus->verdict, VERDICT_DONE);
	ck_assert_ptr_nonnull(strstr(server_text(&one.world.server, "u1.vcf"), "new"));
	ck_assert_int_eq(real->verdict, VERDICT_STALE);
	ck_assert_ptr_nonnull(strstr(server_text(&one.world.server, "u2.vcf"), "theirs"));
	stop(&one);
}
END_TEST

START_TEST(a_change_that_stands_there_already_is_done)
{
	struct one one;
	start(&one);
	put_there(&one.world, "u1", "Marie", "new");
	const struct change *change = add(&one, "u1", "u1.vcf", "\"v0\"", "new");
	ck_assert(run(&one, one.side->functions->update));
	ck_assert_int_eq(change->verdict, VERDICT_DONE);
	ck_assert_str_eq(change->revision, "\"v1\"");
	stop(&one);
}
END_TEST

START_TEST(where_marks_are_weak_it_is_compared_before)
{
	struct one one;
	start(&one);
	one.world.server.has_weak_etags = true;
	put_there(&one.world, "u1", "Marie", "old");
	put_there(&one.world, "u2", "Marie", "old");
	const struct change *fresh = add(&one, "u1", "u1.vcf", "W/\"v1\"", "new");
	const struct change *stale = add(&one, "u2", "u2.vcf", "W/\"v1\"", "new");
	ck_assert(run(&one, one.side->functions->update));
	ck_assert_int_eq(fresh->verdict, VERDICT_DONE);
	ck_assert_int_eq(stale->verdict, VERDICT_STALE);
	ck_assert_ptr_nonnull(strstr(server_text(&one.world.server, "u2.vcf"), "old"));
	ck_assert_uint_eq(server_asked(&one.world.server, "If-Match: W/"), 0);
	stop(&one);
}
END_TEST

START_TEST(only_what_was_seen_is_removed)
{
	struct one one;
	start(&one);
	put_there(&one.world, "u1", "Marie", "x");
	put_there(&one.world, "u2", "Marie", "x");
	const struct change *fresh = add(&one, "u1", "u1.vcf", "\"v1\"", "");
	const struct change *stale = add(&one, "u2", "u2.vcf", "\"v0\"", "");
	const struct change *gone = add(&one, "u3", "u3.vcf", NULL, "");
	ck_assert(run(&one, one.side->functions->remove));
	ck_assert_int_eq(fresh->verdict, VERDICT_DONE);
	ck_assert_int_eq(stale->verdict, VERDICT_STALE);
	ck_assert_int_eq(gone->verdict, VERDICT_NOT_FOUND);
	ck_assert_ptr_nonnull(server_text(&one.world.server, "u2.vcf"));
	ck_assert_uint_eq(server_size(&one.world.server), 1);
	stop(&one);
}
END_TEST

typedef bool (*side_function)(struct endpoint *, GPtrArray *, GError **);

static side_function change_or_remove(const struct one *self, bool is_removal)
{
	return is_removal ? self->side->functions->remove : self->side->functions->update;
}

START_TEST(without_a_mark_only_what_was_agreed_on_is_touched)
{
	struct one one;
	start(&one);
	one.world.server.has_no_etags = _i / 2 == 1;
	put_there(&one.world, "u1", "Marie", "agreed");
	put_there(&one.world, "u2", "Marie", "theirs");
	put_there(&one.world, "u3", "Marie", "theirs");
	struct change *same = add(&one, "u1", "u1.vcf", NULL, "new");
	struct change *other = add(&one, "u2", "u2.vcf", NULL, "new");
	const struct change *strange = add(&one, "u3", "u3.vcf", NULL, "new");
	same->base = card_text("u1", "Marie", "agreed");
	other->base = card_text("u2", "Marie", "agreed");
	ck_assert(run(&one, change_or_remove(&one, _i % 2 == 1)));
	ck_assert_int_eq(same->verdict, VERDICT_DONE);
	ck_assert_int_eq(other->verdict, VERDICT_STALE);
	ck_assert_int_eq(strange->verdict, VERDICT_STALE);
	ck_assert_ptr_nonnull(strange->error);
	ck_assert_uint_eq(count_there(&one.world, "theirs"), 2);
	ck_assert_uint_eq(server_asked(&one.world.server, "If-Match: \"v1\""),
	                  one.world.server.has_no_etags ? 0 : 1);
	stop(&one);
}
END_TEST

START_TEST(what_was_stored_from_here_can_be_taken_back_without_a_mark)
{
	struct one one;
	start(&one);
	add(&one, "u1", NULL, NULL, "mine");
	ck_assert(create(&one));
	if (_i == 1) {
		put_there(&one.world, "u1", "Marie", "theirs");
	}
	g_ptr_array_set_size(one.changes, 0);
	const struct change *change = add(&one, "u1", "u1.vcf", NULL, "");
	ck_assert(run(&one, one.side->functions->remove));
	ck_assert_int_eq(change->verdict, _i == 1 ? VERDICT_STALE : VERDICT_DONE);
	ck_assert_uint_eq(server_size(&one.world.server), _i == 1 ? 1 : 0);
	stop(&one);
}
END_TEST

START_TEST(nothing_is_written_over_at_which_nobody_looked)
{
	static const char *const marks[] = {NULL, "W/\"v1\"", "sha256:0"};
	struct one one;
	start(&one);
	put_there(&one.world, "u1", "Marie", "x");
	struct change *change = add(&one, "u1", "u1.vcf", marks[_i / 2], "new");
	struct dav_writing writing;
	ck_assert(dav_writing_begin(&writing, one.side, NULL));
	struct dav_write *write = dav_writing_add(&writing, change, "u1.vcf");
	ck_assert(!(_i % 2 == 0 ? dav_write_put(&writing, write, false)
	                        : dav_write_delete(&writing, write)));
	ck_assert_int_eq(change->verdict, VERDICT_STALE);
	ck_assert(passerelle_error_is(change->error, PASSERELLE_ERROR_STALE));
	ck_assert_ptr_null(write->request);
	dav_writing_clear(&writing);
	stop(&one);
}
END_TEST

START_TEST(an_item_without_uid_is_fetched_with_one_that_stays)
{
	struct one one;
	start(&one);
	server_put(&one.world.server, "a.vcf", "BEGIN:VCARD\nVERSION:3.0\nFN:A\nEND:VCARD\n");
	g_autofree char *first = NULL;
	for (guint i = 0; i < 2; i++) {
		g_ptr_array_set_size(one.changes, 0);
		struct change *change = change_new(NULL, "a.vcf");
		g_ptr_array_add(one.changes, change);
		ck_assert(run(&one, one.side->functions->fetch));
		ck_assert_int_eq(change->verdict, VERDICT_DONE);
		ck_assert_ptr_nonnull(strstr(change->result, "\r\nUID:passerelle-"));
		ck_assert_uint_eq(change->notes->len, 1);
		ck_assert(first == NULL || strcmp(first, change->result) == 0);
		g_free(first);
		first = g_strdup(change->result);
	}
	stop(&one);
}
END_TEST

START_TEST(an_item_without_uid_is_sent_with_one_that_stays)
{
	struct one one;
	start(&one);
	const struct change *change = add(&one, "file:a.vcf", NULL, NULL, "x");
	g_free(change->text);
	((struct change *)change)->text = g_strdup("BEGIN:VCARD\r\nVERSION:3.0\r\nFN:A\r\n"
	                                           "END:VCARD\r\n");
	ck_assert(create(&one));
	ck_assert_int_eq(change->verdict, VERDICT_DONE);
	ck_assert_ptr_nonnull(strstr(change->result, "\r\nUID:passerelle-"));
	g_autofree char *first = g_strdup(server_text(&one.world.server, change->ref));
	ck_assert_str_eq(first, change->result);
	((struct change *)change)->verdict = VERDICT_PENDING;
	ck_assert(create(&one));
	ck_assert_int_eq(change->verdict, VERDICT_ADOPTED);
	ck_assert_uint_eq(server_size(&one.world.server), 1);
	stop(&one);
}
END_TEST

START_TEST(a_read_only_collection_takes_nothing)
{
	struct one one;
	start(&one);
	one.world.server.is_read_only = true;
	g_autoptr(GPtrArray) records = g_ptr_array_new();
	OWNED(snapshot) snapshot = one.side->functions->list(one.side, records, NULL);
	ck_assert_ptr_nonnull(snapshot);
	ck_assert(one.side->functions->create == NULL);
	ck_assert(one.side->functions->update == NULL);
	ck_assert(one.side->functions->remove == NULL);
	ck_assert(one.side->functions->fetch != NULL);
	stop(&one);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("writes");
	TCase *tests = tcase_create("writes");
	tcase_set_timeout(tests, 60);
	tcase_add_test(tests, a_new_item_stands_under_its_uid);
	tcase_add_loop_test(tests, an_odd_uid_gets_a_name_that_leads_nowhere_else, 0,
	                    G_N_ELEMENTS(odd_uids));
	tcase_add_test(tests, the_same_item_there_is_adopted);
	tcase_add_test(tests, the_same_uid_with_another_content_waits_to_be_put_together);
	tcase_add_test(tests, a_name_that_is_another_items_is_left_to_it);
	tcase_add_test(tests,
	               an_item_of_that_uid_under_another_name_is_found_by_what_the_server_says);
	tcase_add_test(tests, a_server_that_calls_every_name_taken_gets_nothing);
	tcase_add_loop_test(tests, what_is_refused_stops_no_other, 0, G_N_ELEMENTS(refusals));
	tcase_add_loop_test(tests, what_the_server_cannot_take_now_goes_later, 0,
	                    G_N_ELEMENTS(delays));
	tcase_add_test(tests, what_the_server_cannot_show_stops_no_other);
	tcase_add_test(tests, refused_credentials_leave_the_rest_unsent);
	tcase_add_test(tests, what_is_in_doubt_is_not_sent_again);
	tcase_add_test(tests, a_change_is_only_made_to_what_was_seen);
	tcase_add_loop_test(tests, another_mark_of_what_was_agreed_on_is_no_change, 0, 2);
	tcase_add_test(tests, a_change_that_stands_there_already_is_done);
	tcase_add_test(tests, where_marks_are_weak_it_is_compared_before);
	tcase_add_test(tests, only_what_was_seen_is_removed);
	tcase_add_loop_test(tests, without_a_mark_only_what_was_agreed_on_is_touched, 0, 4);
	tcase_add_loop_test(tests, what_was_stored_from_here_can_be_taken_back_without_a_mark, 0,
	                    2);
	tcase_add_loop_test(tests, nothing_is_written_over_at_which_nobody_looked, 0, 6);
	tcase_add_test(tests, an_item_without_uid_is_fetched_with_one_that_stays);
	tcase_add_test(tests, an_item_without_uid_is_sent_with_one_that_stays);
	tcase_add_test(tests, a_read_only_collection_takes_nothing);
	suite_add_tcase(suite, tests);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	const int failures = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failures != 0;
}
