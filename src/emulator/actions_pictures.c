/* SPDX-License-Identifier: MIT */
/* Personal Contacts API: getpicture, addpicture. */
#include "emulator/actions.h"

#include "base/limits.h"

#include <string.h>

#define BASE64_LINE 54 /* about as long as the folded lines of the sample */

/* As in the sample: lines, and here and there a blank inside a line. */
static char *folded_base64(const char *base64)
{
	GString *folded = g_string_new(NULL);
	for (gsize i = 0; base64[i] != '\0'; i++) {
		if (i > 0 && i % BASE64_LINE == 0) {
			g_string_append_c(folded, '\n');
		} else if (i % 149 == 75) {
			g_string_append_c(folded, ' ');
		}
		g_string_append_c(folded, base64[i]);
	}
	return g_string_free(folded, FALSE);
}

/* typeImage says gif in the sample, and the data is a JPEG. */
static const char *image_word(const struct call *call, GBytes *picture)
{
	gsize size;
	const void *data = g_bytes_get_data(picture, &size);
	const char *type = emu_picture_type(data, size);
	if (call->emulator->options.quirks || type == NULL) {
		return "gif";
	}
	return type + strlen("image/");
}

static void write_picture(const struct call *call, struct xml_writer *writer,
                          const struct contact *contact)
{
	gsize size;
	const guchar *data = g_bytes_get_data(contact->picture, &size);
	g_autofree char *plain = g_base64_encode(data, size);
	g_autofree char *content =
		call->emulator->options.quirks ? folded_base64(plain) : g_strdup(plain);
	g_autofree char *id = g_strdup_printf("%u", contact->picture_id);
	emu_xml_leaf(writer, "filename", NULL, "content", content, "display", "false", "id", id,
	             "info-type", "perso", "order", "1", "subtype", "picture", "type", "media",
	             NULL);
	emu_xml_leaf(writer, "typeImage", image_word(call, contact->picture), NULL);
}

static struct reply *perform_getpicture(struct call *call)
{
	struct reply *reply;
	const struct contact *contact = emu_call_find_contact(call, &reply);
	if (contact == NULL) {
		return reply;
	}
	enum emulator_no_picture absence = call->emulator->options.no_picture;
	if (contact->picture == NULL && absence == EMULATOR_NO_PICTURE_ERROR) {
		return emu_call_refuse(call, 100, "data not found");
	}
	struct xml_writer writer;
	reply = emu_command_begin(&writer, "ctcgetmedialist", "aaa");
	emu_xml_open(&writer, "data-list", NULL);
	if (contact->picture != NULL) {
		write_picture(call, &writer, contact);
	} else if (absence == EMULATOR_NO_PICTURE_EMPTY_CONTENT) {
		emu_xml_leaf(&writer, "filename", NULL, "content", "", NULL);
	}
	emu_xml_close(&writer);
	emu_xml_leaf_number(&writer, "result", 0);
	emu_xml_close(&writer);
	emu_xml_close(&writer);
	emu_xml_leaf(&writer, "parameter-list", NULL, NULL);
	emu_xml_end(&writer);
	return reply;
}

static struct reply *perform_addpicture(struct call *call)
{
	struct reply *reply;
	struct contact *contact = emu_call_find_contact(call, &reply);
	if (contact == NULL) {
		return reply;
	}
	const GByteArray *file = call->request->file;
	if (file == NULL || file->len == 0) {
		return emu_call_refuse(call, 1, "'file' is missing.");
	}
	if (call->request->is_too_large || file->len > LIMIT_PICTURE_BYTES ||
	    emu_picture_type(file->data, file->len) == NULL) {
		return emu_call_refuse_parameter(call, "file");
	}
	g_autoptr(GBytes) picture = g_bytes_new(file->data, file->len);
	emu_store_set_picture(call->emulator->store, contact, picture);
	g_autofree char *id = g_strdup_printf("%u", contact->picture_id);
	emu_call_note_write(call, id);
	struct xml_writer writer;
	reply = emu_command_begin(&writer, "ctcaddmedia", "g10");
	emu_xml_leaf_number(&writer, "result", 0);
	emu_xml_end(&writer);
	return reply;
}

static const struct parameter_rule cid_rules[] = {
	{"cid", NEED_VALUE, NULL},
	{NULL, NEED_NOT, NULL},
};

const struct action emu_pictures_actions[] = {
	{.name = "getpicture",
         .api = API_CONTACTS,
         .family = "contact",
         .attribute = "see",
         .rules = cid_rules,
         .perform = perform_getpicture},
	{.name = "addpicture",
         .api = API_CONTACTS,
         .family = "contact",
         .attribute = "add",
         .rules = cid_rules,
         .perform = perform_addpicture,
         .is_post = true},
	{.name = NULL},
};
