/* SPDX-License-Identifier: MIT */
/* ADR lines to and from postal addresses (RFC 6350, 6.3.1). */
#include "formats/vcard_parts.h"

#define COMPONENTS 7

struct postal_address *vcard_line_address(const struct content_line *line, const char *text)
{
	g_auto(GStrv) parts = content_value_split(text, ';');
	OWNED(postal_address) address = postal_address_new();
	char **const fields[COMPONENTS] = {
		&address->po_box, &address->extended,    &address->street, &address->city,
		&address->region, &address->postal_code, &address->country};
	bool has_text = false;
	for (guint i = 0; i < COMPONENTS; i++) {
		*fields[i] = vcard_component(parts, i);
		has_text = has_text || *fields[i];
	}
	address->info = content_line_has_type(line, "HOME")   ? INFO_HOME
	                : content_line_has_type(line, "WORK") ? INFO_WORK
	                                                      : INFO_UNKNOWN;
	return has_text ? g_steal_pointer(&address) : NULL;
}

char *vcard_address_line(const struct postal_address *address, unsigned major)
{
	static const char *const heads[][3] = {
		[INFO_UNKNOWN] = {"ADR:", "ADR:", "ADR:"},
		[INFO_HOME] = {"ADR;HOME:", "ADR;TYPE=HOME:", "ADR;TYPE=home:"},
		[INFO_WORK] = {"ADR;WORK:", "ADR;TYPE=WORK:", "ADR;TYPE=work:"},
	};
	const char *const parts[COMPONENTS] = {
		address->po_box, address->extended,    address->street, address->city,
		address->region, address->postal_code, address->country};
	GString *line = g_string_new(heads[address->info][major - 2]);
	for (gsize i = 0; i < COMPONENTS; i++) {
		if (i > 0) {
			g_string_append_c(line, ';');
		}
		content_text_append_escaped(line, parts[i] ? parts[i] : "");
	}
	return g_string_free(line, FALSE);
}
