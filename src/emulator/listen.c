/* SPDX-License-Identifier: MIT */
/* A listening socket from "127.0.0.1:8080", "localhost:0" or "[::1]:0". */
#include "emulator/listen.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <unistd.h>

bool emu_address_is_loopback(const struct sockaddr *address)
{
	if (address->sa_family == AF_INET) {
		const struct sockaddr_in *four = (const struct sockaddr_in *)address;
		return ntohl(four->sin_addr.s_addr) >> 24 == 127;
	}
	if (address->sa_family == AF_INET6) {
		const struct sockaddr_in6 *six = (const struct sockaddr_in6 *)address;
		return IN6_IS_ADDR_LOOPBACK(&six->sin6_addr);
	}
	return false;
}

static bool read_address(const char *host, unsigned port, struct sockaddr_storage *address,
                         socklen_t *size)
{
	*address = (struct sockaddr_storage){0};
	struct sockaddr_in *four = (struct sockaddr_in *)address;
	struct sockaddr_in6 *six = (struct sockaddr_in6 *)address;
	if (inet_pton(AF_INET, strcmp(host, "localhost") == 0 ? "127.0.0.1" : host,
	              &four->sin_addr) == 1) {
		four->sin_family = AF_INET;
		four->sin_port = htons((in_port_t)port);
		*size = sizeof *four;
		return true;
	}
	gsize length = strlen(host);
	if (host[0] != '[' || host[length - 1] != ']') {
		return false;
	}
	g_autofree char *inside = g_strndup(host + 1, length - 2);
	if (inet_pton(AF_INET6, inside, &six->sin6_addr) != 1) {
		return false;
	}
	six->sin6_family = AF_INET6;
	six->sin6_port = htons((in_port_t)port);
	*size = sizeof *six;
	return true;
}

static bool open_socket(struct listener *self, struct sockaddr_storage *address, socklen_t size)
{
	const int yes = 1;
	self->socket = socket(address->ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (self->socket < 0) {
		return false;
	}
	setsockopt(self->socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
	if (bind(self->socket, (struct sockaddr *)address, size) == 0 &&
	    listen(self->socket, SOMAXCONN) == 0 &&
	    getsockname(self->socket, (struct sockaddr *)address, &size) == 0) {
		return true;
	}
	int reason = errno;
	close(self->socket);
	self->socket = -1;
	errno = reason;
	return false;
}

bool emu_listener_open(struct listener *self, const char *text, GError **error)
{
	const char *colon = strrchr(text, ':');
	g_autofree char *host = colon == NULL ? NULL : g_strndup(text, colon - text);
	struct sockaddr_storage address;
	socklen_t size;
	guint64 port;
	if (host == NULL || strlen(host) < 2 || strlen(host) >= sizeof self->host ||
	    !g_ascii_string_to_unsigned(colon + 1, 10, 0, 65535, &port, NULL) ||
	    !read_address(host, (unsigned)port, &address, &size)) {
		g_set_error(error, PASSERELLE_ERROR, PASSERELLE_ERROR_CONFIG,
		            "listen: \"%s\" is not ADDRESS:PORT", text);
		return false;
	}
	self->is_six = address.ss_family == AF_INET6;
	self->is_loopback = emu_address_is_loopback((const struct sockaddr *)&address);
	g_strlcpy(self->host, host, sizeof self->host);
	if (!open_socket(self, &address, size)) {
		g_set_error(error, PASSERELLE_ERROR, PASSERELLE_ERROR_NETWORK,
		            "cannot listen on \"%s\": %s", text, g_strerror(errno));
		return false;
	}
	self->port = ntohs(self->is_six ? ((struct sockaddr_in6 *)&address)->sin6_port
	                                : ((struct sockaddr_in *)&address)->sin_port);
	return true;
}
