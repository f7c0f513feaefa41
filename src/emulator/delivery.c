/* SPDX-License-Identifier: MIT */
/* How a reply leaves: whole, cut, drop by drop, or not at all. */
#include "emulator/delivery.h"

#include <poll.h>
#include <string.h>
#include <sys/socket.h>

/* A cut reply promises so many bytes more than it holds. */
#define CUT_BYTES 1000

struct stream {
	const struct emulator *emulator; /* lent */
	char *bytes;
	size_t size;
	int pause_ms; /* before each byte; 0: all at once */
};

static int socket_of(struct MHD_Connection *connection)
{
	return MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
}

/* shutdown(2) first: what TLS would still say at the end is not sent either. */
static enum MHD_Result close_without_reply(struct MHD_Connection *connection)
{
	shutdown(socket_of(connection), SHUT_RDWR);
	return MHD_NO;
}

static enum MHD_Result stay_silent(const struct emulator *self, struct MHD_Connection *connection)
{
	struct pollfd waited[] = {
		{.fd = socket_of(connection), .events = POLLRDHUP},
		{.fd = self->stop_event, .events = POLLIN},
	};
	while (poll(waited, G_N_ELEMENTS(waited), -1) < 0) {
		/* interrupted by a signal */
	}
	return close_without_reply(connection);
}

static ssize_t read_stream(void *user_data, uint64_t position, char *buffer, size_t room)
{
	const struct stream *stream = user_data;
	if (position >= stream->size) {
		return MHD_CONTENT_READER_END_WITH_ERROR;
	}
	size_t size = MIN(room, stream->size - (size_t)position);
	if (stream->pause_ms > 0) {
		if (!emulator_pause(stream->emulator, stream->pause_ms)) {
			return MHD_CONTENT_READER_END_WITH_ERROR;
		}
		size = 1;
	}
	memcpy(buffer, stream->bytes + position, size);
	return (ssize_t)size;
}

static void free_stream(void *user_data)
{
	struct stream *stream = user_data;
	g_free(stream->bytes);
	g_free(stream);
}

static struct MHD_Response *make_response(const struct emulator *self, const struct reply *reply)
{
	if (reply->delivery == DELIVER_WHOLE) {
		return MHD_create_response_from_buffer(reply->body->len, reply->body->str,
		                                       MHD_RESPMEM_MUST_COPY);
	}
	struct stream *stream = g_new0(struct stream, 1);
	stream->emulator = self;
	stream->bytes = g_memdup2(reply->body->str, reply->body->len);
	stream->size = reply->body->len;
	stream->pause_ms = reply->delivery == DELIVER_DRIP ? MAX(1, reply->drip_ms) : 0;
	size_t promised = stream->size + (reply->delivery == DELIVER_CUT ? CUT_BYTES : 0);
	return MHD_create_response_from_callback(promised, 4096, read_stream, stream, free_stream);
}

enum MHD_Result emu_delivery_send(struct emulator *self, struct MHD_Connection *connection,
                                  const struct reply *reply)
{
	if (reply->delivery == DELIVER_NOTHING) {
		return close_without_reply(connection);
	}
	if (reply->delivery == DELIVER_SILENCE) {
		return stay_silent(self, connection);
	}
	struct MHD_Response *response = make_response(self, reply);
	MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, reply->content_type);
	if (reply->location != NULL) {
		MHD_add_response_header(response, MHD_HTTP_HEADER_LOCATION, reply->location);
	}
	if (reply->retry_after > 0) {
		char seconds[16];
		g_snprintf(seconds, sizeof seconds, "%d", reply->retry_after);
		MHD_add_response_header(response, MHD_HTTP_HEADER_RETRY_AFTER, seconds);
	}
	if (self->options.close_connections) {
		MHD_add_response_header(response, MHD_HTTP_HEADER_CONNECTION, "close");
	}
	enum MHD_Result result = MHD_queue_response(connection, reply->status, response);
	MHD_destroy_response(response);
	return result;
}
