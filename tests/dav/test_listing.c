/* SPDX-License-Identifier: MIT */
/* Tests of what a listing believes, and of which request it costs. */
#include "dav/dav_world.h"

#define DAY (24 * 60 * 60)

/* What a listing shows, as "name=mark name=mark", "?" behind it where it is not complete. */
static char *list_with(struct world *self, GPtrArray *records, GError **error)
{
	struct remote *remote = world_open(self);
	struct endpoint *side = world_driver(self)->endpoint(remote, self->kind);
	OWNED(snapshot) snapshot = side->functions->list(side, records, error);
	GString *text = snapshot == NULL ? NULL : g_string_new(NULL);
	for (guint i = 0; snapshot != NULL && i < snapshot->entries->len; i++) {
		const struct entry *entry = g_ptr_array_index(snapshot->entries, i);
		g_string_append_printf(text, "%s%s=%s", i == 0 ? "" : " ", entry->ref,
		                       entry->revision == NULL ? "-" : entry->revision);
	}
	if (snapshot != NULL && !snapshot->is_complete) {
		g_string_append(text, " ?");
	}
	if (snapshot != NULL && snapshot->discovery != NULL) {
		g_string_append(text, " !");
	}
	world_driver(self)->close(remote);
	return text == NULL ? NULL : g_string_free(text, FALSE);
}

static char *list(struct world *self)
{
	g_autoptr(GPtrArray) none = g_ptr_array_new();
	g_autoptr(GError) error = NULL;
	server_forget_requests(&self->server);
	char *text = list_with(self, none, &error);
	ck_assert_msg(text != NULL, "%s", error == NULL ? "" : error->message);
	return text;
}

static void expect(struct world *self, const char *wanted)
{
	self->account.settings.now += 300;
	g_autofree char *text = list(self);
	ck_assert_str_eq(text, wanted);
}

static void start(struct world *self)
{
	world_start(self, ITEM_CONTACT);
	put_there(self, "a", "A", "x"); /* v1 */
	put_there(self, "b", "B", "x"); /* v2 */
}

START_TEST(a_token_tells_what_is_new_changed_and_gone)
{
	struct world world;
	start(&world);
	world.server.page = (guint)_i;
	expect(&world, "a.vcf=\"v1\" b.vcf=\"v2\"");
	put_there(&world, "c", "C", "x");
	put_there(&world, "a", "A", "y");
	server_remove(&world.server, "b.vcf");
	expect(&world, "a.vcf=\"v4\" c.vcf=\"v3\"");
	ck_assert_uint_eq(server_asked(&world.server, "PROPFIND"), 0);
	expect(&world, "a.vcf=\"v4\" c.vcf=\"v3\"");
	ck_assert_uint_eq(canned_count(&world.server.canned), 1);
	world_stop(&world);
}
END_TEST

/* A process that ends between the listing and what is done about it. */
START_TEST(what_was_told_and_not_acted_on_is_shown_again)
{
	struct world world;
	start(&world);
	expect(&world, "a.vcf=\"v1\" b.vcf=\"v2\"");
	put_there(&world, "a", "A", "y");
	for (guint i = 0; i < 3; i++) {
		expect(&world, "a.vcf=\"v3\" b.vcf=\"v2\"");
	}
	world_stop(&world);
}
END_TEST

START_TEST(a_token_that_is_forgotten_costs_one_listing)
{
	struct world world;
	start(&world);
	expect(&world, "a.vcf=\"v1\" b.vcf=\"v2\"");
	world.server.forgets_tokens = true;
	server_remove(&world.server, "a.vcf");
	expect(&world, "b.vcf=\"v2\"");
	ck_assert_uint_eq(canned_count(&world.server.canned), 2);
	world_stop(&world);
}
END_TEST

static const unsigned token_errors[] = {400, 403, 409, 410, 412, 500};

START_TEST(a_token_refused_in_other_words_is_forgotten_too)
{
	struct world world;
	start(&world);
	expect(&world, "a.vcf=\"v1\" b.vcf=\"v2\"");
	server_remove(&world.server, "a.vcf");
	world.server.fail_method = "REPORT";
	world.server.fail_count = 1;
	world.server.fail_status = token_errors[_i];
	expect(&world, "b.vcf=\"v2\"");
	world_stop(&world);
}
END_TEST

START_TEST(a_server_that_forgets_to_tell_is_found_out_within_a_day)
{
	struct world world;
	start(&world);
	expect(&world, "a.vcf=\"v1\" b.vcf=\"v2\"");
	world.server.forgets_changes = true;
	put_there(&world, "c", "C", "x");
	server_remove(&world.server, "a.vcf");
	expect(&world, "a.vcf=\"v1\" b.vcf=\"v2\"");
	world.account.settings.now += DAY;
	expect(&world, "b.vcf=\"v2\" c.vcf=\"v3\" !");
	put_there(&world, "d", "D", "x");
	expect(&world, "b.vcf=\"v2\" c.vcf=\"v3\" d.vcf=\"v4\" !"); /* no longer believed */
	ck_assert_uint_eq(server_asked(&world.server, "sync-collection"), 0);
	world_stop(&world);
}
END_TEST

START_TEST(a_change_during_the_check_is_no_lie)
{
	struct world world;
	start(&world);
	expect(&world, "a.vcf=\"v1\" b.vcf=\"v2\"");
	put_there(&world, "c", "C", "x");
	server_remove(&world.server, "a.vcf");
	world.account.settings.now += DAY;
	expect(&world, "b.vcf=\"v2\" c.vcf=\"v3\"");
	expect(&world, "b.vcf=\"v2\" c.vcf=\"v3\"");
	ck_assert_uint_eq(server_asked(&world.server, "sync-collection"), 1);
	ck_assert_uint_eq(canned_count(&world.server.canned), 1);
	world_stop(&world);
}
END_TEST

START_TEST(full_checks_at_once)
{
	struct world world;
	start(&world);
	expect(&world, "a.vcf=\"v1\" b.vcf=\"v2\"");
	world.server.forgets_changes = true;
	put_there(&world, "c", "C", "x");
	world.account.settings.is_full = true;
	expect(&world, "a.vcf=\"v1\" b.vcf=\"v2\" c.vcf=\"v3\" !");
	world_stop(&world);
}
END_TEST

START_TEST(without_tokens_the_mark_of_the_whole_tells)
{
	struct world world;
	start(&world);
	world.server.has_no_sync = true;
	expect(&world, "a.vcf=\"v1\" b.vcf=\"v2\"");
	expect(&world, "a.vcf=\"v1\" b.vcf=\"v2\"");
	ck_assert_uint_eq(canned_count(&world.server.canned), 1);
	put_there(&world, "a", "A", "y");
	server_remove(&world.server, "b.vcf");
	expect(&world, "a.vcf=\"v3\"");
	ck_assert_uint_eq(canned_count(&world.server.canned), 2);
	world.server.has_no_ctag = true;
	put_there(&world, "b", "B", "y");
	expect(&world, "a.vcf=\"v3\" b.vcf=\"v4\"");
	world_stop(&world);
}
END_TEST

START_TEST(without_marks_the_content_is_one)
{
	struct world world;
	start(&world);
	world.server.has_no_etags = true;
	g_autofree char *first = list(&world);
	ck_assert_ptr_nonnull(strstr(first, "a.vcf=sha256:"));
	g_autofree char *second = list(&world);
	ck_assert_str_eq(first, second);
	put_there(&world, "a", "A", "y");
	g_autofree char *third = list(&world);
	ck_assert_str_ne(first, third);
	world_stop(&world);
}
END_TEST

START_TEST(an_href_of_nowhere_makes_no_deletion)
{
	struct world world;
	start(&world);
	world.server.has_no_sync = _i == 1;
	expect(&world, "a.vcf=\"v1\" b.vcf=\"v2\"");
	world.server.has_foreign_href = true;
	world.server.forgets_tokens = true;
	server_remove(&world.server, "a.vcf");
	expect(&world, "a.vcf=\"v1\" b.vcf=\"v2\" ? !");
	world_stop(&world);
}
END_TEST

/* Neither a token nor a mark of the whole tells of it a second time. */
START_TEST(what_could_not_be_read_counts_until_a_listing_is_whole)
{
	struct world world;
	start(&world);
	world.server.has_no_sync = _i == 1;
	if (_i == 2) { /* among the changes */
		expect(&world, "a.vcf=\"v1\" b.vcf=\"v2\"");
	}
	world.server.has_foreign_href = true;
	expect(&world, "a.vcf=\"v1\" b.vcf=\"v2\" ? !");
	world.server.has_foreign_href = false;
	expect(&world, "a.vcf=\"v1\" b.vcf=\"v2\" ? !");
	world.account.settings.now += 60 * 60;
	expect(&world, "a.vcf=\"v1\" b.vcf=\"v2\"");
	world_stop(&world);
}
END_TEST

static const unsigned too_much[] = {507, 403, 413, 0};

START_TEST(a_listing_that_is_too_much_at_once_is_told_in_parts)
{
	static const char all[] =
		"a.vcf=\"v1\" b.vcf=\"v2\" c.vcf=\"v3\" d.vcf=\"v4\" e.vcf=\"v5\"";
	struct world world;
	start(&world);
	put_there(&world, "c", "C", "x");
	put_there(&world, "d", "D", "x");
	put_there(&world, "e", "E", "x");
	world.server.most = 2;
	world.server.too_much = too_much[_i];
	expect(&world, all);
	ck_assert_uint_eq(server_asked(&world.server, "<D:limit><D:nresults>4999<"), 3);
	world.account.settings.now += DAY;
	expect(&world, all);
	ck_assert_uint_eq(server_asked(&world.server, "<D:limit><D:nresults>4999<"), 3);
	server_remove(&world.server, "a.vcf");
	expect(&world, strchr(all, ' ') + 1);
	ck_assert_uint_eq(canned_count(&world.server.canned), 1);
	world_stop(&world);
}
END_TEST

START_TEST(where_changes_are_too_much_in_any_part_all_is_listed)
{
	struct world world;
	start(&world);
	world.server.fail_method = "REPORT";
	world.server.fail_count = 1000;
	world.server.fail_status = 507;
	expect(&world, "a.vcf=\"v1\" b.vcf=\"v2\"");
	put_there(&world, "c", "C", "x");
	expect(&world, "a.vcf=\"v1\" b.vcf=\"v2\" c.vcf=\"v3\"");
	world_stop(&world);
}
END_TEST

START_TEST(a_part_that_ends_without_a_word_is_not_taken_for_all)
{
	struct world world;
	world_start(&world, ITEM_CONTACT);
	for (guint i = 0; i < 5001; i++) {
		g_autofree char *uid = g_strdup_printf("u%u", i);
		put_there(&world, uid, uid, "x");
	}
	world.server.most = 10;
	world.server.too_much = 507;
	world.server.cuts_silently = true;
	g_autofree char *text = list(&world);
	guint count = 0;
	for (const char *at = strchr(text, '='); at != NULL; at = strchr(at + 1, '=')) {
		count++;
	}
	ck_assert_uint_eq(count, 5001);
	world_stop(&world);
}
END_TEST

START_TEST(a_text_that_cannot_be_read_stops_no_listing)
{
	struct world world;
	start(&world);
	world.server.has_no_etags = world.server.has_no_multiget = true;
	world.server.fail_method = "GET";
	world.server.fail_count = 2;
	world.server.fail_status = 500;
	expect(&world, "a.vcf=- b.vcf=-");
	g_autofree char *text = list(&world);
	ck_assert_ptr_nonnull(strstr(text, "a.vcf=sha256:"));
	ck_assert_ptr_nonnull(strstr(text, "b.vcf=sha256:"));
	world_stop(&world);
}
END_TEST

/* "Cannot" would be taken for a side that has no listing, to which everything is sent. */
START_TEST(a_server_that_suddenly_cannot_list_is_out_of_order)
{
	struct world world;
	start(&world);
	expect(&world, "a.vcf=\"v1\" b.vcf=\"v2\"");
	world.server.has_no_sync = true;
	world.server.fail_method = "PROPFIND";
	world.server.fail_count = 1000;
	world.server.fail_status = 405;
	g_autoptr(GPtrArray) none = g_ptr_array_new();
	g_autoptr(GError) error = NULL;
	g_autofree char *text = list_with(&world, none, &error);
	ck_assert_ptr_null(text);
	ck_assert(passerelle_error_is(error, PASSERELLE_ERROR_PROTOCOL));
	world_stop(&world);
}
END_TEST

START_TEST(a_damaged_memory_costs_one_listing)
{
	static const char *const keys[] = {"dav.contacts.state:" BOOK,
	                                   "dav.contacts.members:" BOOK};
	static const char *const values[] = {
		"", "{", "[]", "nonsense", "\"v1\"\t", "{\"token\":1}", NULL};
	struct world world;
	start(&world);
	expect(&world, "a.vcf=\"v1\" b.vcf=\"v2\"");
	for (gsize i = 0; i < G_N_ELEMENTS(keys) * G_N_ELEMENTS(values); i++) {
		const char *value = values[i / G_N_ELEMENTS(keys)];
		ck_assert(journal_memory_set(world.account.journal, keys[i % 2], value, NULL));
		expect(&world, "a.vcf=\"v1\" b.vcf=\"v2\"");
	}
	world_stop(&world);
}
END_TEST

START_TEST(a_mark_spelt_in_two_ways_is_shown_as_the_record_has_it)
{
	struct world world;
	start(&world);
	g_autoptr(GPtrArray) records = g_ptr_array_new_with_free_func((GDestroyNotify)record_free);
	struct record *record = record_new("a");
	record->remote_ref = g_strdup("a.vcf");
	record->remote_revision = g_strdup("W/\"v1\"");
	g_ptr_array_add(records, record);
	record = record_new("b");
	record->remote_ref = g_strdup("b.vcf");
	record->remote_revision = g_strdup("\"v1\"");
	g_ptr_array_add(records, record);
	g_autofree char *text = list_with(&world, records, NULL);
	ck_assert_str_eq(text, "a.vcf=W/\"v1\" b.vcf=\"v2\"");
	world_stop(&world);
}
END_TEST

START_TEST(what_cannot_be_listed_is_an_error_and_no_empty_collection)
{
	static const unsigned failures[] = {401, 404, 502, 503};
	struct world world;
	start(&world);
	expect(&world, "a.vcf=\"v1\" b.vcf=\"v2\"");
	g_autoptr(GPtrArray) none = g_ptr_array_new();
	for (gsize i = 0; i < G_N_ELEMENTS(failures); i++) {
		world.account.settings.now += 3600;
		world.server.fail_method = "REPORT";
		world.server.failed_seen = 0;
		world.server.fail_count = 1;
		world.server.fail_status = failures[i];
		g_autoptr(GError) error = NULL;
		g_autofree char *text = list_with(&world, none, &error);
		ck_assert_ptr_null(text);
		ck_assert_ptr_nonnull(error);
	}
	world_stop(&world);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("listing");
	TCase *tests = tcase_create("listing");
	tcase_set_timeout(tests, 60);
	tcase_add_loop_test(tests, a_token_tells_what_is_new_changed_and_gone, 0, 3);
	tcase_add_test(tests, what_was_told_and_not_acted_on_is_shown_again);
	tcase_add_test(tests, a_token_that_is_forgotten_costs_one_listing);
	tcase_add_loop_test(tests, a_token_refused_in_other_words_is_forgotten_too, 0,
	                    G_N_ELEMENTS(token_errors));
	tcase_add_test(tests, a_server_that_forgets_to_tell_is_found_out_within_a_day);
	tcase_add_test(tests, a_change_during_the_check_is_no_lie);
	tcase_add_test(tests, full_checks_at_once);
	tcase_add_test(tests, without_tokens_the_mark_of_the_whole_tells);
	tcase_add_test(tests, without_marks_the_content_is_one);
	tcase_add_loop_test(tests, an_href_of_nowhere_makes_no_deletion, 0, 2);
	tcase_add_loop_test(tests, what_could_not_be_read_counts_until_a_listing_is_whole, 0, 3);
	tcase_add_loop_test(tests, a_listing_that_is_too_much_at_once_is_told_in_parts, 0,
	                    G_N_ELEMENTS(too_much));
	tcase_add_test(tests, where_changes_are_too_much_in_any_part_all_is_listed);
	tcase_add_test(tests, a_part_that_ends_without_a_word_is_not_taken_for_all);
	tcase_add_test(tests, a_text_that_cannot_be_read_stops_no_listing);
	tcase_add_test(tests, a_server_that_suddenly_cannot_list_is_out_of_order);
	tcase_add_test(tests, a_damaged_memory_costs_one_listing);
	tcase_add_test(tests, a_mark_spelt_in_two_ways_is_shown_as_the_record_has_it);
	tcase_add_test(tests, what_cannot_be_listed_is_an_error_and_no_empty_collection);
	suite_add_tcase(suite, tests);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	const int failures = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failures != 0;
}
