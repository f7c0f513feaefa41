/* SPDX-License-Identifier: MIT */
/* Tests of the way from an address to the collections, and of where no password goes. */
#include "dav/dav_site.h"
#include "remotes/dav/locate.h"

/* Ways that servers have; each ends at one address book. */
static const struct {
	const char *name, *path;
	struct place places[6];
} ways[] = {
	{"the collection itself", "/c/book/", {{"/c/book/", CARDS("/c/book/")}}},
	{"the collection without its slash", "/c/book", {{"/c/book", CARDS("/c/book/")}}},
	{"from the root over a principal",
         "/",
         {{"/", RESPONSE("/", PRINCIPAL("/p/u/"))},
          {"/p/u/", RESPONSE("/p/u/", HOMES("/c/"))},
          {"/c/", FOLDER("/c/") CARDS("/c/book/") FOLDER("/c/other/")}}},
	{"from the well-known place",
         "/",
         {{"/", "405"},
          {"/.well-known/carddav", "301 /dav"},
          {"/dav", RESPONSE("/dav", PRINCIPAL("/p/u/"))},
          {"/p/u/", RESPONSE("/p/u/", HOMES("/c"))},
          {"/c/", CARDS("/c/book/")}}},
	{"a principal as address",
         "/p/u/",
         {{"/p/u/", RESPONSE("/p/u/", HOMES("/c/"))}, {"/c/", CARDS("/c/book/")}}},
	{"a principal that names itself without homes first",
         "/x/",
         {{"/x/", RESPONSE("/x/", PRINCIPAL("/p/%75/"))},
          {"/p/u/", RESPONSE("/p/u/", HOMES("/c/"))},
          {"/c/", CARDS("/c/book/")}}},
	{"a root where nothing may be seen",
         "/",
         {{"/", "403"}, {"/.well-known/carddav", "302 /c/book/"}, {"/c/book/", CARDS("/c/book/")}}},
	{"a web page at the root",
         "/",
         {{"/", "200"}, {"/.well-known/carddav", "302 /c/book/"}, {"/c/book/", CARDS("/c/book/")}}},
};

START_TEST(a_server_is_found_as_it_wants_to_be)
{
	struct site site;
	site_start(&site, ways[_i].places, ways[_i].path);
	g_autoptr(GError) error = NULL;
	g_autoptr(GPtrArray) found = dav_discover(site.session, &error);
	ck_assert_msg(found != NULL, "%s: %s", ways[_i].name, error == NULL ? "" : error->message);
	ck_assert_uint_eq(found->len, 1);
	const struct dav_collection *one = g_ptr_array_index(found, 0);
	ck_assert(g_str_has_suffix(one->url, "/c/book/"));
	const guint before = canned_count(&site.canned);
	g_autoptr(GPtrArray) again = dav_discover(site.session, NULL);
	ck_assert_uint_eq(again->len, 1);
	ck_assert_uint_eq(canned_count(&site.canned), before); /* remembered */
	site_stop(&site);
}
END_TEST

/* Ways that lead elsewhere, or nowhere. */
static const struct {
	const char *name;
	enum passerelle_error code;
	const char *word;
	struct place places[4];
} dead_ends[] = {
	{"a redirect to another host",
         PASSERELLE_ERROR_CONFIG,
         "evil.example.org",
         {{"/", "301 https://evil.example.org/dav/"}}},
	{"a redirect to another port",
         PASSERELLE_ERROR_CONFIG,
         "127.0.0.1:1/",
         {{"/", "302 http://127.0.0.1:1/"}}},
	{"a redirect in a circle", PASSERELLE_ERROR_CONFIG, "without an end", {{"/", "301 /"}}},
	{"a principal elsewhere",
         PASSERELLE_ERROR_CONFIG,
         "evil.example.org",
         {{"/", RESPONSE("/", PRINCIPAL("https://evil.example.org/p/"))}}},
	{"a home elsewhere",
         PASSERELLE_ERROR_CONFIG,
         "p7.example.org",
         {{"/", RESPONSE("/", HOMES("https://p7.example.org/c/"))}}},
	{"credentials that are refused", PASSERELLE_ERROR_AUTH, "password", {{"/", "401"}}},
	{"no such service", PASSERELLE_ERROR_CONFIG, "no address books", {{"/x", "200"}}},
	{"a principal without homes",
         PASSERELLE_ERROR_CONFIG,
         "no address books",
         {{"/", RESPONSE("/", PRINCIPAL("/p/"))}, {"/p/", RESPONSE("/p/", "")}}},
	{"a server out of order", PASSERELLE_ERROR_NETWORK, "out of order", {{"/", "502"}}},
};

START_TEST(no_password_goes_where_nobody_sent_it)
{
	struct site site;
	site_start(&site, dead_ends[_i].places, "/");
	g_autoptr(GError) error = NULL;
	g_autoptr(GPtrArray) found = dav_discover(site.session, &error);
	ck_assert_msg(found == NULL, "%s", dead_ends[_i].name);
	ck_assert_msg(passerelle_error_is(error, dead_ends[_i].code), "%s: %s", dead_ends[_i].name,
	              error->message);
	ck_assert_msg(strstr(error->message, dead_ends[_i].word) != NULL, "%s", error->message);
	ck_assert_ptr_null(strstr(error->message, "secret"));
	site_stop(&site);
}
END_TEST

static const struct place properties[] = {
	{"/c/", RESPONSE("/c/", HOMES("/h/"))},
	{"/h/",
         RESPONSE("/h/full/",
                  "<D:resourcetype><D:collection/><A:addressbook/></D:resourcetype>"
                  "<D:displayname> Family &amp; friends </D:displayname>"
                  "<N:addressbook-color>#12aBefff</N:addressbook-color>"
                  "<D:current-user-privilege-set><D:privilege><D:read/></D:privilege>"
                  "</D:current-user-privilege-set>"
                  "<D:supported-report-set><D:supported-report><D:report><D:sync-collection/>"
                  "</D:report></D:supported-report></D:supported-report-set>")
                 RESPONSE("/h/o%20dd/",
                          "<D:resourcetype><A:addressbook/></D:resourcetype>"
                          "<N:addressbook-color>red</N:addressbook-color>"
                          "<D:current-user-privilege-set><D:privilege><D:write-content/>"
                          "</D:privilege></D:current-user-privilege-set>"
                          "<D:supported-report-set><D:supported-report>"
                          "<A:addressbook-multiget/></D:supported-report>"
                          "</D:supported-report-set>")
                         RESPONSE("/h/cal/", "<D:resourcetype><C:calendar/></D:resourcetype>")
                                 FOLDER("/h/")},
	{NULL, NULL},
};

START_TEST(what_a_collection_is_like_is_read_and_remembered)
{
	struct site site;
	site_start(&site, properties, "/c/");
	g_autoptr(GPtrArray) found = dav_discover(site.session, NULL);
	g_autoptr(GPtrArray) again = dav_discover(site.session, NULL);
	GPtrArray *const both[] = {found, again};
	for (gsize i = 0; i < G_N_ELEMENTS(both); i++) {
		ck_assert_uint_eq(both[i]->len, 2);
		const struct dav_collection *full = g_ptr_array_index(both[i], 0);
		ck_assert_str_eq(full->display_name, "Family & friends");
		ck_assert_str_eq(full->color, "#12ABEF");
		ck_assert(full->is_read_only && full->has_sync && !full->has_multiget);
		const struct dav_collection *odd = g_ptr_array_index(both[i], 1);
		ck_assert_ptr_null(odd->display_name);
		ck_assert_ptr_null(odd->color);
		ck_assert(!odd->is_read_only && !odd->has_sync && odd->has_multiget);
	}
	OWNED(collection) plain = dav_collection_public(g_ptr_array_index(found, 0));
	ck_assert_str_eq(plain->id, "/h/full/");
	ck_assert_str_eq(plain->name, "full");
	OWNED(collection) hashed = dav_collection_public(g_ptr_array_index(found, 1));
	ck_assert_str_eq(hashed->id, "/h/o%20dd/");
	ck_assert_uint_eq(strlen(hashed->name), 32);
	site_stop(&site);
}
END_TEST

START_TEST(what_was_found_is_looked_for_again_after_a_day_or_when_told)
{
	struct site site;
	site_start(&site, properties, "/c/");
	g_autoptr(GPtrArray) first = dav_discover(site.session, NULL);
	ck_assert_uint_eq(first->len, 2);
	const guint asked = canned_count(&site.canned);
	site.account.settings.now += DAV_COLLECTIONS_AGE + 1;
	g_autoptr(GPtrArray) second = dav_discover(site.session, NULL);
	ck_assert_uint_eq(second->len, 2);
	ck_assert_uint_eq(canned_count(&site.canned), 2 * asked);
	site.account.settings.is_full = true;
	g_autoptr(GPtrArray) third = dav_discover(site.session, NULL);
	ck_assert_uint_eq(third->len, 2);
	ck_assert_uint_eq(canned_count(&site.canned), 3 * asked);
	site_stop(&site);
}
END_TEST

static const struct {
	const char *component;
	bool is_taken;
} calendars[] = {
	{"", true},
	{"<C:supported-calendar-component-set><C:comp name='VEVENT'/>"
         "</C:supported-calendar-component-set>",
         true},
	{"<C:supported-calendar-component-set><C:comp name='VTODO'/><C:comp name='vevent'/>"
         "</C:supported-calendar-component-set>",
         true},
	{"<C:supported-calendar-component-set><C:comp name='VTODO'/>"
         "</C:supported-calendar-component-set>",
         false},
};

START_TEST(a_list_of_tasks_is_no_calendar_of_events)
{
	g_autofree char *text = g_strconcat(
		MULTISTATUS "<D:response><D:href>/c/</D:href><D:prop><D:resourcetype><C:calendar/>"
			    "</D:resourcetype>",
		calendars[_i].component, "</D:prop></D:response></D:multistatus>", NULL);
	g_autoptr(GBytes) body = g_bytes_new(text, strlen(text));
	OWNED(dav_multistatus)
	replies = dav_multistatus_read("https://x.example.org/", body, NULL);
	OWNED(dav_collection)
	one = dav_collection_read(g_ptr_array_index(replies->responses, 0), ITEM_EVENT);
	ck_assert_int_eq(one != NULL, calendars[_i].is_taken);
	OWNED(dav_collection)
	other = dav_collection_read(g_ptr_array_index(replies->responses, 0), ITEM_CONTACT);
	ck_assert_ptr_null(other);
}
END_TEST

/* Two SRV records, of priorities 10 and 5, for _carddavs._tcp.example.org. */
static const guint8 srv[] =
	"\x12\x34\x81\x80\0\1\0\2\0\0\0\0"
	"\x09_carddavs\4_tcp\7example\3org\0\0\x21\0\1"
	"\xc0\x0c\0\x21\0\1\0\0\0\x3c\0\x17\0\x0a\0\1\1\xbb\3far\7example\3org\0"
	"\xc0\x0c\0\x21\0\1\0\0\0\x3c\0\x17\0\5\0\1\x20\xfb\3dav\7example\3org\0";
static const guint8 txt[] = "\x12\x34\x81\x80\0\1\0\1\0\0\0\0"
			    "\x09_carddavs\4_tcp\7example\3org\0\0\x10\0\1"
			    "\xc0\x0c\0\x10\0\1\0\0\0\x3c\0\x10\4a=b\0\x0apath=/dav/";

START_TEST(what_dns_says_is_read)
{
	g_autofree char *server = dav_locate_read_srv(srv, sizeof srv - 1);
	ck_assert_pstr_eq(server, "dav.example.org:8443");
	g_autofree char *path = dav_locate_read_path(txt, sizeof txt - 1);
	ck_assert_pstr_eq(path, "/dav/");
}
END_TEST

START_TEST(an_answer_of_dns_that_is_cut_or_mangled_says_nothing_bad)
{
	for (gsize size = 0; size < sizeof srv - 1; size++) {
		g_autofree guint8 *cut = g_memdup2(srv, size + 1);
		g_free(dav_locate_read_srv(cut, size));
	}
	g_autoptr(GRand) random = g_rand_new_with_seed(7);
	for (guint i = 0; i < 20000; i++) {
		guint8 mangled[sizeof srv - 1];
		memcpy(mangled, srv, sizeof mangled);
		for (guint j = 0; j < 3; j++) {
			mangled[g_rand_int_range(random, 0, sizeof mangled)] =
				(guint8)g_rand_int_range(random, 0, 256);
		}
		g_autofree char *server = dav_locate_read_srv(mangled, sizeof mangled);
		ck_assert(server == NULL || strpbrk(server, "/@ \r\n?#%") == NULL);
		g_free(dav_locate_read_path(mangled, sizeof mangled));
	}
}
END_TEST

START_TEST(dns_leads_only_within_the_domain)
{
	ck_assert(dav_is_within_domain("dav.example.org", "example.org"));
	ck_assert(dav_is_within_domain("Example.org", "example.ORG"));
	ck_assert(!dav_is_within_domain("notexample.org", "example.org"));
	ck_assert(!dav_is_within_domain("example.org.evil.net", "example.org"));
	ck_assert(!dav_is_within_domain("org", "example.org"));
}
END_TEST

/* Where a server that was asked at base, found from an address, may keep its homes. */
static const struct {
	const char *base, *address, *href, *wanted;
} homes[] = {
	{"https://caldav.example.com/1/", "https://caldav.example.com/",
         "https://p07-caldav.example.com:443/1/cal/", "https://p07-caldav.example.com/1/cal/"},
	{"https://dav.example.com/", "https://example.com/", "https://p1.example.com/",
         "https://p1.example.com/"},
	{"https://dav.example.co.uk/", "https://example.co.uk/", "https://p1.example.co.uk/",
         "https://p1.example.co.uk/"},
	{"https://dav.example.com/1/", "https://dav.example.com/", "/c/",
         "https://dav.example.com/c/"},
	{"https://dav.example.com:8443/1/", "https://dav.example.com:8443/",
         "https://dav.example.com/c/", "https://dav.example.com:8443/c/"},
	{"https://dav.example.com/", "https://dav.example.com/", "http://p1.example.com/", NULL},
	{"http://dav.example.com/", "https://dav.example.com/", "https://p1.example.com/", NULL},
	{"https://dav.example.com/", "http://dav.example.com/", "https://p1.example.com/", NULL},
	{"https://dav.example.com/", NULL, "https://p1.example.com/", NULL},
	{"https://dav.example.com/", "https://dav.example.com/", "//p1.example.com/", NULL},
	{"https://dav.example.com/", "https://dav.example.com/", "https://p1.example.com.evil.net/",
         NULL},
	{"https://dav.example.com/", "https://dav.example.com/", "https://notexample.com/", NULL},
	{"https://dav.example.com/", "https://dav.example.com/", "https://u:p@p1.example.com/",
         NULL},
	{"https://example.co.uk/", "https://example.co.uk/", "https://evil.co.uk/", NULL},
	{"https://co.uk/", "https://co.uk/", "https://evil.co.uk/", NULL},
	{"https://example.com./", "https://example.com./", "https://evil.com./", NULL},
	{"https://10.0.0.1/", "https://10.0.0.1/", "https://9.0.0.1/", NULL},
	{"https://[::1]/", "https://[::1]/", "https://[::2]/", NULL},
	{"https://localhost/", "https://localhost/", "https://evil.localhost/", NULL},
};

START_TEST(a_home_may_lie_on_another_host_of_the_domain)
{
	g_autoptr(GError) error = NULL;
	g_autofree char *place =
		dav_discover_place(homes[_i].base, homes[_i].address, homes[_i].href, &error);
	ck_assert_pstr_eq(place, homes[_i].wanted);
	ck_assert((place == NULL) == passerelle_error_is(error, PASSERELLE_ERROR_CONFIG));
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("discovery");
	TCase *tests = tcase_create("discovery");
	tcase_set_timeout(tests, 60);
	tcase_add_loop_test(tests, a_server_is_found_as_it_wants_to_be, 0, G_N_ELEMENTS(ways));
	tcase_add_loop_test(tests, no_password_goes_where_nobody_sent_it, 0,
	                    G_N_ELEMENTS(dead_ends));
	tcase_add_test(tests, what_a_collection_is_like_is_read_and_remembered);
	tcase_add_test(tests, what_was_found_is_looked_for_again_after_a_day_or_when_told);
	tcase_add_loop_test(tests, a_list_of_tasks_is_no_calendar_of_events, 0,
	                    G_N_ELEMENTS(calendars));
	tcase_add_test(tests, what_dns_says_is_read);
	tcase_add_test(tests, an_answer_of_dns_that_is_cut_or_mangled_says_nothing_bad);
	tcase_add_test(tests, dns_leads_only_within_the_domain);
	tcase_add_loop_test(tests, a_home_may_lie_on_another_host_of_the_domain, 0,
	                    G_N_ELEMENTS(homes));
	suite_add_tcase(suite, tests);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	const int failures = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failures != 0;
}
