/* SPDX-License-Identifier: MIT */
/* One call of a Personal API: its parameters, what is kept of it, what it brought. */
#include "remotes/orange/call.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

bool session_is_write(const char *action)
{
	static const char *const READS[] = {"get", "find", "see", "list", "check"};
	while (g_ascii_isspace(*action)) {
		action++;
	}
	for (gsize i = 0; i < G_N_ELEMENTS(READS); i++) {
		if (g_ascii_strncasecmp(action, READS[i], strlen(READS[i])) == 0) {
			return false;
		}
	}
	return true;
}

/* At an address that a person typed nothing else tells what the call makes. */
static const struct {
	const char *action;
	enum item_kind kind;
} KINDS[] = {
	{"addcontact", ITEM_CONTACT},  {"adddevice", ITEM_CONTACT}, {"addpicture", ITEM_CONTACT},
	{"add picture", ITEM_CONTACT}, {"addevent", ITEM_EVENT},    {"addeventoffline", ITEM_EVENT},
};

bool call_kind(const struct call *self, enum item_kind *kind)
{
	if (self->api == SESSION_CONTACTS || self->api == SESSION_CALENDAR) {
		*kind = self->api == SESSION_CONTACTS ? ITEM_CONTACT : ITEM_EVENT;
		return true;
	}
	g_autofree char *action = g_strstrip(g_strdup(self->action));
	for (gsize i = 0; self->api == SESSION_ADDRESS && i < G_N_ELEMENTS(KINDS); i++) {
		if (g_ascii_strcasecmp(action, KINDS[i].action) == 0) {
			*kind = KINDS[i].kind;
			return true;
		}
	}
	return false;
}

/* API reading, section 5: "1", "C1" and "c1" are one contact. */
char *session_fold_id(const char *id)
{
	char *folded = g_strstrip(g_ascii_strdown(id, -1));
	if (folded[0] == 'c' && folded[1] != '\0') {
		memmove(folded, folded + 1, strlen(folded));
	}
	return folded;
}

struct call *call_new(enum session_api api, const char *action)
{
	struct call *self = g_new0(struct call, 1);
	self->api = api;
	self->action = action;
	self->parameters = g_ptr_array_new_with_free_func(g_free);
	return self;
}

void call_add(struct call *self, const char *name, const char *value)
{
	g_ptr_array_add(self->parameters, g_strdup(name));
	g_ptr_array_add(self->parameters, g_strdup(value));
}

void call_free(struct call *self)
{
	if (self == NULL) {
		return;
	}
	g_ptr_array_unref(self->parameters);
	g_clear_pointer(&self->file, g_bytes_unref);
	g_free(self->what);
	reply_free(self->reply);
	g_clear_pointer(&self->body, g_bytes_unref);
	g_free(self->content_type);
	g_clear_error(&self->error);
	g_free(self->told);
	g_free(self);
}

const char *call_what(const struct call *self)
{
	return self->what == NULL ? self->action : self->what;
}

void call_fail(struct call *self, GError *error_taken)
{
	g_clear_error(&self->error);
	self->error = error_taken;
}

char *call_content(const struct call *self)
{
	json_t *object = json_object();
	for (guint i = 0; i + 1 < self->parameters->len; i += 2) {
		const char *value = g_ptr_array_index(self->parameters, i + 1);
		g_autofree char *valid = g_utf8_make_valid(value, -1);
		json_object_set_new(object, g_ptr_array_index(self->parameters, i),
		                    json_string(valid));
	}
	if (self->file != NULL) {
		g_autofree char *sum = g_compute_checksum_for_bytes(G_CHECKSUM_SHA256, self->file);
		g_autofree char *file = g_strconcat("sha256:", sum, NULL);
		json_object_set_new(object, "file", json_string(file));
	}
	char *json = json_dumps(object, JSON_COMPACT);
	char *content = g_strdup(json);
	free(json);
	json_decref(object);
	return content;
}

char *call_result_id(const struct call *self)
{
	const struct xml_node *node = xml_descendant(self->reply->command, "event-data");
	node = node != NULL ? node : self->reply->command;
	g_autofree char *event = xml_child_text(node, "eventid");
	g_autofree char *id = xml_child_text(node, "id");
	const bool has_event = event != NULL && event[0] != '\0';
	const bool has_id = id != NULL && id[0] != '\0';
	if (has_event && has_id) {
		return g_strconcat(event, "/", id, NULL);
	}
	return has_event ? g_steal_pointer(&event) : has_id ? g_steal_pointer(&id) : NULL;
}
