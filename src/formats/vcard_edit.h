/* SPDX-License-Identifier: MIT */
/* Changes single lines of a card and leaves every other byte as it is. For formats/vcard_merge*.c
 * only. */
#ifndef PASSERELLE_FORMATS_VCARD_EDIT_H
#define PASSERELLE_FORMATS_VCARD_EDIT_H

#include "formats/vcard_parts.h"

struct vcard_editor {
	const char *text;         /* lent */
	GPtrArray *lines;         /* of the whole text */
	struct vcard_span *span;  /* the card */
	const char *line_end;     /* as the text has it */
	char **replacements;      /* per line: NULL = as it is, "" = gone */
	GString **insertions;     /* per line: what comes behind it, or NULL */
	GHashTable *last_of_name; /* property -> index + 1 of its last line */
	bool is_changed;
};

/* text must outlive it. INPUT: no card in it. */
struct vcard_editor *vcard_editor_open(const char *text, GError **error);
void vcard_editor_free(struct vcard_editor *self);
DEFINE_OWNED(vcard_editor, vcard_editor_free);

/* First line of that property with a value. */
const struct content_line *vcard_editor_find(const struct vcard_editor *self, const char *name);

/* The head of a line as written, in tokens: name first, then parameters. */
GPtrArray *vcard_editor_head(const struct vcard_editor *self, const struct content_line *line);
/* Take away the parameters of that name. */
void vcard_head_drop(GPtrArray *head, const char *parameter);
void vcard_head_add(GPtrArray *head, const char *token);

/* Escape a text or component as the card's version wants it. */
void vcard_editor_append_value(const struct vcard_editor *self, GString *out, const char *text);

void vcard_editor_delete(struct vcard_editor *self, const struct content_line *line);
/*
 * Put "head:value" in the place of line; where line is NULL, behind the last line of the same
 * property, else at the end of the card. value is escaped UTF-8; what the version needs to carry it
 * (folds, quoted-printable) is done here.
 */
void vcard_editor_put(struct vcard_editor *self, const struct content_line *line, GPtrArray *head,
                      const char *value);
/* As put without a line, from an unfolded line of ours. */
void vcard_editor_insert(struct vcard_editor *self, const char *unfolded);

/* Whole lines that end in CRLF, folded, behind the last line of that property, or in the place of a
 * line. text is taken. */
void vcard_editor_insert_lines(struct vcard_editor *self, const char *name, GString *text_taken);
void vcard_editor_replace(struct vcard_editor *self, const struct content_line *line,
                          GString *text_taken);

/* The text with all changes. */
char *vcard_editor_result(const struct vcard_editor *self);

#endif
