/* SPDX-License-Identifier: MIT */
/*
 * rewrite_cards FOLDER FILE…: every card of the files as we write it, for other
 * programs to read: as 3.0, as 4.0, and as the file's own text before and after
 * a change from the service.
 */
#include "base/limits.h"
#include "formats/vcard.h"

#include <stdio.h>
#include <string.h>

static guint count;

/* FILE.INDEX.WAY.vcf */
static bool write_text(const char *folder, const char *source, guint index, const char *way,
                       const char *text)
{
	g_autoptr(GError) error = NULL;
	g_autofree char *base = g_path_get_basename(source);
	g_autofree char *name = g_strdup_printf("%s.%u.%s.vcf", base, index, way);
	g_autofree char *path = g_build_filename(folder, name, NULL);
	count++;
	if (g_file_set_contents(path, text, -1, &error)) {
		return true;
	}
	fprintf(stderr, "%s\n", error->message);
	return false;
}

/* What the service holds of the person, with another company and one more
 * address. */
static char *merged(const char *card, const struct contact *contact)
{
	OWNED(contact) theirs = contact_copy(contact);
	g_free(theirs->company);
	theirs->company = g_strdup("Soci\xc3\xa9t\xc3\xa9, Fr\xc3\xa8res; & Co");
	contact_add_device(
		theirs, device_new(DEVICE_EMAIL, DEVICE_INTERNET, INFO_WORK, "merged@example.org"));
	return vcard_merge(card, contact, theirs, NULL, NULL);
}

static bool rewrite_card(const char *folder, const char *source, guint index, const char *card)
{
	OWNED(contact) contact = vcard_read(card, strlen(card), NULL, NULL);
	if (contact == NULL) {
		return true;
	}
	g_autofree char *own = merged(card, contact);
	g_free(contact->uid); /* each its own: khard takes none without */
	contact->uid = g_strdup_printf("rewritten-%u", count);
	g_autofree char *as_3 = vcard_write(contact, 3);
	g_free(contact->uid);
	contact->uid = g_strdup_printf("rewritten-%u-4", count);
	g_autofree char *as_4 = vcard_write(contact, 4);
	return write_text(folder, source, index, "3", as_3) &&
	       write_text(folder, source, index, "4", as_4) && own != NULL &&
	       write_text(folder, source, index, "own", card) &&
	       write_text(folder, source, index, "merged", own);
}

static bool rewrite_file(const char *folder, const char *path)
{
	g_autoptr(GError) error = NULL;
	g_autofree char *data = NULL;
	gsize size = 0;
	if (!g_file_get_contents(path, &data, &size, &error)) {
		fprintf(stderr, "%s\n", error->message);
		return false;
	}
	g_autoptr(GPtrArray) cards = vcard_split(data, size, NULL);
	for (guint i = 0; cards != NULL && i < cards->len; i++) {
		if (!rewrite_card(folder, path, i, g_ptr_array_index(cards, i))) {
			fprintf(stderr, "%s: card %u cannot be written\n", path, i);
			return false;
		}
	}
	return true;
}

int main(int argc, char **argv)
{
	for (int i = 2; i < argc; i++) {
		if (!rewrite_file(argv[1], argv[i])) {
			return 1;
		}
	}
	printf("%u\n", count);
	return argc < 3;
}
