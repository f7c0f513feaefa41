/* SPDX-License-Identifier: MIT */
/* Cards that others wrote, against what other readers see in them, wherever those agree. Skipped
 * where the corpora are absent. */
#include "formats/vcard.h"

#include <check.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "corpora.h"
#include "formats/vcard_parts.h"

/* Where we differ from both, and why. */
static const struct {
	const char *file, *field, *reason;
} known_differences[] = {
	{"rcmcarddav__EmptyFN.vcf", "FN", "an empty FN is made from N, as a missing one"},
	{"rcmcarddav__EmptyFNEmail.vcf", "FN", "an empty FN is made from the first e-mail"},
	{"ical4j-vcard__4b62872a-849-0.vcf", "FN", "an empty FN is made from N"},
	{"ruby-vobject__example1.vcf", "EMAIL", "lines between BEGIN:PROFILE and END are kept"},
};

static struct {
	unsigned fields, agreed, known;
} score;

static char *corpora_path(const char *folder, const char *name)
{
	return g_build_filename(corpora_root(), folder, name, NULL);
}

/* A string, the first of a list, or "". */
static char *first_text(const json_t *value)
{
	while (json_is_array(value)) {
		value = json_array_get(value, 0);
	}
	const char *text = json_string_value(value);
	g_auto(GStrv) pieces =
		g_strsplit(text ? text : "", "\r", -1); /* CRLF is a line break too */
	return g_strstrip(g_strjoinv("", pieces));
}

static bool is_known(const char *file, const char *field)
{
	for (gsize i = 0; i < G_N_ELEMENTS(known_differences); i++) {
		if (strcmp(known_differences[i].file, file) == 0 &&
		    strcmp(known_differences[i].field, field) == 0) {
			return true;
		}
	}
	return false;
}

/* Counts one field on which the references agree. */
static void compare(const char *file, const char *field, const char *expected, const char *ours)
{
	score.fields++;
	if (strcmp(expected, ours ? ours : "") == 0) {
		score.agreed++;
	} else if (is_known(file, field)) {
		score.known++;
	} else {
		printf("%s: %s: expected \"%s\", read \"%s\"\n", file, field, expected,
		       ours ? ours : "");
	}
}

static void compare_text(const char *file, const char *field, const json_t *left,
                         const json_t *right, const char *ours)
{
	g_autofree char *a = first_text(left);
	g_autofree char *b = first_text(right);
	if (strcmp(a, b) == 0) {
		g_autofree char *stripped = g_strstrip(g_strdup(ours ? ours : ""));
		compare(file, field, a, stripped);
	}
}

/* The keys of all values, each once, in order. */
static char *expected_keys(const json_t *list, enum device_type type)
{
	GString *keys = g_string_new(NULL);
	g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	size_t index;
	json_t *entry;
	json_array_foreach(list, index, entry)
	{
		g_autofree char *value = first_text(json_object_get(entry, "value"));
		OWNED(device) device = device_new(type, DEVICE_VOICE, INFO_UNKNOWN, value);
		char *key = device_key(device);
		g_autofree char *copy = g_strdup(key);
		if (*value && g_hash_table_add(seen, key)) {
			g_string_append_printf(keys, "%s ", copy);
		} else if (!*value) {
			g_free(key);
		}
	}
	return g_string_free(keys, FALSE);
}

static char *our_keys(const struct contact *contact, enum device_type type)
{
	GString *keys = g_string_new(NULL);
	for (guint i = 0; i < contact->devices->len; i++) {
		const struct device *device = g_ptr_array_index(contact->devices, i);
		if (device->type == type) {
			g_autofree char *key = device_key(device);
			g_string_append_printf(keys, "%s ", key);
		}
	}
	return g_string_free(keys, FALSE);
}

static void compare_devices(const char *file, const struct contact *contact, const json_t *left,
                            const json_t *right)
{
	static const char *const names[] = {
		[DEVICE_EMAIL] = "EMAIL", [DEVICE_PHONE] = "TEL", [DEVICE_URL] = "URL"};
	for (guint type = 0; type < G_N_ELEMENTS(names); type++) {
		g_autofree char *a = expected_keys(json_object_get(left, names[type]), type);
		g_autofree char *b = expected_keys(json_object_get(right, names[type]), type);
		if (strcmp(a, b) == 0) {
			g_autofree char *ours = our_keys(contact, type);
			compare(file, names[type], a, ours);
		}
	}
}

static void compare_name(const char *file, const struct contact *contact, const json_t *left,
                         const json_t *right)
{
	const json_t *text_vcard = json_array_get(json_object_get(left, "N"), 0);
	const json_t *vobject = json_array_get(json_object_get(right, "N"), 0);
	const struct {
		const char *left, *right, *ours;
	} rows[] = {
		{"family", "family", contact->family},
		{"given", "given", contact->given},
		{"middle", "additional", contact->additional},
		{"prefixes", "prefix", contact->prefix},
		{"suffixes", "suffix", contact->suffix},
	};
	for (gsize i = 0; text_vcard && vobject && i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *field = g_strconcat("N ", rows[i].left, NULL);
		compare_text(file, field, json_object_get(text_vcard, rows[i].left),
		             json_object_get(vobject, rows[i].right), rows[i].ours);
	}
}

static void compare_birthday(const char *file, const struct contact *contact, const json_t *left,
                             const json_t *right)
{
	g_autofree char *a = first_text(json_object_get(left, "BDAY"));
	g_autofree char *b = first_text(json_object_get(right, "BDAY"));
	if (strcmp(a, b) == 0) {
		g_autofree char *date = vcard_birthday_read(a);
		compare(file, "BDAY", date && contact->birthday ? date : a,
		        contact->birthday ? contact->birthday : contact->birthday_text);
	}
}

static void compare_picture(const char *file, const struct contact *contact, const json_t *left,
                            const json_t *right)
{
	const json_t *a =
		json_object_get(json_array_get(json_object_get(left, "PHOTO"), 0), "sha256");
	const json_t *b =
		json_object_get(json_array_get(json_object_get(right, "PHOTO"), 0), "sha256");
	if (a && b && json_equal(a, b)) {
		g_autofree char *ours =
			contact->picture
				? g_compute_checksum_for_bytes(G_CHECKSUM_SHA256, contact->picture)
				: NULL;
		compare(file, "PHOTO", json_string_value(a), ours);
	}
}

static void compare_organization(const char *file, const struct contact *contact,
                                 const json_t *left, const json_t *right)
{
	const json_t *a = json_object_get(json_array_get(json_object_get(left, "ORG"), 0), "name");
	const json_t *b = json_array_get(json_object_get(right, "ORG"), 0);
	compare_text(file, "ORG", a, b, contact->company);
}

static void compare_card(const char *file, const struct contact *contact, const json_t *left,
                         const json_t *right)
{
	const struct {
		const char *name, *ours;
	} texts[] = {
		{"FN", contact->full_name},
		{"TITLE", contact->function},
		{"UID", contact->uid},
		{"NOTE", contact->note},
	};
	for (gsize i = 0; i < G_N_ELEMENTS(texts); i++) {
		const json_t *a = json_object_get(left, texts[i].name);
		if (json_array_size(a) > 0) {
			compare_text(file, texts[i].name, a, json_object_get(right, texts[i].name),
			             texts[i].ours);
		}
	}
	compare_name(file, contact, left, right);
	compare_devices(file, contact, left, right);
	compare_birthday(file, contact, left, right);
	compare_picture(file, contact, left, right);
	compare_organization(file, contact, left, right);
}

static const json_t *cards_of(const json_t *expected, const char *reference)
{
	return json_object_get(json_object_get(json_object_get(expected, "references"), reference),
	                       "cards");
}

static void check_file(const char *name)
{
	g_autofree char *path = corpora_path("vcard", name);
	g_autofree char *expected_name = g_strconcat(name, ".json", NULL);
	g_autofree char *expected_path = corpora_path("expected", expected_name);
	g_autofree char *text = NULL;
	gsize size = 0;
	ck_assert(g_file_get_contents(path, &text, &size, NULL));
	json_t *expected = json_load_file(expected_path, 0, NULL);
	ck_assert_msg(expected != NULL, "no %s", expected_path);
	const json_t *left = cards_of(expected, "text_vcard");
	const json_t *right = cards_of(expected, "vobject");
	g_autoptr(GPtrArray) cards = vcard_split(text, size, NULL);
	const bool is_read_by_another = json_array_size(left) > 0 || json_array_size(right) > 0;
	ck_assert_msg(cards != NULL || !is_read_by_another, "%s: not read", name);
	for (guint i = 0; cards && i < cards->len; i++) {
		const char *card = g_ptr_array_index(cards, i);
		g_autoptr(GError) error = NULL;
		OWNED(contact) contact = vcard_read(card, strlen(card), NULL, &error);
		ck_assert_msg(contact != NULL, "%s: card %u: %s", name, i,
		              error ? error->message : "");
		if (json_array_size(left) == cards->len && json_array_size(right) == cards->len) {
			compare_card(name, contact, json_array_get(left, i),
			             json_array_get(right, i));
		}
	}
	json_decref(expected);
}

START_TEST(we_read_what_the_references_agree_on)
{
	g_autofree char *folder = corpora_path("vcard", NULL);
	GDir *files = g_dir_open(folder, 0, NULL);
	if (!files) {
		printf("skipped: no corpora\n");
		return;
	}
	const char *name;
	while ((name = g_dir_read_name(files))) {
		check_file(name);
	}
	g_dir_close(files);
	printf("%u of %u fields as the references agree, %u more differ for a written reason\n",
	       score.agreed, score.fields, score.known);
	ck_assert_uint_gt(score.fields, 1000);
	ck_assert_uint_ge(score.agreed * 100, score.fields * 99);
	ck_assert_uint_eq(score.agreed + score.known, score.fields);
}
END_TEST

int main(void)
{
	TCase *cases = tcase_create("vcard_corpora");
	tcase_set_timeout(cases, 120);
	tcase_add_test(cases, we_read_what_the_references_agree_on);
	Suite *suite = suite_create("vcard_corpora");
	suite_add_tcase(suite, cases);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	const int failures = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failures != 0;
}
