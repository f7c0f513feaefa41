/* SPDX-License-Identifier: MIT */
/* Errors by what the caller can do about them. */
#ifndef PASSERELLE_BASE_ERROR_H
#define PASSERELLE_BASE_ERROR_H

#include "base/owned.h"

#include <stdbool.h>

/*
 * Every GError of ours has this domain. The code says what can be done, the message what happened
 * (lower case, no full stop, values in quotes). It goes into logs: never a secret, the query of an
 * address, or what an item holds; who knows an item's file, id or UID names it by that.
 */
enum passerelle_error {
	PASSERELLE_ERROR_USAGE,       /* the command line is wrong */
	PASSERELLE_ERROR_INPUT,       /* a local file or item cannot be read as what it should be */
	PASSERELLE_ERROR_CONFIG,      /* the person must change the configuration or credentials */
	PASSERELLE_ERROR_AUTH,        /* a new token is needed: "login" */
	PASSERELLE_ERROR_CONSENT,     /* the person must consent at error_url(): "consent" */
	PASSERELLE_ERROR_NETWORK,     /* remote out of reach or out of order: later */
	PASSERELLE_ERROR_PROTOCOL,    /* the reply makes no sense */
	PASSERELLE_ERROR_UNSUPPORTED, /* this side cannot do that */
	PASSERELLE_ERROR_REFUSED,     /* the remote refused this item: not again until it changes */
	PASSERELLE_ERROR_STALE,       /* changed underneath: look again in the next cycle */
	PASSERELLE_ERROR_NOT_FOUND,   /* it is not there */
	PASSERELLE_ERROR_IN_DOUBT,    /* a write whose outcome is unknown */
	PASSERELLE_ERROR_STORAGE,     /* local disk, folder or journal */
	PASSERELLE_ERROR_DAMAGED,     /* the journal cannot be read any more: "journal rebuild" */
	PASSERELLE_ERROR_BUSY,        /* another instance holds the account */
	PASSERELLE_ERROR_CANCELLED,   /* we were told to stop */
};

#define PASSERELLE_ERROR passerelle_error_quark()
GQuark passerelle_error_quark(void);

/* The address a person should open about this error, or NULL. Owned by the error. */
const char *passerelle_error_url(const GError *error);

/* As g_set_error, with that address. */
void passerelle_error_set_with_url(GError **error, enum passerelle_error code, const char *url,
                                   const char *format, ...) G_GNUC_PRINTF(4, 5);

/* Is it of our domain and of this code? NULL is not. */
bool passerelle_error_is(const GError *error, enum passerelle_error code);
/* Nothing can be kept here: STORAGE or DAMAGED. */
bool passerelle_error_is_of_storage(const GError *error);

#endif
