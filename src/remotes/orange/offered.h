/* SPDX-License-Identifier: MIT */
/* Whether the service offers an action that it does not publish: found by asking, remembered in the
 * journal, asked again after a day. */
#ifndef PASSERELLE_REMOTES_ORANGE_OFFERED_H
#define PASSERELLE_REMOTES_ORANGE_OFFERED_H

#include "remotes/orange/session.h"

/* key: under which the journal remembers it. True unless it said no within a day. */
bool offered_may_be(struct session *session, const char *key);
/* It has been answered once. */
bool offered_is_known(struct session *session, const char *key);
/* Written only where it is another answer than before; forgetting it costs one question. */
void offered_remember(struct session *session, const char *key, bool is_offered);
/* Does error, an answer to the action, say that there is none such? Then that is remembered, and
 * error becomes UNSUPPORTED. What is known to be offered fails like any other. */
bool offered_take_denial(struct session *session, const char *key, GError *error);

#endif
