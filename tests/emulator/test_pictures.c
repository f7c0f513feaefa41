/* SPDX-License-Identifier: MIT */
/* Pictures, byte for byte, and what the published samples do to replies. */
#include "emulator/wire.h"

#define BOUNDARY "---------------------------41184676334"

/* A multipart body as the page shows it. */
static GByteArray *make_form(const char *action, const char *cid, const char *token,
                             const void *file, gsize size)
{
	const char *const fields[][2] = {{"action", action}, {"cid", cid}, {"token", token}};
	g_autoptr(GString) head = g_string_new(NULL);
	for (size_t i = 0; i < G_N_ELEMENTS(fields); i++) {
		g_string_append_printf(head,
		                       "--" BOUNDARY "\r\nContent-Disposition: form-data; "
		                       "name=\"%s\"\r\n\r\n%s\r\n",
		                       fields[i][0], fields[i][1]);
	}
	g_string_append(head, "--" BOUNDARY "\r\nContent-Disposition: form-data; name=\"file\"; "
	                      "filename=\"picture.jpg\"\r\nContent-Type: image/jpeg\r\n\r\n");
	GByteArray *form = g_byte_array_new();
	g_byte_array_append(form, (const guint8 *)head->str, (guint)head->len);
	g_byte_array_append(form, file, (guint)size);
	static const char end[] = "\r\n--" BOUNDARY "--\r\n";
	g_byte_array_append(form, (const guint8 *)end, strlen(end));
	return form;
}

static struct wire_reply *add_picture(struct emulator *server, const char *action, const char *cid,
                                      const void *file, gsize size)
{
	g_autofree char *token = emulator_new_token(server);
	g_autofree char *good = wire_good_credentials();
	g_autofree char *headers = g_strconcat(
		good, "Content-Type: multipart/form-data;boundary=" BOUNDARY "\r\n", NULL);
	g_autoptr(GByteArray) form = make_form(action, cid, token, file, size);
	return wire_exchange(server, "POST", CONTACTS, headers, form->data, form->len);
}

/*
 * A JPEG as far as its first bytes go; then every byte value, line ends and the beginning of a
 * boundary included.
 */
static GByteArray *make_picture(gsize size)
{
	static const char start[] = "\xff\xd8\xff\xe0\r\n---------\r\n\r\n";
	GByteArray *picture = g_byte_array_new();
	g_byte_array_append(picture, (const guint8 *)start, sizeof start);
	for (guint i = 0; picture->len < size; i++) {
		guint8 byte = (guint8)(i * 7 + i / 256);
		g_byte_array_append(picture, &byte, 1);
	}
	return picture;
}

static void add_contact(struct emulator *server)
{
	OWNED(wire_reply)
	reply = wire_call(server, CONTACTS, "action", "addcontact", "lastname", "A", NULL);
	wire_assert_has(reply, "<id>c1</id>");
}

static struct wire_reply *get_picture(struct emulator *server)
{
	return wire_call(server, CONTACTS, "action", "getpicture", "cid", "C1", NULL);
}

static void assert_holds(const struct wire_reply *reply, const GByteArray *picture)
{
	g_autofree char *content = wire_between(reply->body, " content=\"", "\"");
	gsize size;
	g_autofree guchar *bytes = g_base64_decode(content, &size);
	ck_assert_uint_eq(size, picture->len);
	ck_assert_mem_eq(bytes, picture->data, size);
}

START_TEST(a_picture_comes_back_byte_for_byte)
{
	static const gsize sizes[] = {64, 5000, 300000};
	for (size_t i = 0; i < G_N_ELEMENTS(sizes); i++) {
		OWNED(emulator) server = wire_start((struct emulator_options){0});
		add_contact(server);
		g_autoptr(GByteArray) picture = make_picture(sizes[i]);
		OWNED(wire_reply)
		added = add_picture(server, "addpicture", "c1", picture->data, picture->len);
		wire_assert_has(added, "action=\"ctcaddmedia\"");
		wire_assert_has(added, "<result>0</result>");
		OWNED(wire_reply) got = get_picture(server);
		wire_assert_has(got, "action=\"ctcgetmedialist\"");
		wire_assert_has(got, "<typeImage>jpeg</typeImage>");
		assert_holds(got, picture);
		json_t *ledger = wire_control(server, "ledger");
		g_autofree char *digest =
			g_compute_checksum_for_data(G_CHECKSUM_SHA256, picture->data, picture->len);
		const json_t *entry = json_array_get(ledger, 1);
		ck_assert_str_eq(json_string_value(json_object_get(entry, "sha256")), digest);
		json_decref(ledger);
	}
}
END_TEST

START_TEST(quirks_fold_the_base64_and_call_everything_gif)
{
	OWNED(emulator) server = wire_start((struct emulator_options){.quirks = true});
	add_contact(server);
	g_autoptr(GByteArray) picture = make_picture(5000);
	OWNED(wire_reply)
	added = add_picture(server, "addpicture", "c1", picture->data, picture->len);
	wire_assert_has(added, "<result>0</result>");
	OWNED(wire_reply) got = get_picture(server);
	wire_assert_has(got, "<typeImage>gif</typeImage>");
	wire_assert_has(got, "<parameter-list/>");
	g_autofree char *content = wire_between(got->body, " content=\"", "\"");
	ck_assert_ptr_nonnull(strchr(content, '\n'));
	ck_assert_ptr_nonnull(strchr(content, ' '));
	assert_holds(got, picture);
}
END_TEST

START_TEST(the_action_has_two_spellings_unless_one_is_chosen)
{
	static const struct {
		const char *option, *sent;
		bool is_taken;
	} cases[] = {
		{NULL, "addpicture", true},           {NULL, "add picture", true},
		{"addpicture", "addpicture", true},   {"addpicture", "add picture", false},
		{"add picture", "addpicture", false}, {"add picture", "add picture", true},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		OWNED(emulator)
		server = wire_start((struct emulator_options){.picture_action = cases[i].option});
		add_contact(server);
		OWNED(wire_reply) reply = add_picture(server, cases[i].sent, "1", "GIF89a;", 7);
		wire_assert_has(reply, cases[i].is_taken ? "<result>0</result>" : " type=\"4\">");
		ck_assert_uint_eq(emulator_count_writes(server, "addpicture"),
		                  cases[i].is_taken ? 1 : 0);
	}
}
END_TEST

START_TEST(only_jpeg_gif_and_bmp_are_taken)
{
	OWNED(emulator) server = wire_start((struct emulator_options){0});
	add_contact(server);
	OWNED(wire_reply) png = add_picture(server, "addpicture", "1", "\x89PNG\r\n\x1a\n...", 11);
	wire_assert_has(png, " type=\"2\">");
	OWNED(wire_reply) empty = add_picture(server, "addpicture", "1", "", 0);
	wire_assert_has(empty, " type=\"1\">");
	OWNED(wire_reply) nobody = add_picture(server, "addpicture", "7", "GIF89a;", 7);
	wire_assert_has(nobody, " type=\"2\">");
	ck_assert_uint_eq(emulator_count_writes(server, "addpicture"), 0);
	OWNED(wire_reply) bmp = add_picture(server, "addpicture", "1", "BM....", 6);
	wire_assert_has(bmp, "<result>0</result>");
}
END_TEST

START_TEST(no_picture_is_said_in_three_ways)
{
	static const char *const said[] = {
		[EMULATOR_NO_PICTURE_EMPTY_LIST] = "<result>0</result>",
		[EMULATOR_NO_PICTURE_EMPTY_CONTENT] = "<filename content=\"\"/>",
		[EMULATOR_NO_PICTURE_ERROR] = " type=\"100\">",
	};
	for (int way = 0; way < 3; way++) {
		OWNED(emulator)
		server = wire_start(
			(struct emulator_options){.no_picture = (enum emulator_no_picture)way});
		add_contact(server);
		OWNED(wire_reply) got = get_picture(server);
		wire_assert_has(got, said[way]);
		ck_assert_int_eq(strstr(got->body, "<filename") != NULL,
		                 way == EMULATOR_NO_PICTURE_EMPTY_CONTENT);
	}
}
END_TEST

START_TEST(quirks_lose_an_end_tag_and_repeat_a_document)
{
	OWNED(emulator) server = wire_start((struct emulator_options){.quirks = true});
	add_contact(server);
	OWNED(wire_reply)
	list = wire_call(server, CONTACTS, "action", "findcontactlist", "search", "a", NULL);
	wire_assert_has(list, "<command-list>");
	wire_assert_lacks(list, "</command-list>");
	wire_assert_has(list, "</xpage>");
	OWNED(wire_reply)
	contact = wire_call(server, CONTACTS, "action", "getcontact", "cid", "1", NULL);
	wire_assert_has(contact, "</xpage><?xml version=\"1.0\"");
	g_auto(GStrv) documents = g_strsplit(contact->body, "<xpage", -1);
	ck_assert_uint_eq(g_strv_length(documents), 3);
}
END_TEST

static const struct {
	const char *path, *action, *name, *value;
} reads[] = {
	{CONTACTS, "findcontactlist", "search", "l"},
	{CONTACTS, "findcontactlist", "search", "t"},
	{CONTACTS, "getcontact", "cid", "1"},
	{CONTACTS, "getcontact", "cid", "3"},
	{CONTACTS, "getcontact", "cid", "11"},
	{CONTACTS, "getpicture", "cid", "1"},
	{CONTACTS, "getpicture", "cid", "2"},
	{CONTACTS, "getcontact", "cid", "99"},
	{CONTACTS, "<&\">", "cid", "1"},
	{CALENDAR, "addevent", "title", "A"},
	{MESSAGES, "getPersonalMessages", "infos", "NoSMS,EmailsLastNDetailed"},
	{MESSAGES, "getPersonalMessages", "infos", "x"},
	{PROFILE, "getPersonalRichProfile", "infos", "Firstname,HomeAddress"},
};

START_TEST(without_quirks_every_reply_is_well_formed)
{
	OWNED(emulator)
	server = wire_start((struct emulator_options){.demo = true, .withheld_profile = "Gender"});
	for (size_t i = 0; i < G_N_ELEMENTS(reads); i++) {
		g_autoptr(GError) error = NULL;
		OWNED(wire_reply)
		reply = wire_call(server, reads[i].path, "action", reads[i].action, reads[i].name,
		                  reads[i].value, NULL);
		ck_assert_msg(wire_is_well_formed(reply, &error), "%s: %s", reads[i].action,
		              error == NULL ? "" : error->message);
	}
}
END_TEST

START_TEST(quirks_make_two_replies_malformed)
{
	OWNED(emulator)
	server = wire_start((struct emulator_options){.demo = true, .quirks = true});
	OWNED(wire_reply)
	list = wire_call(server, CONTACTS, "action", "findcontactlist", "search", "l", NULL);
	ck_assert(!wire_is_well_formed(list, NULL));
	OWNED(wire_reply)
	mails = wire_call(server, MESSAGES, "action", "getPersonalMessages", "infos",
	                  "EmailsLastNDetailed", NULL);
	ck_assert(!wire_is_well_formed(mails, NULL));
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		a_picture_comes_back_byte_for_byte,
		quirks_fold_the_base64_and_call_everything_gif,
		the_action_has_two_spellings_unless_one_is_chosen,
		only_jpeg_gif_and_bmp_are_taken,
		no_picture_is_said_in_three_ways,
		quirks_lose_an_end_tag_and_repeat_a_document,
		without_quirks_every_reply_is_well_formed,
		quirks_make_two_replies_malformed,
	};
	return wire_run("pictures", tests, G_N_ELEMENTS(tests));
}
