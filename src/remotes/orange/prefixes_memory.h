/* SPDX-License-Identifier: MIT */
/* What one enumeration leaves for the next, as JSON. */
#ifndef PASSERELLE_REMOTES_ORANGE_PREFIXES_MEMORY_H
#define PASSERELLE_REMOTES_ORANGE_PREFIXES_MEMORY_H

#include "remotes/orange/folding.h"

struct prefixes_memory {
	GArray *productive; /* gunichar: somebody's name begins with it */
	GArray *retry;      /* gunichar: asked for, and not answered yet */
	GArray *scripts;    /* gunichar as GUnicodeScript: all their letters were asked once */
	GArray *given_up;   /* gunichar, in pairs: a letter, and how many the dear questions did not
	                       find below it */
	guint cursor;       /* of the rolling budget through what is left */
	guint again;        /* the same through what folding spared: it may have been misled */
	bool is_whole;      /* the cursor came round once */
	struct folding folding;
};
struct prefixes_memory *
prefixes_memory_read(const char *text); /* NULL where there is none, or it makes no sense */
struct prefixes_memory *prefixes_memory_new(void);
char *prefixes_memory_write(const struct prefixes_memory *self);
void prefixes_memory_free(struct prefixes_memory *self);

#endif
