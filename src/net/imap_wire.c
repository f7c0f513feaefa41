/* SPDX-License-Identifier: MIT */
/* The connection under imap.c: sends, receives, cuts lines. */
#include "net/imap_wire.h"

#include <errno.h>
#include <poll.h>
#include <string.h>

#include "base/limits.h"

#define LOOK_USEC (50 * 1000) /* how late we may notice that we are to stop */

static bool is_cancelled(const struct wire *self, GError **error)
{
	if (self->cancelled == NULL || *self->cancelled == 0) {
		return false;
	}
	g_set_error(error, PASSERELLE_ERROR, PASSERELLE_ERROR_CANCELLED,
	            "%s: stopped before the reply", self->host);
	return true;
}

/*
 * Until the socket is ready, or the time is over, or a signal was handled. Signals are only let in
 * while it sleeps: one that came after the last look at the flag would not be noticed.
 */
static void wait_socket(const struct wire *self, short events, gint64 usec)
{
	curl_socket_t socket = CURL_SOCKET_BAD;
	curl_easy_getinfo(self->easy, CURLINFO_ACTIVESOCKET, &socket);
	struct pollfd file = {.fd = (int)socket, .events = events};
	const struct timespec timeout = {.tv_sec = usec / G_USEC_PER_SEC,
	                                 .tv_nsec = (usec % G_USEC_PER_SEC) * 1000};
	sigset_t all, usual;
	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, &usual);
	if (self->cancelled == NULL || *self->cancelled == 0) {
		ppoll(&file, 1, &timeout, &usual);
	}
	pthread_sigmask(SIG_SETMASK, &usual, NULL);
}

static bool fail_lost(const struct wire *self, const char *words, GError **error)
{
	g_set_error(error, PASSERELLE_ERROR, PASSERELLE_ERROR_NETWORK, "%s: %s", self->host, words);
	return false;
}

bool wire_send(struct wire *self, const char *data, gsize size, gint64 deadline, GError **error)
{
	while (size > 0) {
		size_t sent = 0;
		if (is_cancelled(self, error)) {
			return false;
		}
		const CURLcode code = curl_easy_send(self->easy, data, size, &sent);
		if (code != CURLE_OK && code != CURLE_AGAIN) {
			return fail_lost(self, "the connection was lost while sending", error);
		}
		data += code == CURLE_OK ? sent : 0;
		size -= code == CURLE_OK ? sent : 0;
		const gint64 left = deadline - g_get_monotonic_time();
		if (size > 0 && left <= 0) {
			return fail_lost(self, "the server takes no more", error);
		}
		if (size > 0) {
			wait_socket(self, POLLOUT, MIN(left, LOOK_USEC));
		}
	}
	return true;
}

void wire_send_some(struct wire *self, const char *data, gsize size)
{
	size_t sent = 0;
	curl_easy_send(self->easy, data, size, &sent);
}

/* More bytes: true; false without error: the deadline passed. */
static bool receive(struct wire *self, gint64 deadline, gint64 longest_sleep, GError **error)
{
	self->in_at = self->in_end = 0;
	for (;;) {
		size_t got = 0;
		if (is_cancelled(self, error)) {
			return false;
		}
		const CURLcode code = curl_easy_recv(self->easy, self->in, sizeof(self->in), &got);
		if (code == CURLE_OK && got > 0) {
			self->in_end = got;
			return true;
		}
		if (code == CURLE_OK) {
			return fail_lost(self, "the server closed the connection", error);
		}
		if (code != CURLE_AGAIN) {
			return fail_lost(self, "the connection was lost", error);
		}
		const gint64 left = deadline - g_get_monotonic_time();
		if (left <= 0) {
			return false;
		}
		wait_socket(self, POLLIN, MIN(left, longest_sleep));
	}
}

bool wire_await(struct wire *self, gint64 deadline, GError **error)
{
	return self->in_at < self->in_end || receive(self, deadline, G_MAXINT64, error);
}

/* ---- lines ---- */

static bool ensure_input(struct wire *self, gint64 deadline, GError **error)
{
	g_autoptr(GError) why = NULL;
	if (self->in_at < self->in_end || receive(self, deadline, LOOK_USEC, &why)) {
		return true;
	}
	if (why == NULL) {
		return fail_lost(self, "no whole reply in time", error);
	}
	g_propagate_error(error, g_steal_pointer(&why));
	return false;
}

/* From what came into the line. */
static bool take(struct wire *self, gsize count, GError **error)
{
	if (self->line->len + count > LIMIT_IMAP_BYTES) {
		g_set_error(error, PASSERELLE_ERROR, PASSERELLE_ERROR_PROTOCOL,
		            "%s: the reply is too large", self->host);
		return false;
	}
	g_byte_array_append(self->line, (const guint8 *)self->in + self->in_at, (guint)count);
	self->in_at += count;
	return true;
}

static bool take_to_line_feed(struct wire *self, gint64 deadline, GError **error)
{
	for (;;) {
		if (!ensure_input(self, deadline, error)) {
			return false;
		}
		const char *start = self->in + self->in_at;
		const gsize left = self->in_end - self->in_at;
		const char *feed = memchr(start, '\n', left);
		if (!take(self, feed == NULL ? left : (gsize)(feed + 1 - start), error)) {
			return false;
		}
		if (feed != NULL) {
			return true;
		}
	}
}

static bool take_bytes(struct wire *self, gsize count, gint64 deadline, GError **error)
{
	if (self->line->len + count > LIMIT_IMAP_BYTES) {
		return take(self, count, error); /* not even begun */
	}
	while (count > 0) {
		if (!ensure_input(self, deadline, error)) {
			return false;
		}
		const gsize part = MIN(count, self->in_end - self->in_at);
		take(self, part, NULL);
		count -= part;
	}
	return true;
}

static gsize length_without_break(const GByteArray *line)
{
	gsize length = line->len;
	length -= length > 0 && line->data[length - 1] == '\n';
	length -= length > 0 && line->data[length - 1] == '\r';
	return length;
}

/* Words for people may end like a literal, and are none (RFC 3501, 7.1). */
static bool is_words(const GByteArray *line)
{
	static const char *const WORDS[] = {"OK", "NO", "BAD", "BYE", "PREAUTH"};
	struct imap_cursor cursor = {(const char *)line->data,
	                             (const char *)line->data + line->len};
	if (line->len < 2 || memcmp(line->data, "* ", 2) != 0) {
		return true;
	}
	cursor.at += 2;
	for (gsize i = 0; i < G_N_ELEMENTS(WORDS); i++) {
		if (imap_read_word(&cursor, WORDS[i])) {
			return true;
		}
	}
	return false;
}

/* "{12}" at the end of what came behind from: that many bytes follow, and the line goes on. */
static bool ends_in_literal(const GByteArray *line, gsize from, gsize *size)
{
	const gsize end = length_without_break(line);
	gsize at = end;
	if (at <= from || line->data[at - 1] != '}') {
		return false;
	}
	at--;
	at -= at > from && line->data[at - 1] == '+';
	const gsize digits_end = at;
	while (at > from && g_ascii_isdigit(line->data[at - 1])) {
		at--;
	}
	if (at == digits_end || digits_end - at > 10 || at == from || line->data[at - 1] != '{') {
		return false;
	}
	*size = (gsize)g_ascii_strtoull((const char *)line->data + at, NULL, 10);
	return true;
}

bool wire_read_line(struct wire *self, gint64 deadline, struct imap_cursor *line, GError **error)
{
	gsize from = 0, size = 0;
	g_byte_array_set_size(self->line, 0);
	if (!take_to_line_feed(self, deadline, error)) {
		return false;
	}
	while (!is_words(self->line) && ends_in_literal(self->line, from, &size)) {
		if (!take_bytes(self, size, deadline, error)) {
			return false;
		}
		from = self->line->len;
		if (!take_to_line_feed(self, deadline, error)) {
			return false;
		}
	}
	const gsize length = length_without_break(self->line);
	g_byte_array_set_size(self->line, (guint)length);
	g_byte_array_append(self->line, (const guint8 *)"", 1);
	*line = (struct imap_cursor){(const char *)self->line->data,
	                             (const char *)self->line->data + length};
	return true;
}
