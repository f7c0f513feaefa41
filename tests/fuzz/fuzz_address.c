/* SPDX-License-Identifier: MIT */
/* Addresses that a service names: a person is sent to the hosts of the account alone, by a second
 * reading of the address. And secrets in what it says: none stays. */
#include "app/address.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "fuzz/fuzz.h"

#define DOMAIN    "provider.example"
#define OWN_HOST  "api.example"
#define OWN_PORT  8443
#define SECRET    "B64+x/y=|a b&c"
#define MOST      4096
#define LONG_TEXT (64 * 1024) /* of a reply, far more than is ever shown */

const guint fuzz_passes = 1;

static char hosts[] = DOMAIN, endpoint[] = "https://" OWN_HOST ":8443", name[] = "home";
static const struct account_config account = {
	.name = name, .consent_hosts = hosts, .endpoint = endpoint};

/* RFC 3986, 3.2, by hand and stricter: scheme, host and port, nothing else. */
static bool leads_to_the_provider(const char *address)
{
	const bool is_safe = g_ascii_strncasecmp(address, "https://", 8) == 0;
	const char *authority = strstr(address, "://") + 3;
	g_autofree char *host = g_strndup(authority, strcspn(authority, "/?#"));
	char *colon = strchr(host, ':');
	unsigned long port = is_safe ? 443 : 80;
	if (colon != NULL) {
		*colon = '\0';
		port = colon[1] == '\0' ? port : strtoul(colon + 1, NULL, 10);
	}
	for (char *at = host; *at != '\0'; at++) {
		g_assert(g_ascii_isalnum(*at) || *at == '.' || *at == '-');
		*at = g_ascii_tolower(*at);
	}
	const bool is_usual = port == (is_safe ? 443 : 80);
	return (is_usual && (strcmp(host, DOMAIN) == 0 || g_str_has_suffix(host, "." DOMAIN))) ||
	       (is_safe && port == OWN_PORT && strcmp(host, OWN_HOST) == 0);
}

static void check_trust(const char *address)
{
	g_autoptr(GError) error = NULL;
	const bool is_trusted = address_is_trusted(&account, address, &error);
	g_assert(is_trusted == (error == NULL));
	g_assert(error == NULL || g_utf8_validate(error->message, -1, NULL));
	if (!is_trusted) {
		return;
	}
	g_assert(strpbrk(address, " \\\"<>\r\n\t") == NULL);
	g_assert(leads_to_the_provider(address));
	g_autofree char *origin = address_origin(address);
	g_assert(origin != NULL && address_is_trusted(&account, origin, NULL));
	g_autofree char *longer = address_add(address, "return", "http://127.0.0.1:1/?a=b#c");
	g_assert(strlen(longer) > MOST || address_is_trusted(&account, longer, NULL));
}

static void check_hidden(const char *said)
{
	char *text = g_strdup(said);
	text_hide(&text, SECRET);
	g_autofree char *plain = g_uri_unescape_string(text, NULL);
	g_assert(strstr(text, SECRET) == NULL);
	g_assert(plain == NULL || strstr(plain, SECRET) == NULL);
	g_free(text);
}

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
	g_autofree char *text = g_strndup((const char *)data, size);
	check_trust(text);
	g_autofree char *said = g_strndup(text, LONG_TEXT);
	check_hidden(said);
	return 0;
}
