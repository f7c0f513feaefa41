/* SPDX-License-Identifier: MIT */
/* Whether the service offers an action that it does not publish. */
#include "remotes/orange/offered.h"

#include <string.h>

#define YES       "yes"
#define NO        "no " /* and the UTC second when it was said */
#define ASK_AGAIN (24 * 60 * 60)

bool offered_may_be(struct session *session, const char *key)
{
	g_autofree char *said = journal_memory_get(session_journal(session), key, NULL);
	if (said == NULL || !g_str_has_prefix(said, NO)) {
		return true;
	}
	const gint64 age =
		session_settings(session)->now - g_ascii_strtoll(said + strlen(NO), NULL, 10);
	return age < 0 || age >= ASK_AGAIN;
}

bool offered_is_known(struct session *session, const char *key)
{
	g_autofree char *said = journal_memory_get(session_journal(session), key, NULL);
	return g_strcmp0(said, YES) == 0;
}

void offered_remember(struct session *session, const char *key, bool is_offered)
{
	g_autofree char *said = is_offered ? g_strdup(YES)
	                                   : g_strdup_printf(NO "%" G_GINT64_FORMAT,
	                                                     session_settings(session)->now);
	g_autofree char *before = journal_memory_get(session_journal(session), key, NULL);
	if (g_strcmp0(before, said) != 0) {
		journal_memory_set(session_journal(session), key, said, NULL);
	}
}

/* What an action that does not exist may be answered with. */
static bool is_strange(const GError *error)
{
	return passerelle_error_is(error, PASSERELLE_ERROR_REFUSED) ||
	       passerelle_error_is(error, PASSERELLE_ERROR_PROTOCOL) ||
	       passerelle_error_is(error, PASSERELLE_ERROR_CONSENT);
}

bool offered_take_denial(struct session *session, const char *key, GError *error)
{
	const bool is_denied = passerelle_error_is(error, PASSERELLE_ERROR_UNSUPPORTED) ||
	                       (is_strange(error) && !offered_is_known(session, key));
	if (is_denied) {
		offered_remember(session, key, false);
		error->code = PASSERELLE_ERROR_UNSUPPORTED;
	}
	return is_denied;
}
