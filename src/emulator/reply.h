/* SPDX-License-Identifier: MIT */
/* Replies: the envelopes of the wire, the XML inside them, and how they are delivered. */
#ifndef PASSERELLE_EMULATOR_REPLY_H
#define PASSERELLE_EMULATOR_REPLY_H

#include "base/error.h"

#include <jansson.h>

enum delivery {
	DELIVER_WHOLE,
	DELIVER_NOTHING, /* close the connection */
	DELIVER_SILENCE, /* wait until the client gives up */
	DELIVER_CUT,     /* promise more than there is, then close */
	DELIVER_DRIP,    /* a byte every drip_ms */
};

struct reply {
	unsigned status;
	const char *content_type;
	GString *body;
	char *location;  /* of a redirect; else NULL */
	int retry_after; /* seconds; 0: no such header */
	enum delivery delivery;
	int drip_ms;
};

struct reply *emu_reply_new(unsigned status, const char *content_type);
void emu_reply_free(struct reply *self);
DEFINE_OWNED(reply, emu_reply_free);

/* (a): the gateway's error, -1 to -10, on HTTP 500. A quirk puts a comment into it. */
struct reply *emu_reply_gateway_error(int code, bool with_comment);

/* (b): -3 with the address of the privacy page, which a quirk folds over two lines. */
struct reply *emu_reply_consent_error(const char *url, bool is_folded);

/* (c): type 1 to 100, bare or in an xpage. */
struct reply *emu_reply_command_error(const char *action, int type, const char *message,
                                      bool is_nested);

/* (d): code 102 to 900 inside root. */
struct reply *emu_reply_messages_error(const char *root, int code);

struct reply *emu_reply_redirect(const char *location);

/* Takes document. */
struct reply *emu_reply_json(unsigned status, json_t *document);

/* title and text are escaped; form is HTML. */
struct reply *emu_reply_page(unsigned status, const char *title, const char *text,
                             const char *form);

/* Text with & < > " and control characters escaped, for elements and attributes. */
char *emu_xml_escape(const char *text);

/* Indented XML into the body of a reply. Names are lent until closed. */
#define XML_WRITER_DEPTH 16
struct xml_writer {
	GString *out; /* lent */
	const char *open[XML_WRITER_DEPTH];
	int depth;
};

/* attributes: name, value, …, NULL. */
void emu_xml_begin(struct xml_writer *self, struct reply *reply);
void emu_xml_open(struct xml_writer *self, const char *name, ...) G_GNUC_NULL_TERMINATED;
void emu_xml_close(struct xml_writer *self);
void emu_xml_leaf(struct xml_writer *self, const char *name, const char *text,
                  ...) G_GNUC_NULL_TERMINATED;
void emu_xml_leaf_number(struct xml_writer *self, const char *name, int value);
/* Closes what is open. */
void emu_xml_end(struct xml_writer *self);

#endif
