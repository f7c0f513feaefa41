/* SPDX-License-Identifier: MIT */
/* The enumeration by prefixes against searches of every kind: honest, folding, paging, lying. */
#include "remotes/orange/prefixes.h"

#include "corpora.h"
#include "sync/sweep.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum kind { EXACT, CASE, FOLD, KINDS };
static const char *const kind_names[] = {"exact", "case folded", "folded"};

enum lie { HONEST, TOTAL_TOO_HIGH, TOTAL_TOO_LOW, TOTAL_ZERO, NO_TOTAL, EVERYTHING_PAGES };

struct person {
	char *last, *first;
	char *folded_last, *folded_first;
};

/* A server: who is there, and how it searches. */
struct server {
	GPtrArray *people; /* struct person */
	enum kind kind;
	enum lie lie;
	guint page_size;
	guint calls;
	const char *failing; /* prefix that fails; NULL = none */
};

static char *fold(const char *text, enum kind kind)
{
	if (kind == EXACT) {
		return g_utf8_normalize(text, -1, G_NORMALIZE_NFC);
	}
	g_autofree char *composed = g_utf8_normalize(text, -1, G_NORMALIZE_NFC);
	g_autofree char *lower = g_utf8_strdown(composed, -1);
	if (kind == CASE) {
		return g_steal_pointer(&lower);
	}
	g_autofree char *apart = g_utf8_normalize(lower, -1, G_NORMALIZE_NFD);
	GString *plain = g_string_new(NULL);
	for (const char *p = apart; *p != '\0'; p = g_utf8_next_char(p)) {
		if (!g_unichar_ismark(g_utf8_get_char(p))) {
			g_string_append_unichar(plain, g_utf8_get_char(p));
		}
	}
	return g_string_free(plain, FALSE);
}

static void free_person(gpointer pointer)
{
	struct person *person = pointer;
	g_free(person->last);
	g_free(person->first);
	g_free(person->folded_last);
	g_free(person->folded_first);
	g_free(person);
}

static void free_listed(gpointer listed)
{
	listed_free(listed);
}

static struct server *server_new(enum kind kind, guint page_size)
{
	struct server *self = g_new0(struct server, 1);
	self->people = g_ptr_array_new_with_free_func(free_person);
	self->kind = kind;
	self->page_size = page_size;
	return self;
}

static void server_free(struct server *self)
{
	g_ptr_array_unref(self->people);
	g_free(self);
}

static void server_add(struct server *self, const char *last, const char *first)
{
	struct person *person = g_new0(struct person, 1);
	person->last = g_strdup(last);
	person->first = g_strdup(first);
	person->folded_last = fold(last, self->kind);
	person->folded_first = fold(first, self->kind);
	g_ptr_array_add(self->people, person);
}

/* Lines of last name, tab, first name; at most count. False where there is no such file. */
static bool server_load(struct server *self, const char *path, guint count)
{
	g_autofree char *text = NULL;
	if (!g_file_get_contents(path, &text, NULL, NULL)) {
		return false;
	}
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
	for (guint i = 0; lines[i] != NULL && self->people->len < count; i++) {
		g_auto(GStrv) names = g_strsplit(lines[i], "\t", 2);
		if (names[0] != NULL && names[1] != NULL) {
			server_add(self, names[0], names[1]);
		}
	}
	return true;
}

static void lie_about(const struct server *self, struct page *page, gint64 matches)
{
	page->total = matches;
	page->pages = matches == 0 ? 0 : (matches + self->page_size - 1) / self->page_size;
	switch (self->lie) {
	case TOTAL_TOO_HIGH:
		page->total += 1000;
		break;
	case TOTAL_TOO_LOW:
		page->total /= 2;
		page->pages = 1;
		break;
	case TOTAL_ZERO:
		page->total = 0;
		page->pages = 0;
		break;
	case NO_TOTAL:
		page->total = -1;
		break;
	case EVERYTHING_PAGES:
		page->pages = 7;
		break;
	case HONEST:
		break;
	}
}

static void server_answer(struct server *self, struct prefixes *prefixes, const char *prefix)
{
	self->calls++;
	if (g_strcmp0(prefix, self->failing) == 0) {
		prefixes_answer(prefixes, prefix, NULL);
		return;
	}
	ck_assert_msg(*prefix != '\0' && strpbrk(prefix, "*\"") == NULL, "asked for '%s'", prefix);
	g_autofree char *folded = fold(prefix, self->kind);
	struct page page = {.entries = g_ptr_array_new_with_free_func(free_listed)};
	gint64 matches = 0;
	for (guint i = 0; i < self->people->len; i++) {
		const struct person *person = self->people->pdata[i];
		if ((*person->last == '\0' || !g_str_has_prefix(person->folded_last, folded)) &&
		    (*person->first == '\0' || !g_str_has_prefix(person->folded_first, folded))) {
			continue;
		}
		if (++matches <= self->page_size) {
			g_autofree char *id = g_strdup_printf("%u", i);
			g_ptr_array_add(page.entries,
			                listed_new(id, id, person->last, person->first));
		}
	}
	lie_about(self, &page, matches);
	prefixes_answer(prefixes, prefix, &page);
	g_ptr_array_unref(page.entries);
}

static struct prefixes *run(struct server *server, const char *memory, const char *const *hints)
{
	struct prefixes *prefixes = prefixes_new(memory, false);
	for (guint i = 0; hints != NULL && hints[i] != NULL; i++) {
		prefixes_hint(prefixes, hints[i]);
	}
	server->calls = 0;
	for (;;) {
		g_autoptr(GPtrArray) batch = prefixes_next(prefixes);
		if (batch->len == 0) {
			return prefixes;
		}
		ck_assert_uint_le(batch->len, PREFIX_BATCH);
		for (guint i = 0; i < batch->len; i++) {
			server_answer(server, prefixes, batch->pdata[i]);
		}
		ck_assert_uint_le(server->calls, PREFIX_CALLS_LIMIT);
	}
}

static bool is_owed_name(const char *name)
{
	static const char *const scripts[] = {"'", "’"};
	if (*name == '\0') {
		return false;
	}
	const gunichar first = g_utf8_get_char(name);
	return g_ascii_isdigit((char)MIN(first, 127)) || g_str_has_prefix(name, scripts[0]) ||
	       g_str_has_prefix(name, scripts[1]) || letter_is_owed(first);
}

/* Is this one on the page of a search for a whole name? Of too many people of one name, none can be
 * told from the others. */
static bool is_on_page(const struct server *server, guint index, const char *folded_name)
{
	guint before = 0;
	for (guint i = 0; i < index && *folded_name != '\0'; i++) {
		const struct person *person = server->people->pdata[i];
		before += g_str_has_prefix(person->folded_last, folded_name) ||
		          g_str_has_prefix(person->folded_first, folded_name);
	}
	return *folded_name != '\0' && before < server->page_size;
}

static bool can_be_reached(const struct server *server, guint index)
{
	const struct person *person = server->people->pdata[index];
	return (is_owed_name(person->last) && is_on_page(server, index, person->folded_last)) ||
	       (is_owed_name(person->first) && is_on_page(server, index, person->folded_first));
}

/* Everybody whom the first cycle owes; returns how many others were not found. */
static guint expect_owed(const struct server *server, const struct prefixes *prefixes)
{
	g_autoptr(GHashTable) found = g_hash_table_new(g_str_hash, g_str_equal);
	for (guint i = 0; i < prefixes_found(prefixes)->len; i++) {
		const struct listed *listed = prefixes_found(prefixes)->pdata[i];
		ck_assert_msg(g_hash_table_add(found, listed->folded), "%s twice", listed->folded);
	}
	guint others = 0;
	for (guint i = 0; i < server->people->len; i++) {
		const struct person *person = server->people->pdata[i];
		g_autofree char *id = g_strdup_printf("%u", i);
		const bool is_found = g_hash_table_contains(found, id);
		const bool is_owed = !is_found && can_be_reached(server, i);
		ck_assert_msg(is_found || !is_owed,
		              "'%s' '%s' is owed and missing (%s, page of %u)", person->last,
		              person->first, kind_names[server->kind], server->page_size);
		others += !is_found;
	}
	return others;
}

static const guint page_sizes[] = {5, 20, 50};

/* The short form takes one of so many kinds and pages, where there are many names. */
#define SAMPLE_KINDS 3

/* first_size: with fewer on a page than people of one name, too many cannot be told apart within
 * the limit of calls. */
static void expect_all_kinds(const char *path, guint count, gsize first_size, guint every)
{
	guint cases = 0, taken = 0;
	for (int kind = EXACT; kind < KINDS; kind++) {
		for (gsize i = first_size; i < G_N_ELEMENTS(page_sizes); i++) {
			if (!sweep_takes(path, cases++, every)) {
				continue;
			}
			taken++;
			struct server *server = server_new(kind, page_sizes[i]);
			if (!server_load(server, path, count)) {
				printf("skipped: no %s\n", path);
				server_free(server);
				return;
			}
			OWNED(prefixes) first = run(server, NULL, NULL);
			const guint first_calls = server->calls;
			const guint others = expect_owed(server, first);
			g_autofree char *memory = prefixes_memory(first);
			OWNED(prefixes) second = run(server, memory, NULL);
			printf("%s: %u people, page of %u: first cycle %u calls, %u to be "
			       "discovered, "
			       "unreachable %" G_GINT64_FORMAT
			       "; second cycle %u calls, complete %d\n",
			       kind_names[kind], server->people->len, page_sizes[i], first_calls,
			       others, prefixes_unreachable(first), server->calls,
			       prefixes_are_complete(second));
			ck_assert_uint_ge(prefixes_found(second)->len, prefixes_found(first)->len);
			ck_assert_uint_lt(server->calls, first_calls);
			server_free(server);
		}
	}
	printf("count: kinds of search among %u names: %u of %u cases (seed %u)\n", count, taken,
	       cases, sweep_seed());
}

START_TEST(finds_everybody_owed_in_the_first_cycle_with_every_kind_of_search)
{
	expect_all_kinds(TEST_FIXTURES "/orange/names.tsv", 10000, 0, 1);
}
END_TEST

static char *names_of_corpora(void)
{
	return g_build_filename(corpora_root(), "names.tsv", NULL);
}

START_TEST(finds_everybody_owed_among_a_thousand_names)
{
	g_autofree char *path = names_of_corpora();
	expect_all_kinds(path, 1000, 1, SAMPLE_KINDS);
}
END_TEST

/* Among these names, "marie" is reopened, and so is one below it. */
START_TEST(goes_on_where_a_prefix_and_one_below_it_are_asked_again)
{
	g_autofree char *path = names_of_corpora();
	struct server *server = server_new(CASE, 20);
	if (server_load(server, path, 1000)) {
		OWNED(prefixes) prefixes = run(server, NULL, NULL);
		expect_owed(server, prefixes);
	}
	server_free(server);
}
END_TEST

START_TEST(finds_everybody_owed_among_five_thousand_names)
{
	g_autofree char *path = names_of_corpora();
	expect_all_kinds(path, 5000, 2, SAMPLE_KINDS);
}
END_TEST

START_TEST(finds_each_single_owed_letter_even_where_other_names_prove_folding)
{
	for (int kind = EXACT; kind < KINDS; kind++) {
		struct server *server = server_new(kind, 20);
		OWNED(alphabet) alphabet = alphabet_new();
		server_add(server, "Martin", "Émile");
		server_add(server, "eric", "durand");
		for (guint i = 0; i < alphabet->owed->len; i++) {
			char letter[7] = "";
			letter[g_unichar_to_utf8(g_array_index(alphabet->owed, gunichar, i),
			                         letter)] = '\0';
			g_autofree char *name = g_strdup_printf("%s%c%c%c", letter, 'a' + i % 26,
			                                        'a' + i / 26 % 26, 'a' + i / 676);
			server_add(server, name, "");
		}
		OWNED(prefixes) prefixes = run(server, NULL, NULL);
		ck_assert_uint_eq(expect_owed(server, prefixes), 0);
		server_free(server);
	}
}
END_TEST

START_TEST(finds_accented_names_where_only_ascii_letters_are_folded)
{
	struct server *server = server_new(EXACT, 20);
	for (const char *const *name =
	             (const char *const[]){"Émile", "élodie", "Øyvind", "øystein", NULL};
	     *name != NULL; name++) {
		server_add(server, *name, "");
	}
	server_add(server, "Martin", "");
	struct person *martin = server->people->pdata[4];
	g_free(martin->folded_last);
	martin->folded_last = g_strdup("martin"); /* found by "m", not by "M": as good as folded */
	OWNED(prefixes) prefixes = run(server, NULL, NULL);
	ck_assert_uint_eq(prefixes_found(prefixes)->len, 5);
	server_free(server);
}
END_TEST

START_TEST(asks_fewer_letters_where_case_and_accents_are_folded)
{
	guint calls[KINDS] = {0};
	for (int kind = EXACT; kind < KINDS; kind++) {
		struct server *server = server_new(kind, 50);
		server_add(server, "Martin", "Eric");
		server_add(server, "Dupont", "Émile");
		OWNED(prefixes) prefixes = run(server, NULL, NULL);
		ck_assert_uint_eq(prefixes_found(prefixes)->len, 2);
		calls[kind] = server->calls;
		server_free(server);
	}
	printf("two people: exact %u, case folded %u, folded %u calls\n", calls[EXACT], calls[CASE],
	       calls[FOLD]);
	ck_assert_uint_lt(calls[FOLD], calls[CASE]);
	ck_assert_uint_lt(calls[CASE], calls[EXACT]);
}
END_TEST

START_TEST(reaches_other_scripts_by_local_names_and_by_the_rolling_budget)
{
	struct server *server = server_new(CASE, 20);
	server_add(server, "龘", "龘");
	server_add(server, "ぬくい", "ねね");
	const char *const hints[] = {"龘龘", NULL};
	OWNED(prefixes) hinted = run(server, NULL, hints);
	ck_assert_uint_eq(prefixes_found(hinted)->len, 1);
	g_autofree char *memory = prefixes_memory(hinted);
	guint found = 0;
	for (guint cycle = 0; cycle < 20 && found < 2; cycle++) {
		OWNED(prefixes) next = run(server, memory, NULL);
		found = prefixes_found(next)->len;
		ck_assert_ptr_nonnull(strstr(memory, "\"whole\":false"));
		g_free(memory);
		memory = prefixes_memory(next);
	}
	ck_assert_uint_eq(found, 2);
	server_free(server);
}
END_TEST

START_TEST(finds_common_names_of_other_scripts_in_the_first_cycles)
{
	static const char *const common[] = {
		"शर्मा", "রহমান",  "முத்து", "రాజు", "สมชาย", "પટેલ",  "ಮಂಜು",   "അനിൽ",
		"ਸਿੰਘ",  "පෙරේරා", "မောင်",  "សុខ",  "ສົມ",    "አበበ",  "さくら", "アキラ",
		"王",   "李",     "張",    "김",  "이",    "佐藤", "鈴木",   "高橋",
	};
	struct server *server = server_new(CASE, 20);
	for (gsize i = 0; i < G_N_ELEMENTS(common); i++) {
		server_add(server, common[i], "");
	}
	g_autofree char *memory = NULL;
	guint found = 0;
	for (int cycle = 0; cycle < 4; cycle++) {
		OWNED(prefixes) prefixes = run(server, memory, NULL);
		g_free(memory);
		memory = prefixes_memory(prefixes);
		found = prefixes_found(prefixes)->len;
	}
	ck_assert_uint_eq(found, G_N_ELEMENTS(common));
	server_free(server);
}
END_TEST

START_TEST(does_not_look_in_every_cycle_for_those_who_cannot_be_told_apart)
{
	struct server *server = server_new(CASE, 20);
	for (int i = 0; i < 60; i++) {
		server_add(server, "龘", "Marie");
	}
	OWNED(prefixes) first = run(server, NULL, NULL);
	const guint first_calls = server->calls;
	g_autofree char *memory = prefixes_memory(first);
	OWNED(prefixes) second = run(server, memory, NULL);
	printf("sixty of one name: %u calls, then %u\n", first_calls, server->calls);
	ck_assert_int_eq(prefixes_unreachable(second), 40);
	ck_assert(!prefixes_are_complete(second));
	ck_assert_uint_lt(server->calls, 1000);
	g_autofree char *later = prefixes_memory(second);
	server_add(server, "", "Maŕie"); /* somebody new is missing: they are asked again */
	OWNED(prefixes) third = run(server, later, NULL);
	ck_assert_uint_eq(prefixes_found(third)->len, prefixes_found(second)->len + 1);
	server_free(server);
}
END_TEST

START_TEST(tells_how_far_discovery_is)
{
	struct server *server = server_new(FOLD, 20);
	OWNED(prefixes) prefixes = run(server, NULL, NULL);
	g_autofree char *discovery = prefixes_discovery(prefixes);
	ck_assert_ptr_nonnull(discovery);
	ck_assert(g_regex_match_simple(
		"^first letters asked: \\d{1,3}(,\\d{3})* of \\d{1,3}(,\\d{3})+$", discovery, 0,
		0));
	ck_assert(prefixes_are_complete(prefixes));
	server_free(server);
}
END_TEST

START_TEST(counts_people_of_one_name_beyond_a_page_as_unreachable)
{
	struct server *server = server_new(FOLD, 20);
	for (int i = 0; i < 30; i++) {
		server_add(server, "Martin", "Jean");
	}
	server_add(server, "Marchand", "Jeanne");
	server_add(server, "Möller", "Jörg");
	OWNED(prefixes) prefixes = run(server, NULL, NULL);
	ck_assert_uint_eq(prefixes_found(prefixes)->len, 22);
	ck_assert_int_eq(prefixes_unreachable(prefixes), 10);
	ck_assert(!prefixes_are_complete(prefixes));
	printf("thirty of one name: %u calls\n", server->calls);
	server_free(server);
}
END_TEST

START_TEST(ends_for_servers_that_lie_about_counts)
{
	for (int lie = EVERYTHING_PAGES; lie > HONEST; lie--) {
		struct server *server = server_new(FOLD, 20);
		ck_assert(server_load(server, TEST_FIXTURES "/orange/names.tsv", 100));
		server->lie = lie;
		OWNED(prefixes) prefixes = run(server, NULL, NULL);
		printf("lie %d: %u calls, %u found of %u, complete %d\n", lie, server->calls,
		       prefixes_found(prefixes)->len, server->people->len,
		       prefixes_are_complete(prefixes));
		fflush(stdout);
		ck_assert_uint_lt(server->calls, PREFIX_CALLS_LIMIT);
		if (lie == TOTAL_TOO_HIGH || lie == EVERYTHING_PAGES) {
			ck_assert(!prefixes_are_complete(prefixes));
		}
		server_free(server);
	}
}
END_TEST

START_TEST(is_incomplete_when_a_call_failed_and_asks_it_again_in_the_next_cycle)
{
	struct server *server = server_new(FOLD, 20);
	server_add(server, "Øyvind", "");
	server->failing = "ø";
	OWNED(prefixes) first = run(server, NULL, NULL);
	ck_assert(!prefixes_are_complete(first));
	server->failing = NULL;
	g_autofree char *memory = prefixes_memory(first);
	OWNED(prefixes) second = run(server, memory, NULL);
	ck_assert_uint_eq(prefixes_found(second)->len, 1);
	ck_assert(prefixes_are_complete(second));
	server_free(server);
}
END_TEST

START_TEST(forgets_folding_that_later_replies_contradict)
{
	struct server *folding = server_new(FOLD, 20);
	server_add(folding, "Émile", "");
	server_add(folding, "Martin", "");
	OWNED(prefixes) first = run(folding, NULL, NULL);
	g_autofree char *memory = prefixes_memory(first);
	struct server *exact = server_new(EXACT, 20);
	server_add(exact, "Émile", "martin");
	server_add(exact, "Élodie", "");
	OWNED(prefixes) second = run(exact, memory, NULL);
	ck_assert_uint_eq(prefixes_found(second)->len, 2);
	server_free(folding);
	server_free(exact);
}
END_TEST

START_TEST(reads_only_a_memory_of_its_own)
{
	const char *const memories[] = {
		"", "{", "[]", "{\"version\":99}",
		"{\"version\":1,\"productive\":[-1,1114112,\"x\"],\"cursor\":-5}"};
	for (gsize i = 0; i < G_N_ELEMENTS(memories); i++) {
		struct server *server = server_new(FOLD, 20);
		server_add(server, "Martin", "");
		OWNED(prefixes) prefixes = run(server, memories[i], NULL);
		ck_assert_uint_eq(prefixes_found(prefixes)->len, 1);
		server_free(server);
	}
}
END_TEST

START_TEST(quotes_a_search_with_a_blank_and_cuts_what_cannot_be_searched)
{
	g_autofree char *quoted = prefix_query("van 't");
	ck_assert_str_eq(quoted, "\"van 't\"");
	g_autofree char *plain = prefix_query("vané");
	ck_assert_str_eq(plain, "vané");
	g_autofree char *cut = prefix_of_name(" Jean \"Django\" Reinhardt");
	ck_assert_str_eq(cut, "Jean");
	ck_assert_ptr_null(prefix_of_name("*"));
	ck_assert_ptr_null(prefix_of_name(NULL));
}
END_TEST

int main(void)
{
	printf("seed %u (PASSERELLE_SEED)\n", sweep_seed());
	fflush(stdout);
	Suite *suite = suite_create("prefixes");
	TCase *tests = tcase_create("prefixes");
	tcase_set_timeout(tests, 240);
	tcase_add_test(tests, finds_everybody_owed_in_the_first_cycle_with_every_kind_of_search);
	tcase_add_test(tests, finds_everybody_owed_among_a_thousand_names);
	tcase_add_test(tests, finds_everybody_owed_among_five_thousand_names);
	tcase_add_test(tests, goes_on_where_a_prefix_and_one_below_it_are_asked_again);
	tcase_add_test(tests, finds_each_single_owed_letter_even_where_other_names_prove_folding);
	tcase_add_test(tests, finds_accented_names_where_only_ascii_letters_are_folded);
	tcase_add_test(tests, asks_fewer_letters_where_case_and_accents_are_folded);
	tcase_add_test(tests, reaches_other_scripts_by_local_names_and_by_the_rolling_budget);
	tcase_add_test(tests, finds_common_names_of_other_scripts_in_the_first_cycles);
	tcase_add_test(tests, does_not_look_in_every_cycle_for_those_who_cannot_be_told_apart);
	tcase_add_test(tests, tells_how_far_discovery_is);
	tcase_add_test(tests, counts_people_of_one_name_beyond_a_page_as_unreachable);
	tcase_add_test(tests, ends_for_servers_that_lie_about_counts);
	tcase_add_test(tests, is_incomplete_when_a_call_failed_and_asks_it_again_in_the_next_cycle);
	tcase_add_test(tests, forgets_folding_that_later_replies_contradict);
	tcase_add_test(tests, reads_only_a_memory_of_its_own);
	tcase_add_test(tests, quotes_a_search_with_a_blank_and_cuts_what_cannot_be_searched);
	suite_add_tcase(suite, tests);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	const int failures = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failures == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
