/* SPDX-License-Identifier: MIT */
/*
 * The password of the service and the token of the person: where they come from and where they
 * lie.
 */
#ifndef PASSERELLE_APP_SECRETS_H
#define PASSERELLE_APP_SECRETS_H

#include "app/config.h"

/* Ours for as long as it is needed; secret_free overwrites it. Accepts NULL. */
void secret_free(char *secret);

/* Where the configuration says that a secret is. All lent. */
struct secret_source {
	const char *command, *file; /* one of them; file: a path, or credential:NAME */
	const char *option;         /* what the command is called in the configuration */
	const char *what;           /* for messages: "service password" */
};
bool secret_source_is_given(const struct secret_source *self);

/*
 * By command (first line of what it prints within 30 s), file or credential of systemd. CONFIG: it
 * cannot be had, or others can read the file.
 */
char *secrets_read(const struct secret_source *source, const char *account, GError **error);
/* The same, of the service's own password. */
char *secrets_password(const struct account_config *account, GError **error);

/* From token_command, else as it was stored. AUTH: there is none yet. CONFIG: others can read the
 * file, or the command fails. */
char *secrets_token(const struct account_config *account, GError **error);
/* What the person does for a new token: "type passerelle login home". Owned. */
char *secrets_login_words(const struct account_config *account);
/*
 * UTC seconds at which the token seems to end; 0 = it does not tell. A hint to warn early: the
 * truth is the service's error -1.
 */
gint64 secrets_token_end(const char *token);
/*
 * White space around it does not count. INPUT: empty, too long, or no token (blanks or control
 * characters inside).
 */
bool secrets_store_token(const char *account, const char *token, GError **error);

/* Reads the first line of a file that nobody else can read; for the two above. */
char *secrets_read_file(const char *path, GError **error);

#endif
