/* SPDX-License-Identifier: MIT */
/* What of a mail's header is shown: who sent it, about what, when (RFC 5322, RFC 2047). */
#ifndef PASSERELLE_FORMATS_MAIL_HEADER_H
#define PASSERELLE_FORMATS_MAIL_HEADER_H

#include <glib.h>

/* The value of the first field of that name, its lines joined, as it came. NULL: there is none.
 * Owned. */
char *mail_header_field(const char *header, gsize size, const char *name);

/*
 * A value with its encoded words decoded: one line of UTF-8 without control characters, at most
 * limit bytes. Broken words stay as they are; bytes in no known encoding are read as UTF-8, else as
 * Windows-1252. Of a value only the first MAIL_HEADER_BYTES are looked at. NULL: nothing is left.
 * Owned.
 */
#define MAIL_HEADER_BYTES (16 * 1024)
char *mail_header_text(const char *value, gsize limit);

/* The first person of From: the name, else the address; cleaned as above. */
char *mail_header_person(const char *value, gsize limit);

/* Seconds since 1970, of a Date or what IMAP says ("7-Mar-2006 …"); 0 = unreadable. An unknown
 * zone is UTC (RFC 5322, 4.3). */
gint64 mail_header_date(const char *value);

#endif
