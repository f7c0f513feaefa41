/* SPDX-License-Identifier: MIT */
/* EMAIL, TEL and URL lines to and from devices; honorific prefixes to and from civilities. */
#include <string.h>

#include "formats/vcard_parts.h"

static const struct {
	const char *property;
	enum device_type type;
	const char *scheme; /* not part of the value */
} properties[] = {
	{"EMAIL", DEVICE_EMAIL, "mailto:"},
	{"TEL", DEVICE_PHONE, "tel:"},
	{"URL", DEVICE_URL, NULL},
};

/* In this order: a fax that is also "voice" is a fax. */
static const struct {
	const char *type;
	const char *label; /* X-ABLabel of Apple's address book */
	enum device_subtype subtype;
} subtypes[] = {
	{"CELL", "_$!<Mobile>!$_", DEVICE_MOBILE}, {"MOBILE", "Mobile", DEVICE_MOBILE},
	{"IPHONE", "iPhone", DEVICE_MOBILE},       {"FAX", "_$!<HomeFAX>!$_", DEVICE_FAX},
	{"FAX", "_$!<WorkFAX>!$_", DEVICE_FAX},    {"FAX", "_$!<OtherFAX>!$_", DEVICE_FAX},
	{"VIDEO", "Video", DEVICE_VIDEO},
};

static const struct {
	const char *type;
	const char *label;
	enum info_type info;
} infos[] = {
	{"HOME", "_$!<Home>!$_", INFO_HOME},
	{"WORK", "_$!<Work>!$_", INFO_WORK},
	{"HOME", "_$!<HomeFAX>!$_", INFO_HOME},
	{"WORK", "_$!<WorkFAX>!$_", INFO_WORK},
};

static gboolean label_is(const char *label, const char *word)
{
	return label && g_ascii_strcasecmp(label, word) == 0;
}

static enum device_subtype subtype_of(const struct content_line *line, const char *label)
{
	for (gsize i = 0; i < G_N_ELEMENTS(subtypes); i++) {
		if (content_line_has_type(line, subtypes[i].type)) {
			return subtypes[i].subtype;
		}
	}
	for (gsize i = 0; i < G_N_ELEMENTS(subtypes); i++) {
		if (label_is(label, subtypes[i].label)) {
			return subtypes[i].subtype;
		}
	}
	return DEVICE_VOICE;
}

static enum info_type info_of(const struct content_line *line, const char *label)
{
	for (gsize i = 0; i < G_N_ELEMENTS(infos); i++) {
		if (content_line_has_type(line, infos[i].type)) {
			return infos[i].info;
		}
	}
	for (gsize i = 0; i < G_N_ELEMENTS(infos); i++) {
		if (label_is(label, infos[i].label)) {
			return infos[i].info;
		}
	}
	return INFO_UNKNOWN;
}

/* 2.1 and 3.0: TYPE=PREF; 4.0: PREF=1, where a higher number is a lesser preference. */
static bool is_preferred(const struct content_line *line)
{
	const struct content_parameter *preference = content_line_parameter(line, "PREF");
	return content_line_has_type(line, "PREF") ||
	       (preference && g_strcmp0(preference->values[0], "1") == 0);
}

/* RFC 3966: "tel:+1-201-555-0123;ext=102". The extension is part of the number for people. Some
 * programs put the scheme before what has it already. */
static char *without_uri(char *text, const char *scheme)
{
	const char *rest = text;
	while (scheme && g_ascii_strncasecmp(rest, scheme, strlen(scheme)) == 0) {
		rest += strlen(scheme);
		rest += strspn(rest, " \t\r\n");
	}
	if (rest == text) {
		return text;
	}
	g_auto(GStrv) parts = g_strsplit(rest, ";", 16);
	const char *extension = NULL;
	for (char **part = parts; *part && !extension; part++) {
		if (g_ascii_strncasecmp(*part, "ext=", strlen("ext=")) == 0) {
			extension = *part + strlen("ext=");
		}
	}
	g_free(text);
	return g_strconcat(parts[0] ? parts[0] : "", extension ? " x" : "",
	                   extension ? extension : "", NULL);
}

struct device *vcard_line_device(const struct content_line *line, const char *text,
                                 const char *label)
{
	for (gsize i = 0; i < G_N_ELEMENTS(properties); i++) {
		if (strcmp(line->name, properties[i].property) != 0) {
			continue;
		}
		char *unescaped = g_strstrip(content_text_unescape(text, strlen(text)));
		g_autofree char *value =
			vcard_stripped(without_uri(unescaped, properties[i].scheme));
		if (!value) {
			return NULL;
		}
		struct device *device = device_new(properties[i].type, subtype_of(line, label),
		                                   info_of(line, label), value);
		device->preferred = is_preferred(line);
		return device;
	}
	return NULL;
}

/* An address is no TEXT: its commas and semicolons stay bare, or other readers follow a wrong one.
 */
static void append_uri(GString *out, const char *uri)
{
	for (; *uri; uri++) {
		if (*uri == '\\') {
			g_string_append(out, "\\\\");
		} else if ((guchar)*uri >= 0x20 && *uri != 0x7f) {
			g_string_append_c(out, *uri);
		}
	}
}

static void append_types(GString *out, const struct device *device, unsigned major)
{
	static const char *const info_words[] = {
		[INFO_UNKNOWN] = NULL, [INFO_HOME] = "home", [INFO_WORK] = "work"};
	static const char *const subtype_words[] = {
		[DEVICE_VOICE] = "voice", [DEVICE_MOBILE] = "cell", [DEVICE_FAX] = "fax",
		[DEVICE_VIDEO] = "video", [DEVICE_INTERNET] = NULL, [DEVICE_WEB] = NULL};
	const char *types[5] = {NULL};
	gsize count = 0;
	if (device->type == DEVICE_EMAIL && major < 4) {
		types[count++] = "internet";
	}
	if (info_words[device->info]) {
		types[count++] = info_words[device->info];
	}
	if (subtype_words[device->subtype]) {
		types[count++] = subtype_words[device->subtype];
	}
	if (device->preferred && major < 4) {
		types[count++] = "pref";
	}
	for (gsize i = 0; i < count; i++) {
		g_autofree char *word =
			major < 4 ? g_ascii_strup(types[i], -1) : g_strdup(types[i]);
		g_string_append_printf(out, "%s%s",
		                       major < 3 ? ";"
		                       : i == 0  ? ";TYPE="
		                                 : ",",
		                       word);
	}
	if (device->preferred && major >= 4) {
		g_string_append(out, ";PREF=1");
	}
}

char *vcard_device_line(const struct device *device, unsigned major)
{
	GString *out = g_string_new(properties[device->type].property);
	append_types(out, device, major);
	g_string_append_c(out, ':');
	if (device->type == DEVICE_URL) {
		append_uri(out, device->value);
	} else {
		content_text_append_escaped(out, device->value);
	}
	return g_string_free(out, FALSE);
}

/* "Ms" says nothing of the three; titles in other languages are left alone. */
enum civility vcard_civility_of_prefix(const char *prefix)
{
	static const struct {
		const char *word;
		enum civility civility;
	} words[] = {
		{"m", CIVILITY_MR},       {"mr", CIVILITY_MR},
		{"mister", CIVILITY_MR},  {"monsieur", CIVILITY_MR},
		{"mme", CIVILITY_MRS},    {"mrs", CIVILITY_MRS},
		{"madame", CIVILITY_MRS}, {"mlle", CIVILITY_MISS},
		{"miss", CIVILITY_MISS},  {"mademoiselle", CIVILITY_MISS},
	};
	g_autofree char *folded = name_fold(prefix);
	g_auto(GStrv) parts = g_strsplit_set(folded, " .,;/", 16);
	for (char **part = parts; *part; part++) {
		for (gsize i = 0; i < G_N_ELEMENTS(words); i++) {
			if (strcmp(*part, words[i].word) == 0) {
				return words[i].civility;
			}
		}
	}
	return CIVILITY_UNKNOWN;
}

const char *vcard_civility_word(enum civility civility)
{
	static const char *const words[] = {
		[CIVILITY_UNKNOWN] = NULL,
		[CIVILITY_MR] = "M.",
		[CIVILITY_MRS] = "Mme",
		[CIVILITY_MISS] = "Mlle",
	};
	return words[civility];
}
