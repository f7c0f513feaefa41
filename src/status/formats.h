/* SPDX-License-Identifier: MIT */
/* The formats of render.c, a function each. */
#ifndef PASSERELLE_STATUS_FORMATS_H
#define PASSERELLE_STATUS_FORMATS_H

#include "status/render.h"

/* Bars that read JSON. */
char *render_waybar(const struct render_view *views, guint count,
                    const struct render_context *context);
char *render_i3blocks(const struct render_view *views, guint count,
                      const struct render_context *context);
char *render_i3status_rust(const struct render_view *views, guint count,
                           const struct render_context *context);

/* Bars that read text, with or without orders in it. */
char *render_i3blocks_plain(const struct render_view *views, guint count,
                            const struct render_context *context);
char *render_polybar(const struct render_view *views, guint count,
                     const struct render_context *context);
char *render_xmobar(const struct render_view *views, guint count,
                    const struct render_context *context);
char *render_tmux(const struct render_view *views, guint count,
                  const struct render_context *context);

/* People, programs, monitoring. */
char *render_human(const struct render_view *views, guint count,
                   const struct render_context *context);
char *render_plain(const struct render_view *views, guint count,
                   const struct render_context *context);
char *render_json(const struct render_view *views, guint count,
                  const struct render_context *context);
char *render_prometheus(const struct render_view *views, guint count,
                        const struct render_context *context);

#endif
