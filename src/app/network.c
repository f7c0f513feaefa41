/* SPDX-License-Identifier: MIT */
/* Is there a way out of this computer, and does one come? rtnetlink(7). */
#include "app/network.h"

#include <errno.h>
#include <glib.h>
#include <linux/rtnetlink.h>
#include <poll.h>
#include <stdalign.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define BUFFER_BYTES (32 * 1024) /* rtnetlink answers in pieces of at most this */
#define ANSWER_MS    200         /* the kernel answers at once, or never */
#define LOOPBACK     1           /* the number of "lo" in every network namespace */

struct network {
	int events;  /* routes as they come and go */
	int queries; /* another socket: its answers do not mix with the events */
};

static int open_socket(unsigned groups)
{
	const struct sockaddr_nl address = {.nl_family = AF_NETLINK, .nl_groups = groups};
	int file = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE);
	if (file >= 0 && bind(file, (const struct sockaddr *)&address, sizeof address) != 0) {
		close(file);
		file = -1;
	}
	return file;
}

struct network *network_new(void)
{
	struct network *self = g_new0(struct network, 1);
	self->events = open_socket(RTMGRP_IPV4_ROUTE | RTMGRP_IPV6_ROUTE);
	self->queries = open_socket(0);
	if (self->events < 0 || self->queries < 0) {
		network_free(self);
		return NULL;
	}
	return self;
}

void network_free(struct network *self)
{
	if (self == NULL) {
		return;
	}
	if (self->events >= 0) {
		close(self->events);
	}
	if (self->queries >= 0) {
		close(self->queries);
	}
	g_free(self);
}

int network_descriptor(const struct network *self)
{
	return self->events;
}

/* ---- a route ---- */

static bool is_link_local(const struct rtmsg *route, const struct rtattr *target)
{
	const guint8 *bytes = RTA_DATA(target);
	return route->rtm_family == AF_INET6 && bytes[0] == 0xfe && (bytes[1] & 0xc0) == 0x80;
}

/* To other hosts: not to this one, not to many at once, and not only to the next cable. */
static bool leads_out(const struct nlmsghdr *message)
{
	const struct rtmsg *route = NLMSG_DATA(message);
	int length = (int)RTM_PAYLOAD(message);
	bool is_local = message->nlmsg_type != RTM_NEWROUTE || route->rtm_type != RTN_UNICAST ||
	                (route->rtm_flags & (RTNH_F_DEAD | RTNH_F_LINKDOWN)) != 0;
	for (const struct rtattr *at = RTM_RTA(route); !is_local && RTA_OK(at, length);
	     at = RTA_NEXT(at, length)) {
		unsigned number = 0;
		if (at->rta_type == RTA_OIF && RTA_PAYLOAD(at) >= sizeof number) {
			memcpy(&number, RTA_DATA(at), sizeof number);
			is_local |= number == LOOPBACK;
		}
		is_local |= at->rta_type == RTA_DST && is_link_local(route, at);
	}
	return !is_local;
}

struct answer {
	bool has_route, is_done;
};

static void read_messages(const void *data, gsize size, struct answer *answer)
{
	const struct nlmsghdr *message = data;
	for (; NLMSG_OK(message, size); message = NLMSG_NEXT(message, size)) {
		if (message->nlmsg_type == NLMSG_DONE || message->nlmsg_type == NLMSG_ERROR) {
			answer->is_done = true;
			return;
		}
		answer->has_route |= leads_out(message);
	}
}

/* ---- what came ---- */

bool network_read(struct network *self)
{
	alignas(struct nlmsghdr) char buffer[BUFFER_BYTES];
	struct answer answer = {false, false};
	gssize got = 0;
	do {
		got = recv(self->events, buffer, sizeof buffer, 0);
		if (got > 0) {
			read_messages(buffer, (gsize)got, &answer);
		}
		/* ENOBUFS: some were lost; one of them may have been a route */
		answer.has_route |= got < 0 && errno == ENOBUFS;
	} while (got > 0 || (got < 0 && (errno == EINTR || errno == ENOBUFS)));
	return answer.has_route;
}

/* ---- what there is ---- */

static void forget_answers(struct network *self)
{
	char rest[64];
	while (recv(self->queries, rest, sizeof rest, MSG_TRUNC) > 0) {
	}
}

static bool ask(struct network *self)
{
	const struct {
		struct nlmsghdr header;
		struct rtmsg route;
	} request = {
		.header = {.nlmsg_len = NLMSG_LENGTH(sizeof(struct rtmsg)),
	                   .nlmsg_type = RTM_GETROUTE,
	                   .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP},
		.route = {.rtm_family = AF_UNSPEC},
	};
	forget_answers(self);
	return send(self->queries, &request, request.header.nlmsg_len, 0) > 0;
}

bool network_has_route(struct network *self)
{
	alignas(struct nlmsghdr) char buffer[BUFFER_BYTES];
	struct answer answer = {false, false};
	if (self == NULL || !ask(self)) {
		return true;
	}
	while (!answer.has_route && !answer.is_done) {
		struct pollfd file = {.fd = self->queries, .events = POLLIN};
		const gssize got = poll(&file, 1, ANSWER_MS) == 1
		                           ? recv(self->queries, buffer, sizeof buffer, 0)
		                           : -1;
		if (got <= 0) {
			return true;
		}
		read_messages(buffer, (gsize)got, &answer);
	}
	return answer.has_route;
}

/* Only to save a wait: what may be sent where is decided elsewhere, by the parser of the calls. */
bool network_is_near(const char *url)
{
	g_autofree char *host = NULL;
	if (!g_uri_split(url, G_URI_FLAGS_NONE, NULL, NULL, &host, NULL, NULL, NULL, NULL, NULL) ||
	    host == NULL) {
		return false;
	}
	return g_str_has_prefix(host, "127.") || strcmp(host, "::1") == 0 ||
	       g_ascii_strcasecmp(host, "localhost") == 0;
}
