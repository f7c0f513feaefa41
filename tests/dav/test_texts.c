/* SPDX-License-Identifier: MIT */
/* Tests of how many texts are read, and by which requests. */
#include "dav/dav_world.h"
#include "remotes/dav/texts.h"

struct reader {
	struct world world;
	struct remote *remote;
	struct endpoint *side;
	GPtrArray *texts;
};

static void start(struct reader *self, guint count, const char *note)
{
	world_start(&self->world, ITEM_CONTACT);
	self->texts = g_ptr_array_new_with_free_func((GDestroyNotify)dav_text_free);
	for (guint i = 0; i < count; i++) {
		g_autofree char *uid = g_strdup_printf("u%u", i);
		g_autofree char *name = item_name(&self->world, uid);
		put_there(&self->world, uid, uid, note);
		g_ptr_array_add(self->texts, dav_text_new(name));
	}
	self->remote = world_open(&self->world);
	self->side = carddav_driver.endpoint(self->remote, ITEM_CONTACT);
}

static void stop(struct reader *self)
{
	g_ptr_array_unref(self->texts);
	carddav_driver.close(self->remote);
	world_stop(&self->world);
}

static void read_all(struct reader *self)
{
	g_autoptr(GError) error = NULL;
	struct dav_side *side = (struct dav_side *)self->side;
	ck_assert(dav_side_open(side, NULL));
	ck_assert_msg(dav_texts_read(side, self->texts, NULL, &error), "%s",
	              error == NULL ? "" : error->message);
}

static void expect_all(struct reader *self)
{
	read_all(self);
	for (guint i = 0; i < self->texts->len; i++) {
		const struct dav_text *text = g_ptr_array_index(self->texts, i);
		g_autofree char *line = g_strdup_printf("\r\nUID:u%u\r\n", i);
		ck_assert_msg(text->text != NULL && strstr(text->text, line) != NULL, "%s: %s",
		              text->ref, text->error == NULL ? "" : text->error->message);
		ck_assert_ptr_nonnull(text->etag);
	}
}

START_TEST(many_are_read_by_few_requests)
{
	struct reader reader;
	start(&reader, 60, "x");
	expect_all(&reader);
	ck_assert_uint_eq(server_asked(&reader.world.server, "GET "), 0);
	ck_assert_uint_eq(server_asked(&reader.world.server, "addressbook-multiget "), 2);
	stop(&reader);
}
END_TEST

START_TEST(one_is_read_by_itself)
{
	struct reader reader;
	start(&reader, 1, "x");
	expect_all(&reader);
	ck_assert_uint_eq(server_asked(&reader.world.server, "GET "), 1);
	stop(&reader);
}
END_TEST

START_TEST(where_there_is_no_multiget_each_is_asked_for)
{
	struct reader reader;
	start(&reader, 100, "x");
	reader.world.server.has_no_multiget = true;
	expect_all(&reader);
	ck_assert_uint_eq(server_asked(&reader.world.server, "GET "), 100);
	ck_assert_uint_eq(server_asked(&reader.world.server, "REPORT"), 0);
	stop(&reader);
}
END_TEST

static const unsigned refusals[] = {400, 403, 415, 500, 501};

START_TEST(a_multiget_that_is_refused_is_done_without)
{
	struct reader reader;
	start(&reader, 100, "x");
	reader.world.server.fail_method = "REPORT";
	reader.world.server.fail_count = 1000;
	reader.world.server.fail_status = refusals[_i];
	expect_all(&reader);
	ck_assert_uint_eq(server_asked(&reader.world.server, "GET "), 100);
	stop(&reader);
}
END_TEST

START_TEST(what_a_multiget_forgets_is_asked_for_alone)
{
	struct reader reader;
	start(&reader, 45, "x");
	reader.world.server.forgets_each = 3;
	expect_all(&reader);
	ck_assert_uint_eq(server_asked(&reader.world.server, "GET "), 15);
	stop(&reader);
}
END_TEST

START_TEST(a_dear_multiget_is_left_for_what_is_cheaper)
{
	struct reader reader;
	start(&reader, 150, "x");
	reader.world.server.multiget_delay = 20000;
	expect_all(&reader);
	ck_assert_uint_eq(server_asked(&reader.world.server, "addressbook-multiget "), 1);
	ck_assert_uint_eq(server_asked(&reader.world.server, "GET "), 100);
	stop(&reader);
}
END_TEST

START_TEST(a_multiget_that_takes_too_long_is_not_made_again)
{
	struct reader reader;
	start(&reader, 120, "x");
	carddav_driver.close(reader.remote);
	reader.world.account.settings.timeout = 1;
	reader.world.server.multiget_delay = 22000; /* 50 of them take longer */
	reader.remote = world_open(&reader.world);
	reader.side = carddav_driver.endpoint(reader.remote, ITEM_CONTACT);
	expect_all(&reader);
	ck_assert_uint_le(server_asked(&reader.world.server, "addressbook-multiget "), 3);
	stop(&reader);
}
END_TEST

START_TEST(what_is_too_large_together_is_read_in_parts)
{
	struct reader reader;
	g_autofree char *note = g_strnfill(400000, 'n');
	start(&reader, 60, note);
	expect_all(&reader);
	ck_assert_uint_ge(server_asked(&reader.world.server, "addressbook-multiget "), 2);
	stop(&reader);
}
END_TEST

START_TEST(what_is_not_there_is_told_apart_from_what_cannot_be_read)
{
	struct reader reader;
	start(&reader, 3, "x");
	server_remove(&reader.world.server, "u1.vcf");
	g_ptr_array_add(reader.texts, dav_text_new("../escape.vcf"));
	read_all(&reader);
	const struct dav_text *gone = g_ptr_array_index(reader.texts, 1);
	const struct dav_text *there = g_ptr_array_index(reader.texts, 2);
	const struct dav_text *bad = g_ptr_array_index(reader.texts, 3);
	ck_assert(passerelle_error_is(gone->error, PASSERELLE_ERROR_NOT_FOUND));
	ck_assert_ptr_nonnull(there->text);
	ck_assert(passerelle_error_is(bad->error, PASSERELLE_ERROR_NOT_FOUND));
	stop(&reader);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("texts");
	TCase *tests = tcase_create("texts");
	tcase_set_timeout(tests, 60);
	tcase_add_test(tests, many_are_read_by_few_requests);
	tcase_add_test(tests, one_is_read_by_itself);
	tcase_add_test(tests, where_there_is_no_multiget_each_is_asked_for);
	tcase_add_loop_test(tests, a_multiget_that_is_refused_is_done_without, 0,
	                    G_N_ELEMENTS(refusals));
	tcase_add_test(tests, what_a_multiget_forgets_is_asked_for_alone);
	tcase_add_test(tests, a_dear_multiget_is_left_for_what_is_cheaper);
	tcase_add_test(tests, a_multiget_that_takes_too_long_is_not_made_again);
	tcase_add_test(tests, what_is_too_large_together_is_read_in_parts);
	tcase_add_test(tests, what_is_not_there_is_told_apart_from_what_cannot_be_read);
	suite_add_tcase(suite, tests);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	const int failures = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failures != 0;
}
