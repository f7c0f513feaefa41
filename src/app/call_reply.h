/* SPDX-License-Identifier: MIT */
/* A reply of the service as a person can read it. */
#ifndef PASSERELLE_APP_CALL_REPLY_H
#define PASSERELLE_APP_CALL_REPLY_H

#include <glib.h>

/*
 * The first XML document in the body, indented; what is no XML as it is. Characters that steer a
 * terminal or turn the text around them come as \u{1b}, and secrets (NULL-terminated; lent) as
 * [hidden]. Ends with a line end; empty for an empty body. type is the content type, or NULL.
 */
char *call_reply_text(GBytes *body, const char *type, const char *const *secrets);

#endif
