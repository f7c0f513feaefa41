/* SPDX-License-Identifier: MIT */
/* Every bound on what comes from outside, with its reason. */
#ifndef PASSERELLE_BASE_LIMITS_H
#define PASSERELLE_BASE_LIMITS_H

#define LIMIT_REPLY_BYTES     (16 * 1024 * 1024) /* a getpicture reply is the largest honest one */
#define LIMIT_XML_DEPTH       64                 /* honest replies nest 8 deep */
#define LIMIT_XML_NODES       400000             /* a list of 40,000 contacts */
#define LIMIT_HEADER_BYTES    (64 * 1024)        /* of one reply */
#define LIMIT_FILE_BYTES      (16 * 1024 * 1024) /* one vCard or calendar with its picture */
#define LIMIT_LINE_BYTES      (12 * 1024 * 1024) /* an unfolded content line: an inline picture */
#define LIMIT_LINES           200000             /* content lines of one file */
#define LIMIT_ADDRESSES       5000               /* of one card: the rest stays in its file */
#define LIMIT_CARDS           20000              /* cards of one file */
#define LIMIT_IMPORT_BYTES    (1 << 28)          /* of one file: 10,000 cards with pictures */
#define LIMIT_IMPORT_ITEMS    200000             /* of one file; each becomes one of its own */
#define LIMIT_COMPONENT_DEPTH 16                 /* VCALENDAR/VTIMEZONE/STANDARD is 3 */
#define LIMIT_COMPONENTS      20000              /* of one calendar file */
#define LIMIT_VALUES          500                /* libical loses list values beyond this */
#define LIMIT_OCCURRENCES     4000               /* of one series within the horizon */
#define LIMIT_PICTURE_BYTES   (8 * 1024 * 1024)  /* decoded */
#define LIMIT_NAME_BYTES      200                /* a file name made from a UID or remote id */
#define LIMIT_CONFIG_LINE     (64 * 1024)
#define LIMIT_FIELD_BYTES     8192              /* one text field sent in an address */
#define LIMIT_IMAP_BYTES      (2 * 1024 * 1024) /* one reply with its literals: 200,000 ids */
#define LIMIT_IMAP_REPLIES    20000             /* to one command, unasked ones included */

#endif
