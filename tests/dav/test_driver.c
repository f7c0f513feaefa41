/* SPDX-License-Identifier: MIT */
/* Tests of the two drivers as the program sees them: collections, sides, what a check tells. */
#include "dav/dav_site.h"
#include "remotes/dav/dav.h"
#include "remotes/dav/side.h"

static const struct place two_books[] = {
	{"/c/", RESPONSE("/c/", HOMES("/h/"))},
	{"/h/", FOLDER("/h/") CARDS("/h/one/") CARDS("/h/two/")},
	{"/h/two/", CARDS("/h/two/")},
	{"/shared/book/", CARDS("/shared/book/")},
	{NULL, NULL},
};
static const struct place no_book[] = {
	{"/c/", RESPONSE("/c/", HOMES("/h/"))}, {"/h/", FOLDER("/h/")}, {NULL, NULL}};
static const struct place locked[] = {{"/c/", "401"}, {NULL, NULL}};

static struct remote *open_remote(struct site *self)
{
	struct remote *remote =
		carddav_driver.open(&self->account.settings, self->account.journal, NULL);
	ck_assert_ptr_nonnull(remote);
	return remote;
}

START_TEST(collections_are_listed_and_one_of_them_is_a_side)
{
	struct site site;
	site_start(&site, two_books, "/c/");
	struct remote *remote = open_remote(&site);
	g_autoptr(GPtrArray) list = carddav_driver.list_collections(remote, ITEM_CONTACT, NULL);
	ck_assert_uint_eq(list->len, 2);
	const struct collection *two = g_ptr_array_index(list, 1);
	ck_assert_str_eq(two->id, "/h/two/");
	ck_assert_str_eq(two->name, "two");
	struct endpoint *side = carddav_driver.collection(remote, ITEM_CONTACT, two, NULL);
	ck_assert_ptr_nonnull(side);
	ck_assert_str_eq(side->name, "carddav /h/two/");
	ck_assert_ptr_null(carddav_driver.collection(remote, ITEM_EVENT, two, NULL));
	ck_assert_ptr_null(carddav_driver.endpoint(remote, ITEM_EVENT));
	g_autoptr(GPtrArray) none = carddav_driver.list_collections(remote, ITEM_EVENT, NULL);
	ck_assert_uint_eq(none->len, 0);
	carddav_driver.close(remote);
	site_stop(&site);
}
END_TEST

/* What opening a side of the collection says; NULL = it is open. id NULL: the only one. */
static char *open_side(struct site *self, const char *id)
{
	struct remote *remote = open_remote(self);
	OWNED(collection) wanted = id == NULL ? NULL : collection_new(id, "x");
	struct endpoint *side =
		wanted == NULL ? carddav_driver.endpoint(remote, ITEM_CONTACT)
			       : carddav_driver.collection(remote, ITEM_CONTACT, wanted, NULL);
	g_autoptr(GError) error = NULL;
	const bool is_open = dav_side_open((struct dav_side *)side, &error);
	ck_assert(is_open == (error == NULL));
	ck_assert(is_open || passerelle_error_is(error, PASSERELLE_ERROR_CONFIG));
	carddav_driver.close(remote);
	return is_open ? NULL : g_strdup(error->message);
}

START_TEST(of_several_collections_none_is_guessed)
{
	struct site site;
	site_start(&site, two_books, "/c/");
	g_autofree char *several = open_side(&site, NULL);
	ck_assert_ptr_nonnull(strstr(several, "several"));
	g_autofree char *chosen = open_side(&site, "/h/two/");
	ck_assert_ptr_null(chosen);
	g_autofree char *shared = open_side(&site, "/shared/book/");
	ck_assert_ptr_null(shared);
	g_autofree char *gone = open_side(&site, "/h/three/");
	ck_assert_ptr_nonnull(strstr(gone, "not there any more"));
	site_stop(&site);
}
END_TEST

/* The address that is configured is only where the search begins. */
START_TEST(a_collection_is_asked_for_where_it_was_found)
{
	struct site site, other;
	site_start(&site, no_book, "/c/");
	site_start(&other, two_books, "/c/");
	g_autoptr(GPtrArray) found =
		g_ptr_array_new_with_free_func((GDestroyNotify)dav_collection_free);
	struct dav_collection *two = g_new0(struct dav_collection, 1);
	two->url = g_strdup_printf("http://127.0.0.1:%u/h/two/", other.canned.port);
	g_ptr_array_add(found, two);
	dav_collections_remember(site.session, found);
	struct remote *remote = open_remote(&site);
	OWNED(collection) named = collection_new("/h/two/", "two");
	g_autoptr(GError) error = NULL;
	ck_assert_msg(carddav_driver.label_collection(remote, named, "New", NULL, &error), "%s",
	              error == NULL ? "" : error->message);
	ck_assert_uint_eq(canned_count(&other.canned), 1);
	carddav_driver.close(remote);
	g_autofree char *shared = open_side(&site, "/shared/book/");
	ck_assert_ptr_null(shared);
	ck_assert_uint_eq(canned_count(&other.canned), 2);
	ck_assert_uint_eq(canned_count(&site.canned), 0);
	site_stop(&other);
	site_stop(&site);
}
END_TEST

START_TEST(where_there_is_none_it_is_said)
{
	struct site site;
	site_start(&site, no_book, "/c/");
	g_autofree char *none = open_side(&site, NULL);
	ck_assert_ptr_nonnull(strstr(none, "no collection"));
	site_stop(&site);
}
END_TEST

static const struct {
	const struct place *places;
	guint count, errors;
	int code;
} probes[] = {
	{two_books, 3, 0, 0},
	{no_book, 2, 1, PASSERELLE_ERROR_CONFIG},
	{locked, 1, 1, PASSERELLE_ERROR_AUTH},
};

START_TEST(a_check_tells_what_is_there)
{
	struct site site;
	site_start(&site, probes[_i].places, "/c/");
	struct remote *remote = open_remote(&site);
	g_autoptr(GPtrArray) findings = carddav_driver.probe(remote, "contacts");
	ck_assert_uint_eq(findings->len, probes[_i].count);
	guint errors = 0;
	for (guint i = 0; i < findings->len; i++) {
		const struct finding *finding = g_ptr_array_index(findings, i);
		ck_assert((finding->text == NULL) == (finding->error != NULL));
		errors += finding->error != NULL;
		ck_assert(finding->error == NULL || finding->error->code == probes[_i].code);
	}
	ck_assert_uint_eq(errors, probes[_i].errors);
	g_autoptr(GPtrArray) others = carddav_driver.probe(remote, "messages");
	ck_assert_uint_eq(others->len, 0);
	carddav_driver.close(remote);
	site_stop(&site);
}
END_TEST

static const char *const no_addresses[] = {NULL, "", "ftp://dav.example.org/", "https://",
                                           "https://u:p@dav.example.org/"};

START_TEST(an_account_without_an_address_is_not_opened)
{
	const struct remote_settings settings = {.account = "home",
	                                         .endpoint = no_addresses[_i],
	                                         .max_connections = 1,
	                                         .timeout = 1};
	g_autoptr(GError) error = NULL;
	ck_assert_ptr_null(caldav_driver.open(&settings, NULL, &error));
	ck_assert(passerelle_error_is(error, PASSERELLE_ERROR_CONFIG));
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("driver");
	TCase *tests = tcase_create("driver");
	tcase_set_timeout(tests, 60);
	tcase_add_test(tests, collections_are_listed_and_one_of_them_is_a_side);
	tcase_add_test(tests, of_several_collections_none_is_guessed);
	tcase_add_test(tests, a_collection_is_asked_for_where_it_was_found);
	tcase_add_test(tests, where_there_is_none_it_is_said);
	tcase_add_loop_test(tests, a_check_tells_what_is_there, 0, G_N_ELEMENTS(probes));
	tcase_add_loop_test(tests, an_account_without_an_address_is_not_opened, 0,
	                    G_N_ELEMENTS(no_addresses));
	suite_add_tcase(suite, tests);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	const int failures = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failures != 0;
}
