/* SPDX-License-Identifier: MIT */
/* One call of a Personal API, for the session's own use. */
#ifndef PASSERELLE_REMOTES_ORANGE_CALL_H
#define PASSERELLE_REMOTES_ORANGE_CALL_H

#include "remotes/orange/session.h"

/* For messages; lent. */
const char *call_what(const struct call *self);
void call_fail(struct call *self, GError *error_taken);

/* What is sent, without action and token, as a JSON object; a file as "sha256:…". */
char *call_content(const struct call *self);

/* The id that a success brought: "c6", or "4790/10012000" where an event has both; NULL = none. */
char *call_result_id(const struct call *self);

#endif
