/* SPDX-License-Identifier: MIT */
/* The overview of unread mails, which is markup in looks only: read leaf by leaf. */
#include "remotes/orange/overview.h"

#include <string.h>

#include "base/text.h"
#include "formats/mail_header.h"
#include "remotes/orange/words.h"

#define OVERVIEW_BYTES (2 * 1024 * 1024) /* a hundred mails with every field full, and markup */
#define OVERVIEW_LEAVES                                                                            \
	(OVERVIEW_MAILS * 12)  /* twice what honest mails have: each may search LEAF_BYTES */
#define LEAF_BYTES (64 * 1024) /* an end tag further away than this is a missing one */

struct span {
	const char *start, *end;
};

static bool ends_name(char byte)
{
	return byte == '>' || byte == '/' || g_ascii_isspace(byte);
}

/* The "<" of the next tag of that name ("/msg" is an end tag); case ignored. */
static const char *find_tag(const char *at, const char *end, const char *name)
{
	const gsize length = strlen(name);
	while (at < end && (at = memchr(at, '<', (gsize)(end - at))) != NULL) {
		if ((gsize)(end - at) > length + 1 &&
		    g_ascii_strncasecmp(at + 1, name, length) == 0 && ends_name(at[1 + length])) {
			return at;
		}
		at++;
	}
	return NULL;
}

static const char *after_tag(const char *tag, const char *end)
{
	const char *close = memchr(tag, '>', (gsize)(end - tag));
	return close == NULL ? end : close + 1;
}

static bool is_self_closed(const char *after)
{
	return after[-1] == '>' && after[-2] == '/';
}

static const char *last_tag(const char *at, const char *end, const char *name)
{
	const char *last = NULL;
	while ((at = find_tag(at, end, name)) != NULL) {
		last = at++;
	}
	return last;
}

/* Start of the first element, behind declaration and comments. */
static const char *first_element(const char *at, const char *end)
{
	while (at < end && (at = memchr(at, '<', (gsize)(end - at))) != NULL) {
		if (end - at > 1 && g_ascii_isalpha(at[1])) {
			return at;
		}
		if (end - at > 4 && memcmp(at, "<!--", 4) == 0) {
			const char *close = memmem(at, (gsize)(end - at), "-->", 3);
			at = close == NULL ? end : close;
		}
		at++;
	}
	return NULL;
}

/*
 * The last end tag inside UserAuthorizedData, so that one inside a subject does not end the
 * element.
 */
static const char *element_end(const char *start, const char *end)
{
	const char *data_end = last_tag(start, end, "/UserAuthorizedData");
	const char *bound = data_end == NULL ? end : data_end;
	const char *last = data_end == NULL ? find_tag(start, end, "/EmailsLastNDetailed")
	                                    : last_tag(start, bound, "/EmailsLastNDetailed");
	return last == NULL ? bound : last;
}

GBytes *overview_cut(GBytes *body, char **overview)
{
	gsize size = 0;
	const char *data = g_bytes_get_data(body, &size);
	const char *end = data + size;
	*overview = NULL;
	const char *root = size == 0 ? NULL : first_element(data, end);
	if (root == NULL || find_tag(root, end, "getPersonalMessagesReturn") != root) {
		return g_bytes_ref(body);
	}
	const char *tag = find_tag(root, end, "EmailsLastNDetailed");
	const char *start = tag == NULL ? end : after_tag(tag, end);
	if (tag == NULL || is_self_closed(start)) {
		return g_bytes_ref(body);
	}
	const char *stop = element_end(start, end);
	*overview = g_strndup(start, MIN((gsize)(stop - start), OVERVIEW_BYTES));
	GByteArray *rest = g_byte_array_sized_new((guint)size);
	g_byte_array_append(rest, (const guint8 *)data, (guint)(start - data));
	g_byte_array_append(rest, (const guint8 *)stop, (guint)(end - stop));
	return g_byte_array_free_to_bytes(rest);
}

static const struct {
	const char *name, *text;
} ENTITIES[] = {{"lt;", "<"},    {"gt;", ">"},   {"amp;", "&"},
                {"quot;", "\""}, {"apos;", "'"}, {"nbsp;", " "}};

/* Appends what the character reference at text ("#233;", "#xE9;") stands for; its length, 0 = it is
 * none. */
static gsize decode_number(const char *text, GString *out)
{
	const bool is_hex = text[1] == 'x' || text[1] == 'X';
	const char *digits = text + (is_hex ? 2 : 1);
	const gsize count = strspn(digits, is_hex ? "0123456789abcdefABCDEF" : "0123456789");
	if (count == 0 || count > 7 || digits[count] != ';') {
		return 0;
	}
	const gunichar character = (gunichar)g_ascii_strtoull(digits, NULL, is_hex ? 16 : 10);
	if (character != 0 && g_unichar_validate(character)) {
		g_string_append_unichar(out, character);
	}
	return (gsize)(digits - text) + count + 1;
}

static gsize decode_entity(const char *text, GString *out)
{
	if (text[0] == '#') {
		return decode_number(text, out);
	}
	for (gsize i = 0; i < G_N_ELEMENTS(ENTITIES); i++) {
		if (g_str_has_prefix(text, ENTITIES[i].name)) {
			g_string_append(out, ENTITIES[i].text);
			return strlen(ENTITIES[i].name);
		}
	}
	return 0;
}

/* Once: what is left of "&amp;lt;" is "&lt;". An ampersand of nothing stays. */
static char *decode_once(const char *text)
{
	GString *out = g_string_new(NULL);
	while (*text != '\0') {
		const gsize plain = strcspn(text, "&");
		g_string_append_len(out, text, (gssize)plain);
		text += plain;
		if (*text == '\0') {
			break;
		}
		const gsize length = decode_entity(text + 1, out);
		if (length == 0) {
			g_string_append_c(out, '&');
		}
		text += 1 + length;
	}
	return g_string_free(out, FALSE);
}

static char *without_cdata(const char *text)
{
	GString *out = g_string_new(text);
	g_string_replace(out, "<![CDATA[", "", 0);
	g_string_replace(out, "]]>", "", 0);
	return g_string_free(out, FALSE);
}

struct leaf {
	const char *name;
	gsize offset;
	bool is_date;
};
static const struct leaf LEAVES[] = {
	{"msg_id", offsetof(struct mail_summary, id), false},
	{"msg_from", offsetof(struct mail_summary, from), false},
	{"msg_subject", offsetof(struct mail_summary, subject), false},
	{"msg_begin_body", offsetof(struct mail_summary, preview), false},
	{"msg_url_access", offsetof(struct mail_summary, url), false},
	{"msg_date", offsetof(struct mail_summary, date), true}, /* of which the weekday lies */
};

static const struct leaf *leaf_at(const char *tag, const char *end)
{
	for (gsize i = 0; i < G_N_ELEMENTS(LEAVES); i++) {
		const char *hit =
			find_tag(tag, MIN(end, tag + strlen(LEAVES[i].name) + 2), LEAVES[i].name);
		if (hit == tag) {
			return &LEAVES[i];
		}
	}
	return NULL;
}

static bool is_tag(const char *at, const char *end, const char *name)
{
	return find_tag(at, MIN(end, at + strlen(name) + 2), name) == at;
}

/* Where a leaf without an end tag ends: at the next tag of the overview's own. */
static const char *next_own_tag(const char *at, const char *end)
{
	while (at < end && (at = memchr(at, '<', (gsize)(end - at))) != NULL) {
		if (leaf_at(at, end) != NULL || is_tag(at, end, "msg") || is_tag(at, end, "/msg") ||
		    is_tag(at, end, "/msgs")) {
			return at;
		}
		at++;
	}
	return end;
}

static struct span leaf_content(const struct leaf *leaf, const char *tag, const char *end)
{
	const char *start = after_tag(tag, end);
	if (is_self_closed(start)) {
		return (struct span){start, start};
	}
	const char *bound = end - start > LEAF_BYTES ? start + LEAF_BYTES : end;
	g_autofree char *closing = g_strconcat("/", leaf->name, NULL);
	const char *close = find_tag(start, bound, closing);
	const char *again = find_tag(start, bound, leaf->name);
	if (close != NULL && (again == NULL || close < again)) {
		return (struct span){start, close};
	}
	return (struct span){start, next_own_tag(start, end)};
}

static void mail_set(struct mail_summary *mail, const struct leaf *leaf, struct span content)
{
	g_autofree char *raw =
		g_strndup(content.start, MIN((gsize)(content.end - content.start), LEAF_BYTES));
	g_autofree char *text = decode_once(raw);
	if (leaf->is_date) {
		mail->date = mail_header_date(text);
		return;
	}
	char **field = (char **)G_STRUCT_MEMBER_P(mail, leaf->offset);
	g_free(*field);
	*field = field == &mail->url ? words_address(text) : text_line(text, OVERVIEW_FIELD_BYTES);
}

static gint newest_first(gconstpointer left, gconstpointer right)
{
	const struct mail_summary *a = *(struct mail_summary *const *)left;
	const struct mail_summary *b = *(struct mail_summary *const *)right;
	return (a->date < b->date) - (a->date > b->date);
}

static void read_leaves(const char *at, const char *end, GPtrArray *mails)
{
	struct mail_summary *mail = NULL;
	guint count = 0;
	while (at < end && (at = memchr(at, '<', (gsize)(end - at))) != NULL) {
		const struct leaf *leaf = leaf_at(at, end);
		if (leaf == NULL) {
			mail = is_tag(at, end, "msg") || is_tag(at, end, "/msg") ? NULL : mail;
			at++;
			continue;
		}
		if (++count > OVERVIEW_LEAVES) {
			return;
		}
		const struct span content = leaf_content(leaf, at, end);
		if (mail == NULL || (leaf == &LEAVES[0] && mail->id != NULL)) {
			if (mails->len == OVERVIEW_MAILS) {
				return;
			}
			mail = mail_summary_new();
			g_ptr_array_add(mails, mail);
		}
		mail_set(mail, leaf, content);
		at = content.end;
	}
}

GPtrArray *overview_read(const char *overview)
{
	GPtrArray *mails = g_ptr_array_new_with_free_func((GDestroyNotify)mail_summary_free);
	g_autofree char *bounded = g_strndup(overview, OVERVIEW_BYTES);
	g_autofree char *plain = without_cdata(bounded);
	g_autofree char *text = find_tag(plain, plain + strlen(plain), "msg_id") == NULL &&
	                                        strstr(plain, "&lt;msg") != NULL
	                                ? decode_once(plain)
	                                : g_strdup(plain);
	read_leaves(text, text + strlen(text), mails);
	g_ptr_array_sort(mails, newest_first);
	return mails;
}
