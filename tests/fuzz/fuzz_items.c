/* SPDX-License-Identifier: MIT */
/* What a reply says of contacts and events, as it is taken: every person makes a card that says the
 * same in both versions, every event a calendar. */
#include <string.h>

#include "base/limits.h"
#include "formats/icalendar.h"
#include "formats/vcard.h"
#include "fuzz/fuzz.h"
#include "remotes/orange/contact_fields.h"
#include "remotes/orange/contacts.h"
#include "remotes/orange/event_fields.h"

#define ZONE  "Europe/Paris"
#define ITEMS 50 /* of one reply are followed further */

const guint fuzz_passes = 3;

/* As the service would say it of the card that we write: what comes back looks unchanged. */
static char *print_of_card(const struct contact *person, unsigned major)
{
	g_autofree char *card = vcard_write(person, major);
	OWNED(contact) back = vcard_read(card, strlen(card), NULL, NULL);
	g_assert(back != NULL);
	g_autoptr(GPtrArray) lost = g_ptr_array_new_with_free_func(g_free);
	OWNED(contact) reduced = contact_reduce(back, card, lost);
	return contact_fingerprint(reduced);
}

static void check_person(const struct xml_node *data)
{
	OWNED(contact) person = contact_from_reply(data);
	g_assert(person->full_name != NULL);
	g_free(person->uid);
	person->uid = g_strdup("a");
	g_autofree char *three = print_of_card(person, 3);
	g_autofree char *four = print_of_card(person, 4);
	g_assert(strcmp(three, four) == 0);
}

static void check_page(const struct reply *reply)
{
	struct page *page = contacts_page(reply);
	for (guint i = 0; i < page->entries->len; i++) {
		const struct listed *listed = g_ptr_array_index(page->entries, i);
		g_assert(listed->id[0] != '\0' && listed->folded != NULL);
		g_autofree char *revision = contact_revision(listed->last, listed->first);
		g_assert(revision[0] != '\0');
	}
	g_assert(page->total >= -1 && page->pages >= -1);
	page_free(page);
}

static void check_event(const struct xml_node *data)
{
	g_autoptr(GError) error = NULL;
	OWNED(event_fields) fields = event_fields_from_xml(data, &error);
	g_assert((fields == NULL) == (error != NULL));
	if (fields == NULL) {
		return;
	}
	g_assert(strlen(fields->title) <= LIMIT_FIELD_BYTES);
	g_free(event_fields_name(fields));
	g_free(event_fields_match(fields, ZONE));
	OWNED(event) event = event_fields_to_event(fields, ZONE);
	if (event == NULL) {
		return;
	}
	g_assert(event->ends >= event->starts);
	event->uid = event->uid != NULL ? event->uid : g_strdup("a");
	g_autofree char *text = calendar_write_event(event, ZONE);
	OWNED(calendar) calendar = calendar_read(text, strlen(text), NULL);
	g_assert(calendar != NULL && calendar_count(calendar) == 1);
}

static void check_events(const struct xml_node *command)
{
	const struct xml_node *data = xml_child(xml_descendant(command, "data-list"), "data");
	for (guint i = 0; data != NULL && i < ITEMS; i++, data = xml_next(data, "data")) {
		check_event(data);
	}
}

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
	char *body = g_strndup((const char *)data, size);
	struct http_request request = {.fate = HTTP_ANSWERED, .status = 200, .retry_after = -1};
	request.body_out = g_bytes_new_take(body, strlen(body));
	OWNED(reply) reply = reply_read(&request, false);
	g_bytes_unref(request.body_out);
	if (reply->meaning != MEANING_OK) {
		return 0;
	}
	check_page(reply);
	check_events(reply->command);
	const struct xml_node *person = contact_reply_data(reply->command);
	if (person != NULL) {
		check_person(person);
	}
	g_autoptr(GBytes) picture = contact_picture_from_reply(reply->command);
	g_assert(picture == NULL || g_bytes_get_size(picture) <= LIMIT_PICTURE_BYTES);
	return 0;
}
