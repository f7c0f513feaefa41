/* SPDX-License-Identifier: MIT */
/* A stretch of time, and how much of it is taken. Plain data. */
#ifndef PASSERELLE_MODEL_PERIOD_H
#define PASSERELLE_MODEL_PERIOD_H

#include <glib.h>

/* In the order in which one wins over another. */
enum busy { BUSY_FREE, BUSY_TENTATIVE, BUSY_YES };

struct period {
	gint64 starts, ends; /* seconds since 1970, UTC; ends > starts */
	enum busy busy;
};

#endif
