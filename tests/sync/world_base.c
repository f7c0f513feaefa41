/* SPDX-License-Identifier: MIT */
/* What all parts of a random world use: chance, the log of events, files, somebody, tokens. */
#include "world.h"

#include <gio/gio.h>
#include <stdio.h>
#include <string.h>

guint world_random(struct world *self, guint below)
{
	self->state += 0x9e3779b97f4a7c15; /* splitmix64 */
	guint64 z = self->state;
	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
	z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
	return (guint)((z ^ (z >> 31)) % below);
}

bool world_chance(struct world *self, guint percent)
{
	return world_random(self, 100) < percent;
}

void world_log(struct world *self, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	g_string_append_vprintf(self->log, format, arguments);
	va_end(arguments);
	g_string_append_c(self->log, '\n');
}

void world_fail(struct world *self, const char *format, ...)
{
	if (self->failure != NULL) {
		return;
	}
	va_list arguments;
	va_start(arguments, format);
	self->failure = g_strdup_vprintf(format, arguments);
	va_end(arguments);
}

json_t *world_control(struct world *self, const char *request, const char *body)
{
	g_autoptr(GError) error = NULL;
	g_autofree char *text = emulator_control(self->bridge->emulator, request, body, &error);
	if (error != NULL) {
		g_error("%s: %s", request, error->message);
	}
	json_t *json = json_loads(text, JSON_DECODE_ANY, NULL);
	g_assert_nonnull(json);
	return json;
}

/* ---- files ---- */

static const char *folder_of(const struct world *self, enum item_kind kind)
{
	return kind == ITEM_CONTACT ? self->bridge->contacts : self->bridge->calendar;
}

GHashTable *world_files(struct world *self, enum item_kind kind)
{
	GHashTable *files = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	g_autoptr(GDir) folder = g_dir_open(folder_of(self, kind), 0, NULL);
	const char *name = NULL;
	while (folder != NULL && (name = g_dir_read_name(folder)) != NULL) {
		char *text = name[0] == '.' ? NULL : bridge_read(self->bridge, name);
		if (text != NULL) {
			g_hash_table_insert(files, g_strdup(name), text);
		}
	}
	return files;
}

/* Names of files that came from the remote depend on the port of the server. */
struct named {
	const char *name, *text;
};

static gint by_content(gconstpointer a, gconstpointer b)
{
	const struct named *left = a, *right = b;
	const bool is_left_own = !g_str_has_prefix(left->name, "passerelle");
	const bool is_right_own = !g_str_has_prefix(right->name, "passerelle");
	if (is_left_own || is_right_own) {
		return is_left_own && is_right_own ? strcmp(left->name, right->name)
		                                   : is_right_own - is_left_own;
	}
	const char *one = strstr(left->text, "TITLE:"), *other = strstr(right->text, "TITLE:");
	one = one != NULL ? one : strstr(left->text, "SUMMARY:");
	other = other != NULL ? other : strstr(right->text, "SUMMARY:");
	return g_strcmp0(one, other);
}

GPtrArray *world_names(GHashTable *files)
{
	g_autoptr(GArray) list = g_array_new(FALSE, FALSE, sizeof(struct named));
	GHashTableIter iterator;
	struct named one;
	g_hash_table_iter_init(&iterator, files);
	while (g_hash_table_iter_next(&iterator, (gpointer *)&one.name, (gpointer *)&one.text)) {
		g_array_append_val(list, one);
	}
	g_array_sort(list, by_content);
	GPtrArray *names = g_ptr_array_new();
	for (guint i = 0; i < list->len; i++) {
		g_ptr_array_add(names, (gpointer)g_array_index(list, struct named, i).name);
	}
	return names;
}

char *world_any_name(struct world *self, GHashTable *files)
{
	g_autoptr(GPtrArray) names = world_names(files);
	return names->len == 0 ? NULL : g_strdup(names->pdata[world_random(self, names->len)]);
}

static bool is_one_of(const char *folder, const char *text)
{
	g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
	const char *name = NULL;
	bool is_found = false;
	while (!is_found && dir != NULL && (name = g_dir_read_name(dir)) != NULL) {
		g_autofree char *path = g_build_filename(folder, name, NULL);
		g_autofree char *other = NULL;
		is_found = g_file_test(path, G_FILE_TEST_IS_DIR)
		                   ? is_one_of(path, text)
		                   : g_file_get_contents(path, &other, NULL, NULL) &&
		                             strcmp(other, text) == 0;
	}
	return is_found;
}

bool world_is_in_trash(const struct world *self, const char *text)
{
	return is_one_of(self->bridge->trash, text);
}

void world_write(struct world *self, const char *name, const char *text)
{
	bridge_write(self->bridge, name, text);
	world_log(self, "  here: %s is now\n%s", name, text);
}

void world_remove(struct world *self, const char *name)
{
	bridge_delete(self->bridge, name);
	world_log(self, "  here: %s is deleted", name);
}

void world_bin(struct world *self, const char *name, const char *text)
{
	struct old_file *old = g_new(struct old_file, 1);
	*old = (struct old_file){g_strdup(name), g_strdup(text)};
	g_ptr_array_add(self->bin, old);
}

/* ---- lines of a text ---- */

char *world_property(const char *text, const char *name)
{
	const gsize size = strlen(name);
	for (const char *line = text; line != NULL && *line != '\0';) {
		if (g_ascii_strncasecmp(line, name, size) == 0 &&
		    (line[size] == ':' || line[size] == ';')) {
			return g_strndup(line, strcspn(line, "\r\n"));
		}
		line = strchr(line, '\n');
		line = line == NULL ? NULL : line + 1;
	}
	return NULL;
}

const char *world_line_value(const char *line)
{
	const char *colon = strchr(line, ':');
	return colon == NULL ? "" : colon + 1;
}

char *world_with_line(const char *text, const char *line)
{
	const char *end = strstr(text, "END:VCARD");
	end = end != NULL ? end : strstr(text, "END:VEVENT");
	if (end == NULL) {
		return g_strdup(text);
	}
	return g_strdup_printf("%.*s%s\r\n%s", (int)(end - text), text, line, end);
}

char *world_without_line(const char *text, const char *line)
{
	const gsize size = strlen(line);
	const char *at = text;
	while ((at = strstr(at, line)) != NULL) {
		const char *end = at + size;
		if ((at == text || at[-1] == '\n') && (*end == '\r' || *end == '\n')) {
			end += *end == '\r' ? 1 : 0;
			return g_strdup_printf("%.*s%s", (int)(at - text), text, end + 1);
		}
		at++;
	}
	return g_strdup(text);
}

char *world_with_property(const char *text, const char *name, const char *value)
{
	g_autofree char *old = world_property(text, name);
	g_autofree char *rest = old == NULL ? g_strdup(text) : world_without_line(text, old);
	g_autofree char *line = g_strdup_printf("%s:%s", name, value);
	return world_with_line(rest, line);
}

static bool is_token_line(const char *line)
{
	static const char *const names[] = {"EMAIL", "TEL", "URL", "NOTE", "X-OWN", "PHOTO"};
	for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
		const gsize size = strlen(names[i]);
		if (g_ascii_strncasecmp(line, names[i], size) == 0 &&
		    (line[size] == ':' || line[size] == ';')) {
			return true;
		}
	}
	return false;
}

GPtrArray *world_values(const char *text)
{
	GPtrArray *values = g_ptr_array_new_with_free_func(g_free);
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
	for (gsize i = 0; lines[i] != NULL; i++) {
		g_strchomp(lines[i]);
		if (is_token_line(lines[i]) && *world_line_value(lines[i]) != '\0') {
			g_ptr_array_add(values, g_strdup(world_line_value(lines[i])));
		}
	}
	return values;
}

struct token *world_token(struct world *self, const char *value)
{
	struct token *token = g_hash_table_lookup(self->tokens, value);
	if (token == NULL) {
		token = g_new0(struct token, 1);
		token->is_device = strstr(value, "example.org") != NULL || value[0] == '+';
		g_hash_table_insert(self->tokens, g_strdup(value), token);
	}
	return token;
}

char *world_new_device(struct world *self, guint number)
{
	const guint token = ++self->n_tokens;
	switch (world_random(self, 6)) {
	case 0:
		return g_strdup_printf("TEL:+336%02u%06u", number % 100, token);
	case 1:
		return g_strdup_printf("TEL;TYPE=CELL:+337%02u%06u", number % 100, token);
	case 2:
		return g_strdup_printf("URL:https://example.org/p%u/t%u", number, token);
	default:
		return g_strdup_printf("EMAIL:t%u.p%u@example.org", token, number);
	}
}

/* ---- somebody ---- */

static const char *const FAMILIES[] = {"Martin",  "Durand",  "Lefèvre",  "de la Tour",
                                       "O’Brien", "Étienne", "Müller",   "Żak",
                                       "MARTIN",  "Muller",  "Martinez", "Иванов"};
static const char *const GIVEN[] = {"Jean", "Élodie", "Al"};
/* Names that fold alike are one. */
static const guint FAMILY_OF[] = {0, 1, 2, 3, 4, 5, 6, 7, 0, 9, 10, 11};

const char *world_family(guint name)
{
	return FAMILIES[name % G_N_ELEMENTS(FAMILIES)];
}

const char *world_given(guint name)
{
	return GIVEN[name / G_N_ELEMENTS(FAMILIES)];
}

static guint64 bit_of(guint name)
{
	const guint family = FAMILY_OF[name % G_N_ELEMENTS(FAMILIES)];
	return G_GUINT64_CONSTANT(1)
	       << (family + name / G_N_ELEMENTS(FAMILIES) * G_N_ELEMENTS(FAMILIES));
}

void world_note_name(struct somebody *one, guint name)
{
	one->names |= bit_of(name);
}

struct somebody *world_new_somebody(struct world *self, guint name)
{
	struct somebody *one = g_new0(struct somebody, 1);
	one->number = self->people->len;
	world_note_name(one, name);
	GString *extra = g_string_new(NULL);
	if (world_chance(self, 20)) {
		g_string_append_printf(extra, "BDAY:19%02u-0%u-1%u\r\n", 50 + one->number % 50,
		                       1 + one->number % 9, one->number % 10);
	}
	if (world_chance(self, 15)) {
		g_string_append_printf(extra, "ORG:Company %u\r\n", one->number);
	}
	one->extra = g_string_free(extra, FALSE);
	g_ptr_array_add(self->people, one);
	return one;
}

struct somebody *world_somebody(struct world *self, guint number)
{
	return number < self->people->len ? self->people->pdata[number] : NULL;
}

bool world_is_alone(const struct world *self, const struct somebody *one)
{
	for (guint i = 0; i < self->people->len; i++) {
		const struct somebody *other = self->people->pdata[i];
		if (other != one && (other->names & one->names) != 0) {
			return false;
		}
	}
	return true;
}

static struct somebody *of_mark(struct world *self, const char *mark)
{
	guint number = 0;
	return mark != NULL && sscanf(mark, "P%u", &number) == 1 ? world_somebody(self, number)
	                                                         : NULL;
}

struct somebody *world_of_text(struct world *self, const char *text)
{
	g_autofree char *line = world_property(text, "TITLE");
	return line == NULL ? NULL : of_mark(self, world_line_value(line));
}

struct somebody *world_of_contact(struct world *self, json_t *contact)
{
	return of_mark(self, json_string_value(json_object_get(contact, "function")));
}
