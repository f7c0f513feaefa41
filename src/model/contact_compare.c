/* SPDX-License-Identifier: MIT */
/* What people and their devices are compared by. */
#include "model/contact.h"

#include <string.h>

#include "base/text.h"

#define SEPARATOR "\x1f"

/* Before NFKC, which takes U+00B4 apart into a blank and an accent. */
static gunichar plain_mark(gunichar character)
{
	static const gunichar apostrophes[] = {0x60,   0xb4,   0x2b9,  0x2bb,  0x2bc, 0x2c8,
	                                       0x2018, 0x2019, 0x201b, 0x2032, 0xff07};
	static const gunichar dashes[] = {0x2010, 0x2011, 0x2012, 0x2013, 0x2014,
	                                  0x2015, 0x2212, 0xfe58, 0xfe63, 0xff0d};
	for (gsize i = 0; i < G_N_ELEMENTS(apostrophes); i++) {
		if (character == apostrophes[i]) {
			return '\'';
		}
	}
	for (gsize i = 0; i < G_N_ELEMENTS(dashes); i++) {
		if (character == dashes[i]) {
			return '-';
		}
	}
	return character;
}

static char *with_plain_marks(const char *text)
{
	g_autofree char *valid = g_utf8_make_valid(text, -1);
	GString *plain = g_string_new(NULL);
	for (const char *at = valid; *at; at = g_utf8_next_char(at)) {
		g_string_append_unichar(plain, plain_mark(g_utf8_get_char(at)));
	}
	return g_string_free(plain, FALSE);
}

static char *with_single_blanks(const char *text)
{
	GString *out = g_string_new(NULL);
	gboolean is_blank_due = FALSE;
	for (const char *at = text; *at; at = g_utf8_next_char(at)) {
		const gunichar character = g_utf8_get_char(at);
		if (g_unichar_isspace(character)) {
			is_blank_due = out->len > 0;
			continue;
		}
		if (is_blank_due) {
			g_string_append_c(out, ' ');
			is_blank_due = FALSE;
		}
		g_string_append_unichar(out, character);
	}
	return g_string_free(out, FALSE);
}

char *name_fold(const char *text)
{
	if (!text) {
		return g_strdup("");
	}
	g_autofree char *plain = with_plain_marks(text);
	g_autofree char *composed = text_normalize(plain, G_NORMALIZE_ALL_COMPOSE);
	g_autofree char *folded = g_utf8_casefold(composed, -1);
	/* Folding can leave a text that is no longer composed (U+1E9E, U+0345). */
	g_autofree char *again = text_normalize(folded, G_NORMALIZE_ALL_COMPOSE);
	return with_single_blanks(again);
}

static gboolean is_country_prefixed(const char *text)
{
	return *text == '+' || g_str_has_prefix(text, "00");
}

/* Digits of any script, as ASCII. */
static char *phone_digits(const char *text)
{
	g_autoptr(GString) digits = g_string_new(NULL);
	gboolean has_plus = FALSE;
	for (const char *at = text; *at; at = g_utf8_next_char(at)) {
		const gunichar character = g_utf8_get_char(at);
		if (g_str_has_prefix(at, "(0)") && digits->len > 0 &&
		    (has_plus || is_country_prefixed(digits->str))) {
			at += 2;
		} else if (g_unichar_isdigit(character)) {
			g_string_append_printf(digits, "%d", g_unichar_digit_value(character));
		} else if ((character == '+' || character == 0xff0b) && digits->len == 0) {
			has_plus = TRUE;
		}
	}
	const char *tail = digits->str;
	if (!has_plus && g_str_has_prefix(tail, "00") && tail[2]) {
		has_plus = TRUE;
		tail += 2;
	}
	return *tail ? g_strconcat(has_plus ? "+" : "", tail, NULL) : NULL;
}

static char *without_scheme(const char *text, const char *scheme)
{
	const gsize size = strlen(scheme);
	return g_strdup(g_ascii_strncasecmp(text, scheme, size) == 0 ? text + size : text);
}

static char *email_key(const char *value)
{
	g_autofree char *address = without_scheme(value, "mailto:");
	return name_fold(address);
}

static char *phone_key(const char *value)
{
	g_autofree char *number = without_scheme(value, "tel:");
	char *digits = strchr(number, '@') ? NULL : phone_digits(number);
	return digits ? digits : name_fold(number);
}

static char *url_key(const char *value)
{
	const char *scheme_end = strstr(value, "://");
	const char *host = scheme_end ? scheme_end + 3 : value;
	const gsize host_size = strcspn(host, "/?#");
	g_autofree char *folded_host = g_utf8_casefold(host, (gssize)host_size);
	gsize path_size = strlen(host + host_size);
	if (path_size > 0 && host[host_size + path_size - 1] == '/') {
		path_size--;
	}
	return g_strdup_printf("%s%.*s", folded_host, (int)path_size, host + host_size);
}

/* The key is the fact: "email+marie@example.com". */
char *device_key(const struct device *device)
{
	static const struct {
		const char *name;
		char *(*normalise)(const char *value);
	} kinds[] = {
		[DEVICE_EMAIL] = {"email+", email_key},
		[DEVICE_PHONE] = {"phone+", phone_key},
		[DEVICE_URL] = {"url+", url_key},
	};
	g_autofree char *valid = g_utf8_make_valid(device->value ? device->value : "", -1);
	g_strstrip(valid);
	g_autofree char *normal = kinds[device->type].normalise(valid);
	return g_strconcat(kinds[device->type].name, normal, NULL);
}

static gboolean has_text(const char *text)
{
	return text && *text;
}

char *contact_display_name(const struct contact *self)
{
	if (has_text(self->full_name)) {
		return g_strdup(self->full_name);
	}
	if (has_text(self->given) && has_text(self->family)) {
		return g_strdup_printf("%s %s", self->given, self->family);
	}
	const char *const others[] = {self->given, self->family, self->nickname, self->company};
	for (gsize i = 0; i < G_N_ELEMENTS(others); i++) {
		if (has_text(others[i])) {
			return g_strdup(others[i]);
		}
	}
	for (guint i = 0; i < self->devices->len; i++) {
		const struct device *device = g_ptr_array_index(self->devices, i);
		if (device->type == DEVICE_EMAIL && has_text(device->value)) {
			return g_strdup(device->value);
		}
	}
	return g_strdup("");
}

char *contact_match_key(const struct contact *self)
{
	g_autofree char *family = name_fold(self->family);
	g_autofree char *given = name_fold(self->given);
	if (*family || *given) {
		return g_strconcat(family, SEPARATOR, given, NULL);
	}
	g_autofree char *nickname = name_fold(self->nickname);
	if (*nickname) {
		return g_strconcat("n:", nickname, NULL);
	}
	g_autofree char *company = name_fold(self->company);
	return *company ? g_strconcat("c:", company, NULL) : g_strdup("");
}

static void add_folded_fact(GPtrArray *facts, const char *name, const char *text)
{
	g_autofree char *folded = name_fold(text);
	if (*folded) {
		g_ptr_array_add(facts, g_strconcat(name, folded, NULL));
	}
}

static int compare_strings(gconstpointer left, gconstpointer right)
{
	return strcmp(*(char *const *)left, *(char *const *)right);
}

static void drop_repeated(GPtrArray *sorted)
{
	guint kept = 0;
	for (guint i = 0; i < sorted->len; i++) {
		char *text = g_ptr_array_index(sorted, i);
		if (kept > 0 && strcmp(text, g_ptr_array_index(sorted, kept - 1)) == 0) {
			g_free(text);
		} else {
			g_ptr_array_index(sorted, kept++) = text;
		}
	}
	g_ptr_array_set_size(sorted, (int)kept);
}

char **contact_facts(const struct contact *self)
{
	static const char *const genders[] = {
		[CIVILITY_UNKNOWN] = NULL,
		[CIVILITY_MR] = "gender=m",
		[CIVILITY_MRS] = "gender=f",
		[CIVILITY_MISS] = "gender=f",
	};
	GPtrArray *facts = g_ptr_array_new();
	/* "--01-31" does not contradict "1951-01-31": only a whole date is a fact. */
	if (self->birthday && strlen(self->birthday) == strlen("1951-01-31")) {
		g_ptr_array_add(facts, g_strconcat("birthday=", self->birthday, NULL));
	}
	add_folded_fact(facts, "company=", self->company);
	add_folded_fact(facts, "nickname=", self->nickname);
	if (genders[self->civility]) {
		g_ptr_array_add(facts, g_strdup(genders[self->civility]));
	}
	for (guint i = 0; i < self->devices->len; i++) {
		g_ptr_array_add(facts, device_key(g_ptr_array_index(self->devices, i)));
	}
	g_ptr_array_sort(facts, compare_strings);
	drop_repeated(facts);
	g_ptr_array_add(facts, NULL);
	return (char **)g_ptr_array_free(facts, FALSE);
}
