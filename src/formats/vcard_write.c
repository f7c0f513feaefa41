/* SPDX-License-Identifier: MIT */
/* A contact as a whole vCard 3.0 (RFC 2426) or 4.0 (RFC 6350). */
#include "formats/vcard.h"

#include "formats/vcard_parts.h"

static void append_text(GString *out, const char *head, const char *text)
{
	if (text) {
		g_autoptr(GString) line = g_string_new(head);
		content_text_append_escaped(line, text);
		content_line_append_folded(out, line->str);
	}
}

/* Components with semicolons between them; NULL is an empty one. */
static void append_structured(GString *out, const char *head, const char *const *parts, gsize count)
{
	g_autoptr(GString) line = g_string_new(head);
	for (gsize i = 0; i < count; i++) {
		if (i > 0) {
			g_string_append_c(line, ';');
		}
		content_text_append_escaped(line, parts[i] ? parts[i] : "");
	}
	content_line_append_folded(out, line->str);
}

static void append_name(GString *out, const struct contact *contact)
{
	const char *const parts[] = {contact->family, contact->given, contact->additional,
	                             contact->prefix ? contact->prefix
	                                             : vcard_civility_word(contact->civility),
	                             contact->suffix};
	append_structured(out, "N:", parts, G_N_ELEMENTS(parts));
}

static void append_organization(GString *out, const struct contact *contact)
{
	const char *const parts[] = {contact->company, contact->department};
	if (contact->company || contact->department) {
		append_structured(out, "ORG:", parts, contact->department ? 2 : 1);
	}
}

static void append_birthday(GString *out, const struct contact *contact, unsigned major)
{
	if (contact->birthday) {
		g_autofree char *date = vcard_birthday_write(contact->birthday, major);
		append_text(out, "BDAY:", date);
	} else {
		append_text(out, "BDAY;VALUE=text:", contact->birthday_text);
	}
}

static void append_photo(GString *out, const struct contact *contact, unsigned major)
{
	if (contact->picture) {
		g_autofree char *line = vcard_photo_line(contact->picture, major);
		content_line_append_folded(out, line);
	}
	append_text(out, "PHOTO;VALUE=uri:", contact->picture_url);
}

char *vcard_write(const struct contact *contact, unsigned major)
{
	g_assert(major == 3 || major == 4);
	GString *out = g_string_new("BEGIN:VCARD\r\n");
	g_string_append(out, major == 3 ? "VERSION:3.0\r\n" : "VERSION:4.0\r\n");
	g_string_append(out, "PRODID:-//passerelle//EN\r\n");
	append_text(out, "UID:", contact->uid);
	g_autofree char *name = contact_display_name(contact);
	append_text(out, "FN:", name);
	append_name(out, contact);
	append_text(out, "NICKNAME:", contact->nickname);
	append_organization(out, contact);
	append_text(out, "TITLE:", contact->function);
	append_birthday(out, contact, major);
	for (guint i = 0; i < contact->devices->len; i++) {
		g_autofree char *line =
			vcard_device_line(g_ptr_array_index(contact->devices, i), major);
		content_line_append_folded(out, line);
	}
	for (guint i = 0; i < contact->addresses->len; i++) {
		g_autofree char *line =
			vcard_address_line(g_ptr_array_index(contact->addresses, i), major);
		content_line_append_folded(out, line);
	}
	append_photo(out, contact, major);
	append_text(out, "NOTE:", contact->note);
	append_text(out, major == 3 ? "X-ADDRESSBOOKSERVER-KIND:" : "KIND:", contact->kind);
	append_text(out, "REV:", contact->revision);
	g_string_append(out, "END:VCARD\r\n");
	return g_string_free(out, FALSE);
}
