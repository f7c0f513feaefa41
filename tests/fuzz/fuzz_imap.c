/* SPDX-License-Identifier: MIT */
/* Any bytes as a reply of a mail server: whoever reads it stays inside, gets on, and comes to an
 * end; as a name of a mailbox: it goes out as one word. */
#include "net/imap_text.h"

#include <string.h>

#include "fuzz/fuzz.h"
#include "remotes/imap/newest.h"

const guint fuzz_passes = 8;

static void check_place(const struct imap_cursor *now, const struct imap_cursor *before, bool got)
{
	g_assert(now->end == before->end && now->at <= now->end);
	g_assert(got ? now->at > before->at : now->at == before->at);
}

static void check_words(struct imap_cursor cursor)
{
	static const char *const words[] = {"FETCH", "SEARCH", "ESEARCH", "STATUS", "ALL", "OK"};
	for (gsize i = 0; i < G_N_ELEMENTS(words); i++) {
		const struct imap_cursor before = cursor;
		const bool got = imap_read_word(&cursor, words[i]);
		check_place(&cursor, &before, got);
	}
}

/* As it comes, by whatever fits. */
static void check_values(struct imap_cursor cursor)
{
	struct newest newest = {0};
	for (bool got = true; got;) {
		const struct imap_cursor before = cursor;
		guint64 number = 0;
		gsize size = 0;
		check_words(cursor);
		got = imap_read_number(&cursor, &number);
		if (got) {
			newest_add(&newest, number, number);
		} else if (!(got = imap_read_mark(&cursor, '(') || imap_read_mark(&cursor, ')'))) {
			g_autofree char *text = imap_read_string(&cursor, &size);
			got = text != NULL;
			g_assert(!got ||
			         (text[size] == '\0' && size <= (gsize)(cursor.end - before.at)));
		}
		check_place(&cursor, &before, got);
	}
	g_assert(newest.count <= MAILBOX_MAILS);
	for (guint i = 1; i < newest.count; i++) {
		g_assert(newest.uids[i - 1] < newest.uids[i]);
	}
}

static void check_items(struct imap_cursor cursor)
{
	for (bool got = true; got;) {
		struct imap_cursor before = cursor;
		g_autofree char *name = imap_read_item(&cursor);
		check_place(&cursor, &before, name != NULL);
		before = cursor;
		got = name != NULL && imap_skip_value(&cursor);
		check_place(&cursor, &before, got);
	}
}

static void check_name(const char *name)
{
	g_autofree char *quoted = imap_quote_mailbox(name);
	gsize size = 0;
	if (quoted == NULL) {
		return;
	}
	g_assert(strpbrk(quoted, "\r\n") == NULL);
	struct imap_cursor cursor = {quoted, quoted + strlen(quoted)};
	g_autofree char *read = imap_read_string(&cursor, &size);
	g_assert(read != NULL && cursor.at == cursor.end);
	g_assert(g_str_is_ascii(read));
}

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
	struct imap_cursor whole = {(const char *)data, (const char *)data + size};
	check_values(whole);
	check_items(whole);
	g_autofree char *words = imap_clean_words(whole.at, size);
	g_assert(strlen(words) <= 200 && g_utf8_validate(words, -1, NULL));
	g_autofree char *text = g_strndup(whole.at, size);
	check_name(text);
	struct newest newest = {0};
	newest_add_set(&newest, text);
	g_autofree char *set = newest_set(&newest);
	struct newest again = {0};
	newest_add_set(&again, set);
	g_assert(newest.count == again.count &&
	         memcmp(newest.uids, again.uids, newest.count * sizeof(newest.uids[0])) == 0);
	return 0;
}
