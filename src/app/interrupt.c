/* SPDX-License-Identifier: MIT */
/* SIGINT and SIGTERM, as a flag that long work looks at. */
#include "app/interrupt.h"

static volatile sig_atomic_t raised;

static void raise_flag(int number)
{
	raised = number;
}

void interrupt_install(void)
{
	const struct sigaction action = {.sa_handler = raise_flag, .sa_flags = (int)SA_RESETHAND};
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
}

const volatile sig_atomic_t *interrupt_flag(void)
{
	return &raised;
}

bool interrupt_is_raised(void)
{
	return raised != 0;
}

void interrupt_finish(void)
{
	if (raised != 0) {
		signal((int)raised, SIG_DFL);
		raise((int)raised);
	}
}
