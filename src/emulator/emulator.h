/* SPDX-License-Identifier: MIT */
/* A server of the Personal APIs, in this process: what passerelle-emulator runs and tests start. */
#ifndef PASSERELLE_EMULATOR_EMULATOR_H
#define PASSERELLE_EMULATOR_EMULATOR_H

#include "base/error.h"

#include <stddef.h>

/* The credentials for trying, where the options name no others. */
#define EMULATOR_SERVICE_ID       "YOURSERVIC1234567890"
#define EMULATOR_SERVICE_PASSWORD "secret:for trying"

enum emulator_search {
	EMULATOR_SEARCH_FOLD,  /* neither case nor accents matter */
	EMULATOR_SEARCH_CASE,  /* accents matter */
	EMULATOR_SEARCH_EXACT, /* both matter */
};

enum emulator_id_style {
	EMULATOR_ID_NUMBER,  /* 1 */
	EMULATOR_ID_SMALL_C, /* c1 */
	EMULATOR_ID_LARGE_C, /* C1 */
};

/* What getpicture says of a contact without one. */
enum emulator_no_picture {
	EMULATOR_NO_PICTURE_EMPTY_LIST,
	EMULATOR_NO_PICTURE_EMPTY_CONTENT,
	EMULATOR_NO_PICTURE_ERROR, /* (c) 100 */
};

/* How the overview of unread mails stands in the reply. */
enum emulator_overview {
	EMULATOR_OVERVIEW_MARKUP,  /* well-formed elements */
	EMULATOR_OVERVIEW_RAW,     /* as in the published sample, not well-formed */
	EMULATOR_OVERVIEW_ESCAPED, /* the elements as escaped text */
	EMULATOR_OVERVIEW_CDATA,   /* the elements in a CDATA section */
};

/*
 * Every option of passerelle-emulator(1) under its name. All zero is a valid set: plain http on
 * a free port of 127.0.0.1, everything consented, no data. Strings are copied by emulator_start.
 */
struct emulator_options {
	const char *listen;           /* "127.0.0.1:8080", "[::1]:0"; NULL: 127.0.0.1:0 */
	const char *tls_cert;         /* PEM file; https when given, together with tls_key */
	const char *tls_key;          /* PEM file */
	const char *tls_self_signed;  /* folder: https with a certificate made there, and ca.pem */
	const char *service_id;       /* NULL: EMULATOR_SERVICE_ID */
	const char *service_password; /* any bytes but NUL; NULL: EMULATOR_SERVICE_PASSWORD */
	const char *subscribed; /* "contacts,calendar,messages,richprofile"; NULL: all; else -8 */
	int token_lifetime;     /* seconds; 0: a day; negative: expired when issued */
	int offline_lifetime;   /* more for addeventoffline; 0: 30 days; negative: none */
	const char *consent;    /* "all", "none" or "contact:see,agenda:add_event,…"; NULL: all */
	int page_size;          /* entries of a list; 0: 100; negative: no limit */
	int untrue_total;       /* so many more than there are, says a list that is not empty */
	int overview_size;      /* mails in EmailsLastNDetailed; 0: 5 */
	enum emulator_search search;
	enum emulator_id_style id_style;
	enum emulator_no_picture no_picture;
	enum emulator_overview overview;
	const char
		*withheld_profile;  /* fields of the rich profile that stand in UserProtectedData */
	const char *picture_action; /* "addpicture", "add picture"; NULL: both */
	const char *mobile_subtype; /* of mobile phones in getcontact: "cell" (NULL), "mobile" */
	bool nested_errors;         /* (c) inside xpage/command-list, not bare */
	bool quirks;                /* malformed where the published samples are */
	bool with_event_list;       /* geteventlist and checkavailability exist */
	int latency;                /* milliseconds before each API call takes effect */
	bool close_connections;     /* after each reply */
	const char *data;           /* JSON file, loaded when it exists and kept */
	const char *names;          /* file of "lastname TAB firstname" lines: contacts */
	int names_count;            /* at most; 0: all */
	bool demo;                  /* a dozen made-up contacts, mails and a profile */
	int unread;                 /* that many unread mails, made up */
	const char *ledger;         /* file: each write is appended, a JSON object per line */
	const char *const
		*faults; /* "ACTION:NUMBER:KIND[:ARGUMENT]", NULL-terminated; NULL: none */
	bool no_control; /* no /_emulator */
	void (*log)(const char *line,
	            void *user_data); /* access log, from any thread; NULL: none */
	void *log_user_data;          /* lent */
};

struct emulator;

/*
 * Listens and serves in threads of its own until emulator_stop. CONFIG: an option makes no
 * sense (the message names it) or plain http is asked for beyond loopback; INPUT: a file cannot
 * be read as what it should be; STORAGE; NETWORK: the address cannot be had.
 */
struct emulator *emulator_start(const struct emulator_options *options, GError **error);

/* Ends all connections at once, keeps the data file, frees. Accepts NULL. */
void emulator_stop(struct emulator *self);
DEFINE_OWNED(emulator, emulator_stop);

/* "http://127.0.0.1:40123", without a slash at the end: the endpoint. Owned by self. */
const char *emulator_url(const struct emulator *self);
unsigned emulator_port(const struct emulator *self);

/* The certificate to trust for https with tls_self_signed; NULL otherwise. Owned by self. */
const char *emulator_ca_file(const struct emulator *self);

/* A new valid token. */
char *emulator_new_token(struct emulator *self);

/*
 * One control request (the list is in the manual) without the wire: request is what follows
 * "/_emulator/", as "fault?action=addcontact&number=1&kind=closed-after", percent-encoded; body
 * may be NULL. Returns the JSON text; works with no_control too. USAGE: the endpoint says no, in
 * its words. A fault's number counts from the start or reset-calls; "next" is the next call.
 */
char *emulator_control(struct emulator *self, const char *request, const char *body,
                       GError **error);

/* API calls received since the start or reset-calls, of one action (NULL: of all). */
unsigned emulator_count_calls(struct emulator *self, const char *action);
/* Writes that took effect since the start. */
unsigned emulator_count_writes(struct emulator *self, const char *action);

/* Keep the data file now (SIGHUP does it). True without one. */
bool emulator_save(struct emulator *self, GError **error);

#endif
