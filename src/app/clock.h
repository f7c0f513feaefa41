/* SPDX-License-Identifier: MIT */
/* Clocks that no setting of the date moves. */
#ifndef PASSERELLE_APP_CLOCK_H
#define PASSERELLE_APP_CLOCK_H

#include <glib.h>

/* Milliseconds since the start of the computer, suspend included. */
gint64 clock_now(void);
/* So many of them the computer has spent in suspend. */
gint64 clock_suspended(void);

#endif
