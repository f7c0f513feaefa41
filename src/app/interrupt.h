/* SPDX-License-Identifier: MIT */
/* SIGINT and SIGTERM, as a flag that long work looks at. */
#ifndef PASSERELLE_APP_INTERRUPT_H
#define PASSERELLE_APP_INTERRUPT_H

#include <signal.h>
#include <stdbool.h>

/* From now on the first signal only raises the flag; a second one ends the program. */
void interrupt_install(void);
const volatile sig_atomic_t *interrupt_flag(void);
bool interrupt_is_raised(void);
/* Where a signal came: end the program by it, as the caller expects. */
void interrupt_finish(void);

#endif
