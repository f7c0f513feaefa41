/* SPDX-License-Identifier: MIT */
/* Replies: the envelopes of the wire, the XML inside them, and how they are delivered. */
#include "emulator/reply.h"

#include <stdlib.h>
#include <string.h>

struct reply *emu_reply_new(unsigned status, const char *content_type)
{
	struct reply *self = g_new0(struct reply, 1);
	self->status = status;
	self->content_type = content_type;
	self->body = g_string_new(NULL);
	return self;
}

void emu_reply_free(struct reply *self)
{
	if (self == NULL) {
		return;
	}
	g_string_free(self->body, TRUE);
	g_free(self->location);
	g_free(self);
}

char *emu_xml_escape(const char *text)
{
	GString *out = g_string_new(NULL);
	for (const char *p = text; *p != '\0'; p++) {
		switch (*p) {
		case '&':
			g_string_append(out, "&amp;");
			break;
		case '<':
			g_string_append(out, "&lt;");
			break;
		case '>':
			g_string_append(out, "&gt;");
			break;
		case '"':
			g_string_append(out, "&quot;");
			break;
		case '\r':
			g_string_append(out, "&#13;");
			break;
		default:
			g_string_append_c(out, *p);
		}
	}
	return g_string_free(out, FALSE);
}

void emu_xml_begin(struct xml_writer *self, struct reply *reply)
{
	*self = (struct xml_writer){.out = reply->body};
	g_string_append(self->out, "<?xml version=\"1.0\" encoding=\"UTF-8\" ?>\n");
}

static void append_start(struct xml_writer *self, const char *name, va_list attributes)
{
	g_string_append_printf(self->out, "%*s<%s", self->depth * 5, "", name);
	for (const char *attribute = va_arg(attributes, const char *); attribute != NULL;
	     attribute = va_arg(attributes, const char *)) {
		g_autofree char *value = emu_xml_escape(va_arg(attributes, const char *));
		g_string_append_printf(self->out, " %s=\"%s\"", attribute, value);
	}
}

void emu_xml_open(struct xml_writer *self, const char *name, ...)
{
	g_assert(self->depth < XML_WRITER_DEPTH);
	va_list attributes;
	va_start(attributes, name);
	append_start(self, name, attributes);
	va_end(attributes);
	g_string_append(self->out, ">\n");
	self->open[self->depth++] = name;
}

void emu_xml_close(struct xml_writer *self)
{
	self->depth--;
	g_string_append_printf(self->out, "%*s</%s>\n", self->depth * 5, "",
	                       self->open[self->depth]);
}

void emu_xml_leaf(struct xml_writer *self, const char *name, const char *text, ...)
{
	va_list attributes;
	va_start(attributes, text);
	append_start(self, name, attributes);
	va_end(attributes);
	if (text == NULL) {
		g_string_append(self->out, "/>\n");
		return;
	}
	g_autofree char *escaped = emu_xml_escape(text);
	g_string_append_printf(self->out, ">%s</%s>\n", escaped, name);
}

void emu_xml_leaf_number(struct xml_writer *self, const char *name, int value)
{
	char text[16];
	g_snprintf(text, sizeof text, "%d", value);
	emu_xml_leaf(self, name, text, NULL);
}

void emu_xml_end(struct xml_writer *self)
{
	while (self->depth > 0) {
		emu_xml_close(self);
	}
}

/* Personal APIs, general error codes. */
static const char *gateway_detail(int code)
{
	static const char *const details[] = {
		"InvalidTokenException",
		"ServiceEnablerNotFoundException",
		"PrivacyAccessDeniedException",
		"MetaEnablerException",
		"MetaEnablerException",
		"MetaEnablerException",
		"Invalid Request",
		"Invalid Username/Password or Not authorized",
		"Routing error",
		"Access error",
	};
	int index = abs(code) - 1;
	return index >= 0 && index < (int)G_N_ELEMENTS(details) ? details[index] : "Unknown error";
}

struct reply *emu_reply_gateway_error(int code, bool with_comment)
{
	struct reply *self = emu_reply_new(500, "text/xml;charset=UTF-8");
	struct xml_writer writer;
	emu_xml_begin(&writer, self);
	emu_xml_open(&writer, "error", NULL);
	if (with_comment) {
		g_string_append(self->body, "     <!-- gateway -->\n");
	}
	emu_xml_leaf_number(&writer, "code", code);
	emu_xml_leaf(&writer, "detail", gateway_detail(code), NULL);
	emu_xml_end(&writer);
	return self;
}

struct reply *emu_reply_consent_error(const char *url, bool is_folded)
{
	struct reply *self = emu_reply_new(500, "text/xml;charset=UTF-8");
	struct xml_writer writer;
	emu_xml_begin(&writer, self);
	emu_xml_open(&writer, "error", NULL);
	emu_xml_leaf_number(&writer, "code", -3);
	emu_xml_leaf(&writer, "detail", gateway_detail(-3), NULL);
	g_autoptr(GString) text = g_string_new(url);
	if (is_folded) {
		g_string_replace(text, "?", "?\n     ", 1);
	}
	emu_xml_leaf(&writer, "url", text->str, NULL);
	emu_xml_end(&writer);
	return self;
}

struct reply *emu_reply_command_error(const char *action, int type, const char *message,
                                      bool is_nested)
{
	struct reply *self = emu_reply_new(200, "text/xml;charset=UTF-8");
	struct xml_writer writer;
	emu_xml_begin(&writer, self);
	if (is_nested) {
		emu_xml_open(&writer, "xpage", "version", "1.0", NULL);
		emu_xml_open(&writer, "command-list", NULL);
	}
	g_autofree char *number = g_strdup_printf("%d", type);
	/* The subtype is internal: any figure that the type cannot be mistaken for. */
	g_autofree char *subtype = g_strdup_printf("%d", 7000 + type);
	emu_xml_open(&writer, "command", "request", "", "action", action, NULL);
	emu_xml_leaf_number(&writer, "result", -type);
	emu_xml_leaf(&writer, "error", message, "subtype", subtype, "type", number, NULL);
	emu_xml_end(&writer);
	return self;
}

struct reply *emu_reply_messages_error(const char *root, int code)
{
	struct reply *self = emu_reply_new(200, "text/xml;charset=UTF-8");
	struct xml_writer writer;
	emu_xml_begin(&writer, self);
	emu_xml_open(&writer, root, NULL);
	emu_xml_open(&writer, "error", NULL);
	emu_xml_leaf_number(&writer, "code", code);
	emu_xml_leaf(
		&writer, "detail",
		"Error encountered. Please contact api support team with the error code number",
		NULL);
	emu_xml_end(&writer);
	return self;
}

struct reply *emu_reply_redirect(const char *location)
{
	struct reply *self = emu_reply_new(303, "text/plain;charset=UTF-8");
	self->location = g_strdup(location);
	return self;
}

struct reply *emu_reply_json(unsigned status, json_t *document)
{
	struct reply *self = emu_reply_new(status, "application/json");
	char *text = json_dumps(document, JSON_INDENT(1) | JSON_ENCODE_ANY);
	g_string_append(self->body, text);
	g_string_append_c(self->body, '\n');
	free(text);
	json_decref(document);
	return self;
}

struct reply *emu_reply_page(unsigned status, const char *title, const char *text, const char *form)
{
	struct reply *self = emu_reply_new(status, "text/html;charset=UTF-8");
	g_autofree char *safe_title = emu_xml_escape(title);
	g_autofree char *safe_text = emu_xml_escape(text);
	g_string_append_printf(self->body,
	                       "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"UTF-8\">"
	                       "<title>%s</title></head>\n<body><h1>%s</h1>\n<p>%s</p>\n%s"
	                       "</body></html>\n",
	                       safe_title, safe_title, safe_text, form);
	return self;
}
