/* SPDX-License-Identifier: MIT */
/* The formats of a status: one row each. */
#include "status/formats.h"

#include <string.h>

static const struct render_format formats[] = {
	{"human", RENDER_EACH, render_human},
	{"json", RENDER_EACH, render_json},
	{"plain", RENDER_EACH, render_plain},
	{"waybar", RENDER_BAR, render_waybar},
	{"i3blocks", RENDER_BAR, render_i3blocks},
	{"i3blocks-plain", RENDER_BAR, render_i3blocks_plain},
	{"i3status-rust", RENDER_BAR, render_i3status_rust},
	{"polybar", RENDER_BAR, render_polybar},
	{"xmobar", RENDER_BAR, render_xmobar},
	{"tmux", RENDER_BAR, render_tmux},
	{"prometheus", RENDER_EXPOSITION, render_prometheus},
};

const struct render_format *render_find(const char *name)
{
	for (guint i = 0; i < G_N_ELEMENTS(formats); i++) {
		if (strcmp(formats[i].name, name) == 0) {
			return &formats[i];
		}
	}
	return NULL;
}

const char *const *render_formats(void)
{
	static const char *names[G_N_ELEMENTS(formats) + 1];
	for (guint i = 0; i < G_N_ELEMENTS(formats); i++) {
		names[i] = formats[i].name;
	}
	return names;
}
