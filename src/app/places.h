/* SPDX-License-Identifier: MIT */
/* What is kept in step with what: each collection of a service with its folder here. */
#ifndef PASSERELLE_APP_PLACES_H
#define PASSERELLE_APP_PLACES_H

#include "app/account.h"

struct place {
	char *name;                    /* of the collection; NULL = the only one of its kind */
	char *folder;                  /* its path here */
	struct collection *collection; /* NULL where the service has no several */
	struct endpoint *remote;       /* lent */
	struct journal *journal;       /* lent: the collection's part of it */
	char *objection; /* why nothing may be done: another one's items are in that folder; NULL =
	                    none */
};

/*
 * Each folder stays with the collection that it was first kept in step with, by the server's name
 * and the collection's id: what that one lacked, another one has not deleted. Only a rebuild
 * (account.is_rebuild) binds it to another one, and forgets what was agreed.
 *
 * The chosen collections of a part that are there now (struct place, owned), found by asking the
 * service where it has several. Appends to problems (char *) those that were chosen, or known, and
 * are not there: their folders stay as they are. CONFIG: there are several and none was chosen, or
 * two would have the same folder; what the service says.
 */
GPtrArray *places_find(const struct account *account, enum part part, GPtrArray *problems,
                       GError **error);

/* All collections that are there (struct collection, owned). UNSUPPORTED: the service has one of
 * each kind. */
GPtrArray *places_list(const struct account *account, enum part part, GError **error);

#endif
