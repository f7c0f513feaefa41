/* SPDX-License-Identifier: MIT */
/* Failing on request: which call of which action goes wrong, and how. */
#include "emulator/faults.h"

#include <string.h>

#define FAULT_NEEDS_ARGUMENT G_MININT

static const struct fault_kind kinds[] = {
	{"closed-before", false, FAULT_NOTHING, 0, 0},
	{"closed-after", true, FAULT_NOTHING, 0, 0},
	{"silent-before", false, FAULT_SILENCE, 0, 0},
	{"silent-after", true, FAULT_SILENCE, 0, 0},
	{"500-before", false, FAULT_STATUS, 500, 0},
	{"500-after", true, FAULT_STATUS, 500, 0},
	{"503", false, FAULT_STATUS, 503, 1},
	{"503-after", true, FAULT_STATUS, 503, 1},
	{"429", false, FAULT_STATUS, 429, 1},
	{"cut", true, FAULT_CUT, 0, 0},
	{"cut-before", false, FAULT_CUT, 0, 0},
	{"html", true, FAULT_HTML, 0, 0},
	{"html-before", false, FAULT_HTML, 0, 0},
	{"drip", true, FAULT_DRIP, 0, 10},
	{"token", false, FAULT_GATEWAY, -1, 0},
	{"internal", false, FAULT_GATEWAY, -4, 0},
	{"internal-after", true, FAULT_GATEWAY, -4, 0},
	{"garbage", true, FAULT_GARBAGE, 0, 0},
	{"garbage-before", false, FAULT_GARBAGE, 0, 0},
	{"code", false, FAULT_CODE, 0, FAULT_NEEDS_ARGUMENT},
};

struct fault {
	char *text, *action;
	unsigned first, last; /* last included */
	struct fault_verdict verdict;
	unsigned hits;
};

static void fault_free(struct fault *self)
{
	g_free(self->text);
	g_free(self->action);
	g_free(self);
}

GPtrArray *emu_faults_new(void)
{
	return g_ptr_array_new_with_free_func((GDestroyNotify)fault_free);
}

static bool read_count(const char *text, unsigned *number)
{
	guint64 value;
	if (!g_ascii_string_to_unsigned(text, 10, 1, G_MAXINT, &value, NULL)) {
		return false;
	}
	*number = (unsigned)value;
	return true;
}

/* "3", "3-5", "3+", "*", "next" */
static bool read_range(const char *text, unsigned next, struct fault *fault)
{
	if (strcmp(text, "*") == 0) {
		fault->first = 1;
		fault->last = G_MAXUINT;
		return true;
	}
	if (strcmp(text, "next") == 0) {
		fault->first = fault->last = next;
		return true;
	}
	gsize length = strcspn(text, "-+");
	g_autofree char *first = g_strndup(text, length);
	if (!read_count(first, &fault->first)) {
		return false;
	}
	fault->last = text[length] == '+' ? G_MAXUINT : fault->first;
	if (text[length] == '-') {
		return read_count(text + length + 1, &fault->last) && fault->last >= fault->first;
	}
	return text[length] == '\0' || text[length + 1] == '\0';
}

static bool read_kind(const char *name, const char *argument, struct fault_verdict *verdict)
{
	for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++) {
		if (strcmp(kinds[i].name, name) != 0) {
			continue;
		}
		verdict->kind = &kinds[i];
		verdict->argument = kinds[i].default_argument;
		gint64 value;
		if (argument == NULL) {
			return kinds[i].default_argument != FAULT_NEEDS_ARGUMENT;
		}
		if (!g_ascii_string_to_signed(argument, 10, -100000, 100000, &value, NULL)) {
			return false;
		}
		verdict->argument = (int)value;
		return true;
	}
	return false;
}

bool emu_faults_add(GPtrArray *self, const char *text, unsigned next, GError **error)
{
	g_auto(GStrv) parts = g_strsplit(text, ":", 4);
	guint count = g_strv_length(parts);
	struct fault *fault = g_new0(struct fault, 1);
	fault->text = g_strdup(text);
	fault->action = g_strdup(count > 0 ? parts[0] : "");
	if (count < 3 || *parts[0] == '\0' || !read_range(parts[1], next, fault) ||
	    !read_kind(parts[2], count > 3 ? parts[3] : NULL, &fault->verdict)) {
		fault_free(fault);
		g_set_error(error, PASSERELLE_ERROR, PASSERELLE_ERROR_CONFIG,
		            "fault: \"%s\" is not ACTION:NUMBER:KIND[:ARGUMENT]", text);
		return false;
	}
	g_ptr_array_add(self, fault);
	return true;
}

struct fault_verdict emu_faults_match(GPtrArray *self, const char *action, unsigned number,
                                      unsigned total)
{
	for (guint i = 0; i < self->len; i++) {
		struct fault *fault = self->pdata[i];
		bool is_any = strcmp(fault->action, "*") == 0;
		unsigned count = is_any ? total : number;
		if ((is_any || strcmp(fault->action, action) == 0) && count >= fault->first &&
		    count <= fault->last) {
			fault->hits++;
			return fault->verdict;
		}
	}
	return (struct fault_verdict){NULL, 0};
}

json_t *emu_faults_to_json(const GPtrArray *self)
{
	json_t *list = json_array();
	for (guint i = 0; i < self->len; i++) {
		const struct fault *fault = self->pdata[i];
		json_array_append_new(list, json_pack("{s:s, s:i}", "fault", fault->text, "hits",
		                                      (int)fault->hits));
	}
	return list;
}
