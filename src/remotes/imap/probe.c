/* SPDX-License-Identifier: MIT */
/* What an IMAP server says when it is asked: reached, signed in, each mailbox, news. */
#include "remotes/imap/probe.h"

#include <string.h>

#include "remotes/imap/mailbox.h"
#include "remotes/imap/sign_in.h"

#define PART "messages"

static void free_finding(gpointer finding)
{
	finding_free(finding);
}

static void tell(GPtrArray *findings, const char *format, ...) G_GNUC_PRINTF(2, 3);
static void tell(GPtrArray *findings, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	g_autofree char *words = g_strdup_vprintf(format, arguments);
	va_end(arguments);
	g_ptr_array_add(findings, finding_new(g_strconcat(PART ": ", words, NULL), NULL));
}

static void complain(GPtrArray *findings, GError *error)
{
	g_prefix_error(&error, PART ": ");
	g_ptr_array_add(findings, finding_new(NULL, error));
}

static void tell_reached(GPtrArray *findings, const struct remote_settings *settings,
                         const struct imap *imap)
{
	static const char *const WAYS[] = {"(this machine, without TLS)",
	                                   "and its certificate is verified"};
	tell(findings, "%s answers%s %s", imap_host(imap), imap_is_secure(imap) ? "," : "",
	     WAYS[imap_is_secure(imap)]);
	tell(findings, "the %s accepted",
	     settings->bearer != NULL     ? "user and the token are"
	     : settings->password != NULL ? "user and the password are"
	                                  : "client certificate is");
}

static bool tell_mailbox(GPtrArray *findings, struct imap *imap, const char *name)
{
	struct mailbox_counts counts;
	GError *error = NULL;
	if (!mailbox_count(imap, name, &counts, &error)) {
		complain(findings, error);
		return !imap_is_lost(imap);
	}
	if (counts.total == MAILBOX_UNKNOWN || counts.unread == MAILBOX_UNKNOWN) {
		tell(findings, "mailbox \"%s\" is there; the server does not count it", name);
	} else {
		tell(findings,
		     "mailbox \"%s\" holds %" G_GINT64_FORMAT ", %" G_GINT64_FORMAT " unread", name,
		     counts.total, counts.unread);
	}
	return true;
}

static void ask(GPtrArray *findings, const struct remote_settings *settings, struct imap *imap)
{
	char *const *name = sign_in_mailboxes(settings);
	tell_reached(findings, settings, imap);
	for (; *name != NULL; name++) {
		if (!tell_mailbox(findings, imap, *name)) {
			return;
		}
	}
	tell(findings, imap_has(imap, "IDLE")
	                       ? "the server tells of new mail at once"
	                       : "the server does not tell of new mail: it is asked now and then");
}

GPtrArray *probe_mailboxes(const struct remote_settings *settings, const char *part)
{
	GPtrArray *findings = g_ptr_array_new_with_free_func(free_finding);
	GError *error = NULL;
	if (strcmp(part, PART) != 0) {
		return findings;
	}
	struct imap *imap = sign_in_open(settings, &error);
	if (imap == NULL) {
		complain(findings, error);
	} else {
		ask(findings, settings, imap);
	}
	imap_close(imap);
	return findings;
}
