/* SPDX-License-Identifier: MIT */
/* A line per account: for scripts, and the document itself for programs. */
#include "status/formats.h"
#include "status/sentences.h"
#include "status/words.h"

static void add_plain(GString *out, const struct render_view *view)
{
	g_autofree char *account = words_clean(view->document->account, NAME_CHARACTERS);
	g_autofree char *mail = sentence_mail(&view->document->mail);
	g_string_append_printf(out, "%s: %s%s%s", account, sentence_state(view),
	                       mail != NULL ? ", " : "", mail != NULL ? mail : "");
}

char *render_plain(const struct render_view *views, guint count,
                   const struct render_context *context)
{
	GString *out = g_string_new(NULL);
	(void)context;
	for (guint i = 0; i < count; i++) {
		g_string_append(out, i > 0 ? "\n" : "");
		add_plain(out, &views[i]);
	}
	return g_string_free(out, FALSE);
}

char *render_json(const struct render_view *views, guint count,
                  const struct render_context *context)
{
	GString *out = g_string_new(NULL);
	(void)context;
	for (guint i = 0; i < count; i++) {
		g_autofree char *document = status_document_to_json(views[i].document);
		g_string_append_printf(out, "%s%s", i > 0 ? "\n" : "", document);
	}
	return g_string_free(out, FALSE);
}
