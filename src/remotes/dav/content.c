/* SPDX-License-Identifier: MIT */
/* What of a text counts when two are compared. */
#include "remotes/dav/content.h"

#include <string.h>

#include "base/limits.h"
#include "formats/content_compare.h"

/* Of the housekeeping of programs and servers, and the identity, which is compared elsewhere. */
static const char *const LEFT_OUT[] = {
	"UID",
	"PRODID",
	"REV",
	"DTSTAMP",
	"LAST-MODIFIED",
	"CREATED",
	"SEQUENCE",
	"VERSION",
	"METHOD",
	"CALSCALE",
	"X-WR-ALARMUID",
	"X-RADICALE-NAME",
	"X-MOZ-GENERATION",
	NULL,
};
/* An open component, and the comparable forms of what stands in it. */
struct level {
	char *name;
	GPtrArray *lines; /* char * */
};

static void level_free(gpointer data)
{
	struct level *self = data;
	g_free(self->name);
	g_ptr_array_unref(self->lines);
	g_free(self);
}

static struct level *level_new(const char *name)
{
	struct level *self = g_new0(struct level, 1);
	self->name = g_ascii_strup(name, -1);
	g_strstrip(self->name);
	self->lines = g_ptr_array_new_with_free_func(g_free);
	return self;
}

static void take_line(struct level *level, const struct content_line *line)
{
	char *form = g_strv_contains(LEFT_OUT, line->name) ? NULL : content_comparable(line);
	if (form != NULL) {
		g_ptr_array_add(level->lines, form);
	}
}

/* The sum of a component stands for it in the one around it. */
static void close_level(GPtrArray *open)
{
	struct level *level = g_ptr_array_steal_index(open, open->len - 1);
	struct level *outer = g_ptr_array_index(open, open->len - 1);
	GString *all = g_string_new(level->name);
	content_append_sorted(all, level->lines, "\n");
	/* programs define zones anew at every writing; the names tell what is meant */
	if (strcmp(level->name, "VTIMEZONE") != 0) {
		char *sum = g_compute_checksum_for_string(G_CHECKSUM_SHA256, all->str,
		                                          (gssize)all->len);
		g_ptr_array_add(outer->lines, g_strconcat("BEGIN:", level->name, sum, NULL));
		g_free(sum);
	}
	g_string_free(all, TRUE);
	level_free(level);
}

char *dav_content_fingerprint(const char *text, GError **error)
{
	g_autoptr(GPtrArray) lines = content_lines_read(text, strlen(text), error);
	if (lines == NULL) {
		return NULL;
	}
	g_autoptr(GPtrArray) open = g_ptr_array_new_with_free_func(level_free);
	g_ptr_array_add(open, level_new(""));
	for (guint i = 0; i < lines->len; i++) {
		const struct content_line *line = g_ptr_array_index(lines, i);
		if (strcmp(line->name, "BEGIN") == 0) {
			if (open->len > LIMIT_COMPONENT_DEPTH) {
				g_set_error(error, PASSERELLE_ERROR, PASSERELLE_ERROR_INPUT,
				            "line %u: components nest too deep", line->number);
				return NULL;
			}
			g_ptr_array_add(open, level_new(line->value));
		} else if (strcmp(line->name, "END") != 0) {
			take_line(g_ptr_array_index(open, open->len - 1), line);
		} else if (open->len > 1) {
			close_level(open);
		}
	}
	while (open->len > 1) {
		close_level(open);
	}
	GString *all = g_string_new(NULL);
	content_append_sorted(all, ((struct level *)g_ptr_array_index(open, 0))->lines, "\n");
	char *sum = g_compute_checksum_for_string(G_CHECKSUM_SHA256, all->str, (gssize)all->len);
	g_string_free(all, TRUE);
	return sum;
}
