/* SPDX-License-Identifier: MIT */
/*
 * Cards that others wrote, through the service and into a fresh folder on
 * another host: the same people come out, and the folder they came from is as
 * it was. Skipped where the corpora are absent.
 */
#include "formats/vcard.h"
#include "remotes/orange/contact_fields.h"
#include "corpora.h"
#include "sync/remote_edits.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SAMPLE 16 /* one file in so many, from a random first one; all in the long form */

static struct {
	guint files, sent, adopted, refused, nameless, unfindable, copies, wrong;
} score;

static char *corpora_folder(void)
{
	return g_build_filename(corpora_root(), "vcard", NULL);
}

/* What the service can hold of a card: no call writes an address, or home or
 * work of a number. */
static char *projected(const char *text, gsize size)
{
	OWNED(contact) whole = vcard_read(text, size, NULL, NULL);
	if (whole == NULL || g_strcmp0(whole->kind, "group") == 0) {
		return NULL;
	}
	OWNED(contact) contact = contact_reduce(whole, NULL, NULL);
	if (contact->family == NULL && contact->given == NULL && contact->nickname == NULL &&
	    contact->company == NULL) {
		score.nameless++;
		return NULL;
	}
	g_ptr_array_set_size(contact->addresses, 0);
	for (guint i = 0; i < contact->devices->len; i++) {
		((struct device *)g_ptr_array_index(contact->devices, i))->info = INFO_UNKNOWN;
	}
	return contact_fingerprint(contact);
}

/* A new host asks by the letters of alphabets: these it tries only once it has seen one of them. */
static bool is_asked_for(const char *name)
{
	static const GUnicodeScript unasked[] = {G_UNICODE_SCRIPT_HAN, G_UNICODE_SCRIPT_HIRAGANA,
	                                         G_UNICODE_SCRIPT_KATAKANA,
	                                         G_UNICODE_SCRIPT_HANGUL};
	const GUnicodeScript script =
		name != NULL ? g_unichar_get_script(g_utf8_get_char(name)) : unasked[0];
	for (gsize i = 0; i < G_N_ELEMENTS(unasked); i++) {
		if (script == unasked[i]) {
			return false;
		}
	}
	return true;
}

/* By first or last name: a nickname or a company alone is found by no search. */
static bool is_findable(const char *text, gsize size)
{
	OWNED(contact) whole = vcard_read(text, size, NULL, NULL);
	OWNED(contact) contact = contact_reduce(whole, NULL, NULL);
	return is_asked_for(contact->family) || is_asked_for(contact->given);
}

/* Another card of the file has its UID: the first one counts, and the other is left alone. */
static bool is_copy(GHashTable *files, const char *name, GBytes *bytes)
{
	OWNED(contact)
	own = vcard_read(g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes), NULL, NULL);
	GHashTableIter iterator;
	gpointer other_name, other_bytes;
	g_hash_table_iter_init(&iterator, files);
	while (own->uid != NULL && g_hash_table_iter_next(&iterator, &other_name, &other_bytes)) {
		OWNED(contact)
		other = vcard_read(g_bytes_get_data(other_bytes, NULL),
		                   g_bytes_get_size(other_bytes), NULL, NULL);
		if (strcmp(other_name, name) < 0 && g_strcmp0(other->uid, own->uid) == 0) {
			return true;
		}
	}
	return false;
}

static void write_bytes(struct bridge *bridge, const char *name, const char *data, gsize size)
{
	g_autofree char *path = g_build_filename(bridge->contacts, name, NULL);
	ck_assert(g_file_set_contents(path, data, (gssize)size, NULL));
}

static GBytes *read_bytes(const struct bridge *bridge, const char *name)
{
	g_autofree char *path = g_build_filename(bridge->contacts, name, NULL);
	char *data = NULL;
	gsize size = 0;
	ck_assert(g_file_get_contents(path, &data, &size, NULL));
	return g_bytes_new_take(data, size);
}

/* A file of one whole card as it is; others as passerelle import cuts them.
 * name -> GBytes. */
static GHashTable *write_cards(struct bridge *bridge, const char *data, gsize size)
{
	GHashTable *files = g_hash_table_new_full(g_str_hash, g_str_equal, g_free,
	                                          (GDestroyNotify)g_bytes_unref);
	g_autoptr(GPtrArray) cards = vcard_split(data, size, NULL);
	g_autoptr(GPtrArray) repairs = g_ptr_array_new_with_free_func(g_free);
	OWNED(contact) first = vcard_read(data, size, repairs, NULL);
	const bool is_whole = !g_ptr_array_find_with_equal_func(repairs, "END:VCARD is missing",
	                                                        g_str_equal, NULL);
	for (guint i = 0; first != NULL && cards != NULL && i < cards->len; i++) {
		const char *card = g_ptr_array_index(cards, i);
		char *name = g_strdup_printf("card-%03u.vcf", i);
		if (cards->len == 1 && is_whole) {
			write_bytes(bridge, name, data, size);
		} else {
			write_bytes(bridge, name, card, strlen(card));
		}
		g_hash_table_insert(files, name, read_bytes(bridge, name));
	}
	return files;
}

/* Another host: a folder and a journal of its own, the same service. */
static void move_to_another_host(struct bridge *bridge)
{
	g_free(bridge->contacts);
	g_free(bridge->journal);
	bridge->contacts = g_build_filename(bridge->root, "fresh", NULL);
	bridge->journal = g_build_filename(bridge->root, "fresh.journal", NULL);
	bridge->settings.account = "other";
}

/* Projected cards of the folder, each as often as it is there. */
static GPtrArray *projected_folder(const struct bridge *bridge)
{
	GPtrArray *all = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GDir) names = g_dir_open(bridge->contacts, 0, NULL);
	const char *name = NULL;
	while (names != NULL && (name = g_dir_read_name(names)) != NULL) {
		if (*name != '.') {
			g_autoptr(GBytes) bytes = read_bytes(bridge, name);
			char *one =
				projected(g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes));
			g_ptr_array_add(all, one != NULL ? one : g_strdup(""));
		}
	}
	return all;
}

/* Was it sent? One that is the same person as another card, or that is too
 * long, is not. */
static bool is_sent(struct bridge *bridge, const char *name)
{
	OWNED(journal) journal = journal_open(bridge->journal, JOURNAL_CREATE, NULL);
	g_autoptr(GPtrArray) records = records_load(journal, ITEM_CONTACT, NULL);
	for (guint i = 0; i < records->len; i++) {
		const struct record *record = g_ptr_array_index(records, i);
		if (g_strcmp0(record->local_ref, name) != 0) {
			continue;
		}
		score.adopted += record->state == RECORD_SAME_AS;
		score.refused += record->state == RECORD_REFUSED;
		return record->state == RECORD_AGREED;
	}
	return false;
}

static void complain(const char *file, const char *card, const char *what)
{
	printf("%s: %s: %s\n", file, card, what);
	fflush(stdout);
	score.wrong++;
}

static void check_folder_is_untouched(const char *file, const struct bridge *bridge,
                                      GHashTable *files)
{
	GHashTableIter iterator;
	gpointer name, bytes;
	g_hash_table_iter_init(&iterator, files);
	while (g_hash_table_iter_next(&iterator, &name, &bytes)) {
		g_autoptr(GBytes) now = read_bytes(bridge, name);
		if (!g_bytes_equal(now, bytes)) {
			complain(file, name, "was rewritten");
		}
	}
}

/* expected: card -> fingerprint */
static void check_another_host(const char *file, struct bridge *bridge, GHashTable *expected)
{
	move_to_another_host(bridge);
	sync_once(bridge);
	g_autoptr(GPtrArray) fresh = projected_folder(bridge);
	GHashTableIter iterator;
	gpointer name, fingerprint;
	g_hash_table_iter_init(&iterator, expected);
	while (g_hash_table_iter_next(&iterator, &name, &fingerprint)) {
		guint index = 0;
		if (g_ptr_array_find_with_equal_func(fresh, fingerprint, g_str_equal, &index)) {
			g_ptr_array_remove_index(fresh, index);
			score.sent++;
		} else {
			complain(file, name, "came out as another");
		}
	}
}

static void check_file(const char *folder, const char *file)
{
	g_autofree char *path = g_build_filename(folder, file, NULL);
	g_autofree char *data = NULL;
	gsize size = 0;
	ck_assert(g_file_get_contents(path, &data, &size, NULL));
	struct bridge *bridge = bridge_new(BRIDGE_ORANGE, NULL);
	g_autoptr(GHashTable) files = write_cards(bridge, data, size);
	g_autoptr(GHashTable) expected =
		g_hash_table_new_full(g_str_hash, g_str_equal, NULL, g_free);
	sync_once(bridge);
	sync_once(bridge);
	check_folder_is_untouched(file, bridge, files);
	GHashTableIter iterator;
	gpointer name, bytes;
	g_hash_table_iter_init(&iterator, files);
	while (g_hash_table_iter_next(&iterator, &name, &bytes)) {
		char *one = projected(g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes));
		const guint before = score.adopted + score.refused;
		if (one == NULL) {
			continue;
		}
		if (is_copy(files, name, bytes)) {
			score.copies++;
		} else if (!is_sent(bridge, name)) {
			if (score.adopted + score.refused == before) {
				complain(file, name, "was not sent");
			}
		} else if (!is_findable(g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes))) {
			score.unfindable++;
		} else {
			g_hash_table_insert(expected, name, g_steal_pointer(&one));
		}
		g_free(one);
	}
	check_another_host(file, bridge, expected);
	score.files++;
	bridge_free(bridge);
}

static guint32 seed_of_run(void)
{
	const char *given = g_getenv("PASSERELLE_SEED");
	return given ? (guint32)strtoul(given, NULL, 10) : g_random_int();
}

static gint by_name(gconstpointer left, gconstpointer right)
{
	return strcmp(*(const char *const *)left, *(const char *const *)right);
}

START_TEST(every_card_comes_out_on_another_host_as_it_went_in)
{
	g_autofree char *folder = corpora_folder();
	GDir *names = g_dir_open(folder, 0, NULL);
	if (!names) {
		printf("skipped: no corpora\n");
		return;
	}
	const guint32 seed = seed_of_run();
	const guint step = g_getenv("PASSERELLE_LONG") ? 1 : SAMPLE;
	printf("seed %u, every %u. file\n", seed, step);
	fflush(stdout);
	g_autoptr(GPtrArray) sorted = g_ptr_array_new_with_free_func(g_free);
	for (const char *name = g_dir_read_name(names); name; name = g_dir_read_name(names)) {
		g_ptr_array_add(sorted, g_strdup(name));
	}
	g_dir_close(names);
	g_ptr_array_sort(sorted, by_name);
	for (guint i = seed % step; i < sorted->len; i += step) {
		check_file(folder, g_ptr_array_index(sorted, i));
	}
	printf("%u files: %u cards came out as they went in; not looked for: %u without any name, "
	       "%u that no search of a new host finds, %u copies of a UID, %u the same person as "
	       "another, %u too long\n",
	       score.files, score.sent, score.nameless, score.unfindable, score.copies,
	       score.adopted, score.refused);
	ck_assert_uint_gt(score.sent, score.files / 2);
	ck_assert_uint_eq(score.wrong, 0);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("corpora");
	TCase *tests = tcase_create("corpora");
	tcase_set_timeout(tests, 7200);
	tcase_add_test(tests, every_card_comes_out_on_another_host_as_it_went_in);
	suite_add_tcase(suite, tests);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	const int failures = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failures == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
