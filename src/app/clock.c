/* SPDX-License-Identifier: MIT */
/* Clocks that no setting of the date moves. */
#include "app/clock.h"

#include <time.h>

static gint64 read_clock(clockid_t clock)
{
	struct timespec time;
	clock_gettime(clock, &time);
	return (gint64)time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

gint64 clock_now(void)
{
	return read_clock(CLOCK_BOOTTIME);
}

gint64 clock_suspended(void)
{
	const gint64 awake = read_clock(CLOCK_MONOTONIC); /* first: the result is never too small */
	return read_clock(CLOCK_BOOTTIME) - awake;
}
