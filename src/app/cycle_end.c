/* SPDX-License-Identifier: MIT */
/* How a cycle ended, part by part: what the child of the service prints and the service reads. */
#include "app/cycle_end.h"

#include <string.h>

static const struct {
	const char *name;
	bool needs_person;
} ENDS[PART_ENDS] = {
	[PART_DONE] = {"done", false},       [PART_ASKS] = {"asks", true},
	[PART_FAILED] = {"failed", false},   [PART_OFFLINE] = {"offline", false},
	[PART_CRASHED] = {"crashed", false}, [PART_HERE] = {"here", true},
	[PART_LOGIN] = {"login", true},      [PART_CONSENT] = {"consent", true},
	[PART_REFUSED] = {"refused", true},  [PART_CONFIG] = {"config", true},
};

const char *part_end_name(enum part_end end)
{
	return ENDS[end].name;
}

bool part_end_needs_person(enum part_end end)
{
	return ENDS[end].needs_person;
}

/* What is not here passes by itself, or is tried as if it did. */
static const struct {
	enum passerelle_error code;
	enum part_end end;
} ERRORS[] = {
	{PASSERELLE_ERROR_AUTH, PART_LOGIN},          {PASSERELLE_ERROR_CONSENT, PART_CONSENT},
	{PASSERELLE_ERROR_CONFIG, PART_CONFIG},       {PASSERELLE_ERROR_REFUSED, PART_REFUSED},
	{PASSERELLE_ERROR_UNSUPPORTED, PART_REFUSED}, {PASSERELLE_ERROR_NETWORK, PART_OFFLINE},
};

enum part_end part_end_of(const GError *error)
{
	for (gsize i = 0; i < G_N_ELEMENTS(ERRORS); i++) {
		if (passerelle_error_is(error, ERRORS[i].code)) {
			return ERRORS[i].end;
		}
	}
	return error == NULL ? PART_DONE : PART_FAILED;
}

char *cycle_end_write(const struct cycle_end *self)
{
	GString *text = g_string_new(NULL);
	for (enum part part = 0; part < PARTS; part++) {
		if (!self->parts[part].is_told) {
			continue;
		}
		g_string_append_printf(text, "part %s %s ", part_name(part),
		                       part_end_name(self->parts[part].end));
		if (self->parts[part].has_seen) {
			g_string_append_printf(text, "%" G_GINT64_MODIFIER "x\n",
			                       self->parts[part].seen);
		} else {
			g_string_append(text, "-\n");
		}
	}
	return g_string_free(text, FALSE);
}

static bool read_part(const char *word, enum part *out)
{
	for (enum part part = 0; part < PARTS; part++) {
		if (strcmp(word, part_name(part)) == 0) {
			*out = part;
			return true;
		}
	}
	return false;
}

static bool read_end(const char *word, enum part_end *out)
{
	for (enum part_end end = 0; end < PART_ENDS; end++) {
		if (strcmp(word, part_end_name(end)) == 0) {
			*out = end;
			return true;
		}
	}
	return false;
}

static void read_line(struct cycle_end *self, const char *line, bool is_doubted[PARTS])
{
	g_auto(GStrv) words = g_strsplit(line, " ", -1);
	enum part part = 0;
	enum part_end end = 0;
	guint64 seen = 0;
	if (g_strv_length(words) != 4 || strcmp(words[0], "part") != 0 ||
	    !read_part(words[1], &part) || !read_end(words[2], &end)) {
		return;
	}
	bool has_seen = strcmp(words[3], "-") != 0;
	if (has_seen && !g_ascii_string_to_unsigned(words[3], 16, 0, G_MAXUINT64, &seen, NULL)) {
		return;
	}
	is_doubted[part] |= self->parts[part].is_told;
	self->parts[part].is_told = true;
	self->parts[part].end = end;
	self->parts[part].has_seen = has_seen;
	self->parts[part].seen = seen;
}

void cycle_end_read(struct cycle_end *self, const char *text)
{
	bool is_doubted[PARTS] = {false};
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
	memset(self, 0, sizeof *self);
	for (guint i = 0; lines[i] != NULL; i++) {
		read_line(self, lines[i], is_doubted);
	}
	for (enum part part = 0; part < PARTS; part++) {
		if (is_doubted[part]) {
			memset(&self->parts[part], 0, sizeof self->parts[part]);
		}
	}
}
