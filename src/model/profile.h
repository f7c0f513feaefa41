/* SPDX-License-Identifier: MIT */
/* The person that an account belongs to, as far as they let it be known. */
#ifndef PASSERELLE_MODEL_PROFILE_H
#define PASSERELLE_MODEL_PROFILE_H

#include "model/contact.h"

struct profile {
	struct contact *contact; /* the uid is the account's: the same in every reading */
	char **withheld;         /* words for what the person has not granted; never NULL */
};

/* Takes both. */
struct profile *profile_new(struct contact *contact_taken, char **withheld_taken);
void profile_free(struct profile *self);
DEFINE_OWNED(profile, profile_free);

#endif
