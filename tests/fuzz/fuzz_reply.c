/* SPDX-License-Identifier: MIT */
/* Any bytes as a reply of the service, on the way that every reply takes: what it says of the call,
 * the mailbox in it, and how a person sees it. */
#include "remotes/orange/reply.h"

#include <string.h>

#include "app/call_reply.h"
#include "fuzz/fuzz.h"
#include "remotes/orange/orange.h"
#include "remotes/orange/overview.h"

#define DETAIL_BYTES  200
#define ADDRESS_BYTES 2048

const guint fuzz_passes = 3;

/* As net/http hands it over: with a NUL behind it. */
static GBytes *body_of(const guint8 *data, gsize size)
{
	char *body = g_malloc(size + 1);
	if (size > 0) {
		memcpy(body, data, size);
	}
	body[size] = '\0';
	return g_bytes_new_take(body, size);
}

static void check_line(const char *text, gsize limit)
{
	g_assert(text == NULL || (strlen(text) <= limit && g_utf8_validate(text, -1, NULL)));
	for (; text != NULL && *text != '\0'; text = g_utf8_next_char(text)) {
		g_assert(!g_unichar_iscntrl(g_utf8_get_char(text)));
	}
}

static void check_address(const char *address)
{
	check_line(address, ADDRESS_BYTES);
	g_assert(address == NULL || g_ascii_strncasecmp(address, "http", 4) == 0);
	g_assert(address == NULL || strpbrk(address, " \t\r\n\"<>") == NULL);
}

/* A write that may have been carried out is in doubt, whatever else the reply says. */
static void check_error(const struct reply *reply, bool is_write)
{
	g_autoptr(GError) error = reply_error(reply, "call", is_write);
	g_assert((error == NULL) == (reply->meaning == MEANING_OK));
	g_assert(error == NULL || g_utf8_validate(error->message, -1, NULL));
	const bool is_unknown =
		reply->meaning == MEANING_TRANSIENT || reply->meaning == MEANING_UNREADABLE;
	g_assert(!is_write || is_unknown == passerelle_error_is(error, PASSERELLE_ERROR_IN_DOUBT));
}

static void check_mailbox(const struct reply *reply)
{
	OWNED(mailbox) box = orange_mailbox_from(reply);
	if (box == NULL) {
		return;
	}
	g_assert(box->unread >= MAILBOX_UNKNOWN && box->total >= MAILBOX_UNKNOWN);
	g_assert(box->sms >= MAILBOX_UNKNOWN && box->latest->len <= OVERVIEW_MAILS);
	gint64 newer = G_MAXINT64;
	for (guint i = 0; i < box->latest->len; i++) {
		const struct mail_summary *mail = g_ptr_array_index(box->latest, i);
		check_line(mail->id, OVERVIEW_FIELD_BYTES);
		check_line(mail->from, OVERVIEW_FIELD_BYTES);
		check_line(mail->subject, OVERVIEW_FIELD_BYTES);
		check_line(mail->preview, OVERVIEW_FIELD_BYTES);
		check_address(mail->url);
		g_assert(mail->date <= newer);
		newer = mail->date;
	}
	check_address(box->consent_url);
}

static void check_reply(GBytes *body, bool is_write)
{
	struct http_request request = {
		.fate = HTTP_ANSWERED, .status = 200, .retry_after = -1, .body_out = body};
	OWNED(reply) reply = reply_read(&request, is_write);
	const bool is_success = reply->envelope == REPLY_SUCCESS;
	g_assert(is_success == (reply->document != NULL));
	g_assert(is_success == (reply->meaning == MEANING_OK));
	g_assert(!is_success || reply->command != NULL);
	check_line(reply->detail, DETAIL_BYTES);
	check_line(reply->subtype, DETAIL_BYTES);
	check_address(reply->url);
	check_error(reply, is_write);
	if (is_success && !is_write) {
		check_mailbox(reply);
	}
}

/* What "passerelle call" prints steers no terminal and holds no secret. */
static void check_printed(GBytes *body)
{
	static const char *const secrets[] = {"s3cret-token", NULL};
	g_autofree char *text = call_reply_text(body, "text/xml", secrets);
	g_assert(g_utf8_validate(text, -1, NULL));
	g_assert(strstr(text, secrets[0]) == NULL);
	for (const char *at = text; *at != '\0'; at++) {
		g_assert((guchar)*at >= ' ' || *at == '\n' || *at == '\t');
	}
}

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
	g_autoptr(GBytes) body = body_of(data, size);
	check_reply(body, false);
	check_reply(body, true);
	check_printed(body);
	return 0;
}
