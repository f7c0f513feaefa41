/* SPDX-License-Identifier: MIT */
/* The words of IMAP: how a name is written, how a reply is read. Pure. */
#ifndef PASSERELLE_NET_IMAP_TEXT_H
#define PASSERELLE_NET_IMAP_TEXT_H

#include <glib.h>
#include <stdbool.h>

/* What is left of a reply. Lent. Each reader skips blanks before its value; where it answers false
 * or NULL, nothing was read. */
struct imap_cursor {
	const char *at, *end;
};

/* Is the next atom this word, whatever its case? Then it is read. */
bool imap_read_word(struct imap_cursor *self, const char *word);
bool imap_read_number(struct imap_cursor *self, guint64 *number);
/* "(" or ")" */
bool imap_read_mark(struct imap_cursor *self, char mark);
/* An atom, a quoted string or a literal, which may hold any byte; NIL gives an empty one. NULL:
 * none. Owned; a NUL behind it. */
char *imap_read_string(struct imap_cursor *self, gsize *size);
/* The name of an item of FETCH up to its "[", which is skipped with all of its brackets. Owned. */
char *imap_read_item(struct imap_cursor *self);
/* One value of any kind, lists with all that is in them. */
bool imap_skip_value(struct imap_cursor *self);

/* A text in quotation marks (RFC 3501, 4.3). NULL: it holds a line break, NUL, or what is not
 * ASCII, and cannot be. Owned. */
char *imap_quote(const char *text);
/* The name of a mailbox as it is sent (RFC 3501, 5.1.3: modified UTF-7), in quotation marks. NULL:
 * it is not UTF-8, or holds a control character. Owned. */
char *imap_quote_mailbox(const char *name);

/* What a server says to a person: one line of UTF-8 without control characters, at most 200 bytes.
 * Owned. */
char *imap_clean_words(const char *text, gsize size);

#endif
