/* SPDX-License-Identifier: MIT */
/* What a status says, in words that every format shares. */
#include "status/sentences.h"

#include "status/words.h"

#include <string.h>

gint64 view_unread(const struct render_view *view)
{
	const struct mailbox *box = view->document->mail.box;
	return box != NULL ? box->unread : MAILBOX_UNKNOWN;
}

bool view_needs_person(const struct render_view *view)
{
	const char *action = view->document->action_kind;
	return (action != NULL && strcmp(action, "renew") != 0) ||
	       view->document->state == STATUS_ERROR || view->service == SERVICE_DEAD;
}

const char *sentence_state(const struct render_view *view)
{
	static const char *const words[] = {
		[STATUS_OK] = "ok",
		[STATUS_OFFLINE] = "offline",
		[STATUS_LOGIN_REQUIRED] = "login required",
		[STATUS_CONSENT_REQUIRED] = "consent required",
		[STATUS_HELD] = "held",
		[STATUS_ERROR] = "error",
	};
	if (view->service == SERVICE_DEAD) {
		return "not running";
	}
	return view->is_missing ? "no status yet" : words[view->document->state];
}

char *sentence_state_long(const struct render_view *view, gint64 now)
{
	if (view->service != SERVICE_DEAD) {
		return g_strdup(sentence_state(view));
	}
	g_autofree char *age = words_when(view->document->updated, now);
	return g_strdup_printf("the service does not run (last heard of %s)", age);
}

static void add_known(GPtrArray *parts, gint64 count, const char *word)
{
	if (count != MAILBOX_UNKNOWN) {
		g_autofree char *number = words_count(count);
		g_ptr_array_add(parts, g_strdup_printf("%s %s", number, word));
	}
}

char *sentence_mail(const struct status_mail *mail)
{
	if (mail->box == NULL) {
		return NULL;
	}
	g_autoptr(GPtrArray) parts = g_ptr_array_new_with_free_func(g_free);
	add_known(parts, mail->box->unread, "unread");
	add_known(parts, mail->box->total, "in all");
	add_known(parts, mail->box->sms, "SMS");
	if (parts->len == 0) {
		return NULL;
	}
	g_ptr_array_add(parts, NULL);
	g_autofree char *joined = g_strjoinv(", ", (char **)parts->pdata);
	return g_strdup_printf("%s%s", joined, mail->is_stale ? " (stale)" : "");
}

static void add_count(GString *out, gint64 count, const char *word)
{
	if (count > 0) {
		g_autofree char *number = words_count(count);
		g_string_append_printf(out, ", %s %s", number, word);
	}
}

char *sentence_kind(const struct status_kind *kind)
{
	if (kind->synced < 0) {
		return NULL;
	}
	g_autofree char *synced = words_count(kind->synced);
	GString *out = g_string_new(NULL);
	g_string_append_printf(out, "%s synchronised", synced);
	add_count(out, kind->pending, "pending");
	add_count(out, kind->held, "held");
	add_count(out, kind->refused, "refused");
	return g_string_free(out, FALSE);
}
