/* SPDX-License-Identifier: MIT */
/* The actions of the APIs: one row for each, its parameters and what it does. */
#ifndef PASSERELLE_EMULATOR_ACTIONS_H
#define PASSERELLE_EMULATOR_ACTIONS_H

#include "emulator/world.h"

enum api { API_CONTACTS, API_CALENDAR, API_MESSAGES, API_RICHPROFILE, API_COUNT };

enum need {
	NEED_NOT,
	NEED_VALUE, /* missing or empty: error 1 */
	NEED_NAME,  /* missing: error 1; may be empty */
};

struct parameter_rule {
	const char *name;
	enum need need;
	bool (*is_valid)(const char *value); /* NULL: any; not asked about an empty value */
};

/* A call that has passed the gateway. */
struct call {
	struct emulator *emulator;
	const struct request *request;
	const struct action *action;
	bool has_written; /* set by perform: goes to the ledger, with written_id */
	char *written_id;
};

struct action {
	const char *name;
	enum api api;
	const char *family,
		*attribute; /* of the consent it needs; attribute NULL: it asks itself */
	const struct parameter_rule *rules;          /* until name NULL */
	struct reply *(*perform)(struct call *call); /* under the lock */
	bool is_post;
	bool is_proposed;         /* only with_event_list */
	bool takes_expired_token; /* offline */
};

/* Until name NULL. */
extern const struct action emu_contacts_actions[];
extern const struct action emu_pictures_actions[];
extern const struct action emu_calendar_actions[];
extern const struct action emu_messages_actions[];

/* The value of a parameter; "" where it was not given. */
const char *emu_call_get(const struct call *self, const char *name);
/* Envelope (c), about this call. */
struct reply *emu_call_refuse(const struct call *self, int type, const char *message);
/* "'name' is invalid." */
struct reply *emu_call_refuse_parameter(const struct call *self, const char *name);
/* The write is done: what the ledger says. */
void emu_call_note_write(struct call *self, const char *id);
/* The contact of cid; NULL with refusal set. */
struct contact *emu_call_find_contact(const struct call *self, struct reply **refusal);
/* Envelope (b) for what this call lacks; attributes as "see" or "a,b". */
struct reply *emu_call_ask_consent(const struct call *self, const char *attributes);

/* <xpage><command-list><command …> of a reply; emu_xml_end closes it. */
struct reply *emu_command_begin(struct xml_writer *writer, const char *action, const char *request);
/* <data-list> with its counts; returns how many entries are shown: page_size of total at most. */
guint emu_command_open_list(const struct call *call, struct xml_writer *writer, guint total);

/* Everything under /PersonalContacts and its like; no reply for other paths (NULL). */
struct reply *emu_api_answer(struct emulator *self, struct request *request);

#endif
