/* SPDX-License-Identifier: MIT */
/* Properties of the merge on random cards, and on cards that others wrote. */
#include "formats/vcard.h"

#include <check.h>
#include <stdio.h>

#include "corpora.h"
#include "formats/random_contact.h"

enum change {
	CHANGE_FAMILY,
	CHANGE_GIVEN,
	CHANGE_ADDITIONAL,
	CHANGE_SUFFIX,
	CHANGE_PREFIX,
	CHANGE_NICKNAME,
	CHANGE_COMPANY,
	CHANGE_DEPARTMENT,
	CHANGE_FUNCTION,
	CHANGE_NOTE,
	CHANGE_FULL_NAME,
	CHANGE_BIRTHDAY,
	CHANGE_PICTURE,
	RETYPE_DEVICE,
	REMOVE_DEVICE,
	ADD_DEVICE, /* behind the others: they count from the front */
	CHANGE_ADDRESS,
	CHANGES,
};

static void change_text(struct contact *contact, enum change change, GRand *random)
{
	char **const fields[] = {
		[CHANGE_FAMILY] = &contact->family,
		[CHANGE_GIVEN] = &contact->given,
		[CHANGE_ADDITIONAL] = &contact->additional,
		[CHANGE_SUFFIX] = &contact->suffix,
		[CHANGE_NICKNAME] = &contact->nickname,
		[CHANGE_COMPANY] = &contact->company,
		[CHANGE_DEPARTMENT] = &contact->department,
		[CHANGE_FUNCTION] = &contact->function,
		[CHANGE_NOTE] = &contact->note,
		[CHANGE_FULL_NAME] = &contact->full_name,
	};
	g_free(*fields[change]);
	do {
		*fields[change] = random_text(random, change != CHANGE_FULL_NAME);
	} while (change == CHANGE_FULL_NAME && !*fields[change]);
}

/* To one that means another thing: "Mrs" for "Mme" is no change. */
static void change_prefix(struct contact *contact)
{
	g_free(contact->prefix);
	contact->prefix = g_strdup(contact->civility == CIVILITY_MR ? "Mme" : "M.");
	contact->civility = vcard_civility_of_prefix(contact->prefix);
}

static void retype(struct device *device)
{
	device->info = device->info == INFO_WORK ? INFO_HOME : INFO_WORK;
	if (device->type == DEVICE_PHONE) {
		device->subtype = device->subtype == DEVICE_MOBILE ? DEVICE_FAX : DEVICE_MOBILE;
	}
	device->preferred = !device->preferred;
}

static void change_address(struct contact *contact, GRand *random)
{
	if (contact->addresses->len > 0) {
		g_ptr_array_remove_index(contact->addresses, 0);
	}
	struct postal_address *address = random_address(random);
	g_free(address->po_box);
	address->po_box = g_strdup_printf("box %u", g_rand_int(random));
	g_ptr_array_add(contact->addresses, address);
}

/* No number that the card may have already: the other side may remove that. */
static struct device *new_device(GRand *random)
{
	struct device *device = random_device(random);
	if (device->type == DEVICE_PHONE) {
		g_free(device->value);
		device->value = g_strdup_printf("+77%08u", g_rand_int(random) % 100000000);
	}
	return device;
}

/* The same for the same seed, so that it can be made in two contacts. */
static void apply(struct contact *contact, enum change change, guint32 seed)
{
	g_autoptr(GRand) random = g_rand_new_with_seed(seed + (guint32)change * 7919);
	const guint count = contact->devices->len;
	if (change <= CHANGE_FULL_NAME && change != CHANGE_PREFIX) {
		change_text(contact, change, random);
	} else if (change == CHANGE_PREFIX) {
		change_prefix(contact);
	} else if (change == CHANGE_BIRTHDAY) {
		g_clear_pointer(&contact->birthday, g_free);
		g_clear_pointer(&contact->birthday_text, g_free);
		random_birthday(random, contact);
	} else if (change == CHANGE_PICTURE) {
		g_clear_pointer(&contact->picture, g_bytes_unref);
		contact->picture = g_rand_boolean(random) ? g_bytes_new(&seed, sizeof seed) : NULL;
	} else if (change == ADD_DEVICE) {
		contact_add_device(contact, new_device(random));
	} else if (change == RETYPE_DEVICE && count > 0) {
		retype(g_ptr_array_index(contact->devices, 0));
	} else if (change == REMOVE_DEVICE && count > 1) {
		g_ptr_array_remove_index(contact->devices, 1);
	} else if (change == CHANGE_ADDRESS) {
		change_address(contact, random);
	}
}

static int compare_lines(gconstpointer left, gconstpointer right)
{
	return strcmp(*(char *const *)left, *(char *const *)right);
}

/* Order apart: what is added comes behind its own kind. */
static char *sorted_dump(const struct contact *contact)
{
	g_autofree char *dump = contact_dump(contact);
	g_auto(GStrv) lines = g_strsplit(dump, "\n", -1);
	qsort(lines, g_strv_length(lines), sizeof *lines, compare_lines);
	return g_strjoinv("\n", lines);
}

static struct contact *read_text(const char *text)
{
	struct contact *contact = vcard_read(text, strlen(text), NULL, NULL);
	ck_assert_msg(contact != NULL, "not read: %s", text);
	return contact;
}

/* A card as any program may have written it. */
static char *random_card(GRand *random, const struct contact *contact)
{
	static const char *const line_ends[] = {"\n", "\r\n", "\r"};
	g_autofree char *text = vcard_write(contact, g_rand_boolean(random) ? 3 : 4);
	g_autoptr(GString) card = g_string_new(text);
	if (g_rand_int_range(random, 0, 3) == 0) {
		g_string_replace(card, "VERSION:3.0", "VERSION:2.1", 1);
	}
	if (g_rand_boolean(random)) {
		g_string_replace(
			card, "\r\nFN:", "\r\nX-MINE;X-Q=\"a:b\":\\kept;,\r\n  as it is\r\nFN:", 1);
	}
	g_string_replace(card, "\r\n", line_ends[g_rand_int_range(random, 0, 3)], 0);
	return g_string_free(g_steal_pointer(&card), FALSE);
}

static guint rounds(void)
{
	return g_getenv("PASSERELLE_LONG") ? 200000 : 4000;
}

static GRand *seeded(guint32 *seed)
{
	*seed = random_seed();
	printf("seed %u\n", *seed);
	fflush(stdout);
	return g_rand_new_with_seed(*seed);
}

START_TEST(what_did_not_change_there_changes_nothing_here)
{
	guint32 seed;
	g_autoptr(GRand) random = seeded(&seed);
	for (guint round = 0; round < rounds(); round++) {
		OWNED(contact) contact = random_contact(random);
		OWNED(contact) other = random_contact(random);
		g_autofree char *mine = random_card(random, contact);
		g_autoptr(GPtrArray) conflicts = g_ptr_array_new_with_free_func(g_free);
		g_autofree char *merged = vcard_merge(mine, other, other, conflicts, NULL);
		ck_assert_str_eq(merged, mine);
		ck_assert_uint_eq(conflicts->len, 0);
	}
}
END_TEST

START_TEST(changes_of_both_sides_that_do_not_touch_both_survive)
{
	guint32 seed;
	g_autoptr(GRand) random = seeded(&seed);
	for (guint round = 0; round < rounds(); round++) {
		OWNED(contact) contact = random_contact(random);
		if (!contact->full_name) {
			contact->full_name = g_strdup("Somebody"); /* else it follows the names */
		}
		g_autofree char *first = vcard_write(contact, 4);
		OWNED(contact) base = read_text(first);
		OWNED(contact) here = contact_copy(base);
		OWNED(contact) there = contact_copy(base);
		OWNED(contact) expected = contact_copy(base);
		const guint32 change_seed = g_rand_int(random);
		for (int change = 0; change < CHANGES; change++) {
			const int side = g_rand_int_range(random, 0, 4);
			if (side < 2) {
				apply(expected, (enum change)change, change_seed);
				apply(side == 0 ? here : there, (enum change)change, change_seed);
			}
		}
		g_autofree char *mine = random_card(random, here);
		g_autoptr(GPtrArray) conflicts = g_ptr_array_new_with_free_func(g_free);
		g_autofree char *merged = vcard_merge(mine, base, there, conflicts, NULL);
		ck_assert_ptr_nonnull(merged);
		OWNED(contact) result = read_text(merged);
		g_autofree char *want = sorted_dump(expected);
		g_autofree char *got = sorted_dump(result);
		ck_assert_msg(strcmp(want, got) == 0,
		              "seed %u, round %u\nmine\n%s\nmerged\n%s\nwanted\n%s\ngot\n%s", seed,
		              round, mine, merged, want, got);
		ck_assert_msg(conflicts->len == 0, "seed %u, round %u: %s", seed, round,
		              (char *)conflicts->pdata[0]);
		ck_assert(!strstr(mine, "X-MINE") == !strstr(merged, "X-MINE"));
		g_autofree char *again = vcard_merge(merged, there, there, NULL, NULL);
		ck_assert_str_eq(again, merged);
	}
}
END_TEST

/* Lines of other properties, which a merge must not lose. */
static unsigned count_lines(const char *text)
{
	g_autoptr(GPtrArray) lines = content_lines_read(text, strlen(text), NULL);
	ck_assert_ptr_nonnull(lines);
	return lines->len;
}

static void try_card(const char *name, const char *card, GRand *random)
{
	OWNED(contact) base = read_text(card);
	g_autofree char *same = vcard_merge(card, base, base, NULL, NULL);
	ck_assert_str_eq(same, card);
	OWNED(contact) there = contact_copy(base);
	apply(there, CHANGE_FAMILY, g_rand_int(random));
	apply(there, CHANGE_FULL_NAME, g_rand_int(random));
	apply(there, CHANGE_PREFIX, 0);
	apply(there, RETYPE_DEVICE, 0);
	g_free(there->function);
	there->function = g_strdup("Fonction d\xe2\x80\x99\xc3\xa9lite");
	struct device *device =
		device_new(DEVICE_PHONE, DEVICE_FAX, INFO_WORK, "+33 999 999 999 9");
	contact_add_device(there, device);
	g_autoptr(GPtrArray) conflicts = g_ptr_array_new_with_free_func(g_free);
	g_autofree char *merged = vcard_merge(card, base, there, conflicts, NULL);
	ck_assert_ptr_nonnull(merged);
	OWNED(contact) result = read_text(merged);
	g_autofree char *want = sorted_dump(there);
	g_autofree char *got = sorted_dump(result);
	ck_assert_msg(strcmp(want, got) == 0,
	              "%s\nmine\n%.2000s\nmerged\n%.2000s\nwanted\n%.2000s\ngot\n%.2000s", name,
	              card, merged, want, got);
	ck_assert_uint_eq(conflicts->len, 0);
	ck_assert_uint_ge(count_lines(merged) + 1, count_lines(card));
}

START_TEST(cards_of_other_programs_are_merged_and_keep_the_rest)
{
	g_autofree char *folder = g_build_filename(corpora_root(), "vcard", NULL);
	GDir *files = g_dir_open(folder, 0, NULL);
	if (!files) {
		printf("skipped: no corpora\n");
		return;
	}
	g_autoptr(GRand) random = g_rand_new_with_seed(1);
	const char *name;
	while ((name = g_dir_read_name(files))) {
		g_autofree char *path = g_build_filename(folder, name, NULL);
		g_autofree char *text = NULL;
		gsize size = 0;
		ck_assert(g_file_get_contents(path, &text, &size, NULL));
		g_autoptr(GPtrArray) cards = vcard_split(text, size, NULL);
		for (guint i = 0; cards && i < cards->len; i++) {
			try_card(name, g_ptr_array_index(cards, i), random);
		}
	}
	g_dir_close(files);
}
END_TEST

int main(void)
{
	TCase *cases = tcase_create("vcard_merge_random");
	tcase_set_timeout(cases, g_getenv("PASSERELLE_LONG") ? 7200 : 240);
	tcase_add_test(cases, what_did_not_change_there_changes_nothing_here);
	tcase_add_test(cases, changes_of_both_sides_that_do_not_touch_both_survive);
	tcase_add_test(cases, cards_of_other_programs_are_merged_and_keep_the_rest);
	Suite *suite = suite_create("vcard_merge_random");
	suite_add_tcase(suite, cases);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	const int failures = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failures != 0;
}
