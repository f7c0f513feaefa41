/* SPDX-License-Identifier: MIT */
/* What was stored and may be damaged: the status document, the memories of the journal, the token.
 * Read or left; what was read is written and read the same. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <glib/gstdio.h>
#include <jansson.h>

#include "app/secrets.h"
#include "fuzz/fuzz.h"
#include "journal/journal.h"
#include "remotes/orange/event_fields.h"
#include "remotes/orange/prefixes_memory.h"
#include "remotes/orange/session_memory.h"
#include "status/render.h"

#define NOW          1780000000
#define ADDRESS      "https://api.example"
#define MEMORY_BYTES 4096 /* of the pace: it is one commit of the journal */

const guint fuzz_passes = 3;

static void check_rendered(const struct status_document *document)
{
	static const char *const several[] = {"human", "prometheus", NULL};
	static const char *const objects[] = {"json", "waybar", NULL};
	const char *const *formats = render_formats();
	const struct render_view view = {.document = document, .service = SERVICE_RUNS};
	const struct render_context context = {
		.now = NOW, .shows_latest = true, .is_followed = true};
	for (guint i = 0; formats[i] != NULL; i++) {
		g_autofree char *line = render_find(formats[i])->function(&view, 1, &context);
		g_assert(g_utf8_validate(line, -1, NULL));
		g_assert(g_strv_contains(several, formats[i]) || strchr(line, '\n') == NULL);
		g_assert(strchr(line, '\033') == NULL);
		if (g_strv_contains(objects, formats[i])) {
			json_t *root = json_loads(line, JSON_REJECT_DUPLICATES, NULL);
			g_assert(json_is_object(root));
			json_decref(root);
		}
	}
}

static void check_status(const char *text, gsize size)
{
	g_autoptr(GError) error = NULL;
	OWNED(status_document) document = status_document_from_json(text, size, &error);
	g_assert((document == NULL) == (error != NULL));
	if (document == NULL) {
		return;
	}
	g_autofree char *written = status_document_to_json(document);
	OWNED(status_document)
	back = status_document_from_json(written, strlen(written), NULL);
	g_assert(back != NULL);
	g_autofree char *again = status_document_to_json(back);
	g_assert(strcmp(written, again) == 0);
	check_rendered(document);
}

static void check_prefixes(const char *text)
{
	struct prefixes_memory *memory = prefixes_memory_read(text);
	if (memory == NULL) {
		return;
	}
	g_autofree char *written = prefixes_memory_write(memory);
	struct prefixes_memory *back = prefixes_memory_read(written);
	g_assert(back != NULL);
	g_autofree char *again = prefixes_memory_write(back);
	g_assert(strcmp(written, again) == 0);
	prefixes_memory_free(memory);
	prefixes_memory_free(back);
}

/* One journal for the whole run, in memory where there is such a folder, gone with the program. */
static struct journal *the_journal(void)
{
	static struct journal *journal;
	if (journal == NULL) {
		char in_memory[] = "/dev/shm/fuzz-XXXXXX";
		g_autofree char *folder = g_mkdtemp(in_memory) != NULL
		                                  ? g_strdup(in_memory)
		                                  : g_dir_make_tmp("fuzz-XXXXXX", NULL);
		g_autofree char *path = g_build_filename(folder, "a.journal", NULL);
		journal = journal_open(path, JOURNAL_CREATE, NULL);
		g_assert(journal != NULL);
		static const char *const endings[] = {"", "-wal", "-shm"};
		for (gsize i = 0; i < G_N_ELEMENTS(endings); i++) {
			g_autofree char *file = g_strconcat(path, endings[i], NULL);
			g_unlink(file);
		}
		g_rmdir(folder);
	}
	return journal;
}

/* Nobody is kept waiting for longer than a day, whatever the memory says. */
static void check_pace(const char *text)
{
	const struct remote_settings settings = {.account = "home",
	                                         .service_id = "id",
	                                         .service_password = "password",
	                                         .requests_per_minute = 60,
	                                         .now = NOW};
	struct journal *journal = the_journal();
	g_assert(journal_memory_set(journal, "session.pace", text, NULL));
	struct session_memory *memory = session_memory_open(&settings, journal);
	g_assert(!isnan(session_memory_level(memory)));
	for (int api = 0; api < SESSION_APIS; api++) {
		g_autoptr(GError) now = session_memory_obstacle(memory, (enum session_api)api,
		                                                ADDRESS, "call", NOW);
		g_autoptr(GError) later =
			session_memory_obstacle(memory, (enum session_api)api, ADDRESS, "call",
		                                NOW + SESSION_LONGEST_PAUSE + 61);
		g_assert(now == NULL || g_utf8_validate(now->message, -1, NULL));
		g_assert(!passerelle_error_is(now, PASSERELLE_ERROR_NETWORK) ||
		         !passerelle_error_is(later, PASSERELLE_ERROR_NETWORK));
	}
	session_memory_free(memory);
}

static void check_event(const char *text)
{
	g_autoptr(GError) error = NULL;
	OWNED(event_fields) fields = event_fields_from_json(text, &error);
	g_assert((fields == NULL) == (error != NULL));
	if (fields != NULL) {
		g_free(event_fields_match(fields, "Europe/Paris"));
		g_free(event_fields_name(fields));
	}
}

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
	g_autofree char *text = g_strndup((const char *)data, size);
	check_status((const char *)data, size);
	check_prefixes(text);
	check_event(text);
	if (text[0] == '{' && size <= MEMORY_BYTES && g_utf8_validate(text, -1, NULL)) {
		check_pace(text);
	}
	g_assert(secrets_token_end(text) >= 0);
	return 0;
}
