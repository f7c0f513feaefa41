/* SPDX-License-Identifier: MIT */
/* Any bytes as the header of a mail: what is shown of it is one clean line within its bound, and
 * reads the same when it is read again. */
#include "formats/mail_header.h"

#include <string.h>

#include "base/text.h"
#include "fuzz/fuzz.h"

#define LIMIT 200

const guint fuzz_passes = 3;

static void check_line(char *(*read)(const char *value, gsize limit), const char *value)
{
	g_autofree char *line = read(value, LIMIT);
	if (line == NULL) {
		return;
	}
	g_assert(line[0] != '\0' && strlen(line) <= LIMIT && g_utf8_validate(line, -1, NULL));
	for (const char *at = line; *at != '\0'; at = g_utf8_next_char(at)) {
		g_assert(!g_unichar_iscntrl(g_utf8_get_char(at)));
	}
	g_autofree char *again = text_line(line, LIMIT);
	g_assert(g_strcmp0(again, line) == 0);
}

static void check_date(const char *value)
{
	const gint64 date = mail_header_date(value);
	g_assert(date > -G_GINT64_CONSTANT(70000000000) && date < G_GINT64_CONSTANT(260000000000));
}

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
	static const char *const names[] = {"From", "Subject", "Date"};
	for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
		g_autofree char *value = mail_header_field((const char *)data, size, names[i]);
		if (value != NULL) {
			g_assert(strlen(value) <= MAIL_HEADER_BYTES);
			g_assert(strpbrk(value, "\r\n") == NULL);
			check_line(mail_header_text, value);
			check_line(mail_header_person, value);
			check_date(value);
		}
	}
	g_autofree char *whole = g_strndup((const char *)data, size);
	check_line(mail_header_text, whole);
	check_line(mail_header_person, whole);
	check_date(whole);
	return 0;
}
