/* SPDX-License-Identifier: MIT */
/* The contact actions of the emulator, over the wire. */
#include "emulator/wire.h"

static void add(struct emulator *server, const char *firstname, const char *lastname)
{
	OWNED(wire_reply)
	reply = wire_call(server, CONTACTS, "action", "addcontact", "firstname", firstname,
	                  "lastname", lastname, NULL);
	wire_assert_has(reply, "<result>0</result>");
}

static struct wire_reply *find(struct emulator *server, const char *search)
{
	return wire_call(server, CONTACTS, "action", "findcontactlist", "search", search, NULL);
}

/* The ids of a list, in its order: "1 2 3". */
static char *ids_of(const struct wire_reply *reply)
{
	g_autoptr(GString) ids = g_string_new(NULL);
	for (const char *p = strstr(reply->body, " id=\""); p != NULL; p = strstr(p, " id=\"")) {
		p += strlen(" id=\"");
		g_string_append_printf(ids, "%s%.*s", ids->len > 0 ? " " : "",
		                       (int)strcspn(p, "\""), p);
	}
	return g_strdup(ids->str);
}

static void assert_finds(struct emulator *server, const char *search, const char *expected)
{
	OWNED(wire_reply) reply = find(server, search);
	wire_assert_has(reply, "<result>0</result>");
	g_autofree char *ids = ids_of(reply);
	ck_assert_msg(strcmp(ids, expected) == 0, "%s: %s, not %s", search, ids, expected);
}

static void assert_refused(const struct wire_reply *reply, int type)
{
	g_autofree char *result = g_strdup_printf("<result>-%d</result>", type);
	g_autofree char *attribute = g_strdup_printf(" type=\"%d\">", type);
	ck_assert_uint_eq(reply->status, 200);
	wire_assert_has(reply, "<command request=\"\" action=");
	wire_assert_has(reply, result);
	wire_assert_has(reply, attribute);
}

START_TEST(addcontact_answers_with_an_id_that_getcontact_takes)
{
	OWNED(emulator) server = wire_start((struct emulator_options){0});
	OWNED(wire_reply)
	added = wire_call(server, CONTACTS, "action", "addcontact", "lastname",
	                  "Lef\xc3\xa8vre & <fils>", "firstname", "Zo\xc3\xab", "nickname", "Zo",
	                  "company", "SNC \"A\"", "function", "G\xc3\xa9rante", "department", "D+1",
	                  "emailperso", "z@example.org", "birthday", "1984-03-12", "civility", "2",
	                  NULL);
	ck_assert_uint_eq(added->status, 200);
	wire_assert_has(added, "action=\"ctcupdatecontact\"");
	g_autofree char *id = wire_between(added->body, "<id>", "</id>");
	ck_assert_str_eq(id, "c1");
	OWNED(wire_reply)
	got = wire_call(server, CONTACTS, "action", "getcontact", "cid", id, NULL);
	wire_assert_has(got, "<lastname>Lef\xc3\xa8vre &amp; &lt;fils&gt;</lastname>");
	wire_assert_has(got, "<firstname>Zo\xc3\xab</firstname>");
	wire_assert_has(got, "<nickname>Zo</nickname>");
	wire_assert_has(got, "<company>SNC &quot;A&quot;</company>");
	wire_assert_has(got, "<department>D+1</department>");
	wire_assert_has(got, "<civility>2</civility>");
	wire_assert_has(got, "<birthday>1984-03-12</birthday>");
	wire_assert_has(got, "subtype=\"internet\" type=\"email\">z@example.org</device>");
	wire_assert_lacks(got, "<result>");
}
END_TEST

START_TEST(addcontact_wants_one_of_four_names)
{
	OWNED(emulator) server = wire_start((struct emulator_options){0});
	OWNED(wire_reply)
	nameless = wire_call(server, CONTACTS, "action", "addcontact", "emailperso",
	                     "a@example.org", "lastname", "", NULL);
	assert_refused(nameless, 1);
	OWNED(wire_reply)
	company = wire_call(server, CONTACTS, "action", "addcontact", "company", "ACME", NULL);
	wire_assert_has(company, "<result>0</result>");
	ck_assert_uint_eq(emulator_count_writes(server, "addcontact"), 1);
}
END_TEST

START_TEST(addcontact_refuses_what_is_no_date_and_no_civility)
{
	OWNED(emulator) server = wire_start((struct emulator_options){0});
	static const char *const birthdays[] = {"1984-02-30", "12/03/1984", "1984-3-12", "x"};
	for (size_t i = 0; i < G_N_ELEMENTS(birthdays); i++) {
		OWNED(wire_reply)
		reply = wire_call(server, CONTACTS, "action", "addcontact", "lastname", "A",
		                  "birthday", birthdays[i], NULL);
		assert_refused(reply, 2);
	}
	OWNED(wire_reply)
	civility = wire_call(server, CONTACTS, "action", "addcontact", "lastname", "A", "civility",
	                     "4", NULL);
	assert_refused(civility, 2);
	ck_assert_uint_eq(emulator_count_writes(server, NULL), 0);
}
END_TEST

START_TEST(parameters_that_xml_cannot_hold_are_invalid)
{
	OWNED(emulator) server = wire_start((struct emulator_options){0});
	static const char *const values[] = {"a\x01", "\xff\xfe", "a\xef\xbf\xbf"};
	for (size_t i = 0; i < G_N_ELEMENTS(values); i++) {
		OWNED(wire_reply)
		reply = wire_call(server, CONTACTS, "action", "addcontact", "lastname", values[i],
		                  NULL);
		assert_refused(reply, 2);
	}
	OWNED(wire_reply)
	twice = wire_call(server, CONTACTS, "action", "addcontact", "lastname", "A", "lastname",
	                  "B", NULL);
	assert_refused(twice, 2);
	ck_assert_uint_eq(emulator_count_writes(server, NULL), 0);
}
END_TEST

START_TEST(blanks_come_as_percent_20_and_as_plus)
{
	OWNED(emulator) server = wire_start((struct emulator_options){0});
	g_autofree char *token = emulator_new_token(server);
	g_autofree char *encoded = wire_encode(token);
	g_autofree char *credentials = wire_good_credentials();
	g_autofree char *address = g_strdup_printf(
		"/int" CONTACTS "?action=addcontact&firstname=a%%20b&lastname=c+d%%2B&token=%s",
		encoded);
	OWNED(wire_reply) reply = wire_exchange(server, "GET", address, credentials, NULL, 0);
	wire_assert_has(reply, "<result>0</result>");
	json_t *contacts = wire_control(server, "contacts");
	const json_t *contact = json_array_get(contacts, 0);
	ck_assert_str_eq(json_string_value(json_object_get(contact, "firstname")), "a b");
	ck_assert_str_eq(json_string_value(json_object_get(contact, "lastname")), "c d+");
	json_decref(contacts);
}
END_TEST

START_TEST(adddevice_adds_each_kind_and_the_same_value_twice)
{
	static const struct {
		const char *type, *subtype, *shown;
	} kinds[] = {
		{"email", "internet", "internet"}, {"phone", "voice", "voice"},
		{"phone", "mobile", "cell"},       {"phone", "fax", "fax"},
		{"phone", "video", "video"},       {"url", "web", "web"},
	};
	OWNED(emulator) server = wire_start((struct emulator_options){0});
	add(server, "A", "B");
	for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++) {
		OWNED(wire_reply)
		reply = wire_call(server, CONTACTS, "action", "adddevice", "cid", "1", "type",
		                  kinds[i].type, "subtype", kinds[i].subtype, "order", "5", "value",
		                  "+33 1", NULL);
		wire_assert_has(reply, "action=\"cdvupdatedevice\"");
		wire_assert_has(reply, "<result>0</result>");
		OWNED(wire_reply)
		got = wire_call(server, CONTACTS, "action", "getcontact", "cid", "c1", NULL);
		g_autofree char *device =
			g_strdup_printf("order=\"5\" subtype=\"%s\" type=\"%s\">+33 1</device>",
		                        kinds[i].shown, kinds[i].type);
		wire_assert_has(got, device);
	}
	OWNED(wire_reply)
	again = wire_call(server, CONTACTS, "action", "adddevice", "cid", "C1", "type", "phone",
	                  "subtype", "voice", "order", "1", "value", "+33 1", NULL);
	wire_assert_has(again, "<result>0</result>");
	json_t *contacts = wire_control(server, "contacts");
	ck_assert_uint_eq(json_array_size(json_object_get(json_array_get(contacts, 0), "devices")),
	                  7);
	json_decref(contacts);
}
END_TEST

START_TEST(adddevice_refuses_what_the_page_does_not_name)
{
	static const struct {
		const char *cid, *type, *subtype, *order, *value;
		int error;
	} calls[] = {
		{"1", "phone", "cell", "1", "x", 2},    {"1", "email", "web", "1", "x", 2},
		{"1", "pigeon", "web", "1", "x", 2},    {"1", "phone", "voice", "first", "x", 2},
		{"1", "phone", "voice", "1", "", 1},    {"9", "phone", "voice", "1", "x", 2},
		{"", "phone", "voice", "1", "x", 1},    {"d1", "phone", "voice", "1", "x", 2},
		{"c-1", "phone", "voice", "1", "x", 2},
	};
	OWNED(emulator) server = wire_start((struct emulator_options){0});
	add(server, "A", "B");
	for (size_t i = 0; i < G_N_ELEMENTS(calls); i++) {
		OWNED(wire_reply)
		reply = wire_call(server, CONTACTS, "action", "adddevice", "cid", calls[i].cid,
		                  "type", calls[i].type, "subtype", calls[i].subtype, "order",
		                  calls[i].order, "value", calls[i].value, NULL);
		assert_refused(reply, calls[i].error);
	}
	ck_assert_uint_eq(emulator_count_writes(server, "adddevice"), 0);
}
END_TEST

static void add_accents(struct emulator *server)
{
	add(server, "\xc3\x89lodie", "Martin"); /* 1 Élodie, composed */
	add(server, "E\xcc\x81milie", "Zola");  /* 2 Émilie, decomposed */
	add(server, "eve", "Durand");           /* 3 */
	add(server, "Ernest", "Evans");         /* 4 */
}

START_TEST(folding_search_minds_neither_case_nor_accents)
{
	OWNED(emulator)
	server = wire_start((struct emulator_options){.search = EMULATOR_SEARCH_FOLD});
	add_accents(server);
	assert_finds(server, "e", "1 2 4 3");
	assert_finds(server, "\xc3\x89", "1 2 4 3");
	assert_finds(server, "EV", "4 3");
}
END_TEST

START_TEST(case_folding_search_minds_accents)
{
	OWNED(emulator)
	server = wire_start((struct emulator_options){.search = EMULATOR_SEARCH_CASE});
	add_accents(server);
	assert_finds(server, "E", "4 3");
	assert_finds(server, "\xc3\xa9", "1 2");
	assert_finds(server, "e\xcc\x81", "1 2");
}
END_TEST

START_TEST(exact_search_minds_both)
{
	OWNED(emulator)
	server = wire_start((struct emulator_options){.search = EMULATOR_SEARCH_EXACT});
	add_accents(server);
	assert_finds(server, "e", "3");
	assert_finds(server, "E", "4");
	assert_finds(server, "\xc3\x89", "1 2");
	assert_finds(server, "\xc3\xa9", "");
}
END_TEST

START_TEST(first_and_last_names_are_found_by_their_beginning_only)
{
	OWNED(emulator) server = wire_start((struct emulator_options){0});
	add(server, "Jean", "Dupont");
	add(server, "Paul", "Jeanneret");
	add(server, "Marie Jeanne", "Du Pr\xc3\xa9");
	assert_finds(server, "jean", "1 2");
	assert_finds(server, "ont", "");
	assert_finds(server, "\"du p\"", "3");
	assert_finds(server, "\"jean\"", "1 2");
}
END_TEST

START_TEST(search_strings_that_the_page_forbids_are_refused)
{
	static const struct {
		const char *search;
		int error;
	} searches[] = {
		{"", 1},    {"\"\"", 1}, {"*", 2},  {"a*", 2},   {"\"a*\"", 2},
		{"a b", 2}, {"\"a", 2},  {"\"", 2}, {"a\"b", 2},
	};
	OWNED(emulator) server = wire_start((struct emulator_options){0});
	add(server, "A", "B");
	for (size_t i = 0; i < G_N_ELEMENTS(searches); i++) {
		OWNED(wire_reply) reply = find(server, searches[i].search);
		assert_refused(reply, searches[i].error);
	}
	OWNED(wire_reply) missing = wire_call(server, CONTACTS, "action", "findcontactlist", NULL);
	assert_refused(missing, 1);
	wire_assert_has(missing, "'search' is missing.");
}
END_TEST

START_TEST(only_the_first_page_is_ever_shown)
{
	OWNED(emulator) server = wire_start((struct emulator_options){.page_size = 2});
	for (int i = 0; i < 5; i++) {
		add(server, "A", "B");
	}
	OWNED(wire_reply) reply = find(server, "a");
	wire_assert_has(reply, "total-data=\"5\" nbpage=\"3\" page=\"1\" nbentries=\"2\"");
	g_autofree char *ids = ids_of(reply);
	ck_assert_str_eq(ids, "1 2");
	OWNED(wire_reply)
	second = wire_call(server, CONTACTS, "action", "findcontactlist", "search", "a", "page",
	                   "2", NULL);
	g_autofree char *same = ids_of(second);
	ck_assert_str_eq(same, "1 2");
	OWNED(wire_reply) nobody = find(server, "z");
	wire_assert_has(nobody, "total-data=\"0\" nbpage=\"1\" page=\"1\" nbentries=\"0\"");
}
END_TEST

START_TEST(a_list_may_tell_another_number_than_there_are)
{
	static const struct {
		int more;
		const char *told;
	} lies[] = {{3, "total-data=\"4\" nbpage=\"1\""}, {-2, "total-data=\"0\" nbpage=\"1\""}};
	for (size_t i = 0; i < G_N_ELEMENTS(lies); i++) {
		OWNED(emulator)
		server = wire_start((struct emulator_options){.untrue_total = lies[i].more});
		add(server, "A", "B");
		OWNED(wire_reply) reply = find(server, "a");
		wire_assert_has(reply, lies[i].told);
		g_autofree char *ids = ids_of(reply);
		ck_assert_str_eq(ids, "1");
		OWNED(wire_reply) nobody = find(server, "z");
		wire_assert_has(nobody, "total-data=\"0\"");
	}
}
END_TEST

START_TEST(ids_come_in_three_styles_and_go_in_any)
{
	static const char *const shown[] = {"1", "c1", "C1"};
	for (int style = 0; style < 3; style++) {
		OWNED(emulator)
		server = wire_start(
			(struct emulator_options){.id_style = (enum emulator_id_style)style});
		add(server, "A", "B");
		assert_finds(server, "a", shown[style]);
		for (int other = 0; other < 3; other++) {
			OWNED(wire_reply)
			got = wire_call(server, CONTACTS, "action", "getcontact", "cid",
			                shown[other], NULL);
			g_autofree char *id = g_strdup_printf(" id=\"%s\"", shown[style]);
			wire_assert_has(got, id);
		}
	}
}
END_TEST

START_TEST(an_unknown_action_is_error_4)
{
	OWNED(emulator) server = wire_start((struct emulator_options){0});
	static const char *const actions[] = {"delcontact", "getPersonalMessages", "addevent",
	                                      "x&<"};
	for (size_t i = 0; i < G_N_ELEMENTS(actions); i++) {
		OWNED(wire_reply) reply = wire_call(server, CONTACTS, "action", actions[i], NULL);
		assert_refused(reply, 4);
	}
	OWNED(wire_reply) nameless = wire_call(server, CONTACTS, NULL);
	assert_refused(nameless, 1);
}
END_TEST

START_TEST(a_ledger_entry_tells_what_was_received_but_not_the_token)
{
	OWNED(emulator) server = wire_start((struct emulator_options){0});
	add(server, "Zo\xc3\xab", "O'Neil & +");
	OWNED(wire_reply)
	read = wire_call(server, CONTACTS, "action", "getcontact", "cid", "1", NULL);
	ck_assert_uint_eq(read->status, 200);
	json_t *ledger = wire_control(server, "ledger");
	ck_assert_uint_eq(json_array_size(ledger), 1);
	const json_t *entry = json_array_get(ledger, 0);
	const json_t *parameters = json_object_get(entry, "parameters");
	ck_assert_str_eq(json_string_value(json_object_get(entry, "action")), "addcontact");
	ck_assert_str_eq(json_string_value(json_object_get(entry, "id")), "1");
	ck_assert_str_eq(json_string_value(json_object_get(parameters, "lastname")), "O'Neil & +");
	ck_assert_ptr_null(json_object_get(parameters, "token"));
	ck_assert_int_eq(json_integer_value(json_object_get(entry, "connection")), 1);
	json_decref(ledger);
	g_autofree char *calls = emulator_control(server, "calls", NULL, NULL);
	ck_assert_ptr_null(strstr(calls, "B64"));
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		addcontact_answers_with_an_id_that_getcontact_takes,
		addcontact_wants_one_of_four_names,
		addcontact_refuses_what_is_no_date_and_no_civility,
		parameters_that_xml_cannot_hold_are_invalid,
		blanks_come_as_percent_20_and_as_plus,
		adddevice_adds_each_kind_and_the_same_value_twice,
		adddevice_refuses_what_the_page_does_not_name,
		folding_search_minds_neither_case_nor_accents,
		case_folding_search_minds_accents,
		exact_search_minds_both,
		first_and_last_names_are_found_by_their_beginning_only,
		search_strings_that_the_page_forbids_are_refused,
		only_the_first_page_is_ever_shown,
		a_list_may_tell_another_number_than_there_are,
		ids_come_in_three_styles_and_go_in_any,
		an_unknown_action_is_error_4,
		a_ledger_entry_tells_what_was_received_but_not_the_token,
	};
	return wire_run("contacts", tests, G_N_ELEMENTS(tests));
}
