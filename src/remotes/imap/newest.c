/* SPDX-License-Identifier: MIT */
/* The highest ids among many, in little memory. */
#include "remotes/imap/newest.h"

#include <string.h>

/* Where the first one stands that is not below; servers tell them in ascending order. */
static guint place_of(const struct newest *self, guint64 uid)
{
	guint place = self->count;
	while (place > 0 && self->uids[place - 1] >= uid) {
		place--;
	}
	return place;
}

static bool is_at(const struct newest *self, guint place, guint64 uid)
{
	return place < self->count && self->uids[place] == uid;
}

/* False: too old, as are all below it. */
static bool add_one(struct newest *self, guint64 uid)
{
	guint place = place_of(self, uid);
	if (is_at(self, place, uid)) {
		return true;
	}
	if (self->count == MAILBOX_MAILS) {
		if (place == 0) {
			return false;
		}
		memmove(self->uids, self->uids + 1, (place - 1) * sizeof(self->uids[0]));
		self->uids[place - 1] = uid;
		return true;
	}
	memmove(self->uids + place + 1, self->uids + place,
	        (self->count - place) * sizeof(self->uids[0]));
	self->uids[place] = uid;
	self->count++;
	return true;
}

void newest_add(struct newest *self, guint64 first, guint64 last)
{
	const guint64 low = MAX(MIN(first, last), 1);
	guint64 uid = MIN(MAX(first, last), G_MAXUINT32);
	for (guint i = 0; i < MAILBOX_MAILS && uid >= low && add_one(self, uid); i++) {
		uid--;
	}
}

static bool read_id(const char **at, guint64 *id)
{
	char *end = NULL;
	*id = g_ascii_strtoull(*at, &end, 10);
	const bool is_id = g_ascii_isdigit(**at) && *id <= G_MAXUINT32;
	*at = g_ascii_isdigit(**at) ? end : *at;
	return is_id;
}

void newest_add_set(struct newest *self, const char *set)
{
	while (*set != '\0') {
		guint64 first = 0, last = 0;
		bool is_range = read_id(&set, &first);
		last = first;
		if (*set == ':') {
			set++;
			is_range &= read_id(&set, &last);
		}
		if (is_range) {
			newest_add(self, first, last);
		}
		set += strcspn(set, ",");
		set += *set == ',';
	}
}

bool newest_remove(struct newest *self, guint64 uid)
{
	const guint place = place_of(self, uid);
	if (!is_at(self, place, uid)) {
		return false;
	}
	self->count--;
	memmove(self->uids + place, self->uids + place + 1,
	        (self->count - place) * sizeof(self->uids[0]));
	return true;
}

char *newest_set(const struct newest *self)
{
	GString *set = g_string_new(NULL);
	for (guint i = 0; i < self->count;) {
		guint next = i + 1;
		while (next < self->count && self->uids[next] == self->uids[next - 1] + 1) {
			next++;
		}
		g_string_append_printf(set, "%s%" G_GUINT64_FORMAT, i == 0 ? "" : ",",
		                       self->uids[i]);
		if (next > i + 1) {
			g_string_append_printf(set, ":%" G_GUINT64_FORMAT, self->uids[next - 1]);
		}
		i = next;
	}
	return g_string_free(set, FALSE);
}
