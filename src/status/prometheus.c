/* SPDX-License-Identifier: MIT */
/* The accounts as metrics of Prometheus: its text exposition format, version 0.0.4. */
#include "status/formats.h"

/* One metric of all accounts: what is not known has no sample. */
struct metric {
	const char *name, *help;
	void (*add)(GString *samples, const struct metric *self, const struct render_view *view);
};

/* Exposition formats, "Comments, help text, and type information": these three are escaped. */
static char *label_value(const char *text)
{
	GString *out = g_string_new(text);
	g_string_replace(out, "\\", "\\\\", 0);
	g_string_replace(out, "\"", "\\\"", 0);
	g_string_replace(out, "\n", "\\n", 0);
	return g_string_free(out, FALSE);
}

/* labels: more of them, ready to be put behind the account; "" = none. */
static void add_sample(GString *samples, const struct metric *self, const struct render_view *view,
                       const char *labels, gint64 value)
{
	g_autofree char *account = label_value(view->document->account);
	g_string_append_printf(samples, "%s{account=\"%s\"%s} %" G_GINT64_FORMAT "\n", self->name,
	                       account, labels, value);
}

static void add_known(GString *samples, const struct metric *self, const struct render_view *view,
                      const char *labels, gint64 value)
{
	if (value >= 0) {
		add_sample(samples, self, view, labels, value);
	}
}

static void add_time(GString *samples, const struct metric *self, const struct render_view *view,
                     const char *labels, gint64 when)
{
	if (when > 0) {
		add_sample(samples, self, view, labels, when);
	}
}

/* ---- the account ---- */

static void add_readable(GString *samples, const struct metric *self,
                         const struct render_view *view)
{
	add_sample(samples, self, view, "", !view->is_missing);
}

static void add_service(GString *samples, const struct metric *self, const struct render_view *view)
{
	if (view->service != SERVICE_UNKNOWN) {
		add_sample(samples, self, view, "", view->service == SERVICE_RUNS);
	}
}

static void add_state(GString *samples, const struct metric *self, const struct render_view *view)
{
	for (enum status_state state = STATUS_OK; state <= STATUS_ERROR && !view->is_missing;
	     state++) {
		g_autofree char *label = g_strdup_printf(",state=\"%s\"", status_state_name(state));
		add_sample(samples, self, view, label, state == view->document->state);
	}
}

static void add_since(GString *samples, const struct metric *self, const struct render_view *view)
{
	add_time(samples, self, view, "", view->document->since);
}

static void add_updated(GString *samples, const struct metric *self, const struct render_view *view)
{
	add_time(samples, self, view, "", view->document->updated);
}

static void add_next(GString *samples, const struct metric *self, const struct render_view *view)
{
	add_time(samples, self, view, "", view->document->next_sync);
}

static void add_action(GString *samples, const struct metric *self, const struct render_view *view)
{
	if (view->document->action_kind != NULL) {
		g_autofree char *kind = label_value(view->document->action_kind);
		g_autofree char *label = g_strdup_printf(",action=\"%s\"", kind);
		add_sample(samples, self, view, label, 1);
	}
}

/* ---- mail ---- */

static void add_unread(GString *samples, const struct metric *self, const struct render_view *view)
{
	if (view->document->mail.box != NULL) {
		add_known(samples, self, view, "", view->document->mail.box->unread);
	}
}

static void add_mails(GString *samples, const struct metric *self, const struct render_view *view)
{
	if (view->document->mail.box != NULL) {
		add_known(samples, self, view, "", view->document->mail.box->total);
	}
}

static void add_sms(GString *samples, const struct metric *self, const struct render_view *view)
{
	if (view->document->mail.box != NULL) {
		add_known(samples, self, view, "", view->document->mail.box->sms);
	}
}

static void add_mail_stale(GString *samples, const struct metric *self,
                           const struct render_view *view)
{
	if (view->document->mail.box != NULL) {
		add_sample(samples, self, view, "", view->document->mail.is_stale);
	}
}

static void add_mail_time(GString *samples, const struct metric *self,
                          const struct render_view *view)
{
	add_time(samples, self, view, "", view->document->mail.as_of);
}

/* ---- contacts and events ---- */

static void add_counts(GString *samples, const struct metric *self, const struct render_view *view,
                       const char *name, const struct status_kind *kind)
{
	const struct {
		const char *state;
		gint64 count;
	} rows[] = {
		{"synced", kind->synced},
		{"pending", kind->pending},
		{"held", kind->held},
		{"refused", kind->refused},
	};
	for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *labels =
			g_strdup_printf(",kind=\"%s\",state=\"%s\"", name, rows[i].state);
		add_known(samples, self, view, labels, rows[i].count);
	}
}

static void add_items(GString *samples, const struct metric *self, const struct render_view *view)
{
	add_counts(samples, self, view, "contacts", &view->document->contacts);
	add_counts(samples, self, view, "calendar", &view->document->calendar);
}

static void add_success(GString *samples, const struct metric *self, const struct render_view *view)
{
	add_time(samples, self, view, ",kind=\"contacts\"", view->document->contacts.last_success);
	add_time(samples, self, view, ",kind=\"calendar\"", view->document->calendar.last_success);
}

static const struct metric metrics[] = {
	{"passerelle_status_readable", "Whether the account has a status that can be read.",
         add_readable},
	{"passerelle_service_running", "Whether the service that keeps the account fresh runs.",
         add_service},
	{"passerelle_state", "The state of the account: 1 for the one it is in.", add_state},
	{"passerelle_state_since_timestamp_seconds", "When the account came into its state.",
         add_since},
	{"passerelle_updated_timestamp_seconds", "When the status was written.", add_updated},
	{"passerelle_next_sync_timestamp_seconds", "When the next cycle is due.", add_next},
	{"passerelle_action_required", "What a person has to do; no sample when there is nothing.",
         add_action},
	{"passerelle_mail_unread", "Unread mails.", add_unread},
	{"passerelle_mail_messages", "Mails, read and unread.", add_mails},
	{"passerelle_mail_sms", "Text messages.", add_sms},
	{"passerelle_mail_stale", "Whether the mail counts could not be refreshed.",
         add_mail_stale},
	{"passerelle_mail_timestamp_seconds", "When the oldest mail count was read.",
         add_mail_time},
	{"passerelle_items", "Contacts and events, by what became of them.", add_items},
	{"passerelle_last_success_timestamp_seconds", "When the last complete cycle ended.",
         add_success},
};

char *render_prometheus(const struct render_view *views, guint count,
                        const struct render_context *context)
{
	GString *out = g_string_new(NULL);
	(void)context;
	for (guint i = 0; i < G_N_ELEMENTS(metrics); i++) {
		GString *samples = g_string_new(NULL);
		for (guint at = 0; at < count; at++) {
			metrics[i].add(samples, &metrics[i], &views[at]);
		}
		if (samples->len > 0) {
			g_string_append_printf(out, "# HELP %s %s\n# TYPE %s gauge\n%s",
			                       metrics[i].name, metrics[i].help, metrics[i].name,
			                       samples->str);
		}
		g_string_free(samples, TRUE);
	}
	g_string_truncate(out, out->len - 1);
	return g_string_free(out, FALSE);
}
