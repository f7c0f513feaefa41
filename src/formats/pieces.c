/* SPDX-License-Identifier: MIT */
/* Finds where each item of a file begins and ends, by its lines BEGIN and END alone. */
#include "formats/pieces.h"

#include "formats/component.h"

#include <string.h>

#include "base/limits.h"
#include "formats/vcard_parts.h"

struct span {
	gsize start, end;
};

/* Of one VCALENDAR; what its events share. */
struct frame {
	GString *head;       /* VERSION, PRODID, CALSCALE */
	GHashTable *by_name; /* TZID -> struct zone_text: the first of that name */
	GHashTable *by_uid;  /* UID -> struct piece, lent */
	bool is_message;     /* see component.h */
};

struct zone_text {
	char *name;
	struct span span;
};

struct placed {
	struct piece piece;  /* first: what others see */
	struct frame *frame; /* lent; of a card NULL */
};

struct pieces {
	char *data;
	gsize size;
	GPtrArray *list;   /* struct placed */
	GPtrArray *frames; /* struct frame */
};

/* A line with its folds. */
struct logical {
	gsize start, end;
	unsigned number, count;
};

enum place { OUTSIDE, IN_CARD, IN_CALENDAR, IN_COMPONENT };

struct cutter {
	struct pieces *out;
	gsize at;
	unsigned number; /* of the next line */
	enum place place;
	struct frame *frame; /* NULL = no VCALENDAR is open */
	gsize start;         /* of the card or component that is open */
	unsigned start_number, depth;
	bool was_agent; /* the line before opens the card of an agent */
	char *name;     /* of the component */
	char *identity; /* its UID or TZID */
};

static void zone_text_free(struct zone_text *self)
{
	g_free(self->name);
	g_free(self);
}

static void frame_free(struct frame *self)
{
	g_string_free(self->head, TRUE);
	g_hash_table_unref(self->by_name);
	g_hash_table_unref(self->by_uid);
	g_free(self);
}

static void placed_free(struct placed *self)
{
	g_ptr_array_unref(self->piece.spans);
	g_free(self);
}

void pieces_free(struct pieces *self)
{
	if (self == NULL) {
		return;
	}
	g_free(self->data);
	g_ptr_array_unref(self->list);
	g_ptr_array_unref(self->frames);
	g_free(self);
}

/* ---- lines ---- */

static gsize line_end(const struct pieces *text, gsize at)
{
	while (at < text->size && text->data[at] != '\n' && text->data[at] != '\r') {
		at++;
	}
	if (at + 1 < text->size && text->data[at] == '\r' && text->data[at + 1] == '\n') {
		at++;
	}
	return at < text->size ? at + 1 : at;
}

static bool is_fold(const struct pieces *text, gsize at)
{
	return at < text->size && (text->data[at] == ' ' || text->data[at] == '\t');
}

static bool next_line(struct cutter *self, struct logical *line)
{
	const struct pieces *text = self->out;
	if (self->at >= text->size) {
		return false;
	}
	*line = (struct logical){self->at, line_end(text, self->at), self->number, 1};
	while (is_fold(text, line->end)) {
		line->end = line_end(text, line->end);
		line->count++;
	}
	self->at = line->end;
	self->number += line->count;
	return true;
}

/* The trimmed value of a line of this name, its folds undone; NULL where it is another's. Owned. */
static char *value_of(const struct cutter *self, const struct logical *line, const char *name)
{
	const char *text = self->out->data + line->start;
	const gsize length = strlen(name), size = line->end - line->start;
	if (size <= length || g_ascii_strncasecmp(text, name, length) != 0 ||
	    (text[length] != ':' && text[length] != ';' && text[length] != ' ')) {
		return NULL;
	}
	g_autoptr(GString) unfolded = vcard_unfolded_bytes(text, size);
	const char *colon = strchr(unfolded->str, ':');
	return colon != NULL ? g_strstrip(g_strdup(colon + 1)) : NULL;
}

/* ---- what is found ---- */

static struct piece *add_piece(struct cutter *self, enum item_kind kind, const char *flaw)
{
	struct placed *placed = g_new0(struct placed, 1);
	placed->piece.kind = kind;
	placed->piece.line = self->start_number;
	placed->piece.flaw = flaw;
	placed->piece.spans = g_ptr_array_new_with_free_func(g_free);
	placed->frame = self->frame;
	g_ptr_array_add(self->out->list, placed);
	return &placed->piece;
}

static void add_span(struct piece *piece, gsize start, gsize end)
{
	struct span *span = g_new(struct span, 1);
	*span = (struct span){start, end};
	g_ptr_array_add(piece->spans, span);
}

static void open_frame(struct cutter *self)
{
	struct frame *frame = g_new0(struct frame, 1);
	frame->head = g_string_new(NULL);
	frame->by_name = g_hash_table_new_full(g_str_hash, g_str_equal, NULL,
	                                       (GDestroyNotify)zone_text_free);
	frame->by_uid = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	g_ptr_array_add(self->out->frames, frame);
	self->frame = frame;
	self->place = IN_CALENDAR;
}

static void close_card(struct cutter *self, gsize end, bool has_end)
{
	struct piece *piece = add_piece(self, ITEM_CONTACT, has_end ? NULL : "it has no END:VCARD");
	add_span(piece, self->start, end);
	self->place = OUTSIDE;
}

/* The exceptions of a series stand beside it under the same UID. */
static void add_event(struct cutter *self, gsize end, bool has_end)
{
	const char *uid = self->identity;
	struct piece *piece = uid != NULL && uid[0] != '\0'
	                              ? g_hash_table_lookup(self->frame->by_uid, uid)
	                              : NULL;
	if (piece == NULL) {
		piece = add_piece(self, ITEM_EVENT, NULL);
		if (uid != NULL && uid[0] != '\0') {
			g_hash_table_insert(self->frame->by_uid, g_strdup(uid), piece);
		}
	}
	if (!has_end) {
		piece->flaw = "it has no END:VEVENT";
	} else if (self->frame->is_message) {
		piece->flaw = "it is a message about an event (METHOD), not an event";
	}
	add_span(piece, self->start, end);
}

static void add_zone(struct cutter *self, gsize end)
{
	const char *name = self->identity != NULL ? self->identity : "";
	if (name[0] == '\0' || g_hash_table_contains(self->frame->by_name, name)) {
		return;
	}
	struct zone_text *zone = g_new0(struct zone_text, 1);
	zone->name = g_strdup(name);
	zone->span = (struct span){self->start, end};
	g_hash_table_insert(self->frame->by_name, zone->name, zone);
}

static void close_component(struct cutter *self, gsize end, bool has_end)
{
	if (strcmp(self->name, "VEVENT") == 0) {
		add_event(self, end, has_end);
	} else if (strcmp(self->name, "VTIMEZONE") != 0) {
		add_piece(self, ITEM_EVENT, "it is no event");
	} else if (has_end) {
		add_zone(self, end);
	}
	g_clear_pointer(&self->name, g_free);
	g_clear_pointer(&self->identity, g_free);
	self->place = IN_CALENDAR;
}

static void close_all(struct cutter *self, gsize end)
{
	if (self->place == IN_CARD) {
		close_card(self, end, false);
	} else if (self->place == IN_COMPONENT) {
		close_component(self, end, false);
	}
	self->place = OUTSIDE;
	self->frame = NULL;
}

/* ---- line by line ---- */

static void open_at(struct cutter *self, const struct logical *line, enum place place)
{
	self->place = place;
	self->start = line->start;
	self->start_number = line->number;
	self->depth = 1;
}

static void begin_card(struct cutter *self, const struct logical *line)
{
	if (self->place == IN_CARD && (self->was_agent || self->depth > 1)) {
		self->depth++;
		return;
	}
	close_all(self, line->start);
	open_at(self, line, IN_CARD);
}

/* Those that stand in a calendar itself, and in no other component (RFC 5545, 3.6). */
static bool is_of_calendar(const char *name)
{
	static const char *const names[] = {"VEVENT",    "VTODO",     "VJOURNAL",
	                                    "VTIMEZONE", "VFREEBUSY", NULL};
	return g_strv_contains(names, name);
}

static void begin_component(struct cutter *self, const struct logical *line, const char *name)
{
	const bool is_outer = is_of_calendar(name);
	if (self->place == IN_COMPONENT && !is_outer) {
		self->depth++;
		return;
	}
	if (self->place == IN_COMPONENT) {
		close_component(self, line->start, false);
	}
	if (self->place == OUTSIDE && is_outer) {
		open_frame(self);
	}
	if (self->place == IN_CALENDAR) {
		open_at(self, line, IN_COMPONENT);
		self->name = g_strdup(name);
	}
}

static void begin(struct cutter *self, const struct logical *line, const char *name)
{
	if (strcmp(name, "VCARD") == 0) {
		begin_card(self, line);
	} else if (strcmp(name, "VCALENDAR") == 0) {
		close_all(self, line->start);
		open_frame(self);
	} else if (self->place != IN_CARD) {
		begin_component(self, line, name);
	}
}

static void end(struct cutter *self, const struct logical *line, const char *name)
{
	if (self->place == IN_CARD && strcmp(name, "VCARD") == 0) {
		if (--self->depth == 0) {
			close_card(self, line->end, true);
		}
	} else if (self->place == IN_COMPONENT && strcmp(name, self->name) == 0) {
		close_component(self, line->end, true);
	} else if (strcmp(name, "VCALENDAR") == 0) {
		close_all(self, line->start);
	} else if (self->place == IN_COMPONENT && self->depth > 1) {
		self->depth--;
	}
}

static void note_identity(struct cutter *self, const struct logical *line)
{
	const bool is_zone = strcmp(self->name, "VTIMEZONE") == 0;
	if (self->depth == 1 && self->identity == NULL) {
		self->identity = value_of(self, line, is_zone ? "TZID" : "UID");
	}
}

static void note_head(struct cutter *self, const struct logical *line)
{
	static const char *const names[] = {"VERSION", "PRODID", "CALSCALE"};
	g_autofree char *method = value_of(self, line, "METHOD");
	if (method != NULL) {
		self->frame->is_message = method_is_message(method);
	}
	for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
		g_autofree char *value = value_of(self, line, names[i]);
		if (value != NULL) {
			g_string_append_len(self->frame->head, self->out->data + line->start,
			                    (gssize)(line->end - line->start));
		}
	}
}

/* In vCard 2.1 the card of an agent follows the line AGENT, or begins in it. */
static void note_agent(struct cutter *self, const struct logical *line)
{
	g_autofree char *value = value_of(self, line, "AGENT");
	self->was_agent = value != NULL && value[0] == '\0';
	self->depth += value != NULL && g_ascii_strcasecmp(value, "BEGIN:VCARD") == 0;
}

static void take_line(struct cutter *self, const struct logical *line)
{
	g_autofree char *opened = value_of(self, line, "BEGIN");
	g_autofree char *closed = opened == NULL ? value_of(self, line, "END") : NULL;
	g_autofree char *name = g_ascii_strup(opened != NULL   ? opened
	                                      : closed != NULL ? closed
	                                                       : "",
	                                      -1);
	if (opened != NULL) {
		begin(self, line, name);
	} else if (closed != NULL) {
		end(self, line, name);
	} else if (self->place == IN_CALENDAR) {
		note_head(self, line);
	} else if (self->place == IN_COMPONENT) {
		note_identity(self, line);
	}
	self->was_agent = false;
	if (self->place == IN_CARD) {
		note_agent(self, line);
	}
}

static void load(struct pieces *self, const void *data, gsize size)
{
	static const char mark[] = "\xef\xbb\xbf";
	self->data = vcard_utf16_to_utf8(data, size, &self->size);
	if (self->data == NULL) {
		const gsize skipped = size >= 3 && memcmp(data, mark, 3) == 0 ? 3 : 0;
		self->size = size - skipped;
		self->data = g_malloc(self->size + 1);
		if (self->size > 0) { /* data may be NULL then */
			memcpy(self->data, (const char *)data + skipped, self->size);
		}
		self->data[self->size] = '\0';
	}
}

struct pieces *pieces_cut(const void *data, gsize size, GError **error)
{
	OWNED(pieces) self = g_new0(struct pieces, 1);
	self->list = g_ptr_array_new_with_free_func((GDestroyNotify)placed_free);
	self->frames = g_ptr_array_new_with_free_func((GDestroyNotify)frame_free);
	load(self, data, size);
	struct cutter cutter = {.out = self, .number = 1};
	struct logical line;
	while (self->list->len <= LIMIT_IMPORT_ITEMS && next_line(&cutter, &line)) {
		take_line(&cutter, &line);
	}
	close_all(&cutter, cutter.at);
	if (self->list->len > LIMIT_IMPORT_ITEMS) {
		g_set_error(error, PASSERELLE_ERROR, PASSERELLE_ERROR_INPUT, "more than %d items",
		            LIMIT_IMPORT_ITEMS);
		return NULL;
	}
	return g_steal_pointer(&self);
}

/* ---- what a piece holds ---- */

guint pieces_count(const struct pieces *self)
{
	return self->list->len;
}

const struct piece *pieces_get(const struct pieces *self, guint index)
{
	return &((const struct placed *)g_ptr_array_index(self->list, index))->piece;
}

static void append_span(GString *out, const struct pieces *self, const struct span *span)
{
	g_string_append_len(out, self->data + span->start, (gssize)(span->end - span->start));
	if (out->len > 0 && out->str[out->len - 1] != '\n' && out->str[out->len - 1] != '\r') {
		g_string_append(out, "\r\n");
	}
}

/* The name behind "TZID=" (RFC 5545, 3.2.19), quoted or not. Owned. */
static char *zone_name_at(const char *value)
{
	return *value == '"' ? g_strndup(value + 1, strcspn(value + 1, "\"\r\n"))
	                     : g_strndup(value, strcspn(value, ":;,\r\n"));
}

/* Each once. One that another property only speaks of may come along: it does no harm. */
static void append_zones(GString *out, const struct pieces *self, const struct frame *frame,
                         const GString *events)
{
	static const char parameter[] = "TZID=";
	g_autoptr(GString) unfolded = vcard_unfolded_bytes(events->str, events->len);
	g_autoptr(GHashTable) there = g_hash_table_new(NULL, NULL);
	const char *at = unfolded->str;
	while ((at = strcasestr(at, parameter)) != NULL) {
		at += strlen(parameter);
		g_autofree char *name = zone_name_at(at);
		struct zone_text *zone = g_hash_table_lookup(frame->by_name, name);
		if (zone != NULL && g_hash_table_add(there, zone)) {
			append_span(out, self, &zone->span);
		}
	}
}

GBytes *pieces_text(const struct pieces *self, guint index)
{
	const struct placed *placed = g_ptr_array_index(self->list, index);
	g_autoptr(GString) spans = g_string_new(NULL);
	for (guint i = 0; i < placed->piece.spans->len; i++) {
		append_span(spans, self, g_ptr_array_index(placed->piece.spans, i));
	}
	if (placed->frame == NULL) {
		return g_string_free_to_bytes(g_steal_pointer(&spans));
	}
	GString *out = g_string_new("BEGIN:VCALENDAR\r\n");
	g_string_append_len(out, placed->frame->head->str, (gssize)placed->frame->head->len);
	append_zones(out, self, placed->frame, spans);
	g_string_append_len(out, spans->str, (gssize)spans->len);
	g_string_append(out, "END:VCALENDAR\r\n");
	return g_string_free_to_bytes(out);
}
