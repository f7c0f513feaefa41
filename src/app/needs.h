/* SPDX-License-Identifier: MIT */
/* What needs a person, told once per new need to a command of theirs. */
#ifndef PASSERELLE_APP_NEEDS_H
#define PASSERELLE_APP_NEEDS_H

#include "app/health.h"

struct need {
	char *kind;    /* as the action of the document: "login", "consent" … */
	char *message; /* one clean line */
	char *url;     /* NULL = none */
	gint64 since;  /* UTC seconds */
};

/*
 * Compares the needs of health, and one of the account as a whole (nullable: a sign-in that ends
 * soon), with those that the journal remembers, remembers what there is now, and answers those that
 * are new. A need that all parts of a service have in common (a sign-in, the configuration) is one,
 * and so is a sign-in by OAuth 2, which serves several; that of the account is another when its
 * since is. Owned array of struct need. STORAGE.
 */
GPtrArray *needs_find_new(const struct account_config *account, const struct health *health,
                          const struct need *of_account, struct journal *journal, GError **error);

/*
 * Runs on_action_command, if there is one, for each: PASSERELLE_ACCOUNT, PASSERELLE_ACTION,
 * PASSERELLE_MESSAGE, PASSERELLE_URL and PASSERELLE_SINCE (RFC 3339) stand in its environment. What
 * fails is logged.
 */
void needs_tell(const struct account_config *account, GPtrArray *needs);

#endif
