/* SPDX-License-Identifier: MIT */
/*
 * The one list of all options: for the reader, for "check", and for the test that holds manual and
 * example to it.
 */
#ifndef PASSERELLE_APP_CONFIG_OPTIONS_H
#define PASSERELLE_APP_CONFIG_OPTIONS_H

#include "base/error.h"

enum option_section { SECTION_GENERAL, SECTION_ACCOUNT };

enum option_type {
	OPTION_TEXT,        /* as it stands */
	OPTION_PATH,        /* "~" and "$HOME" are replaced; absolute */
	OPTION_SECRET_FILE, /* a path, or "credential:NAME" */
	OPTION_URL,         /* https, or http to this machine */
	OPTION_PAGE,        /* the same, and it may have a query */
	OPTION_MAIL_URL,    /* imaps, or imap */
	OPTION_PIN,         /* sha256//BASE64=, several joined by ";" */
	OPTION_WORD,        /* the name of a parameter: letters, digits, "_", "-" and "." */
	OPTION_HOSTS,       /* see address.h */
	OPTION_NAMES,       /* names of folders, with blanks or commas between them, or "all" */
	OPTION_ZONE,        /* Olson name */
	OPTION_DURATION,    /* 30s 5m 1h 90d 2w; gint64 seconds */
	OPTION_NUMBER,      /* gint64 */
	OPTION_SWITCH,      /* yes no on off true false; gint64 0 or 1 */
	OPTION_CHOICE,      /* one of choices; gint64 its value */
};

struct option_choice {
	const char *name;
	gint64 value;
};

struct option {
	enum option_section section;
	const char *name;
	enum option_type type;
	const char *fallback;                /* as it would be written; NULL = none */
	gint64 minimum, maximum;             /* of durations (seconds) and numbers */
	gsize offset;                        /* of the field in its struct */
	const struct option_choice *choices; /* ends with a NULL name */
	const char *help;                    /* one line */
};

/* Ends with a NULL name. */
extern const struct option config_options[];

const struct option *option_find(enum option_section section, const char *name);
/*
 * The name of an option, section word or choice that is nearest to what was typed; NULL where none
 * is near.
 */
const char *option_nearest(enum option_section section, const char *typed);
const char *word_nearest(const char *const *words, const char *typed);

/*
 * Reads value into the field of target (struct general_config or account_config). INPUT with what
 * is wrong, without file and line.
 */
bool option_set(const struct option *option, void *target, const char *value, GError **error);

#endif
