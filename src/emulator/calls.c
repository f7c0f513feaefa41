/* SPDX-License-Identifier: MIT */
/* What was asked and what took effect: the log of calls, and the ledger of writes. */
#include "emulator/calls.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

bool emu_calls_init(struct calls *self, const char *ledger_path, GError **error)
{
	*self = (struct calls){.ledger_file = -1};
	g_queue_init(&self->log);
	self->counts = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	self->writes = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	self->ledger = json_array();
	if (ledger_path == NULL) {
		return true;
	}
	self->ledger_file = open(ledger_path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
	if (self->ledger_file < 0) {
		g_set_error(error, PASSERELLE_ERROR, PASSERELLE_ERROR_STORAGE,
		            "cannot open \"%s\": %s", ledger_path, g_strerror(errno));
		return false;
	}
	return true;
}

void emu_calls_reset(struct calls *self)
{
	g_hash_table_remove_all(self->counts);
	g_queue_clear_full(&self->log, (GDestroyNotify)json_decref);
	self->total = 0;
	self->most_in_flight = self->in_flight;
}

void emu_calls_clear(struct calls *self)
{
	if (self->counts == NULL) {
		return;
	}
	emu_calls_reset(self);
	g_hash_table_unref(self->counts);
	g_hash_table_unref(self->writes);
	json_decref(self->ledger);
	if (self->ledger_file >= 0) {
		close(self->ledger_file);
	}
}

static unsigned count_one_more(GHashTable *counts, const char *name)
{
	unsigned count = GPOINTER_TO_UINT(g_hash_table_lookup(counts, name)) + 1;
	g_hash_table_insert(counts, g_strdup(name), GUINT_TO_POINTER(count));
	return count;
}

static json_t *time_now(void)
{
	g_autoptr(GDateTime) now = g_date_time_new_now_utc();
	g_autofree char *text = g_date_time_format_iso8601(now);
	return json_string(text);
}

unsigned emu_calls_begin(struct calls *self, struct request *request, const char *action)
{
	unsigned number = count_one_more(self->counts, action);
	self->total++;
	self->in_flight++;
	self->most_in_flight = MAX(self->most_in_flight, self->in_flight);
	json_t *entry = json_object();
	json_object_set_new(entry, "n", json_integer(self->total));
	json_object_set_new(entry, "number", json_integer(number));
	json_object_set_new(entry, "time", time_now());
	json_object_set_new(entry, "method", json_string(request->is_post ? "POST" : "GET"));
	json_object_set_new(entry, "path", emu_json_text(request->path));
	json_object_set_new(entry, "action", emu_json_text(action));
	json_object_set_new(entry, "parameters", emu_request_parameters_to_json(request));
	json_object_set_new(entry, "connection", json_integer(request->connection));
	json_object_set_new(entry, "concurrent", json_integer(self->in_flight));
	g_queue_push_tail(&self->log, entry);
	request->log_entry = json_incref(entry);
	if (g_queue_get_length(&self->log) > CALLS_KEPT) {
		json_decref(g_queue_pop_head(&self->log));
	}
	return number;
}

void emu_calls_note_reply(struct request *request, unsigned status, const char *fault)
{
	json_object_set_new(request->log_entry, "status", json_integer(status));
	if (fault != NULL) {
		json_object_set_new(request->log_entry, "fault", json_string(fault));
	}
}

void emu_calls_end(struct calls *self, struct request *request)
{
	if (request->log_entry == NULL) {
		return;
	}
	self->in_flight--;
	json_object_set_new(request->log_entry, "ended", time_now());
	g_clear_pointer(&request->log_entry, json_decref);
}

static void append_line(int file, const char *text)
{
	g_autofree char *line = g_strconcat(text, "\n", NULL);
	gsize length = strlen(line);
	if (write(file, line, length) != (gssize)length || fsync(file) != 0) {
		g_printerr("passerelle-emulator: the ledger file: %s\n", g_strerror(errno));
	}
}

void emu_calls_note_write(struct calls *self, const struct request *request, const char *action,
                          const char *id)
{
	json_t *entry = json_object();
	count_one_more(self->writes, action);
	json_object_set_new(entry, "n", json_integer(++self->total_writes));
	json_object_set_new(entry, "time", time_now());
	json_object_set_new(entry, "action", json_string(action));
	json_object_set_new(entry, "parameters", emu_request_parameters_to_json(request));
	json_object_set_new(entry, "id", id == NULL ? json_null() : json_string(id));
	if (request->file != NULL) {
		g_autofree char *digest = g_compute_checksum_for_data(
			G_CHECKSUM_SHA256, request->file->data, request->file->len);
		json_object_set_new(entry, "sha256", json_string(digest));
	}
	json_object_set_new(entry, "connection", json_integer(request->connection));
	json_array_append_new(self->ledger, entry);
	if (self->ledger_file >= 0) {
		char *text = json_dumps(entry, JSON_COMPACT);
		append_line(self->ledger_file, text);
		free(text);
	}
}

unsigned emu_calls_count(const struct calls *self, const char *action)
{
	return action == NULL ? self->total
	                      : GPOINTER_TO_UINT(g_hash_table_lookup(self->counts, action));
}

unsigned emu_calls_count_writes(const struct calls *self, const char *action)
{
	return action == NULL ? self->total_writes
	                      : GPOINTER_TO_UINT(g_hash_table_lookup(self->writes, action));
}

json_t *emu_calls_to_json(const struct calls *self)
{
	json_t *counts = json_object();
	GHashTableIter iterator;
	gpointer name, count;
	g_hash_table_iter_init(&iterator, self->counts);
	while (g_hash_table_iter_next(&iterator, &name, &count)) {
		g_autofree char *valid = g_utf8_make_valid(name, -1);
		json_object_set_new(counts, valid, json_integer(GPOINTER_TO_UINT(count)));
	}
	json_t *log = json_array();
	for (const GList *item = self->log.head; item != NULL; item = item->next) {
		json_array_append(log, item->data);
	}
	return json_pack("{s:i, s:i, s:i, s:o, s:o}", "total", (int)self->total, "in_flight",
	                 (int)self->in_flight, "most_in_flight", (int)self->most_in_flight,
	                 "counts", counts, "log", log);
}
