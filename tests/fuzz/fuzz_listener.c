/* SPDX-License-Identifier: MIT */
/* Any request to the loopback page: taken only with its random value, from here, by a known method.
 */
#include "app/listener_rules.h"
#include "fuzz/fuzz.h"

#include <stdlib.h>
#include <string.h>

#define STATE "0123abcd"

static char name[] = "home", hosts[] = "provider.example";
static const struct account_config account = {.name = name, .consent_hosts = hosts};

static const char *header(char *const *lines, const char *wanted)
{
	const gsize length = strlen(wanted);
	for (; *lines != NULL && **lines != '\0'; lines++) {
		if (g_ascii_strncasecmp(*lines, wanted, length) == 0 &&
		    strncmp(*lines + length, ": ", 2) == 0) {
			return *lines + length + 2;
		}
	}
	return NULL;
}

static void judge(const struct listener_request *request, const char *state_parameter)
{
	const struct listener_settings settings = {.token_parameter = "token",
	                                           .state_parameter = state_parameter,
	                                           .account = &account};
	const struct listener_rules rules = {&settings, STATE, 8080};
	g_autofree char *token = NULL;
	const enum listener_verdict verdict = listener_judge(&rules, request, &token);
	if ((verdict == LISTENER_TAKE) != (token != NULL)) {
		abort();
	}
	if (verdict != LISTENER_TAKE) {
		return;
	}
	const bool is_known =
		strcmp(request->method, "GET") == 0 || strcmp(request->method, "POST") == 0;
	const bool is_here = request->host != NULL && strstr(request->host, ":8080") != NULL;
	const bool has_value =
		state_parameter != NULL || strcmp(request->path, "/return/" STATE) == 0;
	if (!is_known || !is_here || !has_value || strchr(token, ' ') != NULL) {
		abort();
	}
}

/* Lines as of HTTP/1.1; the daemon's library has read them by then. */
const guint fuzz_passes = 1;

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
	g_autofree char *text = g_strndup((const char *)data, size);
	char *body = strstr(text, "\r\n\r\n");
	g_auto(GStrv) lines = g_strsplit(text, "\r\n", -1);
	g_auto(GStrv) words = g_strsplit(lines[0] != NULL ? lines[0] : "", " ", 3);
	if (words[0] == NULL || words[1] == NULL) {
		return 0;
	}
	char *query = strchr(words[1], '?');
	if (query != NULL) {
		*query++ = '\0';
	}
	g_autoptr(GHashTable) values = g_uri_parse_params(query != NULL ? query : "", -1, "&",
	                                                  G_URI_PARAMS_WWW_FORM, NULL);
	if (values == NULL) {
		return 0;
	}
	const struct listener_request request = {
		.method = words[0],
		.path = words[1],
		.host = header(lines + 1, "Host"),
		.origin = header(lines + 1, "Origin"),
		.content_type = header(lines + 1, "Content-Type"),
		.fetch_destination = header(lines + 1, "Sec-Fetch-Dest"),
		.query = values,
		.form = body != NULL ? body + 4 : NULL,
		.is_too_large = size > LISTENER_FORM_BYTES,
	};
	judge(&request, NULL);
	judge(&request, "state");
	return 0;
}
