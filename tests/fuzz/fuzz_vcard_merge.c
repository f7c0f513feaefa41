/* SPDX-License-Identifier: MIT */
/* A merge into any card: nothing changes without a change, a change keeps a readable card and every
 * foreign line, and settles at once. A second card of the input is the change. */
#include <string.h>

#include "formats/content_line.h"
#include "formats/vcard.h"
#include "fuzz/fuzz.h"

const guint fuzz_passes = 8;

/* The lines that no merge concerns, those of further cards and those that are no property included:
 * byte for byte, but that the last one of a file may be given its line end. */
static GPtrArray *foreign_lines(const char *text)
{
	static const char *const merged[] = {"FN",    "N",    "NICKNAME", "ORG",       "TITLE",
	                                     "ROLE",  "BDAY", "TEL",      "URL",       "EMAIL",
	                                     "PHOTO", "NOTE", "ADR",      "X-ABLABEL", NULL};
	g_autoptr(GPtrArray) lines = content_lines_read(text, strlen(text), NULL);
	GPtrArray *foreign = g_ptr_array_new_with_free_func(g_free);
	for (guint i = 0; lines && i < lines->len; i++) {
		const struct content_line *line = g_ptr_array_index(lines, i);
		if (!g_strv_contains(merged, line->name)) {
			gsize length = line->length;
			const char *bytes = text + line->offset;
			while (bytes[length - 1] == '\r' || bytes[length - 1] == '\n') {
				length--;
			}
			g_ptr_array_add(foreign, g_strndup(bytes, length));
		}
	}
	return foreign;
}

static bool are_same(GPtrArray *before, GPtrArray *after)
{
	bool is_same = before->len == after->len;
	for (guint i = 0; is_same && i < after->len; i++) {
		is_same = strcmp(before->pdata[i], after->pdata[i]) == 0;
	}
	return is_same;
}

static void check_foreign_lines(const char *mine, const char *card)
{
	g_autoptr(GPtrArray) before = foreign_lines(mine);
	g_autoptr(GPtrArray) after = foreign_lines(card);
	if (!are_same(before, after)) { /* what is no UTF-8 becomes UTF-8 as a whole */
		g_assert(!g_utf8_validate(mine, -1, NULL) && g_utf8_validate(card, -1, NULL));
		g_autofree char *text = vcard_to_utf8(mine, strlen(mine));
		g_autoptr(GPtrArray) converted = foreign_lines(text);
		g_assert(before->len == after->len && are_same(converted, after));
	}
}

static struct contact *changed(const struct contact *base)
{
	struct contact *theirs = contact_copy(base);
	char **const fields[] = {&theirs->family, &theirs->company, &theirs->function,
	                         &theirs->nickname};
	for (gsize i = 0; i < G_N_ELEMENTS(fields); i++) {
		g_free(*fields[i]);
		*fields[i] = g_strdup("N\xc3\xa9o; \\ END:VCARD,");
	}
	if (theirs->devices->len > 1) {
		g_ptr_array_remove_index(theirs->devices, 0);
		((struct device *)g_ptr_array_index(theirs->devices, 0))->info = INFO_WORK;
	}
	contact_add_device(theirs, device_new(DEVICE_PHONE, DEVICE_FAX, INFO_HOME, "+33 12"));
	g_clear_pointer(&theirs->picture, g_bytes_unref);
	theirs->picture = g_bytes_new_static("GIF89a.", 7);
	return theirs;
}

/* The card with the difference carried into it. */
static char *merged(const char *mine, const struct contact *base, const struct contact *theirs)
{
	g_autoptr(GPtrArray) conflicts = g_ptr_array_new_with_free_func(g_free);
	char *card = vcard_merge(mine, base, theirs, conflicts, NULL);
	g_assert(card);
	if (strcmp(mine, card) != 0) {
		check_foreign_lines(mine, card);
	}
	for (guint i = 0; i < conflicts->len; i++) {
		g_assert(*(const char *)g_ptr_array_index(conflicts, i) != '\0');
	}
	return card;
}

static void check_change(const char *mine, const struct contact *base)
{
	OWNED(contact) theirs = changed(base);
	g_autofree char *card = merged(mine, base, theirs);
	OWNED(contact) result = vcard_read(card, strlen(card), NULL, NULL);
	g_assert(result);
	g_assert(g_strcmp0(result->family, theirs->family) == 0);
	g_assert(g_strcmp0(result->company, theirs->company) == 0);
	g_clear_pointer(&result, contact_free);
	g_autofree char *settled = merged(card, theirs, theirs);
	g_assert(strcmp(settled, card) == 0);
}

static void check_other(const char *mine, const struct contact *base, const char *other)
{
	OWNED(contact) theirs = vcard_read(other, strlen(other), NULL, NULL);
	if (theirs) {
		g_autofree char *card = merged(mine, base, theirs);
		OWNED(contact) result = vcard_read(card, strlen(card), NULL, NULL);
		g_assert(result);
	}
}

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
	g_autoptr(GPtrArray) cards = vcard_split(data, size, NULL);
	const char *other = cards && cards->len > 1 ? g_ptr_array_index(cards, 1) : NULL;
	g_autofree char *mine =
		other ? g_strdup(g_ptr_array_index(cards, 0)) : g_strndup((const char *)data, size);
	OWNED(contact) base = vcard_read(mine, strlen(mine), NULL, NULL);
	if (!base) {
		return 0;
	}
	g_autofree char *same = merged(mine, base, base);
	g_assert(strcmp(same, mine) == 0);
	check_change(mine, base);
	if (other) {
		check_other(mine, base, other);
		check_other(mine, NULL, other);
	}
	return 0;
}
