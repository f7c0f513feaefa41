/* SPDX-License-Identifier: MIT */
/* The status of one account as it is just now: its document, and whether the service runs. */
#include "app/status_view.h"

#include "app/paths.h"
#include "app/stuck.h"

#include <string.h>

#define DOCUMENT_BYTES (4 * 1024 * 1024)

struct status_view *status_view_new(const struct account_config *config, bool wants_stuck)
{
	struct status_view *self = g_new0(struct status_view, 1);
	g_autofree char *path = paths_status(config);
	self->config = config;
	self->path = g_canonicalize_filename(path, NULL);
	self->instance = paths_instance();
	self->stuck = wants_stuck ? g_ptr_array_new() : NULL;
	status_view_refresh(self);
	return self;
}

void status_view_free(struct status_view *self)
{
	if (self == NULL) {
		return;
	}
	g_free(self->path);
	g_free(self->instance);
	status_document_free(self->document);
	g_clear_pointer(&self->stuck, g_ptr_array_unref);
	g_free(self);
}

/* The text of the document; NULL where there is none that can be read. */
static char *read_text(const char *path)
{
	g_autofree char *text = NULL;
	gsize size = 0;
	if (!g_file_get_contents(path, &text, &size, NULL) || size > DOCUMENT_BYTES) {
		return NULL;
	}
	return g_steal_pointer(&text);
}

static struct status_document *missing_document(const struct status_view *self, bool is_there)
{
	struct status_document *document = status_document_new(self->config->name);
	document->state = STATUS_OFFLINE;
	document->message =
		g_strdup(is_there ? "the status file is not readable" : "never synchronised");
	return document;
}

static bool has_counts(const struct status_kind *kind)
{
	return kind->pending > 0 || kind->held > 0 || kind->refused > 0;
}

void status_view_refresh(struct status_view *self)
{
	g_autofree char *text = read_text(self->path);
	status_document_free(self->document);
	self->document = text != NULL ? status_document_from_json(text, strlen(text), NULL) : NULL;
	self->is_missing = self->document == NULL;
	if (self->is_missing) {
		self->document = missing_document(self, text != NULL);
	}
	self->presence = presence_look(self->path, &self->holder);
	if (self->stuck != NULL) {
		const bool is_worth_it = has_counts(&self->document->contacts) ||
		                         has_counts(&self->document->calendar);
		g_ptr_array_unref(self->stuck);
		self->stuck = is_worth_it ? stuck_find(self->config) : g_ptr_array_new();
	}
}

enum service_life status_view_life(const struct status_view *self, gint64 now)
{
	/* Written by hand, it promised no next cycle, and cannot break a promise. */
	const bool is_promised = self->document->next_sync > 0;
	switch (self->presence) {
	case PRESENCE_HELD:
		return SERVICE_RUNS;
	case PRESENCE_GONE:
		return is_promised ? SERVICE_DEAD : SERVICE_UNKNOWN;
	default:
		return is_promised && now > self->document->next_sync + STATUS_DEAD_AFTER
		               ? SERVICE_DEAD
		               : SERVICE_UNKNOWN;
	}
}
