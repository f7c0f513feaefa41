/* SPDX-License-Identifier: MIT */
/* A number that changes when anything in a folder of items does. */
#include "app/folder_digest.h"

#include "base/durable.h"
#include "journal/records.h"
#include "stores/vdir.h"

#include <unistd.h>

/*
 * FNV-1a, 64 bit: good enough to tell two states of one folder apart; a sum makes the order not
 * count.
 */
static guint64 add_text(guint64 hash, const char *text)
{
	for (; *text != '\0'; text++) {
		hash = (hash ^ (guchar)*text) * G_GUINT64_CONSTANT(1099511628211);
	}
	return hash;
}

static guint64 digest_of(const char *name, const char *revision)
{
	guint64 hash = add_text(G_GUINT64_CONSTANT(14695981039346656037), name);
	return add_text(add_text(hash, "\n"), revision);
}

guint64 folder_digest(const char *folder, enum item_kind kind)
{
	g_autoptr(GDir) names = g_dir_open(folder, 0, NULL);
	int descriptor = names != NULL ? durable_open_folder(folder, NULL) : -1;
	guint64 sum = 0;
	if (descriptor < 0) {
		return 0;
	}
	for (const char *name = g_dir_read_name(names); name != NULL;
	     name = g_dir_read_name(names)) {
		g_autofree char *revision = vdir_is_item_name(name, kind)
		                                    ? durable_revision_at(descriptor, name)
		                                    : NULL;
		sum += revision != NULL ? digest_of(name, revision) : 0;
	}
	close(descriptor);
	return sum;
}

guint64 folder_digest_of_sources(GHashTable *sources)
{
	GHashTableIter iterator;
	gpointer value;
	guint64 sum = 0;
	g_hash_table_iter_init(&iterator, sources);
	while (g_hash_table_iter_next(&iterator, NULL, &value)) {
		const struct source *source = value;
		if (source->ref != NULL && source->revision != NULL) {
			sum += digest_of(source->ref, source->revision);
		}
	}
	return sum;
}
