/* SPDX-License-Identifier: MIT */
/* Bars that read a line of text: i3blocks in its plain form, polybar, xmobar, tmux. */
#include "status/bar.h"
#include "status/formats.h"
#include "status/words.h"

/* "12 offline": without a tooltip the words say what a colour cannot. */
static char *words_of(const struct bar *bar)
{
	g_autofree char *text = bar_text(bar);
	const bool has_words = text[0] != '\0' && bar->words[0] != '\0';
	return g_strconcat(text, has_words ? " " : "", has_words ? bar->words : "", NULL);
}

/*
 * i3blocks(1): the lines are full text, short text and colour; of a command that goes on each line
 * is a full text.
 */
char *render_i3blocks_plain(const struct render_view *views, guint count,
                            const struct render_context *context)
{
	struct bar bar;
	bar_init(&bar, views, count, context);
	g_autofree char *words = words_of(&bar);
	char *lines = context->is_followed || words[0] == '\0'
	                      ? g_strdup(words)
	                      : g_strconcat(words, "\n", bar.count, bar.colour != NULL ? "\n" : "",
	                                    bar.colour, NULL);
	bar_clear(&bar);
	return lines;
}

struct markup {
	char *(*escape)(const char *clean);
	const char *before, *between, *after; /* of a colour and a text in it */
};

static char *render_markup(const struct markup *markup, const struct render_view *views,
                           guint count, const struct render_context *context)
{
	struct bar bar;
	bar_init(&bar, views, count, context);
	g_autofree char *words = words_of(&bar);
	g_autofree char *escaped = markup->escape(words);
	char *line = bar.colour == NULL || escaped[0] == '\0'
	                     ? g_strdup(escaped)
	                     : g_strconcat(markup->before, bar.colour, markup->between, escaped,
	                                   markup->after, NULL);
	bar_clear(&bar);
	return line;
}

/* polybar, Formatting: no text hides the module. */
char *render_polybar(const struct render_view *views, guint count,
                     const struct render_context *context)
{
	static const struct markup markup = {words_escape_polybar, "%{F", "}", "%{F-}"};
	return render_markup(&markup, views, count, context);
}

/* xmobar(1), CommandReader */
char *render_xmobar(const struct render_view *views, guint count,
                    const struct render_context *context)
{
	static const struct markup markup = {words_escape_xmobar, "<fc=", ">", "</fc>"};
	return render_markup(&markup, views, count, context);
}

/* tmux(1), status-right with #(…) */
char *render_tmux(const struct render_view *views, guint count,
                  const struct render_context *context)
{
	static const struct markup markup = {words_escape_tmux, "#[fg=", "]", "#[default]"};
	return render_markup(&markup, views, count, context);
}
