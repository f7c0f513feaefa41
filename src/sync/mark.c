/* SPDX-License-Identifier: MIT */
/* What stands in a folder's mark: lines of "name value" below a first line. */
#include "sync/mark.h"

#include <stddef.h>
#include <string.h>

#define FIRST_LINE                                                                                 \
	"passerelle 1 (which journal sent what is in this folder; do not copy it to another one)"
#define FIRST_WORDS "passerelle 1 "
#define UNKNOWN     "unknown"

static const struct {
	const char *name;
	gsize offset;
} words[] = {
	{"journal ", offsetof(struct mark, journal)},
	{"account ", offsetof(struct mark, account)},
	{"host ", offsetof(struct mark, host)},
};
#define GENERATION "generation "

struct mark *mark_new(const char *journal, gint64 generation, const char *account)
{
	struct mark *self = g_new0(struct mark, 1);
	self->journal = g_strdup(journal);
	self->generation = generation;
	self->account = g_strdup(account != NULL ? account : UNKNOWN);
	self->host = g_strdup(g_get_host_name());
	return self;
}

void mark_free(struct mark *self)
{
	if (self == NULL) {
		return;
	}
	g_free(self->journal);
	g_free(self->account);
	g_free(self->host);
	g_free(self);
}

char *mark_to_text(const struct mark *self)
{
	return g_strdup_printf(FIRST_LINE "\njournal %s\n" GENERATION "%" G_GINT64_FORMAT
	                                  "\naccount %s\nhost %s\n",
	                       self->journal, self->generation, self->account, self->host);
}

static bool take_line(struct mark *self, const char *line)
{
	if (g_str_has_prefix(line, GENERATION)) {
		return g_ascii_string_to_signed(line + strlen(GENERATION), 10, 0, G_MAXINT64,
		                                &self->generation, NULL);
	}
	for (gsize i = 0; i < G_N_ELEMENTS(words); i++) {
		if (g_str_has_prefix(line, words[i].name)) {
			char **field = (char **)(void *)((char *)self + words[i].offset);
			g_free(*field);
			*field = g_utf8_make_valid(line + strlen(words[i].name), -1);
		}
	}
	return true; /* a line that says more is for later versions */
}

struct mark *mark_from_text(const char *text, GError **error)
{
	OWNED(mark) self = g_new0(struct mark, 1);
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
	self->generation = -1;
	bool is_good = g_str_has_prefix(text, FIRST_WORDS);
	for (guint i = 1; is_good && lines[i] != NULL; i++) {
		is_good = take_line(self, lines[i]);
	}
	if (!is_good || self->journal == NULL || self->generation < 0) {
		g_set_error_literal(error, PASSERELLE_ERROR, PASSERELLE_ERROR_INPUT,
		                    "it is not what this version writes");
		return NULL;
	}
	self->account = self->account != NULL ? self->account : g_strdup(UNKNOWN);
	self->host = self->host != NULL ? self->host : g_strdup(UNKNOWN);
	return g_steal_pointer(&self);
}

char *mark_objection(const struct mark *self, struct journal *journal, const char *folder,
                     const char *account)
{
	const bool is_ours = strcmp(self->journal, journal_id(journal)) == 0;
	if (is_ours && self->generation <= journal_generation(journal)) {
		return NULL;
	}
	if (is_ours) {
		return g_strdup_printf("the journal is older than what was sent from '%s' "
		                       "(restored from a backup?)",
		                       folder);
	}
	if (strcmp(self->host, g_get_host_name()) == 0 && g_strcmp0(self->account, account) == 0) {
		return g_strdup_printf("the journal that knew what was sent from '%s' is gone, "
		                       "this is another one",
		                       folder);
	}
	return g_strdup_printf(
		"'%s' was last sent from by account '%s' on '%s', whose journal is not here",
		folder, self->account, self->host);
}
