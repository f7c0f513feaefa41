/* SPDX-License-Identifier: MIT */
/* Counts and newest unread mails of mailboxes: STATUS, EXAMINE, UID SEARCH, UID FETCH. */
#include "remotes/imap/mailbox.h"

#include <string.h>

#include "formats/mail_header.h"
#include "remotes/imap/newest.h"

/* Parts of mails longer than this are cut by the server: one mail must not hide the others. */
#define HEADER_BYTES "8192"
#define FETCHED                                                                                    \
	"(UID INTERNALDATE BODY.PEEK[HEADER.FIELDS (FROM SUBJECT DATE)]<0." HEADER_BYTES ">)"

/* ---- names ---- */

static char *quote_name(const char *name, GError **error)
{
	char *quoted = imap_quote_mailbox(name);
	if (quoted == NULL) {
		g_set_error(error, PASSERELLE_ERROR, PASSERELLE_ERROR_CONFIG,
		            "it is no name of a mailbox");
	}
	return quoted;
}

/* A command about one mailbox, whose name stands in front of what goes wrong. */
static bool command(struct imap *imap, const char *verb, const char *name, const char *rest,
                    imap_take take, void *data, GError **error)
{
	g_autoptr(GError) why = NULL;
	g_autofree char *quoted = quote_name(name, &why);
	g_autofree char *line = quoted == NULL ? NULL : g_strconcat(verb, " ", quoted, rest, NULL);
	if (line == NULL || !imap_command(imap, line, take, data, &why)) {
		g_propagate_prefixed_error(error, g_steal_pointer(&why), "mailbox \"%s\": ", name);
		return false;
	}
	return true;
}

/* ---- counts (RFC 3501, 7.2.4) ---- */

static void take_status(void *data, struct imap_cursor reply)
{
	struct mailbox_counts *counts = data;
	gsize size = 0;
	guint64 number = 0;
	if (!imap_read_word(&reply, "STATUS")) {
		return;
	}
	g_autofree char *name = imap_read_string(&reply, &size);
	if (name == NULL || !imap_read_mark(&reply, '(')) {
		return;
	}
	while (!imap_read_mark(&reply, ')')) {
		const bool is_total = imap_read_word(&reply, "MESSAGES");
		const bool is_unread = !is_total && imap_read_word(&reply, "UNSEEN");
		if (!is_total && !is_unread && !imap_skip_value(&reply)) {
			return;
		}
		if (!imap_read_number(&reply, &number) || number > G_MAXUINT32) {
			return;
		}
		counts->total = is_total ? (gint64)number : counts->total;
		counts->unread = is_unread ? (gint64)number : counts->unread;
	}
}

bool mailbox_count(struct imap *imap, const char *name, struct mailbox_counts *counts,
                   GError **error)
{
	*counts = (struct mailbox_counts){MAILBOX_UNKNOWN, MAILBOX_UNKNOWN};
	return command(imap, "STATUS", name, " (MESSAGES UNSEEN)", take_status, counts, error);
}

/* ---- the newest unread ---- */

/* "OK [UIDVALIDITY 7] …" */
static void take_validity(void *data, struct imap_cursor reply)
{
	guint64 number = 0;
	if (imap_read_word(&reply, "OK") && imap_read_word(&reply, "[UIDVALIDITY")) {
		const char *end = memchr(reply.at, ']', (gsize)(reply.end - reply.at));
		reply.end = end == NULL ? reply.end : end;
		if (imap_read_number(&reply, &number)) {
			*(guint64 *)data = number;
		}
	}
}

bool mailbox_examine(struct imap *imap, const char *name, guint64 *uid_validity, GError **error)
{
	guint64 unused = 0;
	return command(imap, "EXAMINE", name, "", take_validity,
	               uid_validity == NULL ? &unused : uid_validity, error);
}

/* RFC 3501, 7.2.5: all of them; RFC 4731: ranges. */
static void take_search(void *data, struct imap_cursor reply)
{
	struct newest *newest = data;
	guint64 number = 0;
	if (imap_read_word(&reply, "SEARCH")) {
		while (imap_read_number(&reply, &number)) {
			newest_add(newest, number, number);
		}
		return;
	}
	if (!imap_read_word(&reply, "ESEARCH")) {
		return;
	}
	while (!imap_read_word(&reply, "ALL")) {
		if (!imap_skip_value(&reply)) {
			return;
		}
	}
	gsize size = 0;
	g_autofree char *set = imap_read_string(&reply, &size);
	newest_add_set(newest, set == NULL ? "" : set);
}

static bool search(struct imap *imap, struct newest *newest, GError **error)
{
	const char *words = imap_has(imap, "ESEARCH") || imap_has(imap, "IMAP4REV2")
	                            ? "UID SEARCH RETURN (ALL) UNSEEN"
	                            : "UID SEARCH UNSEEN";
	return imap_command(imap, words, take_search, newest, error);
}

/* What FETCH tells of one mail. */
struct fetched {
	guint64 uid;
	gint64 arrived; /* 0 = not told */
	char *header;   /* NULL = not told */
	gsize header_size;
};

static void fetched_clear(struct fetched *self)
{
	g_free(self->header);
}

static bool read_item(struct imap_cursor *reply, struct fetched *mail)
{
	gsize size = 0;
	g_autofree char *name = imap_read_item(reply);
	if (name == NULL) {
		return false;
	}
	if (g_ascii_strcasecmp(name, "UID") == 0) {
		return imap_read_number(reply, &mail->uid);
	}
	if (g_ascii_strcasecmp(name, "INTERNALDATE") == 0) {
		g_autofree char *date = imap_read_string(reply, &size);
		mail->arrived = date == NULL ? 0 : mail_header_date(date);
		return date != NULL;
	}
	if (g_ascii_strcasecmp(name, "BODY") == 0 && mail->header == NULL) {
		mail->header = imap_read_string(reply, &mail->header_size);
		return mail->header != NULL;
	}
	return imap_skip_value(reply);
}

static void read_fetched(struct imap_cursor *reply, struct fetched *mail)
{
	guint64 number = 0;
	if (imap_read_number(reply, &number) && imap_read_word(reply, "FETCH") &&
	    imap_read_mark(reply, '(')) {
		while (!imap_read_mark(reply, ')') && read_item(reply, mail)) {
		}
	}
}

/* Written later than it came is a lie, and would stay on top for ever. */
static gint64 date_of(const struct fetched *mail, const char *written)
{
	const gint64 date = written == NULL ? 0 : mail_header_date(written);
	if (date == 0 || mail->arrived == 0) {
		return date == 0 ? mail->arrived : date;
	}
	return MIN(date, mail->arrived);
}

struct fetching {
	const char *name; /* of the mailbox; lent */
	guint64 uid_validity;
	struct newest *asked; /* lent; what came is taken out */
	GPtrArray *mails;     /* lent */
};

/* RFC 5092 names a mail like that. */
static struct mail_summary *summarise(const struct fetching *self, const struct fetched *mail)
{
	struct mail_summary *summary = mail_summary_new();
	const char *header = mail->header == NULL ? "" : mail->header;
	g_autofree char *from = mail_header_field(header, mail->header_size, "From");
	g_autofree char *subject = mail_header_field(header, mail->header_size, "Subject");
	g_autofree char *date = mail_header_field(header, mail->header_size, "Date");
	summary->id =
		g_strdup_printf("%s;UIDVALIDITY=%" G_GUINT64_FORMAT "/;UID=%" G_GUINT64_FORMAT,
	                        self->name, self->uid_validity, mail->uid);
	summary->from = from == NULL ? NULL : mail_header_person(from, MAILBOX_FIELD_BYTES);
	summary->subject = subject == NULL ? NULL : mail_header_text(subject, MAILBOX_FIELD_BYTES);
	summary->date = date_of(mail, date);
	return summary;
}

static void take_mail(void *data, struct imap_cursor reply)
{
	struct fetching *self = data;
	struct fetched mail = {0};
	read_fetched(&reply, &mail);
	if (mail.header != NULL && newest_remove(self->asked, mail.uid)) {
		/* In front: of two that came in the same second the higher id is the newer one. */
		g_ptr_array_insert(self->mails, 0, summarise(self, &mail));
	}
	fetched_clear(&mail);
}

bool mailbox_add_latest(struct imap *imap, const char *name, GPtrArray *mails, GError **error)
{
	struct newest newest = {0};
	struct fetching fetching = {name, 0, &newest, mails};
	if (!mailbox_examine(imap, name, &fetching.uid_validity, error) ||
	    !search(imap, &newest, error)) {
		return false;
	}
	if (newest.count == 0) {
		return true;
	}
	g_autofree char *set = newest_set(&newest);
	g_autofree char *line = g_strconcat("UID FETCH ", set, " " FETCHED, NULL);
	return imap_command(imap, line, take_mail, &fetching, error);
}

/* ---- all of it ---- */

static gint newest_first(gconstpointer left, gconstpointer right)
{
	const struct mail_summary *a = *(struct mail_summary *const *)left;
	const struct mail_summary *b = *(struct mail_summary *const *)right;
	return (a->date < b->date) - (a->date > b->date);
}

static gint64 sum(gint64 left, gint64 right)
{
	return left == MAILBOX_UNKNOWN || right == MAILBOX_UNKNOWN ? MAILBOX_UNKNOWN : left + right;
}

/* Only what is wrong with this mailbox alone; else the error is everybody's. */
static bool note_problem(struct imap *imap, struct mailbox *all, GError *why, GError **error)
{
	if (imap_is_lost(imap)) {
		g_propagate_error(error, why);
		return false;
	}
	char *longer = all->problem == NULL ? g_strdup(why->message)
	                                    : g_strconcat(all->problem, "; ", why->message, NULL);
	g_free(all->problem);
	all->problem = longer;
	g_error_free(why);
	return true;
}

static bool count_all(struct imap *imap, char *const *names, struct mailbox *all, GPtrArray *unread,
                      GError **error)
{
	g_autoptr(GError) first = NULL;
	guint counted = 0;
	all->total = all->unread = 0;
	for (; *names != NULL; names++) {
		struct mailbox_counts counts;
		GError *why = NULL;
		if (!mailbox_count(imap, *names, &counts, &why)) {
			first = first == NULL ? g_error_copy(why) : first;
			if (!note_problem(imap, all, why, error)) {
				return false;
			}
			continue;
		}
		counted++;
		all->total = sum(all->total, counts.total);
		all->unread = sum(all->unread, counts.unread);
		if (counts.unread != 0) {
			g_ptr_array_add(unread, *names);
		}
	}
	if (counted == 0) {
		g_propagate_error(error, g_steal_pointer(&first));
	}
	return counted > 0;
}

static bool add_all_latest(struct imap *imap, const GPtrArray *names, struct mailbox *all,
                           GError **error)
{
	for (guint i = 0; i < names->len; i++) {
		GError *why = NULL;
		if (!mailbox_add_latest(imap, g_ptr_array_index(names, i), all->latest, &why) &&
		    !note_problem(imap, all, why, error)) {
			return false;
		}
	}
	g_ptr_array_sort(all->latest, newest_first);
	if (all->latest->len > MAILBOX_MAILS) {
		g_ptr_array_set_size(all->latest, MAILBOX_MAILS);
	}
	all->has_latest = TRUE;
	return true;
}

struct mailbox *mailbox_read(struct imap *imap, char *const *names, GError **error)
{
	struct mailbox *all = mailbox_new();
	g_autoptr(GPtrArray) unread = g_ptr_array_new();
	if (!count_all(imap, names, all, unread, error) ||
	    !add_all_latest(imap, unread, all, error)) {
		g_clear_pointer(&all, mailbox_free);
	}
	return all;
}
