/* SPDX-License-Identifier: MIT */
/* Every write call, every fault that it can meet, and what the ledger must then say of it. */
#ifndef PASSERELLE_TESTS_SYNC_LOST_TABLE_H
#define PASSERELLE_TESTS_SYNC_LOST_TABLE_H

#include "emulator/emulator.h"
#include "journal/ledger.h"

#include <check.h>
#include <string.h>

/*
 * The verdict follows from what the client sees alone: a reply that proves that nothing was done
 * (not sent, refused), one that proves that it was done, and all else in doubt.
 */
struct lost_fault {
	const char *name;
	bool has_effect;
	enum ledger_state verdict;
	bool is_slow; /* as long as the client waits */
};

static const struct lost_fault lost_faults[] = {
	{"closed-before", false, LEDGER_IN_DOUBT, false},
	{"closed-after", true, LEDGER_IN_DOUBT, false},
	{"silent-before", false, LEDGER_IN_DOUBT, true},
	{"silent-after", true, LEDGER_IN_DOUBT, true},
	{"500-before", false, LEDGER_IN_DOUBT, false},
	{"500-after", true, LEDGER_IN_DOUBT, false},
	{"503:0", false, LEDGER_IN_DOUBT, false},
	{"503:1", false, LEDGER_IN_DOUBT, false},
	{"503-after:1", true, LEDGER_IN_DOUBT, false},
	{"429:1", false, LEDGER_IN_DOUBT, false},
	{"cut", true, LEDGER_IN_DOUBT, false},
	{"cut-before", false, LEDGER_IN_DOUBT, false},
	{"html", true, LEDGER_IN_DOUBT, false},
	{"html-before", false, LEDGER_IN_DOUBT, false},
	{"drip:1", true, LEDGER_DONE, false},
	{"drip:50", true, LEDGER_IN_DOUBT, true},
	{"garbage", true, LEDGER_IN_DOUBT, false},
	{"garbage-before", false, LEDGER_IN_DOUBT, false},
	{"internal", false, LEDGER_IN_DOUBT, false},
	{"internal-after", true, LEDGER_IN_DOUBT, false},
	{"token", false, LEDGER_NOT_SENT, false},
	{"code:-2", false, LEDGER_IN_DOUBT, false},
	{"code:-3", false, LEDGER_NOT_SENT, false},
	{"code:-5", false, LEDGER_IN_DOUBT, false},
	{"code:-6", false, LEDGER_IN_DOUBT, false},
	{"code:-7", false, LEDGER_REFUSED, false},
	{"code:-8", false, LEDGER_NOT_SENT, false},
	{"code:-9", false, LEDGER_IN_DOUBT, false},
	{"code:-10", false, LEDGER_NOT_SENT, false},
	{"code:1", false, LEDGER_REFUSED, false},
	{"code:2", false, LEDGER_REFUSED, false},
	{"code:4", false, LEDGER_NOT_SENT, false},
	{"code:5", false, LEDGER_NOT_SENT, false},
	{"code:77", false, LEDGER_REFUSED, false},
	{"code:100", false, LEDGER_NOT_SENT, false},
};

/* What a world of three items sends: how many of this call, and which is in the middle. */
struct lost_action {
	const char *name;
	enum item_kind kind;
	unsigned middle, last;
	bool with_list; /* the service shows its events */
};

static const struct lost_action lost_actions[] = {
	{"addcontact", ITEM_CONTACT, 2, 3, false}, {"adddevice", ITEM_CONTACT, 3, 6, false},
	{"addpicture", ITEM_CONTACT, 2, 3, false}, {"addevent", ITEM_EVENT, 2, 3, false},
	{"addevent", ITEM_EVENT, 2, 3, true},      {"addeventoffline", ITEM_EVENT, 2, 3, false},
};

#define LOST_FAULTS  G_N_ELEMENTS(lost_faults)
#define LOST_ACTIONS G_N_ELEMENTS(lost_actions)
#define LOST_PLACES  3

static inline unsigned lost_place(const struct lost_action *action, guint place)
{
	const unsigned numbers[LOST_PLACES] = {1, action->middle, action->last};
	return numbers[place];
}

static inline bool is_tried(const char *kind)
{
	const gsize length = strlen(kind);
	for (gsize i = 0; i < LOST_FAULTS; i++) {
		const char *name = lost_faults[i].name;
		if (strncmp(name, kind, length) == 0 &&
		    (name[length] == '\0' || name[length] == ':')) {
			return true;
		}
	}
	return false;
}

/* The names of a source, by the first group of a pattern, are all in a table. */
static inline void assert_none_is_missing(const char *source, const char *pattern, guint at_least,
                                          bool (*is_known)(const char *name))
{
	g_autofree char *path = g_strconcat(TEST_SOURCE_DIR "/src/", source, NULL);
	g_autofree char *text = NULL;
	ck_assert(g_file_get_contents(path, &text, NULL, NULL));
	g_autoptr(GRegex) regex = g_regex_new(pattern, G_REGEX_MULTILINE, 0, NULL);
	g_autoptr(GMatchInfo) match = NULL;
	guint found = 0;
	for (g_regex_match(regex, text, 0, &match); g_match_info_matches(match);
	     g_match_info_next(match, NULL)) {
		g_autofree char *name = g_match_info_fetch(match, 1);
		ck_assert_msg(is_known(name), "%s: '%s' is never tried", source, name);
		found++;
	}
	ck_assert_uint_ge(found, at_least);
}

static inline bool is_action_tried(const char *name)
{
	for (gsize i = 0; i < LOST_ACTIONS; i++) {
		if (strcmp(lost_actions[i].name, name) == 0) {
			return true;
		}
	}
	return false;
}

/* Every kind of the emulator, and every write that the emulator knows. */
static inline void assert_table_is_whole(void)
{
	assert_none_is_missing("emulator/faults.c", "^\\s+\\{\"([a-z0-9-]+)\", (?:true|false)", 20,
	                       is_tried);
	assert_none_is_missing("emulator/actions_contacts.c", "\\.name = \"(add\\w+)\"", 2,
	                       is_action_tried);
	assert_none_is_missing("emulator/actions_pictures.c", "\\.name = \"(add\\w+)\"", 1,
	                       is_action_tried);
	assert_none_is_missing("emulator/actions_calendar.c", "\\.name = \"(add\\w+)\"", 2,
	                       is_action_tried);
}

#endif
