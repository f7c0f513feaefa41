/* SPDX-License-Identifier: MIT */
/* Recurrence rules: the vectors of two projects, the choices where these differ, and rules made to
 * be slow. */
#include "formats/recurrence.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "corpora.h"
#include "formats/wall.h"

enum column {
	COLUMN_ID,
	COLUMN_RULE = 6,
	COLUMN_START,
	COLUMN_START_AT,
	COLUMN_INSTANCES,
	COLUMN_COUNT = 11
};

/*
 * Where we give something else than the vector: its id and why.
 */
static const struct {
	const char *id, *reason;
} differences[] = {
	{"18a1bd7948", "BYWEEKNO without BYDAY: dateutil gives the whole week, libical (7 vectors) "
                       "and we the weekday of DTSTART"},
	{"406b6a88dd", "libical refuses BYWEEKNO with BYMONTHDAY; we look at every day"},
	{"e1ec2fe4fe", "a calendar that nobody has: refused in our words"},
};

static const char *difference_reason(const char *id)
{
	for (gsize i = 0; i < G_N_ELEMENTS(differences); i++) {
		if (g_str_equal(differences[i].id, id)) {
			return differences[i].reason;
		}
	}
	return NULL;
}

static gint64 until_of(const char *rule, bool is_date)
{
	g_autofree char *text = recurrence_until(rule);
	gint64 wall = 0;
	bool until_is_date = false;
	bool is_utc = false;
	if (!text || !wall_read(text, &wall, &until_is_date, &is_utc)) {
		return G_MAXINT64;
	}
	return until_is_date || is_date ? wall_day_of(wall) * WALL_DAY + WALL_DAY - 1 : wall;
}

/* At most count instances from start_at on, as the vectors write them; in words what failed. */
static char *instances_of(const char *rule, const char *start_text, const char *start_at,
                          guint count)
{
	gint64 start = 0;
	gint64 from = G_MININT64;
	bool is_date = false;
	bool is_utc = false;
	bool ignored = false;
	ck_assert(wall_read(start_text, &start, &is_date, &is_utc));
	g_autoptr(GError) error = NULL;
	OWNED(recurrence)
	recurrence = recurrence_new(rule, start, is_date, false, until_of(rule, is_date), &error);
	if (!recurrence) {
		return g_strdup(error->message);
	}
	if (*start_at) {
		ck_assert(wall_read(start_at, &from, &ignored, &ignored));
		recurrence_seek(recurrence, from);
	}
	GString *const list = g_string_new(NULL);
	guint64 steps = RECURRENCE_STEPS;
	gint64 wall = 0;
	for (guint i = 0;
	     i < count && recurrence_next(recurrence, &steps, &wall) == RECURRENCE_GIVEN;) {
		if (wall < from) {
			continue;
		}
		g_autofree char *text = wall_write(wall, is_date, is_utc);
		g_string_append_printf(list, "%s%s", i++ ? "," : "", text);
	}
	return g_string_free(list, FALSE);
}

static char *corpora_text(const char *path)
{
	g_autofree char *file = g_build_filename(corpora_root(), path, NULL);
	char *text = NULL;
	return g_file_get_contents(file, &text, NULL, NULL) ? text : NULL;
}

static guint values_count(const char *list)
{
	guint count = 1;
	for (const char *at = list; (at = strchr(at, ',')); at++) {
		count++;
	}
	return count;
}

START_TEST(every_vector_is_produced_or_its_difference_is_written_down)
{
	g_autofree char *text = corpora_text("rrule/rrule_conformance.tsv");
	if (!text) {
		g_print("skipped: no corpora\n");
		return;
	}
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
	guint same = 0;
	guint all = 0;
	guint unexplained = 0;
	for (char **line = lines + 1; *line && **line; line++) {
		g_auto(GStrv) columns = g_strsplit(*line, "\t", -1);
		ck_assert_uint_eq(g_strv_length(columns), COLUMN_COUNT);
		const char *const wanted = columns[COLUMN_INSTANCES];
		const bool ends = strstr(columns[COLUMN_RULE], "COUNT=") ||
		                  strstr(columns[COLUMN_RULE], "UNTIL=");
		const guint count =
			values_count(wanted) + (ends ? 1 : 0); /* one more would be noticed */
		g_autofree char *got =
			instances_of(columns[COLUMN_RULE], columns[COLUMN_START], "", count);
		const bool is_same = g_str_equal(got, wanted);
		all++;
		same += is_same;
		if (!is_same && !difference_reason(columns[COLUMN_ID])) {
			unexplained++;
			g_print("%s %s from %s\n  wanted %.300s\n  got    %.300s\n",
			        columns[COLUMN_ID], columns[COLUMN_RULE], columns[COLUMN_START],
			        wanted, got);
		}
	}
	g_print("rule vectors: %u of %u produced\n", same, all);
	ck_assert_uint_gt(all, 200);
	ck_assert_uint_eq(unexplained, 0);
}
END_TEST

START_TEST(looking_from_a_later_time_on_gives_the_same_instances)
{
	static const char *const rules[] = {
		"FREQ=YEARLY;INTERVAL=3",
		"FREQ=YEARLY;BYWEEKNO=1,53;BYDAY=MO,SU",
		"FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29",
		"FREQ=MONTHLY;INTERVAL=5;BYDAY=-1FR",
		"FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1",
		"FREQ=WEEKLY;INTERVAL=2;WKST=SU;BYDAY=SU,TU,TH",
		"FREQ=DAILY;INTERVAL=13",
		"FREQ=HOURLY;INTERVAL=7;BYDAY=MO",
		"FREQ=MINUTELY;INTERVAL=61;BYHOUR=3,4",
		"FREQ=SECONDLY;INTERVAL=3601;BYMINUTE=5",
	};
	for (gsize i = 0; i < G_N_ELEMENTS(rules); i++) {
		g_autofree char *all =
			instances_of(rules[i], "19970902T090000", "19970902T090000", 3000);
		const char *const later = strchr(all + strlen(all) / 2, ',') + 1;
		g_autofree char *from = g_strndup(later, strlen("19970902T090000"));
		g_autofree char *got =
			instances_of(rules[i], "19970902T090000", from, values_count(later));
		ck_assert_msg(g_str_equal(got, later), "%s from %s: %.100s, not %.100s", rules[i],
		              from, got, later);
	}
}
END_TEST

/* How a rule ends that starts in 2008, and with how many instances. */
static enum recurrence_step exhaust(const char *rule, guint *count)
{
	g_autoptr(GError) error = NULL;
	OWNED(recurrence)
	recurrence = recurrence_new(rule, wall_days(2008, 1, 1) * WALL_DAY, false, false,
	                            G_MAXINT64, &error);
	ck_assert_msg(recurrence != NULL, "%s", error ? error->message : "");
	guint64 steps = RECURRENCE_STEPS;
	gint64 wall = 0;
	enum recurrence_step step = recurrence_next(recurrence, &steps, &wall);
	for (*count = 0; step == RECURRENCE_GIVEN; (*count)++) {
		step = recurrence_next(recurrence, &steps, &wall);
	}
	return step;
}

START_TEST(rules_that_never_match_end)
{
	static const char *const rules[] = {
		"FREQ=MINUTELY;BYYEARDAY=366;BYMONTH=1",
		"FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=30",
		"FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
		"FREQ=DAILY;BYMONTH=4;BYMONTHDAY=31",
		"FREQ=HOURLY;INTERVAL=24;BYHOUR=1",
		"FREQ=WEEKLY;BYDAY=MO;BYSETPOS=2",
		"FREQ=MONTHLY;BYDAY=6MO",
		"FREQ=YEARLY;BYSETPOS=366;BYMONTH=1",
	};
	for (gsize i = 0; i < G_N_ELEMENTS(rules); i++) {
		guint count = 0;
		ck_assert_int_eq(exhaust(rules[i], &count), RECURRENCE_ENDED);
		ck_assert_uint_eq(count, 0);
	}
}
END_TEST

START_TEST(rules_with_too_many_looks_are_given_up)
{
	static const char *const rules[] = {"FREQ=SECONDLY", "FREQ=SECONDLY;COUNT=2000000000",
	                                    "FREQ=SECONDLY;BYSECOND=60"};
	for (gsize i = 0; i < G_N_ELEMENTS(rules); i++) {
		guint count = 0;
		ck_assert_int_eq(exhaust(rules[i], &count), RECURRENCE_TOO_SLOW);
		ck_assert_uint_le(count, RECURRENCE_STEPS);
	}
}
END_TEST

START_TEST(the_last_second_of_each_year_is_found_without_looking_at_the_others)
{
	g_autoptr(GString) rule =
		g_string_new("FREQ=YEARLY;BYSETPOS=-1;BYDAY=MO,TU,WE,TH,FR,SA,SU;BYHOUR=0");
	for (int i = 1; i < 24; i++) {
		g_string_append_printf(rule, ",%d", i);
	}
	g_string_append(rule, ";BYMINUTE=0");
	for (int i = 1; i < 60; i++) {
		g_string_append_printf(rule, ",%d", i);
	}
	g_string_append(rule, ";BYSECOND=0");
	for (int i = 1; i < 60; i++) {
		g_string_append_printf(rule, ",%d", i);
	}
	g_autofree char *got = instances_of(rule->str, "20080101T000000", "", 3);
	ck_assert_str_eq(got, "20081231T235959,20091231T235959,20101231T235959");
}
END_TEST

START_TEST(what_is_no_rule_is_refused_in_words)
{
	static const char *const rules[] = {
		"",
		"FREQ=",
		"FREQ=FORTNIGHTLY",
		"COUNT=3",
		"FREQ=DAILY;INTERVAL=0",
		"FREQ=DAILY;INTERVAL=-1",
		"FREQ=DAILY;INTERVAL=99999999999",
		"FREQ=DAILY;COUNT=0",
		"FREQ=DAILY;BYHOUR=24",
		"FREQ=DAILY;BYMONTH=13",
		"FREQ=DAILY;BYMONTHDAY=0",
		"FREQ=DAILY;BYDAY=XX",
		"FREQ=DAILY;BYDAY=",
		"FREQ=DAILY;BYSETPOS=367",
		"FREQ=DAILY;NONSENSE",
		"RSCALE=KLINGON;FREQ=YEARLY",
		"RSCALE=CHINESE;FREQ=SECONDLY",
	};
	for (gsize i = 0; i < G_N_ELEMENTS(rules); i++) {
		g_autoptr(GError) error = NULL;
		OWNED(recurrence)
		recurrence = recurrence_new(rules[i], 0, false, false, G_MAXINT64, &error);
		ck_assert_msg(recurrence == NULL, "%s", rules[i]);
		ck_assert(passerelle_error_is(error, PASSERELLE_ERROR_INPUT));
	}
}
END_TEST

START_TEST(large_intervals_stay_large)
{
	/* libical keeps 16 bits: 65537 would be 1 */
	g_autofree char *got =
		instances_of("FREQ=MINUTELY;INTERVAL=65537;COUNT=2", "20080101T000000", "", 3);
	ck_assert_str_eq(got, "20080101T000000,20080215T121700");
}
END_TEST

START_TEST(a_start_outside_of_its_rule_uses_up_one_of_count)
{
	OWNED(recurrence)
	recurrence = recurrence_new("FREQ=DAILY;BYHOUR=9;COUNT=2", WALL_DAY, false, true,
	                            G_MAXINT64, NULL);
	guint64 steps = RECURRENCE_STEPS;
	gint64 wall = 0;
	ck_assert_int_eq(recurrence_next(recurrence, &steps, &wall), RECURRENCE_GIVEN);
	ck_assert_int_eq(wall, WALL_DAY + 9 * 3600);
	ck_assert_int_eq(recurrence_next(recurrence, &steps, &wall), RECURRENCE_ENDED);
}
END_TEST

int main(void)
{
	Suite *const suite = suite_create("icalendar_rules");
	TCase *const vectors = tcase_create("rules");
	tcase_set_timeout(vectors, 120);
	tcase_add_test(vectors, every_vector_is_produced_or_its_difference_is_written_down);
	tcase_add_test(vectors, looking_from_a_later_time_on_gives_the_same_instances);
	tcase_add_test(vectors, rules_that_never_match_end);
	tcase_add_test(vectors, rules_with_too_many_looks_are_given_up);
	tcase_add_test(vectors,
	               the_last_second_of_each_year_is_found_without_looking_at_the_others);
	tcase_add_test(vectors, what_is_no_rule_is_refused_in_words);
	tcase_add_test(vectors, large_intervals_stay_large);
	tcase_add_test(vectors, a_start_outside_of_its_rule_uses_up_one_of_count);
	suite_add_tcase(suite, vectors);
	SRunner *const runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	const int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}
