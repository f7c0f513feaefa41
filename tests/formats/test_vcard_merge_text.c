/* SPDX-License-Identifier: MIT */
/* Two texts of one card, merged property by property. */
#include "formats/vcard.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CARD(lines) "BEGIN:VCARD\r\nVERSION:3.0\r\nUID:u\r\n" lines "END:VCARD\r\n"
#define FN          "FN:Marie Curie\r\n"

static const struct {
	const char *name, *mine, *base, *theirs, *merged;
	const char *conflict; /* NULL = none */
} cases[] = {
	{"nothing changed there", CARD(FN "X-A:1\r\n"), CARD(FN), CARD(FN), CARD(FN "X-A:1\r\n"),
         NULL},
	{"added there", CARD(FN), CARD(FN), CARD(FN "NOTE:n\r\n"), CARD(FN "NOTE:n\r\n"), NULL},
	{"changed there, in its place", CARD("NOTE:a\r\n" FN), CARD(FN "NOTE:a\r\n"),
         CARD(FN "NOTE:b\r\n"), CARD("NOTE:b\r\n" FN), NULL},
	{"removed there", CARD("X-B:2\r\n" FN), CARD("X-B:2\r\n" FN), CARD(FN), CARD(FN), NULL},
	{"removed there, changed here", CARD("X-B:3\r\n" FN), CARD("X-B:2\r\n" FN), CARD(FN),
         CARD("X-B:3\r\n" FN), NULL},
	{"changed there, removed here", CARD(FN), CARD(FN "NOTE:a\r\n"), CARD(FN "NOTE:b\r\n"),
         CARD(FN "NOTE:b\r\n"), NULL},
	{"another property each", CARD("FN:M. Curie\r\n"), CARD(FN), CARD(FN "TEL:1\r\n"),
         CARD("FN:M. Curie\r\nTEL:1\r\n"), NULL},
	{"the same on both sides", CARD(FN "NOTE:b\r\n"), CARD(FN "NOTE:a\r\n"),
         CARD(FN "NOTE:b\r\n"), CARD(FN "NOTE:b\r\n"), NULL},
	{"one note, changed twice", CARD(FN "NOTE:c\r\n"), CARD(FN "NOTE:a\r\n"),
         CARD(FN "NOTE:b\r\n"), CARD(FN "NOTE:c\r\n"), "NOTE"},
	{"one note, written twice", CARD(FN "NOTE:c\r\n"), CARD(FN), CARD(FN "NOTE:b\r\n"),
         CARD(FN "NOTE:c\r\n"), "NOTE"},
	{"one number, changed twice, is two", CARD(FN "TEL:3\r\n"), CARD(FN "TEL:1\r\n"),
         CARD(FN "TEL:2\r\n"), CARD(FN "TEL:3\r\nTEL:2\r\n"), NULL},
	{"the same number twice stays", CARD(FN "TEL:1\r\nTEL:1\r\n"),
         CARD(FN "TEL:1\r\nTEL:1\r\n"), CARD(FN "TEL:1\r\n"), CARD(FN "TEL:1\r\n"), NULL},
	{"order and case of types say nothing", CARD(FN "TEL;TYPE=HOME,cell:1\r\n"),
         CARD(FN "TEL;TYPE=home;TYPE=CELL:1\r\n"), CARD(FN "TEL;TYPE=cell,home:1\r\n"),
         CARD(FN "TEL;TYPE=HOME,cell:1\r\n"), NULL},
	{"a number moves with its label", CARD(FN "item1.TEL:1\r\nitem1.X-ABLabel:boat\r\n"),
         CARD(FN "item1.TEL:1\r\nitem1.X-ABLabel:boat\r\n"),
         CARD(FN "item1.TEL:2\r\nitem1.X-ABLabel:boat\r\n"),
         CARD(FN "item1.TEL:2\r\nitem1.X-ABLabel:boat\r\n"), NULL},
	{"a group of another meaning gets another name",
         CARD(FN "item1.EMAIL:e\r\nitem1.X-ABLabel:mine\r\n"), CARD(FN),
         CARD(FN "item1.TEL:2\r\nitem1.X-ABLabel:boat\r\n"),
         CARD(FN
              "item1.EMAIL:e\r\nitem1.X-ABLabel:mine\r\nitem2.TEL:2\r\nitem2.X-ABLabel:boat\r\n"),
         NULL},
	{"a group of another name says the same", CARD(FN "a.TEL:1\r\na.X-ABLabel:boat\r\n"),
         CARD(FN "item1.TEL:1\r\nitem1.X-ABLabel:boat\r\n"),
         CARD(FN "item3.TEL:1\r\nitem3.X-ABLabel:boat\r\n"),
         CARD(FN "a.TEL:1\r\na.X-ABLabel:boat\r\n"), NULL},
	{"what is about the text stays", CARD(FN "PRODID:mine\r\nREV:1\r\n"), CARD(FN "REV:1\r\n"),
         CARD(FN "PRODID:theirs\r\nREV:2\r\n"), CARD(FN "PRODID:mine\r\nREV:1\r\n"), NULL},
	{"folds of what nobody changed stay", CARD(FN "NOTE:a\r\n b\r\n"), CARD(FN "NOTE:ab\r\n"),
         CARD(FN "NOTE:ab\r\nTEL:1\r\n"), CARD(FN "NOTE:a\r\n b\r\nTEL:1\r\n"), NULL},
	{"never agreed: the union", CARD(FN "TEL:1\r\nNOTE:a\r\n"), NULL,
         CARD(FN "TEL:2\r\nTITLE:t\r\nNOTE:b\r\n"),
         CARD(FN "TEL:1\r\nTEL:2\r\nNOTE:a\r\nTITLE:t\r\n"), "NOTE"},
	{"line ends are mine", "BEGIN:VCARD\nVERSION:3.0\nFN:a\nEND:VCARD\n", CARD("FN:a\r\n"),
         CARD("FN:a\r\nTEL:1\r\n"), "BEGIN:VCARD\nVERSION:3.0\nFN:a\nTEL:1\nEND:VCARD\n", NULL},
};

static char *merge(const char *mine, const char *base, const char *theirs, bool prefers_theirs,
                   GPtrArray *conflicts)
{
	g_autoptr(GError) error = NULL;
	char *merged = vcard_merge_text(mine, base, theirs, prefers_theirs, conflicts, &error);
	ck_assert_msg(merged != NULL, "%s", error != NULL ? error->message : "no reason");
	return merged;
}

START_TEST(each_property_is_merged_by_itself)
{
	g_autoptr(GPtrArray) conflicts = g_ptr_array_new_with_free_func(g_free);
	g_autofree char *merged =
		merge(cases[_i].mine, cases[_i].base, cases[_i].theirs, false, conflicts);
	ck_assert_msg(strcmp(merged, cases[_i].merged) == 0, "%s:\n%s\nnot\n%s", cases[_i].name,
	              merged, cases[_i].merged);
	ck_assert_uint_eq(conflicts->len, cases[_i].conflict != NULL ? 1 : 0);
	if (cases[_i].conflict != NULL) {
		ck_assert_str_eq(g_ptr_array_index(conflicts, 0), cases[_i].conflict);
	}
}
END_TEST

START_TEST(what_came_wins_where_it_is_preferred)
{
	g_autoptr(GPtrArray) conflicts = g_ptr_array_new_with_free_func(g_free);
	g_autofree char *merged = merge(CARD(FN "NOTE:c\r\nTEL:1\r\n"), CARD(FN "NOTE:a\r\n"),
	                                CARD(FN "NOTE:b\r\nTEL:2\r\n"), true, conflicts);
	ck_assert_str_eq(merged, CARD(FN "NOTE:b\r\nTEL:1\r\nTEL:2\r\n"));
	ck_assert_uint_eq(conflicts->len, 1);
}
END_TEST

START_TEST(cards_of_other_versions_are_not_mixed)
{
	static const char *const others[] = {
		"BEGIN:VCARD\r\nVERSION:4.0\r\nFN:a\r\nEND:VCARD\r\n",
		"BEGIN:VCARD\r\nVERSION:2.1\r\nN:a\r\nEND:VCARD\r\n",
	};
	for (guint i = 0; i < G_N_ELEMENTS(others); i++) {
		g_autoptr(GError) error = NULL;
		ck_assert_ptr_null(
			vcard_merge_text(CARD(FN), CARD(FN), others[i], false, NULL, &error));
		ck_assert(passerelle_error_is(error, PASSERELLE_ERROR_UNSUPPORTED));
	}
	g_autoptr(GError) error = NULL;
	ck_assert_ptr_null(vcard_merge_text(others[1], others[1], others[1], false, NULL, &error));
	ck_assert(passerelle_error_is(error, PASSERELLE_ERROR_UNSUPPORTED));
}
END_TEST

/* ---- random cards ---- */

static const char *const NAMES[] = {"FN", "NOTE", "TEL", "EMAIL", "X-A", "CATEGORIES"};

struct lines {
	GPtrArray *all; /* char *: "TEL:3", or a number and its label in a group */
};

static char *random_line(GRand *random)
{
	const int value = g_rand_int_range(random, 0, 6);
	if (g_rand_int_range(random, 0, 6) == 0) {
		const int group = g_rand_int_range(random, 1, 4);
		return g_strdup_printf("item%d.TEL:%d\r\nitem%d.X-ABLabel:l%d", group, value, group,
		                       value);
	}
	return g_strdup_printf("%s:%d", NAMES[g_rand_int_range(random, 0, G_N_ELEMENTS(NAMES))],
	                       value);
}

/* One line of a single-valued name at most, and one group of a name. */
static bool has_room(const GPtrArray *lines, const char *line)
{
	static const char *const singles[] = {
		"FN:", "NOTE:", "CATEGORIES:", "item1.", "item2.", "item3."};
	for (guint i = 0; i < G_N_ELEMENTS(singles); i++) {
		for (guint j = 0; g_str_has_prefix(line, singles[i]) && j < lines->len; j++) {
			if (g_str_has_prefix(g_ptr_array_index(lines, j), singles[i])) {
				return false;
			}
		}
	}
	return true;
}

static GPtrArray *edited(GRand *random, const GPtrArray *lines, int edits)
{
	GPtrArray *copy = g_ptr_array_new_with_free_func(g_free);
	for (guint i = 0; i < lines->len; i++) {
		g_ptr_array_add(copy, g_strdup(g_ptr_array_index(lines, i)));
	}
	for (int i = 0; i < edits; i++) {
		g_autofree char *line = random_line(random);
		if (copy->len > 0 && g_rand_boolean(random)) {
			g_ptr_array_remove_index(copy, g_rand_int_range(random, 0, copy->len));
		}
		if (g_rand_int_range(random, 0, 3) > 0 && has_room(copy, line)) {
			g_ptr_array_insert(copy, g_rand_int_range(random, 0, copy->len + 1),
			                   g_steal_pointer(&line));
		}
	}
	return copy;
}

static char *card_of(const GPtrArray *lines)
{
	GString *text = g_string_new("BEGIN:VCARD\r\nVERSION:3.0\r\n");
	for (guint i = 0; i < lines->len; i++) {
		g_string_append_printf(text, "%s\r\n", (char *)g_ptr_array_index(lines, i));
	}
	g_string_append(text, "END:VCARD\r\n");
	return g_string_free(text, FALSE);
}

/* How often it stands in a card, groups aside. */
static guint count(const char *card, const char *line)
{
	const char *what = line[0] == 'i' ? strchr(line, '.') + 1 : line;
	g_autofree char *first = g_strndup(what, strcspn(what, "\r"));
	g_auto(GStrv) lines = g_strsplit(card, "\r\n", -1);
	guint found = 0;
	for (char **at = lines; *at != NULL; at++) {
		const char *bare = g_str_has_prefix(*at, "item") ? strchr(*at, '.') + 1 : *at;
		found += strcmp(bare, first) == 0;
	}
	return found;
}

static guint count_in(const GPtrArray *lines, const char *line)
{
	g_autofree char *card = card_of(lines);
	return count(card, line);
}

static void assert_nothing_lost(guint seed, const char *merged, const GPtrArray *mine,
                                const GPtrArray *base, const GPtrArray *theirs, guint conflicts)
{
	const GPtrArray *const sides[] = {mine, theirs};
	guint missing = 0;
	for (guint side = 0; side < 2; side++) {
		for (guint i = 0; i < sides[side]->len; i++) {
			const char *line = g_ptr_array_index(sides[side], i);
			const bool is_new = count_in(sides[side], line) > count_in(base, line);
			if (is_new && count(merged, line) == 0) {
				missing++;
				ck_assert_msg(side == 1, "seed %u: \"%s\" of mine is lost", seed,
				              line);
			}
		}
	}
	ck_assert_msg(missing <= conflicts, "seed %u: %u lines are lost, %u conflicts told", seed,
	              missing, conflicts);
	for (guint i = 0; i < base->len; i++) {
		const char *line = g_ptr_array_index(base, i);
		if (count_in(mine, line) > 0 && count_in(theirs, line) > 0 &&
		    count_in(mine, line) == count_in(theirs, line) &&
		    count_in(base, line) == count_in(mine, line)) {
			ck_assert_msg(count(merged, line) > 0, "seed %u: \"%s\" is lost", seed,
			              line);
		}
	}
}

START_TEST(whatever_is_edited_on_both_sides_nothing_is_lost)
{
	const guint rounds = g_getenv("PASSERELLE_LONG") ? 200000 : 4000;
	const guint first = g_random_int();
	printf("seed %u\n", first);
	for (guint seed = first; seed != first + rounds; seed++) {
		GRand *random = g_rand_new_with_seed(seed);
		g_autoptr(GPtrArray) nothing = g_ptr_array_new_with_free_func(g_free);
		g_autoptr(GPtrArray) base = edited(random, nothing, 8);
		g_autoptr(GPtrArray) mine = edited(random, base, g_rand_int_range(random, 0, 4));
		g_autoptr(GPtrArray) theirs = edited(random, base, g_rand_int_range(random, 0, 4));
		g_autofree char *mine_text = card_of(mine);
		g_autofree char *base_text = card_of(base);
		g_autofree char *their_text = card_of(theirs);
		g_autoptr(GPtrArray) conflicts = g_ptr_array_new_with_free_func(g_free);
		g_autofree char *merged = merge(mine_text, base_text, their_text, false, conflicts);
		assert_nothing_lost(seed, merged, mine, base, theirs, conflicts->len);
		/* nothing more is to be done, and who had changed nothing has the other's */
		g_autofree char *again = merge(merged, their_text, their_text, false, NULL);
		ck_assert_msg(strcmp(again, merged) == 0, "seed %u: %s", seed, again);
		g_autofree char *followed = merge(base_text, base_text, their_text, false, NULL);
		for (guint i = 0; i < theirs->len; i++) {
			const char *line = g_ptr_array_index(theirs, i);
			ck_assert_msg(count(followed, line) == count_in(theirs, line),
			              "seed %u: \"%s\" is %u times in\n%s", seed, line,
			              count(followed, line), followed);
		}
		for (guint i = 0; i < base->len; i++) {
			const char *line = g_ptr_array_index(base, i);
			ck_assert_msg(count(followed, line) == count_in(theirs, line),
			              "seed %u: \"%s\" stayed", seed, line);
		}
		g_rand_free(random);
	}
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("formats/vcard_merge_text");
	TCase *tests = tcase_create("merge");
	tcase_set_timeout(tests, g_getenv("PASSERELLE_LONG") ? 7200 : 240);
	tcase_add_loop_test(tests, each_property_is_merged_by_itself, 0, G_N_ELEMENTS(cases));
	tcase_add_test(tests, what_came_wins_where_it_is_preferred);
	tcase_add_test(tests, cards_of_other_versions_are_not_mixed);
	tcase_add_test(tests, whatever_is_edited_on_both_sides_nothing_is_lost);
	suite_add_tcase(suite, tests);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	const int failures = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failures != 0;
}
