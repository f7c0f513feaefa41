/* SPDX-License-Identifier: MIT */
/* What the actions of all APIs share: parameters, refusals, the frame of a reply. */
#include "emulator/actions.h"

const char *emu_call_get(const struct call *self, const char *name)
{
	return emu_request_get_or(self->request, name, "");
}

/*
 * Messages and RichProfile have no numbers for parameters: their gateway says "check the input
 * parameters".
 */
struct reply *emu_call_refuse(const struct call *self, int type, const char *message)
{
	const struct emulator_options *options = &self->emulator->options;
	if (self->action->api == API_MESSAGES || self->action->api == API_RICHPROFILE) {
		return emu_reply_gateway_error(-7, options->quirks);
	}
	return emu_reply_command_error(self->action->name, type, message, options->nested_errors);
}

struct reply *emu_call_refuse_parameter(const struct call *self, const char *name)
{
	g_autofree char *message = g_strdup_printf("'%s' is invalid.", name);
	return emu_call_refuse(self, 2, message);
}

void emu_call_note_write(struct call *self, const char *id)
{
	self->has_written = true;
	g_free(self->written_id);
	self->written_id = g_strdup(id);
}

struct contact *emu_call_find_contact(const struct call *self, struct reply **refusal)
{
	struct contact *contact =
		emu_store_find_contact(self->emulator->store, emu_call_get(self, "cid"));
	*refusal = contact == NULL ? emu_call_refuse_parameter(self, "cid") : NULL;
	return contact;
}

struct reply *emu_call_ask_consent(const struct call *self, const char *attributes)
{
	const struct emulator *emulator = self->emulator;
	g_autofree char *service = g_uri_escape_string(emulator->options.service_id, NULL, FALSE);
	g_autofree char *url =
		g_strdup_printf("%s/privacy/interaction.do?family=%s&serviceId=%s&attributes=,%s",
	                        emulator->url, self->action->family, service, attributes);
	return emu_reply_consent_error(url, emulator->options.quirks);
}

struct reply *emu_command_begin(struct xml_writer *writer, const char *action, const char *request)
{
	struct reply *reply = emu_reply_new(200, "text/xml;charset=UTF-8");
	emu_xml_begin(writer, reply);
	emu_xml_open(writer, "xpage", "version", "1.0", NULL);
	emu_xml_open(writer, "command-list", NULL);
	emu_xml_open(writer, "command", "request", request, "action", action, NULL);
	return reply;
}

guint emu_command_open_list(const struct call *call, struct xml_writer *writer, guint total)
{
	int size = call->emulator->options.page_size;
	guint shown = size < 0 ? total : MIN(total, (guint)size);
	guint pages = size < 0 ? 1 : MAX(1, (total + (guint)size - 1) / (guint)size);
	int told = total == 0 ? 0 : MAX(0, (int)total + call->emulator->options.untrue_total);
	g_autofree char *all = g_strdup_printf("%d", told);
	g_autofree char *page_count = g_strdup_printf("%u", pages);
	g_autofree char *entries = g_strdup_printf("%u", shown);
	emu_xml_open(writer, "data-list", "total-data", all, "nbpage", page_count, "page", "1",
	             "nbentries", entries, NULL);
	return shown;
}
