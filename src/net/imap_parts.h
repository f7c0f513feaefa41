/* SPDX-License-Identifier: MIT */
/* What imap.c and imap_login.c share. */
#ifndef PASSERELLE_NET_IMAP_PARTS_H
#define PASSERELLE_NET_IMAP_PARTS_H

#include "net/imap_wire.h"

struct imap {
	struct wire *wire;
	gint64 timeout_usec;
	unsigned commands;
	char *capabilities; /* " IDLE ESEARCH ", in capitals; never NULL */
	GPtrArray *secrets; /* char *: never in a message */
	bool is_lost;
};

enum imap_end { IMAP_OK, IMAP_NO, IMAP_BAD, IMAP_CONTINUE };

/* How the server ended a command, or asks for more of it. */
struct imap_answer {
	enum imap_end end;
	char *code;  /* in capitals, without what belongs to it; NULL = none */
	char *words; /* for a person, secrets hidden; never NULL */
};
void imap_answer_clear(struct imap_answer *self);

/* A command as it is; tag becomes what its end will begin with. */
#define IMAP_TAG_BYTES 16
bool imap_say(struct imap *self, const char *command, char tag[IMAP_TAG_BYTES], gint64 deadline,
              GError **error);
/* A line that goes on with one. */
bool imap_say_more(struct imap *self, const char *line, gint64 deadline, GError **error);
/* Replies up to the end of the command, or up to a "+" of the server, which alone may be the
 * answer where tag is NULL. NETWORK, PROTOCOL, CANCELLED: is_lost. */
bool imap_hear(struct imap *self, const char *tag, gint64 deadline, imap_take take, void *data,
               struct imap_answer *answer, GError **error);
gint64 imap_deadline(const struct imap *self);
/* The error of an answer that is not OK; other: of a NO without a code that says more. */
void imap_set_error(const struct imap *self, const struct imap_answer *answer,
                    enum passerelle_error other, GError **error);
void imap_take_capabilities(struct imap *self, struct imap_cursor words);

/* Chooses a way, signs in, and knows the capabilities afterwards. */
bool imap_login(struct imap *self, const struct imap_settings *settings, GError **error);

#endif
