/* SPDX-License-Identifier: MIT */
/* A cycle that ended in the middle tells nothing itself: the service does. */
#include "app/crash.h"

#include "app/confine.h"
#include "app/log.h"
#include "app/schedule.h"
#include "app/status_file.h"

char *crash_words(const bool parts[PARTS])
{
	g_autofree char *list = schedule_part_list(parts);
	return g_strdup_printf("%s: the last cycle crashed or hung; it is tried again", list);
}

static void write_status(const struct account_config *config, const bool parts[PARTS])
{
	g_autoptr(GError) error = NULL;
	OWNED(status_document) document = status_file_read(config);
	const enum status_state before = document->state;
	document->state = STATUS_ERROR;
	document->updated = g_get_real_time() / G_USEC_PER_SEC;
	status_document_note_since(document, before, document->updated);
	g_free(document->message);
	document->message = crash_words(parts);
	g_clear_pointer(&document->action_kind, g_free);
	g_clear_pointer(&document->action_url, g_free);
	if (!status_file_write(config, document, &error)) {
		log_say(LOG_LEVEL_ERROR, config->name, "%s", error->message);
	}
}

void crash_tell(const struct account_config *config, const struct crash *crash)
{
	g_autofree char *list = schedule_part_list(crash->parts);
	if (crash->is_hung) {
		log_say(LOG_LEVEL_ERROR, config->name, "the cycle hung and was ended (%s)", list);
	} else {
		g_autofree char *words = confine_words_of_signal(crash->signal);
		log_say(LOG_LEVEL_ERROR, config->name, "the cycle was ended: %s (%s)", words, list);
	}
	if (list[0] != '\0') {
		write_status(config, crash->parts);
	}
}
