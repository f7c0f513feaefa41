/* SPDX-License-Identifier: MIT */
/* Whose program is at the other end of a connection within this machine. */
#include "app/peer.h"

#include <glib.h>

#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define ESTABLISHED 1 /* of a closed socket the table names no owner: it would look like root's */

/* An address as the tables write it: the words of memory in hexadecimal, then the port. */
static char *table_address(const struct sockaddr *client, bool is_mapped)
{
	GString *text = g_string_new(NULL);
	if (client->sa_family == AF_INET6) {
		const struct sockaddr_in6 *six = (const struct sockaddr_in6 *)(const void *)client;
		guint32 words[4];
		memcpy(words, &six->sin6_addr, sizeof words);
		g_string_append_printf(text, "%08X%08X%08X%08X:%04X", words[0], words[1], words[2],
		                       words[3], ntohs(six->sin6_port));
	} else {
		const struct sockaddr_in *four = (const struct sockaddr_in *)(const void *)client;
		if (is_mapped) { /* a client with an IPv6 socket: ::ffff:127.0.0.1 */
			g_string_append_printf(text, "%08X%08X%08X", 0U, 0U, htonl(0xffff));
		}
		g_string_append_printf(text, "%08X:%04X", four->sin_addr.s_addr,
		                       ntohs(four->sin_port));
	}
	return g_string_free(text, FALSE);
}

/* Is the socket of this address in the table ours? False also where it is not in it. */
static bool is_own_in(FILE *table, const char *address)
{
	char line[512], local[64];
	unsigned state = 0, owner = 0;
	while (fgets(line, sizeof line, table) != NULL) {
		if (sscanf(line, " %*u: %63s %*s %x %*s %*s %*s %u", local, &state, &owner) == 3 &&
		    strcmp(local, address) == 0 && state == ESTABLISHED) {
			return owner == getuid() || owner == 0;
		}
	}
	return false;
}

bool peer_is_own(const struct sockaddr *client)
{
	const struct {
		const char *path;
		bool is_mapped, is_for_six;
	} tables[] = {
		{"/proc/net/tcp", false, false},
		{"/proc/net/tcp6", true, false},
		{"/proc/net/tcp6", false, true},
	};
	bool is_asked = false, is_own = false;
	for (gsize i = 0; i < G_N_ELEMENTS(tables) && !is_own; i++) {
		FILE *table = tables[i].is_for_six == (client->sa_family == AF_INET6)
		                      ? fopen(tables[i].path, "re")
		                      : NULL;
		if (table != NULL) {
			g_autofree char *address = table_address(client, tables[i].is_mapped);
			is_asked = true;
			is_own = is_own_in(table, address);
			fclose(table);
		}
	}
	return is_own || !is_asked;
}
