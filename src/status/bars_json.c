/* SPDX-License-Identifier: MIT */
/* Bars that read a line of JSON: waybar, i3blocks, i3status-rust. */
#include "status/bar.h"
#include "status/formats.h"

#include <jansson.h>

#include <stdlib.h>

static char *dump(json_t *object_taken)
{
	char *text = json_dumps(object_taken, JSON_COMPACT | JSON_PRESERVE_ORDER);
	json_decref(object_taken);
	char *copy = g_strdup(text);
	free(text);
	return copy;
}

static void put(json_t *object, const char *key, const char *value)
{
	if (value != NULL) {
		json_object_set_new(object, key, json_string(value));
	}
}

/* A single class is a string; one of a limit that is reached stands beside it. */
static json_t *class_names(const struct bar *bar)
{
	static const char *const by_level[] = {
		[BAR_WARNING] = "warning",
		[BAR_CRITICAL] = "critical",
	};
	const char *name = bar_class_name(bar->class);
	return bar->level == BAR_NORMAL ? json_string(name)
	                                : json_pack("[s, s]", name, by_level[bar->level]);
}

/* waybar-custom(5), return-type json: text and tooltip are Pango markup; no text hides it. */
char *render_waybar(const struct render_view *views, guint count,
                    const struct render_context *context)
{
	struct bar bar;
	bar_init(&bar, views, count, context);
	g_autofree char *text = bar_text(&bar);
	g_autofree char *escaped = g_markup_escape_text(text, -1);
	g_autofree char *tooltip = bar_tooltip(views, count, context);
	json_t *object = json_object();
	put(object, "text", escaped);
	put(object, "tooltip", tooltip);
	json_object_set_new(object, "class", class_names(&bar));
	put(object, "alt", bar.state);
	bar_clear(&bar);
	return dump(object);
}

/* i3blocks(1), format=json: the keys of the i3bar protocol; markup none takes text as it is. */
char *render_i3blocks(const struct render_view *views, guint count,
                      const struct render_context *context)
{
	struct bar bar;
	bar_init(&bar, views, count, context);
	g_autofree char *text = bar_text(&bar);
	json_t *object = json_object();
	put(object, "full_text", text);
	put(object, "short_text", bar.count);
	put(object, "color", bar.colour);
	put(object, "markup", "none");
	if (bar.level == BAR_CRITICAL) {
		json_object_set_new(object, "urgent", json_true());
	}
	bar_clear(&bar);
	return dump(object);
}

/* The block's own theme colours these. */
static const char *block_state(const struct bar *bar)
{
	static const char *const by_class[BAR_CLASSES] = {
		[BAR_OK] = "Idle",       [BAR_UNREAD] = "Info",       [BAR_OFFLINE] = "Idle",
		[BAR_STALE] = "Warning", [BAR_ATTENTION] = "Warning", [BAR_ERROR] = "Critical",
	};
	static const char *const by_level[] = {
		[BAR_WARNING] = "Warning",
		[BAR_CRITICAL] = "Critical",
	};
	return bar->level != BAR_NORMAL ? by_level[bar->level] : by_class[bar->class];
}

/* i3status-rust, block "custom" with json = true: the text is Pango markup. */
char *render_i3status_rust(const struct render_view *views, guint count,
                           const struct render_context *context)
{
	struct bar bar;
	bar_init(&bar, views, count, context);
	g_autofree char *text = bar_text(&bar);
	g_autofree char *escaped = g_markup_escape_text(text, -1);
	json_t *object = json_object();
	put(object, "state", block_state(&bar));
	put(object, "text", escaped);
	put(object, "short_text", bar.count);
	bar_clear(&bar);
	return dump(object);
}
