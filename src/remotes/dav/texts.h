/* SPDX-License-Identifier: MIT */
/* Reads the texts of many items, by whichever request costs the server least. */
#ifndef PASSERELLE_REMOTES_DAV_TEXTS_H
#define PASSERELLE_REMOTES_DAV_TEXTS_H

#include "remotes/dav/side.h"

struct dav_text {
	char *ref;
	char *text;    /* UTF-8; NULL = not read: */
	char *etag;    /* of that text; made of it where the server tells none */
	GError *error; /* why not: NOT_FOUND, AUTH, NETWORK, PROTOCOL … */
};
struct dav_text *dav_text_new(const char *ref);
void dav_text_free(struct dav_text *self);
DEFINE_OWNED(dav_text, dav_text_free);

/*
 * Fills in all (struct dav_text). The side is open. False: the side failed as a whole; what was
 * read by then stays. Multiget in batches; GET where that is unknown there, or measured dearer.
 */
bool dav_texts_read(struct dav_side *self, GPtrArray *texts, const char *progress_word,
                    GError **error);

#endif
