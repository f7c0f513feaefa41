/* SPDX-License-Identifier: MIT */
/* Shows a page to the person. */
#include "app/browser.h"

#include <glib.h>

#include <stdio.h>

static bool has_desktop(void)
{
	static const char *const variables[] = {"DISPLAY", "WAYLAND_DISPLAY"};
	for (gsize i = 0; i < G_N_ELEMENTS(variables); i++) {
		const char *value = g_getenv(variables[i]);
		if (value != NULL && value[0] != '\0') {
			return true;
		}
	}
	return false;
}

static bool open_address(const char *address)
{
	g_autofree char *program = g_strdup("xdg-open");
	g_autofree char *copy = g_strdup(address);
	char *arguments[] = {program, copy, NULL};
	return g_spawn_async(NULL, arguments, NULL,
	                     G_SPAWN_SEARCH_PATH | G_SPAWN_STDOUT_TO_DEV_NULL |
	                             G_SPAWN_STDERR_TO_DEV_NULL,
	                     NULL, NULL, NULL, NULL);
}

void browser_show(const char *what, const char *address, bool is_print_only)
{
	const bool is_opened = !is_print_only && has_desktop() && open_address(address);
	printf("%s%s:\n  %s\n", what, is_opened ? " (your browser should show it by now)" : "",
	       address);
	fflush(stdout);
}
