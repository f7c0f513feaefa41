/* SPDX-License-Identifier: MIT */
/* What a cycle changed, item by item, and what it had to hold. */
#include "sync/news.h"

static void news_free(struct news *self)
{
	g_free(self->uid);
	g_free(self->name);
	g_free(self->file);
	g_free(self->reason);
	g_free(self);
}

struct news_list *news_list_new(void)
{
	struct news_list *self = g_new0(struct news_list, 1);
	self->items = g_ptr_array_new_with_free_func((GDestroyNotify)news_free);
	return self;
}

void news_list_free(struct news_list *self)
{
	if (self != NULL) {
		g_ptr_array_unref(self->items);
		g_free(self);
	}
}

/* A sum, so that their order does not count. */
static guint64 mark_of(const struct news *news)
{
	const guint64 uid = g_str_hash(news->uid != NULL ? news->uid : "");
	return (uid << 32 | g_str_hash(news->file != NULL ? news->file : "")) + 1;
}

void news_list_add(struct news_list *self, const struct news *news)
{
	if (news->kind == NEWS_HELD) {
		self->held_mark += mark_of(news);
	}
	if (self->counts[news->kind]++ >= NEWS_LISTED) {
		return;
	}
	struct news *copy = g_new0(struct news, 1);
	copy->kind = news->kind;
	copy->is_there = news->is_there;
	copy->uid = g_strdup(news->uid);
	copy->name = g_strdup(news->name);
	copy->file = g_strdup(news->file);
	copy->reason = g_strdup(news->reason);
	g_ptr_array_add(self->items, copy);
}
