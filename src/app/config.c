/* SPDX-License-Identifier: MIT */
/*
 * The configuration file: one struct per account, every value checked, every mistake told with its
 * line.
 */
#include "app/config.h"

#include "app/config_check.h"
#include "app/config_lines.h"
#include "app/config_options.h"
#include "status/words.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define ACCOUNTS_MOST      200
#define CONFIG_BYTES       (256 * 1024) /* two hundred accounts with every option */
#define ACCOUNT_NAME_BYTES 64           /* it becomes part of file names */
#define MISTAKE_CHARACTERS 300          /* a value of 60 KB is not worth reading again */

struct parser {
	struct config *config;
	GPtrArray *mistakes;            /* struct config_mistake */
	struct account_config *account; /* lent; of the current section */
	bool is_general;                /* the current section is [general] */
	GHashTable *headings;           /* heading -> its line */
	GHashTable *names;              /* name -> its line, in the current section */
};

void config_free(struct config *self)
{
	if (self != NULL) {
		g_free(self->path);
		g_bytes_unref(self->text);
		g_ptr_array_unref(self->accounts);
		g_free(self);
	}
}

struct account_config *config_account(const struct config *self, const char *name)
{
	for (guint i = 0; i < self->accounts->len; i++) {
		struct account_config *account = g_ptr_array_index(self->accounts, i);
		if (strcmp(account->name, name) == 0) {
			return account;
		}
	}
	return NULL;
}

static void set_fallbacks(enum option_section section, void *target)
{
	for (const struct option *option = config_options; option->name != NULL; option++) {
		if (option->section == section && option->fallback != NULL) {
			bool is_set = option_set(option, target, option->fallback, NULL);
			g_assert(is_set);
		}
	}
}

static bool is_account_name(const char *name)
{
	gsize length = strspn(name, G_CSET_a_2_z G_CSET_A_2_Z G_CSET_DIGITS "_-");
	return length > 0 && length <= ACCOUNT_NAME_BYTES && name[length] == '\0' && name[0] != '-';
}

static void open_account(struct parser *self, unsigned number, const char *name)
{
	if (!is_account_name(name)) {
		config_mistake_add(
			self->mistakes, number,
			"an account is called by 1 to %d letters, digits, \"_\" and \"-\"",
			ACCOUNT_NAME_BYTES);
	}
	if (self->config->accounts->len == ACCOUNTS_MOST) {
		config_mistake_add(self->mistakes, number, "there are more than %d accounts",
		                   ACCOUNTS_MOST);
		return;
	}
	struct account_config *account = g_new0(struct account_config, 1);
	account->name = g_strdup(name);
	set_fallbacks(SECTION_ACCOUNT, account);
	g_ptr_array_add(self->config->accounts, account);
	self->account = account;
}

static void tell_unknown_section(struct parser *self, unsigned number, const char *heading)
{
	static const char *const words[] = {"general", "account", NULL};
	g_auto(GStrv) parts = g_strsplit_set(heading, " \t", 2);
	const char *nearest = parts[0] != NULL ? word_nearest(words, parts[0]) : NULL;
	if (nearest == NULL) {
		config_mistake_add(
			self->mistakes, number,
			"unknown section \"[%s]\": there are [general] and [account NAME]",
			heading);
		return;
	}
	bool is_account = strcmp(nearest, "account") == 0;
	config_mistake_add(self->mistakes, number,
	                   "unknown section \"[%s]\": did you mean \"[%s%s%s]\"?", heading, nearest,
	                   is_account ? " " : "",
	                   is_account ? (parts[1] != NULL ? parts[1] : "NAME") : "");
}

/* Remembers where key was seen first; answers that line if it was before, else 0. */
static unsigned seen_before(GHashTable *seen, const char *key, unsigned number)
{
	unsigned first = GPOINTER_TO_UINT(g_hash_table_lookup(seen, key));
	if (first == 0) {
		g_hash_table_insert(seen, g_strdup(key), GUINT_TO_POINTER(number));
	}
	return first;
}

static void take_heading(struct parser *self, const struct config_line *line)
{
	g_auto(GStrv) words = g_strsplit_set(line->heading, " \t", 2);
	const char *word = words[0] != NULL ? words[0] : "";
	const char *name = words[0] != NULL && words[1] != NULL ? g_strstrip(words[1]) : NULL;
	g_autofree char *key = g_strdup_printf("%s %s", word, name != NULL ? name : "");
	self->account = NULL;
	self->is_general = strcmp(line->heading, "general") == 0;
	g_hash_table_remove_all(self->names);
	unsigned first = seen_before(self->headings, key, line->number);
	if (first != 0) {
		config_mistake_add(self->mistakes, line->number,
		                   "the section \"[%s]\" stands already in line %u", line->heading,
		                   first);
		self->is_general = false;
	} else if (strcmp(word, "account") == 0 && name != NULL) {
		open_account(self, line->number, name);
	} else if (!self->is_general) {
		tell_unknown_section(self, line->number, line->heading);
	}
}

static void tell_unknown_option(struct parser *self, enum option_section section,
                                const struct config_line *line)
{
	static const char *const places[] = {"[general]", "[account NAME]"};
	enum option_section other = section == SECTION_GENERAL ? SECTION_ACCOUNT : SECTION_GENERAL;
	const char *nearest = option_nearest(section, line->name);
	if (option_find(other, line->name) != NULL) {
		config_mistake_add(self->mistakes, line->number, "\"%s\" belongs into %s",
		                   line->name, places[other]);
	} else if (nearest != NULL) {
		config_mistake_add(self->mistakes, line->number,
		                   "unknown option \"%s\": did you mean \"%s\"?", line->name,
		                   nearest);
	} else if (option_nearest(other, line->name) != NULL) {
		config_mistake_add(self->mistakes, line->number,
		                   "unknown option \"%s\": did you mean \"%s\" in %s?", line->name,
		                   option_nearest(other, line->name), places[other]);
	} else {
		config_mistake_add(self->mistakes, line->number, "unknown option \"%s\"",
		                   line->name);
	}
}

static void take_entry(struct parser *self, const struct config_line *line)
{
	if (!self->is_general && self->account == NULL) {
		if (g_hash_table_size(self->headings) == 0) {
			config_mistake_add(self->mistakes, line->number,
			                   "\"%s\" stands before any section", line->name);
		}
		return; /* the heading has been told already */
	}
	enum option_section section = self->is_general ? SECTION_GENERAL : SECTION_ACCOUNT;
	void *target = self->is_general ? (void *)&self->config->general : (void *)self->account;
	const struct option *option = option_find(section, line->name);
	if (option == NULL) {
		tell_unknown_option(self, section, line);
		return;
	}
	unsigned first = seen_before(self->names, line->name, line->number);
	if (first != 0) {
		config_mistake_add(self->mistakes, line->number, "\"%s\" stands already in line %u",
		                   line->name, first);
		return;
	}
	g_autoptr(GError) error = NULL;
	if (!option_set(option, target, line->value, &error)) {
		config_mistake_add(self->mistakes, line->number, "%s", error->message);
	}
}

static void set_interval(gint64 *interval, gint64 fallback)
{
	if (*interval == 0) {
		*interval = fallback;
	}
}

static void finish_accounts(struct parser *self)
{
	for (guint i = 0; i < self->config->accounts->len; i++) {
		struct account_config *account = g_ptr_array_index(self->config->accounts, i);
		g_autofree char *key = g_strdup_printf("account %s", account->name);
		unsigned line = GPOINTER_TO_UINT(g_hash_table_lookup(self->headings, key));
		set_interval(&account->contacts_interval, self->config->general.interval);
		set_interval(&account->calendar_interval, self->config->general.interval);
		set_interval(&account->messages_interval, self->config->general.interval);
		config_check(account, line, self->mistakes);
	}
	if (self->config->accounts->len == 0 && self->mistakes->len == 0) {
		config_mistake_add(self->mistakes, 1,
		                   "there is no [account NAME]: it needs one, with endpoint, "
		                   "service_id, service_password_command and a folder");
	}
}

static gint by_line(gconstpointer left, gconstpointer right)
{
	const struct config_mistake *const *one = left, *const *other = right;
	return (*one)->number < (*other)->number ? -1 : (*one)->number > (*other)->number;
}

static void set_mistakes(GPtrArray *mistakes, const char *path, GError **error)
{
	GString *text = g_string_new(NULL);
	g_ptr_array_sort(mistakes, by_line);
	for (guint i = 0; i < mistakes->len; i++) {
		const struct config_mistake *mistake = g_ptr_array_index(mistakes, i);
		g_autofree char *clean = words_clean(mistake->text, MISTAKE_CHARACTERS);
		g_string_append_printf(text, "%s%s:%u: %s", i > 0 ? "\n" : "", path,
		                       mistake->number, clean);
	}
	g_set_error_literal(error, PASSERELLE_ERROR, PASSERELLE_ERROR_CONFIG, text->str);
	g_string_free(text, TRUE);
}

static void parse_lines(struct parser *self, const char *data, gsize size)
{
	g_autoptr(GPtrArray) lines = config_lines_read(data, size, self->mistakes);
	for (guint i = 0; i < lines->len; i++) {
		const struct config_line *line = g_ptr_array_index(lines, i);
		if (line->heading != NULL) {
			take_heading(self, line);
		} else {
			take_entry(self, line);
		}
	}
	finish_accounts(self);
}

static unsigned line_at(const char *data, const char *at)
{
	unsigned number = 1;
	for (; data < at; data++) {
		number += *data == '\n';
	}
	return number;
}

struct config *config_parse(const char *data, gsize size, const char *path, GError **error)
{
	if (size > CONFIG_BYTES) {
		g_set_error(error, PASSERELLE_ERROR, PASSERELLE_ERROR_CONFIG,
		            "%s: longer than %d bytes", path, CONFIG_BYTES);
		return NULL;
	}
	const char *valid_until = NULL;
	g_autoptr(GPtrArray) mistakes =
		g_ptr_array_new_with_free_func((GDestroyNotify)config_mistake_free);
	OWNED(config) config = g_new0(struct config, 1);
	config->path = g_strdup(path);
	config->text = g_bytes_new(data, size);
	config->accounts = g_ptr_array_new_with_free_func((GDestroyNotify)config_account_free);
	set_fallbacks(SECTION_GENERAL, &config->general);
	if (!g_utf8_validate_len(data, size, &valid_until)) {
		config_mistake_add(mistakes, line_at(data, valid_until), "this is not UTF-8 text");
		set_mistakes(mistakes, path, error);
		return NULL;
	}
	g_autoptr(GHashTable) headings =
		g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	g_autoptr(GHashTable) names = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	struct parser parser = {config, mistakes, NULL, false, headings, names};
	parse_lines(&parser, data, size);
	if (mistakes->len > 0) {
		set_mistakes(mistakes, path, error);
		return NULL;
	}
	return g_steal_pointer(&config);
}

struct config *config_load(const char *path, GError **error)
{
	g_autofree char *data = NULL;
	gsize size = 0;
	g_autoptr(GError) why = NULL;
	if (!g_file_get_contents(path, &data, &size, &why)) {
		bool is_missing = g_error_matches(why, G_FILE_ERROR, G_FILE_ERROR_NOENT);
		g_set_error(error, PASSERELLE_ERROR,
		            is_missing ? PASSERELLE_ERROR_NOT_FOUND : PASSERELLE_ERROR_CONFIG,
		            "configuration: %s%s", why->message,
		            is_missing ? ": see passerelle.conf(5)" : "");
		return NULL;
	}
	return config_parse(data, size, path, error);
}
