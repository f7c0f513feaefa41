/* SPDX-License-Identifier: MIT */
/* User tokens: opaque to the client, signed, and with an end. */
#ifndef PASSERELLE_EMULATOR_TOKENS_H
#define PASSERELLE_EMULATOR_TOKENS_H

#include "base/error.h"

enum token_state {
	TOKEN_INVALID,
	TOKEN_OFFLINE, /* expired, but still good for addeventoffline */
	TOKEN_VALID,
};

/*
 * The key is made of the credentials, so that a token outlives a restart. expire and its like
 * concern the tokens issued until then by this process.
 */
struct tokens {
	char *key;
	int lifetime, offline_lifetime; /* seconds */
	unsigned issued;
	unsigned expired_through; /* tokens up to this number have expired early */
	unsigned dead_through;    /* and these are not even good offline */
};

void emu_tokens_init(struct tokens *self, const char *service_id, const char *password,
                     int lifetime, int offline_lifetime);
void emu_tokens_clear(struct tokens *self);

/* now in seconds since the epoch. */
char *emu_tokens_issue(struct tokens *self, const char *user, gint64 now);

/* user (owned by the caller) is set unless INVALID. */
enum token_state emu_tokens_check(const struct tokens *self, const char *token, gint64 now,
                                  char **user);

#endif
